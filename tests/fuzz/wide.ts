import type { Backend, Executable } from '../../src/backends/backend.js'
import type { Elements } from '../../src/backends/reference/elements.js'
import { allocateElements, evaluate } from '../../src/backends/reference/evaluate.js'
import { allocate, type DType, decodeAll, dtypes, isFloat, roundTo, type TypedArray } from '../../src/core/dtype.js'
import { sizeOf } from '../../src/core/shape.js'
import { type Graph, topologicalOrder } from '../../src/graph/graph.js'
import { isOp, type Node, type Storage } from '../../src/graph/node.js'
import type { Primitive, TensorType } from '../../src/graph/primitives.js'
import { registerBackend } from '../../src/tensor/backends.js'

// The truth: every floating point number is computed in double precision and never rounded, node by node as the program is written.
// With noise each inexact operation is off by up to two units in the last place of the dtype that it should have had: how far
// results spread then says how far rounding may take any implementation.

const widened = (dtype: DType): DType => (isFloat(dtype) ? 'float64' : dtype)

/** Bits of the significand. */
const significand: { readonly [D in DType]?: number } = { float64: 53, float32: 24, float16: 11, bfloat16: 8 }
/** What lies below is not a normal number and has fewer bits. */
const smallest: { readonly [D in DType]?: number } = {
  float64: 2 ** -1022,
  float32: 2 ** -126,
  float16: 2 ** -14,
  bfloat16: 2 ** -126,
}

export const unitOf = (dtype: DType): number => 2 ** (1 - (significand[dtype] ?? 64))
export const smallestUnitOf = (dtype: DType): number => unitOf(dtype) * (smallest[dtype] ?? 0)
const largest: { readonly [D in DType]?: number } = { float32: 3.4e38, float16: 65504, bfloat16: 3.4e38 }

/** Primitives whose results are exact. */
const exact: ReadonlySet<Primitive> = new Set<Primitive>([
  'constant',
  'input',
  'iota',
  'randomBits',
  'neg',
  'floor',
  'not',
  'bitcast',
  'stopGradient',
  'max',
  'min',
  'less',
  'lessEqual',
  'equal',
  'and',
  'or',
  'xor',
  'where',
  'reshape',
  'permute',
  'expand',
  'slice',
  'pad',
  'concat',
  'reduceMax',
  'reduceMin',
  'argMax',
  'argMin',
  'maxPool',
  'gather',
  'argSort',
  'result',
  'scan',
  'whileLoop',
  'cond',
  'call',
])

const isExact = (node: Node): boolean => (isOp(node, 'scatter') ? node.attributes.mode !== 'add' : exact.has(node.op))

/** What a run was like. */
export interface Conditions {
  /** 0 for none. */
  readonly noise: number
  /** Whether a value left the range of its dtype, so that a narrower computation would have got infinities. */
  overflowed: boolean
}

class Noise {
  #state: number

  constructor(readonly seed: number) {
    this.#state = (seed * 0x9e3779b9) | 1
  }

  /** Uniform in −1 … 1. */
  next(): number {
    let x = this.#state
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    this.#state = x
    return x / 2 ** 31
  }
}

/** Sums, whose order may decide about the sign of a zero. */
const sums: ReadonlySet<Primitive> = new Set<Primitive>(['reduceSum', 'dot', 'conv', 'sumPool', 'cumSum', 'scatter'])

/** A copy with noise. */
function strayed({ dtype, shape, data }: Elements, declared: DType, noise: Noise): Elements {
  const copy = { dtype, shape, data: data.slice() }
  if (isFloat(declared)) disturb(copy, declared, noise, 0, true)
  return copy
}

/** Routines whose errors are small beside the largest element, not beside each. */
const mixing: ReadonlySet<Primitive> = new Set<Primitive>([
  'conv',
  'fft',
  'lu',
  'cholesky',
  'triangularSolve',
  'qr',
  'eigh',
  'svd',
])

