import { damaged } from '../formats/damage.js'

// Each row of a PNG picture says how it was predicted: from the byte a pixel before (a), the one above (b), and the one before that (c).

type Predictor = (a: number, b: number, c: number) => number

const predictors: readonly Predictor[] = [() => 0, (a) => a, (_, b) => b, (a, b) => (a + b) >> 1, paeth]

function paeth(a: number, b: number, c: number): number {
  const estimate = a + b - c
  const [da, db, dc] = [Math.abs(estimate - a), Math.abs(estimate - b), Math.abs(estimate - c)]
  return da <= db && da <= dc ? a : db <= dc ? b : c
}

/** Rows as they were; `step` bytes make a pixel. */
export function unfilter(rows: Uint8Array, rowBytes: number, height: number, step: number, name: string): Uint8Array {
  const out = new Uint8Array(rowBytes * height)
  for (let y = 0; y < height; y++) {
    const filter = rows[y * (rowBytes + 1)]!
    const predict = predictors[filter] ?? damaged(name, `row ${y} has the unknown filter ${filter}`)
    const from = y * (rowBytes + 1) + 1
    const to = y * rowBytes
    for (let x = 0; x < rowBytes; x++) {
      const a = x >= step ? out[to + x - step]! : 0
      const b = y > 0 ? out[to + x - rowBytes]! : 0
      const c = x >= step && y > 0 ? out[to + x - step - rowBytes]! : 0
      out[to + x] = rows[from + x]! + predict(a, b, c)
    }
  }
  return out
}

/** Rows with, in front of each, the number of the filter that leaves the smallest differences (the specification's advice). */
export function filtered(pixels: Uint8Array, rowBytes: number, height: number, step: number): Uint8Array {
  const out = new Uint8Array((rowBytes + 1) * height)
  const row = new Uint8Array(rowBytes)
  for (let y = 0; y < height; y++) {
    let least = Infinity
    predictors.forEach((predict, filter) => {
      let sum = 0
      for (let x = 0; x < rowBytes; x++) {
        const at = y * rowBytes + x
        const a = x >= step ? pixels[at - step]! : 0
        const b = y > 0 ? pixels[at - rowBytes]! : 0
        const c = x >= step && y > 0 ? pixels[at - step - rowBytes]! : 0
        row[x] = pixels[at]! - predict(a, b, c)
        sum += row[x]! < 128 ? row[x]! : 256 - row[x]!
      }
      if (sum >= least) return
      least = sum
      out[y * (rowBytes + 1)] = filter
      out.set(row, y * (rowBytes + 1) + 1)
    })
  }
  return out
}
