import * as ops from '../operations/index.js'
import { expectTensor, operand, operands } from './methods/operand.js'
import type { Tensor } from './tensor.js'
import type {
  AxisProblem,
  Broadcast,
  Concat,
  ConcatProblem,
  Einsum,
  EinsumProblem,
  Longer,
  OperandProblem,
  OperandShape,
  ShapeOf,
  ShapesOf,
  Stack,
  StackProblem,
  Unless,
} from './types/index.js'
import { wrap } from './wrap.js'

// Operations on several tensors of equal standing are functions; the others are methods.

/**
 * Tensors end to end along an axis, 0 by default; the other sizes must agree.
 *
 * @throws ShapeError if ranks or other sizes differ, or if there is no tensor
 * @example concat([tensor([1, 2]), tensor([3])]) // [1, 2, 3]
 */
export function concat<const Tensors extends readonly Tensor[], X extends number = 0>(
  tensors: Tensors & Unless<ConcatProblem<ShapesOf<Tensors>, X>, unknown>,
  axis?: Unless<AxisProblem<'concat', ShapesOf<Tensors>[0], X>, X>,
): Tensor<Concat<ShapesOf<Tensors>, X>> {
  return wrap(ops.concat(operands('concat', tensors as readonly Tensor[]), axis as number | undefined))
}

/**
 * Tensors of one shape side by side along a new axis, which stands at `axis` (0) in the result.
 *
 * @throws ShapeError if the shapes differ, or if there is no tensor
 * @example stack([tensor([1, 2]), tensor([3, 4])]) // [[1, 2], [3, 4]]
 */
export function stack<const Tensors extends readonly Tensor[], X extends number = 0>(
  tensors: Tensors & Unless<StackProblem<ShapesOf<Tensors>>, unknown>,
  axis?: Unless<AxisProblem<'stack', Longer<ShapesOf<Tensors>[0], X>, X>, X>,
): Tensor<Stack<ShapesOf<Tensors>, X>> {
  return wrap(ops.stack(operands('stack', tensors as readonly Tensor[]), axis as number | undefined))
}

/**
 * The sum of products that an equation names: one letter per axis, letters that are missing on the right are summed over.
 *
 * @throws ShapeError if a letter stands for two sizes, or if the letters do not match the axes
 * @example einsum('bij,bjk->bik', a, b) // a batch of matrix products
 */
export function einsum<Equation extends string, Tensors extends readonly Tensor[]>(
  equation: Unless<EinsumProblem<Equation, ShapesOf<Tensors>>, Equation>,
  ...tensors: Tensors
): Tensor<Einsum<Equation, ShapesOf<Tensors>>> {
  return wrap(ops.einsum(equation as string, ...operands('einsum', tensors as readonly Tensor[])))
}

/**
 * `a` where the condition holds, else `b`, with broadcasting of all three. No gradient comes from the side that is not taken.
 *
 * @throws DTypeError if the condition is not bool
 * @example where(x.greater(0), x, 0)
 */
export function where<Condition extends Tensor, Yes, No>(
  condition: Condition,
  a: Unless<OperandProblem<ShapeOf<Condition>, Yes, OperandShape<Yes>>, Yes>,
  b: Unless<OperandProblem<Broadcast<ShapeOf<Condition>, OperandShape<Yes>>, No, OperandShape<No>>, No>,
): Tensor<Broadcast<Broadcast<ShapeOf<Condition>, OperandShape<Yes>>, OperandShape<No>>> {
  return wrap(ops.where(expectTensor('where', 'the condition', condition), operand(a), operand(b)))
}
