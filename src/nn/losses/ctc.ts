import { expectChoice, expectInteger } from '../../core/arguments.js'
import { isInteger } from '../../core/dtype.js'
import { fail, failShape } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import { formatShape } from '../../core/shape.js'
import type { Node } from '../../graph/node.js'
import * as ops from '../../operations/index.js'
import { inFloat32 } from '../../operations/operand.js'
import { scan } from '../../tensor/control.js'
import { expectTensor } from '../../tensor/methods/operand.js'
import type { Tensor } from '../../tensor/tensor.js'
import { wrap } from '../../tensor/wrap.js'
import { checkLabels } from './labels.js'
import type { Loss, LossOptions } from './reduction.js'

export interface CtcOptions<R extends ops.Reduction = ops.Reduction, Batch extends number = number>
  extends LossOptions<R> {
  /** How many steps of each sequence count, int32 [batch]; all. */
  readonly inputLengths?: Tensor<[Batch]>
  /** How many labels of each row count, int32 [batch]; all. */
  readonly labelLengths?: Tensor<[Batch]>
  /** The class that stands for no label; 0. */
  readonly blank?: number
  /** Whether what cannot be aligned, because it has too few steps, costs 0 instead of Infinity; false. */
  readonly zeroInfinity?: boolean
}

/** What a path costs that there is not: far below all logarithms, and finite, so that no gradient is NaN. */
const NONE = -1e30

/**
 * −log of the probability of all alignments of labels [batch, labels] with logits [batch, time, classes]: each label takes one step or
 * more, with blanks between them, necessarily so between equal ones. The probability is summed step by step in log space, and
 * its gradient is that of this sum. 'mean' divides each loss by the number of its labels first, as PyTorch does.
 * (Graves et al., "Connectionist temporal classification", 2006.)
 *
 * @param logits or logarithms of probabilities, which logSoftmax leaves as they are
 * @throws ShapeError if the shapes do not fit together
 * @example ctcLoss(zeros([1, 2, 3]), tensor([[1]], [1, 1], 'int32')) // log 3
 */
export function ctcLoss<
  B extends number,
  Time extends number,
  Classes extends number,
  R extends ops.Reduction = 'mean',
>(
  logits: Tensor<[B, Time, Classes]>,
  labels: Tensor<[NoInfer<B>, number]>,
  options: CtcOptions<R, NoInfer<B>> = {},
): Loss<R, [B]> {
  checkOptions('ctcLoss', options, {
    ...{ reduction: true, inputLengths: true, labelLengths: true, blank: true, zeroInfinity: true },
  })
  const { reduction = 'mean' } = options
  expectChoice('ctcLoss', 'the reduction', reduction, ['mean', 'sum', 'none'])
  const scores = expectTensor('ctcLoss', 'the tensor of logits', logits)
  const targets = expectTensor('ctcLoss', 'the tensor of labels', labels)
  if (scores.rank !== 3 || targets.rank !== 2 || targets.shape[0] !== scores.shape[0] || !isInteger(targets.dtype)) {
    failShape(
      'ctcLoss',
      `logits ${formatShape(scores.shape)} and labels ${targets.dtype} ${formatShape(targets.shape)} do not fit`,
      'Logits are [batch, time, classes], labels the whole numbers [batch, labels].',
    )
  }
  const [batch, time, classes] = scores.shape
  const { blank = 0 } = options
  expectInteger('ctcLoss', 'the blank', blank)
  if (blank < 0 || blank >= classes) fail(`ctcLoss: the blank is ${blank}`, `Classes are 0 … ${classes - 1}.`)
  const lengths = (what: string, given: Tensor | undefined, all: number): Node => {
    if (given === undefined) return ops.full([batch], all, 'int32')
    const node = expectTensor('ctcLoss', what, given)
    if (node.rank === 1 && node.shape[0] === batch && isInteger(node.dtype)) {
      checkLabels(`ctcLoss: ${what}`, node, all + 1)
      return ops.cast(node, 'int32')
    }
    failShape('ctcLoss', `${what} is ${node.dtype} ${formatShape(node.shape)}`, `Give whole numbers [${batch}].`)
  }
  const inputLengths = lengths('inputLengths', options.inputLengths, time)
  const labelLengths = lengths('labelLengths', options.labelLengths, targets.shape[1])
  if (options.labelLengths === undefined) checkLabels('ctcLoss', targets, classes)
  const loss = inFloat32((scores: Node): Node => {
    const total = logProbability(ops.logSoftmax(scores), targets, inputLengths, labelLengths, blank)
    const isPossible = ops.greater(total, NONE / 2)
    const losses = ops.where(isPossible, ops.neg(total), options.zeroInfinity === true ? 0 : Infinity)
    if (reduction === 'none') return losses
    if (reduction === 'sum') return ops.sum(losses)
    return ops.mean(ops.div(losses, ops.maximum(ops.cast(labelLengths, losses.dtype), 1)))
  })
  return wrap(loss(scores)) as Loss<R, [B]>
}

