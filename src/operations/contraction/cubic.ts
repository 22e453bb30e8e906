import type { Node } from '../../graph/index.js'
import { add, mul, sub } from '../elementwise/arithmetic.js'

/** The slope of the curve at the neighbours. */
const A = -0.75

/** (a + 2) t³ − (a + 3) t² + 1 for t up to 1 */
const near = (t: Node): Node => add(mul(mul(sub(mul(t, A + 2), A + 3), t), t), 1)

/** a t³ − 5a t² + 8a t − 4a for t from 1 to 2 */
const far = (t: Node): Node => add(mul(add(mul(sub(mul(t, A), 5 * A), t), 8 * A), t), -4 * A)

/** The weights of the elements at −1, 0, 1 and 2 for a place `t` in 0 … 1 (Keys, 1981). */
export const cubicWeights = (t: Node): Node[] => [far(add(t, 1)), near(t), near(sub(1, t)), far(sub(2, t))]
