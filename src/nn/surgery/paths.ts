import { fail } from '../../core/errors.js'
import { didYouMean } from '../../core/suggestion.js'
import type { Tensor } from '../../tensor/tensor.js'
import type { Module } from '../module.js'
import { entriesOf } from '../tree.js'

/** What lies in something under one name: a property, or an element of a list, map or set. */
type Inner<Holder, Name extends string> = Name extends keyof Holder
  ? Holder[Name]
  : Holder extends ReadonlyMap<unknown, infer Value> | ReadonlySet<infer Value> | readonly (infer Value)[]
    ? Value
    : unknown

/** What a module holds under a dotted path, as far as its type tells; else `unknown`. */
export type At<Holder, Path extends string> = Path extends `${infer Name}.${infer Rest}`
  ? At<Inner<Holder, Name>, Rest>
  : Path extends ''
    ? Holder
    : Inner<Holder, Path>

/** What the forward method of something gives; a tensor where that is not known. */
export type OutputOf<M> = M extends { forward(...args: never[]): infer Output } ? Output : Tensor

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
  const some = known.length > 8 ? `${known.slice(0, 8).join(', ')} …` : known.join(', ')
  const hint = typeof path === 'string' && path !== '' ? didYouMean(path, known) : ''
  return fail(
    `${operation}: the model has nothing at '${String(path)}'`,
    `${hint} It has ${some || 'no parts'}.`.trim(),
  )
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
