import type { Node } from '../../graph/node.js'
import type { Arrangement } from './arrange.js'
import { isEpilogueWithinLimits, isLoopWithinLimits } from './limits.js'
import { joinAxes, joinAxesTo, type Lowered, lower } from './lower.js'
import type { Roles } from './roles.js'

/**
 * A group's code as it will be in its kernel, if there is any: what partition and recomputation both ask before they decide.
 * `recomputed` nodes outside of the group are not loaded, but made again.
 */
export function codeOf(
  members: readonly Node[],
  stored: readonly Node[],
  arrangement: Arrangement,
  roles: Roles,
  recomputed?: ReadonlySet<Node>,
): Lowered | undefined {
  const lowered = lower(members, stored, arrangement, roles, recomputed)
  const product = members.find((node) => roles.roleOf(node) === 'product')
  return product === undefined ? lowered && joinAxes(lowered) : lowered && joinAxesTo(lowered, product.shape)
}

/** Whether one kernel should hold the code. */
export const isWithinLimits = (code: Lowered, hasProduct: boolean): boolean =>
  hasProduct ? isEpilogueWithinLimits(code) : isLoopWithinLimits(code)
