import { cureFor, describe } from '../../core/describe.js'
import { fail } from '../../core/errors.js'
import type { Node } from '../../graph/node.js'
import { withValues } from '../../tensor/functional/substitution.js'
import { Tensor } from '../../tensor/tensor.js'
import type { AnyShape, ShapeFunction, WithShapes } from '../../tensor/types/index.js'
import { Parameter } from '../../tensor/variable.js'
import { Layer } from '../layer.js'

/** A layer with a weight, its outputs on the last axis. */
export type Weighted = Layer & { readonly weight: Parameter }

type ShapesOf<L> = L extends WithShapes<infer F extends ShapeFunction> ? F : AnyShape

/** A layer around another one, which runs with a weight that is made of the one that it holds. */
export abstract class Reparametrized<L extends Weighted> extends Layer<ShapesOf<L>> {
  constructor(
    protected readonly operation: string,
    readonly layer: L,
  ) {
    super()
    const found: unknown = layer
    if (
      found instanceof Layer &&
      'weight' in found &&
      found.weight instanceof Parameter &&
      found.weight.shape.length > 0
    )
      return
    fail(
      `${operation}: the layer is ${describe(layer)}${found instanceof Layer ? ' without a weight' : ''}`,
      cureFor(layer, 'Pass a layer such as linear(784, 10) or conv2d(1, 6, 5).'),
    )
  }

  /** The weight that the layer runs with. */
  protected abstract weightOf(weight: Node): Node

  protected run(x: Node): Node {
    const { layer } = this
    const { weight } = layer
    const inner: Layer = layer
    const values = new Map([[weight, this.weightOf(weight.node)]])
    return withValues(this.operation, values, () => inner.forward(new Tensor(x))).result.node
  }
}
