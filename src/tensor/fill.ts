import type { DType } from '../core/dtype.js'
import * as ops from '../operations/index.js'
import { expectTensor, operand, operands } from './methods/operand.js'
import type { Tensor } from './tensor.js'
import type { Given, Shape } from './types/index.js'
import { wrap } from './wrap.js'

// Tensors that a rule gives rather than data: nothing is stored until they are read.

/** Zeros: `zeros([2, 3])`. float32 unless the dtype says otherwise. */
export const zeros = <const S extends Shape>(shape: S, dtype?: DType): Tensor<Given<S>> => wrap(ops.zeros(shape, dtype))

/** Ones: `ones([2, 3])`. float32 unless the dtype says otherwise. */
export const ones = <const S extends Shape>(shape: S, dtype?: DType): Tensor<Given<S>> => wrap(ops.ones(shape, dtype))

/** One value everywhere: `full([2, 3], 0.5)`. A number gives float32, a boolean bool, unless the dtype says otherwise. */
export const full = <const S extends Shape>(
  shape: S,
  value: number | boolean | Tensor<[]>,
  dtype?: DType,
): Tensor<Given<S>> => wrap(ops.full(shape, operand(value), dtype))

/** Zeros in the shape and dtype of another tensor. */
export const zerosLike = <S extends Shape>(tensor: Tensor<S>, dtype?: DType): Tensor<S> => {
  const like = expectTensor('zerosLike', 'the first argument', tensor)
  return wrap(ops.zeros(like.shape, dtype === undefined ? like.dtype : dtype))
}

/** Ones in the shape and dtype of another tensor. */
export const onesLike = <S extends Shape>(tensor: Tensor<S>, dtype?: DType): Tensor<S> => {
  const like = expectTensor('onesLike', 'the first argument', tensor)
  return wrap(ops.ones(like.shape, dtype === undefined ? like.dtype : dtype))
}

/** One value everywhere, in the shape and dtype of another tensor. */
export const fullLike = <S extends Shape>(
  tensor: Tensor<S>,
  value: number | boolean | Tensor<[]>,
  dtype?: DType,
): Tensor<S> => {
  const like = expectTensor('fullLike', 'the first argument', tensor)
  return wrap(ops.full(like.shape, operand(value), dtype === undefined ? like.dtype : dtype))
}

/** How many numbers arange counts: as many as the stop says, if that is a whole number, 0 or more. */
type Counted<Stop extends number> = `${Stop}` extends `-${string}` | `${string}.${string}` ? number : Stop

/**
 * 0, 1, … up to but without `stop`; or `start`, `start + step`, … up to but without `stop`. The dtype is int32 if all
 * three are whole numbers, else float32, unless it is given.
 *
 * @throws if it would never end
 * @example arange(3) // [0, 1, 2]
 */
export function arange<const N extends number>(stop: N): Tensor<[Counted<N>]>
export function arange(start: number, stop?: number, step?: number, dtype?: DType): Tensor<[number]>
export function arange(start: number, stop?: number, step?: number, dtype?: DType): Tensor {
  return wrap(ops.arange(start, stop, step, dtype))
}

/** `count` (50) numbers at equal distances from `start` to `stop`, both included. */
export const linspace = <N extends number = 50>(start: number, stop: number, count?: N, dtype?: DType): Tensor<[N]> =>
  wrap(ops.linspace(start, stop, count, dtype))

/** A matrix with ones on a diagonal and zeros elsewhere; `offset` 1 is the diagonal above the main one. */
export const eye = <Rows extends number, Columns extends number = Rows>(
  rows: Rows,
  columns?: Columns,
  dtype?: DType,
  offset?: number,
): Tensor<[Rows, Columns]> => wrap(ops.eye(rows, columns, dtype, offset))

/**
 * Vectors as the coordinates of a grid: result k has the values of vector k along its axis and is constant along the
 * others. With 'xy' (default) the first two axes are exchanged: [y, x, …].
 *
 * @example const [x, y] = meshgrid([linspace(-1, 1, 64), linspace(-1, 1, 48)]) // both [48, 64]
 */
export const meshgrid = (vectors: readonly Tensor<[number]>[], indexing?: 'xy' | 'ij'): Tensor[] =>
  ops.meshgrid(operands('meshgrid', vectors), indexing).map((node) => wrap(node))