/** What gives numbers of few digits from such numbers, however it is computed. */
const whole: ReadonlySet<Primitive> = new Set<Primitive>([...sums, 'add', 'sub', 'mul', 'cast'])

/** How many terms a sum has; 0 for what is none. */
function termsOf(node: Node): number {
  const [x, kernel] = node.inputs
  if (isOp(node, 'dot')) return x.shape.at(-1) ?? 1
  if (isOp(node, 'conv')) return sizeOf(kernel.shape) / Math.max(1, kernel.shape.at(-1) ?? 1)
  if (isOp(node, 'cumSum')) return x.shape[node.attributes.axis]
  if (isOp(node, 'reduceSum')) return sizeOf(x.shape) / Math.max(1, sizeOf(node.shape))
  return sums.has(node.op) ? 1 : 0
}

function disturb(
  { data }: Elements,
  dtype: DType,
  noise: Noise,
  terms: number,
  isWhole: boolean,
  isMixed = false,
): void {
  // Terms of one sign are all rounded the same way, in the worst case.
  const unit = unitOf(dtype) * (2 + Math.sqrt(terms))
  const least = smallestUnitOf(dtype)
  // Equal values are rounded alike, so in every other run all elements stray together.
  // In every third values fall on those that the dtype has, where different ones may meet.
  const isRounded = noise.seed % 3 === 0
  const common = noise.seed % 2 === 0 ? noise.next() : undefined
  const limit = 2 ** ((significand[dtype] ?? 64) - 5)
  let scale = 0
  if (isMixed) for (const value of data) if (Math.abs(value) > scale) scale = Math.abs(value)
  for (let i = 0; i < data.length; i++) {
    const value = data[i]
    if (value === 0 && terms > 0) data[i] = noise.next() < 0 ? -0 : 0
    // What has few digits is exact in every implementation, if it comes from such numbers by whole steps.
    if (isWhole && Number.isInteger(value * 16) && Math.abs(value) < limit) continue
    const strayed = value + (common ?? noise.next()) * (unit * Math.max(scale, Math.abs(value)) + least)
    data[i] = isRounded ? roundTo(dtype, strayed) : strayed
  }
}

/** Nodes in their order with what they read, as long as they remember it. */
type Schedule = readonly { readonly node: Node; readonly inputs: readonly Node[] }[]

const scheduleOf = (outputs: readonly Node[], isKnown: (node: Node) => boolean): Schedule =>
  topologicalOrder(outputs, isKnown).map((node) => ({ node, inputs: isKnown(node) ? [] : node.inputs }))

/** A graph that can be computed again and again, from the values that are stored when it is made. */
export class WideGraph {
  readonly #outputs: readonly Node[]
  readonly #known = new Map<Node, Elements>()
  readonly #schedule: Schedule

  constructor(outputs: readonly Node[], known?: ReadonlyMap<Node, Elements>) {
    this.#outputs = outputs
    this.#schedule = scheduleOf(outputs, (node) => known?.has(node) ?? node.storage !== undefined)
    for (const { node } of this.#schedule) {
      const value = known?.get(node) ?? (node.storage === undefined ? undefined : elementsOf(node.storage))
      if (value !== undefined) this.#known.set(node, value)
    }
  }

