import { needOptions } from '../../core/options.js'
import type { Node } from '../../graph/node.js'
import * as ops from '../../operations/index.js'
import * as random from '../../tensor/random.js'
import { expectNotNegative } from '../options.js'

export interface GradientNoise {
  /** The variance in the first step; 0.01, 0.3 and 1 are usual. */
  readonly variance: number
  /** The variance of step t is that of the first one divided by t to the power of this; 0.55. */
  readonly decay?: number
}

/** Throws if the options are out of range. */
export function expectNoise(where: string, noise: GradientNoise): void {
  needOptions<GradientNoise>(`${where}, gradientNoise`, noise, { variance: true, decay: true })
  expectNotNegative(`${where}, gradientNoise`, 'variance', noise.variance)
  expectNotNegative(`${where}, gradientNoise`, 'decay', noise.decay ?? 0.55)
}

/**
 * The gradient and normal noise of variance `variance` / tᵈᵉᶜᵃʸ, t counted from 1.
 * (Neelakantan et al., "Adding gradient noise improves learning for very deep networks", 2015.)
 */
export function noisy(gradient: Node, { variance, decay = 0.55 }: GradientNoise, number: Node): Node {
  const deviation = ops.mul(ops.exp(ops.mul(ops.log(number), -decay / 2)), Math.sqrt(variance))
  const draw = random.normal(gradient.shape, { dtype: gradient.dtype }).node
  return ops.add(gradient, ops.mul(draw, deviation))
}
