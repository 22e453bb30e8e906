import { fail } from '../../core/errors.js'
import { Node } from '../../graph/node.js'
import type { Operand } from '../../operations/operand.js'
import type { Tensor } from '../tensor.js'

/** What a method takes beside its tensor, as the free functions on nodes take it. */
export function operand(value: unknown): Operand {
  if (typeof value === 'number' || typeof value === 'boolean') return value
  const node: unknown = typeof value === 'object' && value !== null && 'node' in value ? value.node : undefined
  if (node instanceof Node) return node
  fail(
    `An operand is ${Array.isArray(value) ? 'an array' : value === null ? 'null' : `of type ${typeof value}`}, not a tensor or number`,
    'Make a tensor of it first: tensor([1, 2, 3]).',
  )
}

/** The nodes of several tensors. */
export const operands = (values: readonly (Tensor | number | boolean)[]): Operand[] => values.map(operand)
