import { fuse } from '../../compiler/fuse/fuse.js'
import type { Argument, Body, KernelCall, KernelGraph } from '../../compiler/kernels.js'
import { isFold } from '../../compiler/phases.js'
import { type Place, placeValues, type Task } from '../../compiler/places.js'
import type { Plan } from '../../compiler/plan.js'
import { range, sizeOf, stridesOf } from '../../core/shape.js'
import type { Node } from '../../graph/node.js'
import { bytesOf } from '../../graph/rules/movement.js'
import { isSingleLoop, lowerBody } from './body.js'
import { contiguousView, MAGIC, type View, Words } from './format.js'
import { emitCast, productDType, type Surroundings } from './lower.js'
import { lowerContraction, lowerConvolution, productView } from './products.js'
import { type Serialized, writeStep } from './serialize.js'
import { ProgramWriter } from './writer.js'

/** A plan's graph as fused kernels, in words. */
export function serializeFused(plan: Plan): Serialized {
  const tagged: Node[] = []
  const words = new Words()
  words.word(MAGIC)
  writeKernels(fuse(plan.graph), plan.reuse, words, tagged)
  return { words: words.take(), tagged }
}

const ALIGNMENT = 64
const aligned = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT

/** The value that an argument reads; undefined for constants. */
const numberOf = ({ source }: Argument): number | undefined => (source.kind === 'value' ? source.value : undefined)

function writeKernels(graph: KernelGraph, reuse: Plan['reuse'], into: Words, tagged: Node[]): void {
  const { places, arenaBytes, copied } = place(graph, reuse)
  const writer = new ProgramWriter()
  const base = aligned(arenaBytes)
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
  const viewOf = (argument: Argument): View =>
    contiguousView(argument, argument.source.kind === 'constant' ? argument.source : places[argument.source.value])
  const outputView = (value: number): View => contiguousView(graph.values[value], places[value])
  for (const call of graph.calls) {
    used = 0
    writeCall(call, call.inputs.map(viewOf), call.outputs.map(outputView), around, tagged)
  }
  // Outputs that lie over inputs are written after everything that reads inputs.
  const early = copied.filter((output) => places[numberOf(graph.outputs[output]) ?? -1]?.kind !== 'arena')
  for (const output of [...early, ...copied.filter((other) => !early.includes(other))]) {
    const from = viewOf(graph.outputs[output])
    emitCast(around, from, contiguousView(from, { kind: 'output', index: output }))
  }
  writer.finish(into, base + most, graph.graph.inputs, graph.graph.outputs)
}

interface Placed {
  readonly places: readonly Place[]
  readonly arenaBytes: number
  readonly copied: readonly number[]
}

/** Places for a fused graph. An output may be written over an input only where the plan has promised just that. */
function place(graph: KernelGraph, promised: Plan['reuse']): Placed {
  const donated = new Set(promised.filter((input) => input !== undefined))
  const outputs = graph.outputs.map((argument) => ({
    dtype: argument.dtype,
    shape: argument.shape,
    value: numberOf(argument),
  }))
  const tasks = graph.calls.map(taskOf)
  const common = { values: graph.values, inputs: graph.graph.inputs.length, donated }
  const first = placeValues({ ...common, tasks, outputs })
  const broken = range(outputs.length).filter(
    (output) => promised[output] !== undefined && first.reuse[output] !== promised[output],
  )
  if (broken.length === 0) return first
  // These are computed in the arena and copied at the end.
  const late = broken.flatMap((output) => outputs[output].value ?? [])
  const keeper: Task = { reads: late, writes: [], mayOverwrite: () => false }
  const kept = outputs.map((output, i) => (broken.includes(i) ? { ...output, value: undefined } : output))
  const second = placeValues({ ...common, tasks: [...tasks, keeper], outputs: kept })
  const wrong = range(outputs.length).some(
    (output) =>
      !broken.includes(output) && second.reuse[output] !== undefined && second.reuse[output] !== promised[output],
  )
  if (wrong) throw new Error('cpu backend: outputs cannot be placed as the plan has promised')
  return second
}

function taskOf({ kernel, inputs, outputs }: KernelCall): Task {
  return {
    reads: inputs.flatMap((argument) => numberOf(argument) ?? []),
    writes: outputs,
    mayOverwrite: (position, read) => {
      if (kernel.kind !== 'loop' || !isSingleLoop(kernel)) return false
      const store = kernel.stores.find(({ output }) => output === position)
      if (store === undefined || !isDense(store.strides, store.offset, kernel.sizes)) return false
      return kernel.instructions.every(
        (one) =>
          !('input' in one) ||
          numberOf(inputs[one.input]) !== read ||
          (one.offset === 0 && one.strides.every((stride, axis) => stride === store.strides[axis])),
      )
    },
  }
}

const isDense = (strides: readonly number[], offset: number, sizes: readonly number[]): boolean => {
  const dense = stridesOf(sizes)
  return offset === 0 && sizes.every((n, axis) => n === 1 || strides[axis] === dense[axis])
}

/** The store of a body that does nothing but keep the product in order. */
function plainStore({ instructions, stores, sizes }: Body): number | undefined {
  const [store] = stores
  const plain = instructions.length === 1 && stores.length === 1 && isDense(store.strides, store.offset, sizes)
  return plain ? store.output : undefined
}

function writeCall(
  { kernel, inner }: KernelCall,
  inputs: readonly View[],
  outputs: readonly View[],
  around: Surroundings,
  tagged: Node[],
): void {
  if (kernel.kind === 'routine') {
    const bodies = inner.map((body) => (words: Words) => writeKernels(body, [], words, tagged))
    writeStep(kernel.node, inputs, outputs, around, bodies)
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
  const dtype = productDType(kernel.dtype)
  const target = direct === undefined ? undefined : outputs[direct]
  const product =
    target === undefined || sizeOf(target.shape) !== sizeOf(kernel.sizes)
      ? around.temporary({ dtype: dtype === kernel.dtype ? dtype : kernel.dtype, shape: kernel.sizes })
      : productView(target, kernel.sizes)
  if (kernel.kind === 'contraction') lowerContraction(kernel, input, product, around)
  else lowerConvolution(kernel, input, product, around)
  if (product.location !== target?.location) lowerBody(kernel, 0, { input, output, product }, around)
}
