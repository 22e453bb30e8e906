import { compile, type Tensor } from 'shapewise'
import type { PretrainedSqueezenet, SqueezenetLayer } from '../squeezenet.js'
import { receptiveField } from './receptive-field.js'

/** A piece of a picture, and how strongly a channel answers to it. */
export interface Patch {
  readonly activation: number
  readonly side: number
  /** Triples of red, green and blue. */
  readonly values: Float32Array
}

/**
 * For each channel of a layer the pieces of pictures [1, size, size, 3] that it answers to most, one from each picture, the strongest first: what its receptive field
 * sees there, as far as it lies in the picture.
 *
 * Source: Zeiler, Fergus, Visualizing and understanding convolutional networks, 2013.
 */
export async function nearestPatches(
  network: PretrainedSqueezenet,
  layer: SqueezenetLayer,
  channels: readonly number[],
  pictures: readonly Tensor[],
): Promise<Patch[][]> {
  const { side, first, step } = receptiveField(layer)
  const maps = compile((x: Tensor) => network.layers(x, [layer])[0]!)
  const found: Patch[][] = channels.map(() => [])
  for (const picture of pictures) {
    const map = maps(picture)
    const [, rows, columns, count] = map.shape as readonly number[] as [number, number, number, number]
    const [activations, pixels] = [await map.data(), await picture.data()]
    const size = picture.shape[2]!
    const cut = Math.min(side, size)
    for (const [k, channel] of channels.entries()) {
      let best = 0
      for (let i = 1; i < rows * columns; i++) {
        if (activations[i * count + channel]! > activations[best * count + channel]!) best = i
      }
      const [top, left] = [Math.floor(best / columns), best % columns].map((i) =>
        Math.min(size - cut, Math.max(0, first + i * step - (cut - 1) / 2)),
      ) as [number, number]
      const values = Float32Array.from({ length: 3 * cut * cut }, (_, i) => {
        const [y, x] = [Math.floor(i / (3 * cut)), Math.floor(i / 3) % cut]
        return pixels[((Math.floor(top) + y) * size + Math.floor(left) + x) * 3 + (i % 3)]!
      })
      found[k]!.push({ activation: activations[best * count + channel]!, side: cut, values })
    }
  }
  return found.map((patches) => patches.sort((a, b) => b.activation - a.activation))
}
