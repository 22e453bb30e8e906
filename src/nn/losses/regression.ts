import { fail } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import type { Node } from '../../graph/node.js'
import * as ops from '../../operations/index.js'
import { comparable } from '../../operations/neural/reduction.js'
import { operand } from '../../tensor/methods/operand.js'
import type { Tensor } from '../../tensor/tensor.js'
import type { Shape, Unless } from '../../tensor/types/index.js'
import { wrap } from '../../tensor/wrap.js'
import type { TargetProblem } from '../types/losses.js'
import { expectPositive, type Loss, type LossOptions, lossOf } from './reduction.js'

/**
 * (prediction − target)².
 *
 * @throws ShapeError if the shapes differ
 * @example meanSquaredError(tensor([1, 2]), tensor([1, 4])) // 2
 */
export function meanSquaredError<S extends Shape, T extends Shape = [], R extends ops.Reduction = 'mean'>(
  prediction: Tensor<S>,
  target: Unless<TargetProblem<'meanSquaredError', S, T>, Tensor<T> | number>,
  options: LossOptions<R> = {},
): Loss<R, S> {
  checkOptions('meanSquaredError', options, { reduction: true })
  return wrap(ops.meanSquaredError(operand(prediction), operand(target), options)) as Loss<R, S>
}

/**
 * |prediction − target|.
 *
 * @throws ShapeError if the shapes differ
 * @example meanAbsoluteError(tensor([1, 2]), tensor([1, 4])) // 1
 */
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
 * @example huber(tensor([1, 2]), tensor([1, 4])) // 0.75
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

export interface SmoothL1Options<R extends ops.Reduction = ops.Reduction> extends LossOptions<R> {
  /** The difference at which the square turns into a straight line of slope 1; 1. */
  readonly beta?: number
}

/**
 * ½ d² / beta for differences |d| ≤ beta, |d| − ½ beta beyond: {@link huber} divided by beta. (Girshick, "Fast R-CNN", 2015.)
 *
 * @throws ShapeError if the shapes differ
 * @example smoothL1(tensor([1, 2]), tensor([1, 4])) // 0.75
 */
export function smoothL1<S extends Shape, T extends Shape = [], R extends ops.Reduction = 'mean'>(
  prediction: Tensor<S>,
  target: Unless<TargetProblem<'smoothL1', S, T>, Tensor<T> | number>,
  options: SmoothL1Options<R> = {},
): Loss<R, S> {
  checkOptions('smoothL1', options, { reduction: true, beta: true })
  const delta = expectPositive('smoothL1', 'beta', options.beta, 1)
  const each = (x: ops.Operand, y: ops.Operand): Node =>
    ops.div(ops.huber(...comparable('smoothL1', x, y), { delta, reduction: 'none' }), delta)
  return lossOf('smoothL1', options, each, operand(prediction), operand(target)) as Loss<R, S>
}

/**
 * log cosh(prediction − target): ½ d² for small differences, |d| − log 2 for large ones, smooth between.
 *
 * @throws ShapeError if the shapes differ
 * @example logCosh(tensor([3]), tensor([3])) // 0
 */
export function logCosh<S extends Shape, T extends Shape = [], R extends ops.Reduction = 'mean'>(
  prediction: Tensor<S>,
  target: Unless<TargetProblem<'logCosh', S, T>, Tensor<T> | number>,
  options: LossOptions<R> = {},
): Loss<R, S> {
  checkOptions('logCosh', options, { reduction: true })
  const each = (x: ops.Operand, y: ops.Operand): Node => {
    const d = ops.sub(...comparable('logCosh', x, y))
    const distance = ops.abs(d)
    // log cosh d = |d| + log((1 + exp(−2|d|)) / 2); near 0 these terms cancel, and ½d² − d⁴/12 + d⁶/45 is as good.
    const far = ops.add(distance, ops.sub(ops.softplus(ops.mul(distance, -2)), Math.LN2))
    const square = ops.square(d)
    const near = ops.mul(square, ops.sub(0.5, ops.mul(square, ops.sub(1 / 12, ops.mul(square, 1 / 45)))))
    return ops.where(ops.less(distance, 0.03), near, far)
  }
  return lossOf('logCosh', options, each, operand(prediction), operand(target)) as Loss<R, S>
}

export interface QuantileOptions<R extends ops.Reduction = ops.Reduction> extends LossOptions<R> {
  /** The part of targets that is to lie below the prediction; 0.5, the median. */
  readonly quantile?: number
}

/**
 * max(q d, (q − 1) d) of d = target − prediction, whose least mean is at the q-quantile of the targets: the pinball loss.
 * (Koenker and Bassett, "Regression quantiles", 1978.)
 *
 * @throws ShapeError if the shapes differ
 * @example quantileLoss(tensor([1, 1]), tensor([0, 2]), { quantile: 0.75, reduction: 'none' }) // [0.25, 0.75]
 */
export function quantileLoss<S extends Shape, T extends Shape = [], R extends ops.Reduction = 'mean'>(
  prediction: Tensor<S>,
  target: Unless<TargetProblem<'quantileLoss', S, T>, Tensor<T> | number>,
  options: QuantileOptions<R> = {},
): Loss<R, S> {
  checkOptions('quantileLoss', options, { reduction: true, quantile: true })
  const { quantile = 0.5 } = options
  if (!(quantile > 0 && quantile < 1))
    fail(`quantileLoss: the quantile is ${quantile}`, 'Give a number between 0 and 1.')
  const each = (prediction: ops.Operand, target: ops.Operand): Node => {
    const [x, y] = comparable('quantileLoss', prediction, target)
    const d = ops.sub(y, x)
    return ops.maximum(ops.mul(d, quantile), ops.mul(d, quantile - 1))
  }
  return lossOf('quantileLoss', options, each, operand(prediction), operand(target)) as Loss<R, S>
}
