import type { TypedArray } from '../../core/dtype.js'
import { sizeOf } from '../../core/shape.js'
import type { Primitive } from '../../graph/primitives.js'
import { indexError } from '../index-error.js'
import type { Elements, Evaluation } from './elements.js'

/** Where each index reads or writes: blocks of `block` elements of x, one for each index, checked. */
function blocksOf(operation: string, x: Elements, indices: Elements, batchDims: number) {
  const batch = sizeOf(x.shape.slice(0, batchDims))
  const size = x.shape[batchDims]
  const count = indices.data.length
  const perBatch = batch === 0 ? 0 : count / batch
  const positions = new Float64Array(count)
  for (let i = 0; i < count; i++) {
    const index = indices.data[i]
    if (index < 0 || index >= size) {
      throw indexError([operation], index, size)
    }
    positions[i] = Math.floor(i / perBatch) * size + index
  }
  return { positions, block: sizeOf(x.shape.slice(batchDims + 1)) }
}

type Combine = (into: TypedArray, to: number, updates: TypedArray, from: number, block: number) => void

const combine: { readonly [M in 'set' | 'add' | 'max' | 'min']: Combine } = {
  set: (into, to, updates, from, block) => {
    for (let i = 0; i < block; i++) into[to + i] = updates[from + i]
  },
  add: (into, to, updates, from, block) => {
    for (let i = 0; i < block; i++) into[to + i] += updates[from + i]
  },
  max: (into, to, updates, from, block) => {
    for (let i = 0; i < block; i++) into[to + i] = Math.max(into[to + i], updates[from + i])
  },
  min: (into, to, updates, from, block) => {
    for (let i = 0; i < block; i++) into[to + i] = Math.min(into[to + i], updates[from + i])
  },
}

export const indexingEvaluations = {
  gather: ([x, indices], [out], { batchDims, operation = 'gather' }) => {
    const { positions, block } = blocksOf(operation, x, indices, batchDims)
    for (let i = 0; i < positions.length; i++) combine.set(out.data, i * block, x.data, positions[i] * block, block)
  },
  scatter: ([x, indices, updates], [out], { batchDims, mode, operation = 'scatter' }) => {
    const { positions, block } = blocksOf(operation, x, indices, batchDims)
    // Sums are collected in doubles, as in every reduction.
    const result = mode === 'add' ? Float64Array.from(x.data) : out.data
    if (mode !== 'add') result.set(x.data)
    const write = combine[mode]
    for (let i = 0; i < positions.length; i++) write(result, positions[i] * block, updates.data, i * block, block)
    if (mode === 'add') out.data.set(result)
  },
  argSort: ([x], [out], { descending }) => {
    const n = x.shape[x.shape.length - 1]
    const sign = descending ? -1 : 1
    const order = new Int32Array(n)
    for (let start = 0; start < x.data.length; start += n) {
      const row = x.data.subarray(start, start + n)
      for (let i = 0; i < n; i++) order[i] = i
      order.sort((i, j) => {
        const [a, b] = [row[i], row[j]]
        if (a === b) return i - j
        if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b)) || i - j
        return a < b ? -sign : sign
      })
      out.data.set(order, start)
    }
  },
} as const satisfies { readonly [P in Primitive]?: Evaluation<P> }
