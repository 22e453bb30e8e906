import { type Flat, flatten } from '../core/tree.js'
import type { Node } from '../graph/node.js'
import { Tensor } from './tensor.js'
import { Variable } from './variable.js'

/** A module, or anything else that can list its trainable variables. */
export interface HasParameters {
  parameters(): readonly Variable[]
}

/** Tensors in arrays and plain objects. */
export type TensorTree = Tensor | null | undefined | readonly TensorTree[] | { readonly [key: string]: TensorTree }

/** What gradients are taken with respect to: tensors, variables, modules, or trees of them. */
export type Differentiable =
  | Tensor
  | Variable
  | HasParameters
  | readonly Differentiable[]
  | { readonly [key: string]: Differentiable }

/** The same structure with a tensor for each tensor or variable, and a list of them for each module. */
export type Gradients<T> =
  T extends Tensor<infer S>
    ? Tensor<S>
    : T extends Variable<infer S>
      ? Tensor<S>
      : T extends HasParameters
        ? readonly Tensor[]
        : { -readonly [K in keyof T]: Gradients<T[K]> }

export const isTensor = (value: unknown): value is Tensor => value instanceof Tensor

export const hasParameters = (value: unknown): value is HasParameters =>
  typeof value === 'object' && value !== null && 'parameters' in value && typeof value.parameters === 'function'

/** The tensors of a tree, as nodes. */
export function flattenTensors(tree: unknown, what: string): Flat<Node> {
  return overNodes(flatten(tree, isTensor, what))
}

/** The tensors, variables and modules' parameters of a tree, as nodes. */
export function flattenDifferentiable(tree: unknown, what: string): Flat<Node> {
  const expanded = expandModules(tree)
  const isLeaf = (value: unknown): value is Tensor | Variable => value instanceof Tensor || value instanceof Variable
  return overNodes(flatten(expanded, isLeaf, what))
}

function expandModules(tree: unknown): unknown {
  if (tree instanceof Tensor || tree instanceof Variable) return tree
  if (hasParameters(tree)) return tree.parameters()
  if (Array.isArray(tree)) return tree.map(expandModules)
  if (typeof tree === 'object' && tree !== null && Object.getPrototypeOf(tree) === Object.prototype) {
    return Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, expandModules(value)]))
  }
  return tree
}

function overNodes(flat: Flat<Tensor | Variable>): Flat<Node> {
  return { leaves: flat.leaves.map(({ node }) => node), structure: flat.structure, rebuild: flat.rebuild }
}

/** Puts nodes back into the structure as tensors. */
export const rebuildTensors = (flat: Flat<unknown>, nodes: readonly Node[]): unknown =>
  flat.rebuild(nodes.map((node) => new Tensor(node)))
