import type { KernelPlan } from '../../compiler/kernel-plan.js'
import type { Contraction, Convolution, Kernel } from '../../compiler/kernels.js'
import { sizeOf, stridesOf } from '../../core/shape.js'
import { bytesOf } from '../../graph/rules/movement.js'
import { BodyLowering, type BodyOperands, type FirstSweep } from './body.js'
import { isContiguous, type View } from './format.js'
import { converted, productDType, type Surroundings } from './lower.js'
import { lowerContraction, lowerConvolution, productView } from './products.js'

type Product = Contraction | Convolution
type Reuse = KernelPlan['reuse']

/** A step of a plan with its operands as the kernels see them. */
export interface ViewedStep {
  readonly kernel: Kernel
  readonly inputs: readonly View[]
  readonly outputs: readonly View[]
}

/** Where the body of a step finds its operands. */
export const operandsOf = ({ inputs, outputs }: ViewedStep): BodyOperands => ({
  input: (number) => inputs[number],
  output: (number) => outputs[number],
})

/**
 * Writes a product, its epilogue, and the sweep of the next step if that folds what the product gives, all of which run block
 * of rows by block. The answer is whether the next step has been written.
 */
export function writeProduct(
  kernel: Product,
  step: ViewedStep,
  next: ViewedStep | undefined,
  reuse: Reuse,
  around: Surroundings,
): boolean {
  const operands = operandsOf(step)
  const place = placeOfProduct(kernel, step, reuse)
  const product = place ?? around.temporary({ dtype: kernel.dtype, shape: kernel.sizes })
  const epilogue =
    place !== undefined && isPlain(kernel) ? undefined : new BodyLowering(kernel, { ...operands, product }, around)
  const rows = rowsOf(kernel)
  const wide = widenedOperands(kernel, step.inputs, around)
  const sweep = next && sweepBehind(step, next, rows, reuse, around)
  sweep?.before()
  around.writer.blocks(rows, () => {
    const operand = (input: number): View => wide.get(input) ?? step.inputs[input]
    if (kernel.kind === 'contraction') lowerContraction(kernel, operand, product, around)
    else lowerConvolution(kernel, operand, product, around)
    epilogue?.run()
    sweep?.run()
  })
  sweep?.after()
  return sweep !== undefined
}

/** Operands of a float32 product that have 16 bits in memory, converted for it as a whole: its blocks need them all. */
function widenedOperands(
  { dtype, left, right }: Product,
  inputs: readonly View[],
  around: Surroundings,
): ReadonlyMap<number, View> {
  const isNarrow = (input: number): boolean =>
    productDType(inputs[input].dtype) === dtype && inputs[input].dtype !== dtype
  const narrow = [...new Set([left.input, right.input])].filter((input) => dtype === 'float32' && isNarrow(input))
  return new Map(narrow.map((input) => [input, converted(inputs[input], dtype, around)]))
}

/** The sweep of a step that reads of a product only the rows that are there already, if it begins with one. */
function sweepBehind(
  step: ViewedStep,
  { kernel, inputs, outputs }: ViewedStep,
  rows: number,
  reuse: Reuse,
  around: Surroundings,
): FirstSweep | undefined {
  // Random words are drawn before, where the product would come between.
  if (rows === 1 || kernel.kind !== 'loop' || kernel.instructions.some(({ op }) => op === 'randomBits'))
    return undefined
  const sweep = new BodyLowering(kernel, operandsOf({ kernel, inputs, outputs }), around).firstSweep()
  if (sweep === undefined || sweep.elements % rows !== 0) return undefined
  const isOfProduct = (view: View): boolean => step.outputs.some((output) => overlap(view, output, reuse))
  const own = sweep.inputs.filter(isOfProduct)
  const destroys = sweep.outputs.some((view) => step.inputs.some((input) => overlap(input, view, reuse)))
  // Element by element in the order in which it is written.
  const isWhole = (view: View): boolean => isContiguous(view) && step.outputs.some((output) => isSame(view, output))
  return own.length > 0 && own.every(isWhole) && !destroys ? sweep : undefined
}

/** A product of no more bytes stays in the caches as a whole, and is then better divided by columns than by rows. */
const CACHED_BYTES = 2 * 2 ** 20

/** Rows of a product that can be computed apart from each other: rows of matrices, or images; 1 if none, or if it does not pay. */
function rowsOf(kernel: Product): number {
  const { sizes, dtype } = kernel
  if (bytesOf({ dtype, shape: sizes }) <= CACHED_BYTES || productDType(dtype) !== dtype) return 1
  if (kernel.kind === 'contraction') return sizeOf(sizes.slice(0, -1))
  return kernel.direction === 'kernelGradient' ? 1 : sizes[0]
}

/** Whether a product is stored once and as it is. */
const isPlain = ({ instructions, stores }: Pick<Product, 'instructions' | 'stores'>): boolean =>
  instructions.length === 1 && stores.length === 1

/**
 * The output whose bytes the product itself can take before its epilogue runs: one that holds the product, else any of its
 * type and order; it must not lie over what the epilogue reads.
 */
function placeOfProduct(
  { dtype, sizes, instructions, stores }: Product,
  { inputs, outputs }: ViewedStep,
  reuse: Reuse,
): View | undefined {
  const [{ output, offset, strides }] = stores
  // Without an epilogue the product may be written in any order of its axes.
  if (isPlain({ instructions, stores }) && sizeOf(outputs[output].shape) === sizeOf(sizes))
    return { ...outputs[output], shape: sizes, offset: outputs[output].offset + offset, strides }
  const places = stridesOf(sizes)
  const candidates = stores.filter(({ offset, strides, output }) => {
    const { shape } = outputs[output]
    const isInOrder = offset === 0 && sizes.every((n, axis) => n === 1 || strides[axis] === places[axis])
    if (!isInOrder || outputs[output].dtype !== dtype || sizeOf(shape) !== sizeOf(sizes)) return false
    return inputs.every((view) => !overlap(view, outputs[output], reuse))
  })
  const holdsProduct = stores.filter(({ value }) => instructions[value].op === 'product')
  const place = holdsProduct.length > 0 ? holdsProduct.find((store) => candidates.includes(store)) : candidates[0]
  return place && productView(outputs[place.output], sizes)
}

/** Whether two dense views are of the same elements. */
const isSame = (a: View, b: View): boolean =>
  a.dtype === b.dtype &&
  a.offset === b.offset &&
  sizeOf(a.shape) === sizeOf(b.shape) &&
  samePlace(a.location, b.location)

const samePlace = (a: View['location'], b: View['location']): boolean =>
  (a.kind === 'arena' && b.kind === 'arena' && a.offset === b.offset) ||
  (a.kind === 'output' && b.kind === 'output' && a.index === b.index)

/** Whether two dense values share bytes. */
function overlap(a: View, b: View, reuse: Reuse): boolean {
  const [from, to] = [a.location, b.location]
  if (from.kind === 'arena' && to.kind === 'arena')
    return from.offset < to.offset + bytesOf(b) && to.offset < from.offset + bytesOf(a)
  if (from.kind === 'output' && to.kind === 'output') return from.index === to.index
  if (from.kind === 'input' && to.kind === 'output') return reuse[to.index] === from.index
  return from.kind === 'output' && to.kind === 'input' && reuse[from.index] === to.index
}
