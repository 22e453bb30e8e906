import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { ShapeError } from '../../src/core/errors.js'
import {
  broadcastShapes,
  dropAxes,
  formatShape,
  inversePermutation,
  keepAxes,
  normalizeAxes,
  normalizeAxis,
  range,
  sameShape,
  sizeOf,
  stridesOf,
} from '../../src/core/shape.js'

const SEED = 20_241_008
const shapes = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 })
const permutations = fc.nat(5).chain((rank) => fc.shuffledSubarray(range(rank), { minLength: rank, maxLength: rank }))
const property = <T>(arbitrary: fc.Arbitrary<T>, check: (value: T) => void): void =>
  fc.assert(fc.property(arbitrary, check), { seed: SEED, numRuns: 300 })

/** All index tuples of a shape, last axis fastest. */
const indicesOf = (shape: readonly number[]): number[][] =>
  shape.reduce<number[][]>((tuples, n) => tuples.flatMap((tuple) => range(n).map((i) => [...tuple, i])), [[]])

describe('sizes and strides', () => {
  it('count the elements one after the other', () => {
    property(shapes, (shape) => {
      const tuples = indicesOf(shape)
      expect(sizeOf(shape)).toBe(tuples.length)
      const strides = stridesOf(shape)
      const offsets = tuples.map((tuple) => tuple.reduce((offset, i, axis) => offset + i * strides[axis], 0))
      expect(offsets).toEqual(range(tuples.length))
    })
  })

  it('of a scalar', () => {
    expect([sizeOf([]), stridesOf([]), formatShape([])]).toEqual([1, [], '[]'])
  })

  it('compare by rank and sizes', () => {
    expect([sameShape([2, 3], [2, 3]), sameShape([2, 3], [3, 2]), sameShape([], [1]), sameShape([2], [2, 1])]).toEqual([
      true,
      false,
      false,
      false,
    ])
  })
})

describe('broadcasting', () => {
  /** Two shapes that stretch to a third: its axes dropped in front, or made 1. */
  const pairs = shapes.chain((target) => {
    const part = fc
      .tuple(fc.nat(target.length), fc.array(fc.boolean(), { minLength: target.length, maxLength: target.length }))
      .map(([from, ones]) => target.map((n, i) => (ones[i] ? 1 : n)).slice(from))
    return fc.tuple(fc.constant(target), part, part)
  })

  it('gives each axis the size that is not 1', () => {
    property(pairs, ([target, a, b]) => {
      const result = broadcastShapes(a, b, 'add')
      expect(result.length).toBe(Math.max(a.length, b.length))
      result.forEach((n, axis) => {
        const at = (shape: readonly number[]) => shape[axis - (result.length - shape.length)] ?? 1
        const wanted = target[axis + target.length - result.length]
        expect(n).toBe(at(a) === 1 && at(b) === 1 ? 1 : wanted)
      })
    })
  })

  it('does not depend on the order, and a shape with itself or a scalar stays', () => {
    property(pairs, ([target, a, b]) => {
      expect(broadcastShapes(a, b, 'add')).toEqual(broadcastShapes(b, a, 'add'))
      expect(broadcastShapes(target, target, 'add')).toEqual(target)
      expect(broadcastShapes([], target, 'add')).toEqual(target)
    })
  })

  it('names operation, shapes and axis when it fails', () => {
    expect(() => broadcastShapes([128, 10], [11], 'add')).toThrow(
      'add: shapes [128, 10] and [11] do not broadcast: 10 ≠ 11 on axis 1. Sizes must be equal or 1',
    )
    expect(() => broadcastShapes([2], [0], 'add')).toThrow(ShapeError)
  })
})

describe('axes', () => {
  it('count from the end when negative', () => {
    property(
      fc.integer({ min: 1, max: 5 }).chain((rank) => fc.tuple(fc.constant(rank), fc.nat(rank - 1))),
      ([rank, axis]) => {
        expect([normalizeAxis(axis, rank, 'sum'), normalizeAxis(axis - rank, rank, 'sum')]).toEqual([axis, axis])
      },
    )
  })

  test.each([
    [3, 3, 'sum: axis 3 is out of range for rank 3. Use an integer from -3 to 2.'],
    [-4, 3, 'sum: axis -4 is out of range for rank 3. Use an integer from -3 to 2.'],
    [0, 0, 'sum: axis 0 is out of range for rank 0. A scalar has no axes.'],
    [0.5, 3, 'sum: axis 0.5 is out of range for rank 3. Use an integer from -3 to 2.'],
    [Number.NaN, 3, 'sum: axis NaN is out of range'],
  ])('%d of rank %d is refused', (axis, rank, message) => {
    expect(() => normalizeAxis(axis, rank, 'sum')).toThrow(message)
  })

  it('come sorted, all of them by default, none twice', () => {
    expect(normalizeAxes(undefined, 3, 'sum')).toEqual([0, 1, 2])
    expect(normalizeAxes([-1, 0], 3, 'sum')).toEqual([0, 2])
    expect(normalizeAxes(-2, 3, 'sum')).toEqual([1])
    expect(() => normalizeAxes([1, -2], 3, 'sum')).toThrow(
      'sum: axis 1 is given twice in [1, -2]. Name each axis once.',
    )
  })

  it('are dropped or kept as 1, with the same number of elements', () => {
    property(
      shapes.chain((shape) => fc.tuple(fc.constant(shape), fc.subarray(range(shape.length)))),
      ([shape, axes]) => {
        const dropped = dropAxes(shape, axes)
        expect(dropped).toEqual(
          range(shape.length)
            .filter((axis) => !axes.includes(axis))
            .map((axis) => shape[axis]),
        )
        const kept = keepAxes(shape, axes)
        expect(kept.length).toBe(shape.length)
        expect(sizeOf(kept)).toBe(sizeOf(dropped))
      },
    )
  })

  it('are put back by the inverse permutation', () => {
    property(permutations, (axes) => {
      const inverse = inversePermutation(axes)
      expect(axes.map((axis) => inverse[axis])).toEqual(range(axes.length))
      expect(inversePermutation(inverse)).toEqual(axes)
    })
  })
})
