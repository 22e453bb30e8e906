import { describe } from '../core/describe.js'
import { fail } from '../core/errors.js'
import type { Node } from '../graph/node.js'
import * as nn from '../nn/index.js'
import { Tensor } from '../tensor/tensor.js'

/** Options that all networks for pictures have. */
export interface PictureOptions<Channels extends number, Classes extends number> {
  /** Channels of the pictures; 3. */
  readonly channels?: Channels
  /** How many classes are told apart. */
  readonly classes?: Classes
}

/** From pictures [batch, height, width, channels] to scores [batch, classes]. */
export type Classifies<Channels extends number, Classes extends number> = nn.ChainShape<
  readonly [nn.Conv2d<Channels, number>, nn.GlobalAvgPool, nn.Linear<number, Classes>]
>

/** Throws unless the depth is one that the paper's table has. */
export function expectDepth(operation: string, depth: number, table: Readonly<Record<number, unknown>>): void {
  if (Object.hasOwn(table, depth)) return
  fail(`${operation}: a depth of ${describe(depth)}`, `There are ${Object.keys(table).join(', ')}.`)
}

/** A part of a network: all that is between two lines of the paper's table. */
export type Stage = nn.Layer<nn.AnyShape> | nn.Sequential

/** The stages of a network by the names that its paper gives them, one after the other. */
export class Stages<
  Channels extends number = number,
  Classes extends number = number,
  Names extends string = string,
> extends nn.Layer<Classifies<Channels, Classes>> {
  constructor(readonly stages: Readonly<Record<Names, Stage>>) {
    super()
  }

  protected run(x: Node): Node {
    const stages: readonly Stage[] = Object.values(this.stages)
    return stages.reduce((value: Tensor, stage) => stage.forward(value), new Tensor(x)).node
  }
}
