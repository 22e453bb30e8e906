import { type Cycle, cycles, dateFormats } from './dates.js'
import type { Encoder } from './encoders.js'
import type { Scaler } from './scalers.js'
import type { Target } from './target.js'

// Whether JSON from elsewhere is what was written: it is used as it is.

type Unknown = { readonly [name: string]: unknown }

const isObject = (value: unknown): value is Unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)
const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean'
export const isText = (value: unknown): value is string => typeof value === 'string'
export const isListOf = <T>(value: unknown, fits: (item: unknown) => item is T): value is readonly T[] =>
  Array.isArray(value) && value.every(fits)

function isScaler(value: unknown): value is Scaler {
  if (!isObject(value)) return false
  if (value.kind === 'linear')
    return isNumber(value.center) && isNumber(value.size) && value.size !== 0 && isBoolean(value.log)
  if (value.kind === 'quantile') {
    return isListOf(value.quantiles, isNumber) && value.quantiles.length > 0 && isBoolean(value.normal)
  }
  return value.kind === 'none'
}

const isCycle = (value: unknown): value is Cycle => isText(value) && Object.hasOwn(cycles, value)
const isFormat = (value: unknown): boolean => dateFormats.some((format) => format === value)

export function isEncoder(value: unknown): value is Encoder {
  if (!isObject(value) || !isText(value.name)) return false
  if (value.kind === 'category') return isListOf(value.values, isText) && isBoolean(value.oneHot)
  if (!isNumber(value.fill) || !isScaler(value.scaler) || !isBoolean(value.indicator)) return false
  if (value.kind === 'date') return isFormat(value.format) && isListOf(value.cycles, isCycle)
  const words = value.words === undefined || (isListOf(value.words, isText) && value.words.length === 2)
  return value.kind === 'number' && words
}

export function isTarget(value: unknown): value is Target {
  if (!isObject(value) || !isText(value.name)) return false
  return value.task === 'values' ? isScaler(value.scaler) : value.task === 'classes' && isListOf(value.classes, isText)
}

const isPlace = (value: unknown): value is number | null => value === null || isNumber(value)
const isRow = (value: unknown): value is readonly (number | null)[] => isListOf(value, isPlace)

/** Rows for the neighbours of missing values, with one place for each column of numbers. */
export function isKnn(value: unknown, encoders: readonly Encoder[]): boolean {
  if (value === undefined) return true
  if (!isObject(value) || !isNumber(value.neighbours) || !isListOf(value.rows, isRow)) return false
  const width = encoders.filter(({ kind }) => kind === 'number').length
  return value.rows.length > 0 && value.rows.every(({ length }) => length === width)
}
