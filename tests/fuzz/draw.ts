import type { DType } from '../../src/core/dtype.js'
import { sizeOf } from '../../src/core/shape.js'
import type { RandomStream } from '../../src/core/threefry.js'
import { storedNode } from '../../src/tensor/runtime.js'
import { Tensor } from '../../src/tensor/tensor.js'
import { runText, values } from './library.js'
import {
  type Block,
  code,
  type Expression,
  type Input,
  literal,
  printExpression,
  type Statement,
  type Value,
  valuesOf,
} from './program.js'
import { WideGraph, wideStorage } from './wide.js'

export interface Limits {
  /** Elements of a value. */
  readonly size: number
  /** Multiplications of one operation. */
  readonly work: number
  /** Size of an axis. */
  readonly axis: number
}

/** What all blocks of one program share. */
export class Workshop {
  readonly inputs: Input[] = []
  /** The concrete values, in double precision. */
  readonly tensors = new Map<string, Tensor>()
  /** Sizes that axes of this program like to have, so that shapes often fit. */
  readonly sizes: readonly number[]
  readonly dtypes: readonly DType[]
  /** Statements made so far, those of bodies too. */
  made = 0
  #names = 0

  constructor(
    readonly random: RandomStream,
    readonly limits: Limits,
    /** Whether variables may be assigned. */
    readonly stateful: boolean,
  ) {
    this.sizes = Array.from({ length: 4 }, () => this.#size())
    const r = random.uniform()
    this.dtypes =
      r < 0.62
        ? ['float32']
        : r < 0.72
          ? ['float64']
          : r < 0.8
            ? ['float16']
            : r < 0.88
              ? ['bfloat16']
              : ['float32', 'float64', 'float16', 'bfloat16']
  }

  #size(): number {
    const r = this.random.uniform()
    const { axis } = this.limits
    if (r < 0.03) return 0
    if (r < 0.15) return 1
    if (r < 0.6) return 2 + this.random.integer(7)
    if (r < 0.85 || axis <= 64) return Math.min(axis, 9 + this.random.integer(56))
    return 65 + this.random.integer(axis - 64)
  }

  name(prefix = 'v'): string {
    return `${prefix}${this.#names++}`
  }

  /** A new argument, or a tensor from outside, or a variable. */
  input(dtype: DType, shape: readonly number[], low: number, high: number): Value {
    const { random } = this
    const whole = !dtype.includes('float')
    const n = sizeOf(shape)
    const seed = 1 + random.integer(1000)
    const special = dtype.includes('float') && low < 0 && high > 0 && random.uniform() < 0.03
    const elements = special
      ? Array.from({ length: n }, () => [0, -0, 1, -1, 0.5, -2][random.integer(6)])
      : values(n, seed, low, high, whole)
    const text =
      n <= 8 || (special && n <= 64)
        ? literal(elements.map((value) => (whole || special ? value : Number(value.toPrecision(4)))))
        : `values(${n}, ${seed}, ${low}, ${high}${whole ? ', true' : ''})`
    const r = random.uniform()
    const kind = r < 0.7 ? 'argument' : r < 0.85 || !dtype.includes('float') ? 'captured' : 'variable'
    const made = `tensor(${text}, ${literal(shape)}, '${dtype}')`
    const value: Value = { name: this.name(kind === 'variable' ? 'w' : 'x'), dtype, shape, low: 0, high: 0 }
    const source = kind === 'variable' ? `new Variable(${made}, '${value.name}')` : made
    const known = this.#remember(value, runText(`return ${made}`, false, { values }) as Tensor)
    if (known === undefined) throw new Error(`an input has no finite values: ${made}`)
    this.inputs.push({ kind, value: known, source })
    return known
  }

  #remember(value: Value, tensor: Tensor): Value | undefined {
    const [elements] = new WideGraph([tensor.node]).run({ noise: 0, overflowed: false })
    const { data } = elements
    let [low, high] = [Infinity, -Infinity]
    for (const element of data) {
      low = Math.min(low, element)
      high = Math.max(high, element)
      if (Number.isNaN(element)) return undefined
    }
    const bound = tensor.dtype.includes('float') ? 1e4 : 2 ** 32
    if (low < -bound || high > bound) return undefined
    const stored = storedNode(wideStorage(tensor.node, data))
    this.tensors.set(value.name, new Tensor(stored))
    return { ...value, dtype: tensor.dtype, shape: tensor.shape, low, high }
  }

  /** Computes an expression; undefined if its values are not finite, or too many. */
  evaluate(expression: Expression, name = this.name()): Value | undefined {
    const result = this.compute(expression)
    if (!(result instanceof Tensor)) throw new Error('not a tensor')
    if (result.size > this.limits.size || result.rank > 8) return undefined
    return this.#remember({ name, dtype: result.dtype, shape: result.shape, low: 0, high: 0 }, result)
  }

  compute(expression: Expression): unknown {
    const extra: { [name: string]: unknown } = {}
    // Parameters of bodies are bound inside; what is known outside comes from here.
    for (const { name } of valuesOf(expression)) {
      const tensor = this.tensors.get(name)
      if (tensor !== undefined) extra[name] = name.startsWith('w') ? { value: tensor, assign: () => undefined } : tensor
    }
    return runText(`return ${printExpression(expression)}`, false, extra)
  }

  /** A sample value for the parameter of a body. */
  bind(name: string, expression: Expression): Value | undefined {
    return this.evaluate(expression, name)
  }
}

