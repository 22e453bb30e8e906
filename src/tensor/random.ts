import { expectInteger, expectNumber } from '../core/arguments.js'
import { type DType, expectDType, isFloat } from '../core/dtype.js'
import { fail, failDType, failShape } from '../core/errors.js'
import { checkOptions, type OptionNames } from '../core/options.js'
import { expectShape } from '../core/shape.js'
import * as build from '../graph/build.js'
import type { Node } from '../graph/node.js'
import type { Attributes } from '../graph/primitives.js'
import * as ops from '../operations/index.js'
import { drawKey, keyWords, seedGenerator, splitKey } from './generator.js'
import { expectTensor, operand } from './methods/operand.js'
import { dataNode } from './runtime.js'
import { Tensor } from './tensor.js'
import type { Given, Shape } from './types/index.js'

// All numbers come from Threefry-2x32-20 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011): the same on
// every backend, compiled or not. Without `key` they come from the global generator.

export interface RandomOptions {
  /** A key from `random.key` or `random.split`; the same key gives the same numbers. */
  readonly key?: Tensor
  /** float32 by default. */
  readonly dtype?: DType
}

/** Starts the global generator: after `seed(n)` the same program draws the same numbers. */
export function seed(n: number): void {
  seedGenerator(n)
}

/** An explicit key for a number. */
export const key = (n: number): Tensor<[2]> => new Tensor(dataNode({ dtype: 'uint32', shape: [2] }, keyWords(n)))

/** Independent keys [count, 2] made from one. */
export const split = <const N extends number = 2>(from: Tensor, count: N = 2 as N): Tensor<[N, 2]> =>
  new Tensor(splitKey(expectTensor('split', 'the key', from), expectInteger('split', 'the number of keys', count)))

const keyOnly: OptionNames<Omit<RandomOptions, 'dtype'>> = { key: true }

const keyOf = ({ key }: RandomOptions): Node => (key === undefined ? drawKey() : expectTensor('random', 'the key', key))

function floatOf(operation: string, { dtype = 'float32' }: RandomOptions): DType {
  if (!isFloat(expectDType(operation, dtype)))
    failDType(operation, `draws floating point numbers, not ${dtype}`, "Use dtype 'float32'.")
  return dtype
}

/** How many kinds of draws (distribution, dtype, shape) are kept. */
const KEPT_DRAWS = 256
const draws = new Map<string, Attributes['call']>()

/**
 * Numbers made of a key, as one call of a graph that is made once for each `kind` and shape: uncompiled code has a single node to look
 * at instead of a hundred, in compiled code it is inlined.
 */
function drawn(kind: string, from: Node, sizes: Shape, draw: (from: Node, shape: Shape) => Node): Node {
  const shape = expectShape('random', sizes)
  const name = `${kind}[${shape}]`
  let attributes = draws.get(name)
  if (attributes === undefined) {
    const given = build.input(from.dtype, from.shape, 'key')
    attributes = { name, body: { inputs: [given], outputs: [draw(given, shape)] } }
    if (draws.size >= KEPT_DRAWS) draws.clear()
    draws.set(name, attributes)
  }
  return build.call([from], attributes)[0]
}

/** Uniform in [0, 1) with all bits that the dtype holds: 24 for float32 and narrower, 53 for float64. */
function unitUniform(from: Node, sizes: Shape, dtype: DType): Node {
  return drawn(`uniform ${dtype}`, from, sizes, (given, shape) => unitBits(given, shape, dtype))
}

function unitBits(from: Node, shape: Shape, dtype: DType): Node {
  if (dtype === 'float64') {
    const words = build.randomBits(from, [2, ...shape])
    const high = ops.cast(ops.rightShift(ops.at(words, 0), 5), 'float64')
    const low = ops.cast(ops.rightShift(ops.at(words, 1), 6), 'float64')
    return ops.mul(ops.add(ops.mul(high, 2 ** 26), low), 2 ** -53)
  }
  const bits = ops.rightShift(build.randomBits(from, shape), 8)
  return ops.cast(ops.mul(ops.cast(bits, 'float32'), 2 ** -24), dtype)
}

