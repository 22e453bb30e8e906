import type { Node } from '../../graph/node.js'
import * as nn from '../../nn/index.js'
import { Tensor } from '../../tensor/tensor.js'
import type { Stage } from '../stages.js'

/** A convolution that keeps the size. */
type Kept<Channels extends number> = nn.Conv2d<
  Channels,
  Channels,
  {
    readonly window: 3
    readonly stride: 1
    readonly padding: 'same'
    readonly dilation: 1
    readonly ceil: false
  }
>

/** From pictures [batch, height, width, channels] to larger ones, [batch, scale · height, scale · width, channels]. */
export type Enlarges<Channels extends number, Scale extends number> = nn.ChainShape<
  readonly [Kept<Channels>, nn.Upsample2d<Scale>]
>

/** The stages of a network that makes pictures larger, or better, by the names that its paper gives them. */
export class Enlarging<Channels extends number = number, Scale extends number = number> extends nn.Layer<
  Enlarges<Channels, Scale>
> {
  constructor(readonly stages: Readonly<Record<string, Stage>>) {
    super()
  }

  protected run(x: Node): Node {
    const stages: readonly Stage[] = Object.values(this.stages)
    return stages.reduce((value: Tensor, stage) => stage.forward(value), new Tensor(x)).node
  }
}
