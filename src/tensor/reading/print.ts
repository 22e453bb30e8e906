import { type DType, isFloat, roundTo, type TypedArray } from '../../core/dtype.js'
import { formatShape, type Shape, sizeOf } from '../../core/shape.js'

/** Above this many elements only the edges are shown. */
const THRESHOLD = 1000
/** Elements shown at each end of a long axis. */
const EDGE = 3
const LINE_WIDTH = 75
/** Digits after the point, at most. */
const MOST_DIGITS = 8

/**
 * Elements as text the way NumPy prints arrays: aligned columns, up to eight decimals but no more than tell the values apart,
 * an exponent where the magnitudes need one, long axes shortened with `...`.
 */
export function formatElements(dtype: DType, shape: Shape, data: TypedArray): string {
  const shorten = sizeOf(shape) > THRESHOLD
  const shown = visibleElements(shape, data, shorten)
  const format = formatterFor(dtype, shown)
  const width = Math.max(0, ...shown.map((value) => format(value).length))
  if (shape.length === 0) return isFloat(dtype) ? formatScalar(dtype, data[0], format) : format(data[0])
  return formatAxis(shape, data, 0, 0, shorten, (value) => format(value).padStart(width))
}

/** A tensor as text: its values, then dtype and shape. */
export const formatTensor = (dtype: DType, shape: Shape, data: TypedArray): string =>
  `${formatElements(dtype, shape, data)} ${dtype}${formatShape(shape)}`

const places = (n: number, shorten: boolean): (number | null)[] => {
  const all = Array.from({ length: n }, (_, i) => i)
  return shorten && n > 2 * EDGE ? [...all.slice(0, EDGE), null, ...all.slice(-EDGE)] : all
}

function visibleElements(shape: Shape, data: TypedArray, shorten: boolean): number[] {
  const stack = [{ axis: 0, offset: 0, stride: sizeOf(shape) }]
  const values: number[] = []
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const { axis, offset } = top
    if (axis === shape.length) {
      values.push(data[offset])
      continue
    }
    const stride = top.stride / Math.max(1, shape[axis])
    for (const i of places(shape[axis], shorten))
      if (i !== null) stack.push({ axis: axis + 1, offset: offset + i * stride, stride })
  }
  return values
}

function formatAxis(
  shape: Shape,
  data: TypedArray,
  axis: number,
  offset: number,
  shorten: boolean,
  format: (value: number) => string,
): string {
  const stride = sizeOf(shape.slice(axis + 1))
  const last = axis === shape.length - 1
  const indent = ' '.repeat(axis + 1)
  const items = places(shape[axis], shorten).map((i) => {
    if (i === null) return '...'
    return last ? format(data[offset + i]) : formatAxis(shape, data, axis + 1, offset + i * stride, shorten, format)
  })
  if (last) return `[${wrap(items, indent)}]`
  // Blocks are set apart by one empty line per axis below the rows.
  const gap = '\n'.repeat(shape.length - axis - 1)
  return `[${items.join(`${gap}${indent}`)}]`
}

function wrap(items: readonly string[], indent: string): string {
  let line = ''
  const lines: string[] = []
  for (const item of items) {
    if (line !== '' && indent.length + line.length + 1 + item.length > LINE_WIDTH) {
      lines.push(line.trimEnd())
      line = item
    } else {
      line = line === '' ? item : `${line} ${item}`
    }
  }
  return [...lines, line].join(`\n${indent}`)
}

function formatterFor(dtype: DType, values: readonly number[]): (value: number) => string {
  if (dtype === 'bool') return (value) => (value ? 'true' : 'false')
  if (!isFloat(dtype)) return String
  const finite = values.filter(Number.isFinite)
  const magnitudes = finite.map(Math.abs).filter((value) => value !== 0)
  const [low, high] = [Math.min(...magnitudes), Math.max(...magnitudes)]
  const exponent = magnitudes.length > 0 && (high >= 1e8 || low < 1e-4 || high / low > 1000)
  const special = (value: number): string => (Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf')
  if (exponent) {
    const digits = Math.max(0, ...finite.map((value) => mantissaDigits(dtype, value)))
    return (value) => (Number.isFinite(value) ? exponential(value, digits) : special(value))
  }
  const decimals = Math.max(0, ...finite.map((value) => fractionDigits(dtype, value)))
  return (value) => {
    if (!Number.isFinite(value)) return special(value)
    const own = fractionDigits(dtype, value)
    const text = Object.is(value, -0) ? `-${value.toFixed(own)}` : value.toFixed(own)
    // The points stand below each other: what is missing behind them is filled with spaces.
    return (own === 0 ? `${text}.` : text) + ' '.repeat(decimals - own)
  }
}

/** A single number: all its digits, and at least one after the point. */
function formatScalar(dtype: DType, value: number, format: (value: number) => string): string {
  const text = format(value)
  if (!Number.isFinite(value) || text.includes('e')) return text
  const whole = Number(shortest(dtype, value))
  return Number.isInteger(whole) ? whole.toFixed(1) : String(whole)
}

/** The fewest significant digits that still name this element of its dtype. */
function shortest(dtype: DType, value: number): string {
  if (dtype === 'float64') return value.toExponential()
  for (let digits = 0; digits < 16; digits++) {
    const text = value.toExponential(digits)
    if (roundTo(dtype, Number(text)) === value) return text
  }
  return value.toExponential()
}

function mantissaDigits(dtype: DType, value: number): number {
  const [mantissa] = shortest(dtype, value).split('e')
  return Math.min(MOST_DIGITS, Math.max(0, mantissa.replace('-', '').length - 2))
}

function fractionDigits(dtype: DType, value: number): number {
  if (value === 0) return 0
  const power = Number(shortest(dtype, value).split('e')[1])
  const digits = Math.max(0, mantissaDigits(dtype, value) - power)
  // Cut to eight digits, the last ones may be zeros.
  const [, fraction = ''] = value.toFixed(Math.min(MOST_DIGITS, digits)).split('.')
  return fraction.replace(/0+$/, '').length
}

function exponential(value: number, digits: number): string {
  const [mantissa, power] = value.toExponential(digits).split('e')
  const point = digits === 0 ? '.' : ''
  return `${mantissa}${point}e${power[0]}${power.slice(1).padStart(2, '0')}`
}