  run(conditions: Conditions): Elements[] {
    const noise = conditions.noise === 0 ? undefined : new Noise(conditions.noise)
    return interpret(this.#outputs, this.#schedule, this.#known, conditions, noise, true)
  }
}

function interpret(
  outputs: readonly Node[],
  schedule: Schedule,
  known: ReadonlyMap<Node, Elements>,
  conditions: Conditions,
  noise: Noise | undefined,
  /** Whether what is known comes from outside: sums that nearly cancel are as far off as if their terms were. */
  isOuter: boolean,
): Elements[] {
  const values = new Map<Node, readonly Elements[]>()
  const found = (node: Node): readonly Elements[] => {
    const value = values.get(node)
    if (value === undefined) throw new Error(`wide: ${node.op} has no value`)
    return value
  }
  for (const { node, inputs } of schedule) {
    const stored = known.get(node)
    if (stored !== undefined) {
      values.set(node, [isOuter && noise !== undefined ? strayed(stored, node.dtype, noise) : stored])
      continue
    }
    const operands = isOp(node, 'result') ? found(inputs[0]) : inputs.map((source) => found(source)[0])
    const results = node.outputs.map(({ dtype, shape }) => allocateElements({ dtype: widened(dtype), shape }))
    evaluate(node.op, operands, results, attributesOf(node), (graph, given) => {
      const inside = new Map(graph.inputs.map((input, i): [Node, Elements] => [input, given[i]]))
      return interpret(graph.outputs, innerSchedule(graph), inside, conditions, noise, false)
    })
    results.forEach((result, i) => {
      const { dtype } = node.outputs[i]
      if (!isFloat(dtype)) return
      if (noise !== undefined && !isExact(node))
        disturb(result, dtype, noise, termsOf(node), whole.has(node.op), mixing.has(node.op))
      const limit = largest[dtype]
      if (limit === undefined) return
      const { data } = result
      for (let k = 0; k < data.length; k++)
        if (Math.abs(data[k]) > limit && Math.abs(data[k]) < Infinity) conditions.overflowed = true
    })
    values.set(node, results)
  }
  return outputs.map((node) => found(node)[0])
}

const innerSchedules = new WeakMap<Graph, Schedule>()

function innerSchedule(graph: Graph): Schedule {
  const known =
    innerSchedules.get(graph) ?? scheduleOf(graph.outputs, (node) => graph.inputs.includes(node as Node<'input'>))
  innerSchedules.set(graph, known)
  return known
}

function attributesOf(node: Node): Node['attributes'] {
  if (isOp(node, 'cast')) return { dtype: widened(node.attributes.dtype) }
  if (isOp(node, 'pad')) return { ...node.attributes, value: roundTo(node.dtype, node.attributes.value) }
  return node.attributes
}

class WideStorage implements Storage {
  readonly backend = 'wide'

  constructor(
    readonly dtype: DType,
    readonly shape: readonly number[],
    readonly data: TypedArray,
  ) {}
}

function elementsOf(storage: Storage): Elements {
  if (!(storage instanceof WideStorage)) throw new Error(`wide: a value of the ${storage.backend} backend`)
  return { dtype: widened(storage.dtype), shape: storage.shape, data: storage.data }
}

/** Runs what has to be evaluated on the way; results are read without it, see {@link WideGraph}. */
class WideBackend implements Backend {
  readonly name = 'wide'

  allocate({ dtype, shape }: TensorType): WideStorage {
    return new WideStorage(dtype, shape, allocate(widened(dtype), sizeOf(shape)))
  }

  upload({ dtype, shape }: TensorType, data: TypedArray): WideStorage {
    return new WideStorage(dtype, shape, isFloat(dtype) ? Float64Array.from(decodeAll(dtype, data)) : data)
  }

  async download(storage: Storage): Promise<TypedArray> {
    return this.downloadSync(storage)
  }

  downloadSync(storage: Storage): TypedArray {
    return dtypes[storage.dtype].storage.from(elementsOf(storage).data)
  }

  load(graph: Graph): Executable {
    return {
      reuse: [],
      timings: [],
      explain: () => 'wide',
      report: () => ({ kernels: [], flops: 0, bytesMoved: 0, arenaBytes: 0, unsharedBytes: 0 }),
      run: (inputs, outputs) => {
        const known = new Map<Node, Elements>(graph.inputs.map((node, i) => [node, elementsOf(inputs[i])]))
        const results = new WideGraph(graph.outputs, known).run({ noise: 0, overflowed: false })
        outputs.forEach((storage, i) => {
          elementsOf(storage).data.set(results[i].data)
        })
        return undefined
      },
    }
  }
}

/** A stored value as it is, without rounding to its dtype. */
export const wideStorage = ({ dtype, shape }: TensorType, data: TypedArray): Storage =>
  new WideStorage(dtype, shape, data)

registerBackend(new WideBackend())
