import { fail } from './errors.js'
import { mark } from './origin.js'

/** What `console.log` and `util.inspect` of Node ask. */
const inspect = Symbol.for('nodejs.util.inspect.custom')

export interface Presentation {
  /** What the objects are, in a word. */
  readonly kind: string
  /** What to do instead of JSON.stringify. */
  readonly json: string
  /** Properties that are read only, and what to do instead of setting them. */
  readonly fixed?: Readonly<Record<string, string>>
}

/**
 * How the objects of a class meet the rest of JavaScript: printed as their `toString` says, refused by JSON, which would write
 * them without their values, and with words for who sets what cannot be set.
 */
export function present(prototype: object, { kind, json, fixed = {} }: Presentation): void {
  mark(prototype, kind)
  presentAsText(prototype)
  Object.defineProperty(
    prototype,
    'toJSON',
    hidden(() => fail(`JSON does not hold the values of a ${kind}`, json)),
  )
  for (const [name, cure] of Object.entries(fixed)) {
    const get = Object.getOwnPropertyDescriptor(prototype, name)?.get
    Object.defineProperty(prototype, name, { get, set: () => fail(`The ${name} of a ${kind} cannot be set`, cure) })
  }
}

const hidden = (value: unknown): PropertyDescriptor => ({ value, configurable: true, writable: true })

/** Has the objects of a class printed as their `toString` says. */
export function presentAsText(prototype: object): void {
  Object.defineProperty(
    prototype,
    inspect,
    hidden(function (this: object) {
      return String(this.toString())
    }),
  )
}

/** Refuses that JavaScript makes a number or text of an object whose value it does not know. */
export function refuseCoercion(what: string, hint: string, cure: string): never {
  fail(
    `${what} is used as ${hint === 'string' ? 'text' : 'a number'} by JavaScript, which does not know its value`,
    cure,
  )
}