/** log Σ of the probabilities of all alignments [batch]. */
function logProbability(logarithms: Node, labels: Node, inputLengths: Node, labelLengths: Node, blank: number): Node {
  const [batch, time] = logarithms.shape
  const count = labels.shape[1]
  const places = 2 * count + 1
  // Labels behind their length are not read, whatever they are.
  const real = ops.less(ops.arange(count), ops.unsqueeze(labelLengths, 1))
  const known = ops.cast(ops.where(real, labels, blank), 'int32')
  // blank, label, blank, label, …, blank
  const between = ops.reshape(ops.stack([known, ops.full([batch, count], blank, 'int32')], 2), [batch, 2 * count])
  const extended = ops.concat([ops.full([batch, 1], blank, 'int32'), between], 1)
  const index = ops.expand(ops.unsqueeze(extended, 1), [batch, time, places])
  const emitted = ops.moveAxis(ops.takeAlongAxis(logarithms, index, 2), 1, 0)
  const before = (x: Node, by: number): Node =>
    ops.pad(
      ops.slice(x, ':', [0, Math.max(0, places - by)]),
      [
        [0, 0],
        [Math.min(by, places), 0],
      ],
      { value: NONE },
    )
  // A blank may be left out between two labels that differ.
  const twoBack = ops.pad(
    ops.slice(extended, ':', [0, Math.max(0, places - 2)]),
    [
      [0, 0],
      [Math.min(2, places), 0],
    ],
    {
      value: blank,
    },
  )
  const skips = ops.logicalAnd(ops.notEqual(extended, blank), ops.notEqual(extended, twoBack))
  const start = ops.expand(ops.where(ops.equal(ops.arange(places), 0), ops.cast(0, logarithms.dtype), NONE), [
    batch,
    places,
  ])
  const [last] = scan(
    (paths: Tensor, [probabilities, step]: [Tensor, Tensor]): [Tensor, null] => {
      const alpha = paths.node
      const stayed = ops.stack([alpha, before(alpha, 1), ops.where(skips, before(alpha, 2), NONE)])
      const arrived = ops.add(ops.logSumExp(stayed, 0), probabilities.node)
      const goesOn = ops.less(step.node, inputLengths)
      return [wrap(ops.where(ops.unsqueeze(goesOn, 1), arrived, alpha)), null]
    },
    wrap(start) as Tensor,
    [wrap(emitted) as Tensor, wrap(ops.arange(time)) as Tensor] as [Tensor, Tensor],
  )
  const end = ops.unsqueeze(ops.mul(labelLengths, 2), 1)
  const atBlank = ops.takeAlongAxis(last.node, end, 1)
  const label = ops.takeAlongAxis(last.node, ops.maximum(ops.sub(end, 1), 0), 1)
  const atLabel = ops.where(ops.greater(end, 0), label, NONE)
  return ops.logSumExp(ops.concat([atBlank, atLabel], 1), 1)
}
