import type { Tensor } from 'shapewise'
import * as nn from 'shapewise/nn'
import type { Model } from 'shapewise/train'

/** As it is, mirrored, upside down, and both. */
const views = [[], [2], [1], [1, 2]] as const

/** A network that looks at each picture [batch, height, width, channels] from four sides, and gives the mean of what it says of each pixel. */
export class FourSides extends nn.Module {
  constructor(readonly model: Model) {
    super()
  }

  forward(x: Tensor): Tensor {
    const seen = views.map((axes) => flipped(this.model.forward(flipped(x, axes)) as Tensor, axes))
    return seen.reduce((sum, one) => sum.add(one) as Tensor).div(views.length) as Tensor
  }
}

const flipped = (x: Tensor, axes: readonly number[]): Tensor => axes.reduce((y, axis) => y.flip(axis) as Tensor, x)
