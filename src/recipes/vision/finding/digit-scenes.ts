import type { RandomStream } from 'shapewise/data'
import type { Box, TrueObject } from 'shapewise/metrics'
import { type Canvas, paste, placed } from './placing.js'

/** Pixels of each side of a scene. */
export const SCENE = 256
/** The digits of MNIST fill the middle 20 of 28 pixels. */
const [INK, FRAME] = [20, 28]
const PIXELS = FRAME * FRAME

export interface DigitScene extends Canvas {
  /** The squares that digits fill, as many pixels as they are large, and which ones they are. */
  readonly objects: readonly TrueObject[]
}

/** Pictures of digits behind one another, and which they are. */
export interface Digits {
  readonly pixels: Float32Array
  readonly labels: Int32Array
}

/**
 * Digits of 20 to 60 pixels at random places of a grey picture with uneven light, long bent lines, crosses, rings and noise, which are none: ink is 1,
 * paper 0. A digit is more or less dark, and lies over what is below it.
 */
export function digitScene(random: RandomStream, digits: Digits): DigitScene {
  const canvas = paper(random)
  const boxes = placed(random, { count: 4 + random.integer(6), sides: [28, 84], room: SCENE })
  for (let i = 0; i < 6; i++) stroke(random, canvas, lines[random.integer(lines.length)]!(random))
  const objects = boxes.map((frame): TrueObject => {
    const digit = random.integer(digits.labels.length)
    const ink = random.uniform(0.7, 1)
    const pixels = digits.pixels.subarray(digit * PIXELS, (digit + 1) * PIXELS)
    paste(canvas, frame, { width: FRAME, height: FRAME, channels: 1, pixels }, (at, [value = 0]) => {
      canvas.pixels[at] = canvas.pixels[at]! * (1 - value) + ink * value
    })
    return { box: inner(frame, INK / FRAME), label: digits.labels[digit]! }
  })
  // A random number has bits for the noise of four pixels.
  for (let i = 0, bits = 0; i < canvas.pixels.length; i++, bits >>>= 8) {
    if (i % 4 === 0) bits = random.bits()
    canvas.pixels[i] = Math.min(1, Math.max(0, canvas.pixels[i]! + 0.08 * ((bits & 255) / 255 - 0.5)))
  }
  return { ...canvas, objects }
}

/** The middle of a square, with that part of its sides. */
export function inner([left, top, right, bottom]: Box, part: number): Box {
  const margin = ((1 - part) / 2) * (right - left)
  return [left + margin, top + margin, right - margin, bottom - margin]
}

/** Light that falls from somewhere. */
function paper(random: RandomStream): Canvas {
  const [across, down, level] = [random.uniform(-0.15, 0.15), random.uniform(-0.15, 0.15), random.uniform(0.1, 0.3)]
  const pixels = Float32Array.from({ length: SCENE * SCENE }, (_, i) => {
    return Math.max(0, level + (across * (i % SCENE)) / SCENE + (down * Math.floor(i / SCENE)) / SCENE)
  })
  return { width: SCENE, height: SCENE, channels: 1, pixels }
}

type Point = readonly [x: number, y: number]

/** What is drawn and is no digit: points along a pen's way. */
const lines: readonly ((random: RandomStream) => Point[])[] = [
  // From one side of the picture to another, bent.
  (random) => {
    const [from, to, bend] = [0, 1, 2].map(() => [random.uniform(0, SCENE), random.uniform(0, SCENE)] as const)
    const place = (t: number, axis: 0 | 1) =>
      2 * (from![axis] * (1 - t) + to![axis] * t) - SCENE / 2 + 4 * t * (1 - t) * (bend![axis] - SCENE / 2)
    return along(200, (t) => [place(t, 0), place(t, 1)])
  },
  // A zigzag of many turns.
  (random) => {
    const [x, y, step, height] = [
      random.uniform(0, 150),
      random.uniform(0, SCENE),
      random.uniform(4, 14),
      random.uniform(4, 30),
    ]
    return along(150, (t) => [x + 10 * step * t, y + height * Math.abs(((10 * t) % 2) - 1)])
  },
  // A ladder seen from the side: many short strokes, as of a comb.
  (random) => {
    const [x, y, gap, height] = [
      random.uniform(0, 180),
      random.uniform(0, SCENE),
      random.uniform(4, 10),
      random.uniform(8, 30),
    ]
    return along(400, (t) => [x + gap * Math.floor(8 * t), y + height * ((8 * t) % 1)])
  },
]

const along = (count: number, at: (t: number) => Point): Point[] =>
  Array.from({ length: count }, (_, i) => at(i / (count - 1)))

/** Goes along points with a round pen. */
function stroke(random: RandomStream, { pixels }: Canvas, points: readonly Point[]): void {
  const [radius, ink] = [random.uniform(0.6, 2.5), random.uniform(0.2, 0.5)]
  for (const [x, y] of points) {
    for (let row = Math.ceil(y - radius - 1); row <= y + radius + 1; row++) {
      for (let column = Math.ceil(x - radius - 1); column <= x + radius + 1; column++) {
        if (row < 0 || row >= SCENE || column < 0 || column >= SCENE) continue
        const value = ink * Math.min(1, Math.max(0, radius + 0.5 - Math.hypot(row - y, column - x)))
        const at = row * SCENE + column
        pixels[at] = Math.max(pixels[at]!, value)
      }
    }
  }
}
