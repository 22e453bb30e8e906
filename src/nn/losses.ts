import { isInteger } from '../core/dtype.js'
import { fail, failShape } from '../core/errors.js'
import { checkOptions } from '../core/options.js'
import { formatShape } from '../core/shape.js'
import type { Node } from '../graph/node.js'
import * as ops from '../operations/index.js'
import { inFloat32 } from '../operations/operand.js'
import { backend } from '../tensor/backends.js'
import { expectTensor, operand } from '../tensor/methods/operand.js'
import { downloadSync } from '../tensor/runtime.js'
import type { Tensor } from '../tensor/tensor.js'
import type { Shape, Unless } from '../tensor/types/index.js'
import { wrap } from '../tensor/wrap.js'
import type { AllButLast, LabelProblem, TargetProblem } from './types/losses.js'
import type { Last } from './types/sizes.js'

// All losses: how far predictions are from targets, as the mean over all examples (or elements), their sum, or each by itself.

export interface LossOptions<R extends ops.Reduction = ops.Reduction> {
  /** 'mean' of the losses, their 'sum', or 'none' for each by itself; 'mean'. */
  readonly reduction?: R
}

/** A scalar, or with 'none' one loss for each example or element. */
export type Loss<R extends ops.Reduction, Each extends Shape> = 'none' extends R
  ? R extends 'none'
    ? Tensor<Each>
    : Tensor
  : Tensor<[]>

export interface CrossEntropyOptions<R extends ops.Reduction = ops.Reduction, Classes extends number = number>
  extends LossOptions<R> {
  /** The part of the probability that is spread evenly over all classes (Szegedy et al., 2016); 0. */
  readonly labelSmoothing?: number
  /** A weight for each class [classes], such as larger ones for rare classes; the mean then is divided by the weights. */
  readonly weight?: Tensor<[Classes]>
}

/**
 * −log softmax(logits) of the right class, for logits […, classes] and whole-number labels […]; or
 * −Σ p · log softmax(logits) for probabilities p […, classes].
 *
 * @throws ShapeError if the labels fit neither way, and an error if a label is outside 0 … classes − 1: at once where the
 * labels are values, else when the program runs
 * @example crossEntropy(model.forward(pictures), labels) // [128, 10] and int32 [128] → []
 */
export function crossEntropy<S extends Shape, T extends Shape, R extends ops.Reduction = 'mean'>(
  logits: Tensor<S>,
  labels: Unless<LabelProblem<'crossEntropy', S, T>, Tensor<T>>,
  options: CrossEntropyOptions<R, Last<NoInfer<S>>> = {},
): Loss<R, AllButLast<S>> {
  checkOptions('crossEntropy', options, { reduction: true, labelSmoothing: true, weight: true })
  const scores = expectTensor('crossEntropy', 'the tensor of logits', logits)
  const targets = expectTensor('crossEntropy', 'the tensor of labels', labels)
  checkLabels(targets, scores.shape[scores.rank - 1] ?? 0)
  const loss =
    options.weight === undefined
      ? ops.crossEntropy(scores, targets, options)
      : weightedCrossEntropy(scores, targets, options.weight.node, options)
  return wrap(loss) as Loss<R, AllButLast<S>>
}

/** Labels that have a value by now are checked by now, so that the error has the caller's line and says what is wrong. */
function checkLabels({ dtype, storage }: Node, classes: number): void {
  const isReadable = storage?.backend === backend().name && backend().downloadSync !== undefined
  if (!isReadable || !isInteger(dtype)) return
  const values = downloadSync(storage)
  for (let i = 0; i < values.length; i++) {
    if (values[i] < 0 || values[i] >= classes) {
      fail(
        `crossEntropy: label ${i} is ${values[i]}, but the logits have ${classes} classes`,
        `Labels are 0 … ${classes - 1}; check whether they start at 1, or give the last layer more outputs.`,
      )
    }
  }
}

