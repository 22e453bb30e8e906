import { seed, type Tensor, tensor } from 'shapewise'
import { lenet } from 'shapewise/models'
import type { State } from 'shapewise/nn'
import { PIXELS, SIDE } from '../../digits/shapes'

/** What comes out of each part of LeNet-5, by the names of its paper: which link of the chain makes it, and how many numbers it has. */
export const layers = {
  C1: { link: 1, width: 6 * 28 * 28 },
  S2: { link: 2, width: 6 * 14 * 14 },
  C3: { link: 4, width: 16 * 10 * 10 },
  S4: { link: 5, width: 16 * 5 * 5 },
  C5: { link: 8, width: 120 },
  F6: { link: 10, width: 84 },
  output: { link: 11, width: 10 },
} as const

export type Layer = keyof typeof layers

/** Pictures that are read together. */
const TOGETHER = 250

/** What a layer makes of many pictures, one after the other, and what each is read as; with given weights, or those of the beginning. */
export async function layerOf(
  name: Layer,
  weights: State | undefined,
  pictures: Float32Array,
  onBatch: (share: number) => Promise<void>,
): Promise<{ readonly values: Float32Array; readonly read: Int32Array }> {
  seed(1)
  const model = lenet()
  if (weights !== undefined) model.loadState(weights)
  model.eval()
  const links = model.layers as readonly { forward(x: Tensor): Tensor }[]
  const { link, width } = layers[name]
  const count = pictures.length / PIXELS
  const values = new Float32Array(count * width)
  const read = new Int32Array(count)
  for (let from = 0; from < count; from += TOGETHER) {
    const batch = pictures.subarray(from * PIXELS, (from + TOGETHER) * PIXELS)
    const outputs: Tensor[] = [tensor(batch, [batch.length / PIXELS, SIDE, SIDE, 1]) as Tensor]
    for (const each of links) outputs.push(each.forward(outputs.at(-1)!))
    values.set((await outputs[link + 1]!.data()) as Float32Array, from * width)
    read.set((await (outputs.at(-1)!.argMax(1) as Tensor).data()) as Int32Array, from)
    await onBatch(Math.min(1, (from + TOGETHER) / count))
  }
  return { values, read }
}
