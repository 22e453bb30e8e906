import { sizeOf } from '../core/shape.js'
import * as build from '../graph/build.js'
import { topologicalOrder } from '../graph/graph.js'
import { hasResults, isOp, type Node } from '../graph/node.js'
import { currentOrigins } from '../graph/origins.js'
import type { Primitive } from '../graph/primitives.js'
import { isElementwise } from '../graph/scalar.js'
import type { Derivatives } from './derivatives.js'

/** Floats of 16 bits that activations may be kept as. */
export type SmallFloat = 'bfloat16' | 'float16'

/** Fewer elements are not worth rounding, nor is a small part of the largest value: statistics of rows, the outputs of a classifier. */
const FEWEST = 1024
const SMALL_PART = 1 / 64

export interface Rounding {
  readonly dtype: SmallFloat
  /** The nodes that were made before are taken as they are. */
  readonly since: number
  /** Whether an input holds data, rather than what a variable does. */
  isData(input: Node<'input'>): boolean
  /** Gradients: they, and what is computed from them, keep all digits. */
  readonly exact: readonly Node[]
  /** Which values are derivatives: they, and what is computed from them, are kept as bfloat16, whose range is that of float32. */
  readonly derivatives?: Derivatives
  /** Values of fewer elements are not rounded; by default those of less than 1,024 or a small part of the largest. */
  readonly fewest?: number
}

/**
 * `roots` with large float32 activations rounded to 16 bits where they would be kept for later: the operands and results of products,
 * results of routines, and whatever else several readers share. Computed is as before in float32. What depends on variables alone
 * (weights, and what is made of them) and what is computed from `exact` is not rounded, nor are the roots themselves.
 */
export function rounded(
  roots: readonly Node[],
  { dtype, since, isData, exact, fewest, derivatives = new Set() }: Rounding,
): Node[] {
  const order = topologicalOrder(roots, (node) => node.id < since)
  const kept = keptNodes(order, activationsOf(order, since, isData, fewest))
  const isExact = new Set(exact)
  /** Derivatives, and what is computed from them. */
  const isDerived = new Set<Node>()
  const copies = new Map<Node, Node>()
  const roundings = new Map<Node, Node>()
  for (const node of order) {
    if (node.id < since || node.inputs.length === 0) continue
    if (node.inputs.some((input) => isExact.has(input))) isExact.add(node)
    currentOrigins()?.mark(currentOrigins()?.of(node.id))
    const source = isExact.has(node) ? copies : roundings
    const inputs = node.inputs.map((input) => source.get(input) ?? copies.get(input) ?? input)
    const copy = inputs.some((input, i) => input !== node.inputs[i]) ? build.rebuilt(node, inputs) : node
    copies.set(node, copy)
    if (derivatives.has(node.id) || node.inputs.some((input) => isDerived.has(input))) isDerived.add(node)
    if (!kept.has(node) || isExact.has(node)) continue
    const small = isDerived.has(node) ? 'bfloat16' : dtype
    roundings.set(node, build.cast(build.cast(copy, small), 'float32'))
  }
  return roots.map((root) => copies.get(root) ?? root)
}

/** The large float32 values that depend on data or chance. */
function activationsOf(
  order: readonly Node[],
  since: number,
  isData: Rounding['isData'],
  given?: number,
): ReadonlySet<Node> {
  const depending = new Set<Node>()
  for (const node of order) {
    const isSource = isOp(node, 'input') ? isData(node) : node.id < since || node.op === 'randomBits'
    if (isSource || node.inputs.some((input) => depending.has(input))) depending.add(node)
  }
  const floats = [...depending].filter((node) => node.dtype === 'float32' && !hasResults(node))
  const largest = floats.reduce((most, { shape }) => Math.max(most, sizeOf(shape)), 0)
  const fewest = given ?? Math.max(FEWEST, largest * SMALL_PART)
  return new Set(floats.filter(({ shape }) => sizeOf(shape) >= fewest))
}

/** Operations that are only another view of their operand. */
const views: ReadonlySet<Primitive> = new Set<Primitive>(['reshape', 'permute', 'expand', 'slice', 'stopGradient'])

/** What is seen through views. */
function seen(node: Node): Node {
  let at = node
  while (views.has(at.op)) at = at.inputs[0]
  return at
}

/** Those of the activations that are likely to be kept. */
function keptNodes(order: readonly Node[], activations: ReadonlySet<Node>): ReadonlySet<Node> {
  const kept = new Set<Node>()
  const readers = new Map<Node, Node>()
  for (const node of order) {
    if (views.has(node.op)) continue
    if (!isElementwise(node.op) && activations.has(node)) kept.add(node)
    for (const input of node.inputs) {
      const operand = seen(input)
      if (!activations.has(operand)) continue
      const first = readers.get(operand) ?? node
      readers.set(operand, first)
      const isProduct = node.op === 'dot' || node.op === 'conv'
      if (isProduct || (first !== node && isDear(operand, activations))) kept.add(operand)
    }
  }
  return kept
}

/** Whether a value is not easily made again from one other: it takes a function, or several large values. */
function isDear(node: Node, activations: ReadonlySet<Node>): boolean {
  const isFunction = node.inputs.length === 1 && node.op !== 'neg' && node.op !== 'cast'
  return isFunction || new Set(node.inputs.map(seen).filter((input) => activations.has(input))).size > 1
}
