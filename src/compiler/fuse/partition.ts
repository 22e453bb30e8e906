import { sizeOf } from '../../core/shape.js'
import type { Node } from '../../graph/node.js'
import { type Arrangement, arrange, arrangeAlike, Stuck } from './arrange.js'
import { codeOf, isWithinLimits } from './code.js'
import { type Group, Groups, type Union } from './groups.js'
import { foldedAxes } from './indices.js'
import { isSmallLoop } from './limits.js'
import { type Roles, wholeOf } from './roles.js'

/** Smallest value that is worth being read by one loop instead of two. */
const SHARED_ELEMENTS = 256

/** Decides which nodes are computed together; those of `apart` stay by themselves. */
export function partition(roles: Roles, apart: ReadonlySet<Node> = new Set()): Groups {
  const nodes = roles.computing()
  const groups = new Groups(roles, nodes, roles.graph.outputs.map(wholeOf))
  const tryMerge = (a: Node, b: Node): void => {
    if (!apart.has(a) && !apart.has(b)) mergeIfBetter(groups, a, b)
  }
  const isMap = (node: Node): boolean => roles.roleOf(node) === 'map'
  const isLoop = (node: Node): boolean => isMap(node) || roles.roleOf(node) === 'fold'

  // Chains first, as whole as they can be …
  for (const node of nodes.filter(isMap)) {
    for (const { root } of roles.edgesOf(node)) if (isMap(root)) tryMerge(node, root)
  }
  // … then behind the products whose results they take, before folds claim them …
  for (const node of nodes.filter(isMap)) {
    const group = groups.groupOf(node)
    if (group === undefined || !isMapOnly(group)) continue
    for (const { root } of roles.edgesOf(node)) if (roles.roleOf(root) === 'product') tryMerge(root, node)
  }
  // … and what is left around the folds, with loops that read the same.
  for (const node of nodes.filter(isLoop)) {
    const edges = roles.edgesOf(node)
    for (const { root } of edges) if (isLoop(root)) tryMerge(node, root)
    for (const { root } of edges) {
      if (sizeOf(root.shape) < SHARED_ELEMENTS) continue
      for (const other of roles.readersOf(root)) {
        if (other === node) break
        if (isLoop(other)) tryMerge(node, other)
      }
    }
  }
  return groups
}

function mergeIfBetter(groups: Groups, a: Node, b: Node): void {
  const [first, second] = [groups.groupOf(a), groups.groupOf(b)]
  if (first === undefined || second === undefined || first === second) return
  if (first.segment !== second.segment || !mayFit(groups, first, second) || groups.wouldCycle(first, second)) return
  const union = groups.union(first, second)
  const isMap = isMapOnly(first) && isMapOnly(second)
  // That of what is no mere map has the rows.
  const known = isMapOnly(first) ? (second.arrangement ?? (isMap ? first.arrangement : undefined)) : first.arrangement
  const made = isMap ? arrangeMaps(union, groups.roles, known) : arrangeAround(union, groups.roles, known)
  if (made !== undefined) groups.merge(first, second, { ...union, ...made })
}

/** The space of a loop without folds, if it has one and the loop stays small; the code is made once it is as long as it gets. */
function arrangeMaps(union: Union, roles: Roles, known?: Arrangement): Pick<Group, 'arrangement'> | undefined {
  const { members, stored, roots, operands } = union
  if (!isSmallLoop(members.length, roots.size + stored.length, operands.size)) return undefined
  if (union.hasOneIndex) return { arrangement: arrangeAlike(members) }
  const arrangement = arrange(members, roles, known)
  if (arrangement === undefined || arrangement instanceof Stuck) return undefined
  return stored.every((node) => mayStore(node, arrangement)) ? { arrangement } : undefined
}

/** The space and the code of a product with its epilogue or of a loop with folds, if there are any and the code stays small. */
function arrangeAround(
  { members, stored }: Union,
  roles: Roles,
  known?: Arrangement,
): Pick<Group, 'arrangement' | 'code'> | undefined {
  const arrangement = arrange(members, roles, known)
  if (arrangement === undefined || arrangement instanceof Stuck) return undefined
  const hasProduct = members.some((node) => roles.roleOf(node) === 'product')
  if (hasProduct && stored.some((node) => isOnlyFolded(node, members, roles))) return undefined
  const code = codeOf(members, stored, arrangement, roles)
  return code !== undefined && isWithinLimits(code, hasProduct) ? { arrangement, code } : undefined
}

/** Whether a value is needed outside of the members by folds alone: their loops can compute it, and need not load it. */
function isOnlyFolded(node: Node, members: readonly Node[], roles: Roles): boolean {
  if (roles.roleOf(node) !== 'map') return false
  const outside = roles.readersOf(node).filter((reader) => !members.includes(reader))
  return outside.length > 0 && outside.every((reader) => roles.roleOf(reader) === 'fold')
}

const mayStore = (node: Node, { indices, maps }: Arrangement): boolean =>
  indices.storeOf(node, maps.get(node) ?? []) !== undefined

const isMapOnly = ({ roles }: Group): boolean => roles.size === 1 && roles.has('map')

/** What can be said without trying. */
function mayFit(groups: Groups, a: Group, b: Group): boolean {
  if (a.roles.has('routine') || b.roles.has('routine')) return false
  const products = a.roles.has('product') || b.roles.has('product')
  const folds = a.roles.has('fold') || b.roles.has('fold')
  if ((a.roles.has('product') && b.roles.has('product')) || (products && folds)) return false
  // What is read whole must be there before.
  const isIn = (group: Group) => (node: Node) => groups.groupOf(node) === group
  if (a.whole.some(isIn(b)) || b.whole.some(isIn(a))) return false
  if (!folds) return sizeOf(a.members[0].shape) === sizeOf(b.members[0].shape)
  return !sweepsAgain(a, b, groups) && !sweepsAgain(b, a, groups)
}

/** Whether `later` works with whole rows and with folds of `earlier` over rows that do not lie together. */
function sweepsAgain(earlier: Group, later: Group, groups: Groups): boolean {
  if (!earlier.roles.has('fold')) return false
  const { roles } = groups
  const fold = earlier.members.find((node) => roles.roleOf(node) === 'fold' && !foldsNeighbours(node))
  if (fold === undefined) return false
  const rows = sizeOf(fold.shape)
  const readsRows = [...later.roots].some((root) => sizeOf(root.shape) <= rows && groups.groupOf(root) === earlier)
  return readsRows && (later.roles.has('fold') || later.members.some((node) => sizeOf(node.shape) > rows))
}

/** Whether the axes that a fold runs over come last. */
function foldsNeighbours(fold: Node): boolean {
  const axes = foldedAxes(fold)
  const { shape } = fold.inputs[0]
  const wide = shape.flatMap((n, axis) => (n > 1 ? [axes.includes(axis)] : []))
  return wide.lastIndexOf(false) < wide.indexOf(true)
}
