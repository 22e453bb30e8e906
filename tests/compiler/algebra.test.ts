import { describe, expect, it, test } from 'vitest'
import { algebra } from '../../src/compiler/passes/algebra.js'
import type { DType } from '../../src/core/dtype.js'
import { build, type Node } from '../../src/graph/index.js'
import { graphOver, printedAfter, text } from '../support/printed.js'

type Make = (x: Node) => Node

/** What is left of a function of one input. */
const after = (make: Make, dtype: DType = 'float32', shape: readonly number[] = [2, 3]): string =>
  printedAfter(algebra, graphOver([{ dtype, shape }], make))

const same = (value: number) => (x: Node) => build.fill(value, x.shape, x.dtype)

describe('what changes nothing is left out', () => {
  test.each<[string, Make, DType?]>([
    ['x + 0', (x) => build.add(x, same(0)(x)), 'int32'],
    ['0 + x', (x) => build.add(same(0)(x), x), 'int32'],
    ['x + −0', (x) => build.add(x, same(-0)(x))],
    ['x − 0', (x) => build.sub(x, same(0)(x))],
    ['x · 1', (x) => build.mul(x, same(1)(x))],
    ['1 · x', (x) => build.mul(same(1)(x), x)],
    ['x / 1', (x) => build.div(x, same(1)(x))],
    ['x¹', (x) => build.pow(x, same(1)(x))],
    ['max(x, x)', (x) => build.max(x, x)],
    ['−(−x)', (x) => build.neg(build.neg(x))],
    ['not not x', (x) => build.not(build.not(x)), 'int32'],
    ['x or x', (x) => build.or(x, x), 'int32'],
    ['x xor 0', (x) => build.xor(x, same(0)(x)), 'int32'],
    ['x and true', (x) => build.and(x, same(1)(x)), 'bool'],
    ['x << 0', (x) => build.shiftLeft(x, same(0)(x)), 'int32'],
    ['where(true, x, …)', (x) => build.where(build.fill(1, [2, 3], 'bool'), x, build.neg(x))],
    ['where(false, …, x)', (x) => build.where(build.fill(0, [2, 3], 'bool'), build.neg(x), x)],
    ['where(…, x, x)', (x) => build.where(build.less(x, x), x, x)],
    ['stopGradient', build.stopGradient],
    ['there and back by reshape', (x) => build.reshape(build.reshape(x, [6]), [2, 3])],
    ['there and back by permute', (x) => build.permute(build.permute(x, [1, 0]), [1, 0])],
    ['there and back by slices', (x) => [1, 0].reduce((y) => build.slice(y, [1, 2], [2, 3], [-1, -1]), x)],
    ['there and back by exact casts', (x) => build.cast(build.cast(x, 'float64'), 'float32')],
    ['float16 there and back by float32', (x) => build.cast(build.cast(x, 'float32'), 'float16'), 'float16'],
  ])('%s', (_, make, dtype = 'float32') => {
    expect(after(make, dtype)).toBe(`graph (%0: ${dtype}[2, 3]) → %0`)
  })
})

describe('a choice is the larger one', () => {
  test.each<[string, Make, DType, boolean]>([
    ['relu', (x) => build.where(build.lessEqual(x, same(0)(x)), same(0)(x), x), 'float32', true],
    ['at least −3', (x) => build.where(build.lessEqual(x, same(-3)(x)), same(-3)(x), x), 'int32', true],
    [
      'of −0, which is less than 0',
      (x) => build.where(build.lessEqual(x, same(0)(x)), same(-0)(x), x),
      'float32',
      false,
    ],
    ['of NaN', (x) => build.where(build.lessEqual(x, same(NaN)(x)), same(NaN)(x), x), 'float32', false],
    ['of another number', (x) => build.where(build.lessEqual(x, same(1)(x)), same(2)(x), x), 'float32', false],
    ['below', (x) => build.where(build.lessEqual(x, same(1)(x)), x, same(1)(x)), 'float32', false],
    ['of truths', (x) => build.where(build.not(x), same(0)(x), x), 'bool', false],
  ])('%s', (_, make, dtype, isLarger) => {
    expect(/\bmax\b/.test(after(make, dtype))).toBe(isLarger)
  })
})

