import { cureFor, describe } from '../../core/describe.js'
import { fail, failShape } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import { formatShape, sameShape } from '../../core/shape.js'
import type { Node } from '../../graph/node.js'
import * as ops from '../../operations/index.js'
import { comparable } from '../../operations/neural/reduction.js'
import { inFloat32 } from '../../operations/operand.js'
import { operand } from '../../tensor/methods/operand.js'
import type { Tensor } from '../../tensor/tensor.js'
import type { Shape, Unless } from '../../tensor/types/index.js'
import type { AllButLast, TargetProblem } from '../types/losses.js'
import { expectPositive, type Loss, type LossOptions, lossOf } from './reduction.js'

const LOG_TWO_PI = Math.log(2 * Math.PI)

export interface GaussianNllOptions<R extends ops.Reduction = ops.Reduction> extends LossOptions<R> {
  /** Whether ½ log 2π is added, so that it is the whole likelihood; false. */
  readonly full?: boolean
  /** The least variance; 1e-6. */
  readonly epsilon?: number
}

/**
 * ½ (log σ² + (mean − target)² / σ²) for predicted means and variances σ² of one shape, or one variance for all.
 * (Nix and Weigend, 1994.)
 *
 * @throws ShapeError if the shapes differ
 * @example gaussianNll(tensor([1]), tensor([3]), tensor([1])) // 2
 */
export function gaussianNll<
  S extends Shape,
  T extends Shape = [],
  V extends Shape = [],
  R extends ops.Reduction = 'mean',
>(
  mean: Tensor<S>,
  target: Unless<TargetProblem<'gaussianNll', S, T>, Tensor<T> | number>,
  variance: Unless<TargetProblem<'gaussianNll', S, V>, Tensor<V> | number>,
  options: GaussianNllOptions<R> = {},
): Loss<R, S> {
  checkOptions('gaussianNll', options, { reduction: true, full: true, epsilon: true })
  const epsilon = expectPositive('gaussianNll', 'epsilon', options.epsilon, 1e-6)
  const each = (mean: ops.Operand, target: ops.Operand, variance: ops.Operand): Node => {
    const d = ops.sub(...comparable('gaussianNll', mean, target))
    const v = ops.maximum(comparable('gaussianNll', mean, variance)[1], epsilon)
    const half = ops.mul(ops.add(ops.log(v), ops.div(ops.square(d), v)), 0.5)
    return options.full === true ? ops.add(half, LOG_TWO_PI / 2) : half
  }
  return lossOf('gaussianNll', options, each, operand(mean), operand(target), operand(variance)) as Loss<R, S>
}

export interface PoissonNllOptions<R extends ops.Reduction = ops.Reduction> extends LossOptions<R> {
  /** Whether the prediction is the rate itself rather than its logarithm; false. */
  readonly rate?: boolean
  /** Whether Stirling's approximation of log target! is added, for targets above 1; false. */
  readonly full?: boolean
}

/**
 * λ − target · log λ for predicted logarithms of rates log λ and counts as targets (PyTorch: poisson_nll_loss).
 *
 * @throws ShapeError if the shapes differ
 * @example poissonNll(tensor([0]), tensor([5])) // 1
 */
export function poissonNll<S extends Shape, T extends Shape = [], R extends ops.Reduction = 'mean'>(
  prediction: Tensor<S>,
  target: Unless<TargetProblem<'poissonNll', S, T>, Tensor<T> | number>,
  options: PoissonNllOptions<R> = {},
): Loss<R, S> {
  checkOptions('poissonNll', options, { reduction: true, rate: true, full: true })
  const each = (prediction: ops.Operand, target: ops.Operand): Node => {
    const [x, t] = comparable('poissonNll', prediction, target)
    const nll =
      options.rate === true ? ops.sub(x, ops.mul(t, ops.log(ops.add(x, 1e-8)))) : ops.sub(ops.exp(x), ops.mul(t, x))
    if (options.full !== true) return nll
    const many = ops.greater(t, 1)
    const count = ops.where(many, t, 1)
    const stirling = ops.add(
      ops.sub(ops.mul(count, ops.log(count)), count),
      ops.mul(ops.log(ops.mul(count, 2 * Math.PI)), 0.5),
    )
    return ops.add(nll, ops.where(many, stirling, 0))
  }
  return lossOf('poissonNll', options, each, operand(prediction), operand(target)) as Loss<R, S>
}

export interface GaussianMixture<S extends Shape> {
  /** Unnormalised logarithms of how often each component is [..., components]. */
  readonly logits: Tensor<S>
  /** [..., components, features] */
  readonly means: Tensor
  /** The logarithms of the standard deviations [..., components, features]. */
  readonly logScales: Tensor
}

/**
 * −log Σ π · Π N(target; mean, scale²) of targets [..., features] under a mixture of gaussians whose features are independent: what a
 * mixture density network is trained with. Summed in log space.
 * (Bishop, "Mixture density networks", 1994.)
 *
 * @throws ShapeError if the shapes do not fit
 * @example
 * const mixture = { logits: zeros([8, 3]), means: zeros([8, 3, 2]), logScales: zeros([8, 3, 2]) }
 * mixtureNll(mixture, zeros([8, 2])) // log 2π
 */
export function mixtureNll<S extends Shape, R extends ops.Reduction = 'mean'>(
  mixture: GaussianMixture<S>,
  target: Tensor<[...AllButLast<NoInfer<S>>, number]>,
  options: LossOptions<R> = {},
): Loss<R, AllButLast<S>> {
  checkOptions('mixtureNll', options, { reduction: true })
  if (typeof mixture !== 'object' || mixture === null) {
    fail(`mixtureNll: the mixture is ${describe(mixture)}`, cureFor(mixture, 'Give { logits, means, logScales }.'))
  }
  const operands = [mixture.logits, mixture.means, mixture.logScales, target].map((x) => ops.lift(operand(x)))
  const [logits, means, logScales, t] = operands
  const fits =
    means.rank === logits.rank + 1 &&
    sameShape(means.shape.slice(0, -1), logits.shape) &&
    sameShape(logScales.shape, means.shape) &&
    sameShape(t.shape, [...logits.shape.slice(0, -1), means.shape[means.rank - 1]])
  if (!fits) {
    failShape(
      'mixtureNll',
      `logits ${formatShape(logits.shape)}, means ${formatShape(means.shape)}, logScales ${formatShape(logScales.shape)} and target ${formatShape(t.shape)} do not fit`,
      'They are […, components], twice […, components, features], and […, features].',
    )
  }
  return lossOf('mixtureNll', options, mixtureOf, logits, means, logScales, t) as Loss<R, AllButLast<S>>
}

const mixtureOf = inFloat32((logits: Node, means: Node, logScales: Node, target: Node): Node => {
  const z = ops.mul(ops.sub(ops.unsqueeze(target, -2), means), ops.exp(ops.neg(logScales)))
  const terms = ops.add(ops.add(ops.mul(ops.square(z), 0.5), logScales), LOG_TWO_PI / 2)
  return ops.neg(ops.logSumExp(ops.sub(ops.logSoftmax(logits), ops.sum(terms, -1)), -1))
})
