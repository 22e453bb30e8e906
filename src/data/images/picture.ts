import { tensor } from '../../tensor/create.js'
import type { Tensor } from '../../tensor/tensor.js'
import type { Pixels } from './pixels.js'

/** A decoded picture: bytes, rows from the top, `[height, width, channels]`; grey, grey and opacity, colour, or colour and opacity. */
export class Picture<Height extends number = number, Width extends number = number, Channels extends number = number>
  implements Pixels
{
  readonly width: Width
  readonly height: Height
  readonly channels: Channels
  /** 0 … 255. */
  readonly data: Uint8Array

  constructor({ width, height, channels, data }: Pixels) {
    this.width = width as Width
    this.height = height as Height
    this.channels = channels as Channels
    this.data = data
  }

  /** The pixels from 0 to 1, float32. */
  toTensor(): Tensor<[Height, Width, Channels]> {
    const values = Float32Array.from(this.data, (value) => value / 255)
    return tensor(values, [this.height, this.width, this.channels]) as Tensor<[Height, Width, Channels]>
  }
}
