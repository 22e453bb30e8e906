import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type DType, dtypeNames, isFloat } from '../../src/core/dtype.js'
import { build, type Node } from '../../src/graph/index.js'
import * as o from '../../src/operations/index.js'
import { elements, evaluateNodes, numbersOf } from '../support/evaluateNodes.js'

// Truth: loops over indices, written out.

const sizes = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 })
const count = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)
const counting = (shape: readonly number[], start = 0) =>
  elements(
    'float64',
    shape,
    Array.from({ length: count(shape) }, (_, i) => start + i),
  )

/** The multi-index of a place in row-major order. */
function unravel(place: number, shape: readonly number[]): number[] {
  const index = new Array<number>(shape.length)
  let rest = place
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    index[axis] = rest % shape[axis]
    rest = Math.floor(rest / shape[axis])
  }
  return index
}

const ravel = (index: readonly number[], shape: readonly number[]): number =>
  index.reduce((place, i, axis) => place * shape[axis] + i, 0)

/** Two shapes that broadcast, and their common shape. */
const compatible = sizes.chain((shape) =>
  fc
    .tuple(fc.nat({ max: shape.length }), fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }))
    .map(([dropped, ones]) => {
      const first = shape.map((n, i) => (ones[i] ? 1 : n))
      const second = shape.slice(dropped).map((n, i) => (ones[dropped + i] ? n : ones[4 + i] ? 1 : n))
      return {
        first,
        second,
        common: shape.map((n, i) => (ones[i] && (i < dropped || second[i - dropped] === 1) ? 1 : n)),
      }
    }),
)

describe('broadcasting', () => {
  it('reads size-1 axes at 0', () => {
    fc.assert(
      fc.property(compatible, ({ first, second, common }) => {
        const [sum] = evaluateNodes(([a, b]) => [o.add(a, b)], [counting(first), counting(second, 100)])
        expect(sum.shape).toEqual(common)
        const read = (index: readonly number[], shape: readonly number[]): number => {
          const own = index.slice(index.length - shape.length)
          return ravel(
            own.map((i, axis) => (shape[axis] === 1 ? 0 : i)),
            shape,
          )
        }
        for (let place = 0; place < count(common); place++) {
          const index = unravel(place, common)
          expect(sum.data[place]).toBe(read(index, first) + read(index, second) + 100)
        }
      }),
    )
  })
  it('refuses everything else', () => {
    fc.assert(
      fc.property(sizes, sizes, (a, b) => {
        const fits = a
          .toReversed()
          .every(
            (n, i) =>
              b[b.length - 1 - i] === undefined || n === b[b.length - 1 - i] || n === 1 || b[b.length - 1 - i] === 1,
          )
        const run = (): Node => o.mul(build.input('float32', a), build.input('float32', b))
        if (fits) expect(run().rank).toBe(Math.max(a.length, b.length))
        else expect(run).toThrow(/^mul: shapes .* do not broadcast/)
      }),
    )
  })
})

describe('reshape', () => {
  it('finds the open size', () => {
    fc.assert(
      fc.property(sizes, fc.nat({ max: 3 }), (shape, open) => {
        fc.pre(count(shape) > 0 && open < shape.length)
        const x = build.input('float32', [count(shape)])
        expect(
          o.reshape(
            x,
            shape.map((n, i) => (i === open ? -1 : n)),
          ).shape,
        ).toEqual(shape)
      }),
    )
  })
})

describe('slice', () => {
  it('takes what a loop with the same bounds takes', () => {
    const bound = fc.option(fc.integer({ min: -8, max: 8 }), { nil: null })
    const step = fc.integer({ min: -3, max: 3 }).filter((n) => n !== 0)
    fc.assert(
      fc.property(fc.nat({ max: 6 }), bound, bound, step, (n, start, stop, by) => {
        const wanted: number[] = []
        const absolute = (value: number): number => (value < 0 ? value + n : value)
        if (by > 0) {
          const end = stop === null ? n : Math.min(absolute(stop), n)
          for (let i = start === null ? 0 : Math.max(0, absolute(start)); i < end; i += by) wanted.push(i)
        } else {
          const end = stop === null ? -1 : Math.max(absolute(stop), -1)
          for (let i = start === null ? n - 1 : Math.min(n - 1, absolute(start)); i > end; i += by) wanted.push(i)
        }
        expect(numbersOf((x) => o.slice(x, [start, stop, by]), counting([n]))).toEqual(wanted)
      }),
    )
  })
})

