import { describe } from '../../core/describe.js'
import { fail } from '../../core/errors.js'
import { hasParameters } from '../leaves.js'
import { Tensor } from '../tensor.js'
import { Variable } from '../variable.js'
import { expectNoData } from './arguments.js'

/** Lists longer than this, which are data rather than options, are watched only if they hold parts of a model. */
const WATCHED_ENTRIES = 256
/** What the arguments of a call may hold in all. */
const WATCHED_VALUES = 100_000

/** The entries of something at one time. */
interface Watched {
  readonly holder: object
  readonly label: string
  readonly keys: readonly string[]
  readonly values: readonly unknown[]
}

/**
 * What objects held when a function was traced: a program is valid as long as they hold the same. Seen are own properties, and the
 * entries of arrays, plain objects, maps and sets in them; not seen are `#private` fields and what closures hold.
 */
export class Snapshot {
  readonly #all: Watched[] = []
  readonly #seen = new Set<object>()
  #size = 0

  /**
   * @param holders objects that the function has looked at, with names for messages
   * @param instances arguments: what their properties hold is watched in full
   */
  constructor(holders: ReadonlyMap<object, string>, instances: readonly object[] = []) {
    for (const [holder, label] of holders) this.#watch(holder, label, false)
    for (const instance of instances) this.#watch(instance, nameOf(instance), true)
  }

  /** What is no longer as it was, in words. */
  change(): string | undefined {
    for (const watched of this.#all) {
      const { holder, values } = watched
      if (holder instanceof Map || holder instanceof Set) {
        if (holder.size * (holder instanceof Map ? 2 : 1) !== values.length) return describeSize(watched)
        let i = 0
        for (const entry of entriesOf(holder))
          if (!Object.is(entry, values[i++])) return describeChange(watched, i - 1, entry)
        continue
      }
      const { keys } = watched
      const count = Array.isArray(holder) ? holder.length : Object.keys(holder).length
      if (count !== values.length) return describeSize(watched)
      for (let i = 0; i < keys.length; i++) {
        const now = (holder as Readonly<Record<string, unknown>>)[keys[i]]
        if (now !== values[i] && !Object.is(now, values[i])) return describeChange(watched, i, now)
      }
    }
    return undefined
  }

  #watch(holder: object, label: string, deep: boolean): void {
    if (this.#seen.has(holder)) return
    this.#seen.add(holder)
    const isCollection = holder instanceof Map || holder instanceof Set
    const keys = isCollection ? [] : Object.keys(holder)
    const values = isCollection
      ? [...entriesOf(holder)]
      : keys.map((key) => (holder as Readonly<Record<string, unknown>>)[key])
    const isLong = isContainer(holder) && values.length > WATCHED_ENTRIES
    if (!deep && isLong && !values.some(isPart)) return
    this.#size += values.length
    if (deep && this.#size > WATCHED_VALUES) {
      fail(
        `compile: ${label} holds too much to be watched: an argument that is no tensor is part of the program`,
        'Pass only what the function needs of it: tensors, and few other values.',
      )
    }
    this.#all.push({ holder, label, keys, values })
    values.forEach((value, i) => {
      if (typeof value !== 'object' || value === null || value instanceof Tensor || value instanceof Variable) return
      const name = `${label}.${keys[i] ?? i}`
      if (deep) expectNoData(value, `compile: ${name} in an argument`)
      if (deep || isContainer(value)) this.#watch(value, name, deep)
    })
  }
}

const entriesOf = (holder: Map<unknown, unknown> | Set<unknown>): Iterable<unknown> =>
  holder instanceof Set ? holder : [...holder].flat(1)

function isContainer(value: object): boolean {
  if (Array.isArray(value) || value instanceof Map || value instanceof Set) return true
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

const isPart = (value: unknown): boolean => value instanceof Tensor || value instanceof Variable || hasParameters(value)

const nameOf = (value: object): string => value.constructor?.name ?? 'object'

const describeSize = ({ label }: Watched): string => `${label}: entries were added or removed`

function describeChange({ label, keys, values }: Watched, index: number, now: unknown): string {
  const [before, after] = [describe(values[index]), describe(now)]
  return `${label}.${keys[index] ?? index}: ${before} → ${before === after ? `another ${after.replace(/^an? /, '')}` : after}`
}
