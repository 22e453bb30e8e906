import { type Graph, innerGraphs, topologicalOrder } from '../graph/graph.js'
import { isOp, type Node } from '../graph/node.js'
import type { TensorType } from '../graph/primitives.js'
import { isElementwise } from '../graph/scalar.js'
import { type Place, placeValues, type Task } from './places.js'

export type { Place } from './places.js'

/** A value in its place, seen as elements of a type: reshaping changes the type and leaves the place. */
export interface Operand extends TensorType {
  readonly place: Place
}

/** One kernel: a node with its operands and, for loops and branches, the plans of what is inside, in the order of `innerGraphs`. */
export interface Step {
  readonly node: Node
  readonly inputs: readonly Operand[]
  readonly outputs: readonly Operand[]
  readonly inner: readonly Plan[]
}

/** A program before a backend has it: steps in order, and every value given its place. */
export interface Plan {
  readonly graph: Graph
  readonly steps: readonly Step[]
  /** Outputs that are not computed into place: inputs, constants, or a second output of the same value. */
  readonly copies: readonly { readonly from: Operand; readonly output: number }[]
  /** Output i may lie in the storage of input reuse[i], which is donated and no longer read when it is written. */
  readonly reuse: readonly (number | undefined)[]
  /** Bytes for all intermediate values; values whose lifetimes do not overlap share them. */
  readonly arenaBytes: number
  /** What the intermediate values would take without sharing. */
  readonly unsharedBytes: number
}

/**
 * Orders the steps and plans the memory of a simplified graph. `donated` inputs may be overwritten by outputs of the
 * same type.
 */
export function plan(graph: Graph, donated: ReadonlySet<number> = new Set()): Plan {
  // Outputs come last, so that an update overwrites a donated input only after everything else has read it.
  const order = topologicalOrder([...graph.outputs.flatMap((node) => node.inputs), ...graph.outputs])
  /** Views, and the nodes whose bytes they read. */
  const roots = new Map<Node, Node>()
  const rootOf = (node: Node): Node => roots.get(node) ?? node
  for (const node of order) {
    const root = node.inputs.length > 0 ? rootOf(node.inputs[0]) : node
    // A constant is a number without bytes: what reads it as another dtype has to be computed.
    const reread = node.op === 'bitcast' && root.op !== 'constant'
    if (reread || node.op === 'reshape' || node.op === 'stopGradient') roots.set(node, root)
  }

  const steps = order.filter((node) => !roots.has(node) && !['input', 'constant', 'result'].includes(node.op))

  const values: TensorType[] = graph.inputs.map(({ dtype, shape }) => ({ dtype, shape }))
  /** The numbers of what nodes compute: one, or for nodes with several outputs one for each. */
  const numbers = new Map<Node, readonly number[]>(graph.inputs.map((node, index) => [node, [index]]))
  for (const node of steps)
    numbers.set(
      node,
      node.outputs.map((type) => values.push(type) - 1),
    )
  const numberOf = (node: Node): number | undefined => {
    const root = rootOf(node)
    return isOp(root, 'result') ? numbers.get(root.inputs[0])?.[root.attributes.index] : numbers.get(root)?.[0]
  }

  const tasks = steps.map(
    (node): Task => ({
      reads: node.inputs.map(numberOf).filter((value) => value !== undefined),
      writes: numbers.get(node) ?? [],
      mayFail: mayFail(node),
      mayOverwrite: () => isElementwise(node.op),
    }),
  )
  const outputs = graph.outputs.map((node) => ({ dtype: node.dtype, shape: node.shape, value: numberOf(node) }))
  const placement = placeValues({ values, inputs: graph.inputs.length, tasks, outputs, donated })

  const operand = (node: Node): Operand => {
    const { dtype, shape } = node
    const root = rootOf(node)
    if (isOp(root, 'constant')) return { dtype, shape, place: { kind: 'constant', value: root.attributes.value } }
    const number = numberOf(node)
    if (number === undefined) throw new Error(`plan: ${node.op} #${node.id} has no place`)
    return { dtype, shape, place: placement.places[number] }
  }
  return {
    graph,
    steps: steps.map((node) => ({
      node,
      inputs: node.inputs.map(operand),
      outputs: (numbers.get(node) ?? []).map((number) => ({ ...values[number], place: placement.places[number] })),
      inner: innerGraphs(node).map((inner) => plan(inner)),
    })),
    copies: placement.copied.map((output) => ({ from: operand(graph.outputs[output]), output })),
    reuse: placement.reuse,
    arenaBytes: placement.arenaBytes,
    unsharedBytes: placement.unsharedBytes,
  }
}

/** Whether the values of its inputs can make a node fail: an index outside, a matrix that is not positive definite. */
export function mayFail(node: Node): boolean {
  if (node.op === 'gather' || node.op === 'scatter' || node.op === 'cholesky') return true
  return innerGraphs(node).some(({ outputs }) => topologicalOrder(outputs).some(mayFail))
}
