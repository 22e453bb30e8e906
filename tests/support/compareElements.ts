import { expect } from 'vitest'
import type { Elements } from '../../src/backends/reference/interpret.js'
import { type DType, decode, isFloat } from '../../src/core/dtype.js'
import { formatType } from '../../src/graph/index.js'

/**
 * How far two ways of computing the same may differ, relative to the larger of 1 (`least`) and the wanted value: a few hundred units in the
 * last place, for the different orders of sums and the different approximations of functions. Integers and booleans must be equal.
 */
export const tolerances: { readonly [D in DType]: number } = {
  float64: 1e-12,
  float32: 2e-5,
  float16: 4e-3,
  bfloat16: 3e-2,
  int32: 0,
  uint32: 0,
  uint8: 0,
  bool: 0,
}

/**
 * Checks types and elements. What is not a number or infinite must be the same, and so must the signs of zeros; between zero
 * and a number that is small enough there is no sign. Where sums are taken in another order, as in gradients, `signs` are let go.
 */
export function expectSame(
  actual: readonly Elements[],
  wanted: readonly Elements[],
  slack = 1,
  { signs = true, least = 1 }: { readonly signs?: boolean; readonly least?: number } = {},
): void {
  expect(actual.map(formatType)).toEqual(wanted.map(formatType))
  actual.forEach(({ data }, k) => {
    const { dtype, data: expected } = wanted[k]
    expect(data.length).toBe(expected.length)
    const tolerance = isFloat(dtype) ? tolerances[dtype] * slack : 0
    for (let i = 0; i < expected.length; i++) {
      const [a, b] = [decode(dtype, data[i]), decode(dtype, expected[i])]
      const close =
        Object.is(a, b) || ((a !== b || !signs) && Math.abs(a - b) <= tolerance * Math.max(least, Math.abs(b)))
      if (!close) expect.fail(`output ${k}, ${formatType(wanted[k])}: element ${i} is ${a}, it should be ${b}`)
    }
  })
}
