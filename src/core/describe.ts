import { strangerAmong } from './origin.js'

/** `a number (3)`, `a Promise`, `an Array` …: a value named for an error message. */
export function describe(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value === 'object') {
    const name = value.constructor?.name ?? 'object'
    return strangerAmong(value)?.cause ?? `${/^[aeiou]/i.test(name) ? 'an' : 'a'} ${name}`
  }
  return value === undefined ? 'undefined' : `a ${typeof value} (${String(value).slice(0, 40)})`
}

/** What helps with a value of the wrong kind: what it is may tell more than what was expected. */
export function cureFor(value: unknown, otherwise: string): string {
  if (value instanceof Promise) return 'Await it first.'
  return strangerAmong(value)?.cure ?? otherwise
}
