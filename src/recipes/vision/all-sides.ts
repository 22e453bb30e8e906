import type { Tensor } from 'shapewise'
import * as nn from 'shapewise/nn'
import type { Model } from 'shapewise/train'

/** A change of pictures [batch, height, width, channels] that is undone by the same changes in the other order. */
type Mirror = (x: Tensor) => Tensor

const upsideDown: Mirror = (x) => x.flip(1) as Tensor
const mirrored: Mirror = (x) => x.flip(2) as Tensor
const atTheDiagonal: Mirror = (x) => x.permute([0, 2, 1, 3]) as Tensor

const four: readonly (readonly Mirror[])[] = [[], [mirrored], [upsideDown], [upsideDown, mirrored]]
const eight = [...four, ...four.map((mirrors) => [...mirrors, atTheDiagonal])]

/** A network that looks at each picture [batch, height, width, channels] from several sides, and gives the mean of what it says of each pixel. */
export class AllSides extends nn.Module {
  /** @param sides 8 for those that are turned by a quarter, too */
  constructor(
    readonly model: Model,
    readonly sides: 4 | 8,
  ) {
    super()
  }

  forward(x: Tensor): Tensor {
    const views = this.sides === 4 ? four : eight
    const seen = views.map((mirrors) => {
      const view = mirrors.reduce((y, mirror) => mirror(y), x)
      return mirrors.reduceRight((y, mirror) => mirror(y), this.model.forward(view) as Tensor)
    })
    return seen.reduce((sum, one) => sum.add(one) as Tensor).div(views.length) as Tensor
  }
}
