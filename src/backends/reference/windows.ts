import { type Shape, sizeOf } from '../../core/shape.js'
import type { Primitive, WindowAttributes } from '../../graph/primitives.js'
import type { Elements, Evaluation } from './elements.js'
import { windowTable } from './window-table.js'

/** The sizes of images [batch, image, channels] and of windows over them [batch, places, channels]. */
function layout(imageShape: Shape, placesShape: Shape, attributes: WindowAttributes) {
  const spatial = imageShape.slice(1, -1)
  const places = placesShape.slice(1, -1)
  return {
    table: windowTable({ ...attributes, spatial, places }),
    batch: imageShape[0],
    image: sizeOf(spatial),
    places: sizeOf(places),
    elements: sizeOf(attributes.window),
    channels: imageShape[imageShape.length - 1],
  }
}

/** For each output of a max pooling, where in `x.data` its (first) largest element is. NaN is larger than anything. */
function largestInWindows(x: Elements, placesShape: Shape, attributes: WindowAttributes): Int32Array {
  const { table, batch, image, places, elements, channels } = layout(x.shape, placesShape, attributes)
  const { data } = x
  const largest = new Int32Array(batch * places * channels).fill(-1)
  for (let b = 0; b < batch; b++) {
    for (let p = 0; p < places; p++) {
      const to = (b * places + p) * channels
      for (let w = 0; w < elements; w++) {
        const position = table[p * elements + w]
        if (position < 0) continue
        const from = (b * image + position) * channels
        for (let c = 0; c < channels; c++) {
          const best = largest[to + c]
          // Not "greater": the negated comparison lets a first NaN win, and the second condition lets it stay.
          if (best < 0 || (!(data[from + c] <= data[best]) && !Number.isNaN(data[best]))) largest[to + c] = from + c
        }
      }
    }
  }
  return largest
}

export const windowEvaluations = {
  maxPool: ([x], [out], attributes) => {
    const largest = largestInWindows(x, out.shape, attributes)
    for (let i = 0; i < largest.length; i++) out.data[i] = x.data[largest[i]]
  },
  maxPoolSelect: ([x, t], [out], attributes) => {
    const largest = largestInWindows(x, out.shape, attributes)
    for (let i = 0; i < largest.length; i++) out.data[i] = t.data[largest[i]]
  },
  maxPoolGradient: ([x, g], [out], attributes) => {
    const largest = largestInWindows(x, g.shape, attributes)
    const accumulated = new Float64Array(out.data.length)
    for (let i = 0; i < largest.length; i++) accumulated[largest[i]] += g.data[i]
    out.data.set(accumulated)
  },
  sumPool: ([x], [out], attributes) => {
    const { table, batch, image, places, elements, channels } = layout(x.shape, out.shape, attributes)
    const sums = new Float64Array(channels)
    for (let b = 0; b < batch; b++) {
      for (let p = 0; p < places; p++) {
        // As in every sum: 0 of nothing, −0 of nothing but −0.
        let first = true
        sums.fill(0)
        for (let w = 0; w < elements; w++) {
          const position = table[p * elements + w]
          if (position < 0) continue
          if (first) sums.fill(-0)
          first = false
          const from = (b * image + position) * channels
          for (let c = 0; c < channels; c++) sums[c] += x.data[from + c]
        }
        out.data.set(sums, (b * places + p) * channels)
      }
    }
  },
  sumPoolGradient: ([g], [out], attributes) => {
    const { table, batch, image, places, elements, channels } = layout(out.shape, g.shape, attributes)
    const accumulated = new Float64Array(out.data.length)
    for (let b = 0; b < batch; b++) {
      for (let p = 0; p < places; p++) {
        const from = (b * places + p) * channels
        for (let w = 0; w < elements; w++) {
          const position = table[p * elements + w]
          if (position < 0) continue
          const to = (b * image + position) * channels
          for (let c = 0; c < channels; c++) accumulated[to + c] += g.data[from + c]
        }
      }
    }
    out.data.set(accumulated)
  },
} as const satisfies { readonly [P in Primitive]?: Evaluation<P> }
