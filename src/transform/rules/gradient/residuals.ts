import { dtypes } from '../../../core/dtype.js'
import { sizeOf } from '../../../core/shape.js'
import * as build from '../../../graph/build.js'
import { topologicalOrder } from '../../../graph/graph.js'
import type { Node } from '../../../graph/node.js'
import type { Primitive } from '../../../graph/primitives.js'
import { isElementwise } from '../../../graph/scalar.js'
import { substitute } from '../../substitute.js'
import type { Pullback } from './pullback.js'

/** A value of a forward step that its gradient reads, and what stands for it there. */
export interface Residual {
  readonly kept: Node
  readonly placeholder: Node<'input'>
}

/** What would cost more to compute again than to keep; elementwise code, reductions and movements cost less. */
const costly: ReadonlySet<Primitive> = new Set([
  'dot',
  'conv',
  'argSort',
  'cholesky',
  'triangularSolve',
  'fft',
  // Of control flow and of factorizations, which have several.
  'result',
] as const)

/**
 * Finds what the gradients of a step should read instead of computing it again: costly values that differ from step to step.
 * Where such a value only goes through elementwise code, what comes out of that is kept. `outputs` are made of the pullback
 * of the body, whose inputs from `captured` on are the same in every step.
 */
export function keepCostly(
  outputs: readonly Node[],
  pulled: Pullback,
  captured: number,
): { readonly outputs: Node[]; readonly residuals: Residual[] } {
  const originals = new Map<Node, Node>([...pulled.copies].map(([original, copy]) => [copy, original]))
  const order = topologicalOrder(outputs)
  const changing = new Set<Node>(pulled.inputs.slice(0, captured))
  for (const node of order) if (node.inputs.some((input) => changing.has(input))) changing.add(node)
  const readers = readersIn(order)
  const roots = new Set(outputs)

  const outcomeOf = (node: Node): Node => {
    const [reader, ...others] = readers.get(node) ?? []
    const goesOn = reader !== undefined && others.length === 0 && !roots.has(node) && originals.has(reader)
    return goesOn && isNoLarger(reader, node) ? outcomeOf(reader) : node
  }
  const outcomes = new Set(
    order.filter((node) => costly.has(node.op) && originals.has(node) && changing.has(node)).map(outcomeOf),
  )
  const reached = topologicalOrder(outputs, (node) => outcomes.has(node)).filter((node) => outcomes.has(node))
  const residuals = reached.map((node) => ({
    kept: originals.get(node)!,
    placeholder: build.input(node.dtype, node.shape),
  }))
  const replaced = new Map<Node, Node>(reached.map((node, i) => [node, residuals[i].placeholder]))
  return { outputs: substitute(outputs, replaced), residuals }
}

function readersIn(order: readonly Node[]): Map<Node, Node[]> {
  const readers = new Map<Node, Node[]>()
  for (const node of order) {
    for (const input of new Set(node.inputs)) readers.set(input, [...(readers.get(input) ?? []), node])
  }
  return readers
}

const isNoLarger = (node: Node, than: Node): boolean =>
  (isElementwise(node.op) || node.op === 'reshape') &&
  sizeOf(node.shape) === sizeOf(than.shape) &&
  dtypes[node.dtype].bytes <= dtypes[than.dtype].bytes
