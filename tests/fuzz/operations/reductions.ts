import { sizeOf } from '../../../src/core/shape.js'
import type { Draw, Expression, Value } from '../draw.js'
import { code } from '../program.js'
import type { Row, Rows } from './row.js'

function along(d: Draw, x: Value, more: Expression = code``): Expression {
  const keep = d.chance(0.45) ? code`keepDims: true` : code``
  const parts = [keep, more].filter(({ parts }) => parts.length > 0)
  const options =
    parts.length === 0 ? code`` : code`, { ${parts[0]}${parts.length > 1 ? code`, ${parts[1]}` : code``} }`
  const r = d.random.uniform()
  if (x.shape.length === 0 || r < 0.15) return code`(undefined${options})`
  return r < 0.75 ? code`(${d.axis(x)}${options})` : code`(${d.axes(x)}${options})`
}

const full = (value: Value): boolean => sizeOf(value.shape) > 0

const reduction =
  (name: string, more?: (d: Draw) => Expression): Row =>
  (d) => {
    const x = d.chance(0.85) ? d.float() : d.any()
    return code`${x}.${name}${along(d, x, more?.(d))}`
  }

const extreme =
  (name: string): Row =>
  (d) => {
    const x = d.chance(0.85) ? d.float(0, 8, full) : d.integer(0, 8, full)
    return code`${x}.${name}${along(d, x)}`
  }

const search =
  (name: string): Row =>
  (d) => {
    const x = d.chance(0.7) ? d.float(1, 8, full) : d.integer(1, 8, full)
    return d.chance(0.2)
      ? code`${x}.${name}()`
      : code`${x}.${name}(${d.axis(x)}${d.chance(0.3) ? ', { keepDims: true }' : ''})`
  }

const running =
  (name: string, low = -Infinity, high = Infinity): Row =>
  (d) => {
    const x = d.float(1, 8)
    const source = high === Infinity ? code`${x}` : d.within(x, low, high)
    return code`${source}.${name}(${d.axis(x)}${d.chance(0.3) ? ', { reverse: true }' : ''})`
  }

const last =
  (name: string): Row =>
  (d) => {
    const x = d.float(1)
    return d.chance(0.5) ? code`${x}.${name}()` : code`${x}.${name}(${d.axis(x)})`
  }

const correction = (d: Draw): Expression => (d.chance(0.2) ? code`correction: 1` : code``)

export const reductionRows: Rows = {
  sum: reduction('sum'),
  mean: reduction('mean'),
  variance: reduction('variance', correction),
  std: (d) => {
    const x = d.float(1, 8, ({ shape, low, high }) => sizeOf(shape) > 1 && high - low > 0.1)
    return code`${x}.std(${d.chance(0.5) ? 'undefined' : d.axis(x)})`
  },
  prod: (d) => {
    const x = d.float()
    return code`${d.within(x, -1.2, 1.2)}.prod${along(d, x)}`
  },
  min: extreme('min'),
  max: extreme('max'),
  any: (d) => code`${d.chance(0.7) ? d.bool() : d.any()}.any()`,
  all: (d) => {
    const x = d.bool()
    return code`${x}.all${along(d, x)}`
  },
  countNonZero: reduction('countNonZero'),
  logSumExp: extreme('logSumExp'),
  norm: (d) => {
    const x = d.float()
    return code`${x}.norm${along(d, x, d.chance(0.3) ? code`order: ${d.pick([1, 2, 3])}` : code``)}`
  },
  nanSum: reduction('nanSum'),
  nanMean: extreme('nanMean'),
  median: extreme('median'),
  quantile: (d) => {
    const x = d.float(0, 6, full)
    const q = d.pick([0, 0.25, 0.3, 0.5, 0.9, 1])
    return x.shape.length === 0 || d.chance(0.2) ? code`${x}.quantile(${q})` : code`${x}.quantile(${q}, ${d.axis(x)})`
  },
  trapezoid: (d) => {
    const x = d.float(1)
    const axis = d.axis(x)
    return d.chance(0.5)
      ? code`${x}.trapezoid(${axis}, 0.5)`
      : code`${x}.trapezoid(${axis}, ${d.floatOf([x.shape.at(axis) ?? 1], x.dtype)})`
  },
  logCumSumExp: running('logCumSumExp'),
  diff: (d) => {
    const x = d.float(1)
    return code`${x}.diff(${d.axis(x)}${d.chance(0.3) ? ', 2' : ''})`
  },
  normalize: (d) => {
    const x = d.float(1, 8, full)
    return code`${x}.normalize(${d.axis(x)}${d.chance(0.3) ? ', { order: 1 }' : ''})`
  },
  argMax: search('argMax'),
  argMin: search('argMin'),
  cumSum: running('cumSum'),
  cumProd: running('cumProd', -1.1, 1.1),
  cumMax: running('cumMax'),
  cumMin: running('cumMin'),
  softmax: last('softmax'),
  logSoftmax: last('logSoftmax'),
  sort: (d) => {
    const x = d.chance(0.8) ? d.float(1) : d.integer(1)
    return code`${x}.sort(${d.axis(x)}${d.chance(0.3) ? ', { descending: true }' : ''})`
  },
  argSort: (d) => {
    const x = d.chance(0.7) ? d.float(1) : d.integer(1)
    return code`${x}.argSort(${d.axis(x)}${d.chance(0.3) ? ', { descending: true }' : ''})`
  },
}