describe('what does change something stays', () => {
  test.each<[string, Make, DType, string]>([
    ['x + 0 where x may be −0', (x) => build.add(x, same(0)(x)), 'float32', 'add'],
    ['x − −0 where x may be −0', (x) => build.sub(x, same(-0)(x)), 'float32', 'sub'],
    ['x − x where x may be NaN or infinite', (x) => build.sub(x, x), 'float32', 'sub'],
    ['0 − x', (x) => build.sub(same(0)(x), x), 'float32', 'sub'],
    ['1 / x', (x) => build.div(same(1)(x), x), 'float32', 'div'],
    ['x · 0 where x may be NaN', (x) => build.mul(x, same(0)(x)), 'float32', 'mul'],
    ['1ˣ', (x) => build.pow(same(1)(x), x), 'float32', 'pow'],
    ['integer and 1', (x) => build.and(x, same(1)(x)), 'int32', 'and'],
    ['a cast that rounds', (x) => build.cast(build.cast(x, 'float32'), 'float64'), 'float64', 'cast'],
    ['a cast that truncates', (x) => build.cast(build.cast(x, 'int32'), 'float32'), 'float32', 'cast'],
    ['a cast that wraps', (x) => build.cast(build.cast(x, 'uint8'), 'int32'), 'int32', 'cast'],
    ['cast to bool and back', (x) => build.cast(build.cast(x, 'bool'), 'int32'), 'int32', 'cast'],
    [
      'sums over stretched axes that float16 cannot count',
      (x) => {
        const wide = build.expand(build.reshape(x, [2, 3, 1]), [2, 3, 65_537])
        return build.reduceSum(wide, [2])
      },
      'float16',
      'reduceSum',
    ],
  ])('%s', (_, make, dtype, op) => {
    expect(after(make, dtype)).toContain(` = ${op} `)
  })
})

describe('cheaper forms', () => {
  it('multiplies integers by zero without looking', () => {
    expect(after((x) => build.mul(x, same(0)(x)), 'int32', [])).toBe(text`
      graph (%0: int32[]) → %1
        %1 = constant value=0 : int32[]
    `)
  })

  it('negates instead of multiplying by −1', () => {
    expect(after((x) => build.mul(same(-1)(x), x))).toBe(text`
      graph (%0: float32[2, 3]) → %1
        %1 = neg %0 : float32[2, 3]
    `)
  })

  it('squares by a product', () => {
    expect(after((x) => build.pow(x, same(2)(x)))).toBe(text`
      graph (%0: float32[2, 3]) → %1
        %1 = mul %0 %0 : float32[2, 3]
    `)
  })

  it('joins movements', () => {
    expect(after((x) => build.reshape(build.reshape(x, [3, 2]), [6]))).toBe(text`
      graph (%0: float32[2, 3]) → %1
        %1 = reshape %0 : float32[6]
    `)
    const turned: Make = (x) => build.permute(build.permute(x, [2, 0, 1]), [2, 0, 1])
    expect(after(turned, 'float32', [2, 3, 4])).toBe(text`
      graph (%0: float32[2, 3, 4]) → %1
        %1 = permute %0 axes=[1, 2, 0] : float32[3, 4, 2]
    `)
    const stretched: Make = (x) => build.expand(build.expand(x, [4, 1]), [4, 5])
    expect(after(stretched, 'float32', [1, 1])).toBe(text`
      graph (%0: float32[1, 1]) → %1
        %1 = expand %0 : float32[4, 5]
    `)
    // Elements 8, 6, 4, 2 and of these 6 and 2.
    const cut: Make = (x) => build.slice(build.slice(x, [8], [4], [-2]), [1], [2], [2])
    expect(after(cut, 'float32', [10])).toBe(text`
      graph (%0: float32[10]) → %1
        %1 = slice %0 starts=[6] sizes=[2] steps=[-4] : float32[2]
    `)
  })

  it('moves axes of size 1 by reshaping', () => {
    expect(after((x) => build.permute(x, [1, 0, 2]), 'float32', [2, 1, 3])).toBe(text`
      graph (%0: float32[2, 1, 3]) → %1
        %1 = reshape %0 : float32[1, 2, 3]
    `)
  })

  it('sums over an axis of size 1 by reshaping', () => {
    expect(after((x) => build.reduceSum(x, [0, 2]), 'float32', [1, 4, 1])).toBe(text`
      graph (%0: float32[1, 4, 1]) → %1
        %1 = reshape %0 : float32[4]
    `)
  })

  it('multiplies instead of summing over a stretched axis', () => {
    expect(after((x) => build.reduceSum(build.expand(x, [3, 5]), [1]), 'float32', [3, 1])).toBe(text`
      graph (%0: float32[3, 1]) → %5
        %1 = reshape %0 : float32[3]
        %2 = constant value=5 : float32[]
        %3 = reshape %2 : float32[1]
        %4 = expand %3 : float32[3]
        %5 = mul %1 %4 : float32[3]
    `)
  })

  it('gives zero for the sum over an axis stretched to nothing, whatever is stretched', () => {
    expect(after((x) => build.reduceSum(build.expand(x, [0]), [0]), 'float32', [1])).toBe(text`
      graph (%0: float32[1]) → %1
        %1 = constant value=0 : float32[]
    `)
  })

  it('leaves out casts on the way', () => {
    expect(after((x) => build.cast(build.cast(x, 'float64'), 'float16'))).toBe(text`
      graph (%0: float32[2, 3]) → %1
        %1 = cast %0 : float16[2, 3]
    `)
    expect(after((x) => build.cast(build.cast(x, 'float32'), 'int32'), 'bool')).toBe(text`
      graph (%0: bool[2, 3]) → %1
        %1 = cast %0 : int32[2, 3]
    `)
  })
})
