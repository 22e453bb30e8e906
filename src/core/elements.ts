import { cureFor, describe } from './describe.js'
import { type DType, dtypes, expectDType, type TypedArray } from './dtype.js'
import { fail, failDType, failShape } from './errors.js'
import { formatShape, type Shape, sizeOf } from './shape.js'

/** Nested arrays of numbers or booleans; a scalar is itself. */
export type NestedArray = number | boolean | readonly NestedArray[]

/** Typed arrays with elements that a dtype holds. */
export type NumericArray =
  | TypedArray
  | Uint8ClampedArray
  | Int8Array
  | Int16Array
  | Uint16Array
  | BigInt64Array
  | BigUint64Array

/** What tensors are made of: numbers, nested arrays, typed arrays, or arrays of typed arrays, which are rows. */
export type HostValues = NestedArray | NumericArray | readonly NumericArray[] | readonly (readonly NumericArray[])[]

/** Elements in row-major order, the shape they are given in, and the dtype they would have by themselves. */
export interface HostElements {
  readonly elements: ArrayLike<number>
  readonly shape: Shape
  readonly dtype: DType
}

/** The dtype of each typed array: its own, or the narrowest that holds all its values; 64-bit integers must fit int32. */
const natural: { readonly [name: string]: DType } = {
  Float32Array: 'float32',
  Float64Array: 'float64',
  Float16Array: 'float16',
  Int32Array: 'int32',
  Uint32Array: 'uint32',
  Uint8Array: 'uint8',
  Uint8ClampedArray: 'uint8',
  Int8Array: 'int32',
  Int16Array: 'int32',
  Uint16Array: 'int32',
  BigInt64Array: 'int32',
  BigUint64Array: 'int32',
}

/** Elements, shape and dtype of values from JavaScript, every element checked to be one that the dtype holds. */
export function readElements(values: unknown, shape: Shape | undefined, dtype: DType | undefined): HostElements {
  if (dtype !== undefined) expectDType('tensor', dtype)
  const found = isNumericArray(values) ? rowOf(values) : flattenNested(values)
  const target = shape ?? found.shape
  if (sizeOf(target) !== found.elements.length) {
    failShape(
      'tensor',
      `${found.elements.length} elements do not fill the shape ${formatShape(target)}`,
      `It takes ${sizeOf(target)}.`,
    )
  }
  const type = dtype ?? found.dtype
  checkRange(found.elements, type)
  return { elements: found.elements, shape: [...target], dtype: type }
}

const isNumericArray = (value: unknown): value is NumericArray =>
  ArrayBuffer.isView(value) && !(value instanceof DataView)

function rowOf(row: NumericArray): HostElements {
  // A class of Node or of the user derived from a typed array holds what that one holds.
  let dtype: DType | undefined
  for (let proto: unknown = row; dtype === undefined && proto != null; proto = Object.getPrototypeOf(proto)) {
    dtype = natural[(proto as object).constructor.name]
  }
  if (dtype === undefined)
    failDType('tensor', `the elements of ${describe(row)} have no dtype`, 'Copy them into a Float32Array.')
  const elements = row instanceof BigInt64Array || row instanceof BigUint64Array ? Array.from(row, Number) : row
  return { elements, shape: [row.length], dtype }
}

function flattenNested(values: unknown): HostElements {
  const shape: number[] = []
  for (let level: unknown = values; ; level = level[0]) {
    if (isNumericArray(level)) shape.push(level.length)
    if (!Array.isArray(level)) break
    shape.push(level.length)
    if (level.length === 0) break
  }
  const elements: number[] = []
  let booleans = 0
  const rows = new Set<DType>()
  const visit = (value: unknown, axis: number, path: string): void => {
    if (Array.isArray(value) || isNumericArray(value)) {
      if (value.length !== shape[axis]) {
        failShape(
          'tensor',
          `the nested arrays are ragged: ${value.length} values where the first row has ${shape[axis] ?? 'a number'}`,
          'All rows need the same length; pad the shorter ones.',
        )
      }
      if (Array.isArray(value)) {
        // Not forEach, which would leave out the holes of an array.
        for (let i = 0; i < value.length; i++) visit(value[i], axis + 1, `${path}[${i}]`)
        return
      }
      const row = rowOf(value)
      rows.add(row.dtype)
      for (let i = 0; i < row.elements.length; i++) elements.push(row.elements[i])
      return
    }
    if (typeof value === 'boolean') booleans++
    else if (typeof value !== 'number') refuse(value, path)
    if (axis !== shape.length) {
      failShape(
        'tensor',
        'the nested arrays are ragged: a number stands where others have an array',
        'All rows need the same depth.',
      )
    }
    elements.push(Number(value))
  }
  visit(values, 0, '')
  const onlyBooleans = booleans > 0 && booleans === elements.length
  const [ofRows] = rows
  return { elements, shape, dtype: onlyBooleans ? 'bool' : rows.size === 1 ? ofRows : 'float32' }
}

function refuse(value: unknown, path: string): never {
  const cause = `tensor: ${path === '' ? 'the value' : `element ${path}`} is ${describe(value)}, neither a number nor a boolean`
  fail(cause, cureFor(value, cureOf(value, path)))
}

function cureOf(value: unknown, path: string): string {
  if (typeof value === 'bigint') return 'Convert it: Number(value).'
  if (typeof value === 'string') return 'Numbers in text are read by Number(text); classes need numbers of their own.'
  if (value instanceof DataView || value instanceof ArrayBuffer)
    return 'Say what its bytes are: new Float32Array(buffer).'
  if (typeof value !== 'object' || value === null) return 'Build tensors from numbers.'
  if ('node' in value) {
    return path === ''
      ? "It is a tensor already; x.cast('int32') has another dtype."
      : 'Join tensors with stack([a, b]).'
  }
  return Symbol.iterator in value ? 'Make an array of it: Array.from(values).' : 'Build tensors from numbers.'
}

/** Integers must hold what they are given; floats round. */
function checkRange(elements: ArrayLike<number>, dtype: DType): void {
  const { kind, lowest, highest } = dtypes[dtype]
  if (kind !== 'integer') return
  for (let i = 0; i < elements.length; i++) {
    const value = elements[i]
    if (!(value >= lowest && value <= highest && Number.isInteger(value))) {
      failDType(
        'tensor',
        `${value} is not a ${dtype} (element ${i})`,
        `It holds whole numbers from ${lowest} to ${highest}.`,
      )
    }
  }
}
