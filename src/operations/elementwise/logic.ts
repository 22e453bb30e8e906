import { isFloat } from '../../core/dtype.js'
import { failDType } from '../../core/errors.js'
import { build, type Node } from '../../graph/index.js'
import { lift, type Operand, pair } from '../operand.js'

const truth = (x: Operand): Node => build.cast(lift(x), 'bool')

// In these four every non-zero value counts as true.

/** Whether both are true. */
export const logicalAnd = (a: Operand, b: Operand): Node => build.and(...pair(truth(a), truth(b), 'logicalAnd'))
/** Whether one is true, or both. */
export const logicalOr = (a: Operand, b: Operand): Node => build.or(...pair(truth(a), truth(b), 'logicalOr'))
/** Whether exactly one is true. */
export const logicalXor = (a: Operand, b: Operand): Node => build.xor(...pair(truth(a), truth(b), 'logicalXor'))
/** Whether it is false. */
export const logicalNot = (x: Operand): Node => build.not(truth(x))

function bits(a: Operand, b: Operand, operation: string): [Node, Node] {
  const [x, y] = pair(a, b, operation)
  checkBits(x, operation)
  return [x, y]
}

function checkBits(x: Node, operation: string): void {
  if (isFloat(x.dtype))
    failDType(operation, `takes integers or booleans, not ${x.dtype}`, "Convert with cast('int32').")
}

/** The bits set in both. */
export const bitwiseAnd = (a: Operand, b: Operand): Node => build.and(...bits(a, b, 'bitwiseAnd'))
/** The bits set in one or both. */
export const bitwiseOr = (a: Operand, b: Operand): Node => build.or(...bits(a, b, 'bitwiseOr'))
/** The bits set in exactly one. */
export const bitwiseXor = (a: Operand, b: Operand): Node => build.xor(...bits(a, b, 'bitwiseXor'))
/** All bits turned over. */
export function bitwiseNot(x: Operand): Node {
  const node = lift(x)
  checkBits(node, 'bitwiseNot')
  return build.not(node)
}

function shift(a: Operand, b: Operand, operation: string): [Node, Node] {
  const [x, y] = pair(a, b, operation, true)
  checkBits(x, operation)
  return [x, y]
}

/** a · 2ᵇ by moving bits up; those that leave at the top are lost. */
export const leftShift = (a: Operand, b: Operand): Node => build.shiftLeft(...shift(a, b, 'leftShift'))
/** a / 2ᵇ rounded down, by moving bits down; the sign of int32 stays. */
export const rightShift = (a: Operand, b: Operand): Node => build.shiftRight(...shift(a, b, 'rightShift'))