/** Makes the statements of one block. */
export class Draw {
  readonly statements: Statement[] = []
  readonly random: RandomStream
  readonly local: Value[] = []

  constructor(
    readonly shop: Workshop,
    readonly outer: readonly Value[],
    readonly depth: number,
  ) {
    this.random = shop.random
  }

  get all(): readonly Value[] {
    return [...this.outer, ...this.local]
  }

  chance(p: number): boolean {
    return this.random.uniform() < p
  }

  pick<T>(items: readonly T[]): T {
    return items[this.random.integer(items.length)]
  }

  between(low: number, high: number): number {
    return low + this.random.integer(Math.max(1, high - low + 1))
  }

  number(low: number, high: number): number {
    return Number(this.random.uniform(low, high).toPrecision(3))
  }

  /** A size of an axis that others have as well. */
  size(largest = this.shop.limits.axis): number {
    return Math.min(this.pick(this.shop.sizes), largest)
  }

  /** One of the values that fit, mostly a late one. */
  find(fits: (value: Value) => boolean): Value | undefined {
    const found = this.all.filter(fits)
    if (found.length === 0) return undefined
    const back = this.chance(0.6) ? this.random.integer(Math.min(4, found.length)) : this.random.integer(found.length)
    return found[found.length - 1 - back]
  }

  dtype(): DType {
    return this.pick(this.shop.dtypes)
  }

  /** A shape within the limits. */
  shape(rank: number, largest = this.shop.limits.size): number[] {
    const shape: number[] = []
    let room = largest
    for (let axis = 0; axis < rank; axis++) {
      const n = this.size()
      const fitting = n <= room ? n : Math.max(1, Math.min(room, this.between(1, 4)))
      shape.push(fitting)
      room = Math.floor(room / Math.max(1, fitting))
    }
    return this.random.shuffle(shape)
  }

  rank(least = 0, most = 6): number {
    const r = this.random.uniform()
    const rank =
      r < 0.1
        ? 0
        : r < 0.3
          ? 1
          : r < 0.6
            ? 2
            : r < 0.8
              ? 3
              : r < 0.9
                ? 4
                : r < 0.95
                  ? 5
                  : r < 0.985
                    ? 6
                    : this.between(7, 8)
    return Math.max(least, Math.min(most, rank))
  }

  input(
    dtype: DType,
    shape: readonly number[],
    low = dtype.includes('float') ? -2 : 0,
    high = dtype === 'bool' ? 1 : dtype.includes('float') ? 2 : 5,
  ): Value {
    const value = this.shop.input(dtype, shape, low, high)
    if (!this.shop.inputs.some((input) => input.value === value && input.kind === 'variable')) {
      this.local.push(value)
      return value
    }
    return this.add('Variable.value', code`${value}.value`) ?? value
  }

  /** A floating point value. */
  float(least = 0, most = 8, fits: (value: Value) => boolean = () => true): Value {
    const found = this.chance(0.04)
      ? undefined
      : this.find(
          (value) =>
            value.dtype.includes('float') && value.shape.length >= least && value.shape.length <= most && fits(value),
        )
    if (found !== undefined) return found
    return this.input(this.dtype(), this.shape(this.rank(least, Math.min(most, 6))))
  }

  /** A floating point value of that shape (and dtype). */
  floatOf(shape: readonly number[], dtype: DType = this.dtype()): Value {
    const found = this.find((value) => value.dtype === dtype && literal(value.shape) === literal(shape))
    return found !== undefined && this.chance(0.8) ? found : this.input(dtype, shape)
  }

  integer(least = 0, most = 8, fits: (value: Value) => boolean = () => true): Value {
    const found = this.find(
      (value) =>
        (value.dtype === 'int32' || value.dtype === 'uint32' || value.dtype === 'uint8') &&
        value.shape.length >= least &&
        value.shape.length <= most &&
        fits(value),
    )
    if (found !== undefined && this.chance(0.85)) return found
    const dtype = this.pick(['int32', 'int32', 'int32', 'uint32', 'uint8'] as const)
    return this.input(dtype, this.shape(this.rank(least, Math.min(most, 4))), dtype === 'int32' ? -5 : 0, 9)
  }

