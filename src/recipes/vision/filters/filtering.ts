import { conv, type Tensor, tensor } from 'shapewise'
import type { Kernel } from './kernels.js'

/** Each channel of pictures [batch, height, width, channels] under a kernel (cross-correlation); beyond the edge the edge goes on. */
export function filtered(x: Tensor, kernel: Kernel): Tensor {
  const [batch, height, width, channels] = x.shape as readonly number[] as [number, number, number, number]
  const [rows, columns] = [kernel.length, kernel[0]!.length]
  const weights = tensor(Float32Array.from(kernel.flat()), [rows, columns, 1, 1])
  // All channels go through one kernel, as pictures of their own.
  const planes = x.permute([0, 3, 1, 2]).reshape([batch * channels, height, width, 1]) as Tensor
  const padded = planes.pad([0, (rows - 1) / 2, (columns - 1) / 2, 0], { mode: 'edge' }) as Tensor
  return conv(padded, weights).reshape([batch, channels, height, width]).permute([0, 2, 3, 1]) as Tensor
}

/** A picture in double precision, row by row; channels last. */
export interface Plain {
  readonly height: number
  readonly width: number
  readonly channels: number
  readonly values: Float64Array
}

/** What {@link filtered} gives, by the definition: a loop over pixels and one over the kernel, in double precision. */
export function filteredDirectly({ height, width, channels, values }: Plain, kernel: Kernel): Plain {
  const [up, left] = [(kernel.length - 1) / 2, (kernel[0]!.length - 1) / 2]
  const rows = Array.from({ length: height + 2 * up }, (_, y) => Math.min(height - 1, Math.max(0, y - up)))
  const columns = Array.from({ length: width + 2 * left }, (_, x) => Math.min(width - 1, Math.max(0, x - left)))
  const result = new Float64Array(values.length)
  for (let y = 0; y < height; y++) {
    for (const [j, weights] of kernel.entries()) {
      const row = rows[y + j]! * width
      for (let x = 0; x < width; x++) {
        for (let c = 0; c < channels; c++) {
          let sum = 0
          for (let i = 0; i < weights.length; i++) sum += weights[i]! * values[(row + columns[x + i]!) * channels + c]!
          result[(y * width + x) * channels + c]! += sum
        }
      }
    }
  }
  return { height, width, channels, values: result }
}

/** The length of the vector that two pictures are at each place: √(a² + b²). */
export const modulus = (a: Tensor, b: Tensor): Tensor => a.square().add(b.square()).sqrt() as Tensor

/** See {@link modulus}. */
export const modulusDirectly = (a: Plain, b: Plain): Plain => ({
  ...a,
  values: a.values.map((value, i) => Math.hypot(value, b.values[i]!)),
})

/** A filtered picture by the library, and by loops in double precision. */
export interface Pair {
  readonly picture: Tensor
  readonly direct: Plain
}

/** The values of a batch of one picture. */
export const plainOf = async (x: Tensor): Promise<Plain> => {
  const [, height, width, channels] = x.shape as readonly number[] as [number, number, number, number]
  return { height, width, channels, values: Float64Array.from(await x.data()) }
}
