import type { Node } from '../../graph/node.js'
import type { Primitive } from '../../graph/primitives.js'
import { bytesOf } from '../../graph/rules/movement.js'
import { type Arrangement, arrange, Stuck } from './arrange.js'
import type { Group, Groups } from './groups.js'
import { isEpilogueWithinLimits, isLoopWithinLimits } from './limits.js'
import type { Lowered } from './lower.js'
import { lowerArranged } from './partition.js'
import { type Product, productOf } from './products.js'
import { type Roles, withoutReshapes } from './roles.js'

/** A group and its code; routines have none. */
export interface Draft {
  readonly group: Group
  readonly arrangement?: Arrangement
  readonly product?: Product
  /** What the group reads from memory. */
  reads: readonly Node[]
  /** How many instructions it has, once that has been asked. */
  instructions?: number
}

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
/** Instructions that a loop may get for not loading a value. */
const MOST_MORE = 12

/** The groups ready for code: what each reads, and the nodes that are computed again wherever they are needed. */
export interface Drafts {
  readonly drafts: ReadonlyMap<Group, Draft>
  readonly recomputed: ReadonlySet<Node>
}

/**
 * Finds values that every reader can make from what it has in hand, or from something as wide that is in memory anyway:
 * they are computed again instead of being stored.
 */
export function recompute(groups: Groups): Drafts {
  const { roles } = groups
  const drafts = new Map(groups.list.map((group) => [group, draftOf(group, groups)]))
  const readers = new Map<Node, Set<Draft>>()
  for (const draft of drafts.values()) for (const node of draft.reads) note(readers, node, draft)
  const wanted = new Set(roles.graph.outputs.map(withoutReshapes))
  const recomputed = new Set<Node>()

  const isInMemory = (node: Node, bytes: number): boolean => {
    const role = roles.roleOf(node)
    if (role !== 'map' && role !== 'fold') return true
    return wanted.has(node) || (readers.get(node)?.size ?? 0) > 0 || 8 * bytesOf(node) <= bytes
  }
  for (const node of roles.computing()) {
    const readBy = readers.get(node)
    if (readBy === undefined || readBy.size === 0 || wanted.has(node) || !cheap.has(node.op)) continue
    if (![...readBy].every((draft) => mayCompute(node, draft))) continue
    const bytes = bytesOf(node)
    const again = withOperands(node, (operand) => cheap.has(operand.op) && !isInMemory(operand, bytes), roles)
    const trial = new Set([...recomputed, ...again])
    let saved = bytes
    const changes: Change[] = []
    for (const draft of readBy) {
      const change = changeWithout(node, draft, groups, recomputed, trial)
      if (change === undefined || !change.reads.every((other) => isInMemory(other, bytes))) break
      saved += bytesRead(draft.reads) - bytesRead(change.reads)
      changes.push(change)
    }
    if (changes.length < readBy.size || saved <= 0) continue
    for (const one of again) recomputed.add(one)
    for (const { draft, ...changed } of changes) {
      for (const other of draft.reads) readers.get(other)?.delete(draft)
      for (const other of changed.reads) note(readers, other, draft)
      Object.assign(draft, changed)
    }
  }
  return { drafts, recomputed }
}

/** `node` and the operands that have to be computed with it, since they are nowhere in memory. */
function withOperands(node: Node, isGone: (operand: Node) => boolean, roles: Roles, depth = 3): Node[] {
  const operands = depth === 0 ? [] : roles.edgesOf(node).map(({ root }) => root)
  return [node, ...operands.filter(isGone).flatMap((operand) => withOperands(operand, isGone, roles, depth - 1))]
}

function note(readers: Map<Node, Set<Draft>>, node: Node, draft: Draft): void {
  const known = readers.get(node)
  if (known === undefined) readers.set(node, new Set([draft]))
  else known.add(draft)
}

const bytesRead = (nodes: readonly Node[]): number => nodes.reduce((sum, node) => sum + bytesOf(node), 0)

function draftOf(group: Group, groups: Groups): Draft {
  const { roles } = groups
  const [first] = group.members
  if (roles.roleOf(first) === 'routine') return { group, reads: first.inputs.map(withoutReshapes) }
  const arrangement = group.arrangement ?? arrange(group.members, roles)
  if (arrangement === undefined || arrangement instanceof Stuck)
    throw new Error(`fuse: a group of ${first.op} has no space`)
  const productNode = group.members.find((node) => roles.roleOf(node) === 'product')
  const product = productNode && productOf(productNode, roles)
  if (product !== undefined && 'missing' in product) throw new Error('fuse: a product has an operand without strides')
  return { group, arrangement, product, reads: [...group.roots] }
}

const readsOf = ({ inputs }: Lowered, product?: Product): Node[] =>
  product === undefined ? [...inputs] : [...new Set([...inputs, product.left.root, product.right.root])]

/** A draft that computes a value itself. */
interface Change {
  readonly draft: Draft
  readonly reads: readonly Node[]
  readonly instructions: number
}

/** Whether a group reads `node` element by element. */
const mayCompute = (node: Node, { arrangement, product }: Draft): boolean =>
  arrangement !== undefined && product?.left.root !== node && product?.right.root !== node

/** What becomes of a group that makes `node` again instead of loading it; undefined if it cannot, or should not. */
function changeWithout(
  node: Node,
  draft: Draft,
  groups: Groups,
  before: ReadonlySet<Node>,
  trial: ReadonlySet<Node>,
): Change | undefined {
  const { group, arrangement, product } = draft
  if (arrangement === undefined) return undefined
  const code = (recomputed: ReadonlySet<Node>): Lowered | Stuck | undefined =>
    lowerArranged(group.members, group.stored, arrangement, groups.roles, recomputed)
  const lowered = code(trial)
  if (lowered === undefined || lowered instanceof Stuck || lowered.inputs.includes(node)) return undefined
  if (draft.instructions === undefined) {
    const old = code(before)
    draft.instructions = old === undefined || old instanceof Stuck ? 0 : old.instructions.length
  }
  const instructions = lowered.instructions.length
  const fits = product === undefined ? isLoopWithinLimits(lowered) : isEpilogueWithinLimits(lowered)
  if (!fits || instructions > draft.instructions + MOST_MORE) return undefined
  return { draft, reads: readsOf(lowered, product), instructions }
}
