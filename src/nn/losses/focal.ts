import { failShape } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import { formatShape } from '../../core/shape.js'
import type { Node } from '../../graph/node.js'
import * as ops from '../../operations/index.js'
import { comparable } from '../../operations/neural/reduction.js'
import { expectTensor, operand } from '../../tensor/methods/operand.js'
import type { Tensor } from '../../tensor/tensor.js'
import type { Shape, Unless } from '../../tensor/types/index.js'
import type { AllButLast, RowProblem, TargetProblem } from '../types/losses.js'
import type { Last } from '../types/sizes.js'
import { checkLabels, expectLabels } from './labels.js'
import { expectPositive, type Loss, type LossOptions, lossOf } from './reduction.js'

export interface FocalOptions<R extends ops.Reduction = ops.Reduction, Classes extends number = number>
  extends LossOptions<R> {
  /** How much less counts what is right already; 2. With 0 it is the cross entropy. */
  readonly gamma?: number
  /** A weight for each class [classes]; the mean is over examples all the same. */
  readonly weight?: Tensor<[Classes]>
}

/**
 * −(1 − p)^γ log p of the probability p = softmax(logits) of the right class: logits […, classes], whole-number labels […].
 * (Lin et al., "Focal loss for dense object detection", 2017.)
 *
 * @throws ShapeError if the labels do not fit
 * @example focalLoss(tensor([[0, 0]]), tensor([1], [1], 'int32')) // ¼ log 2
 */
export function focalLoss<S extends Shape, T extends Shape, R extends ops.Reduction = 'mean'>(
  logits: Tensor<S>,
  labels: Unless<RowProblem<'focalLoss', S, T>, Tensor<T>>,
  options: FocalOptions<R, Last<NoInfer<S>>> = {},
): Loss<R, AllButLast<S>> {
  checkOptions('focalLoss', options, { reduction: true, gamma: true, weight: true })
  const gamma = expectPositive('focalLoss', 'gamma', options.gamma, 2, true)
  const scores = expectTensor('focalLoss', 'the tensor of logits', logits)
  const targets = expectTensor('focalLoss', 'the tensor of labels', labels)
  expectLabels('focalLoss', scores, targets)
  const classes = scores.shape[scores.rank - 1]
  checkLabels('focalLoss', targets, classes)
  const weight = options.weight && expectTensor('focalLoss', 'the weight', options.weight)
  if (weight && (weight.rank !== 1 || weight.shape[0] !== classes)) {
    failShape(
      'focalLoss',
      `the weight has shape ${formatShape(weight.shape)}`,
      `Give one for each of ${classes} classes.`,
    )
  }
  const each = (scores: Node, weight: Node | number): Node => {
    const entropy = ops.crossEntropy(scores, targets, { reduction: 'none' })
    const losses = ops.mul(power(ops.neg(ops.expm1(ops.neg(entropy))), gamma), entropy)
    return typeof weight === 'number' ? losses : ops.mul(losses, ops.take(weight, targets, 0, 'focalLoss'))
  }
  return lossOf('focalLoss', options, each, scores, weight ?? 1) as Loss<R, AllButLast<S>>
}

export interface BinaryFocalOptions<R extends ops.Reduction = ops.Reduction> extends LossOptions<R> {
  /** How much less counts what is right already; 2. */
  readonly gamma?: number
  /** The weight of yes, beside 1 − alpha of no; 0.25. */
  readonly alpha?: number
}

/**
 * The focal loss of yes-or-no answers: α (1 − p)^γ · −log p where the target is 1, (1 − α) p^γ · −log(1 − p) where it is 0, for
 * p = sigmoid(logits). Targets between count as both. (Lin et al., 2017.)
 *
 * @throws ShapeError if the shapes differ
 * @example binaryFocalLoss(tensor([0]), tensor([1])) // log(2) / 16
 */
export function binaryFocalLoss<S extends Shape, T extends Shape = [], R extends ops.Reduction = 'mean'>(
  logits: Tensor<S>,
  targets: Unless<TargetProblem<'binaryFocalLoss', S, T>, Tensor<T> | number>,
  options: BinaryFocalOptions<R> = {},
): Loss<R, S> {
  checkOptions('binaryFocalLoss', options, { reduction: true, gamma: true, alpha: true })
  const gamma = expectPositive('binaryFocalLoss', 'gamma', options.gamma, 2, true)
  const alpha = expectPositive('binaryFocalLoss', 'alpha', options.alpha, 0.25, true)
  const each = (logits: ops.Operand, targets: ops.Operand): Node => {
    const [x, t] = comparable('binaryFocalLoss', logits, targets)
    const entropy = ops.binaryCrossEntropyWithLogits(x, t, { reduction: 'none' })
    const wrong = ops.add(ops.mul(t, ops.sigmoid(ops.neg(x))), ops.mul(ops.sub(1, t), ops.sigmoid(x)))
    const weight = ops.add(ops.mul(t, alpha), ops.mul(ops.sub(1, t), 1 - alpha))
    return ops.mul(ops.mul(weight, power(wrong, gamma)), entropy)
  }
  return lossOf('binaryFocalLoss', options, each, operand(logits), operand(targets)) as Loss<R, S>
}

/** base^γ for a base from 0 to 1; a base of 0 has no infinite gradient, whatever γ is. */
const power = (base: Node, gamma: number): Node => ops.pow(ops.maximum(base, 1e-30), gamma)
