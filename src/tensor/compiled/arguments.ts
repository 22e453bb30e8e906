import { cureFor, describe } from '../../core/describe.js'
import { fail } from '../../core/errors.js'
import { strangerAmong } from '../../core/origin.js'
import { type Flat, flatten } from '../../core/tree.js'
import { formatType } from '../../graph/print.js'
import { Tensor } from '../tensor.js'
import { Variable } from '../variable.js'

/** A tensor, or a value that is part of the program. */
export type Leaf = Tensor | string | number | boolean | bigint | symbol | object | null | undefined

/** The arguments of a call, taken apart. */
export interface Given {
  readonly flat: Flat<Leaf>
  readonly tensors: readonly Tensor[]
  /** Texts, one for each thing that the program depends on; all are equal where the program may be. */
  readonly parts: readonly string[]
}

/** Tensors, and whatever is neither an array nor a plain object: such values are part of the program. */
export function isLeaf(value: unknown): value is Leaf {
  if (Array.isArray(value)) return false
  if (typeof value !== 'object' || value === null) return true
  const stranger = strangerAmong(value)
  if (stranger !== undefined) fail(`compile: an argument is ${stranger.cause}`, stranger.cure)
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype !== Object.prototype && prototype !== null
}

export const isTensor = (leaf: unknown): leaf is Tensor => leaf instanceof Tensor

/** @throws if an argument is data that the program would take as fixed: a typed array, a promise */
export function takeApart(args: readonly unknown[], name: string): Given {
  const flat = flatten(args, isLeaf)
  const parts = [flat.structure]
  for (const leaf of flat.leaves) parts.push(keyOf(leaf, name))
  return { flat, tensors: flat.leaves.filter(isTensor), parts }
}

/** What an argument is beside tensors whose properties the function may read. */
export const isInstance = (leaf: Leaf): leaf is object =>
  typeof leaf === 'object' && leaf !== null && !(leaf instanceof Tensor) && !(leaf instanceof Variable)

/** A text that differs when the program must differ. */
function keyOf(leaf: Leaf, name: string): string {
  if (leaf instanceof Tensor) return formatType(leaf.node)
  switch (typeof leaf) {
    case 'number':
      return Object.is(leaf, -0) ? '-0' : String(leaf)
    case 'string':
      return JSON.stringify(leaf)
    case 'bigint':
      return `${leaf}n`
    case 'symbol':
      return `${String(leaf)} #${identityOf(leaf, symbols)}`
    case 'function':
      return `function ${leaf.name} #${identityOf(leaf, identities)}`
    case 'object':
      if (leaf === null) return 'null'
      expectNoData(leaf, `compile: an argument of ${name}`)
      return `${describe(leaf)} #${identityOf(leaf, identities)}`
    default:
      return String(leaf)
  }
}

const identities = new WeakMap<object, number>()
const symbols = new Map<symbol, number>()
let identified = 0

function identityOf<T>(value: T, known: { get(key: T): number | undefined; set(key: T, id: number): unknown }): number {
  const identity = known.get(value) ?? identified++
  known.set(value, identity)
  return identity
}

/** Refuses what holds elements that change unnoticed. */
export function expectNoData(value: object, what: string): void {
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
    fail(
      `${what} is ${describe(value)}: its elements would be fixed in the program, whatever they are in later calls`,
      'Make a tensor of it: pass tensor(array, shape).',
    )
  }
  if (value instanceof Promise) fail(`${what} is a Promise`, cureFor(value, ''))
}
