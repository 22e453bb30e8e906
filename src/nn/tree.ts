import { Variable } from '../tensor/variable.js'
import type { Module } from './module.js'

/** What is found in a module, each thing once, by its path. */
export interface ModuleTree {
  readonly modules: ReadonlyMap<string, Module>
  readonly variables: ReadonlyMap<string, Variable>
  /** The module that each variable was found in. */
  readonly owners: ReadonlyMap<Variable, Module>
}

/**
 * Finds the modules and variables that `root` holds in its properties, directly or in arrays and plain objects, in the order of
 * the properties. What is reached on two ways is listed once, under the first path.
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
    } else if (Array.isArray(value) || isPlain(value)) {
      seen.add(value)
      visitProperties(value, path, owner)
    }
  }
  const visitProperties = (holder: object, path: string, owner: Module): void => {
    for (const [key, value] of Object.entries(holder)) visit(value, path === '' ? key : `${path}.${key}`, owner)
  }
  visit(root, '', root)
  return { modules, variables, owners }
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
