import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type DType, encodeAll } from '../../src/core/dtype.js'
import { formatElements } from '../../src/tensor/reading/print.js'

interface Row {
  readonly dtype: DType
  readonly shape: readonly number[]
  readonly values: readonly string[]
  readonly text: string
}

// Made by scripts/fixtures/print.py.
const rows: Row[] = JSON.parse(readFileSync(new URL('../fixtures/print.json', import.meta.url), 'utf8'))
const parse = (value: string): number => Number(value.replace('inf', 'Infinity').replace('nan', 'NaN'))

describe('values are printed the way NumPy prints them', () => {
  it.each(rows.map((row) => [row.text.slice(0, 40), row] as const))('%s', (_, { dtype, shape, values, text }) => {
    expect(formatElements(dtype, shape, encodeAll(dtype, values.map(parse)))).toBe(text)
  })
})
