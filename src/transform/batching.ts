import { fail } from '../core/errors.js'
import { sameShape } from '../core/shape.js'
import * as build from '../graph/build.js'
import { innerGraphs, topologicalOrder } from '../graph/graph.js'
import { isOp, type Node, nextNodeId } from '../graph/node.js'
import type { Primitive } from '../graph/primitives.js'
import { formatType } from '../graph/print.js'
import { noteMadeOf } from './derivatives.js'
import { branchBatchings } from './rules/batching/branches.js'
import { contractionBatchings } from './rules/batching/contractions.js'
import { elementwiseBatchings } from './rules/batching/elementwise.js'
import { indexingBatchings } from './rules/batching/indexing.js'
import { loopBatchings } from './rules/batching/loops.js'
import { movementBatchings } from './rules/batching/movement.js'
import {
  type Batchable,
  type BatchingContext,
  type BatchingRule,
  batched,
  expanded,
  unbatched,
  type Values,
} from './rules/batching/rule.js'

/** One row per primitive: how it computes a whole batch at once. */
export const batchings: { readonly [P in Primitive]: BatchingRule<P> } = {
  ...elementwiseBatchings,
  ...movementBatchings,
  ...contractionBatchings,
  ...indexingBatchings,
  ...loopBatchings,
  ...branchBatchings,
}

/**
 * Computes `outputs` for `size` examples at once: the function that they are of the keys of `inputs`, mapped over a
 * new axis 0. What does not depend on the examples is computed once.
 *
 * `inputs` maps nodes of shape s to their batched replacements [size, …s]; the results are [size, …shape of the output].
 * Throws if a replacement does not have that shape or another dtype.
 *
 * ```ts
 * const x = build.input('float32', [3])
 * const norm = build.reduceSum(build.mul(x, x), [0])
 * const [norms] = batch([norm], new Map([[x, examples]]), 8) // examples: float32[8, 3], norms: float32[8]
 * ```
 */
export function batch(outputs: readonly Node[], inputs: ReadonlyMap<Node, Node>, size: number): Node[] {
  for (const [node, value] of inputs) {
    const wanted = { dtype: node.dtype, shape: [size, ...node.shape] }
    if (value.dtype !== wanted.dtype || !sameShape(value.shape, wanted.shape)) {
      fail(
        `batch: ${size} examples of ${formatType(node)} are ${formatType(wanted)}, not ${formatType(value)}`,
        'The batch axis comes first and has the same size in all inputs.',
      )
    }
  }
  // Without examples there is nothing to compute; rules need not think of it.
  if (size === 0) return outputs.map(({ dtype, shape }) => build.fill(0, [0, ...shape], dtype))
  const values = new Map([...inputs].map(([node, value]) => [node, [batched(value)]]))
  return evaluator(size)(outputs, values).map((output) => expanded(output, size))
}

/** The walk over a graph that applies the rules, for batches of `size`. */
function evaluator(size: number): BatchingContext['evaluate'] {
  return function evaluate(outputs: readonly Node[], given: Values, mask?: Node): Batchable[] {
    const values = new Map(given)
    const context: BatchingContext = { size, mask, values, evaluate }
    let oldest = Infinity
    for (const node of given.keys()) oldest = Math.min(oldest, node.id)
    // Inputs are older than what is made of them: older nodes need not be looked at, however long their past is.
    const isOutside = (node: Node): boolean => node.released || (mask === undefined && node.id < oldest)
    const isLeaf = (node: Node): boolean => values.has(node) || isOutside(node)
    for (const node of topologicalOrder(outputs, isLeaf)) {
      if (isLeaf(node)) continue
      const inputs = node.inputs.flatMap((input) => values.get(input) ?? unbatched(input))
      const changed = node.inputs.some((input) => values.has(input))
      const since = nextNodeId()
      if (
        inputs.some((input) => input.batched) ||
        (mask !== undefined && mayFail(node)) ||
        (changed && isResult(node))
      ) {
        const result = applyRule(node, inputs, context)
        values.set(node, isList(result) ? result : [batched(result)])
      } else if (changed) {
        values.set(node, rebuild(node, inputs))
      }
      noteMadeOf(node, since)
    }
    return outputs.map((output) => values.get(output)?.[0] ?? unbatched(output))
  }
}

function applyRule<P extends Primitive>(node: Node<P>, inputs: readonly Batchable[], context: BatchingContext) {
  return batchings[node.op](node, inputs, context)
}

/** The same node on other inputs, none of them batched. */
function rebuild(node: Node, inputs: readonly Batchable[]): Batchable[] {
  const copy = build.create(
    node.op,
    inputs.map(({ value }) => value),
    node.attributes,
  )
  return (readThroughResults.has(node.op) ? build.results(copy) : [copy]).map(unbatched)
}

const readThroughResults: ReadonlySet<Primitive> = new Set([
  'scan',
  'whileLoop',
  'cond',
  'call',
  'lu',
  'qr',
  'eigh',
  'svd',
] as const)

/** Whether a node must know which examples are there: their indices may be wrong, or their loops endless. */
function mayFail(node: Node): boolean {
  if (isOp(node, 'gather') || isOp(node, 'scatter') || isOp(node, 'whileLoop')) return true
  return innerGraphs(node).some((graph) => topologicalOrder(graph.outputs).some(mayFail))
}

const isResult = (node: Node): boolean => isOp(node, 'result')
const isList = (result: Node | readonly Batchable[]): result is readonly Batchable[] => Array.isArray(result)
