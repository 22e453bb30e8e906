import { sizeOf } from '../../core/shape.js'
import { input } from '../../graph/build.js'
import { type Graph, topologicalOrder } from '../../graph/graph.js'
import { isOp, type Node } from '../../graph/node.js'
import { inline, substitute } from '../../transform/substitute.js'
import { literal } from '../literal.js'
import { replaceSources } from '../passes/inner.js'
import { type Binding, isMovable, isMovement, type Loop, loopOf, outputsOf, run, timingsOf } from './loop.js'
import { afterAllSteps } from './stack.js'

/**
 * Moves out of scans what does not wait for the steps before: products of a sequence with a matrix that stays, which become one
 * product for all steps, and what is the same in every step.
 */
export const hoistFromScans = (graph: Graph): Graph =>
  replaceSources(graph, (node) => (isOp(node, 'scan') && node.attributes.length > 1 ? hoist(loopOf(node)) : undefined))

function hoist(loop: Loop): readonly Node[] | undefined {
  const { always, eachStep } = findEarly(loop)
  if (always.length + eachStep.length === 0) return undefined
  const placeholders = new Map<Node, Node<'input'>>(
    [...always, ...eachStep].map((node) => [node, input(node.dtype, node.shape)]),
  )
  const bind = (nodes: readonly Node[], values: readonly Node[]): Binding[] =>
    nodes.map((node, i) => ({ value: values[i], inner: placeholders.get(node)! }))
  const constants = inline(
    { inputs: loop.captured.map(({ inner }) => inner), outputs: always },
    loop.captured.map(({ value }) => value),
  )
  const stacks = afterAllSteps(loop, new Map(), (stackOf) => eachStep.map(stackOf))
  const outputs = substitute(outputsOf(loop), placeholders)
  return run({
    ...loop,
    carries: loop.carries.map((carry, i) => ({ ...carry, next: outputs[i] })),
    collected: outputs.slice(loop.carries.length),
    captured: [...loop.captured, ...bind(always, constants)],
    sequences: [...loop.sequences, ...bind(eachStep, stacks)],
  })
}

interface Early {
  /** Values that are the same in every step. */
  readonly always: readonly Node[]
  /** Values that depend on the slices only. */
  readonly eachStep: readonly Node[]
}

/** What is worth computing before the loop, of the values that can be. */
function findEarly(loop: Loop): Early {
  const timings = timingsOf(loop)
  const isAlways = (node: Node): boolean => timings.get(node) === 'always'
  const order = topologicalOrder(outputsOf(loop))
  const inputs = new Set<Node>([...loop.captured, ...loop.sequences].map(({ inner }) => inner))
  const movable = new Set(inputs)
  for (const node of order) {
    if (node.op !== 'input' && isMovable(node) && node.inputs.every((source) => movable.has(source))) movable.add(node)
  }

  const products = order.filter((node) => movable.has(node) && !isAlways(node) && isWithFixedMatrix(node, isAlways))
  // A product that another one is made of would be computed twice if it stayed in the loop for others.
  const behind = new Set(topologicalOrder(products))
  const eachStep = order.filter((node) => node.op === 'dot' && behind.has(node) && !isAlways(node))

  const isOutside = (node: Node): boolean => isAlways(node) || eachStep.includes(node)
  const staying = topologicalOrder(outputsOf(loop), isOutside).filter((node) => !isOutside(node))
  const read = new Set(staying.flatMap((node) => node.inputs.map((operand, i) => worthPassing(node, operand, i))))
  const always = [...read].filter((node) => node !== undefined && isAlways(node) && movable.has(node))
  return { always: always as Node[], eachStep }
}

/** A product of something with a matrix that stays the same and that is not smaller than what is to be kept for each step. */
const isWithFixedMatrix = (node: Node, isAlways: (node: Node) => boolean): boolean =>
  node.op === 'dot' && node.inputs.some((operand) => isAlways(operand) && sizeOf(node.shape) <= sizeOf(operand.shape))

/** What to compute once of an operand that is the same in every step: `undefined` if that takes no work, or not less than reading it. */
function worthPassing(reader: Node, operand: Node, position: number): Node | undefined {
  // A matrix whose rows are read across would be turned in each step.
  if (reader.op === 'dot' && position === 1 && isTurned(operand)) return operand
  let node = operand
  while (isMovement(node) && node.inputs.length === 1) node = node.inputs[0]
  if (node.op === 'input' || literal(node) !== undefined) return undefined
  const made = topologicalOrder([node])
  const captured = made.filter(({ op }) => op === 'input').reduce((sum, { shape }) => sum + sizeOf(shape), 0)
  return sizeOf(node.shape) <= captured || (captured > 0 && made.some(isSum)) ? node : undefined
}

const isTurned = (node: Node): boolean =>
  isOp(node, 'permute') && node.attributes.axes[node.rank - 1] !== node.rank - 1 && sizeOf(node.shape) > 1

const isSum = ({ op }: Node): boolean => op === 'dot' || op.startsWith('reduce')
