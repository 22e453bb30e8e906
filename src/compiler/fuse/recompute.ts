import type { Node } from '../../graph/node.js'
import type { Primitive } from '../../graph/primitives.js'
import { bytesOf } from '../../graph/rules/movement.js'
import { type Draft, type Drafts, type Fused, readsOf } from './drafts.js'
import type { Roles } from './roles.js'

/** Operations that take no longer than loading an operand. */
const cheap: ReadonlySet<Primitive> = new Set<Primitive>([
  'add',
  'sub',
  'mul',
  'neg',
  'max',
  'min',
  'less',
  'lessEqual',
  'equal',
  'and',
  'or',
  'xor',
  'not',
  'where',
  'cast',
])
/** Whether a value is a 16-bit float that takes half the memory of what it is made of. */
const isNarrowing = ({ op, dtype }: Node): boolean => op === 'cast' && (dtype === 'bfloat16' || dtype === 'float16')

/** Instructions that a loop may get for not loading a value. */
const MOST_MORE = 12

/**
 * Finds values that every reader can make from what it has in hand, or from something as wide that is in memory anyway:
 * they are computed again instead of being stored.
 */
export function recompute(drafts: Drafts): void {
  const { roles } = drafts.groups
  const { recomputed, wanted } = drafts

  /** Whether a value costs nothing to have in memory: it is there anyway, or small beside `bytes`. */
  const isInMemory = (node: Node, bytes: number): boolean => {
    const role = roles.roleOf(node)
    // A product is stored in place of what is computed again from it; a 16-bit float in place of what it looks like in registers.
    const isLoop = role === 'map' || role === 'fold'
    const isFree =
      !isLoop || isNarrowing(node) || wanted.has(node) || drafts.readersOf(node).size > 0 || 8 * bytesOf(node) <= bytes
    return isFree && !recomputed.has(node) && drafts.store(node)
  }
  for (const node of roles.computing()) {
    const readers = [...drafts.readersOf(node)]
    if (readers.length === 0 || wanted.has(node) || !cheap.has(node.op) || isNarrowing(node)) continue
    if (!readers.every((draft) => mayCompute(node, draft))) continue
    const bytes = bytesOf(node)
    const again = withOperands(node, (operand) => cheap.has(operand.op) && !isInMemory(operand, bytes), roles)
    const added = again.filter((one) => !recomputed.has(one))
    /** What becomes of a group where all of them are computed again: the set is changed for as long as that is asked. */
    const tried = (draft: Draft): Fused | undefined => {
      for (const one of added) recomputed.add(one)
      const change = changeWithout(node, draft, drafts)
      for (const one of added) recomputed.delete(one)
      return change
    }
    let saved = bytes
    const changes: { readonly draft: Draft; readonly from: Fused | undefined; readonly to: Fused }[] = []
    for (const draft of readers) {
      const from = draft.fused
      const to = tried(draft)
      if (to === undefined) break
      const reads = readsOf(to)
      if (!reads.every((other) => isInMemory(other, bytes))) break
      saved += bytesRead(draft.reads) - bytesRead(reads)
      changes.push({ draft, from, to })
    }
    if (changes.length < readers.length || saved <= 0) continue
    // What had to be stored for it may have changed what this was decided on.
    const isSettled = changes.every(({ draft, from }) => draft.fused === from)
    const readNow = again.flatMap((one) => [...drafts.readersOf(one)])
    if (!isSettled || readNow.some((draft) => !readers.includes(draft))) continue
    for (const one of again) recomputed.add(one)
    for (const { draft, to } of changes) drafts.change(draft, to)
  }
}

/** `node` and the operands that have to be computed with it, since they are nowhere in memory. */
function withOperands(node: Node, isGone: (operand: Node) => boolean, roles: Roles, depth = 3): Node[] {
  const operands = depth === 0 ? [] : roles.edgesOf(node).map(({ root }) => root)
  return [node, ...operands.filter(isGone).flatMap((operand) => withOperands(operand, isGone, roles, depth - 1))]
}

const bytesRead = (nodes: readonly Node[]): number => nodes.reduce((sum, node) => sum + bytesOf(node), 0)

/** Whether a group reads `node` element by element. */
const mayCompute = (node: Node, { fused }: Draft): boolean =>
  fused !== undefined && fused.product?.left.root !== node && fused.product?.right.root !== node

/** What becomes of a group that makes `node` again instead of loading it; undefined if it cannot, or should not. */
function changeWithout(node: Node, draft: Draft, drafts: Drafts): Fused | undefined {
  const change = drafts.changed(draft)
  if (change === undefined || change.code.inputs.includes(node)) return undefined
  const before = draft.fused?.code.instructions.length ?? 0
  return change.code.instructions.length > before + MOST_MORE ? undefined : change
}
