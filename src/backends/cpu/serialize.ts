import type { Operand, Plan } from '../../compiler/plan.js'
import { isOp, type Node } from '../../graph/node.js'
import { bytesOf } from '../../graph/rules/movement.js'
import { contiguousView, MAGIC, type View, Words } from './format.js'
import { dense, emitCast, lowerNode, type Surroundings } from './lower.js'
import { ProgramWriter } from './writer.js'

/** A plan as words for the kernels, and the nodes whose errors they report by number. */
export interface Serialized {
  readonly words: Int32Array
  readonly tagged: readonly Node[]
}

export function serialize(plan: Plan): Serialized {
  const tagged: Node[] = []
  const words = new Words()
  words.word(MAGIC)
  writePlan(plan, words, tagged)
  return { words: words.take(), tagged }
}

const ALIGNMENT = 64
const aligned = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT

export const viewOf = (operand: Operand): View => contiguousView(operand, operand.place)

function writePlan(plan: Plan, into: Words, tagged: Node[]): void {
  const writer = new ProgramWriter()
  const base = aligned(plan.arenaBytes)
  let used = 0
  let most = 0
  const around: Surroundings = {
    writer,
    temporary: (type) => {
      const offset = base + used
      used += aligned(bytesOf(type))
      most = Math.max(most, used)
      return contiguousView(type, { kind: 'arena', offset })
    },
    tagOf: (node) => tagged.push(node) - 1,
  }
  for (const { node, inputs, outputs, inner } of plan.steps) {
    used = 0
    const bodies = inner.map((body) => (words: Words) => writePlan(body, words, tagged))
    writeStep(node, inputs.map(viewOf), outputs.map(viewOf), around, bodies)
  }
  for (const { from, output } of plan.copies) {
    const view = viewOf(from)
    emitCast(around, view, contiguousView(from, { kind: 'output', index: output }))
  }
  writer.finish(into, base + most, plan.graph.inputs, plan.graph.outputs)
}

/** Writes one node; `bodies` are the programs inside it. */
export function writeStep(
  node: Node,
  inputs: readonly View[],
  outputs: readonly View[],
  around: Surroundings,
  bodies: readonly ((into: Words) => void)[],
): void {
  if (isOp(node, 'scan') || isOp(node, 'whileLoop') || isOp(node, 'cond') || isOp(node, 'call')) {
    const options = { carries: 0, sequences: 0, length: 0, reverse: false, ...numbersOf(node) }
    around.writer.control(
      node.op,
      inputs.map((view) => dense(view, around)),
      outputs,
      options,
      bodies,
    )
  } else {
    lowerNode(node, inputs, outputs, around)
  }
}

function numbersOf(node: Node): { carries?: number; sequences?: number; length?: number; reverse?: boolean } {
  if (isOp(node, 'scan')) {
    const { carries, sequences, length, reverse } = node.attributes
    return { carries, sequences, length, reverse }
  }
  return isOp(node, 'whileLoop') ? { carries: node.attributes.carries } : {}
}
