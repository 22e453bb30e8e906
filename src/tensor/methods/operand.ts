import { cureFor, describe } from '../../core/describe.js'
import { fail } from '../../core/errors.js'
import { Node } from '../../graph/node.js'
import type { Operand } from '../../operations/operand.js'
import type { Tensor } from '../tensor.js'

/** What a method takes beside its tensor, as the free functions on nodes take it. */
export function operand(value: unknown): Operand {
  if (typeof value === 'number' || typeof value === 'boolean') return value
  const node = nodeIn(value)
  if (node !== undefined) return node
  fail(
    `An operand is ${describe(value)}, not a tensor or number`,
    cureFor(value, 'Make a tensor of it first: tensor([1, 2, 3]).'),
  )
}

/** The node of what must be a tensor, where a number would not do. */
export function expectTensor(operation: string, what: string, value: unknown): Node {
  const node = nodeIn(value)
  if (node !== undefined) return node
  const cure = typeof value === 'number' || Array.isArray(value) ? 'Make a tensor of it: tensor(…).' : 'Pass a tensor.'
  fail(`${operation}: ${what} is ${describe(value)}, not a tensor`, cureFor(value, cure))
}

function nodeIn(value: unknown): Node | undefined {
  if (typeof value !== 'object' || value === null || !('node' in value)) return undefined
  return value.node instanceof Node ? value.node : undefined
}

/** The nodes of several tensors. */
export function operands(operation: string, values: readonly (Tensor | number | boolean)[]): Operand[] {
  if (!Array.isArray(values)) {
    const cure = `Pass the tensors in one list: ${operation}([a, b]).`
    fail(`${operation}: ${describe(values)} stands where a list of tensors is expected`, cureFor(values, cure))
  }
  return values.map((value) => operand(value))
}
