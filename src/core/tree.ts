import { cureFor, describe } from './describe.js'
import { fail } from './errors.js'
import { strangerAmong } from './origin.js'

/** A leaf, or arrays and plain objects of trees. `undefined` and `null` are empty trees. */
export type Tree<Leaf> = Leaf | null | undefined | readonly Tree<Leaf>[] | { readonly [key: string]: Tree<Leaf> }

/** Takes a tree apart: its leaves in order, and a function that puts as many new leaves into the same structure. */
export interface Flat<Leaf> {
  readonly leaves: readonly Leaf[]
  /** A text that is equal for trees of equal structure. */
  readonly structure: string
  rebuild<New>(leaves: readonly New[]): unknown
}

/** Flattens arrays and plain objects (keys sorted); everything for which `isLeaf` holds is a leaf, anything else is refused. */
export function flatten<Leaf>(tree: unknown, isLeaf: (value: unknown) => value is Leaf, what = 'tree'): Flat<Leaf> {
  const leaves: Leaf[] = []
  let structure = ''
  type Builder = (next: () => unknown) => unknown
  const visit = (value: unknown, path: string): Builder => {
    if (isLeaf(value)) {
      leaves.push(value)
      structure += '*'
      return (next) => next()
    }
    if (value === null || value === undefined) {
      structure += '-'
      return () => value
    }
    if (Array.isArray(value)) {
      structure += '['
      const children = value.map((child, i) => visit(child, `${path}[${i}]`))
      structure += ']'
      return (next) => children.map((child) => child(next))
    }
    if (isPlainObject(value) && strangerAmong(value) === undefined) {
      structure += '{'
      const children = Object.keys(value)
        .sort()
        .map((key): [string, Builder] => {
          structure += `${JSON.stringify(key)}:`
          return [key, visit(value[key], `${path}.${key}`)]
        })
      structure += '}'
      return (next) => Object.fromEntries(children.map(([key, child]) => [key, child(next)]))
    }
    return fail(
      `${what}: ${path || 'the value'} is ${describe(value)}, which is neither a tensor nor an array or plain object of tensors`,
      cureFor(value, 'Pass tensors, or arrays and plain objects made of them.'),
    )
  }
  const build = visit(tree, '')
  return {
    leaves,
    structure,
    rebuild(newLeaves) {
      let index = 0
      return build(() => newLeaves[index++])
    },
  }
}

/** An object that someone wrote down, of no class. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
