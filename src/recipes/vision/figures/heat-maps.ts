import { arange, type Tensor } from 'shapewise'
import { CELL, joints, SIDE, torso } from './stick-figures.js'

/** Rows and columns of heat maps. */
export const PLACES = SIDE / CELL
/** How far from a joint a place still counts, in places. */
const SIGMA = 0.8

/** What heat maps should be: x and y of joints in pixels [batch, joints, 2] → probabilities of places [batch, PLACES, PLACES, joints]. */
function wanted(targets: Tensor): Tensor {
  const centres = arange(0, PLACES, 1, 'float32').add(0.5).mul(CELL)
  const along = (axis: number, shape: readonly number[]): Tensor => {
    const far = centres.reshape([PLACES, 1]).sub(targets.slice(':', ':', axis).unsqueeze(1) as Tensor)
    const near = far
      .div(SIGMA * CELL)
      .square()
      .neg()
      .div(2)
      .exp() as Tensor
    return near.div(near.sum(1, { keepDims: true })).reshape([targets.shape[0]!, ...shape, joints.length]) as Tensor
  }
  return along(1, [PLACES, 1]).mul(along(0, [1, PLACES])) as Tensor
}

/** Cross-entropy between what heat maps should be and what they are, logits [batch, PLACES, PLACES, joints]. */
export function heatMapLoss(logits: Tensor, targets: Tensor): Tensor<[]> {
  const places: Tensor = logits.reshape([logits.shape[0]!, PLACES * PLACES, joints.length]).logSoftmax(1) as Tensor
  const right: Tensor = wanted(targets).reshape(places.shape) as Tensor
  return places.mul(right).sum(1).mean().neg() as Tensor<[]>
}

/** x and y of each joint in pixels: the middle of what is around the best place of its heat map. */
export async function posesOf(logits: Tensor): Promise<Float32Array[]> {
  const parts = joints.length
  const values = (await logits.data()) as Float32Array
  return Array.from({ length: logits.shape[0]! }, (_, picture) => {
    const map = values.subarray(picture * PLACES ** 2 * parts, (picture + 1) * PLACES ** 2 * parts)
    return Float32Array.from(Array.from({ length: parts }, (_, joint) => placeOf(map, joint)).flat())
  })
}

function placeOf(map: Float32Array, joint: number): [number, number] {
  const at = (place: number): number => map[place * joints.length + joint]!
  let best = 0
  for (let place = 1; place < PLACES ** 2; place++) if (at(place) > at(best)) best = place
  let [total, x, y] = [0, 0, 0]
  for (let row = Math.floor(best / PLACES) - 1; row <= Math.floor(best / PLACES) + 1; row++) {
    for (let column = (best % PLACES) - 1; column <= (best % PLACES) + 1; column++) {
      if (row < 0 || row >= PLACES || column < 0 || column >= PLACES) continue
      const weight = Math.exp(at(row * PLACES + column) - at(best))
      total += weight
      x += weight * (column + 0.5) * CELL
      y += weight * (row + 0.5) * CELL
    }
  }
  return [x / total, y / total]
}

/** Which joints are found: nearer to where they are than a quarter of the figure's torso. */
export const foundJoints = (pose: ArrayLike<number>, truth: ArrayLike<number>): boolean[] =>
  joints.map(
    (_, i) => Math.hypot(pose[2 * i]! - truth[2 * i]!, pose[2 * i + 1]! - truth[2 * i + 1]!) < torso(truth) / 4,
  )
