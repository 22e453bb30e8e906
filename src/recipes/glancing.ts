import { concat, type Tensor } from 'shapewise'
import * as nn from 'shapewise/nn'
import type { Model } from 'shapewise/train'

/** Pictures [batch, height, width, channels] as they are and otherwise, each a batch as large. */
export type Views = (x: Tensor) => Tensor[]

/** As they are, and moved by a pixel to each side. */
export const movedByOne: Views = (x) => [x, x.roll(1, 1), x.roll(-1, 1), x.roll(1, 2), x.roll(-1, 2)] as Tensor[]

/** As they are, and as in a mirror. */
export const mirrored: Views = (x) => [x, x.flip(2)] as Tensor[]

/** A network that looks at each picture several times and takes the mean of the probabilities; the output is its logarithm. */
export class Glancing extends nn.Module {
  readonly #views: Views

  constructor(
    readonly model: Model,
    views: Views,
  ) {
    super()
    this.#views = views
  }

  forward(x: Tensor): Tensor {
    const views = this.#views(x)
    const logits = this.model.forward(concat(views) as Tensor)
    return logits.softmax(-1).reshape([views.length, x.shape[0]!, -1]).mean(0).log() as Tensor
  }
}
