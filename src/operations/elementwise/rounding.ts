import { isFloat } from '../../core/dtype.js'
import { build, type Node } from '../../graph/index.js'
import { like, numeric, type Operand } from '../operand.js'

/** Integers are their own rounding. */
function rounding(x: Operand, rule: (x: Node) => Node): Node {
  const node = numeric(x)
  return isFloat(node.dtype) ? rule(node) : node
}

/** The largest whole number not above x. */
export const floor = (x: Operand): Node => rounding(x, build.floor)

/** The smallest whole number not below x; −0 between −1 and 0. */
export const ceil = (x: Operand): Node => rounding(x, (node) => build.neg(build.floor(build.neg(node))))

/** The nearest whole number; halves go to the even one, so that they do not drift. What is negative gives −0 rather than 0. */
export const round = (x: Operand): Node =>
  rounding(x, (given) => {
    const negative = build.less(given, like(given, 0))
    const node = build.where(negative, build.neg(given), given)
    const below = build.floor(node)
    const rest = build.sub(node, below)
    const half = like(node, 0.5)
    const one = like(node, 1)
    const odd = build.equal(build.mod(below, like(node, 2)), one)
    const up = build.or(build.less(half, rest), build.and(build.equal(rest, half), odd))
    const whole = build.where(up, build.add(below, one), below)
    return build.where(negative, build.neg(whole), whole)
  })

/** The whole number next to x in the direction of 0, with the sign of x. */
export const trunc = (x: Operand): Node =>
  rounding(x, (node) => build.where(build.less(node, like(node, 0)), ceil(node), build.floor(node)))

/** x − trunc(x), with the sign of x; 0 if x is whole. */
export function frac(x: Operand): Node {
  const node = numeric(x)
  return isFloat(node.dtype) ? build.sub(node, trunc(node)) : like(node, 0)
}
