import { expect, test } from 'vitest'
import { errorFunction } from '../../src/graph/error-function.js'
import { evaluateScalar, isElementwise } from '../../src/graph/scalar.js'

const int32 = (op: 'add' | 'mul' | 'div' | 'mod' | 'pow' | 'shiftLeft' | 'shiftRight', a: number, b: number): number =>
  evaluateScalar(op, {}, 'int32', 'int32', [a, b])

test('int32 arithmetic wraps, and division by zero gives zero', () => {
  expect(int32('add', 2 ** 31 - 1, 1)).toBe(-(2 ** 31))
  expect(int32('mul', 123456789, 987654321)).toBe(Number(BigInt.asIntN(32, 123456789n * 987654321n)))
  expect([int32('div', -7, 2), int32('div', 7, 0)]).toEqual([-3, 0])
  expect([int32('mod', -7, 3), int32('mod', 7, -3), int32('mod', 7, 0)]).toEqual([2, -2, 0])
  expect(int32('pow', 7, 30)).toBe(Number(BigInt.asIntN(32, 7n ** 30n)))
  expect([int32('pow', 2, -1), int32('pow', -1, -3), int32('pow', 0, 0)]).toEqual([0, -1, 1])
})

test('uint32 products and shifts use all bits', () => {
  const product = evaluateScalar('mul', {}, 'uint32', 'uint32', [0xffffffff, 0xfffffffe])
  expect(product).toBe(2)
  expect(evaluateScalar('shiftRight', {}, 'uint32', 'uint32', [0x80000000, 31])).toBe(1)
  expect(evaluateScalar('shiftLeft', {}, 'uint32', 'uint32', [1, 31])).toBe(2 ** 31)
  expect(evaluateScalar('shiftLeft', {}, 'uint32', 'uint32', [1, 32])).toBe(0)
  expect([int32('shiftRight', -8, 1), int32('shiftRight', -8, 40)]).toEqual([-4, -1])
})

test('not is logical on bool and bitwise on integers', () => {
  expect(evaluateScalar('not', {}, 'bool', 'bool', [1])).toBe(0)
  expect(evaluateScalar('not', {}, 'uint8', 'uint8', [0x0f])).toBe(0xf0)
  expect(evaluateScalar('not', {}, 'uint32', 'uint32', [0])).toBe(2 ** 32 - 1)
})

test('float32 results are rounded to float32', () => {
  expect(evaluateScalar('add', {}, 'float32', 'float32', [1, 2 ** -30])).toBe(1)
  expect(evaluateScalar('cast', { dtype: 'float16' }, 'float32', 'float16', [1 / 3])).toBe(0.333251953125)
})

test('bitcast reads the same bytes', () => {
  expect(evaluateScalar('bitcast', { dtype: 'uint32' }, 'float32', 'uint32', [-2])).toBe(0xc0000000)
  expect(evaluateScalar('bitcast', { dtype: 'float32' }, 'int32', 'float32', [0x3f800000])).toBe(1)
  expect(evaluateScalar('bitcast', { dtype: 'bfloat16' }, 'float16', 'bfloat16', [1])).toBe(2 ** -7)
})

test('NaN propagates through max and min', () => {
  for (const op of ['max', 'min'] as const) {
    expect(evaluateScalar(op, {}, 'float64', 'float64', [Number.NaN, 1])).toBeNaN()
    expect(evaluateScalar(op, {}, 'float64', 'float64', [1, Number.NaN])).toBeNaN()
  }
})

test('where and isElementwise', () => {
  expect(evaluateScalar('where', {}, 'float64', 'float64', [0, 1, 2])).toBe(2)
  expect([isElementwise('exp'), isElementwise('dot'), isElementwise('toString')]).toEqual([true, false, false])
})

/** To 16 places: Abramowitz and Stegun, table 7.1, and DLMF 7.2. */
test.each([
  [0.5, 0.5204998778130465],
  [1, 0.8427007929497149],
  [2, 0.9953222650189527],
  [3, 0.9999779095030014],
])('erf(%d)', (x, value) => {
  expect(Math.abs(errorFunction(x) / value - 1)).toBeLessThan(1e-15)
  expect(errorFunction(-x)).toBe(-errorFunction(x))
})