describe('movement', () => {
  it('permute puts axis axes[i] at i', () => {
    const permuted = sizes.chain((shape) =>
      fc.tuple(
        fc.constant(shape),
        fc.shuffledSubarray(
          shape.map((_, i) => i),
          { minLength: shape.length },
        ),
      ),
    )
    fc.assert(
      fc.property(permuted, ([shape, axes]) => {
        const [moved] = evaluateNodes(([x]) => [o.permute(x, axes)], [counting(shape)])
        expect(moved.shape).toEqual(axes.map((axis) => shape[axis]))
        moved.data.forEach((value, place) => {
          const index = unravel(place, moved.shape)
          const source = shape.map((_, axis) => index[axes.indexOf(axis)])
          expect(value).toBe(ravel(source, shape))
        })
      }),
    )
  })
  it('flip, roll and tile follow their index formulas', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: -9, max: 9 }),
        fc.nat({ max: 3 }),
        (n, shift, times) => {
          const x = counting([n])
          const wrap = (i: number): number => ((i % n) + n) % n
          const list = Array.from({ length: n }, (_, i) => i)
          expect(numbersOf((v) => o.flip(v), x)).toEqual(list.map((i) => n - 1 - i))
          expect(numbersOf((v) => o.roll(v, shift, 0), x)).toEqual(list.map((i) => wrap(i - shift)))
          expect(numbersOf((v) => o.tile(v, times), x)).toEqual(Array.from({ length: n * times }, (_, i) => i % n))
          expect(numbersOf((v) => o.repeat(v, times), x)).toEqual(
            Array.from({ length: n * times }, (_, i) => Math.floor(i / times)),
          )
        },
      ),
    )
  })
})

describe('einsum', () => {
  const letters = ['a', 'b', 'c', 'd']
  const term = fc.array(fc.constantFrom(...letters), { minLength: 0, maxLength: 3 })
  const equations = fc.array(term, { minLength: 1, maxLength: 3 }).chain((terms) => {
    const used = [...new Set(terms.flat())]
    return fc.tuple(
      fc.constant(terms),
      fc.shuffledSubarray(used),
      fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 4, maxLength: 4 }),
    )
  })
  it('sums products over all indices', () => {
    fc.assert(
      fc.property(equations, ([terms, result, lengths]) => {
        const length = (letter: string): number => lengths[letters.indexOf(letter)]
        const shape = (labels: readonly string[]): number[] => labels.map(length)
        const inputs = terms.map((labels, k) => counting(shape(labels), k + 1))
        const equation = `${terms.map((labels) => labels.join('')).join(',')}->${result.join('')}`
        const [actual] = evaluateNodes((xs) => [o.einsum(equation, ...xs)], inputs)
        const wanted = new Array<number>(count(shape(result))).fill(0)
        const all = [...new Set(terms.flat())]
        for (let place = 0; place < count(shape(all)); place++) {
          const index = new Map(unravel(place, shape(all)).map((i, k) => [all[k], i]))
          const read = (labels: readonly string[]): number =>
            ravel(
              labels.map((letter) => index.get(letter)!),
              shape(labels),
            )
          wanted[read(result)] += terms.reduce((product, labels, k) => product * inputs[k].data[read(labels)], 1)
        }
        expect(actual.shape).toEqual(shape(result))
        expect(Array.from(actual.data)).toEqual(wanted)
      }),
      { numRuns: 300 },
    )
  })
})

describe('numbers meet tensors', () => {
  const dtypeOf = (dtype: DType, value: number | boolean): DType => o.add(build.input(dtype, []), value).dtype
  it('and take their dtype', () => {
    for (const dtype of dtypeNames) {
      expect(dtypeOf(dtype, 1)).toBe(dtype === 'bool' ? 'int32' : dtype)
      expect(dtypeOf(dtype, true)).toBe(dtype === 'bool' ? 'int32' : dtype)
      expect(dtypeOf(dtype, 0.5)).toBe(isFloat(dtype) ? dtype : 'float32')
      expect(o.maximum(build.input(dtype, []), true).dtype).toBe(dtype)
      expect(o.exp(build.input(dtype, [])).dtype).toBe(isFloat(dtype) ? dtype : 'float32')
      expect(o.div(build.input(dtype, []), 2).dtype).toBe(isFloat(dtype) ? dtype : 'float32')
    }
    expect(o.add(1, 2).dtype).toBe('float32')
    expect(o.logicalNot(true).dtype).toBe('bool')
  })
  it('NaN and ∞ only floats', () => {
    expect(dtypeOf('float16', Infinity)).toBe('float16')
    expect(() => dtypeOf('int32', Number.NaN)).toThrow('add: NaN is not an int32 value')
    expect(() => dtypeOf('uint8', 256)).toThrow('add: 256 does not fit uint8')
  })
  it('two tensors promote', () => {
    const meet = (a: DType, b: DType): DType => o.add(build.input(a, []), build.input(b, [])).dtype
    expect(meet('bool', 'float16')).toBe('float16')
    expect(meet('uint8', 'int32')).toBe('int32')
    expect(meet('float16', 'bfloat16')).toBe('float32')
    expect(meet('int32', 'float64')).toBe('float64')
    expect(() => meet('int32', 'uint32')).toThrow('add: int32 and uint32 have no common dtype')
  })
})
