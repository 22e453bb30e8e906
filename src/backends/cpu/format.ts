import { type DType, dtypes, encode } from '../../core/dtype.js'
import { type Shape, sizeOf, stridesOf } from '../../core/shape.js'
import type { TensorType } from '../../graph/primitives.js'

// The words that `kernels/programs/program.cc` reads. The orders of names here are the numbers there.

/** Marks a program and its version. */
export const MAGIC = 0x53485031

export const opcodes = [
  'loop',
  'copy',
  'dot',
  'conv',
  'pool',
  'indexing',
  'argSort',
  'alongAxis',
  'linear',
  'randomBits',
  'scan',
  'whileLoop',
  'cond',
  'call',
  'blocks',
  'mark',
] as const

export const operations = [
  'neg',
  'exp',
  'expm1',
  'log',
  'log1p',
  'sqrt',
  'reciprocal',
  'sin',
  'cos',
  'atan',
  'tanh',
  'erf',
  'floor',
  'not',
  'cast',
  'bitcast',
  'add',
  'sub',
  'mul',
  'div',
  'mod',
  'pow',
  'max',
  'min',
  'less',
  'lessEqual',
  'equal',
  'and',
  'or',
  'xor',
  'shiftLeft',
  'shiftRight',
  'where',
  /** The operand itself, which must be below a limit. */
  'index',
] as const
export type Operation = (typeof operations)[number]

export const reductions = ['reduceSum', 'reduceProd', 'reduceMax', 'reduceMin'] as const
export type Reduction = (typeof reductions)[number]

export const pools = ['maxPool', 'maxPoolGradient', 'maxPoolSelect', 'sumPool', 'sumPoolGradient'] as const
export const indexings = ['gather', 'set', 'add', 'max', 'min'] as const
export const axisRoutines = ['cumSum', 'cumSumReverse', 'argMax', 'argMin'] as const
export const linearRoutines = ['cholesky', 'triangularSolve', 'lu', 'qr', 'eigh', 'svd', 'fft'] as const

const dtypeOrder: readonly DType[] = ['float32', 'float64', 'float16', 'bfloat16', 'int32', 'uint32', 'uint8', 'bool']
export const dtypeCode = (dtype: DType): number => dtypeOrder.indexOf(dtype)

/** Where the bytes of a value lie while a program runs. */
export type Location =
  | { readonly kind: 'input'; readonly index: number }
  | { readonly kind: 'output'; readonly index: number }
  | { readonly kind: 'arena'; readonly offset: number }
  | { readonly kind: 'constant'; readonly value: number }
  /** Nothing is read: the value is Σ index · stride. */
  | { readonly kind: 'iota' }

/** A value as a kernel sees it: a strided window on its place. Offset and strides are in elements. */
export interface View extends TensorType {
  readonly location: Location
  readonly offset: number
  readonly strides: Shape
}

export function contiguousView({ dtype, shape }: TensorType, location: Location): View {
  const strides = location.kind === 'constant' ? shape.map(() => 0) : stridesOf(shape)
  return { dtype, shape, location, offset: 0, strides }
}

/** Elements lie one after the other, in row-major order. */
export function isContiguous({ shape, strides, location }: View): boolean {
  if (location.kind === 'constant' || location.kind === 'iota') return false
  if (sizeOf(shape) === 0) return true
  const dense = stridesOf(shape)
  return shape.every((n, axis) => n === 1 || strides[axis] === dense[axis])
}

/** A growing list of 32-bit words. */
export class Words {
  #words = new Int32Array(1024)
  #length = 0

  get length(): number {
    return this.#length
  }

  word(value: number): void {
    if (this.#length === this.#words.length) {
      const larger = new Int32Array(2 * this.#words.length)
      larger.set(this.#words)
      this.#words = larger
    }
    this.#words[this.#length++] = value
  }

  wide(value: number): void {
    this.word(value)
    this.word(Math.floor(value / 2 ** 32))
  }

  wides(values: readonly number[]): void {
    for (const value of values) this.wide(value)
  }

  append(other: Words): void {
    for (let i = 0; i < other.#length; i++) this.word(other.#words[i])
  }

  take(): Int32Array {
    return this.#words.slice(0, this.#length)
  }
}

/** The constants of a program: one element each. */
export class Constants {
  readonly #offsets = new Map<string, number>()
  readonly #bytes: number[] = []

  /** The byte offset of a constant; a multiple of 8. */
  offsetOf(dtype: DType, value: number): number {
    const key = `${dtype} ${Object.is(value, -0) ? '-0' : value}`
    const known = this.#offsets.get(key)
    if (known !== undefined) return known
    const offset = this.#bytes.length
    const element = new dtypes[dtype].storage(8 / dtypes[dtype].bytes)
    element[0] = encode(dtype, value)
    this.#bytes.push(...new Uint8Array(element.buffer))
    this.#offsets.set(key, offset)
    return offset
  }

  words(): Int32Array {
    return new Int32Array(Uint8Array.from(this.#bytes).buffer)
  }
}
