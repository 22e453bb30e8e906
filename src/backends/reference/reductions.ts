import { type DType, isFloat, type TypedArray } from '../../core/dtype.js'
import { sizeOf, stridesOf } from '../../core/shape.js'
import type { Primitive } from '../../graph/primitives.js'
import type { Elements, Evaluation } from './elements.js'
import { forEachRow } from './strides.js'

/**
 * Folds a row of `x` into `into`: all of it into one element (`stride` 0), or element by element.
 * Sums, products of floats, maxima and minima are exact enough in doubles for every dtype; storing wraps integers.
 */
type FoldRow = (into: Float64Array, to: number, stride: number, x: TypedArray, from: number, length: number) => void

const sumRow: FoldRow = (into, to, stride, x, from, length) => {
  if (stride !== 0) {
    for (let i = 0; i < length; i++) into[to + i * stride] += x[from + i]
    return
  }
  let sum = into[to]
  for (let i = 0; i < length; i++) sum += x[from + i]
  into[to] = sum
}

const maxRow: FoldRow = (into, to, stride, x, from, length) => {
  if (stride !== 0) {
    for (let i = 0; i < length; i++) into[to + i * stride] = Math.max(into[to + i * stride], x[from + i])
    return
  }
  let largest = into[to]
  for (let i = 0; i < length; i++) largest = Math.max(largest, x[from + i])
  into[to] = largest
}

const minRow: FoldRow = (into, to, stride, x, from, length) => {
  for (let i = 0; i < length; i++) into[to + i * stride] = Math.min(into[to + i * stride], x[from + i])
}

const productRow: FoldRow = (into, to, stride, x, from, length) => {
  for (let i = 0; i < length; i++) into[to + i * stride] *= x[from + i]
}

const integerProductRow: FoldRow = (into, to, stride, x, from, length) => {
  for (let i = 0; i < length; i++) into[to + i * stride] = Math.imul(into[to + i * stride], x[from + i])
}

const reduction =
  (initial: number, foldRow: (dtype: DType) => FoldRow, ofNothing = initial) =>
  ([x]: readonly Elements[], [out]: readonly Elements[], { axes }: { readonly axes: readonly number[] }): void => {
    const fold = foldRow(x.dtype)
    const kept = stridesOf(out.shape)
    let next = 0
    const strides = x.shape.map((_, axis) => (axes.includes(axis) ? 0 : kept[next++]))
    const accumulated = new Float64Array(out.data.length).fill(x.data.length === 0 ? ofNothing : initial)
    forEachRow(x.shape, 0, stridesOf(x.shape), 0, strides, (from, to, length, _, stride) =>
      fold(accumulated, to, stride, x.data, from, length),
    )
    out.data.set(accumulated)
  }

/** The index of the first element that no other surpasses; NaN surpasses everything. */
const extremum =
  (surpasses: (a: number, b: number) => boolean) =>
  ([x]: readonly Elements[], [out]: readonly Elements[], { axis }: { readonly axis: number }): void => {
    const n = x.shape[axis]
    const inner = sizeOf(x.shape.slice(axis + 1))
    for (let i = 0; i < out.data.length; i++) {
      const start = Math.floor(i / inner) * n * inner + (i % inner)
      let best = x.data[start]
      let bestIndex = 0
      for (let j = 1; j < n && !Number.isNaN(best); j++) {
        const candidate = x.data[start + j * inner]
        if (surpasses(candidate, best) || Number.isNaN(candidate)) {
          best = candidate
          bestIndex = j
        }
      }
      out.data[i] = bestIndex
    }
  }

export const reductionEvaluations = {
  // −0 is what changes no sum, not even of nothing but −0.
  reduceSum: reduction(-0, () => sumRow, 0),
  reduceProd: reduction(1, (dtype) => (isFloat(dtype) ? productRow : integerProductRow)),
  reduceMax: reduction(-Infinity, () => maxRow),
  reduceMin: reduction(Infinity, () => minRow),
  argMax: extremum((a, b) => a > b),
  argMin: extremum((a, b) => a < b),
  cumSum: ([x], [out], { axis, reverse }) => {
    const n = x.shape[axis]
    const inner = sizeOf(x.shape.slice(axis + 1))
    const outer = sizeOf(x.shape.slice(0, axis))
    for (let i = 0; i < outer * inner && n > 0; i++) {
      const start = Math.floor(i / inner) * n * inner + (i % inner)
      let sum = -0
      for (let j = 0; j < n; j++) {
        const at = start + (reverse ? n - 1 - j : j) * inner
        sum += x.data[at]
        out.data[at] = sum
      }
    }
  },
} as const satisfies { readonly [P in Primitive]?: Evaluation<P> }
