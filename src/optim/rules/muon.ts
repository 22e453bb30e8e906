import { type Shape, sizeOf } from '../../core/shape.js'
import type { Node } from '../../graph/node.js'
import * as ops from '../../operations/index.js'
import { cond } from '../../tensor/control.js'
import { Tensor } from '../../tensor/tensor.js'
import { defineOptimizer } from '../define.js'
import type { OptimizerOptions } from '../options.js'
import type { Step } from '../rule.js'
import { count, flag, kept, positive } from '../settings.js'
import { adamRule } from './adam.js'
import { normOf } from './moments.js'

export interface MuonSettings {
  /** The part of the last step that the next one keeps; 0.95. */
  readonly momentum?: number
  /** Takes the gradient, as it were, after the momentum has been followed; true. */
  readonly nesterov?: boolean
  /** How often the Newton–Schulz iteration is done; 5. */
  readonly iterations?: number
  /** Whether matrices get orthogonal steps; embeddings and output layers usually go without, in a group. */
  readonly orthogonal?: boolean
  /** The learning rate of {@link adamW} for what is no matrix, as a part of the learning rate; 0.015. */
  readonly adamFactor?: number
  /** How slowly its mean of the gradients forgets; 0.9. */
  readonly beta1?: number
  /** How slowly its mean of their squares forgets; 0.95. */
  readonly beta2?: number
}
export type MuonOptions = OptimizerOptions<MuonSettings>

/**
 * Momentum whose matrix is made orthogonal before the step, so that all its directions are equally long. Vectors and scalars are
 * trained by {@link adamW}; the last axis of what has more than two is that of the outputs. Decay is decoupled.
 *
 * v ← momentum · v + g; o = NewtonSchulz(g + momentum · v); p ← p − learningRate · √max(1, outputs / inputs) · o. Learning rate 0.02.
 *
 * (Jordan et al., "Muon: an optimizer for hidden layers in neural networks", 2024.)
 *
 * @throws if an option is out of range
 * @example const optimizer = muon(model, { groups: [{ match: /bias/, weightDecay: 0 }] })
 */
export const muon = defineOptimizer<MuonSettings>({
  name: 'muon',
  learningRate: 0.02,
  decay: 'decoupled',
  settings: {
    ...{ momentum: kept(0.95), nesterov: flag(true), iterations: count(5), orthogonal: flag(true) },
    ...{ adamFactor: positive(0.015), beta1: kept(0.9), beta2: kept(0.95) },
  },
  rule: ({ momentum, nesterov, iterations, orthogonal, adamFactor, beta1, beta2 }) => {
    const isMatrix = (shape: Shape): boolean => orthogonal && shape.length >= 2 && sizeOf(shape) > 0
    const adam = adamRule({ beta1, beta2, epsilon: 1e-8, amsgrad: false })
    return {
      slots: (shape) => (isMatrix(shape) ? ['momentum'] : adam.slots(shape)),
      rateFactor: (shape) => (isMatrix(shape) ? 1 : adamFactor),
      update: (parameter, gradient, state, step) => {
        const { shape } = parameter
        if (!isMatrix(shape)) return adam.update(parameter, gradient, state, step)
        const next = ops.add(ops.mul(state[0], momentum), gradient)
        const direction = nesterov ? ops.add(gradient, ops.mul(next, momentum)) : next
        const outputs = shape[shape.length - 1]
        const inputs = sizeOf(shape) / outputs
        const matrix = ops.reshape(direction, [inputs, outputs])
        const flat = unlessUnused(step, matrix, (x) => orthogonalized(x, iterations))
        const change = ops.mul(ops.reshape(flat, shape), Math.sqrt(Math.max(1, outputs / inputs)))
        return { parameter: ops.sub(parameter, ops.mul(change, step.learningRate)), state: [next] }
      },
    }
  },
})

/** `change` of x, or x where the result is not used. */
function unlessUnused({ isMade }: Step, x: Node, change: (x: Node) => Node): Node {
  if (isMade === undefined) return change(x)
  return cond(
    new Tensor(isMade),
    ({ node }: Tensor) => new Tensor(change(node)),
    (same: Tensor) => same,
    new Tensor(x),
  ).node
}

/**
 * About U Vᵀ of the singular value decomposition U S Vᵀ: x ← a x + (b x xᵀ + c (x xᵀ)²) x, which takes all singular values of a matrix
 * of norm 1 to somewhere between 0.7 and 1.2.
 */
function orthogonalized(matrix: Node, iterations: number): Node {
  const [a, b, c] = [3.4445, -4.775, 2.0315]
  const isTall = matrix.shape[0] > matrix.shape[1]
  const wide = isTall ? ops.transpose(matrix) : matrix
  let x = ops.div(wide, ops.add(normOf(wide), 1e-7))
  for (let i = 0; i < iterations; i++) {
    const square = ops.matmul(x, ops.transpose(x))
    const weights = ops.add(ops.mul(square, b), ops.mul(ops.matmul(square, square), c))
    x = ops.add(ops.mul(x, a), ops.matmul(weights, x))
  }
  return isTall ? ops.transpose(x) : x
}
