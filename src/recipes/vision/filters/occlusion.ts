import { concat, type Tensor, tensor, where } from 'shapewise'
import type { PretrainedSqueezenet } from '../squeezenet.js'

/**
 * How much of the probability of a class is lost when a grey square covers a place of a picture [1, size, size, 3]: for places in steps of `step`, row by row.
 *
 * Source: Zeiler, Fergus, Visualizing and understanding convolutional networks, 2013.
 */
export async function occlusionMap(
  network: PretrainedSqueezenet,
  picture: Tensor,
  {
    label,
    square,
    step,
    onRow,
  }: { readonly label: number; readonly square: number; readonly step: number; readonly onRow?: () => void },
) {
  const size = picture.shape[1]!
  const places = Array.from({ length: Math.floor((size - square) / step) + 1 }, (_, i) => i * step)
  const covers = (at: number): Float32Array =>
    Float32Array.from({ length: size }, (_, k) => Number(k >= at && k < at + square))
  const columns = places.map((left) => tensor(covers(left), [1, 1, size, 1]))
  const probability = async (x: Tensor) => (await network.probabilities(x).slice(':', label).data()) as Float32Array
  const [whole] = await probability(picture)
  const drops: number[] = []
  for (const top of places) {
    const row = tensor(covers(top), [1, size, 1, 1])
    const covered = columns.map((column) => where(row.mul(column).greater(0), 0.5, picture) as Tensor)
    for (const value of await probability(concat(covered, 0) as Tensor)) drops.push(whole! - value)
    onRow?.()
  }
  return { whole: whole!, drops, side: places.length }
}
