import { sizeOf } from '../../../src/core/shape.js'
import type { Draw, Value } from '../draw.js'
import { code } from '../program.js'
import { image, pool } from './contractions.js'
import type { Rows } from './row.js'

/** Sizes that windows, or regions, make of the spatial axes. */
const sizes = (d: Draw, x: Value): number[] => x.shape.slice(1, -1).map(() => d.between(1, 6))

export const pictureRows: Rows = {
  sumPool: (d) => pool(d, 'sumPool'),
  lpPool: (d) => {
    const x = image(d)
    const window = x.shape.slice(1, -1).map(() => d.between(1, 3))
    return code`${x}.abs().add(0.2).lpPool(${d.pick([1, 2, 3, 1.5])}, ${window})`
  },
  maxPoolWithIndices: (d) => {
    const x = image(d)
    const window = x.shape.slice(1, -1).map(() => d.between(1, 3))
    return code`${x}.maxPoolWithIndices(${window}).${d.pick(['values', 'values', 'indices'])}`
  },
  maxUnpool: (d) => {
    const n = d.between(1, 12)
    const [batch, channels] = [d.between(1, 3), d.between(1, 4)]
    const places = d.between(1, n)
    const values = d.floatOf([batch, places, channels], d.dtype())
    // Each place once: of several values for one, any may win.
    const order = Array.from({ length: places }, (_, i) => i)
    return code`${values}.maxUnpool(tensor(${order}, [1, ${places}, 1], 'int32').expand(${values.shape}), ${n})`
  },
  adaptiveAvgPool: (d) => {
    const x = image(d)
    return code`${x}.adaptiveAvgPool(${sizes(d, x)})`
  },
  adaptiveMaxPool: (d) => {
    const x = image(d)
    return code`${x}.adaptiveMaxPool(${sizes(d, x)})`
  },
  unfold: (d) => {
    const x = image(d, 4)
    const window = x.shape.slice(1, -1).map(() => d.between(1, 3))
    const options = d.pick([{}, { padding: 1 }, { stride: 2 }, { padding: 'same', dilation: 2 }])
    return code`${x}.unfold(${window}, ${options})`
  },
  fold: (d) => {
    const places = Array.from({ length: d.between(1, 2) }, () => d.between(1, 5))
    const window = places.map(() => d.between(1, 3))
    const x = d.floatOf([d.between(1, 2), ...places, ...window, d.between(1, 3)], d.dtype())
    return d.chance(0.5)
      ? code`${x}.fold(${places.map((n, i) => n + window[i] - 1)})`
      : code`${x}.fold(${places.map((n, i) => 2 * (n - 1) + window[i])}, { stride: 2 })`
  },
  gridSample: (d) => {
    const x = image(d, 4)
    const axes = x.shape.length - 2
    const places = [x.shape[0], d.between(1, 6), axes]
    if (sizeOf(x.shape) === 0) return undefined
    const options = { mode: d.pick(['bilinear', 'bicubic']), padding: d.pick(['zeros', 'border', 'reflection']) }
    return code`gridSample(${x}, tensor(values(${sizeOf(places)}, ${d.between(1, 99)}, -1.4, 1.4), ${places}, '${x.dtype}'), ${options})`
  },
  interpolate1d: (d) => {
    const x = d.float(0, 3)
    const n = d.between(1, 8)
    return code`interpolate1d(${x}, arange(0, ${n}, 1, '${x.dtype}').mul(0.7).sub(1), ${d.floatOf([n], x.dtype)})`
  },
}
