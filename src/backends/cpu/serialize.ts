import type { KernelPlan, KernelStep } from '../../compiler/kernel-plan.js'
import type { Body } from '../../compiler/kernels.js'
import { isFold } from '../../compiler/phases.js'
import type { Operand } from '../../compiler/plan.js'
import { sizeOf, stridesOf } from '../../core/shape.js'
import { isOp, type Node } from '../../graph/node.js'
import { bytesOf } from '../../graph/rules/movement.js'
import { lowerBody } from './body.js'
import { contiguousView, MAGIC, type View, Words } from './format.js'
import { dense, emitCast, lowerNode, type Surroundings } from './lower.js'
import { lowerContraction, lowerConvolution, productView } from './products.js'
import { ProgramWriter } from './writer.js'

/** A plan as words for the kernels, and the nodes whose errors they report by number. */
export interface Serialized {
  readonly words: Int32Array
  readonly tagged: readonly Node[]
}

export function serialize(plan: KernelPlan): Serialized {
  const tagged: Node[] = []
  const words = new Words()
  words.word(MAGIC)
  writePlan(plan, words, tagged)
  return { words: words.take(), tagged }
}

const ALIGNMENT = 64
const aligned = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT

const viewOf = (operand: Operand): View => contiguousView(operand, operand.place)

function writePlan(plan: KernelPlan, into: Words, tagged: Node[]): void {
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
  for (const step of plan.steps) {
    used = 0
    writeStep(step, around, tagged)
  }
  for (const { from, output } of plan.copies) {
    const view = viewOf(from)
    emitCast(around, view, contiguousView(from, { kind: 'output', index: output }))
  }
  writer.finish(into, base + most, plan.graph.inputs, plan.graph.outputs)
}

function writeStep(step: KernelStep, around: Surroundings, tagged: Node[]): void {
  const { kernel, inner } = step
  const [inputs, outputs] = [step.inputs.map(viewOf), step.outputs.map(viewOf)]
  if (kernel.kind === 'routine') {
    const bodies = inner.map((body) => (words: Words) => writePlan(body, words, tagged))
    writeRoutine(kernel.node, inputs, outputs, around, bodies)
    return
  }
  const input = (number: number): View => inputs[number]
  const output = (number: number): View => outputs[number]
  if (kernel.kind === 'loop') {
    const reduced = kernel.instructions.some(isFold) ? kernel.reduced : 0
    lowerBody(kernel, reduced, { input, output }, around)
    return
  }
  const direct = plainStore(kernel)
  const target = direct === undefined ? undefined : outputs[direct]
  const product =
    target === undefined || sizeOf(target.shape) !== sizeOf(kernel.sizes)
      ? around.temporary({ dtype: kernel.dtype, shape: kernel.sizes })
      : productView(target, kernel.sizes)
  if (kernel.kind === 'contraction') lowerContraction(kernel, input, product, around)
  else lowerConvolution(kernel, input, product, around)
  if (product.location !== target?.location) lowerBody(kernel, 0, { input, output, product }, around)
}

/** The output of a body that does nothing but keep the product in order. */
function plainStore({ instructions, stores, sizes }: Body): number | undefined {
  const [{ offset, strides, output }] = stores
  const places = stridesOf(sizes)
  const isInOrder = offset === 0 && sizes.every((n, axis) => n === 1 || strides[axis] === places[axis])
  return instructions.length === 1 && stores.length === 1 && isInOrder ? output : undefined
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
