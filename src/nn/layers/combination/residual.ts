import { failShape } from '../../../core/errors.js'
import { formatShape, sameShape } from '../../../core/shape.js'
import type { Node } from '../../../graph/node.js'
import * as ops from '../../../operations/index.js'
import { Layer } from '../../layer.js'
import type { Link } from '../../types/chain.js'
import type { BranchShape, DenseShape, SumShape } from '../../types/combinations.js'
import { Identity } from '../linear/lambda.js'
import { expectSome, followAll } from './links.js'

/** See {@link parallel} and {@link residual}. */
export class Parallel<Name extends string = string, Links extends readonly Link[] = readonly Link[]> extends Layer<
  SumShape<Name, Links>
> {
  constructor(
    readonly operation: Name,
    readonly layers: Links,
  ) {
    super()
    expectSome(operation, layers)
  }

  protected run(x: Node): Node {
    const { operation } = this
    const [first, ...others] = followAll(operation, this.layers, x)
    return others.reduce((sum, other) => {
      if (!sameShape(sum.shape, other.shape)) {
        failShape(
          operation,
          `one way of ${this.label} gives ${formatShape(sum.shape)}, another ${formatShape(other.shape)}`,
          'They are added; a shortcut of its own, such as conv2d(…, 1), may bring the input to the shape of the rest.',
        )
      }
      return ops.add(sum, other)
    }, first)
  }

  protected override describe(): string {
    return this.operation === 'parallel' ? '' : this.operation
  }
}

/**
 * The sum of what several layers make of the same input.
 *
 * @throws ShapeError if they give different shapes
 * @example parallel(linear(3, 4), sequential(linear(3, 8), relu(), linear(8, 4))).forward(zeros([2, 3])) // [2, 3] → [2, 4]
 */
export const parallel = <const Links extends readonly Link[]>(...layers: Links): Parallel<'parallel', Links> =>
  new Parallel('parallel', layers)

/**
 * What a layer makes of the input, added to the input: y = x + layer(x), or y = shortcut(x) + layer(x) where it changes the shape.
 * (He et al., "Deep residual learning for image recognition", 2015.)
 *
 * @throws ShapeError if the two have different shapes
 * @example residual(sequential(linear(3, 8), relu(), linear(8, 3))).forward(zeros([2, 3])) // [2, 3] → [2, 3]
 */
export function residual<L extends Link>(layer: L): Parallel<'residual', readonly [Identity, L]>
export function residual<L extends Link, Shortcut extends Link>(
  layer: L,
  shortcut: Shortcut,
): Parallel<'residual', readonly [Shortcut, L]>
export function residual(layer: Link, shortcut: Link = new Identity()): Parallel {
  return new Parallel('residual', [shortcut, layer] as const)
}

/** See {@link branch}. */
export class Branch<Links extends readonly Link[] = readonly Link[]> extends Layer<BranchShape<Links>> {
  constructor(readonly layers: Links) {
    super()
    expectSome('branch', layers)
  }

  protected run(x: Node): Node {
    return ops.concat(followAll('branch', this.layers, x), -1)
  }
}

/**
 * What several layers make of the same input, side by side along the last axis. (Szegedy et al., "Going deeper with convolutions",
 * 2014.)
 *
 * @throws ShapeError if what they give differs before the last axis
 * @example branch(linear(3, 4), linear(3, 5), identity()).forward(zeros([2, 3])) // [2, 3] → [2, 12]
 */
export const branch = <const Links extends readonly Link[]>(...layers: Links): Branch<Links> => new Branch(layers)

/** See {@link denseBlock}. */
export class DenseBlock<Links extends readonly Link[] = readonly Link[]> extends Layer<DenseShape<Links>> {
  constructor(readonly layers: Links) {
    super()
    expectSome('denseBlock', layers)
  }

  protected run(x: Node): Node {
    return this.layers.reduce((all: Node, layer) => ops.concat([all, ...followAll('denseBlock', [layer], all)], -1), x)
  }
}

/**
 * Layers of which each takes the input and what all before it gave, side by side along the last axis; the result has it all.
 * (Huang et al., "Densely connected convolutional networks", 2016.)
 *
 * @throws ShapeError if what a layer gives differs from its input before the last axis
 * @example denseBlock(linear(3, 2), linear(5, 2)).forward(zeros([4, 3])) // [4, 3] → [4, 7]
 */
export const denseBlock = <const Links extends readonly Link[]>(...layers: Links): DenseBlock<Links> =>
  new DenseBlock(layers)
