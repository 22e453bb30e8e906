import { expectNumber } from '../../core/arguments.js'
import { isInteger } from '../../core/dtype.js'
import { fail, failShape } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import { formatShape } from '../../core/shape.js'
import type { Node } from '../../graph/node.js'
import * as ops from '../../operations/index.js'
import { inFloat32, like } from '../../operations/operand.js'
import { expectTensor } from '../../tensor/methods/operand.js'
import type { Tensor } from '../../tensor/tensor.js'
import type { Shape, Unless } from '../../tensor/types/index.js'
import { wrap } from '../../tensor/wrap.js'
import type { AllButLast, LabelProblem } from '../types/losses.js'
import type { Last } from '../types/sizes.js'
import { checkLabels } from './labels.js'
import type { Loss, LossOptions } from './reduction.js'

export interface CrossEntropyOptions<R extends ops.Reduction = ops.Reduction, Classes extends number = number>
  extends LossOptions<R> {
  /** The part of the probability that is spread evenly over all classes (Szegedy et al., 2016); 0. */
  readonly labelSmoothing?: number
  /** A weight for each class [classes], such as larger ones for rare classes; the mean then is divided by the weights. */
  readonly weight?: Tensor<[Classes]>
  /**
   * The label of what has none, such as padding: its loss is 0 and does not count in the mean, which is 0 if there is nothing
   * else. None by default, so that a negative label is a mistake.
   */
  readonly ignoreIndex?: number
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
  checkOptions('crossEntropy', options, { reduction: true, labelSmoothing: true, weight: true, ignoreIndex: true })
  const scores = expectTensor('crossEntropy', 'the tensor of logits', logits)
  const targets = expectTensor('crossEntropy', 'the tensor of labels', labels)
  const { ignoreIndex, labelSmoothing = 0 } = options
  expectNumber('crossEntropy', 'the label smoothing', labelSmoothing)
  if (ignoreIndex !== undefined && !Number.isSafeInteger(ignoreIndex)) {
    fail(`crossEntropy: ignoreIndex is ${ignoreIndex}`, 'Give a whole number.')
  }
  checkLabels('crossEntropy', targets, scores.shape[scores.rank - 1] ?? 0, ignoreIndex)
  const weight = options.weight && expectTensor('crossEntropy', 'the weight', options.weight)
  const loss =
    weight === undefined && ignoreIndex === undefined
      ? ops.crossEntropy(scores, targets, options)
      : weighted(scores, targets, weight, options)
  return wrap(loss) as Loss<R, AllButLast<S>>
}

const weighted = inFloat32((scores: Node, targets: Node, given: Node | undefined, options: CrossEntropyOptions) => {
  const { labelSmoothing = 0, reduction = 'mean', ignoreIndex } = options
  const classes = scores.shape[scores.rank - 1]
  const weight = given ?? ops.ones([classes], scores.dtype)
  if (weight.rank !== 1 || weight.shape[0] !== classes) {
    failShape(
      'crossEntropy',
      `the weight has shape ${formatShape(weight.shape)}, the logits ${formatShape(scores.shape)}`,
      'Give one weight per class.',
    )
  }
  const isHard = isInteger(targets.dtype)
  if (!isHard && ignoreIndex !== undefined) {
    fail('crossEntropy: ignoreIndex is for labels, not for probabilities', 'Set the weight of such examples to 0.')
  }
  const counts = isHard && ignoreIndex !== undefined ? ops.notEqual(targets, ignoreIndex) : undefined
  const labels = counts ? ops.where(counts, targets, 0) : targets
  const kept = (x: Node): Node => (counts ? ops.where(counts, x, like(x, 0)) : x)
  const ofExample = isHard ? kept(ops.take(weight, labels, 0, 'crossEntropy')) : undefined
  // The operation itself checks labels, their shape and the smoothing.
  const plain = ops.crossEntropy(scores, labels, { reduction: 'none', labelSmoothing: ofExample ? 0 : labelSmoothing })
  const logarithms = ops.logSoftmax(scores)
  const hard = ofExample
    ? ops.mul(kept(plain), ofExample)
    : ops.neg(ops.sum(ops.mul(ops.mul(targets, weight), logarithms), -1))
  const even = ops.neg(ops.sum(ops.mul(logarithms, weight), -1))
  const losses = smoothed(hard, () => kept(even), labelSmoothing, classes)
  if (reduction === 'none') return losses
  const total = ops.sum(losses)
  if (reduction === 'sum') return total
  if (ofExample === undefined) return ops.mean(losses)
  const divisor = ops.sum(ofExample)
  return ops.div(total, ops.where(ops.equal(divisor, 0), 1, divisor))
})

function smoothed(hard: Node, even: () => Node, part: number, classes: number): Node {
  if (!(part >= 0 && part <= 1))
    failShape('crossEntropy', `labelSmoothing ${part} is not a part`, 'Use a number from 0 to 1.')
  return part === 0 ? hard : ops.add(ops.mul(hard, 1 - part), ops.mul(even(), part / classes))
}
