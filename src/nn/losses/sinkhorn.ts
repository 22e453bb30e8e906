import { expectInteger } from '../../core/arguments.js'
import { fail, failShape } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import type { Node } from '../../graph/node.js'
import * as ops from '../../operations/index.js'
import { inFloat32 } from '../../operations/operand.js'
import { scan } from '../../tensor/control.js'
import { expectTensor } from '../../tensor/methods/operand.js'
import type { Tensor } from '../../tensor/tensor.js'
import type { Shape } from '../../tensor/types/index.js'
import { wrap } from '../../tensor/wrap.js'
import type { Last } from '../types/sizes.js'
import { expectVectors, squaredDistances } from './distances.js'
import { expectPositive } from './reduction.js'

export interface SinkhornOptions {
  /** How much the transport is blurred, in units of the squared distance; 0.1. */
  readonly epsilon?: number
  /** The steps of Sinkhorn's algorithm; 50. Small epsilons need more. */
  readonly iterations?: number
}

/**
 * S(x, y) = W(x, y) − ½ W(x, x) − ½ W(y, y), where W is the cost of carrying the points x [n, features] to y [m, features], by squared
 * distances and blurred by an entropy: 0 for equal clouds, and the transport distance as epsilon goes to 0.
 * (Genevay, Peyré and Cuturi, "Learning generative models with Sinkhorn divergences", 2018; Feydy et al., 2019.)
 *
 * @throws ShapeError if the features differ, or if a cloud is empty
 * @example sinkhornDivergence(tensor([[0], [1]]), tensor([[0], [1]])) // 0
 */
export function sinkhornDivergence<S extends Shape, M extends number>(
  x: Tensor<S>,
  y: Tensor<[M, Last<NoInfer<S>>]>,
  options: SinkhornOptions = {},
): Tensor<[]> {
  checkOptions('sinkhornDivergence', options, { epsilon: true, iterations: true })
  const epsilon = expectPositive('sinkhornDivergence', 'epsilon', options.epsilon, 0.1)
  const { iterations = 50 } = options
  expectInteger('sinkhornDivergence', 'the number of iterations', iterations)
  if (iterations < 1) fail(`sinkhornDivergence: the number of iterations is ${iterations}`, 'Take one step at least.')
  const points = [expectTensor('sinkhornDivergence', 'x', x), expectTensor('sinkhornDivergence', 'y', y)]
  expectVectors('sinkhornDivergence', points[0], points[1])
  if (points.some(({ shape }) => shape[0] === 0))
    failShape('sinkhornDivergence', 'a cloud has no points', 'Give one at least.')
  const loss = inFloat32((a: Node, b: Node) => {
    const cost = (from: Node, to: Node): Node => transport(squaredDistances(from, to), epsilon, iterations)
    return ops.sub(cost(a, b), ops.mul(ops.add(cost(a, a), cost(b, b)), 0.5))
  })
  return wrap(loss(points[0], points[1]))
}

/** Sinkhorn's algorithm on the dual potentials, in log space; averaged steps make it symmetric in both sides. */
function transport(costs: Node, epsilon: number, iterations: number): Node {
  const [n, m] = costs.shape
  /** −ε log mean exp((g − C) / ε) over one axis. */
  const soften = (potential: Node, axis: 0 | 1): Node => {
    const shifted = ops.div(ops.sub(ops.unsqueeze(potential, 1 - axis), costs), epsilon)
    return ops.mul(ops.sub(ops.logSumExp(shifted, axis), Math.log(axis === 1 ? m : n)), -epsilon)
  }
  const zeros = (count: number): Tensor => wrap(ops.zeros([count], costs.dtype))
  const [[f, g]] = scan(
    ([f, g]: [Tensor, Tensor]): [[Tensor, Tensor], null] => {
      const [towardsX, towardsY] = [soften(g.node, 1), soften(f.node, 0)]
      const half = (a: Node, b: Node): Tensor => wrap(ops.mul(ops.add(a, b), 0.5))
      return [[half(f.node, towardsX), half(g.node, towardsY)], null]
    },
    [zeros(n), zeros(m)] as [Tensor, Tensor],
    null,
    { length: iterations },
  )
  return ops.add(ops.mean(soften(g.node, 1)), ops.mean(soften(f.node, 0)))
}
