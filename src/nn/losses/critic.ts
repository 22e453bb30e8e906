import { expectFunction, expectNumber } from '../../core/arguments.js'
import { failShape } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import { formatShape, sameShape } from '../../core/shape.js'
import * as ops from '../../operations/index.js'
import { inFloat32 } from '../../operations/operand.js'
import { grad } from '../../tensor/gradients.js'
import { expectTensor } from '../../tensor/methods/operand.js'
import * as random from '../../tensor/random.js'
import type { Tensor } from '../../tensor/tensor.js'
import type { Shape } from '../../tensor/types/index.js'
import { wrap } from '../../tensor/wrap.js'

// Wasserstein GANs (Arjovsky et al., "Wasserstein generative adversarial networks", 2017).

/**
 * mean(fake) − mean(real) of a critic's scores: what the critic makes small. Its negative is about the distance of the two
 * distributions where the critic is 1-Lipschitz. The numbers of examples may differ.
 *
 * @example wassersteinCritic(tensor([3, 1]), tensor([1])) // -1
 */
export function wassersteinCritic(real: Tensor, fake: Tensor): Tensor<[]> {
  const [r, f] = [expectTensor('wassersteinCritic', 'real', real), expectTensor('wassersteinCritic', 'fake', fake)]
  return wrap(inFloat32((r: ops.Operand, f: ops.Operand) => ops.sub(ops.mean(f), ops.mean(r)))(r, f))
}

/**
 * −mean(fake) of a critic's scores: what the generator makes small.
 *
 * @example wassersteinGenerator(tensor([3, 1])) // -2
 */
export function wassersteinGenerator(fake: Tensor): Tensor<[]> {
  return wrap(ops.neg(ops.mean(expectTensor('wassersteinGenerator', 'fake', fake))))
}

export interface GradientPenaltyOptions {
  /** The length that gradients are drawn to; 1. */
  readonly target?: number
  /** A key of `random`; the global generator. */
  readonly key?: Tensor
}

/**
 * The mean of (‖∇ critic(x)‖ − 1)², at a random point x on the line between each real example and a fake one: [batch, …] each.
 * Keeps a critic about 1-Lipschitz. (Gulrajani et al., "Improved training of Wasserstein GANs", 2017.)
 *
 * @param critic gives a score, or several, for each example on its own
 * @throws ShapeError if the shapes differ
 * @example gradientPenalty((x) => x.mul(3), ones([4, 1]), zeros([4, 1])) // 4
 */
export function gradientPenalty<S extends Shape>(
  critic: (x: Tensor<S>) => Tensor,
  real: Tensor<S>,
  fake: Tensor<NoInfer<S>>,
  options: GradientPenaltyOptions = {},
): Tensor<[]> {
  expectFunction('gradientPenalty', 'the critic', critic)
  checkOptions('gradientPenalty', options, { target: true, key: true })
  const [r, f] = [expectTensor('gradientPenalty', 'real', real), expectTensor('gradientPenalty', 'fake', fake)]
  if (!sameShape(r.shape, f.shape) || r.rank === 0) {
    failShape(
      'gradientPenalty',
      `real ${formatShape(r.shape)} and fake ${formatShape(f.shape)} do not fit`,
      'They are batches of one shape.',
    )
  }
  const { target = 1, key } = options
  expectNumber('gradientPenalty', 'the target', target)
  const perExample = [r.shape[0], ...r.shape.slice(1).map(() => 1)]
  const place = ops.cast(random.uniform(perExample, key === undefined ? {} : { key }).node, r.dtype)
  const between: Tensor<S> = wrap(ops.add(r, ops.mul(place, ops.sub(f, r))))
  const slope = grad((x: Tensor<S>) => critic(x).sum() as Tensor<[]>)(between).node
  const penalty = inFloat32((slope: ops.Operand) => {
    const rows = ops.reshape(slope, [r.shape[0], -1])
    return ops.mean(ops.square(ops.sub(ops.norm(rows, -1), target)))
  })
  return wrap(penalty(slope))
}
