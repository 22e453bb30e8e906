import { fail } from '../../../core/errors.js'
import { damaged } from '../../../data/formats/damage.js'
import type { Message } from '../file/schema.js'

/** The attributes of a node by name; each is asked for with the type that it has in the standard. */
export class NodeAttributes {
  readonly #byName: ReadonlyMap<string, Message<'Attribute'>>
  /** The operator and name of the node, for messages. */
  readonly #node: string

  constructor(node: string, attributes: readonly Message<'Attribute'>[]) {
    this.#node = node
    this.#byName = new Map(attributes.map((attribute) => [attribute.name ?? '', attribute]))
  }

  has(name: string): boolean {
    return this.#byName.has(name)
  }

  int(name: string, otherwise?: number): number {
    const value = this.#byName.get(name)?.int ?? (this.has(name) ? 0 : otherwise)
    return value ?? this.#missing(name)
  }

  float(name: string, otherwise?: number): number {
    const value = this.#byName.get(name)?.float ?? (this.has(name) ? 0 : otherwise)
    return value ?? this.#missing(name)
  }

  ints(name: string): readonly number[] | undefined {
    return this.#byName.get(name)?.ints
  }

  floats(name: string): readonly number[] | undefined {
    return this.#byName.get(name)?.floats
  }

  /** One of the texts that an attribute may be. */
  choice<C extends string>(name: string, choices: readonly C[], otherwise?: C): C {
    const given = this.#byName.get(name)?.string
    if (given === undefined) return otherwise ?? this.#missing(name)
    const text = textOf(given)
    const found = choices.find((choice) => choice === text)
    return found ?? fail(`${this.#node}: ${name} is '${text}'`, `Known are ${choices.join(', ')}.`)
  }

  text(name: string, otherwise?: string): string {
    const given = this.#byName.get(name)?.string
    return given === undefined ? (otherwise ?? this.#missing(name)) : textOf(given)
  }

  texts(name: string): readonly string[] | undefined {
    return this.#byName.get(name)?.strings.map(textOf)
  }

  tensor(name: string): Message<'Tensor'> | undefined {
    return this.#byName.get(name)?.tensor
  }

  graph(name: string): Message<'Graph'> {
    return this.#byName.get(name)?.graph ?? this.#missing(name)
  }

  #missing(name: string): never {
    return damaged(this.#node, `the attribute '${name}' is missing`)
  }
}

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
