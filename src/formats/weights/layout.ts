import { allocate, isFloat, type TypedArray } from '../../core/dtype.js'
import { type Shape, sizeOf, stridesOf } from '../../core/shape.js'
import type { StoredValue } from '../../nn/state.js'

/** How the elements of a value in a file become those of a variable. */
export interface Layout {
  /** The shape that the value should have. */
  readonly shape: Shape
  /** The part that is taken, along the first axis; all. */
  readonly rows?: readonly [from: number, to: number]
  /** The axes that it is taken apart into; as it is. */
  readonly apart?: Shape
  /** Their order in the variable, whose own axes are joined of them; as they are. */
  readonly axes?: readonly number[]
  /** The order in the variable of equal parts of the last axis; as they are. */
  readonly parts?: readonly number[]
}

/** A value in the order that a variable has, in its dtype. Undefined if numbers of this kind do not become such. */
export function arranged(
  value: StoredValue,
  layout: Layout,
  like: Pick<StoredValue, 'dtype' | 'shape'>,
): StoredValue | undefined {
  const { dtype, shape } = like
  if (value.dtype !== dtype && !(isFloat(value.dtype) && isFloat(dtype))) return undefined
  const { rows: [from, to] = [0, value.shape[0] ?? 1], apart, axes } = layout
  const row = value.shape.slice(1)
  const part = value.data.subarray(from * sizeOf(row), to * sizeOf(row))
  const whole = axes === undefined ? part : permuted(part, apart ?? [to - from, ...row], axes)
  const { parts } = layout
  const ordered = parts === undefined ? whole : reordered(whole, shape, parts)
  return { dtype, shape, data: converted(ordered, like) }
}

/** 16-bit floats are held as float32. */
function converted(data: TypedArray, { dtype }: Pick<StoredValue, 'dtype'>): TypedArray {
  const array =
    dtype === 'float16' || dtype === 'bfloat16' ? new Float32Array(data.length) : allocate(dtype, data.length)
  array.set(data)
  return array
}

/** The last axis in parts of another order. */
function reordered(data: TypedArray, shape: Shape, order: readonly number[]): TypedArray {
  const last = shape[shape.length - 1]
  const apart = [data.length / last, order.length, last / order.length]
  const out = data.slice()
  for (let row = 0; row < apart[0]; row++) {
    for (const [to, from] of order.entries()) {
      const start = row * last + from * apart[2]
      out.set(data.subarray(start, start + apart[2]), row * last + to * apart[2])
    }
  }
  return out
}

/** The elements of an array with its axes in another order. */
export function permuted(data: TypedArray, shape: Shape, axes: readonly number[]): TypedArray {
  const strides = stridesOf(shape)
  const sizes = axes.map((axis) => shape[axis])
  const steps = axes.map((axis) => strides[axis])
  const out = data.slice()
  const index = sizes.map(() => 0)
  let from = 0
  for (let i = 0; i < out.length; i++) {
    out[i] = data[from]
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      from += steps[axis]
      if (++index[axis] < sizes[axis]) break
      from -= steps[axis] * sizes[axis]
      index[axis] = 0
    }
  }
  return out
}
