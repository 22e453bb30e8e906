import { checkOptions } from '../../core/options.js'
import * as ops from '../../operations/index.js'
import { comparable } from '../../operations/neural/reduction.js'
import { operand } from '../../tensor/methods/operand.js'
import type { Tensor } from '../../tensor/tensor.js'
import type { Shape, Unless } from '../../tensor/types/index.js'
import type { TargetProblem } from '../types/losses.js'
import { type Loss, type LossOptions, lossOf } from './reduction.js'

export interface BinaryCrossEntropyOptions<R extends ops.Reduction = ops.Reduction> extends LossOptions<R> {
  /** How much more the answer yes counts than no, a number or one for each output; 1. */
  readonly positiveWeight?: number | Tensor
}

/**
 * −w t · log sigmoid(x) − (1 − t) · log(1 − sigmoid(x)) for logits x and targets t from 0 to 1 of the same shape: yes or no,
 * for each element. Computed without overflow for large logits.
 *
 * @throws ShapeError if the shapes differ
 * @example binaryCrossEntropy(tensor([0, 0]), tensor([0, 1])) // log 2
 */
export function binaryCrossEntropy<S extends Shape, T extends Shape = [], R extends ops.Reduction = 'mean'>(
  logits: Tensor<S>,
  targets: Unless<TargetProblem<'binaryCrossEntropy', S, T>, Tensor<T> | number>,
  options: BinaryCrossEntropyOptions<R> = {},
): Loss<R, S> {
  checkOptions('binaryCrossEntropy', options, { reduction: true, positiveWeight: true })
  const { positiveWeight } = options
  const each = (logits: ops.Operand, targets: ops.Operand, weight: ops.Operand) => {
    const [x, t] = comparable('binaryCrossEntropy', logits, targets)
    if (positiveWeight === undefined) return ops.binaryCrossEntropyWithLogits(x, t, { reduction: 'none' })
    const [no, yes] = [ops.mul(ops.sub(1, t), ops.softplus(x)), ops.mul(t, ops.softplus(ops.neg(x)))]
    return ops.add(no, ops.mul(weight, yes))
  }
  return lossOf(
    'binaryCrossEntropy',
    options,
    each,
    operand(logits),
    operand(targets),
    operand(positiveWeight ?? 1),
  ) as Loss<R, S>
}
