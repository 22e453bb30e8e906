import fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { batches, dataset, floatColumn, labelColumn } from '../../src/data/index.js'
import type { Tensor } from '../../src/index.js'

/** Labels 0 … classes − 1, and in `speaker` groups of about four; `number` tells examples apart. */
const made = (length: number, classes = 3) =>
  dataset({
    inputs: floatColumn(
      Float32Array.from({ length }, (_, i) => i),
      [1],
    ),
    labels: labelColumn(
      Int32Array.from({ length }, (_, i) => (i * i) % classes),
      { classes },
    ),
    speaker: labelColumn(Int32Array.from({ length }, (_, i) => (i * 7) % Math.ceil(length / 4))),
  })

const numbers = (data: ReturnType<typeof made>) => [...data.values('inputs')]
const counts = (values: ArrayLike<number>) => {
  const found = new Map<number, number>()
  for (const value of Array.from(values)) found.set(value, (found.get(value) ?? 0) + 1)
  return found
}

describe('splits', () => {
  it('lose nothing, have nothing twice, and are the same by seed', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(3, 64, 600),
        fc.double({ min: 0.34, max: 0.66, noNaN: true }),
        fc.nat(9),
        fc.constantFrom({}, { stratify: 'labels' as const }, { groups: 'speaker' as const }),
        (length, fraction, seed, how) => {
          fc.pre(length > 3 || !('groups' in how))
          const data = made(length)
          const [first, second] = data.split(fraction, { seed, ...how })
          expect([...numbers(first), ...numbers(second)].sort((a, b) => a - b)).toEqual(numbers(data))
          expect(numbers(data.split(fraction, { seed, ...how })[0])).toEqual(numbers(first))
          expect(Math.abs(first.length - length * fraction)).toBeLessThanOrEqual('groups' in how ? 4 : 1)
        },
      ),
    )
  })

  it('keep the share of each class', () => {
    const data = made(600, 5)
    const whole = counts(data.values('labels'))
    const [training] = data.split(0.8, { stratify: 'labels' })
    for (const [label, count] of counts(training.values('labels'))) {
      expect(Math.abs(count - 0.8 * whole.get(label)!)).toBeLessThanOrEqual(1)
    }
  })

  it('keep groups together', () => {
    for (const [training, validation] of [
      made(600).split(0.7, { groups: 'speaker' }),
      ...made(64).kFold(4, { groups: 'speaker' }),
    ]) {
      const speakers = new Set(training.values('speaker'))
      expect([...validation.values('speaker')].filter((speaker) => speakers.has(speaker))).toEqual([])
    }
  })

  it('into folds validate on each example once', () => {
    for (const options of [{}, { stratify: 'labels' as const }, { groups: 'speaker' as const }]) {
      for (const length of [64, 600]) {
        const data = made(length)
        const folds = data.kFold(5, { seed: 2, ...options })
        expect(folds.flatMap(([, validation]) => numbers(validation)).sort((a, b) => a - b)).toEqual(numbers(data))
        for (const [training, validation] of folds) {
          expect([...numbers(training), ...numbers(validation)].sort((a, b) => a - b)).toEqual(numbers(data))
          expect(Math.abs(validation.length - length / 5)).toBeLessThanOrEqual('groups' in options ? 4 : 2)
        }
      }
    }
    expect(() => made(3).kFold(4)).toThrow(/3 examples or groups cannot make 4 folds/)
  })

  it('refuse columns that are no labels, and unknown options', () => {
    expect(() => made(9).split(0.5, { stratify: 'inputs' })).toThrow(/"inputs" is not one whole number per example/)
    expect(() => made(9).split(0.5, { stratfy: 'labels' } as object)).toThrow(/no option 'stratfy'/)
  })
})

describe('data sets', () => {
  it('are filtered, joined one behind the other and side by side', () => {
    const data = made(9)
    const even = data.filter(({ inputs }) => inputs[0]! % 2 === 0)
    expect(numbers(even)).toEqual([0, 2, 4, 6, 8])
    expect(numbers(even.concat(data.take(2)))).toEqual([0, 2, 4, 6, 8, 0, 1])
    const more = dataset({ targets: floatColumn(new Float32Array([5, 6, 7, 8, 9]), []) })
    expect(even.zip(more).example(2)).toEqual({ inputs: new Float32Array([4]), labels: 1, speaker: 1, targets: 7 })
    expect(() => data.zip(more)).toThrow(/there are 9 and 5 examples/)
    expect(() => data.zip(made(9))).toThrow(/both have a column "inputs"/)
    expect(() => data.concat(made(9, 4))).toThrow(/column "labels" is int32 \[\], scale 1, 3 classes and/)
    expect(() => data.filter(() => false)).toThrow(/no example is left/)
  })

  it('give batches as tensors', () => {
    const { inputs, labels } = made(5).gather([4, 2]).tensors()
    expectTypeOf(inputs).toEqualTypeOf<Tensor<[number, 1]>>()
    expectTypeOf(labels).toEqualTypeOf<Tensor<[number]>>()
    expect([inputs.dtype, inputs.shape, ...inputs.dataSync()]).toEqual(['float32', [2, 1], 4, 2])
    expect([labels.dtype, labels.shape, ...labels.dataSync()]).toEqual(['int32', [2], 1, 1])
  })
})

describe('sampling', () => {
  it('draws by weight, never what weighs nothing', () => {
    const data = made(4, 4)
    const seen = new Float64Array(4)
    for (let epoch = 0; epoch < 2000; epoch++) {
      for (const { inputs } of batches(data, { batchSize: 4, weights: [0, 1, 3, 0], epoch })) {
        for (const number of inputs.data) seen[number]!++
      }
    }
    expect([seen[0], seen[3]]).toEqual([0, 0])
    // 8000 draws with p = 1/4: standard deviation 39.
    expect(Math.abs(seen[1]! - 2000)).toBeLessThan(160)
  })

  it('balances classes', () => {
    const data = dataset({ labels: labelColumn(Int32Array.from({ length: 600 }, (_, i) => (i < 590 ? 0 : 1))) })
    let rare = 0
    for (let epoch = 0; epoch < 20; epoch++) {
      for (const { labels } of batches(data, { batchSize: 64, balance: 'labels', epoch })) {
        rare += labels.data.reduce((sum, label) => sum + label, 0)
      }
    }
    // 12000 draws with p = 1/2: standard deviation 55.
    expect(Math.abs(rare - 6000)).toBeLessThan(220)
  })

  it('goes on behind the batches that are done', () => {
    const options = { batchSize: 7, shuffle: true, seed: 3, epoch: 2 }
    const all = [...batches(made(64), options)]
    for (const start of [0, 1, 9, 10]) {
      const rest = batches(made(64), { ...options, start })
      expect(rest.length).toBe(10 - start)
      expect([...rest]).toEqual(all.slice(start))
    }
    expect(() => batches(made(64), { ...options, start: 11 })).toThrow(/start is 11, but there are 10 batches/)
  })

  it('refuses weights that do not fit', () => {
    const weights =
      (...list: number[]) =>
      () =>
        batches(made(3), { batchSize: 1, weights: list })
    expect(weights(1, 2)).toThrow(/2 weights for 3 examples/)
    expect(weights(1, -1, 1)).toThrow(/weight of example 1 is -1/)
    expect(weights(0, 0, 0)).toThrow(/all weights are 0/)
    expect(() => batches(made(3), { batchSize: 1, weights: [1, 1, 1], balance: 'labels' })).toThrow(
      /weights and a column/,
    )
  })
})
