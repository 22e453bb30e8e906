import type { TypedArray } from '../../core/dtype.js'
import { errorFunction } from '../../graph/error-function.js'

type Sizes = readonly number[]

/**
 * What bundles calculate with. Each function goes into the module as its own text, so it must read nothing but its arguments: no imports, and
 * no function beside it. Outputs are written into arrays of the right length.
 */
export const runtime = {
  erf: errorFunction,

  pow: (a: number, b: number): number => (a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : a ** b),

  mod: (a: number, b: number): number => {
    const rest = a % b
    if (rest === 0) return b < 0 ? -0 : 0
    return rest < 0 !== b < 0 ? rest + b : rest
  },

  /** Element i along axis k of the output is element starts[k] + i · steps[k] along axis axes[k] of the input: permute, expand and slice. */
  move: (x: TypedArray, out: TypedArray, shape: Sizes, sizes: Sizes, axes: Sizes, starts: Sizes, steps: Sizes) => {
    const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1))
    const jumps = axes.map((axis, k) => strides[axis] * steps[k])
    const at = sizes.map(() => 0)
    let from = axes.reduce((sum, axis, k) => sum + strides[axis] * starts[k], 0)
    for (let i = 0; i < out.length; i++) {
      out[i] = x[from]
      for (let k = sizes.length - 1; k >= 0; k--) {
        from += jumps[k]
        if (++at[k] < sizes[k]) break
        from -= jumps[k] * sizes[k]
        at[k] = 0
      }
    }
    return out
  },

  /** Element i along an axis comes to low + i · step; what falls outside is left out. */
  pad: (x: TypedArray, out: TypedArray, shape: Sizes, sizes: Sizes, low: Sizes, steps: Sizes, value: number) => {
    out.fill(value)
    const at = shape.map(() => 0)
    for (let i = 0; i < x.length; i++) {
      let to = 0
      let isInside = true
      for (let k = 0; k < shape.length; k++) {
        const place = low[k] + at[k] * steps[k]
        isInside = isInside && place >= 0 && place < sizes[k]
        to = to * sizes[k] + place
      }
      if (isInside) out[to] = x[i]
      for (let k = shape.length - 1; k >= 0 && ++at[k] === shape[k]; k--) at[k] = 0
    }
    return out
  },

  /** Rows of `widths` elements beside each other. */
  concat: (parts: readonly TypedArray[], out: TypedArray, widths: Sizes) => {
    const whole = widths.reduce((a, b) => a + b, 0)
    for (let to = 0, row = 0; to < out.length; to += whole, row++) {
      let at = to
      parts.forEach((part, k) => {
        for (let i = 0; i < widths[k]; i++) out[at++] = part[row * widths[k] + i]
      })
    }
    return out
  },

  reduceSum: (x: TypedArray, out: TypedArray, n: number) => {
    for (let row = 0; row < out.length; row++) {
      let sum = n > 0 ? -0 : 0
      for (let i = 0; i < n; i++) sum += x[row * n + i]
      out[row] = sum
    }
    return out
  },

  reduceProd: (x: TypedArray, out: TypedArray, n: number) => {
    for (let row = 0; row < out.length; row++) {
      let product = 1
      for (let i = 0; i < n; i++) product *= x[row * n + i]
      out[row] = product
    }
    return out
  },

  reduceMax: (x: TypedArray, out: TypedArray, n: number, lowest: number) => {
    for (let row = 0; row < out.length; row++) {
      let best = lowest
      for (let i = 0; i < n; i++) best = Math.max(best, x[row * n + i])
      out[row] = best
    }
    return out
  },

  reduceMin: (x: TypedArray, out: TypedArray, n: number, highest: number) => {
    for (let row = 0; row < out.length; row++) {
      let best = highest
      for (let i = 0; i < n; i++) best = Math.min(best, x[row * n + i])
      out[row] = best
    }
    return out
  },

  /** The first largest (sign 1) or smallest (−1) of each row; the first NaN where there is one. */
  argBest: (x: TypedArray, out: TypedArray, n: number, sign: number) => {
    for (let row = 0; row < out.length; row++) {
      let best = 0
      for (let i = 1; i < n; i++) {
        const [value, found] = [x[row * n + i], x[row * n + best]]
        if (!(sign * value <= sign * found) && !Number.isNaN(found)) best = i
      }
      out[row] = best
    }
    return out
  },

  dot: (a: TypedArray, b: TypedArray, out: TypedArray, m: number, k: number, n: number) => {
    const sums = new Float64Array(n)
    for (let row = 0; row * n < out.length && n > 0; row++) {
      const matrix = Math.floor(row / m) * k * n
      sums.fill(0)
      for (let i = 0; i < k; i++) {
        const factor = a[row * k + i]
        for (let j = 0; j < n; j++) sums[j] += factor * b[matrix + i * n + j]
      }
      for (let j = 0; j < n; j++) out[row * n + j] = sums[j]
    }
    return out
  },

  /** Where in an image each place of the output sees each element of the window; −1 is outside. */
  places: (image: Sizes, out: Sizes, window: Sizes, strides: Sizes, low: Sizes, spread: Sizes, dilation: Sizes) => {
    const count = (sizes: Sizes) => sizes.reduce((a, b) => a * b, 1)
    const coordinates = (index: number, sizes: Sizes) =>
      sizes.map((size, k) => Math.floor(index / count(sizes.slice(k + 1))) % size)
    const elements = count(window)
    const table = new Int32Array(count(out) * elements)
    for (let i = 0; i < table.length; i++) {
      const at = coordinates(Math.floor(i / elements), out)
      const inside = coordinates(i % elements, window)
      let position = 0
      for (let k = 0; k < image.length && position >= 0; k++) {
        const x = at[k] * strides[k] - low[k] + inside[k] * dilation[k]
        const isOn = x >= 0 && x % spread[k] === 0 && x / spread[k] < image[k]
        position = isOn ? position * image[k] + x / spread[k] : -1
      }
      table[i] = position
    }
    return table
  },

  conv: (
    x: TypedArray,
    kernel: TypedArray,
    out: TypedArray,
    table: TypedArray,
    elements: number,
    image: number,
    channels: number,
    outputs: number,
    groups: number,
  ) => {
    const places = table.length / elements
    const [taken, given] = [channels / groups, outputs / groups]
    const sums = new Float64Array(outputs)
    for (let to = 0; to * outputs < out.length; to++) {
      const [picture, place] = [Math.floor(to / places), to % places]
      sums.fill(0)
      for (let w = 0; w < elements; w++) {
        const position = table[place * elements + w]
        if (position < 0) continue
        for (let c = 0; c < channels; c++) {
          const value = x[(picture * image + position) * channels + c]
          const first = Math.floor(c / taken) * given
          const weights = (w * taken + (c % taken)) * outputs
          for (let o = first; o < first + given; o++) sums[o] += value * kernel[weights + o]
        }
      }
      for (let o = 0; o < outputs; o++) out[to * outputs + o] = sums[o]
    }
    return out
  },

  maxPool: (
    x: TypedArray,
    out: TypedArray,
    table: TypedArray,
    elements: number,
    image: number,
    channels: number,
    lowest: number,
  ) => {
    const places = table.length / elements
    for (let i = 0; i < out.length; i++) {
      const [place, c] = [Math.floor(i / channels), i % channels]
      const from = Math.floor(place / places) * image
      let best = lowest
      for (let w = 0; w < elements; w++) {
        const position = table[(place % places) * elements + w]
        if (position >= 0) best = Math.max(best, x[(from + position) * channels + c])
      }
      out[i] = best
    }
    return out
  },

  sumPool: (x: TypedArray, out: TypedArray, table: TypedArray, elements: number, image: number, channels: number) => {
    const places = table.length / elements
    for (let i = 0; i < out.length; i++) {
      const [place, c] = [Math.floor(i / channels), i % channels]
      const from = Math.floor(place / places) * image
      let sum = 0
      for (let w = 0; w < elements; w++) {
        const position = table[(place % places) * elements + w]
        if (position >= 0) sum += x[(from + position) * channels + c]
      }
      out[i] = sum
    }
    return out
  },

  /** Blocks of x by their numbers; each of the batches has its own `n` blocks. */
  gather: (x: TypedArray, indices: TypedArray, out: TypedArray, n: number, batches: number, block: number) => {
    const perBatch = indices.length / batches
    for (let i = 0; i < indices.length; i++) {
      const index = indices[i]
      if (!(index >= 0 && index < n)) throw new RangeError(`predict: the index ${index} is not in 0 … ${n - 1}`)
      const from = (Math.floor(i / perBatch) * n + index) * block
      for (let k = 0; k < block; k++) out[i * block + k] = x[from + k]
    }
    return out
  },

  /** Runs a body over slices; it gives the next carries and what is stacked. */
  scan: (
    body: (...given: TypedArray[]) => TypedArray[],
    carries: TypedArray[],
    sequences: TypedArray[],
    captured: TypedArray[],
    length: number,
    isReversed: boolean,
    stacks: TypedArray[],
  ) => {
    let state = carries
    for (let step = 0; step < length; step++) {
      const at = isReversed ? length - 1 - step : step
      const slices = sequences.map((s) => s.subarray((at * s.length) / length, ((at + 1) * s.length) / length))
      const results = body(...state, ...slices, ...captured)
      state = results.slice(0, carries.length)
      stacks.forEach((stack, k) => {
        stack.set(results[carries.length + k], (at * stack.length) / length)
      })
    }
    return [...state, ...stacks]
  },
} as const

export type Routine = keyof typeof runtime
