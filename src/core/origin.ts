import { version } from './version.js'

// Classes of one copy of the library mean nothing to another: `instanceof` fails, and so would all that follows. A mark
// that every copy knows tells what such a value is.

const key = Symbol.for('shapewise')

interface Mark {
  readonly kind: string
  readonly version: string
}

const ours = new WeakSet<Mark>()

/** Makes the objects of a class known to other copies of the library. */
export function mark(prototype: object, kind: string): void {
  const value: Mark = { kind, version }
  ours.add(value)
  Object.defineProperty(prototype, key, { value })
}

/** What is wrong with a value of a class that is not ours, and what helps. */
export interface Stranger {
  readonly cause: string
  readonly cure: string
}

/** Whether a value was made by another copy of the library, or copied to another thread. */
export function strangerAmong(value: unknown): Stranger | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const found = (value as { readonly [key]?: Mark })[key]
  if (found !== undefined) {
    if (ours.has(found)) return undefined
    const versions = found.version === version ? `both are ${version}` : `${found.version} beside ${version}`
    return {
      cause: `a ${found.kind} of another copy of Shapewise (${versions})`,
      cure: 'Install one copy (npm ls shapewise lists them); between two pass values: tensor(await t.data(), t.shape).',
    }
  }
  if (!isCopied(value)) return undefined
  return {
    cause: 'a tensor that was copied without its class, as between threads (postMessage, structuredClone)',
    cure: 'Send await t.data() and t.shape, and make a tensor of them there: tensor(data, shape).',
  }
}

/** What structuredClone leaves of a tensor: its node, as a plain object. */
function isCopied(value: object): boolean {
  if (Object.getPrototypeOf(value) !== Object.prototype || !('node' in value)) return false
  const { node } = value
  return typeof node === 'object' && node !== null && 'op' in node && 'outputs' in node && 'depth' in node
}
