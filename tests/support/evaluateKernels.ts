import type { Elements } from '../../src/backends/reference/elements.js'
import { evaluate } from '../../src/backends/reference/evaluate.js'
import { interpret } from '../../src/backends/reference/interpret.js'
import type { KernelPlan, KernelStep } from '../../src/compiler/kernel-plan.js'
import type { Affine, Body, Contraction, Convolution, Instruction, Loop } from '../../src/compiler/kernels.js'
import { isFold, type Phase, phasesOf } from '../../src/compiler/phases.js'
import { allocate, type DType, decode, dtypes, encode, isFloat, roundTo } from '../../src/core/dtype.js'
import { sizeOf } from '../../src/core/shape.js'
import { fillRandomBits } from '../../src/core/threefry.js'
import type { Graph, Node } from '../../src/graph/index.js'
import { evaluateScalar } from '../../src/graph/scalar.js'

/** Runs a plan of kernels slowly and plainly, in a real arena, so that wrong places give wrong numbers. */
export function evaluateKernels(plan: KernelPlan, inputs: readonly Elements[], overwrite = true): Elements[] {
  const arena = new ArrayBuffer(plan.arenaBytes)
  // What is never written must not look right by chance.
  new Uint8Array(arena).fill(0xa7)
  const given = inputs.map(({ data, ...type }) => ({ ...type, data: data.slice() }))
  const outputs = plan.graph.outputs.map(({ dtype, shape }, i): Elements => {
    const reuse = plan.reuse[i]
    if (overwrite && reuse !== undefined) return given[reuse]
    return { dtype, shape, data: allocate(dtype, sizeOf(shape)) }
  })
  const bind = ({ dtype, shape, place }: KernelStep['inputs'][number]): Elements => {
    const { storage } = dtypes[dtype]
    const size = sizeOf(shape)
    if (place.kind === 'constant') return { dtype, shape, data: allocate(dtype, size).fill(encode(dtype, place.value)) }
    if (place.kind === 'arena') return { dtype, shape, data: new storage(arena, place.offset, size) }
    const { data } = place.kind === 'input' ? given[place.index] : outputs[place.index]
    return { dtype, shape, data: new storage(data.buffer as ArrayBuffer, data.byteOffset, size) }
  }
  for (const { kernel, inputs: operands, outputs: results, inner } of plan.steps) {
    const [from, to] = [operands.map(bind), results.map(bind)]
    if (kernel.kind === 'routine') runRoutine(kernel.node, from, to, inner)
    else runBody(kernel, from, to)
  }
  for (const { from, output } of plan.copies) outputs[output].data.set(bind(from).data)
  return plan.graph.outputs.map(({ dtype, shape }, i) => ({ dtype, shape, data: outputs[i].data }))
}

function runRoutine(
  node: Node,
  inputs: readonly Elements[],
  outputs: readonly Elements[],
  inner: readonly KernelPlan[],
): void {
  const run = (graph: Graph, values: readonly Elements[]): Elements[] => {
    const body = inner.find((plan) => plan.graph === graph)
    return body === undefined ? interpret(graph, values) : evaluateKernels(body, values)
  }
  evaluate(node.op, inputs, outputs, node.attributes, run)
}

const placeOf = ({ offset, strides }: Affine, index: readonly number[]): number =>
  strides.reduce((place, stride, axis) => place + stride * index[axis], offset)

const read = ({ dtype, data }: Elements, place: number): number => {
  if (place < 0 || place >= data.length) throw new Error(`reads element ${place} of ${data.length}`)
  return decode(dtype, data[place])
}

/** The indices of a space, row-major. */
function* indicesOf(sizes: readonly number[]): Generator<number[]> {
  const total = sizeOf(sizes)
  for (let i = 0; i < total; i++) {
    let rest = i
    const index = new Array<number>(sizes.length)
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      index[axis] = rest % sizes[axis]
      rest = Math.floor(rest / sizes[axis])
    }
    yield index
  }
}

