import { failShape } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import { formatShape, range } from '../../core/shape.js'
import type { Node } from '../../graph/node.js'
import * as ops from '../../operations/index.js'
import { comparable } from '../../operations/neural/reduction.js'
import { operand } from '../../tensor/methods/operand.js'
import type { Tensor } from '../../tensor/tensor.js'
import type { Known, Shape, Unless } from '../../tensor/types/index.js'
import type { TargetProblem } from '../types/losses.js'
import type { Last } from '../types/sizes.js'
import { expectPositive, type Loss, type LossOptions, lossOf } from './reduction.js'

/** [batch, classes] */
type PerClass<S extends Shape> = [
  Known<S> extends readonly [infer B extends number, ...unknown[]] ? B : number,
  Last<S>,
]

export interface DiceOptions<R extends ops.Reduction = ops.Reduction> extends LossOptions<R> {
  /** Added to the overlap and to the sizes, so that empty masks have a gradient; 1. */
  readonly smoothing?: number
}

/**
 * 1 − (2 Σ p t + s) / (Σ p + Σ t + s) over all places, for each example and class: probabilities p and masks t
 * [batch, …places, classes]. A single mask has a last axis of 1. Two empty masks have loss 0.
 * (Milletari et al., "V-Net", 2016.)
 *
 * @throws ShapeError if the shapes differ, or have no axis of classes
 * @example diceLoss(tensor([[[1], [0]]]), tensor([[[1], [1]]]), { smoothing: 0 }) // 1 / 3
 */
export function diceLoss<S extends Shape, T extends Shape, R extends ops.Reduction = 'mean'>(
  probabilities: Tensor<S>,
  masks: Unless<TargetProblem<'diceLoss', S, T>, Tensor<T>>,
  options: DiceOptions<R> = {},
): Loss<R, PerClass<S>> {
  checkOptions('diceLoss', options, { reduction: true, smoothing: true })
  const smoothing = expectPositive('diceLoss', 'the smoothing', options.smoothing, 1, true)
  const each = (p: ops.Operand, t: ops.Operand): Node => overlapLoss('diceLoss', p, t, 0.5, 0.5, smoothing / 2)
  return lossOf('diceLoss', options, each, operand(probabilities), operand(masks)) as Loss<R, PerClass<S>>
}

export interface TverskyOptions<R extends ops.Reduction = ops.Reduction> extends DiceOptions<R> {
  /** What something found where nothing is costs; 0.3. */
  readonly falsePositives?: number
  /** What something missed costs; 0.7. */
  readonly falseNegatives?: number
}

/**
 * 1 − (TP + s) / (TP + α FP + β FN + s) with TP = Σ p t, FP = Σ p (1 − t), FN = Σ (1 − p) t over all places, for each example and
 * class of [batch, …places, classes]; with α = β = ½ it is {@link diceLoss} of twice the smoothing.
 * (Salehi et al., "Tversky loss function for image segmentation", 2017.)
 *
 * @throws ShapeError if the shapes differ, or have no axis of classes
 * @example tverskyLoss(tensor([[[1], [0]]]), tensor([[[1], [1]]]), { smoothing: 0 }) // 1 − 1 / 1.7
 */
export function tverskyLoss<S extends Shape, T extends Shape, R extends ops.Reduction = 'mean'>(
  probabilities: Tensor<S>,
  masks: Unless<TargetProblem<'tverskyLoss', S, T>, Tensor<T>>,
  options: TverskyOptions<R> = {},
): Loss<R, PerClass<S>> {
  checkOptions('tverskyLoss', options, { reduction: true, smoothing: true, falsePositives: true, falseNegatives: true })
  const smoothing = expectPositive('tverskyLoss', 'the smoothing', options.smoothing, 1, true)
  const alpha = expectPositive('tverskyLoss', 'falsePositives', options.falsePositives, 0.3, true)
  const beta = expectPositive('tverskyLoss', 'falseNegatives', options.falseNegatives, 0.7, true)
  const each = (p: ops.Operand, t: ops.Operand): Node => overlapLoss('tverskyLoss', p, t, alpha, beta, smoothing)
  return lossOf('tverskyLoss', options, each, operand(probabilities), operand(masks)) as Loss<R, PerClass<S>>
}

function overlapLoss(
  operation: string,
  probabilities: ops.Operand,
  masks: ops.Operand,
  alpha: number,
  beta: number,
  smoothing: number,
): Node {
  const [p, t] = comparable(operation, probabilities, masks)
  if (p.rank < 2) {
    failShape(
      operation,
      `masks are ${formatShape(p.shape)}`,
      'They are [batch, …places, classes]; unsqueeze(-1) makes an axis of one class.',
    )
  }
  const places = range(p.rank).slice(1, -1)
  const total = (x: Node): Node => (places.length === 0 ? x : ops.sum(x, places))
  const both = total(ops.mul(p, t))
  const [onlyP, onlyT] = [ops.sub(total(p), both), ops.sub(total(t), both)]
  // 1 − (TP + s) / (TP + αFP + βFN + s), so that it is 0 where there is nothing at all.
  const wrong = ops.add(ops.mul(onlyP, alpha), ops.mul(onlyT, beta))
  const divisor = ops.add(ops.add(both, wrong), smoothing)
  return ops.div(wrong, ops.where(ops.equal(divisor, 0), 1, divisor))
}
