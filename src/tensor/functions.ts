import * as ops from '../operations/index.js'
import { expectTensor, operand, operands } from './methods/operand.js'
import type { Tensor } from './tensor.js'
import type {
  Broadcast,
  BroadcastProblem,
  Concat,
  ConcatProblem,
  Einsum,
  EinsumProblem,
  Shape,
  Stack,
  StackProblem,
  Unless,
} from './types/index.js'
import { wrap } from './wrap.js'

// Operations on several tensors of equal standing are functions; the others are methods.

/** Tensors of the listed shapes. */
type Tensors<Shapes extends readonly Shape[]> = readonly [...{ [I in keyof Shapes]: Tensor<Shapes[I]> }]

/**
 * Tensors end to end along an axis, 0 by default; the other sizes must agree.
 *
 * @throws ShapeError if ranks or other sizes differ, or if there is no tensor
 * @example concat([tensor([1, 2]), tensor([3])]) // [1, 2, 3]
 */
export function concat<Shapes extends readonly Shape[], X extends number = 0>(
  tensors: Tensors<Shapes> & Unless<ConcatProblem<Shapes, X>, unknown>,
  axis?: X,
): Tensor<Concat<Shapes, X>> {
  return wrap(ops.concat(operands('concat', tensors as readonly Tensor[]), axis))
}

/**
 * Tensors of one shape side by side along a new axis, which stands at `axis` (0) in the result.
 *
 * @throws ShapeError if the shapes differ, or if there is no tensor
 * @example stack([tensor([1, 2]), tensor([3, 4])]) // [[1, 2], [3, 4]]
 */
export function stack<Shapes extends readonly Shape[], X extends number = 0>(
  tensors: Tensors<Shapes> & Unless<StackProblem<Shapes>, unknown>,
  axis?: X,
): Tensor<Stack<Shapes, X>> {
  return wrap(ops.stack(operands('stack', tensors as readonly Tensor[]), axis))
}

/**
 * The sum of products that an equation names: one letter per axis, letters that are missing on the right are summed over.
 *
 * @throws ShapeError if a letter stands for two sizes, or if the letters do not match the axes
 * @example einsum('bij,bjk->bik', a, b) // a batch of matrix products
 */
export function einsum<Equation extends string, Shapes extends readonly Shape[]>(
  equation: Unless<EinsumProblem<Equation, Shapes>, Equation>,
  ...tensors: { [I in keyof Shapes]: Tensor<Shapes[I]> }
): Tensor<Einsum<Equation, Shapes>> {
  return wrap(ops.einsum(equation as string, ...operands('einsum', tensors as readonly Tensor[])))
}

/**
 * `a` where the condition holds, else `b`, with broadcasting of all three. No gradient comes from the side that is not taken.
 *
 * @throws DTypeError if the condition is not bool
 * @example where(x.greater(0), x, 0)
 */
export function where<C extends Shape, A extends Shape = [], B extends Shape = []>(
  condition: Tensor<C>,
  a: Unless<BroadcastProblem<C, A>, Tensor<A> | number | boolean>,
  b: Unless<BroadcastProblem<Broadcast<C, A>, B>, Tensor<B> | number | boolean>,
): Tensor<Broadcast<Broadcast<C, A>, B>> {
  return wrap(ops.where(expectTensor('where', 'the condition', condition), operand(a), operand(b)))
}
