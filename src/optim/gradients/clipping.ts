import { range } from '../../core/shape.js'
import type { Node } from '../../graph/node.js'
import * as ops from '../../operations/index.js'

/** How the gradients of some parameters are bounded. */
export interface Clipping {
  readonly clipValue?: number | undefined
  readonly clipAdaptive?: number | undefined
  readonly clipNorm?: number | undefined
  /** What gradients whose norms are taken together have in common. */
  readonly together: string
}

/**
 * The gradients, each bounded as its `clippings` entry says: element by element, then unit by unit, then by the norm of all gradients
 * that are taken together.
 */
export function clipped(
  gradients: readonly Node[],
  parameters: readonly Node[],
  clippings: readonly Clipping[],
): Node[] {
  const bounded = gradients.map((gradient, i) => {
    const { clipValue, clipAdaptive } = clippings[i]
    const inside = clipValue === undefined ? gradient : ops.clip(gradient, -clipValue, clipValue)
    return clipAdaptive === undefined ? inside : clipUnits(inside, parameters[i], clipAdaptive)
  })
  for (const { clipNorm, together } of new Map(clippings.map((one) => [one.together, one])).values()) {
    if (clipNorm === undefined) continue
    const members = range(gradients.length).filter((i) => clippings[i].together === together)
    const scaled = clipByNorm(
      members.map((i) => bounded[i]),
      clipNorm,
    )
    for (const [k, i] of members.entries()) bounded[i] = scaled[k]
  }
  return bounded
}

/** √Σ g² over all elements of all gradients, in float32 or wider. */
export function globalNorm(gradients: readonly Node[]): Node {
  const wide = gradients.some(({ dtype }) => dtype === 'float64') ? 'float64' : 'float32'
  const squares = gradients.map((gradient) => {
    const numbers = gradient.dtype === 'float64' ? gradient : ops.cast(gradient, 'float32')
    return ops.cast(ops.sum(ops.mul(numbers, numbers)), wide)
  })
  return ops.sqrt(squares.reduce((a, b) => ops.add(a, b)))
}

/**
 * Scales all gradients by the same factor so that their common norm is at most `limit`: the direction stays.
 * (Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks", 2013.)
 */
function clipByNorm(gradients: readonly Node[], limit: number): Node[] {
  // The small number keeps a gradient of zeros from dividing by 0.
  const factor = ops.minimum(ops.div(limit, ops.add(globalNorm(gradients), 1e-6)), 1)
  return gradients.map((gradient) => ops.mul(gradient, ops.cast(factor, gradient.dtype)))
}

/** The least norm of a unit that counts, so that units of zeros can leave 0. */
const LEAST_NORM = 1e-3

/**
 * Scales the gradient of each unit so that its norm is at most `limit` times that of the unit. A unit is what is summed to one output:
 * all of an element of the last axis, and all of a vector.
 * (Brock et al., "High-performance large-scale image recognition without normalization", 2021.)
 */
function clipUnits(gradient: Node, parameter: Node, limit: number): Node {
  const axis = gradient.rank < 2 ? undefined : range(gradient.rank - 1)
  const norm = (x: Node): Node => ops.sqrt(ops.sum(ops.mul(x, x), axis, { keepDims: true }))
  const most = ops.mul(ops.maximum(norm(parameter), LEAST_NORM), limit)
  // Gradients below the limit are taken as they are: divided by the limit itself.
  return ops.mul(gradient, ops.div(most, ops.maximum(norm(gradient), most)))
}
