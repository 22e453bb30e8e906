import { fail } from '../../../core/errors.js'
import { didYouMean } from '../../../core/suggestion.js'

/** Something that JSON was read into, and where it stands in the file. Throws, naming the place, what is not as expected. */
export class Fields {
  readonly #record: Readonly<Record<string, unknown>>
  readonly where: string

  constructor(value: unknown, where: string) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) refuse(where, 'an object', value)
    this.#record = value as Readonly<Record<string, unknown>>
    this.where = where
  }

  /** The field `type`, one of those that are known. */
  type<Known extends string>(what: string, known: readonly Known[]): Known {
    const type = this.string('type')
    const found = known.find((name) => name === type)
    if (found !== undefined) return found
    const meant = didYouMean(type, known)
    return fail(
      `${this.where}: the ${what} ${type} is not known.`,
      `${meant} Known are ${known.join(', ')}; convert the tokenizer to one of these kinds.`.trim(),
    )
  }

  /** Throws at fields that nobody reads: they would change what comes out. */
  only(...known: readonly string[]): this {
    for (const [name, value] of Object.entries(this.#record)) {
      if (known.includes(name) || name === 'type' || value === null) continue
      fail(`${this.where}: the field ${name} is not known.`, 'Remove it if the result does not depend on it.')
    }
    return this
  }

  /** The value, undefined for null. */
  get(name: string): unknown {
    return Object.hasOwn(this.#record, name) ? (this.#record[name] ?? undefined) : undefined
  }

  string(name: string, otherwise?: string): string {
    return this.#value(name, 'text', otherwise, (value) => typeof value === 'string')
  }

  optionalString(name: string): string | undefined {
    return this.get(name) === undefined ? undefined : this.string(name)
  }

  boolean(name: string, otherwise?: boolean): boolean {
    return this.#value(name, 'true or false', otherwise, (value) => typeof value === 'boolean')
  }

  /** A whole number that is not negative. */
  count(name: string, otherwise?: number): number {
    return this.#value(name, 'a whole number', otherwise, isCount)
  }

  list(name: string, otherwise?: readonly unknown[]): readonly unknown[] {
    return this.#value(name, 'a list', otherwise, Array.isArray)
  }

  /** Entries by name. */
  record(name: string): readonly (readonly [string, unknown])[] {
    const value = this.get(name)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return refuse(`${this.where}.${name}`, 'an object', value)
    }
    return Object.entries(value)
  }

  /** Objects of a list. */
  each(name: string, otherwise?: readonly unknown[]): readonly Fields[] {
    return this.list(name, otherwise).map((value, i) => new Fields(value, `${this.where}.${name}[${i}]`))
  }

  inside(name: string): Fields {
    return new Fields(this.get(name), `${this.where}.${name}`)
  }

  optional(name: string): Fields | undefined {
    return this.get(name) === undefined ? undefined : this.inside(name)
  }

  choice<Known extends string>(name: string, known: readonly Known[], otherwise?: Known): Known {
    const value = this.string(name, otherwise)
    const found = known.find((each) => each === value)
    if (found !== undefined) return found
    return fail(`${this.where}.${name} is ${JSON.stringify(value)}.`, `Known are ${known.join(', ')}.`)
  }

  #value<T>(name: string, what: string, otherwise: T | undefined, fits: (value: unknown) => boolean): T {
    const value = this.get(name)
    if (value === undefined && otherwise !== undefined) return otherwise
    if (fits(value)) return value as T
    return refuse(`${this.where}.${name}`, what, value)
  }
}

/** Whether a value is a whole number that int32 holds. */
export const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 2 ** 31

/** Throws: at this place stands something else. */
export function refuse(where: string, what: string, found: unknown): never {
  const text = found === undefined ? 'missing' : (JSON.stringify(found) ?? String(found)).slice(0, 60)
  fail(`${where} is ${text}, not ${what}.`, 'Check whether the file is complete and a tokenizer.json.')
}
