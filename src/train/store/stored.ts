import { describe } from '../../core/describe.js'
import { dtypes } from '../../core/dtype.js'
import { fail } from '../../core/errors.js'
import { isPlainObject } from '../../core/tree.js'
import type { State, StoredValue } from '../../nn/state.js'

/** What can be stored: plain data, and values of tensors anywhere in it. */
export type Stored =
  | null
  | boolean
  | number
  | string
  | StoredValue
  | Float64Array
  | readonly Stored[]
  | { readonly [name: string]: Stored | undefined }

/** Plain JSON in which `{ $tensor: path }` and `{ $number: 'NaN' }` stand for what JSON does not know. */
export interface TakenApart {
  readonly plain: unknown
  readonly tensors: State
}

/** Takes the values of tensors out of plain data. Throws if there is something else, such as a function; the message says where. */
export function takeApart(value: unknown): TakenApart {
  const tensors: Record<string, StoredValue> = {}
  const visit = (inner: unknown, path: string): unknown => {
    if (inner === null || typeof inner === 'boolean' || typeof inner === 'string') return inner
    if (typeof inner === 'number') {
      return Number.isFinite(inner) && !Object.is(inner, -0)
        ? inner
        : { $number: Object.is(inner, -0) ? '-0' : `${inner}` }
    }
    if (inner instanceof Float64Array) {
      tensors[path] = { dtype: 'float64', shape: [inner.length], data: inner }
      return { $numbers: path }
    }
    if (isStoredValue(inner)) {
      tensors[path] = inner
      return { $tensor: path }
    }
    if (Array.isArray(inner)) return inner.map((item, i) => visit(item, join(path, String(i))))
    if (isPlainObject(inner)) {
      const entries = Object.entries(inner).filter(([, item]) => item !== undefined)
      return Object.fromEntries(entries.map(([name, item]) => [name, visit(item, join(path, name))]))
    }
    return fail(
      `checkpoint: ${path} is ${describe(inner)}`,
      'A state is made of numbers, texts, lists, plain objects and what state() of a model gives.',
    )
  }
  return { plain: visit(value, ''), tensors }
}

/** Takes back {@link takeApart}. Throws if a value is missing. */
export function putTogether({ plain, tensors }: TakenApart): unknown {
  const tensor = (path: unknown): StoredValue => {
    const found = typeof path === 'string' && Object.hasOwn(tensors, path) ? tensors[path] : undefined
    return (
      found ?? fail(`checkpoint: the value of ${String(path)} is missing`, 'The file is damaged: use an earlier one.')
    )
  }
  const visit = (inner: unknown): unknown => {
    if (Array.isArray(inner)) return inner.map(visit)
    if (!isPlainObject(inner)) return inner
    if ('$tensor' in inner) return tensor(inner.$tensor)
    if ('$numbers' in inner) return Float64Array.from(tensor(inner.$numbers).data)
    if ('$number' in inner) return Number(inner.$number)
    return Object.fromEntries(Object.entries(inner).map(([name, item]) => [name, visit(item)]))
  }
  return visit(plain)
}

const join = (path: string, name: string): string => (path === '' ? name : `${path}/${name}`)

function isStoredValue(value: unknown): value is StoredValue {
  if (!isPlainObject(value) || !ArrayBuffer.isView(value.data)) return false
  return typeof value.dtype === 'string' && Object.hasOwn(dtypes, value.dtype) && Array.isArray(value.shape)
}
