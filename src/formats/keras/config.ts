import { describe } from '../../core/describe.js'
import { fail } from '../../core/errors.js'
import { isPlainObject } from '../../core/tree.js'
import { damaged } from '../../data/formats/damage.js'

/** The settings of a layer in a file, each of which is checked when it is asked for. */
export class Config {
  readonly #values: Readonly<Record<string, unknown>>
  /** The layer, for messages. */
  readonly label: string
  /** Whether the file is of Keras 3, where some functions have other definitions. */
  readonly isKeras3: boolean

  constructor(values: unknown, label: string, isKeras3: boolean) {
    this.#values = isPlainObject(values) ? values : damaged(label, `its settings are ${describe(values)}`)
    this.label = label
    this.isKeras3 = isKeras3
  }

  /** As it stands in the file. */
  get raw(): unknown {
    return this.#values
  }

  /** What stands there, or undefined for null and what is missing. */
  get(name: string): unknown {
    return Object.hasOwn(this.#values, name) ? (this.#values[name] ?? undefined) : undefined
  }

  number(name: string, otherwise?: number): number {
    const value = this.get(name) ?? otherwise
    return typeof value === 'number' && Number.isFinite(value) ? value : this.wrong(name, value)
  }

  flag(name: string, otherwise: boolean): boolean {
    const value = this.get(name) ?? otherwise
    return typeof value === 'boolean' ? value : this.wrong(name, value)
  }

  text(name: string, otherwise?: string): string {
    const value = this.get(name) ?? otherwise
    return typeof value === 'string' ? value : this.wrong(name, value)
  }

  /** One whole number for all axes, or one for each. */
  sizes(name: string, otherwise?: number | readonly number[]): number | readonly number[] {
    const value = this.get(name) ?? otherwise
    if (Number.isSafeInteger(value)) return Number(value)
    return this.#areWhole(value) ? value : this.wrong(name, value)
  }

  numbers(name: string): readonly number[] {
    const value = this.get(name)
    return this.#areWhole(value) ? value : this.wrong(name, value)
  }

  /** The settings of something inside. */
  inner(name: string): Config {
    return new Config(this.get(name), `${this.label}: ${name}`, this.isKeras3)
  }

  wrong(name: string, value: unknown): never {
    return damaged(this.label, `${name} is ${typeof value === 'string' ? `'${value}'` : describe(value)}`) as never
  }

  /** Throws unless a setting is one of those that are known. */
  expect(name: string, ...known: readonly unknown[]): void {
    const value = this.get(name)
    if (known.includes(value)) return
    const given = typeof value === 'object' ? JSON.stringify(value).slice(0, 60) : String(value)
    fail(
      `${this.label}: ${name} is ${given}, which is not supported.`,
      `Only ${known.map((each) => String(each ?? 'none')).join(' and ')} can be read.`,
    )
  }

  #areWhole(value: unknown): value is readonly number[] {
    return Array.isArray(value) && value.every((each) => Number.isSafeInteger(each))
  }
}
