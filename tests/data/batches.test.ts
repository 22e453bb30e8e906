import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type BatchOptions, batches, dataset, floatColumn, labelColumn } from '../../src/data/index.js'

const numbered = (length: number) =>
  dataset({
    inputs: floatColumn(
      Float32Array.from({ length }, (_, i) => i / 2),
      [],
    ),
    labels: labelColumn(Int32Array.from({ length }, (_, i) => i)),
  })

/** The labels of each batch, which are the numbers of the examples. */
const order = (length: number, options: BatchOptions) =>
  [...batches(numbered(length), options)].map(({ labels }) => [...labels.data])

const lengths = () => fc.integer({ min: 1, max: 70 })

describe('batches', () => {
  it('goes through the examples in order, the last batch smaller', () => {
    expect(order(7, { batchSize: 3 })).toEqual([[0, 1, 2], [3, 4, 5], [6]])
    expect(order(7, { batchSize: 3, dropLast: true })).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ])
    expect(order(2, { batchSize: 100 })).toEqual([[0, 1]])
  })

  it('delivers every example once per epoch, inputs and labels together', () => {
    fc.assert(
      fc.property(lengths(), lengths(), fc.boolean(), fc.nat(), fc.nat(), (length, batchSize, shuffle, seed, epoch) => {
        const made = batches(numbered(length), { batchSize, shuffle, seed, epoch })
        const all = [...made]
        expect(all).toHaveLength(made.length)
        for (const [i, { inputs, labels, size }] of all.entries()) {
          expect(size).toBe(i < all.length - 1 ? batchSize : length - batchSize * (all.length - 1))
          expect(inputs.shape).toEqual([size])
          expect(Array.from(inputs.data, (value) => 2 * value)).toEqual([...labels.data])
        }
        const seen = all.flatMap(({ labels }) => [...labels.data]).sort((a, b) => a - b)
        expect(seen).toEqual(Array.from({ length }, (_, i) => i))
      }),
    )
  })

  it('delivers only full batches with dropLast, no example twice', () => {
    fc.assert(
      fc.property(lengths(), lengths(), fc.nat(), (length, batchSize, seed) => {
        fc.pre(batchSize <= length)
        const made = order(length, { batchSize, shuffle: true, seed, dropLast: true })
        expect(made.map((labels) => labels.length)).toEqual(new Array(Math.floor(length / batchSize)).fill(batchSize))
        expect(new Set(made.flat()).size).toBe(made.flat().length)
      }),
    )
  })

  it('shuffles by seed and epoch', () => {
    const shuffled = (seed: number, epoch: number) => order(50, { batchSize: 50, shuffle: true, seed, epoch })[0]
    expect(shuffled(1, 0)).toEqual(shuffled(1, 0))
    expect(shuffled(1, 0)).not.toEqual(shuffled(1, 1))
    expect(shuffled(1, 0)).not.toEqual(shuffled(2, 0))
    expect(shuffled(1, 0)).not.toEqual(Array.from({ length: 50 }, (_, i) => i))
  })

  it('gives the same batches when iterated again', () => {
    const made = batches(numbered(10), { batchSize: 4, shuffle: true, seed: 3 })
    expect([...made]).toEqual([...made])
  })

  it('works on a part of a data set', () => {
    const part = numbered(10).subset([7, 2, 5])
    expect([...batches(part, { batchSize: 2 })].map(({ labels }) => [...labels.data])).toEqual([[7, 2], [5]])
  })

  it('names wrong options where they are given', () => {
    const data = numbered(5)
    for (const batchSize of [0, -1, 2.5, Number.NaN, Infinity]) {
      expect(() => batches(data, { batchSize })).toThrow(`batches: the batch size is ${batchSize}.`)
    }
    expect(() => batches(data, { batchSize: 6, dropLast: true })).toThrow(/5 examples do not fill one batch of 6/)
    expect(() => batches(data, { batchSize: 2, seed: 0.5 })).toThrow(/seed is 0\.5/)
  })
})