const foldStart = {
  // Of nothing but −0 the sum is −0; there are no empty rows here.
  reduceSum: () => -0,
  reduceProd: () => 1,
  reduceMax: (d: DType) => dtypes[d].lowest,
  reduceMin: (d: DType) => dtypes[d].highest,
}

/** Row by row in the phases of the body, element by element: loads, then stores. */
function runBody(
  kernel: Loop | Contraction | Convolution,
  inputs: readonly Elements[],
  outputs: readonly Elements[],
): void {
  const written = outputs.map(({ data }) => new Uint8Array(data.length))
  const reduced = kernel.kind === 'loop' ? kernel.reduced : 0
  const product = kernel.kind === 'loop' ? undefined : productOf(kernel, inputs)
  const rows = kernel.sizes.length - reduced
  const phases = phasesOf(kernel, reduced)
  const store = (position: number, index: readonly number[], values: readonly number[]): void => {
    const { output, value, ...place } = kernel.stores[position]
    const { dtype, data } = outputs[output]
    const at = placeOf(place, index)
    if (at < 0 || at >= data.length) throw new Error(`writes element ${at} of ${data.length}`)
    if (written[output][at]++ > 0) throw new Error(`writes element ${at} twice`)
    data[at] = encode(dtype, values[value])
  }
  for (const row of indicesOf(kernel.sizes.slice(0, rows))) {
    const values: number[] = []
    for (const phase of phases) runPhase(kernel, phase, row, kernel.sizes.slice(rows), values, inputs, product, store)
  }
  written.forEach((counts, i) => {
    if (counts.includes(0)) throw new Error(`output ${i} is not written everywhere`)
  })
}

function runPhase(
  { instructions, stores }: Body,
  { perRow, perElement, folds, rowStores, elementStores }: Phase,
  row: readonly number[],
  inner: readonly number[],
  values: number[],
  inputs: readonly Elements[],
  product: ((index: readonly number[]) => number) | undefined,
  store: (position: number, index: readonly number[], values: readonly number[]) => void,
): void {
  const evaluateAt = (i: number, index: readonly number[]): void => {
    values[i] = evaluateInstruction(instructions[i], instructions, index, values, inputs, product)
  }
  const first = [...row, ...inner.map(() => 0)]
  for (const i of perRow) evaluateAt(i, first)
  for (const position of rowStores) store(position, first, values)
  const sums = folds.map((i) => {
    const one = instructions[i]
    return isFold(one) ? foldStart[one.op](one.dtype) : 0
  })
  if (folds.length > 0 || elementStores.length > 0) {
    for (const within of indicesOf(inner)) {
      const index = [...row, ...within]
      for (const i of perElement) evaluateAt(i, index)
      for (const position of elementStores) {
        // What is passed on as it was loaded is read where it is used: another store may have written over it.
        if (instructions[stores[position].value].op === 'load') evaluateAt(stores[position].value, index)
        store(position, index, values)
      }
      folds.forEach((i, k) => {
        const one = instructions[i]
        if (!isFold(one)) return
        if (instructions[one.operands[0]].op === 'load') evaluateAt(one.operands[0], index)
        const x = values[one.operands[0]]
        if (one.op === 'reduceSum') sums[k] += x
        else if (one.op === 'reduceProd') sums[k] = isFloat(one.dtype) ? sums[k] * x : Math.imul(sums[k], x)
        else sums[k] = one.op === 'reduceMax' ? Math.max(sums[k], x) : Math.min(sums[k], x)
      })
    }
  }
  folds.forEach((i, k) => {
    values[i] = roundTo(instructions[i].dtype, sums[k])
  })
}

