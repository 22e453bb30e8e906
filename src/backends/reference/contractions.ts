import { isFloat, type TypedArray } from '../../core/dtype.js'
import { sizeOf } from '../../core/shape.js'
import type { Primitive } from '../../graph/primitives.js'
import type { Evaluation } from './elements.js'
import { multiplyIntegers, multiplyReals, paddedColumns, paddedRows } from './multiply.js'
import { windowTable } from './window-table.js'

/** Doubles of patches kept at a time in a convolution: about what a second-level cache holds. */
const PATCH_BUDGET = 1 << 15

/** Copies [inner, columns] (rows `stride` apart from `offset`) to columns after each other, as `multiply` wants them. */
function packTransposed(
  source: TypedArray,
  offset: number,
  stride: number,
  inner: number,
  columns: number,
): Float64Array {
  const packed = new Float64Array(paddedColumns(columns) * inner)
  for (let p = 0; p < inner; p++) {
    const row = offset + p * stride
    for (let j = 0; j < columns; j++) packed[j * inner + p] = source[row + j]
  }
  return packed
}

export const contractionEvaluations = {
  dot: ([a, b], [out]) => {
    const rank = a.shape.length
    const [m, k] = a.shape.slice(-2)
    const n = b.shape[rank - 1]
    const multiply = isFloat(a.dtype) ? multiplyReals : multiplyIntegers
    const rows = new Float64Array(paddedRows(m) * k)
    const product = new Float64Array(paddedRows(m) * paddedColumns(n))
    const batches = sizeOf(a.shape.slice(0, -2))
    for (let batch = 0; batch < batches; batch++) {
      rows.set(a.data.subarray(batch * m * k, (batch + 1) * m * k))
      const columns = packTransposed(b.data, batch * k * n, n, k, n)
      multiply(rows, columns, paddedRows(m), paddedColumns(n), k, product)
      storeRows(product, m, n, out.data, batch * m * n, n)
    }
  },

  conv: ([x, kernel], [out], { strides, padding, inputDilation, kernelDilation, groups }) => {
    const rank = x.shape.length
    const spatial = x.shape.slice(1, -1)
    const window = kernel.shape.slice(0, -2)
    const places = out.shape.slice(1, -1)
    const table = windowTable({ spatial, window, places, strides, padding, inputDilation, kernelDilation })
    const windowSize = sizeOf(window)
    const [channels, groupChannels] = [x.shape[rank - 1], kernel.shape[rank - 2]]
    const outputs = kernel.shape[rank - 1]
    const groupOutputs = outputs / groups
    const inner = windowSize * groupChannels
    const [imageSize, placeCount] = [sizeOf(spatial), sizeOf(places)]
    const rowCount = x.shape[0] * placeCount
    const multiply = isFloat(x.dtype) ? multiplyReals : multiplyIntegers
    const blockRows = Math.min(paddedRows(rowCount), paddedRows(Math.ceil(PATCH_BUDGET / Math.max(1, inner))))
    const patches = new Float64Array(blockRows * inner)
    const product = new Float64Array(blockRows * paddedColumns(groupOutputs))

    for (let group = 0; group < groups; group++) {
      const columns = packTransposed(kernel.data, group * groupOutputs, outputs, inner, groupOutputs)
      for (let first = 0; first < rowCount; first += blockRows) {
        const count = Math.min(blockRows, rowCount - first)
        for (let row = 0; row < count; row++) {
          const place = (first + row) % placeCount
          const image = (first + row - place) / placeCount
          const origin = image * imageSize * channels + group * groupChannels
          fillPatch(
            patches,
            row * inner,
            x.data,
            origin,
            channels,
            groupChannels,
            table,
            place * windowSize,
            windowSize,
          )
        }
        multiply(patches, columns, paddedRows(count), paddedColumns(groupOutputs), inner, product)
        storeRows(product, count, groupOutputs, out.data, first * outputs + group * groupOutputs, outputs)
      }
    }
  },
} as const satisfies { readonly [P in Primitive]?: Evaluation<P> }

/** Gathers what one window sees: `groupChannels` for each of its elements, zeros outside the image. */
function fillPatch(
  patches: Float64Array,
  start: number,
  x: TypedArray,
  origin: number,
  channels: number,
  groupChannels: number,
  table: Int32Array,
  tableStart: number,
  windowSize: number,
): void {
  let to = start
  for (let w = 0; w < windowSize; w++) {
    const position = table[tableStart + w]
    const from = origin + position * channels
    if (position < 0) for (let c = 0; c < groupChannels; c++) patches[to + c] = 0
    else for (let c = 0; c < groupChannels; c++) patches[to + c] = x[from + c]
    to += groupChannels
  }
}

/** Copies the used part of a padded product to rows `stride` apart. */
function storeRows(
  product: Float64Array,
  rows: number,
  columns: number,
  out: TypedArray,
  offset: number,
  stride: number,
): void {
  const width = paddedColumns(columns)
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) out[offset + i * stride + j] = product[i * width + j]
  }
}
