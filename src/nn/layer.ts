import type { Node } from '../graph/node.js'
import { lift } from '../operations/index.js'
import { operand } from '../tensor/methods/operand.js'
import type { Tensor } from '../tensor/tensor.js'
import type {
  AnyShape,
  Apply,
  ApplyProblem,
  Shape,
  ShapeFunction,
  shapes,
  Unless,
  WithShapes,
} from '../tensor/types/index.js'
import { wrap } from '../tensor/wrap.js'
import { Module } from './module.js'

/**
 * A module from one tensor to one tensor. `F` tells the type checker which shape the output has for which input, and
 * which inputs are not taken.
 */
export abstract class Layer<F extends ShapeFunction = AnyShape> extends Module implements WithShapes<F> {
  /** Only for the type checker. */
  declare readonly [shapes]: F

  /** The output for an input. @throws ShapeError if the layer does not take this shape. */
  forward<S extends Shape>(x: Unless<ApplyProblem<F, S>, Tensor<S>>): Tensor<Apply<F, S>> {
    return wrap(this.run(lift(operand(x))))
  }

  protected abstract run(x: Node): Node
}
