import type { KernelPlan, KernelStep } from '../../compiler/kernel-plan.js'
import type { Contraction, Convolution } from '../../compiler/kernels.js'
import { isFold } from '../../compiler/phases.js'
import type { Operand } from '../../compiler/plan.js'
import { sizeOf, stridesOf } from '../../core/shape.js'
import { isOp, type Node } from '../../graph/node.js'
import { bytesOf } from '../../graph/rules/movement.js'
import { BodyLowering } from './body.js'
import { contiguousView, MAGIC, type View, Words } from './format.js'
import { dense, emitCast, lowerNode, productDType, type Surroundings } from './lower.js'
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
    writeStep(step, plan.reuse, around, tagged)
  }
  for (const { from, output } of plan.copies) {
    const view = viewOf(from)
    emitCast(around, view, contiguousView(from, { kind: 'output', index: output }))
  }
  writer.finish(into, base + most, plan.graph.inputs, plan.graph.outputs)
}

function writeStep(step: KernelStep, reuse: KernelPlan['reuse'], around: Surroundings, tagged: Node[]): void {
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
    new BodyLowering(kernel, reduced, { input, output }, around).run()
    return
  }
  const place = placeOfProduct(kernel, inputs, outputs, reuse)
  const product = place ?? around.temporary({ dtype: kernel.dtype, shape: kernel.sizes })
  const compute = (): void => {
    if (kernel.kind === 'contraction') lowerContraction(kernel, input, product, around)
    else lowerConvolution(kernel, input, product, around)
  }
  if (place !== undefined && kernel.instructions.length === 1 && kernel.stores.length === 1) {
    compute()
    return
  }
  const epilogue = new BodyLowering(kernel, 0, { input, output, product }, around)
  around.writer.blocks(rowsOf(kernel), () => {
    compute()
    epilogue.run()
  })
}

/** Products smaller than this stay in a cache as a whole. */
const SMALL_PRODUCT = 8192

/** Rows of a product that can be computed apart from each other: rows of matrices, or images; 1 if none, or if it does not pay. */
function rowsOf(kernel: Contraction | Convolution): number {
  const { sizes, dtype } = kernel
  if (sizeOf(sizes) < SMALL_PRODUCT || productDType(dtype) !== dtype) return 1
  if (kernel.kind === 'contraction') return sizeOf(sizes.slice(0, -1))
  return kernel.direction === 'kernelGradient' ? 1 : sizes[0]
}

/**
 * The output whose bytes the product itself can take before its epilogue runs: one that holds the product, else any of its
 * type and order; it must not lie over what the epilogue reads.
 */
function placeOfProduct(
  { dtype, sizes, instructions, stores }: Contraction | Convolution,
  inputs: readonly View[],
  outputs: readonly View[],
  reuse: readonly (number | undefined)[],
): View | undefined {
  const [{ output, offset, strides }] = stores
  // Without an epilogue the product may be written in any order of its axes.
  if (instructions.length === 1 && stores.length === 1 && sizeOf(outputs[output].shape) === sizeOf(sizes))
    return { ...outputs[output], shape: sizes, offset: outputs[output].offset + offset, strides }
  const places = stridesOf(sizes)
  const candidates = stores.filter(({ offset, strides, output }) => {
    const { location, shape } = outputs[output]
    const isInOrder = offset === 0 && sizes.every((n, axis) => n === 1 || strides[axis] === places[axis])
    if (!isInOrder || outputs[output].dtype !== dtype || sizeOf(shape) !== sizeOf(sizes)) return false
    if (location.kind === 'output') return reuse[location.index] === undefined
    return inputs.every((view) => !overlap(view, outputs[output]))
  })
  const holdsProduct = stores.filter(({ value }) => instructions[value].op === 'product')
  const place = holdsProduct.length > 0 ? holdsProduct.find((store) => candidates.includes(store)) : candidates[0]
  return place && productView(outputs[place.output], sizes)
}

/** Whether two dense values share bytes of the arena. */
function overlap(a: View, b: View): boolean {
  if (a.location.kind !== 'arena' || b.location.kind !== 'arena') return false
  return a.location.offset < b.location.offset + bytesOf(b) && b.location.offset < a.location.offset + bytesOf(a)
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
