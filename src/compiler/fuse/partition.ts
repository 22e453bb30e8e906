import { sameShape, sizeOf } from '../../core/shape.js'
import { isOp, type Node } from '../../graph/node.js'
import { literal } from '../literal.js'
import { type Arrangement, arrange, foldedAxes, Stuck, storesOnce } from './arrange.js'
import { type Group, Groups } from './groups.js'
import { isMovement, placeIn } from './index-map.js'
import { isEpilogueWithinLimits, isLoopWithinLimits, isSmallLoop } from './limits.js'
import { joinAxes, joinAxesTo, type Lowered, lower } from './lower.js'
import { productOf } from './products.js'
import { type Roles, withoutReshapes } from './roles.js'

/** Smallest value that is worth being read by one loop instead of two. */
const SHARED_ELEMENTS = 256

/** A group's code as it will be in its kernel. */
function lowerGroup(members: readonly Node[], stored: readonly Node[], roles: Roles): Lowered | Stuck | undefined {
  const arrangement = arrange(members, roles)
  if (arrangement === undefined || arrangement instanceof Stuck) return arrangement
  return lowerArranged(members, stored, arrangement, roles)
}

/** The same where the space is known. `recomputed` nodes outside of the group are not loaded, but made again. */
export function lowerArranged(
  members: readonly Node[],
  stored: readonly Node[],
  arrangement: Arrangement,
  roles: Roles,
  recomputed?: ReadonlySet<Node>,
): Lowered | Stuck | undefined {
  const lowered = lower(members, stored, arrangement, roles, recomputed)
  if (lowered === undefined || lowered instanceof Stuck) return lowered
  const product = members.find((node) => roles.roleOf(node) === 'product')
  return product === undefined ? joinAxes(lowered) : joinAxesTo(lowered, product.shape)
}

/** Gives memory to virtual nodes that no strides describe, so that every node can be computed by itself. */
export function storeWhatIsStuck(roles: Roles): void {
  const settle = (node: Node): void => {
    for (;;) {
      const missing = missingFor(node, roles)
      if (missing === undefined) return
      if (roles.isStored(missing)) throw new Error(`fuse: ${node.op} #${node.id} cannot read ${missing.op}`)
      roles.store(missing)
      settle(missing)
    }
  }
  for (const node of roles.order) settle(node)
}

/** What has to lie in memory for something to read it whole: the operand without reshapes, unless that is a known value. */
const wholeOf = (operand: Node): Node => (literal(operand) === undefined ? withoutReshapes(operand) : operand)

function missingFor(node: Node, roles: Roles): Node | undefined {
  const role = roles.roleOf(node)
  if (role === 'product') {
    const product = productOf(node, roles)
    if (!('missing' in product)) return undefined
    return wholeOf(product.missing)
  }
  if (role !== 'map' && role !== 'fold') return undefined
  if (roles.isPlain(node) && node.op !== 'randomBits') return undefined
  const lowered = lowerGroup([node], [node], roles)
  if (lowered instanceof Stuck) return withoutReshapes(lowered.node)
  if (lowered === undefined) throw new Error(`fuse: ${node.op} #${node.id} has no loop`)
  if (!isOp(node, 'randomBits')) return undefined
  const key = wholeOf(node.inputs[0])
  return roles.roleOf(key) === 'virtual' ? key : undefined
}

/** Decides which nodes are computed together. */
export function partition(roles: Roles): Groups {
  const nodes = roles.computing()
  const groups = new Groups(roles, nodes, roles.graph.outputs.map(withoutReshapes))
  const isMap = (node: Node): boolean => roles.roleOf(node) === 'map'
  const isLoop = (node: Node): boolean => isMap(node) || roles.roleOf(node) === 'fold'

  // Chains first, as whole as they can be …
  for (const node of nodes.filter(isMap)) {
    for (const { root } of roles.edgesOf(node)) if (isMap(root)) tryMerge(groups, node, root)
  }
  // … then behind the products whose results they take, before folds claim them …
  for (const node of nodes.filter(isMap)) {
    if (!groups.groupOf(node)?.members.every(isMap)) continue
    for (const { root } of roles.edgesOf(node)) if (roles.roleOf(root) === 'product') tryMerge(groups, root, node)
  }
  // … and what is left around the folds, with loops that read the same.
  for (const node of nodes.filter(isLoop)) {
    const edges = roles.edgesOf(node)
    for (const { root } of edges) if (isLoop(root)) tryMerge(groups, node, root)
    for (const { root } of edges) {
      if (sizeOf(root.shape) < SHARED_ELEMENTS) continue
      for (const other of roles.readersOf(root)) {
        if (other === node) break
        if (isLoop(other)) tryMerge(groups, node, other)
      }
    }
  }
  return groups
}

