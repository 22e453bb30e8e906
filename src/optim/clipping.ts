import type { Node } from '../graph/node.js'
import * as ops from '../operations/index.js'

/** Keeps each element between −limit and limit. */
export const clipByValue = (gradients: readonly Node[], limit: number): Node[] =>
  gradients.map((gradient) => ops.clip(gradient, -limit, limit))

/** √Σ g² over all elements of all gradients, in float32 or wider. */
export function globalNorm(gradients: readonly Node[]): Node {
  const squares = gradients.map((gradient) => {
    const wide = gradient.dtype === 'float64' ? gradient : ops.cast(gradient, 'float32')
    return ops.sum(ops.mul(wide, wide))
  })
  return ops.sqrt(squares.reduce((a, b) => ops.add(a, b)))
}

/**
 * Scales all gradients by the same factor so that their common norm is at most `limit`: the direction stays.
 * (Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks", 2013.)
 */
export function clipByNorm(gradients: readonly Node[], limit: number): Node[] {
  // The small number keeps a gradient of zeros from dividing by 0.
  const factor = ops.minimum(ops.div(limit, ops.add(globalNorm(gradients), 1e-6)), 1)
  return gradients.map((gradient) => ops.mul(gradient, ops.cast(factor, gradient.dtype)))
}
