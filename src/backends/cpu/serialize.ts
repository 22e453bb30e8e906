import type { KernelPlan, KernelStep } from '../../compiler/kernel-plan.js'
import type { Operand } from '../../compiler/plan.js'
import { isOp, type Node } from '../../graph/node.js'
import { bytesOf } from '../../graph/rules/movement.js'
import { BodyLowering } from './body.js'
import { contiguousView, MAGIC, type View, Words } from './format.js'
import { dense, emitCast, lowerNode, type Surroundings } from './lower.js'
import type { Marks } from './marks.js'
import { operandsOf, type ViewedStep, writeProduct } from './product-step.js'
import { ProgramWriter } from './writer.js'

/** A plan as words for the kernels, and the nodes whose errors they report by number. */
export interface Serialized {
  readonly words: Int32Array
  readonly tagged: readonly Node[]
}

/** With marks, the program has one output more, their table. */
export function serialize(plan: KernelPlan, marks?: Marks): Serialized {
  const tagged: Node[] = []
  const words = new Words()
  words.word(MAGIC)
  writePlan(plan, words, { tagged, marks, around: undefined })
  return { words: words.take(), tagged }
}

interface Writing {
  readonly tagged: Node[]
  readonly marks: Marks | undefined
  /** The number of the kernel that the plan is inside of. */
  readonly around: number | undefined
}

const ALIGNMENT = 64
const aligned = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT

const viewOf = (operand: Operand): View => contiguousView(operand, operand.place)

function writePlan(plan: KernelPlan, into: Words, writing: Writing): void {
  const { tagged, marks } = writing
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
  for (let i = 0; i < plan.steps.length; i++) {
    used = 0
    const step = viewed(plan.steps[i])
    const next = i + 1 < plan.steps.length ? viewed(plan.steps[i + 1]) : undefined
    const inside = { ...writing, around: marks?.kernel(writer) }
    if (!writeStep(step, next, plan.reuse, around, inside)) continue
    i++
    marks?.join(plan.steps[i])
  }
  marks?.close(writer, writing.around)
  for (const { from, output } of plan.copies) {
    const view = viewOf(from)
    emitCast(around, view, contiguousView(from, { kind: 'output', index: output }))
  }
  marks?.end(writer, writing.around)
  const isWhole = writing.around === undefined
  const outputs = isWhole && marks !== undefined ? [...plan.graph.outputs, marks.table] : plan.graph.outputs
  writer.finish(into, base + most, plan.graph.inputs, outputs)
}

/** A step with its operands as the kernels see them. */
const viewed = ({ kernel, inner, inputs, outputs }: KernelStep): ViewedStep & Pick<KernelStep, 'inner'> => ({
  kernel,
  inner,
  inputs: inputs.map(viewOf),
  outputs: outputs.map(viewOf),
})

/** Writes a step, and with it the next one if that is better done at once: then the answer is true. */
function writeStep(
  step: ViewedStep & Pick<KernelStep, 'inner'>,
  next: ViewedStep | undefined,
  reuse: KernelPlan['reuse'],
  around: Surroundings,
  inside: Writing,
): boolean {
  const { kernel, inputs, outputs } = step
  switch (kernel.kind) {
    case 'routine': {
      const bodies = step.inner.map((body) => (words: Words) => writePlan(body, words, inside))
      writeRoutine(kernel.node, inputs, outputs, around, bodies)
      return false
    }
    case 'loop':
      new BodyLowering(kernel, operandsOf(step), around).run()
      return false
    default:
      return writeProduct(kernel, step, next, reuse, around)
  }
}

/** Writes one node as it is; `bodies` are the programs inside it. */
function writeRoutine(
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