const weightedCrossEntropy = inFloat32((scores: Node, targets: Node, weight: Node, options: CrossEntropyOptions) => {
  const { labelSmoothing = 0, reduction = 'mean' } = options
  const classes = scores.shape[scores.rank - 1]
  if (weight.rank !== 1 || weight.shape[0] !== classes) {
    failShape(
      'crossEntropy',
      `the weight has shape ${formatShape(weight.shape)}, the logits ${formatShape(scores.shape)}`,
      'Give one weight per class.',
    )
  }
  const logarithms = ops.logSoftmax(scores)
  const ofExample = isInteger(targets.dtype) ? ops.take(weight, targets, 0, 'crossEntropy') : undefined
  const hard = ofExample
    ? ops.mul(ops.crossEntropy(scores, targets, { reduction: 'none' }), ofExample)
    : ops.neg(ops.sum(ops.mul(ops.mul(targets, weight), logarithms), -1))
  const even = ops.neg(ops.sum(ops.mul(logarithms, weight), -1))
  const losses = ops.add(ops.mul(hard, 1 - labelSmoothing), ops.mul(even, labelSmoothing / classes))
  if (reduction === 'none') return losses
  const total = ops.sum(losses)
  if (reduction === 'sum') return total
  return ofExample ? ops.div(total, ops.sum(ofExample)) : ops.mean(losses)
})

/**
 * −t · log sigmoid(x) − (1 − t) · log(1 − sigmoid(x)) for logits x and targets t from 0 to 1 of the same shape: yes or no, for
 * each element. Computed without overflow for large logits.
 *
 * @throws ShapeError if the shapes differ
 */
export function binaryCrossEntropy<S extends Shape, T extends Shape = [], R extends ops.Reduction = 'mean'>(
  logits: Tensor<S>,
  targets: Unless<TargetProblem<'binaryCrossEntropy', S, T>, Tensor<T> | number>,
  options: LossOptions<R> = {},
): Loss<R, S> {
  checkOptions('binaryCrossEntropy', options, { reduction: true })
  return wrap(ops.binaryCrossEntropyWithLogits(operand(logits), operand(targets), options)) as Loss<R, S>
}

/** (prediction − target)². @throws ShapeError if the shapes differ */
export function meanSquaredError<S extends Shape, T extends Shape = [], R extends ops.Reduction = 'mean'>(
  prediction: Tensor<S>,
  target: Unless<TargetProblem<'meanSquaredError', S, T>, Tensor<T> | number>,
  options: LossOptions<R> = {},
): Loss<R, S> {
  checkOptions('meanSquaredError', options, { reduction: true })
  return wrap(ops.meanSquaredError(operand(prediction), operand(target), options)) as Loss<R, S>
}

/** |prediction − target|. @throws ShapeError if the shapes differ */
export function meanAbsoluteError<S extends Shape, T extends Shape = [], R extends ops.Reduction = 'mean'>(
  prediction: Tensor<S>,
  target: Unless<TargetProblem<'meanAbsoluteError', S, T>, Tensor<T> | number>,
  options: LossOptions<R> = {},
): Loss<R, S> {
  checkOptions('meanAbsoluteError', options, { reduction: true })
  return wrap(ops.meanAbsoluteError(operand(prediction), operand(target), options)) as Loss<R, S>
}

export interface HuberOptions<R extends ops.Reduction = ops.Reduction> extends LossOptions<R> {
  /** The difference at which the square turns into a straight line; 1. */
  readonly delta?: number
}

/**
 * ½ d² for differences |d| ≤ delta, delta · (|d| − ½ delta) beyond: a square that outliers do not dominate.
 * (Huber, "Robust estimation of a location parameter", 1964.)
 *
 * @throws ShapeError if the shapes differ
 */
export function huber<S extends Shape, T extends Shape = [], R extends ops.Reduction = 'mean'>(
  prediction: Tensor<S>,
  target: Unless<TargetProblem<'huber', S, T>, Tensor<T> | number>,
  options: HuberOptions<R> = {},
): Loss<R, S> {
  checkOptions('huber', options, { reduction: true, delta: true })
  const { delta = 1 } = options
  if (!(delta > 0)) fail(`huber: delta is ${delta}`, 'Give a positive difference.')
  return wrap(ops.huber(operand(prediction), operand(target), options)) as Loss<R, S>
}
