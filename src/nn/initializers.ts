import { expectNumber } from '../core/arguments.js'
import type { DType } from '../core/dtype.js'
import { fail, failShape } from '../core/errors.js'
import { formatShape, type Shape, sizeOf } from '../core/shape.js'
import * as build from '../graph/build.js'
import * as ops from '../operations/index.js'
import * as random from '../tensor/random.js'
import { Tensor } from '../tensor/tensor.js'

/** Makes the first value of a parameter. Weights have their outputs on the last axis and their inputs on the one before. */
export type Initializer = (shape: Shape, dtype: DType) => Tensor

/** How many values flow into, and out of, one unit with a weight of this shape. */
export function fans(shape: Shape): { fanIn: number; fanOut: number } {
  if (shape.length < 2) {
    failShape(
      'initializer',
      `a weight of shape ${formatShape(shape)} has no number of inputs and outputs`,
      'Use an initializer that does not depend on them, such as zeros(), uniform() or normal().',
    )
  }
  const window = sizeOf(shape.slice(0, -2))
  const [inputs, outputs] = shape.slice(-2)
  return { fanIn: window * inputs, fanOut: window * outputs }
}

/** Zeros everywhere. */
export const zeros = (): Initializer => constant(0)

/** Ones everywhere. */
export const ones = (): Initializer => constant(1)

/** One value everywhere. */
export const constant =
  (value: number): Initializer =>
  (shape, dtype) =>
    new Tensor(build.fill(expectNumber('initializer', 'the value', value), shape, dtype))

/** Uniform in low … high. */
export const uniform =
  (low: number, high: number): Initializer =>
  (shape, dtype) =>
    random.uniform(shape, { low, high, dtype })

/** Normal with mean 0 and the standard deviation given. */
export const normal =
  (std = 0.01): Initializer =>
  (shape, dtype) =>
    random.normal(shape, { std, dtype })

/** Normal with the standard deviation given before values beyond twice of it are drawn again. */
export const truncatedNormal =
  (std = 0.02): Initializer =>
  (shape, dtype) =>
    random.truncatedNormal(shape, { std, dtype })

type Fan = 'fanIn' | 'fanOut' | 'mean'

const fanOf = (shape: Shape, fan: Fan): number => {
  const { fanIn, fanOut } = fans(shape)
  return fan === 'mean' ? (fanIn + fanOut) / 2 : { fanIn, fanOut }[fan]
}

/** Uniform with the variance gain² / fan. */
const scaledUniform = (gain: number, fan: Fan): Initializer => {
  checkGain(gain)
  return (shape, dtype) => {
    const limit = gain * Math.sqrt(3 / fanOf(shape, fan))
    return random.uniform(shape, { low: -limit, high: limit, dtype })
  }
}

/** Normal with the variance gain² / fan. */
const scaledNormal = (gain: number, fan: Fan): Initializer => {
  checkGain(gain)
  return (shape, dtype) => random.normal(shape, { std: gain / Math.sqrt(fanOf(shape, fan)), dtype })
}

function checkGain(gain: number): void {
  if (!(gain > 0 && gain < Infinity)) fail(`initializer: a gain of ${gain}`, 'Give a positive number.')
}

/**
 * U(−a, a) with a = gain · √(6 / (fanIn + fanOut)): keeps the variance of values and gradients alike, for tanh and sigmoid.
 * (Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010.)
 */
export const glorotUniform = (gain = 1): Initializer => scaledUniform(gain, 'mean')

/** N(0, gain² · 2 / (fanIn + fanOut)); see {@link glorotUniform}. */
export const glorotNormal = (gain = 1): Initializer => scaledNormal(gain, 'mean')

/**
 * U(−a, a) with a = gain · √(3 / fanIn), gain √2: keeps the variance through relu.
 * (He et al., "Delving deep into rectifiers", 2015.)
 */
export const heUniform = (gain = Math.SQRT2): Initializer => scaledUniform(gain, 'fanIn')

/** N(0, gain² / fanIn), gain √2; see {@link heUniform}. */
export const heNormal = (gain = Math.SQRT2): Initializer => scaledNormal(gain, 'fanIn')

/**
 * U(−√(3 / fanIn), √(3 / fanIn)): keeps the variance through linear layers, as selu needs it.
 * (LeCun et al., "Efficient backprop", 1998; Klambauer et al., 2017.)
 */
export const lecunUniform = (): Initializer => scaledUniform(1, 'fanIn')

/** N(0, 1 / fanIn); see {@link lecunUniform}. */
export const lecunNormal = (): Initializer => scaledNormal(1, 'fanIn')

/**
 * Columns (or, if there are more columns than rows, rows) at right angles to each other and of length `gain`, with the
 * window and the inputs of a convolution together as rows.
 * (Saxe et al., "Exact solutions to the nonlinear dynamics of learning in deep linear neural networks", 2013.)
 */
export const orthogonal = (gain = 1): Initializer => {
  checkGain(gain)
  return (shape, dtype) => {
    fans(shape)
    const columns = shape[shape.length - 1]
    const rows = sizeOf(shape) / columns
    const tall = random.normal([Math.max(rows, columns), Math.min(rows, columns)], { dtype }).node
    // The diagonal of R is not negative, which makes the factorization unique and Q uniform among all orthogonal matrices.
    const { q } = ops.qr(tall)
    const matrix = rows < columns ? ops.transpose(q) : q
    return new Tensor(ops.mul(ops.reshape(matrix, shape), gain))
  }
}

/**
 * U(−1/√fanIn, 1/√fanIn), what PyTorch gives the weights of linear layers and convolutions, and what is the default here.
 * The fan can be given for biases, whose shape does not tell it.
 */
export const fanInUniform =
  (fanIn?: number): Initializer =>
  (shape, dtype) => {
    const limit = 1 / Math.sqrt(fanIn ?? fans(shape).fanIn)
    return random.uniform(shape, { low: -limit, high: limit, dtype })
  }
