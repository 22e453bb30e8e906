import type { TensorType } from '../graph/primitives.js'
import type { Affine, Argument, Body, Kernel, KernelCall, KernelGraph } from './kernels.js'
import { isFold, operandsOf, phasesOf } from './phases.js'
import { placeValues, type Task } from './places.js'
import { mayFail, type Operand, type Plan } from './plan.js'

/** A kernel with the places of its inputs and outputs. */
export interface KernelStep {
  readonly kernel: Kernel
  readonly inputs: readonly Operand[]
  readonly outputs: readonly Operand[]
  /** For routines with inner graphs the plans of these, in the order of `innerGraphs`. */
  readonly inner: readonly KernelPlan[]
}

/** A program of kernels in order, and every value given its place; the same as a `Plan` in all else. */
export interface KernelPlan extends Omit<Plan, 'steps'> {
  readonly steps: readonly KernelStep[]
  /** How many groups were cut into their members: 0, unless the fusion makes a mistake. */
  readonly cuts: number
}

/** Plans the memory of kernels. `donated` inputs may be overwritten by outputs of the same type. */
export function planKernels(kernels: KernelGraph, donated: ReadonlySet<number> = new Set()): KernelPlan {
  const { graph, values } = kernels
  const outputs = kernels.outputs.map(({ dtype, shape, source }) => ({
    dtype,
    shape,
    value: source.kind === 'value' ? source.value : undefined,
  }))
  const outputValues = new Set(outputs.flatMap(({ value }) => value ?? []))
  const calls = donated.size > 0 ? updatesLast(kernels.calls, outputValues) : kernels.calls
  const { places, copied, ...placement } = placeValues({
    values,
    inputs: graph.inputs.length,
    tasks: calls.map(taskOf),
    outputs,
    donated,
  })
  const operand = ({ dtype, shape, source }: Argument): Operand => ({
    dtype,
    shape,
    place: source.kind === 'value' ? places[source.value] : source,
  })
  const written = (value: number): Operand => ({ ...values[value], place: places[value] })
  return {
    graph,
    steps: calls.map(({ kernel, inputs, outputs: results, inner }) => ({
      kernel,
      inputs: inputs.map(operand),
      outputs: results.map(written),
      inner: inner.map((body) => planKernels(body)),
    })),
    copies: copied.map((output) => ({ from: operand(kernels.outputs[output]), output })),
    cuts: kernels.cuts,
    ...placement,
  }
}

function mayCallFail({ kernel }: KernelCall): boolean {
  return kernel.kind === 'routine' ? mayFail(kernel.node) : kernel.instructions.some(({ op }) => op === 'index')
}

/**
 * Kernels in another order: those that compute nothing but outputs of the program come behind all that may fail, so that they
 * can write over donated inputs of which a failed run must leave the values.
 */
function updatesLast(calls: readonly KernelCall[], outputs: ReadonlySet<number>): readonly KernelCall[] {
  const lastFailing = calls.findLastIndex(mayCallFail)
  if (lastFailing < 0) return calls
  const read = new Set(
    calls.flatMap(({ inputs }) => inputs.flatMap(({ source }) => (source.kind === 'value' ? source.value : []))),
  )
  const isLate = (call: KernelCall, at: number): boolean =>
    at < lastFailing && !mayCallFail(call) && call.outputs.every((value) => outputs.has(value) && !read.has(value))
  const late = calls.filter(isLate)
  if (late.length === 0) return calls
  return [
    ...calls.slice(0, lastFailing + 1).filter((call) => !late.includes(call)),
    ...late,
    ...calls.slice(lastFailing + 1),
  ]
}

function taskOf(call: KernelCall): Task {
  const { kernel, inputs, outputs } = call
  const numberOf = ({ source }: Argument): number | undefined => (source.kind === 'value' ? source.value : undefined)
  return {
    reads: inputs.map(numberOf).filter((value) => value !== undefined),
    writes: outputs,
    mayFail: mayCallFail(call),
    mayOverwrite: (position, read) =>
      inputs.every((input, index) => numberOf(input) !== read || mayOverwrite(kernel, position, index, input)),
  }
}

/**
 * Whether an output may take the bytes of an input: every element is read only at the index at which it is written, and
 * not again in a later sweep, whether a backend sweeps row by row or through all rows at once.
 */
function mayOverwrite(kernel: Kernel, output: number, input: number, type: TensorType): boolean {
  if (kernel.kind === 'routine') return false
  if (kernel.kind !== 'loop' && (kernel.left.input === input || kernel.right.input === input)) return false
  const [store, ...others] = kernel.stores.filter((one) => one.output === output)
  if (store === undefined || others.length > 0) return false
  const { instructions, sizes } = kernel
  const loads = instructions.flatMap((one, i) => ('input' in one && one.input === input ? [{ one, i }] : []))
  const inPlace = loads.every(
    ({ one }) => one.op === 'load' && one.dtype === type.dtype && sameAffine(one, store, sizes),
  )
  if (!inPlace) return false
  const loaded = new Set(loads.map(({ i }) => i))
  // What is stored as it was loaded may be copied after the others have been written.
  if (kernel.stores.some((other) => other !== store && loaded.has(other.value))) return false
  if (kernel.kind !== 'loop' || !instructions.some(isFold)) return true
  // A fold may be written as soon as its sweep ends, while others still read the row.
  if (isFold(instructions[store.value])) return false
  return !isReadLater(kernel, kernel.reduced, kernel.stores.indexOf(store), loaded)
}

/** Whether elements are read after a store has been written; a backend may load them for each use. */
function isReadLater(body: Body, reduced: number, store: number, loads: ReadonlySet<number>): boolean {
  const { instructions } = body
  const reads = (numbers: readonly number[]): boolean =>
    numbers.some((i) => operandsOf(instructions[i]).some((operand) => loads.has(operand)))
  const phases = phasesOf(body, reduced)
  const stored = phases.findIndex(
    ({ rowStores, elementStores }) => rowStores.includes(store) || elementStores.includes(store),
  )
  // What is stored once per row is stored before the sweep, so the same sweep reads later too.
  const ownRow = phases[stored].rowStores.includes(store)
  return phases.some(({ perRow, perElement, folds }, phase) => {
    if (phase < stored) return false
    // A fold takes its operands after the elements have been written.
    if (phase === stored) return reads(folds) || (ownRow && reads(perElement))
    return reads(folds) || reads(perElement) || reads(perRow)
  })
}

const sameAffine = (a: Affine, b: Affine, sizes: readonly number[]): boolean =>
  a.offset === b.offset && a.strides.every((stride, axis) => stride === b.strides[axis] || sizes[axis] === 1)
