import { type Column, type Dataset, dataset, floatColumn, RandomStream } from 'shapewise/data'

/** Pixels of a picture's side, and of a place of the heat maps. */
export const [SIDE, CELL] = [64, 4]
export const joints = [
  ...['head', 'neck', 'hip', 'left elbow', 'left hand', 'right elbow', 'right hand'],
  ...['left knee', 'left foot', 'right knee', 'right foot'],
] as const
/** Which joints are connected. */
export const bones = [
  ...[[1, 2] as const, [1, 3] as const, [3, 4] as const, [1, 5] as const, [5, 6] as const],
  ...[[2, 7] as const, [7, 8] as const, [2, 9] as const, [9, 10] as const],
] as const
const NECK_TO_HEAD = 5

/** Pictures of figures, and x and y of each joint in pixels. */
export type Figures = Dataset<{
  readonly inputs: Column<'float32', readonly [64, 64, 1]>
  readonly targets: Column<'float32', readonly [11, 2]>
}>

type Point = readonly [x: number, y: number]

/**
 * Figures made of sticks, one in each picture, with the stray arms, legs and heads of others, things in front of it, and noise. Left and right are
 * those of the picture: near a hand nothing tells which of the two it is, nor whether it is a foot.
 */
export function stickFigures(count: number, seed: number): Figures {
  const draw = new RandomStream(seed)
  const inputs = new Float32Array(count * SIDE * SIDE)
  const targets = new Float32Array(count * joints.length * 2)
  for (let i = 0; i < count; i++) {
    const pose = figure(draw)
    const picture = inputs.subarray(i * SIDE * SIDE, (i + 1) * SIDE * SIDE)
    for (let k = draw.integer(3) + 3; k > 0; k--) strayLimb(picture, draw)
    for (let k = draw.integer(3); k > 0; k--) ring(picture, somewhere(draw))
    for (const [from, to] of bones) stick(picture, pose[from]!, pose[to]!)
    ring(picture, pose[0]!)
    for (let k = draw.integer(3); k > 0; k--) cover(picture, pose[draw.integer(joints.length)]!, draw)
    for (let pixel = 0; pixel < picture.length; pixel++) picture[pixel]! += draw.normal(0, 0.1)
    targets.set(pose.flat(), i * joints.length * 2)
  }
  return dataset({
    inputs: floatColumn(inputs, [64, 64, 1] as const),
    targets: floatColumn(targets, [11, 2] as const),
  })
}

/** The length of the torso, which says how large a figure is. */
export const torso = (pose: ArrayLike<number>): number => Math.hypot(pose[2]! - pose[4]!, pose[3]! - pose[5]!)

/** The joints of a figure all of which is in the picture. */
function figure(draw: RandomStream): Point[] {
  for (;;) {
    const [length, lean] = [draw.uniform(13, 17), draw.uniform(-0.3, 0.3)]
    const hip: Point = [draw.uniform(16, SIDE - 16), draw.uniform(26, SIDE - 22)]
    const neck = along(hip, lean + Math.PI, length)
    const head = along(neck, lean + Math.PI, NECK_TO_HEAD)
    const limbs = [-1, 1].map((side) => {
      const [upper, lower] = [draw.uniform(0.25, 2.4), draw.uniform(-1.3, 1.3)]
      const [thigh, shin] = [draw.uniform(0.1, 1), draw.uniform(-0.8, 0.3)]
      const elbow = along(neck, lean + side * upper, 0.6 * length)
      const knee = along(hip, lean + side * thigh, 0.7 * length)
      return {
        arm: [elbow, along(elbow, lean + side * (upper + lower), 0.6 * length)],
        leg: [knee, along(knee, lean + side * (thigh + shin), 0.7 * length)],
      }
    })
    const pose = [head, neck, hip, ...limbs.flatMap(({ arm }) => arm), ...limbs.flatMap(({ leg }) => leg)]
    if (pose.every((point) => point.every((value) => value > 2 && value < SIDE - 3))) return pose
  }
}

/** From a point so far, at an angle from downwards towards the right. */
const along = ([x, y]: Point, angle: number, length: number): Point => [
  x + Math.sin(angle) * length,
  y + Math.cos(angle) * length,
]

const somewhere = (draw: RandomStream): Point => [draw.uniform(0, SIDE), draw.uniform(0, SIDE)]

/** An arm or leg that belongs to nobody. */
function strayLimb(picture: Float32Array, draw: RandomStream): void {
  const [start, angle] = [somewhere(draw), draw.uniform(0, 2 * Math.PI)]
  const bend = along(start, angle, draw.uniform(8, 12))
  stick(picture, start, bend)
  stick(picture, bend, along(bend, angle + draw.uniform(-1.3, 1.3), draw.uniform(8, 12)))
}

/** A line of about two pixels. */
function stick(picture: Float32Array, [x0, y0]: Point, [x1, y1]: Point): void {
  const squared = (x1 - x0) ** 2 + (y1 - y0) ** 2
  paint(picture, (x, y) => {
    const part = Math.min(1, Math.max(0, ((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / squared))
    return 1.5 - Math.hypot(x - x0 - part * (x1 - x0), y - y0 - part * (y1 - y0))
  })
}

/** The outline of a head. */
const ring = (picture: Float32Array, [x0, y0]: Point): void =>
  paint(picture, (x, y) => 1.3 - Math.abs(Math.hypot(x - x0, y - y0) - 3.5))

/** Something grey and square in front of a joint, or near it. */
function cover(picture: Float32Array, [x0, y0]: Point, draw: RandomStream): void {
  const [dx, dy, half] = [draw.uniform(-5, 5), draw.uniform(-5, 5), draw.uniform(3, 5)]
  paint(picture, (x, y) => half - Math.max(Math.abs(x - x0 - dx), Math.abs(y - y0 - dy)), 0.5)
}

/** Lays ink where `inside` is above 0, all of it from 1 on. */
function paint(picture: Float32Array, inside: (x: number, y: number) => number, ink = 1): void {
  for (let pixel = 0; pixel < picture.length; pixel++) {
    const share = Math.min(1, inside(pixel % SIDE, Math.floor(pixel / SIDE)))
    if (share <= 0) continue
    picture[pixel] = ink === 1 ? Math.max(picture[pixel]!, share) : picture[pixel]! + (ink - picture[pixel]!) * share
  }
}
