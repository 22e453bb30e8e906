import { expectFunction } from '../../core/arguments.js'
import { describe } from '../../core/describe.js'
import { fail, failShape } from '../../core/errors.js'
import { type Flat, flatten } from '../../core/tree.js'
import { isTensor, type TensorTree } from '../leaves.js'
import type { Tensor } from '../tensor.js'

/** The same structure with something else in the place of each tensor. */
export type TreeOf<T, Leaf> =
  T extends Tensor<infer _> ? Leaf : T extends null | undefined ? T : { -readonly [K in keyof T]: TreeOf<T[K], Leaf> }

const flat = (operation: string, tree: TensorTree): Flat<Tensor> => flatten(tree, isTensor, operation)

/**
 * The tensors of a tree (arrays and plain objects of tensors, as gradients and parameters come in), in the order in which
 * {@link treeMap} visits them: lists from first to last, objects by their sorted keys.
 *
 * @throws if there is something else than tensors in it
 * @example treeLeaves({ b: zeros([2]), a: [zeros([]), zeros([3])] }).length // 3
 */
export const treeLeaves = (tree: TensorTree): Tensor[] => [...flat('treeLeaves', tree).leaves]

/**
 * The structure of a tree with `fn` of each tensor in its place. Of several trees of one structure `fn` gets the tensors of
 * all at each place.
 *
 * @throws if the structures differ
 * @example
 * const gradients = { w: ones([2]), b: ones([]) }
 * const next = treeMap((p, g) => p.sub(g.mul(0.1)), { w: zeros([2]), b: zeros([]) }, gradients)
 */
export function treeMap<T extends TensorTree, Leaf>(
  fn: (leaf: Tensor, ...others: Tensor[]) => Leaf,
  tree: T,
  ...others: readonly TensorTree[]
): TreeOf<T, Leaf> {
  expectFunction('treeMap', 'the first argument', fn)
  const first = flat('treeMap', tree)
  const rest = others.map((other, i) => {
    const next = flat('treeMap', other)
    if (next.structure !== first.structure) {
      failShape(
        'treeMap',
        `tree ${i + 1} has the structure ${next.structure}, tree 0 ${first.structure}`,
        'All trees need the same keys and lengths of lists.',
      )
    }
    return next.leaves
  })
  const mapped = first.leaves.map((leaf, i) => fn(leaf, ...rest.map((leaves) => leaves[i])))
  return first.rebuild(mapped) as TreeOf<T, Leaf>
}

/**
 * One value from all tensors of a tree: `fn` of what has been found so far, from `initial` on, and each tensor in turn.
 *
 * @example treeReduce((sum, leaf) => sum.add(leaf.square().sum()), [ones([2]), ones([3])], tensor(0)).itemSync() // 5
 */
export function treeReduce<R>(fn: (soFar: R, leaf: Tensor) => R, tree: TensorTree, initial: R): R {
  expectFunction('treeReduce', 'the first argument', fn)
  return flat('treeReduce', tree).leaves.reduce((soFar, leaf) => fn(soFar, leaf), initial)
}

/**
 * The structure of a tree with other things in the places of its tensors, in the order of {@link treeLeaves}.
 *
 * @throws if there are not as many as tensors
 * @example treeFill([zeros([]), { a: zeros([]) }], ['x', 'y']) // ['x', { a: 'y' }]
 */
export function treeFill<T extends TensorTree, Leaf>(tree: T, leaves: readonly Leaf[]): TreeOf<T, Leaf> {
  const { leaves: places, rebuild } = flat('treeFill', tree)
  if (!Array.isArray(leaves)) fail(`treeFill: the leaves are ${describe(leaves)}`, 'Give them in a list.')
  if (places.length !== leaves.length) {
    fail(`treeFill: ${leaves.length} leaves for ${places.length} places`, 'Give one for each tensor of the tree.')
  }
  return rebuild(leaves) as TreeOf<T, Leaf>
}
