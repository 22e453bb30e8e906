import type { Node } from '../graph/node.js'
import * as ops from '../operations/index.js'

/** How parameters are drawn towards 0. */
export interface Decay {
  readonly weightDecay: number
  readonly l1Decay: number
}

/** weightDecay · p + l1Decay · sign(p), the gradient of the penalty weightDecay / 2 · Σp² + l1Decay · Σ|p|, if there is one. */
export function pullOf(parameter: Node, { weightDecay, l1Decay }: Decay): Node | undefined {
  const square = weightDecay === 0 ? undefined : ops.mul(parameter, weightDecay)
  const absolute = l1Decay === 0 ? undefined : ops.mul(ops.sign(parameter), l1Decay)
  return square !== undefined && absolute !== undefined ? ops.add(square, absolute) : (square ?? absolute)
}
