import { create, results } from '../../graph/build.js'
import { topologicalOrder } from '../../graph/graph.js'
import type { Node } from '../../graph/node.js'
import { isElementwise } from '../../graph/scalar.js'

/** A value from outside the loop, and what stands for it, or for its slices, in the body. */
export interface Binding {
  readonly value: Node
  readonly inner: Node<'input'>
}

export interface Carry extends Binding {
  readonly next: Node
}

/** A scan taken apart. */
export interface Loop {
  readonly carries: readonly Carry[]
  readonly sequences: readonly Binding[]
  readonly captured: readonly Binding[]
  /** What every step gives to be stacked. */
  readonly collected: readonly Node[]
  readonly length: number
  readonly reverse: boolean
}

export function loopOf({ inputs, attributes }: Node<'scan'>): Loop {
  const { body, carries, sequences, length, reverse } = attributes
  const bindings = inputs.map((value, i): Binding => ({ value, inner: body.inputs[i] }))
  return {
    carries: bindings.slice(0, carries).map((binding, i) => ({ ...binding, next: body.outputs[i] })),
    sequences: bindings.slice(carries, carries + sequences),
    captured: bindings.slice(carries + sequences),
    collected: body.outputs.slice(carries),
    length,
    reverse,
  }
}

export const outputsOf = ({ carries, collected }: Loop): Node[] => [...carries.map(({ next }) => next), ...collected]

/** The outputs of the scan that a loop is: last carries, then stacks. Sequences and captured values that no step reads are left out. */
export function run(loop: Loop): Node[] {
  const outputs = outputsOf(loop)
  if (outputs.length === 0) return []
  const used = new Set(topologicalOrder(outputs))
  const isUsed = ({ inner }: Binding): boolean => used.has(inner)
  const sequences = loop.sequences.filter(isUsed)
  const bindings = [...loop.carries, ...sequences, ...loop.captured.filter(isUsed)]
  const scan = create(
    'scan',
    bindings.map(({ value }) => value),
    {
      body: { inputs: bindings.map(({ inner }) => inner), outputs },
      carries: loop.carries.length,
      sequences: sequences.length,
      length: loop.length,
      reverse: loop.reverse,
    },
  )
  return results(scan)
}

/** When a value of the body is known: before the loop, as soon as its step comes, or only once the steps before it are done. */
export type Timing = 'always' | 'step' | 'carried'

/** The timing of all values of the body. */
export function timingsOf(loop: Loop): ReadonlyMap<Node, Timing> {
  const timings = new Map<Node, Timing>()
  for (const { inner } of loop.captured) timings.set(inner, 'always')
  for (const { inner } of loop.sequences) timings.set(inner, 'step')
  for (const { inner } of loop.carries) timings.set(inner, 'carried')
  for (const node of topologicalOrder(outputsOf(loop))) {
    if (timings.has(node)) continue
    const among = new Set(node.inputs.map((input) => timings.get(input)))
    timings.set(node, among.has('carried') ? 'carried' : among.has('step') ? 'step' : 'always')
  }
  return timings
}

/** Operations that only say where elements are found, or that there are none. */
export const isMovement = ({ op }: Node): boolean =>
  op === 'reshape' || op === 'permute' || op === 'expand' || op === 'slice' || op === 'pad' || op === 'concat'

const isFold = ({ op }: Node): boolean =>
  op === 'reduceSum' || op === 'reduceProd' || op === 'reduceMax' || op === 'reduceMin'

/** What may be moved out of a loop: it costs about as much for all steps at once as in each of them. */
export const isMovable = (node: Node): boolean =>
  isElementwise(node.op) ||
  isMovement(node) ||
  isFold(node) ||
  node.op === 'dot' ||
  node.op === 'gather' ||
  node.op === 'constant' ||
  node.op === 'iota'

/** Who reads each value of the body. */
export function readersOf(loop: Loop): ReadonlyMap<Node, readonly Node[]> {
  const readers = new Map<Node, Node[]>()
  for (const node of topologicalOrder(outputsOf(loop))) {
    for (const input of new Set(node.inputs)) {
      const known = readers.get(input)
      if (known === undefined) readers.set(input, [node])
      else known.push(node)
    }
  }
  return readers
}
