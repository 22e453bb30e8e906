import type { Tensor } from '../tensor.js'
import type { Variable } from '../variable.js'
import type { BroadcastProblem } from './broadcast.js'
import type { Shape } from './shape.js'

/** What a tensor is combined with. */
export type Operand = Tensor | Variable | number | boolean

/** The shape of a tensor; unknown for one of several tensors, which may differ. */
export type ShapeOf<T> = [T] extends [Tensor<infer S>] ? S : any

/** The shape of an operand: a number has none, a variable that of its value. */
export type OperandShape<O> = [O] extends [number | boolean]
  ? []
  : [O] extends [Tensor<infer S>]
    ? S
    : [O] extends [Variable<infer S>]
      ? S
      : any

/** The message for what is no tensor or variable, else `never`. */
export type NoTensor<O> = [O] extends [Tensor | Variable] ? never : NotATensor

type NotATensor = 'make a tensor of it first, as tensor([1, 2, 3]) does'

/** The message for an operand O, of shape B, that an A does not broadcast with, else `never`. */
export type OperandProblem<A extends Shape, O, B extends Shape> = [O] extends [Operand]
  ? BroadcastProblem<A, B>
  : NotATensor
