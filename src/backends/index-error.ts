import { ShapewiseError } from '../core/errors.js'
import { type Graph, innerGraphs, topologicalOrder } from '../graph/graph.js'
import { isOp, type Node } from '../graph/node.js'

/** What the user called that reads or writes by indices: the name that the composite has given, else the primitive's own. */
function operationOf(node: Node): string | undefined {
  if (isOp(node, 'gather') || isOp(node, 'scatter')) return node.attributes.operation ?? node.op
  return undefined
}

/** What to name in the error for a node of a program, or for one that is not known. */
export const indexers = (node: Node | undefined, graph: Graph, size: number): string[] =>
  node === undefined ? operationsWith(graph, size) : [operationOf(node) ?? node.op]

/** All operations of a graph that take indices of an axis of so many elements, inner graphs included. */
function operationsWith(graph: Graph, size: number): string[] {
  const found = new Set<string>()
  for (const node of topologicalOrder(graph.outputs)) {
    const operation = operationOf(node)
    if (operation !== undefined) {
      const { batchDims } = (node as Node<'gather' | 'scatter'>).attributes
      if (node.inputs[0].shape[batchDims] === size) found.add(operation)
    }
    for (const inner of innerGraphs(node)) for (const name of operationsWith(inner, size)) found.add(name)
  }
  return [...found]
}

/** What an index is to those who gave it, by the name of the operation. */
const meanings: readonly (readonly [name: RegExp, index: string, reason: (size: number) => string])[] = [
  [
    /^crossEntropy$/,
    'label',
    (size) =>
      `: the logits have ${size} classes. Check the labels, e.g. whether they start at 1, or give the last layer more outputs.`,
  ],
  [/^embedding$/, 'index', (size) => `: the table has ${size} vectors. Check the indices, or make a larger table.`],
  [
    /^learnedPositions$/,
    'place',
    (size) => `: there are vectors for ${size} places. Make as many as the longest sequence has.`,
  ],
  [/ lengths$/, 'length', (size) => `: the sequences have ${size - 1} steps. Give the numbers of steps that count.`],
  [/ cache$/, 'element', (size) => `: the cache has room for ${size - 1}. Make it with a larger capacity.`],
]

/** The error for an index outside of an axis of `size` elements, met by an operation of one of these names. */
export function indexError(names: readonly string[], index: number, size: number): ShapewiseError {
  const [, what, reason] = meanings.find(([pattern]) => names.some((name) => pattern.test(name))) ?? [
    undefined,
    'index',
    () =>
      `. The indexed axis has ${size} elements; check where the indices come from, e.g. class labels that start at 1.`,
  ]
  const title = names.length === 0 ? 'gather' : names.join(' or ')
  return new ShapewiseError(`${title}: ${what} ${index} is outside 0 … ${size - 1}${reason(size)}`)
}
