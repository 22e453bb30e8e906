import { type DType, dtypes, encodeAll, type TypedArray } from '../core/dtype.js'
import { fail, failDType, failShape } from '../core/errors.js'
import { formatShape, sizeOf } from '../core/shape.js'
import { dataNode } from './runtime.js'
import { Tensor } from './tensor.js'
import type { NestedShape, Shape, Writable } from './types/index.js'
import type { NestedArray } from './values.js'

/**
 * A tensor from a number, nested arrays, or a typed array with its shape. The data is copied.
 *
 * Numbers become float32 and booleans bool unless `dtype` says otherwise; typed arrays keep their type.
 *
 * @throws if nested arrays are ragged, if the number of elements does not fit the shape, or if a value does not fit the dtype
 * @example
 * tensor([[1, 2], [3, 4]])
 * tensor(new Float32Array(784), [28, 28])
 */
export function tensor<const V extends NestedArray>(values: V, shape?: undefined, dtype?: DType): Tensor<NestedShape<V>>
export function tensor<const S extends Shape = any>(
  values: NestedArray | TypedArray,
  shape?: S,
  dtype?: DType,
): Tensor<Writable<S>>
export function tensor(values: NestedArray | TypedArray, shape?: Shape, dtype?: DType): Tensor {
  const [elements, found, natural] = isTypedArray(values)
    ? [values, [values.length], naturalDType(values)]
    : flattenNested(values)
  const target = shape ?? found
  if (sizeOf(target) !== elements.length) {
    failShape(
      'tensor',
      `${elements.length} elements do not fill the shape ${formatShape(target)}`,
      `It takes ${sizeOf(target)}.`,
    )
  }
  const type = dtype ?? natural
  if (dtypes[type] === undefined)
    failDType('tensor', `there is no dtype '${type}'`, `Use one of ${Object.keys(dtypes).join(', ')}.`)
  checkRange(elements, type)
  return new Tensor(dataNode({ dtype: type, shape: [...target] }, encodeAll(type, elements)))
}

const isTypedArray = (values: NestedArray | TypedArray): values is TypedArray => ArrayBuffer.isView(values)

function naturalDType(values: TypedArray): DType {
  if (values instanceof Uint16Array)
    failDType('tensor', 'a Uint16Array has no dtype of its own', "Pass dtype, e.g. 'int32'.")
  const found = (['float32', 'float64', 'int32', 'uint32', 'uint8'] as const).find(
    (dtype) => values instanceof dtypes[dtype].storage,
  )
  return (
    found ??
    failDType(
      'tensor',
      `a ${values.constructor.name} is not supported`,
      'Use Float32Array, Float64Array, Int32Array, Uint32Array or Uint8Array.',
    )
  )
}

function flattenNested(values: NestedArray): [number[], number[], DType] {
  const shape: number[] = []
  for (let level: NestedArray = values; Array.isArray(level); level = level[0]) {
    shape.push(level.length)
    if (level.length === 0) break
  }
  const elements: number[] = []
  let booleans = 0
  const visit = (value: NestedArray, axis: number): void => {
    if (Array.isArray(value)) {
      if (value.length !== shape[axis]) {
        failShape(
          'tensor',
          `the nested arrays are ragged: ${value.length} values where the first row has ${shape[axis] ?? 'a number'}`,
          'All rows need the same length; pad the shorter ones.',
        )
      }
      for (const child of value) visit(child, axis + 1)
      return
    }
    if (axis !== shape.length)
      failShape(
        'tensor',
        'the nested arrays are ragged: a number stands where others have an array',
        'All rows need the same depth.',
      )
    if (typeof value === 'boolean') booleans++
    else if (typeof value !== 'number')
      fail(`tensor: ${String(value)} is neither a number nor a boolean`, 'Build tensors from numbers.')
    elements.push(Number(value))
  }
  visit(values, 0)
  return [elements, shape, booleans > 0 && booleans === elements.length ? 'bool' : 'float32']
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