  bool(least = 0, most = 8): Value {
    const found = this.find(
      (value) => value.dtype === 'bool' && value.shape.length >= least && value.shape.length <= most,
    )
    return found !== undefined && this.chance(0.9)
      ? found
      : this.input('bool', this.shape(this.rank(least, Math.min(most, 4))))
  }

  /** Any value. */
  any(least = 0, most = 8): Value {
    const found = this.find((value) => value.shape.length >= least && value.shape.length <= most)
    return found ?? this.float(least, most)
  }

  axis(x: Value): number {
    const { length } = x.shape
    const axis = this.random.integer(length)
    return this.chance(0.4) ? axis - length : axis
  }

  axes(x: Value): number[] {
    const chosen = x.shape.map((_, i) => i).filter(() => this.chance(0.5))
    return chosen.length > 0 ? chosen : [this.random.integer(Math.max(1, x.shape.length))]
  }

  /** Whole numbers 0 … n − 1. */
  indices(n: number, shape: readonly number[]): Value {
    const found = this.find(
      (value) =>
        value.dtype === 'int32' && literal(value.shape) === literal(shape) && value.low >= -n && value.high < n,
    )
    return found !== undefined && this.chance(0.5)
      ? found
      : this.input('int32', shape, this.chance(0.3) ? -n : 0, n - 1)
  }

  /** Something that broadcasts with `x`, of the same dtype more often than not. */
  partner(x: Value, fits: (value: Value) => boolean = () => true): Value {
    const suits = (value: Value): boolean => fits(value) && broadcasts(value.shape, x.shape)
    const same = (value: Value): boolean => suits(value) && value.dtype === x.dtype
    const found = this.chance(0.85) ? this.find(same) : this.find((value) => suits(value) && value.dtype !== 'bool')
    if (found !== undefined && this.chance(0.85)) return found
    const from = this.random.integer(x.shape.length + 1)
    const shape = x.shape.slice(this.chance(0.4) ? 0 : from).map((n) => (this.chance(0.25) ? 1 : n))
    const made = this.input(x.dtype, shape)
    return fits(made) ? made : made
  }

  /** The expression, brought into an interval if it does not lie there. */
  within(x: Value, low: number, high: number): Expression {
    if (x.low >= low && x.high <= high && this.chance(0.9)) return code`${x}`
    const r = this.random.integer(4)
    if (high === Infinity) {
      if (r === 0) return code`${x}.abs().add(${Math.max(low, 0.1)})`
      if (r === 1) return code`${x}.square().add(${Math.max(low, 0.1)})`
      return r === 2 ? code`${x}.maximum(${low})` : code`${x}.softplus().add(${low})`
    }
    const [half, middle] = [Number(((high - low) / 2).toPrecision(4)), Number(((high + low) / 2).toPrecision(4))]
    if (r === 0) return code`${x}.clip(${low}, ${high})`
    return r === 1 ? code`${x}.sin().mul(${half}).add(${middle})` : code`${x}.tanh().mul(${half}).add(${middle})`
  }

  /** Names the expression in this block; undefined if it cannot be computed or gives nothing useful. */
  add(operation: string, expression: Expression): Value | undefined {
    let value: Value | undefined
    try {
      value = this.shop.evaluate(expression)
    } catch (error) {
      this.lastError = error
      return undefined
    }
    if (value === undefined) return undefined
    this.statements.push({ operation, value, expression })
    this.local.push(value)
    this.shop.made++
    return value
  }

  lastError: unknown

  /** As a value of that type. */
  fit(x: Value, dtype: DType, shape: readonly number[]): Expression {
    const tamed =
      dtype.includes('float') && Math.max(-x.low, x.high) > 3
        ? code`${x}.${x.dtype.includes('float') ? '' : "cast('float32')."}tanh()`
        : code`${x}`
    const [from, to] = [sizeOf(x.shape), sizeOf(shape)]
    const cast = x.dtype === dtype ? '' : `.cast('${dtype}')`
    if (literal(x.shape) === literal(shape)) return code`${tamed}${cast}`
    if (from === to) return code`${tamed}.reshape(${shape})${cast}`
    if (broadcastsTo(x.shape, shape)) return code`${tamed}.expand(${shape})${cast}`
    if (from > to && to > 0) return code`${tamed}.flatten().slice([0, ${to}]).reshape(${shape})${cast}`
    return code`${tamed}.${x.dtype.includes('float') ? 'mean' : 'max'}().expand(${shape})${cast}`
  }
}

export function broadcasts(a: readonly number[], b: readonly number[]): boolean {
  const offset = b.length - a.length
  return a.every((n, i) => i + offset < 0 || n === 1 || b[i + offset] === 1 || n === b[i + offset])
}

const broadcastsTo = (a: readonly number[], b: readonly number[]): boolean =>
  a.length <= b.length && a.every((n, i) => n === 1 || n === b[i + b.length - a.length])

export type { Block, Expression, Value }
