import type { DType } from '../../../core/dtype.js'
import { fail } from '../../../core/errors.js'
import { isPlainObject } from '../../../core/tree.js'
import { damaged } from '../../../data/formats/damage.js'

const dtypes: Readonly<Record<string, DType>> = {
  DT_FLOAT: 'float32',
  DT_HALF: 'float32',
  DT_DOUBLE: 'float32',
  DT_INT32: 'int32',
  DT_INT64: 'int32',
  DT_UINT8: 'uint8',
  DT_BOOL: 'bool',
}
/** Types by number, as some writers have them. */
const numbered = ['', 'DT_FLOAT', 'DT_DOUBLE', 'DT_INT32', 'DT_UINT8', '', '', '', '', 'DT_INT64', 'DT_BOOL']

/** The attributes of an operation, each of which is checked when it is asked for. */
export class Attributes {
  readonly #values: Readonly<Record<string, unknown>>
  readonly label: string

  constructor(values: Readonly<Record<string, unknown>>, label: string) {
    this.#values = values
    this.label = label
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#values, name)
  }

  int(name: string, otherwise?: number): number {
    const value = this.#part(name, 'i') ?? otherwise
    const number = Number(value)
    return value !== undefined && Number.isSafeInteger(number) ? number : this.#wrong(name)
  }

  float(name: string, otherwise: number): number {
    const number = Number(this.#part(name, 'f') ?? otherwise)
    return Number.isNaN(number) ? this.#wrong(name) : number
  }

  flag(name: string, otherwise = false): boolean {
    return Boolean(this.#part(name, 'b') ?? otherwise)
  }

  text(name: string, otherwise?: string): string {
    const value = this.#part(name, 's')
    return value === undefined ? (otherwise ?? this.#wrong(name)) : decoded(value)
  }

  ints(name: string, otherwise: readonly number[] = []): readonly number[] {
    const list = this.#list(name, 'i')
    const numbers = list?.map(Number) ?? otherwise
    return numbers.every(Number.isSafeInteger) ? numbers : this.#wrong(name)
  }

  texts(name: string): readonly string[] {
    return (this.#list(name, 's') ?? []).map(decoded)
  }

  dtype(name: string, otherwise: DType): DType {
    const value = this.#part(name, 'type')
    if (value === undefined) return otherwise
    const type = typeof value === 'number' ? numbered[value] : String(value)
    if (type !== undefined && Object.hasOwn(dtypes, type)) return dtypes[type]
    return fail(`${this.label}: there are no tensors of ${value}.`, 'Convert the model to float32.')
  }

  #part(name: string, kind: string): unknown {
    const value = this.has(name) ? this.#values[name] : undefined
    if (value === undefined) return undefined
    return isPlainObject(value) ? value[kind] : this.#wrong(name)
  }

  #list(name: string, kind: string): readonly unknown[] | undefined {
    const list = this.#part(name, 'list')
    if (list === undefined) return undefined
    const values = isPlainObject(list) ? (list[kind] ?? []) : undefined
    return Array.isArray(values) ? values : this.#wrong(name)
  }

  #wrong(name: string): never {
    return damaged(this.label, `the attribute '${name}' is damaged or missing`) as never
  }
}

/** Bytes in base64, or as a list. */
function decoded(value: unknown): string {
  if (Array.isArray(value)) return String.fromCharCode(...value.map(Number))
  try {
    return atob(String(value))
  } catch {
    return String(value)
  }
}
