import { expectChoice } from '../../core/arguments.js'
import { checkOptions } from '../../core/options.js'
import type { Node } from '../../graph/node.js'
import * as ops from '../../operations/index.js'
import { comparable } from '../../operations/neural/reduction.js'
import { expectTensor, operand } from '../../tensor/methods/operand.js'
import type { Tensor } from '../../tensor/tensor.js'
import type { Shape, Unless } from '../../tensor/types/index.js'
import type { AllButLast, RowProblem, TargetProblem } from '../types/losses.js'
import { checkLabels, expectLabels } from './labels.js'
import { expectPositive, type Loss, type LossOptions, lossOf } from './reduction.js'

export interface HingeOptions<R extends ops.Reduction = ops.Reduction> extends LossOptions<R> {
  /** How far on the right side a score must be to cost nothing; 1. */
  readonly margin?: number
  /** 'linear', or 'squared'; 'linear'. */
  readonly kind?: 'linear' | 'squared'
}

const options = { reduction: true, margin: true, kind: true } as const

/** max(0, shortfall), or its square. */
function hinged(operation: string, shortfall: Node, { kind = 'linear' }: HingeOptions): Node {
  const cost = ops.relu(shortfall)
  return expectChoice(operation, 'the kind', kind, ['linear', 'squared']) === 'linear' ? cost : ops.square(cost)
}

/**
 * max(0, margin − t · score) for targets t of −1 or 1: the loss of support vector machines, and of many critics.
 * (Cortes and Vapnik, "Support-vector networks", 1995.)
 *
 * @throws ShapeError if the shapes differ
 * @example hingeLoss(tensor([0.25, 2]), tensor([1, -1]), { reduction: 'none' }) // [0.75, 3]
 */
export function hingeLoss<S extends Shape, T extends Shape = [], R extends ops.Reduction = 'mean'>(
  scores: Tensor<S>,
  targets: Unless<TargetProblem<'hingeLoss', S, T>, Tensor<T> | number>,
  given: HingeOptions<R> = {},
): Loss<R, S> {
  checkOptions('hingeLoss', given, options)
  const margin = expectPositive('hingeLoss', 'the margin', given.margin, 1)
  const each = (scores: ops.Operand, targets: ops.Operand): Node =>
    hinged('hingeLoss', ops.sub(margin, ops.mul(...comparable('hingeLoss', scores, targets))), given)
  return lossOf('hingeLoss', given, each, operand(scores), operand(targets)) as Loss<R, S>
}

/**
 * Σ max(0, margin − s_label + s_class) / classes over all other classes: scores […, classes], whole-number labels […].
 * (Crammer and Singer, 2001; PyTorch: multi_margin_loss.)
 *
 * @throws ShapeError if the labels do not fit
 * @example multiClassHinge(tensor([[1, 0.5]]), tensor([0], [1], 'int32')) // 0.25
 */
export function multiClassHinge<S extends Shape, T extends Shape, R extends ops.Reduction = 'mean'>(
  scores: Tensor<S>,
  labels: Unless<RowProblem<'multiClassHinge', S, T>, Tensor<T>>,
  given: HingeOptions<R> = {},
): Loss<R, AllButLast<S>> {
  checkOptions('multiClassHinge', given, options)
  const margin = expectPositive('multiClassHinge', 'the margin', given.margin, 1)
  const [s, l] = [
    expectTensor('multiClassHinge', 'the tensor of scores', scores),
    expectTensor('multiClassHinge', 'the tensor of labels', labels),
  ]
  expectLabels('multiClassHinge', s, l)
  const classes = s.shape[s.rank - 1]
  checkLabels('multiClassHinge', l, classes)
  const each = (s: ops.Operand): Node => {
    const index = ops.unsqueeze(l, -1)
    const cost = hinged('multiClassHinge', ops.add(ops.sub(s, ops.takeAlongAxis(s, index, -1)), margin), given)
    const others = ops.notEqual(ops.arange(classes), index)
    return ops.mean(ops.where(others, cost, 0), -1)
  }
  return lossOf('multiClassHinge', given, each, s) as Loss<R, AllButLast<S>>
}
