import { describe } from '../../core/describe.js'
import { dtypes } from '../../core/dtype.js'
import { fail } from '../../core/errors.js'
import { isPlainObject } from '../../core/tree.js'
import type { Json } from '../../data/index.js'
import type { Checkpoint } from '../../formats/checkpoint.js'
import type { State, StoredValue } from '../../nn/index.js'

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

/** Stand for values of tensors: `{ $tensor: path }`, and for lists of numbers that are stored like them. */
const TENSOR = '$tensor'
const NUMBERS = '$numbers'

/** Takes the values of tensors out of plain data. Throws if there is something else, such as a function; the message says where. */
export function takeApart(value: unknown): Checkpoint {
  const tensors: Record<string, StoredValue> = {}
  const visit = (inner: unknown, path: string): Json => {
    if (inner === null || typeof inner === 'boolean' || typeof inner === 'string' || typeof inner === 'number')
      return inner
    if (inner instanceof Float64Array) {
      tensors[path] = { dtype: 'float64', shape: [inner.length], data: inner }
      return { [NUMBERS]: path }
    }
    if (isStoredValue(inner)) {
      tensors[path] = inner
      return { [TENSOR]: path }
    }
    if (Array.isArray(inner)) return inner.map((item, i) => visit(item, join(path, String(i))))
    if (isPlainObject(inner) && !(TENSOR in inner || NUMBERS in inner)) {
      const entries = Object.entries(inner).filter(([, item]) => item !== undefined)
      return Object.fromEntries(entries.map(([name, item]) => [name, visit(item, join(path, name))]))
    }
    return fail(
      `checkpoint: ${path} is ${describe(inner)}`,
      'A state is made of numbers, texts, lists, plain objects and what state() of a model gives.',
    )
  }
  return { json: visit(value, ''), tensors }
}

/** Takes back {@link takeApart}. Throws if a value is missing. */
export function putTogether({ json, tensors }: Checkpoint): unknown {
  const visit = (inner: unknown): unknown => {
    if (Array.isArray(inner)) return inner.map(visit)
    if (!isPlainObject(inner)) return inner
    if (TENSOR in inner) return valueAt(tensors, inner[TENSOR])
    if (NUMBERS in inner) return Float64Array.from(valueAt(tensors, inner[NUMBERS]).data)
    return Object.fromEntries(Object.entries(inner).map(([name, item]) => [name, visit(item)]))
  }
  return visit(json)
}

function valueAt(tensors: State, path: unknown): StoredValue {
  if (typeof path === 'string' && Object.hasOwn(tensors, path)) return tensors[path]
  return fail(`the value of ${String(path)} is missing`)
}

const join = (path: string, name: string): string => (path === '' ? name : `${path}/${name}`)

function isStoredValue(value: unknown): value is StoredValue {
  if (!isPlainObject(value) || !ArrayBuffer.isView(value.data)) return false
  return typeof value.dtype === 'string' && Object.hasOwn(dtypes, value.dtype) && Array.isArray(value.shape)
}
