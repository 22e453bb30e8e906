import { describe, expect, it, test } from 'vitest'
import { fold } from '../../src/compiler/passes/fold.js'
import { build, type Node } from '../../src/graph/index.js'
import { graphOver, printedAfter, text } from '../support/printed.js'

const scalar = (value: number): Node => build.constant(value, 'float64')
const folded = (make: () => Node): string => printedAfter(fold, graphOver([], make))

describe('folding constants', () => {
  it('computes scalars', () => {
    expect(folded(() => build.add(scalar(2), build.mul(scalar(3), scalar(4))))).toBe(text`
      graph () → %0
        %0 = constant value=14 : float64[]
    `)
  })

  it('keeps the shape as one stretched constant', () => {
    expect(folded(() => build.sqrt(build.fill(9, [2, 3], 'float32')))).toBe(text`
      graph () → %2
        %0 = constant value=3 : float32[]
        %1 = reshape %0 : float32[1, 1]
        %2 = expand %1 : float32[2, 3]
    `)
  })

  it('goes through movements and sums of uniform values', () => {
    const ones = build.fill(1, [2, 3], 'float32')
    const moved = build.concat(
      [build.permute(ones, [1, 0]), build.slice(build.fill(1, [4, 4], 'float32'), [0, 1], [1, 2])],
      0,
    )
    expect(folded(() => build.reduceSum(moved, [0, 1]))).toBe(text`
      graph () → %0
        %0 = constant value=8 : float32[]
    `)
  })

  it('leaves alone what differs from element to element', () => {
    const mixed = build.concat([build.fill(1, [2], 'int32'), build.fill(2, [1], 'int32')], 0)
    expect(folded(() => build.neg(mixed))).toBe(text`
      graph () → %6
        %0 = constant value=1 : int32[]
        %1 = reshape %0 : int32[1]
        %2 = expand %1 : int32[2]
        %3 = constant value=2 : int32[]
        %4 = reshape %3 : int32[1]
        %5 = concat %2 %4 axis=0 : int32[3]
        %6 = neg %5 : int32[3]
    `)
  })

  it('leaves what depends on an input', () => {
    const graph = graphOver([{ dtype: 'float32', shape: [] }], (x) => build.add(x, build.constant(1, 'float32')))
    expect(printedAfter(fold, graph)).toBe(text`
      graph (%0: float32[]) → %2
        %1 = constant value=1 : float32[]
        %2 = add %0 %1 : float32[]
    `)
  })
})

/** Expected values worked out by hand or with the published rules of IEEE 754 and two's complement. */
test.each<[string, () => Node, number]>([
  ['max of positive and of negative numbers', () => build.max(scalar(-3), scalar(-2)), -2],
  ['min of positive numbers', () => build.min(scalar(3), scalar(2)), 2],
  ['max of integers', () => build.max(build.constant(-7, 'int32'), build.constant(-9, 'int32')), -7],
  ['int32 overflow', () => build.add(build.constant(2 ** 31 - 1, 'int32'), build.constant(1, 'int32')), -(2 ** 31)],
  ['uint8 overflow', () => build.mul(build.constant(20, 'uint8'), build.constant(13, 'uint8')), 260 - 256],
  ['float32 rounding', () => build.add(build.constant(1, 'float32'), build.constant(2 ** -25, 'float32')), 1],
  ['a float32 constant is a float32', () => build.cast(build.constant(0.1, 'float32'), 'float64'), 13421773 / 2 ** 27],
  ['a bfloat16 constant is a bfloat16', () => build.cast(build.constant(0.1, 'bfloat16'), 'float64'), 205 / 2 ** 11],
  ['a float16 constant is a float16', () => build.cast(build.constant(0.1, 'float16'), 'float64'), 1638 / 2 ** 14],
  ['steps see rounded constants', () => build.floor(build.constant(1 - 2 ** -30, 'float32')), 1],
  ['a uint8 constant is a uint8', () => build.cast(build.constant(300, 'uint8'), 'int32'), 44],
  ['casts truncate toward zero', () => build.cast(scalar(-1.9), 'int32'), -1],
  ['comparison with NaN', () => build.less(scalar(Number.NaN), scalar(1)), 0],
  ['division of integers by zero', () => build.div(build.constant(5, 'int32'), build.constant(0, 'int32')), 0],
  ['the sum of nothing', () => build.reduceSum(build.fill(7, [0], 'float64'), [0]), 0],
])('%s', (_, make, value) => {
  expect(folded(make)).toContain(`%0 = constant value=${value} :`)
})
