// Rows and columns are worked on in tiles of 4 × 2 sums, which fit the registers; operands are padded to whole tiles.
const TILE_ROWS = 4
const TILE_COLUMNS = 2

export const paddedRows = (n: number): number => Math.ceil(n / TILE_ROWS) * TILE_ROWS
export const paddedColumns = (n: number): number => Math.ceil(n / TILE_COLUMNS) * TILE_COLUMNS

/**
 * out[i, j] = Σₚ a[i, p] · b[j, p] for padded numbers of rows and columns. Everything is in doubles: sums of float32
 * products lose nothing that matters, and the loop stays specialised to one type of array.
 */
export function multiplyReals(
  a: Float64Array,
  b: Float64Array,
  rows: number,
  columns: number,
  inner: number,
  out: Float64Array,
): void {
  for (let i = 0; i < rows; i += TILE_ROWS) {
    const a0 = i * inner
    const a1 = a0 + inner
    const a2 = a1 + inner
    const a3 = a2 + inner
    for (let j = 0; j < columns; j += TILE_COLUMNS) {
      const b0 = j * inner
      const b1 = b0 + inner
      let s00 = 0
      let s01 = 0
      let s10 = 0
      let s11 = 0
      let s20 = 0
      let s21 = 0
      let s30 = 0
      let s31 = 0
      for (let p = 0; p < inner; p++) {
        const y0 = b[b0 + p]
        const y1 = b[b1 + p]
        const x0 = a[a0 + p]
        s00 += x0 * y0
        s01 += x0 * y1
        const x1 = a[a1 + p]
        s10 += x1 * y0
        s11 += x1 * y1
        const x2 = a[a2 + p]
        s20 += x2 * y0
        s21 += x2 * y1
        const x3 = a[a3 + p]
        s30 += x3 * y0
        s31 += x3 * y1
      }
      const at = i * columns + j
      out[at] = s00
      out[at + 1] = s01
      out[at + columns] = s10
      out[at + columns + 1] = s11
      out[at + 2 * columns] = s20
      out[at + 2 * columns + 1] = s21
      out[at + 3 * columns] = s30
      out[at + 3 * columns + 1] = s31
    }
  }
}

/** The same for integers, modulo 2³². */
export function multiplyIntegers(
  a: Float64Array,
  b: Float64Array,
  rows: number,
  columns: number,
  inner: number,
  out: Float64Array,
): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      let sum = 0
      for (let p = 0; p < inner; p++) sum = (sum + Math.imul(a[i * inner + p], b[j * inner + p])) | 0
      out[i * columns + j] = sum
    }
  }
}
