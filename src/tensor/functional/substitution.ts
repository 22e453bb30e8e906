import type { Node } from '../../graph/node.js'
import { handOut, outside, Scope, type Slot, trace } from '../scope.js'

/** A scope in which some variables have other values; all others are read and assigned as they are around it. */
class Substitution extends Scope {
  override read(slot: Slot): Node {
    return this.writes.get(slot) ?? outside(() => slot.node)
  }
}

/**
 * Runs `body` with other values for some variables.
 *
 * @returns what it returns, and the values that these variables have at its end: the given ones, or what was assigned to them
 */
export function withValues<R>(
  operation: string,
  values: ReadonlyMap<Slot, Node>,
  body: () => R,
): { readonly result: R; readonly values: ReadonlyMap<Slot, Node> } {
  const scope = new Substitution(operation)
  for (const [slot, node] of values) scope.writes.set(slot, node)
  const result = trace(scope, body)
  for (const wanted of scope.wanted) handOut(wanted)
  const left = new Map<Slot, Node>()
  for (const [slot, node] of scope.writes) {
    if (values.has(slot)) left.set(slot, node)
    else slot.assignNode(node)
  }
  return { result, values: left }
}
