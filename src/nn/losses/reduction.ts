import { describe } from '../../core/describe.js'
import { fail } from '../../core/errors.js'
import type { Node } from '../../graph/node.js'
import type * as ops from '../../operations/index.js'
import { reduced } from '../../operations/neural/reduction.js'
import { inFloat32 } from '../../operations/operand.js'
import type { Tensor } from '../../tensor/tensor.js'
import type { Shape } from '../../tensor/types/index.js'
import { wrap } from '../../tensor/wrap.js'

export interface LossOptions<R extends ops.Reduction = ops.Reduction> {
  /** 'mean' of the losses, their 'sum', or 'none' for each by itself; 'mean'. */
  readonly reduction?: R
}

/** A scalar, or with 'none' one loss for each example or element. */
export type Loss<R extends ops.Reduction, Each extends Shape> = 'none' extends R
  ? R extends 'none'
    ? Tensor<Each>
    : Tensor
  : Tensor<[]>

/** The losses that `each` makes of its operands, reduced; 16-bit floats are computed and added up in float32. */
export function lossOf<Operands extends readonly ops.Operand[]>(
  operation: string,
  { reduction }: LossOptions,
  each: (...operands: Operands) => Node,
  ...operands: Operands
): Tensor {
  return wrap(inFloat32((...wide: Operands) => reduced(operation, reduction, each(...wide)))(...operands))
}

/** An option or what it is by default. Throws if it is no finite number above 0, or at least 0. */
export function expectPositive(
  operation: string,
  what: string,
  given: number | undefined,
  otherwise: number,
  orZero = false,
): number {
  const value = given === undefined ? otherwise : given
  if (Number.isFinite(value) && (value > 0 || (orZero && value === 0))) return value
  fail(
    `${operation}: ${what} is ${typeof value === 'number' ? value : describe(value)}`,
    `Give a number ${orZero ? 'of at least' : 'above'} 0.`,
  )
}
