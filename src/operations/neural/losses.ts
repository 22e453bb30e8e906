import { isInteger } from '../../core/dtype.js'
import { failShape } from '../../core/errors.js'
import { formatShape, sameShape } from '../../core/shape.js'
import { build, type Node } from '../../graph/index.js'
import { abs, mul, sub } from '../elementwise/arithmetic.js'
import { describe, floating, inFloat32, lift, like, type Operand } from '../operand.js'
import { mean, sum } from '../reductions.js'
import { logSoftmax } from './activations.js'
import { comparable, type LossOptions, reduced } from './reduction.js'

export type { LossOptions, Reduction } from './reduction.js'

export interface CrossEntropyOptions extends LossOptions {
  /** The part of the probability that is spread evenly over all classes (Szegedy et al., 2016); 0. */
  readonly labelSmoothing?: number
}

/**
 * −log softmax(logits) of the right class: logits […, classes] with whole-number labels […], or −Σ p log softmax(logits)
 * for probabilities p of the shape of the logits.
 * @throws ShapeError if the labels fit neither way. A label outside 0 … classes − 1 is an error when the value is computed.
 * @example crossEntropy(logits, labels) // [128, 10], int32 [128] → []
 */
export const crossEntropy = inFloat32((logits: Operand, labels: Operand, options: CrossEntropyOptions = {}): Node => {
  const { labelSmoothing = 0, reduction = 'mean' } = options
  const scores = floating(logits)
  const targets = lift(labels)
  if (scores.rank === 0) failShape('crossEntropy', 'the logits are a scalar', 'Their last axis is the classes.')
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
    failShape('crossEntropy', `labelSmoothing ${labelSmoothing} is not a part`, 'Use a number from 0 to 1.')
  }
  const logarithms = logSoftmax(scores)
  const classAxis = scores.rank - 1
  const losses = build.neg(expected(logarithms, targets))
  if (labelSmoothing === 0) return reduced('crossEntropy', reduction, losses)
  const even = build.neg(mean(logarithms, classAxis))
  const smoothed = build.add(mul(losses, 1 - labelSmoothing), mul(even, labelSmoothing))
  return reduced('crossEntropy', reduction, smoothed)
})

/** Σ p log q over the classes, where p is given or 1 for the label. */
function expected(logarithms: Node, targets: Node): Node {
  const { shape, rank } = logarithms
  const classes = shape[rank - 1]
  if (isInteger(targets.dtype)) {
    if (!sameShape(targets.shape, shape.slice(0, -1))) {
      failShape(
        'crossEntropy',
        `logits ${formatShape(shape)} and labels ${describe(targets)} do not fit`,
        `Whole-number labels have the shape ${formatShape(shape.slice(0, -1))}; for one-hot labels use floats of ${formatShape(shape)}.`,
      )
    }
    // Like the other indices of an axis negative labels would count from the end, but here they are mistakes.
    const index = build.reshape(build.cast(targets, 'int32'), [...targets.shape, 1])
    return build.reshape(build.gather(logarithms, index, rank - 1, 'crossEntropy'), targets.shape)
  }
  if (!sameShape(targets.shape, shape)) {
    failShape(
      'crossEntropy',
      `logits ${formatShape(shape)} and probabilities ${describe(targets)} do not fit`,
      targets.rank === rank - 1
        ? `Class numbers must be integers: convert them with cast('int32'). Probabilities have all ${classes} classes.`
        : 'Probabilities have the shape of the logits.',
    )
  }
  return sum(mul(targets, logarithms), rank - 1)
}

/**
 * −t log sigmoid(x) − (1 − t) log(1 − sigmoid(x)) for each element of the logits x and targets t from 0 to 1,
 * computed as max(x, 0) − t x + log(1 + exp(−|x|)).
 */
export const binaryCrossEntropyWithLogits = inFloat32(
  (logits: Operand, targets: Operand, options: LossOptions = {}): Node => {
    const [x, t] = comparable('binaryCrossEntropyWithLogits', logits, targets)
    const negative = build.less(x, like(x, 0))
    const positivePart = build.where(negative, like(x, 0), x)
    const rest = build.log1p(build.exp(build.where(negative, x, build.neg(x))))
    return reduced('binaryCrossEntropy', options.reduction, build.add(build.sub(positivePart, build.mul(t, x)), rest))
  },
)

/** (prediction − target)² */
export const meanSquaredError = inFloat32((prediction: Operand, target: Operand, options: LossOptions = {}): Node => {
  const difference = build.sub(...comparable('meanSquaredError', prediction, target))
  return reduced('meanSquaredError', options.reduction, build.mul(difference, difference))
})

/** |prediction − target| */
export const meanAbsoluteError = inFloat32((prediction: Operand, target: Operand, options: LossOptions = {}): Node => {
  const difference = build.sub(...comparable('meanAbsoluteError', prediction, target))
  return reduced('meanAbsoluteError', options.reduction, abs(difference))
})

export interface HuberOptions extends LossOptions {
  /** The difference d at which the square turns into a straight line; 1. */
  readonly delta?: number
}

/** ½ d² for differences |d| ≤ delta, delta (|d| − ½ delta) beyond: a square that outliers do not dominate (Huber, 1964). */
export const huber = inFloat32((prediction: Operand, target: Operand, options: HuberOptions = {}): Node => {
  const { delta = 1, reduction = 'mean' } = options
  const distance = abs(build.sub(...comparable('huber', prediction, target)))
  const near = build.lessEqual(distance, like(distance, delta))
  const square = build.mul(like(distance, 0.5), build.mul(distance, distance))
  const line = build.mul(like(distance, delta), build.sub(distance, like(distance, delta / 2)))
  return reduced('huber', reduction, build.where(near, square, line))
})

/** Σ p (log p − log q) over the last axis for probabilities p and logarithms of probabilities log q; where p is 0 nothing is added. */
export const klDivergence = inFloat32(
  (logarithms: Operand, probabilities: Operand, options: LossOptions = {}): Node => {
    const [q, p] = comparable('klDivergence', logarithms, probabilities)
    const positive = build.less(like(p, 0), p)
    const logP = build.log(build.where(positive, p, like(p, 1)))
    const terms = build.where(positive, mul(p, sub(logP, q)), like(p, 0))
    return reduced('klDivergence', options.reduction, sum(terms, -1))
  },
)