function tryMerge(groups: Groups, a: Node, b: Node): void {
  const [first, second] = [groups.groupOf(a), groups.groupOf(b)]
  if (first === undefined || second === undefined || first === second) return
  if (
    first.segment !== second.segment ||
    first.closed ||
    second.closed ||
    !mayFit(groups, first, second) ||
    groups.wouldCycle(first, second)
  )
    return
  const members = groups.together(first, second)
  if (mayBeOne(members, groups)) groups.merge(first, second)
}

function mayBeOne(members: readonly Node[], groups: Groups): boolean {
  const { roles } = groups
  const stored = groups.storedOf(members)
  const isMap = members.every((node) => roles.roleOf(node) === 'map')
  if (isMap && !isSmallEnough(members, stored, roles)) return false
  if (isMap && haveOneIndex(members, roles)) return true
  const arrangement = arrange(members, roles)
  if (arrangement === undefined || arrangement instanceof Stuck) return false
  // Without folds there is nothing that only the code would tell.
  if (isMap) return stored.every((node) => mayStore(node, arrangement))
  const hasProduct = members.some((node) => roles.roleOf(node) === 'product')
  // Joining the axes of a loop changes nothing that is asked here.
  const lowered = (hasProduct ? lowerArranged : lower)(members, stored, arrangement, roles)
  if (lowered === undefined || lowered instanceof Stuck) return false
  return hasProduct ? isEpilogueWithinLimits(lowered) : isLoopWithinLimits(lowered)
}

function isSmallEnough(members: readonly Node[], stored: readonly Node[], roles: Roles): boolean {
  if (!isSmallLoop(members.length, stored.length, 0)) return false
  const roots = new Set(members.flatMap((node) => roles.edgesOf(node).map(({ root }) => root)))
  const leaves = new Set(members.flatMap((node) => node.inputs))
  for (const node of members) {
    roots.delete(node)
    leaves.delete(node)
  }
  return isSmallLoop(members.length, roots.size + stored.length, leaves.size)
}

/** Nodes of one shape that read each other directly: their common space is that shape. */
function haveOneIndex(members: readonly Node[], roles: Roles): boolean {
  const inside = new Set(members)
  const [{ shape }] = members
  return members.every(
    (node) =>
      sameShape(node.shape, shape) &&
      !isMovement(node) &&
      node.op !== 'scatter' &&
      roles.isPlain(node) &&
      roles.edgesOf(node).every(({ path, root }) => path.length === 0 || !inside.has(root)),
  )
}

const mayStore = (node: Node, arrangement: Arrangement): boolean =>
  storesOnce(placeIn(node.shape, arrangement.maps.get(node) ?? [], arrangement.space), arrangement, sizeOf(node.shape))

/** What can be said without trying. */
function mayFit(groups: Groups, a: Group, b: Group): boolean {
  const { roles } = groups
  const has = ({ members }: Group, role: string): boolean => members.some((node) => roles.roleOf(node) === role)
  const [products, folds] = ['product', 'fold'].map((role) => [a, b].filter((group) => has(group, role)).length)
  if (products > 1 || (products > 0 && folds > 0)) return false
  // What is read whole must be there before.
  if (readsWhole(a, b, roles) || readsWhole(b, a, roles)) return false
  if (folds === 0) return sizeOf(a.members[0].shape) === sizeOf(b.members[0].shape)
  return !sweepsAgain(a, b, roles) && !sweepsAgain(b, a, roles)
}

/** Whether something in `reader` needs all elements of something in `source` at once: the operands of a product, a key. */
function readsWhole(reader: Group, source: Group, roles: Roles): boolean {
  const members = new Set(source.members)
  return reader.members.some(
    (node) =>
      (node.op === 'randomBits' || roles.roleOf(node) === 'product') &&
      roles.edgesOf(node).some(({ root }) => members.has(root)),
  )
}

/** Whether `later` works with whole rows and with folds of `earlier` over rows that do not lie together. */
function sweepsAgain(earlier: Group, later: Group, roles: Roles): boolean {
  const fold = earlier.members.find((node) => roles.roleOf(node) === 'fold' && !foldsNeighbours(node))
  if (fold === undefined) return false
  const rows = sizeOf(fold.shape)
  const members = new Set(earlier.members)
  const readsRows = later.members.some((node) =>
    roles.edgesOf(node).some(({ root }) => members.has(root) && sizeOf(root.shape) <= rows),
  )
  return readsRows && later.members.some((node) => roles.roleOf(node) === 'fold' || sizeOf(node.shape) > rows)
}

/** Whether the axes that a fold runs over come last. */
function foldsNeighbours(fold: Node): boolean {
  const axes = foldedAxes(fold)
  const { shape } = fold.inputs[0]
  const wide = shape.flatMap((n, axis) => (n > 1 ? [axes.includes(axis)] : []))
  return wide.lastIndexOf(false) < wide.indexOf(true)
}