/** Uniform in (0, 1): the middles of the cells of {@link unitBits}, so that a logarithm is finite. */
function openUniform(from: Node, shape: Shape, dtype: DType): Node {
  const half = dtype === 'float64' ? 2 ** -54 : 2 ** -25
  const wide = dtype === 'float64' ? dtype : 'float32'
  // In float32 the largest cell's middle rounds to 1; the clip keeps it below.
  const u = ops.minimum(ops.add(unitBits(from, shape, wide), half), dtype === 'float64' ? 1 - 2 ** -53 : 1 - 2 ** -24)
  return ops.cast(u, wide)
}

/** Uniform in [low, high). */
export function uniform<const S extends Shape>(
  shape: S,
  options: RandomOptions & { readonly low?: number; readonly high?: number } = {},
): Tensor<Given<S>> {
  checkOptions('uniform', options, { key: true, dtype: true, low: true, high: true })
  const { low = 0, high = 1 } = options
  for (const end of [low, high]) expectNumber('uniform', 'an end', end)
  const u = unitUniform(keyOf(options), shape, floatOf('uniform', options))
  return new Tensor(low === 0 && high === 1 ? u : ops.add(ops.mul(u, high - low), low))
}

/** Normal with the given mean and standard deviation, by the inverse distribution function √2 · erf⁻¹(2u − 1). */
export function normal<const S extends Shape>(
  shape: S,
  options: RandomOptions & { readonly mean?: number; readonly std?: number } = {},
): Tensor<Given<S>> {
  checkOptions('normal', options, { key: true, dtype: true, mean: true, std: true })
  const dtype = floatOf('normal', options)
  const z = drawn(`normal ${dtype}`, keyOf(options), shape, (from, sizes) => {
    const u = openUniform(from, sizes, dtype)
    return ops.mul(ops.erfInv(ops.sub(ops.mul(u, 2), 1)), Math.SQRT2)
  })
  return new Tensor(scaled(z, dtype, options))
}

/** Normal, redrawn outside `low` … `high` standard deviations (±2 by default), as initialisers use it. */
export function truncatedNormal<const S extends Shape>(
  shape: S,
  options: RandomOptions & {
    readonly mean?: number
    readonly std?: number
    readonly low?: number
    readonly high?: number
  } = {},
): Tensor<Given<S>> {
  checkOptions('truncatedNormal', options, { key: true, dtype: true, mean: true, std: true, low: true, high: true })
  const { low = -2, high = 2 } = options
  if (!(low < high)) fail(`truncatedNormal: low ${low} is not below high ${high}`, 'Give an interval such as −2 … 2.')
  const dtype = floatOf('truncatedNormal', options)
  const edge = (x: number): Node => ops.erf(build.fill(x * Math.SQRT1_2, [], dtype === 'float64' ? dtype : 'float32'))
  const z = drawn(`normal within ${low} ${high} ${dtype}`, keyOf(options), shape, (given, sizes) => {
    const [from, to] = [edge(low), edge(high)]
    const u = openUniform(given, sizes, dtype)
    return ops.clip(ops.mul(ops.erfInv(ops.add(from, ops.mul(u, ops.sub(to, from)))), Math.SQRT2), low, high)
  })
  return new Tensor(scaled(z, dtype, options))
}

function scaled(z: Node, dtype: DType, { mean = 0, std = 1 }: { readonly mean?: number; readonly std?: number }): Node {
  expectNumber('random', 'the mean', mean)
  expectNumber('random', 'the standard deviation', std)
  const spread = std === 1 ? z : ops.mul(z, std)
  return ops.cast(mean === 0 ? spread : ops.add(spread, mean), dtype)
}

/** true with probability p, a number or a tensor of probabilities that broadcasts to `shape`. */
export function bernoulli<const S extends Shape>(
  p: number | Tensor,
  shape: S,
  options: Omit<RandomOptions, 'dtype'> = {},
): Tensor<Given<S>> {
  checkOptions('bernoulli', options, keyOnly)
  if (typeof p === 'number' && !(p >= 0 && p <= 1))
    fail(`bernoulli: the probability ${p} is not in 0 … 1`, 'Give a probability.')
  return new Tensor(ops.less(unitUniform(keyOf(options), shape, 'float32'), operand(p)))
}