function evaluateInstruction(
  one: Instruction,
  instructions: readonly Instruction[],
  index: readonly number[],
  values: readonly number[],
  inputs: readonly Elements[],
  product: ((index: readonly number[]) => number) | undefined,
): number {
  switch (one.op) {
    case 'load':
      return read(inputs[one.input], placeOf(one, index))
    case 'constant':
      return one.value
    case 'iota':
      return roundTo(one.dtype, placeOf(one, index))
    case 'randomBits': {
      const { data } = inputs[one.input]
      const at = placeOf(one, index)
      const words = new Uint32Array(at + 1)
      fillRandomBits(words, data[0], data[1])
      return words[at]
    }
    case 'product':
      return roundTo(one.dtype, product?.(index) ?? Number.NaN)
    case 'index': {
      const x = values[one.operands[0]]
      if (!(x >= 0 && x < one.size)) throw new Error(`index ${x} is out of range`)
      return x
    }
    case 'reduceSum':
    case 'reduceProd':
    case 'reduceMax':
    case 'reduceMin':
      throw new Error('folds are not computed by element')
    default: {
      const last = instructions[one.operands[one.operands.length - 1]]
      const operands = one.operands.map((operand) => values[operand])
      const attributes = one.op === 'cast' || one.op === 'bitcast' ? { dtype: one.dtype } : {}
      return evaluateScalar(one.op, attributes as never, last.dtype, one.dtype, operands)
    }
  }
}

function productOf(
  kernel: Contraction | Convolution,
  inputs: readonly Elements[],
): (index: readonly number[]) => number {
  const { left, right, dtype } = kernel
  const term = (l: readonly number[], r: readonly number[]): number => {
    const [a, b] = [read(inputs[left.input], placeOf(left, l)), read(inputs[right.input], placeOf(right, r))]
    return dtype.startsWith('f') || dtype.startsWith('b') ? a * b : Math.imul(a, b)
  }
  if (kernel.kind === 'contraction') {
    return (index) => {
      const [batch, i, j] = [index.slice(0, -2), index[index.length - 2], index[index.length - 1]]
      let sum = 0
      for (let k = 0; k < kernel.depth; k++) sum += term([...batch, i, k], [...batch, k, j])
      return sum
    }
  }
  const { direction, extents, strides, dilation, low } = kernel
  const { batch, image, window, places, channels, outputs } = extents
  /** s = t · stride + k · dilation − low */
  const follows = (s: readonly number[], t: readonly number[], k: readonly number[]): boolean =>
    s.every((n, axis) => n === t[axis] * strides[axis] + k[axis] * dilation[axis] - low[axis])
  return (index) => {
    let sum = 0
    const [first, middle, last] = [index[0], index.slice(1, -1), index[index.length - 1]]
    if (direction === 'forward') {
      const [g, o] = [Math.floor(last / outputs), last % outputs]
      for (const k of indicesOf(window)) {
        const s = middle.map((t, axis) => t * strides[axis] + k[axis] * dilation[axis] - low[axis])
        if (s.some((n, axis) => n < 0 || n >= image[axis])) continue
        for (let c = 0; c < channels; c++) sum += term([first, ...s, g, c], [...k, g, c, o])
      }
    } else if (direction === 'inputGradient') {
      const [g, c] = [Math.floor(last / channels), last % channels]
      for (const k of indicesOf(window)) {
        for (const t of indicesOf(places)) {
          if (!follows(middle, t, k)) continue
          for (let o = 0; o < outputs; o++) sum += term([first, ...t, g, o], [...k, g, c, o])
        }
      }
    } else {
      const [g, o] = [Math.floor(last / outputs), last % outputs]
      for (const t of indicesOf(places)) {
        const s = middle.map((k, axis) => t[axis] * strides[axis] + k * dilation[axis] - low[axis])
        if (s.some((n, axis) => n < 0 || n >= image[axis])) continue
        for (let b = 0; b < batch; b++) sum += term([b, ...s, g, first], [b, ...t, g, o])
      }
    }
    return sum
  }
}
