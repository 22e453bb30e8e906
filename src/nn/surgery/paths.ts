import { describe } from '../../core/describe.js'
import { fail } from '../../core/errors.js'
import { didYouMean } from '../../core/suggestion.js'
import { Parameter } from '../../tensor/variable.js'
import type { Module } from '../module.js'
import { entriesOf } from '../tree.js'

/** Where something lies: what holds it, and under which name. */
export interface Place {
  readonly holder: object
  readonly name: string
  readonly value: unknown
}

/**
 * Goes along a dotted path. Names of entries may hold dots themselves.
 *
 * @throws if there is nothing; the message tells what is similar
 */
export function placeAt(operation: string, model: Module, path: string): Place {
  const found = path === '' ? undefined : follow(model, path)
  if (found !== undefined) return found
  const known = [...model.modules().keys(), ...model.variables().keys()].filter((name) => name !== '')
  const hint = typeof path === 'string' && path !== '' ? didYouMean(path, known) : ''
  return fail(`${operation}: the model has nothing at '${String(path)}'`, `${hint} ${listed(model)}`.trim())
}

/**
 * The modules and parameters at a path, or whose paths match a pattern: the outermost ones, to which what lies in them belongs.
 *
 * @throws if there are none
 */
export function partsAt(operation: string, model: Module, which: string | RegExp): Parts {
  if (typeof which !== 'string' && !(which instanceof RegExp)) {
    fail(`${operation}: what to ${operation} is ${describe(which)}`, "Give a path, such as 'layers.0', or a pattern.")
  }
  const isMeant = (path: string): boolean =>
    typeof which === 'string' ? path === which || path.startsWith(`${which}.`) : path.search(which) >= 0
  const modules = [...model.modules()].filter(([path]) => isMeant(path))
  const parameters = [...model.namedParameters()].filter(
    ([path]) => isMeant(path) && !modules.some(([outer]) => outer === '' || path.startsWith(`${outer}.`)),
  )
  if (modules.length + parameters.length > 0) {
    return { modules: modules.map(([, module]) => module), parameters: parameters.map(([, parameter]) => parameter) }
  }
  if (which instanceof RegExp) fail(`${operation}: no path matches ${which}`, listed(model))
  // What is shared has other paths too.
  const { value } = placeAt(operation, model, which)
  if (value instanceof Parameter) return { modules: [], parameters: [value] }
  if (typeof value === 'object' && value !== null && 'modules' in value)
    return { modules: [value as Module], parameters: [] }
  return fail(`${operation}: '${which}' is ${describe(value)}`, 'It has neither parameters nor layers.')
}

/** Modules, and parameters outside of them. */
export interface Parts {
  readonly modules: readonly Module[]
  readonly parameters: readonly Parameter[]
}

/** Some of what a model consists of, for messages. */
function listed(model: Module): string {
  const known = [...model.modules().keys(), ...model.variables().keys()].filter((name) => name !== '')
  return known.length > 8 ? `It has ${known.slice(0, 8).join(', ')} …` : `It has ${known.join(', ') || 'no parts'}.`
}

function follow(holder: object, path: string): Place | undefined {
  if (typeof path !== 'string') return undefined
  for (const [name, value] of entriesOf(holder)) {
    if (name === path) return { holder, name, value }
    if (!path.startsWith(`${name}.`) || typeof value !== 'object' || value === null) continue
    const found = follow(value, path.slice(name.length + 1))
    if (found !== undefined) return found
  }
  return undefined
}
