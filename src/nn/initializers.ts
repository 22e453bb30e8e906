import { expectNumber } from '../core/arguments.js'
import type { DType } from '../core/dtype.js'
import { fail, failShape } from '../core/errors.js'
import { formatShape, type Shape, sizeOf } from '../core/shape.js'
import * as build from '../graph/build.js'
import type { Node } from '../graph/node.js'
import * as ops from '../operations/index.js'
import { Tensor } from '../tensor/tensor.js'
import { expectCount } from './counts.js'
import * as random from './unfilled.js'

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

/** The standard deviation of a standard normal distribution that is cut at ±2: √(1 − 4 φ(2) / (2 Φ(2) − 1)). */
const CUT_SPREAD = 0.8796256610342398

/** Normal with the variance gain² / fan after values beyond twice of it have been drawn again. */
const scaledTruncated = (gain: number, fan: Fan): Initializer => {
  checkGain(gain)
  return (shape, dtype) =>
    random.truncatedNormal(shape, { std: gain / Math.sqrt(fanOf(shape, fan)) / CUT_SPREAD, dtype })
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

/** As {@link glorotNormal}, without values beyond two standard deviations before they are cut. */
export const glorotTruncated = (gain = 1): Initializer => scaledTruncated(gain, 'mean')

/**
 * U(−a, a) with a = gain · √(3 / fanIn), gain √2: keeps the variance through relu.
 * (He et al., "Delving deep into rectifiers", 2015.)
 */
export const heUniform = (gain = Math.SQRT2): Initializer => scaledUniform(gain, 'fanIn')

/** N(0, gain² / fanIn), gain √2; see {@link heUniform}. */
export const heNormal = (gain = Math.SQRT2): Initializer => scaledNormal(gain, 'fanIn')

/** As {@link heNormal}, without values beyond two standard deviations before they are cut. */
export const heTruncated = (gain = Math.SQRT2): Initializer => scaledTruncated(gain, 'fanIn')

/**
 * U(−√(3 / fanIn), √(3 / fanIn)): keeps the variance through linear layers, as selu needs it.
 * (LeCun et al., "Efficient backprop", 1998; Klambauer et al., 2017.)
 */
export const lecunUniform = (): Initializer => scaledUniform(1, 'fanIn')

/** N(0, 1 / fanIn); see {@link lecunUniform}. */
export const lecunNormal = (): Initializer => scaledNormal(1, 'fanIn')

/** As {@link lecunNormal}, without values beyond two standard deviations before they are cut. */
export const lecunTruncated = (): Initializer => scaledTruncated(1, 'fanIn')

/** {@link glorotUniform} under its other name. */
export const xavierUniform = glorotUniform

/** {@link glorotNormal} under its other name. */
export const xavierNormal = glorotNormal

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

/**
 * Ones where input and output have the same number, zeros elsewhere: a linear layer gives its inputs, as far as there are outputs, times
 * `gain`.
 */
export const identity = (gain = 1): Initializer => {
  checkGain(gain)
  return (shape, dtype) => {
    if (shape.length !== 2) {
      failShape(
        'identity',
        `a weight of shape ${formatShape(shape)} is no matrix`,
        'For convolutions there is dirac().',
      )
    }
    return new Tensor(ops.mul(ops.eye(shape[0], shape[1], dtype), gain))
  }
}

/**
 * A one in the middle of the window where input and output have the same number within their group, zeros elsewhere: a convolution
 * with padding 'same' gives its inputs, as far as there are outputs.
 *
 * @param groups of the convolution; 1
 */
export const dirac =
  (groups = 1): Initializer =>
  (shape, dtype) => {
    fans(shape)
    const [inputs, outputs] = shape.slice(-2)
    if (!Number.isInteger(groups) || groups < 1 || outputs % groups !== 0) {
      failShape(
        'dirac',
        `${outputs} outputs do not divide into ${groups} groups`,
        'Give the groups of the convolution.',
      )
    }
    const each = ops.eye(inputs, outputs / groups, dtype)
    const matrix = ops.concat(new Array<Node>(groups).fill(each), 1)
    const window = shape.slice(0, -2)
    const margins = window.map((size): [number, number] => [Math.floor(size / 2), size - 1 - Math.floor(size / 2)])
    const centre = ops.reshape(matrix, [...window.map(() => 1), inputs, outputs])
    return new Tensor(ops.pad(centre, [...margins, [0, 0], [0, 0]]))
  }

/**
 * Normal with the standard deviation given, of which each output keeps the same number of inputs, chosen at random; the others are 0.
 * (Martens, "Deep learning via Hessian-free optimization", 2010.)
 *
 * @param sparsity the part of the inputs that is 0
 */
export const sparse = (sparsity: number, std = 0.01): Initializer => {
  if (!(sparsity >= 0 && sparsity <= 1)) {
    fail(`sparse: a sparsity of ${sparsity}`, 'Give the part of the inputs that is 0, from 0 to 1.')
  }
  return (shape, dtype) => {
    fans(shape)
    const outputs = shape[shape.length - 1]
    const rows = sizeOf(shape) / outputs
    const ranks = ops.argSort(random.uniform([rows, outputs]).node, 0)
    const kept = ops.greaterEqual(ranks, Math.ceil(sparsity * rows))
    return new Tensor(ops.reshape(ops.where(kept, random.normal([rows, outputs], { std, dtype }).node, 0), shape))
  }
}

/**
 * The same weights for the scale² channels that {@link pixelShuffle} makes one place of: at first the convolution and the shuffle together enlarge as
 * nearest neighbours do, which leaves no pattern of squares in what is learned. (Aitken et al., "Checkerboard artifact free sub-pixel convolution", 2017: ICNR.)
 *
 * @param scale of the shuffle
 * @param initializer of the weights that differ; heNormal()
 * @example nn.conv2d(64, 256, 3, { padding: 'same', initializer: nn.initializers.icnr(2) }) // and behind it nn.pixelShuffle(2)
 */
export const icnr =
  (scale: number, initializer: Initializer = heNormal()): Initializer =>
  (shape, dtype) => {
    expectCount('icnr', 'pixels along an axis', scale)
    fans(shape)
    const [outputs, copies] = [shape[shape.length - 1], scale ** 2]
    if (outputs % copies !== 0) {
      failShape(
        'icnr',
        `${outputs} outputs do not divide by ${copies}`,
        'Each channel behind the shuffle is made of scale² channels.',
      )
    }
    const few = initializer([...shape.slice(0, -1), outputs / copies], dtype)
    return new Tensor(ops.repeat(few.node, copies, -1))
  }
