import { Variable } from '../tensor/variable.js'
import type { Module } from './module.js'

/** What is found in a module, each thing once, by its path. */
export interface ModuleTree {
  readonly modules: ReadonlyMap<string, Module>
  readonly variables: ReadonlyMap<string, Variable>
  /** The module that each variable was found in. */
  readonly owners: ReadonlyMap<Variable, Module>
}

const placed = new WeakSet<Variable>()

/** Notes that a variable is known to somebody who decides whether it is trained: a module that was looked through, an optimizer. */
export const place = (variable: Variable): void => {
  placed.add(variable)
}
export const isPlaced = (variable: Variable): boolean => placed.has(variable)

/**
 * Finds the modules and variables that `root` holds in its properties, directly or in arrays, plain objects, maps and sets, in the
 * order of the properties. What is reached on two ways is listed once, under the first path.
 */
export function walk(root: Module, isModule: (value: unknown) => value is Module): ModuleTree {
  const modules = new Map<string, Module>()
  const variables = new Map<string, Variable>()
  const owners = new Map<Variable, Module>()
  const seen = new Set<object>()
  const visit = (value: unknown, path: string, owner: Module): void => {
    if (typeof value !== 'object' || value === null || seen.has(value)) return
    if (value instanceof Variable) {
      seen.add(value)
      variables.set(path, value)
      owners.set(value, owner)
    } else if (isModule(value)) {
      seen.add(value)
      modules.set(path, value)
      visitProperties(value, path, value)
    } else if (Array.isArray(value) || value instanceof Map || value instanceof Set || isPlain(value)) {
      seen.add(value)
      visitProperties(value, path, owner)
    }
  }
  const visitProperties = (holder: object, path: string, owner: Module): void => {
    for (const [key, value] of entriesOf(holder)) visit(value, path === '' ? key : `${path}.${key}`, owner)
  }
  visit(root, '', root)
  return { modules, variables, owners }
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** The entries of a map by their keys, of a set by their positions. A key that is no text or number goes by its position and belongs to them. */
export function entriesOf(holder: object): [string, unknown][] {
  if (holder instanceof Set) return [...holder].map((value, i) => [String(i), value])
  if (!(holder instanceof Map)) return Object.entries(holder)
  const names = new Set<string>()
  return [...holder].flatMap(([key, value], i) => {
    const isName = (typeof key === 'string' || typeof key === 'number') && !names.has(String(key))
    const name = isName ? String(key) : `entry ${i}`
    names.add(name)
    const entry: [string, unknown] = [name, value]
    return typeof key === 'object' ? [entry, [`${name}.key`, key]] : [entry]
  })
}