/** int32, uniform in low … high − 1. */
export function randint<const S extends Shape>(
  shape: S,
  low: number,
  high: number,
  options: Omit<RandomOptions, 'dtype'> = {},
): Tensor<Given<S>> {
  checkOptions('randint', options, keyOnly)
  if (!Number.isInteger(low) || !Number.isInteger(high) || high <= low || high - low > 2 ** 31) {
    fail(
      `randint: there are no integers from ${low} up to, not including, ${high}`,
      'Give two integers, the smaller first.',
    )
  }
  // 53 random bits times the span: the bias is below 2⁻²¹ even for the widest span.
  const u = unitUniform(keyOf(options), shape, 'float64')
  return new Tensor(ops.cast(ops.add(ops.floor(ops.mul(u, high - low)), low), 'int32'))
}

/** The numbers 0 … n − 1 (int32) in random order. */
export function permutation<const N extends number>(n: N, options: Omit<RandomOptions, 'dtype'> = {}): Tensor<[N]> {
  checkOptions('permutation', options, keyOnly)
  return new Tensor(ops.argSort(build.randomBits(keyOf(options), [n])))
}

/** Standard Gumbel, −ln(−ln u). */
export function gumbel<const S extends Shape>(shape: S, options: RandomOptions = {}): Tensor<Given<S>> {
  checkOptions('gumbel', options, { key: true, dtype: true })
  const dtype = floatOf('gumbel', options)
  const draw = (from: Node, sizes: Shape): Node => ops.neg(ops.log(ops.neg(ops.log(openUniform(from, sizes, dtype)))))
  return new Tensor(ops.cast(drawn(`gumbel ${dtype}`, keyOf(options), shape, draw), dtype))
}

/** Exponential with the given rate, −ln(u) / rate. */
export function exponential<const S extends Shape>(
  shape: S,
  options: RandomOptions & { readonly rate?: number } = {},
): Tensor<Given<S>> {
  checkOptions('exponential', options, { key: true, dtype: true, rate: true })
  const { rate = 1 } = options
  if (!(rate > 0)) fail(`exponential: the rate ${rate} is not positive`, 'Give a rate above 0.')
  const dtype = floatOf('exponential', options)
  const draw = (from: Node, sizes: Shape): Node => ops.log(openUniform(from, sizes, dtype))
  return new Tensor(ops.cast(ops.mul(drawn(`exponential ${dtype}`, keyOf(options), shape, draw), -1 / rate), dtype))
}

/**
 * int32 indices drawn with probabilities softmax(logits) along `axis`, by the Gumbel maximum: shape [...shape, ...logits without axis].
 *
 * @param options.shape leading axes of independent draws
 */
export function categorical(
  logits: Tensor,
  options: Omit<RandomOptions, 'dtype'> & { readonly axis?: number; readonly shape?: Shape } = {},
): Tensor {
  checkOptions('categorical', options, { key: true, axis: true, shape: true })
  const { axis = -1, shape = [] } = options
  const scores = expectTensor('categorical', 'the tensor of logits', logits)
  if (scores.rank === 0) failShape('categorical', 'the logits are a scalar', 'Give one logit per class along an axis.')
  const noise = gumbel([...shape, ...scores.shape], options.key === undefined ? {} : { key: options.key }).node
  const along = axis < 0 ? axis : axis + shape.length
  return new Tensor(ops.argMax(ops.add(noise, scores), along))
}

/** `values` in random order along axis 0. */
export function shuffle<S extends Shape>(values: Tensor<S>, options: Omit<RandomOptions, 'dtype'> = {}): Tensor<S> {
  checkOptions('shuffle', options, keyOnly)
  const node = expectTensor('shuffle', 'the first argument', values)
  if (node.rank === 0) failShape('shuffle', 'a scalar has no order', 'Give a tensor with an axis.')
  return new Tensor(ops.take(node, permutation(node.shape[0], options).node, 0))
}
