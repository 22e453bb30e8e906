import fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { dataset, floatColumn, integerColumn, labelColumn } from '../../src/data/index.js'

/** `length` examples: inputs [2i, 2i + 1], labels i. */
const numbered = (length: number) =>
  dataset({
    inputs: floatColumn(
      Float32Array.from({ length: 2 * length }, (_, i) => i),
      [2],
    ),
    labels: labelColumn(Int32Array.from({ length }, (_, i) => i)),
  })

describe('dataset', () => {
  it('delivers examples as typed arrays with their shapes', () => {
    const batch = numbered(5).gather([3, 0])
    expect(batch).toEqual({
      inputs: { dtype: 'float32', shape: [2, 2], data: new Float32Array([6, 7, 0, 1]) },
      labels: { dtype: 'int32', shape: [2], data: new Int32Array([3, 0]) },
      size: 2,
    })
    expectTypeOf(batch.inputs.shape).toEqualTypeOf<readonly [number, 2]>()
    expectTypeOf(batch.labels.shape).toEqualTypeOf<readonly [number]>()
    expectTypeOf(batch.inputs.data).toEqualTypeOf<Float32Array>()
    expectTypeOf(batch.labels.data).toEqualTypeOf<Int32Array>()
  })

  it('delivers several whole numbers per example', () => {
    const words = dataset({ words: integerColumn(new Uint16Array([1, 2, 3, 4, 5, 65535]), [3]) }).gather([1]).words
    expect(words).toEqual({ dtype: 'int32', shape: [1, 3], data: new Int32Array([4, 5, 65535]) })
  })

  it('scales bytes to the float32 nearest to the quotient', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i)
    const scaled = dataset({ inputs: floatColumn(bytes, [16, 16], { scale: 1 / 255 }) }).values('inputs')
    expect([...scaled]).toEqual(Array.from(bytes, (value) => Math.fround(value / 255)))
  })

  it('keeps arrays of a batch apart from the stored ones', () => {
    const data = numbered(3)
    data.gather([0]).inputs.data.fill(9)
    expect([...data.values('inputs')]).toEqual([0, 1, 2, 3, 4, 5])
  })

  it('takes and chooses examples, also of a choice', () => {
    const data = numbered(10)
    expect([...data.take(3).values('labels')]).toEqual([0, 1, 2])
    expect(data.take(99).length).toBe(10)
    expect([...data.subset([9, 4, 4]).values('inputs')]).toEqual([18, 19, 8, 9, 8, 9])
    fc.assert(
      fc.property(fc.array(fc.nat(9), { minLength: 1 }), fc.infiniteStream(fc.nat()), (first, numbers) => {
        const second = first.map(() => numbers.next().value % first.length)
        const expected = second.map((i) => first[i]!)
        expect([...data.subset(first).subset(second).values('labels')]).toEqual(expected)
      }),
    )
  })

  it('splits into two parts that together are the whole', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 60 }),
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        fc.option(fc.integer(), { nil: undefined }),
        (length, fraction, seed) => {
          fc.pre(Math.round(length * fraction) > 0 && Math.round(length * fraction) < length)
          const [first, second] = numbered(length).split(fraction, seed === undefined ? {} : { seed })
          expect(first.length).toBe(Math.round(length * fraction))
          const labels = [...first.values('labels'), ...second.values('labels')]
          const all = Array.from({ length }, (_, i) => i)
          if (seed === undefined) expect(labels).toEqual(all)
          else expect(labels.sort((a, b) => a - b)).toEqual(all)
        },
      ),
    )
    const order = (seed: number) => [...numbered(20).split(0.5, { seed })[0].values('labels')]
    expect(order(3)).toEqual(order(3))
    expect(order(3)).not.toEqual(order(4))
  })

  it('names what is wrong with the columns', () => {
    const inputs = floatColumn(new Float32Array(6), [2])
    expect(() => dataset({})).toThrow(/there are no columns/)
    expect(() => dataset({ inputs: floatColumn(new Float32Array(0), [2]) })).toThrow(/"inputs" is empty/)
    expect(() => dataset({ inputs: floatColumn(new Float32Array(7), [2, 3]) })).toThrow(
      /"inputs" has 7 values, not a multiple of the 6 of one example \[2, 3\]/,
    )
    expect(() => dataset({ inputs: floatColumn(new Float32Array(7), [0]) })).toThrow(/example shape \[0\]/)
    expect(() => dataset({ inputs, labels: labelColumn(new Uint8Array(2)) })).toThrow(
      /"inputs" has 3 examples, but column "labels" has 2/,
    )
    expect(() => dataset({ inputs: floatColumn(new Uint8Array(2), [2], { scale: Number.NaN }) })).toThrow(/scale NaN/)
  })

  it('names the first value that is not a number, in inputs and labels', () => {
    const inputs = floatColumn(new Float32Array([0, 0, 0, Number.NaN]), [2])
    expect(() => dataset({ inputs })).toThrow(/"inputs": example 1 holds NaN/)
    const infinite = floatColumn(new Float64Array([0, -Infinity]), [])
    expect(() => dataset({ infinite })).toThrow(/"infinite": example 1 holds -Infinity/)
    expect(() => dataset({ labels: labelColumn(new Float32Array([0, 1, Number.NaN])) })).toThrow(
      /"labels": example 2 holds NaN/,
    )
  })

  it('names labels that are not classes', () => {
    const labels = (values: Int32Array | Float64Array | Uint32Array | Uint8Array, classes?: number) =>
      dataset({ labels: labelColumn(values, classes === undefined ? {} : { classes }) })
    expect(() => labels(new Int32Array([0, 9, 10]), 10)).toThrow(
      /example 2 has the label 10, outside the classes 0 … 9/,
    )
    expect(() => labels(new Int32Array([-1]), 10)).toThrow(/example 0 has the label -1/)
    expect(() => labels(new Float64Array([0.5]), 10)).toThrow(/label 0\.5.*floatColumn/)
    expect(() => labels(new Uint32Array([2 ** 31]))).toThrow(/outside the range of int32/)
    expect(labels(new Int32Array([-5])).length).toBe(1)
    expect([...labels(new Uint8Array([0, 9]), 10).values('labels')]).toEqual([0, 9])
  })

  it('checks again when asked to, after the arrays have changed', () => {
    const values = new Float32Array(4)
    const data = dataset({ inputs: floatColumn(values, [2]) })
    values[2] = Number.NaN
    expect(() => data.validate()).toThrow(/example 1 holds NaN/)
  })

  it('names examples and columns that do not exist', () => {
    const data = numbered(3)
    expect(() => data.subset([0, 3])).toThrow(/no example 3.*0 … 2/)
    expect(() => data.gather([-1])).toThrow(/no example -1/)
    expect(() => data.subset([])).toThrow(/no examples are chosen/)
    expect(() => data.take(0)).toThrow(/cannot take 0 examples/)
    expect(() => data.split(1)).toThrow(/fraction of 1/)
    expect(() => data.split(Number.NaN)).toThrow(/fraction of NaN/)
    // @ts-expect-error the data set has no column of this name
    expect(() => data.values('targets')).toThrow(/no column "targets".*inputs, labels/)
  })
})
