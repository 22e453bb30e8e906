import { sizeOf } from '../../../src/core/shape.js'
import type { Draw, Value } from '../draw.js'
import { code, type Expression, literal } from '../program.js'
import type { Row, Rows } from './row.js'

const full = ({ shape }: Value): boolean => sizeOf(shape) > 0

/** 0 … n − 1 in some order, cut to a length. */
function distinct(d: Draw, n: number): Expression {
  const order = d.random.shuffle(Array.from({ length: n }, (_, i) => i)).slice(0, d.between(1, Math.min(n, 12)))
  return code`tensor(${order}, [${order.length}], 'int32')`
}

const scatter =
  (name: string): Row =>
  (d) => {
    const x = d.float(1, 5, full)
    const axis = d.random.integer(x.shape.length)
    const n = x.shape[axis]
    if (d.chance(0.15))
      return code`${x}.${name}(tensor(${d.between(0, n - 1)}, [], 'int32'), ${d.number(-1, 1)}, ${axis})`
    // Where several updates meet in one place, any may win.
    const count = d.between(1, 6)
    const [indices, k] =
      name === 'scatterSet'
        ? (() => {
            const order = d.random.shuffle(Array.from({ length: n }, (_, i) => i)).slice(0, count)
            return [code`tensor(${order}, [${order.length}], 'int32')`, order.length] as const
          })()
        : ([code`${d.indices(n, [count])}`, count] as const)
    const places = [...x.shape.slice(0, axis), k, ...x.shape.slice(axis + 1)]
    const updates = d.chance(0.2)
      ? String(d.number(-1, 1))
      : d.floatOf(d.chance(0.7) ? places : places.slice(-1), x.dtype)
    return code`${x}.${name}(${indices}, ${updates}, ${axis})`
  }

export const indexingRows: Rows = {
  take: (d) => {
    const x = d.chance(0.9) ? d.float(1, 5, full) : d.integer(1, 4, full)
    const axis = d.random.integer(x.shape.length)
    const n = x.shape[axis]
    if (d.chance(0.15)) return code`${x}.take(${d.between(-n, n - 1)}, ${axis})`
    if (d.chance(0.2)) return code`${x}.take(${distinct(d, n)}, ${axis})`
    return code`${x}.take(${d.indices(n, d.shape(d.between(0, 2), 64))}, ${axis})`
  },
  takeAlongAxis: (d) => {
    const x = d.float(1, 5, full)
    const axis = d.random.integer(x.shape.length)
    if (d.chance(0.3)) return code`${x}.takeAlongAxis(${x}.argSort(${axis}), ${axis})`
    const shape = x.shape.map((n, i) => (i === axis ? d.between(1, 5) : d.chance(0.8) ? n : 1))
    return code`${x}.takeAlongAxis(${d.indices(x.shape[axis], shape)}, ${axis})`
  },
  scatterSet: scatter('scatterSet'),
  scatterAdd: scatter('scatterAdd'),
  scatterMax: scatter('scatterMax'),
  scatterMin: scatter('scatterMin'),
  scatterAlongAxis: (d) => {
    const x = d.float(1, 4, full)
    const axis = d.random.integer(x.shape.length)
    if (d.chance(0.4)) return code`${x}.scatterAlongAxis(${x}.argSort(${axis}), ${x}, ${axis})`
    const shape = x.shape.map((n, i) => (i === axis ? d.between(1, 4) : n))
    const mode = d.pick(['add', 'max', 'min'])
    return code`${x}.scatterAlongAxis(${d.indices(x.shape[axis], shape)}, ${d.floatOf(shape, x.dtype)}, ${axis}, '${mode}')`
  },
  topK: (d) => {
    const x = d.float(1, 8, full)
    const axis = d.axis(x)
    return code`${x}.topK(${d.between(1, Math.min(5, x.shape.at(axis) ?? 1))}, ${axis}).${d.pick(['values', 'values', 'indices'])}`
  },
  searchSorted: (d) => code`${d.float(1, 1)}.sort().searchSorted(${d.float()}, '${d.pick(['left', 'right'])}')`,
  bucketize: (d) => code`${d.float()}.bucketize(${d.float(1, 1)}.sort(), '${d.pick(['left', 'right'])}')`,
  binCount: (d) => {
    const [n, count] = [d.between(1, 8), d.between(1, 20)]
    const weights = d.chance(0.5) ? code`, ${d.floatOf([count])}` : code``
    return code`${d.indices(n, [count])}.abs().binCount(${n}${weights})`
  },
  histogram: (d) =>
    code`${d.float(0, 3)}.histogram(${d.between(1, 6)}, { range: [-0.5, 1.5] }).${d.pick(['counts', 'edges'])}`,
  ...Object.fromEntries(
    ['segmentSum', 'segmentMean', 'segmentMax', 'segmentMin', 'segmentSoftmax'].map((name) => [
      name,
      (d: Draw) => {
        const x = d.float(1, 4, full)
        const n = d.between(1, 6)
        return code`${name}(${x}, ${d.indices(n, [x.shape[0]])}.abs(), ${n + 1})`
      },
    ]),
  ),
  oneHot: (d) => code`${d.integer(0, 3)}.oneHot(${d.between(1, 8)})`,
  'ops.gather': (d) => {
    const x = d.float(1, 4, full)
    const shape = x.shape.map((n, i) => (i === x.shape.length - 1 ? d.between(1, 4) : n))
    return code`ops.gather(${x}, ${d.indices(x.shape.at(-1) ?? 1, shape)})`
  },
}

export const sameShape = (a: readonly number[], b: readonly number[]): boolean => literal(a) === literal(b)
