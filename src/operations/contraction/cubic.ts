import type { Node } from '../../graph/index.js'
import { add, mul, sub } from '../elementwise/arithmetic.js'
import { less, where } from '../elementwise/comparison.js'

/** The slope of the curve at the neighbours, where none is given; as in PyTorch. */
export const CUBIC_COEFFICIENT = -0.75

/** (a + 2) t³ − (a + 3) t² + 1 for t up to 1 */
const near = (t: Node, a: number): Node => add(mul(mul(sub(mul(t, a + 2), a + 3), t), t), 1)

/** a t³ − 5a t² + 8a t − 4a for t from 1 to 2 */
const far = (t: Node, a: number): Node => add(mul(add(mul(sub(mul(t, a), 5 * a), t), 8 * a), t), -4 * a)

/** The weights of the elements at −1, 0, 1 and 2 for a place `t` in 0 … 1 (Keys, 1981). */
export const cubicWeights = (t: Node, a = CUBIC_COEFFICIENT): Node[] => [
  far(add(t, 1), a),
  near(t, a),
  near(sub(1, t), a),
  far(sub(2, t), a),
]

/** The weight of an element at a distance of 0 or more. */
export const cubicKernel = (distance: Node, a: number): Node =>
  where(less(distance, 1), near(distance, a), where(less(distance, 2), far(distance, a), 0))
