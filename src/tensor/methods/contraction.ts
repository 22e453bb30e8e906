import * as ops from '../../operations/index.js'
import type { Tensor } from '../tensor.js'
import type { Count, Dot, Matmul, MatmulProblem, NoTensor, OperandShape, ShapeOf, Unless } from '../types/index.js'
import { wrap } from '../wrap.js'
import { operand } from './operand.js'

/** The methods that multiply and add up. */
export const contractions = {
  /** The matrix product […, M, K] · […, K, N] → […, M, N]; a vector counts as a row on the left, a column on the right. */
  matmul<T extends Tensor, O>(
    this: T,
    other: Unless<NoTensor<O> | MatmulProblem<ShapeOf<T>, OperandShape<O>>, O>,
  ): Tensor<Matmul<ShapeOf<T>, OperandShape<O>>> {
    return wrap(ops.matmul(this.node, operand(other)))
  },

  /** The inner product of two vectors; otherwise the sum over the last axis of this and the last but one of the other. */
  dot<T extends Tensor, O>(
    this: T,
    other: Unless<NoTensor<O> | MatmulProblem<ShapeOf<T>, OperandShape<O>>, O>,
  ): Tensor<Dot<ShapeOf<T>, OperandShape<O>>> {
    return wrap(ops.dot(this.node, operand(other)))
  },

  /** All products of an element of this with one of the other, both flattened: [M], [N] → [M, N]. */
  outer<T extends Tensor, O>(
    this: T,
    other: Unless<NoTensor<O>, O>,
  ): Tensor<[Count<ShapeOf<T>>, Count<OperandShape<O>>]> {
    return wrap(ops.outer(this.node, operand(other)))
  },
}
