import { readFileSync } from 'node:fs'
import { tensor } from 'shapewise'
import { describe, expect, it } from 'vitest'
import * as metrics from '../../src/metrics/index.js'
import { runMetricTest } from '../support/runMetricTest.js'

// Truth: scikit-learn, by scripts/fixtures/metrics.py.

interface Case {
  readonly call: readonly [name: string, options: unknown]
  readonly inputs: readonly (readonly unknown[])[]
  readonly result: unknown
}

const cases: readonly Case[] = JSON.parse(readFileSync(new URL('../fixtures/metrics.json', import.meta.url), 'utf8'))

type Made = new (options?: unknown) => metrics.Metric<readonly unknown[], unknown>
const library: Readonly<Record<string, unknown>> = { ...metrics }

describe('metrics are those of scikit-learn, in batches of any size', () => {
  cases.forEach(({ call: [name, options], inputs, result }, i) => {
    if (library[name] === undefined) return
    const make = () => new (library[name] as Made)(options)
    const view = (found: unknown): unknown => {
      if (name !== 'Calibration') return found
      const bins = (found as metrics.CalibrationResult).bins.filter(({ count }) => count > 0)
      // scikit-learn looks at the part of yes, which is what accuracy is of a single probability.
      return { confidences: bins.map(({ confidence }) => confidence), accuracies: bins.map(({ accuracy }) => accuracy) }
    }
    const empty = name === 'ConfusionMatrix' ? { empty: [] } : {}
    runMetricTest(`${name} ${JSON.stringify(options)}, case ${i}`, make, inputs, result, { view, ...empty })
  })
})

describe('metrics take', () => {
  it('tensors, typed arrays and lists alike', () => {
    const outputs = [
      [1, 2],
      [2, 1],
    ]
    for (const targets of [[1, 1], Int32Array.of(1, 1), tensor([1, 1], [2], 'int32')]) {
      for (const given of [outputs, tensor(outputs), tensor(outputs).cast('bfloat16')]) {
        const accuracy = new metrics.Accuracy()
        accuracy.update(given, targets)
        expect(accuracy.result()).toBe(0.5)
      }
    }
  })

  it('sequences of targets', () => {
    const accuracy = new metrics.Accuracy()
    accuracy.update(tensor(new Float32Array(24), [2, 3, 4]), tensor(new Int32Array(6), [2, 3]))
    expect(accuracy.result()).toBe(1)
  })
})

describe('degenerate input', () => {
  it('a class that is never named, or never true, scores 0, and one that is neither does not count', () => {
    expect(metrics.precision([0, 0], [0, 1], { average: 'none' })).toEqual([0.5, 0])
    expect(metrics.recall([0, 1], [0, 0], { average: 'none' })).toEqual([0.5, 0])
    expect(metrics.f1Score([0, 2], [0, 2])).toBe(1)
    expect(metrics.f1Score([0, 2], [0, 2], { classes: 4, average: 'none' })).toEqual([1, 0, 1, 0])
  })

  it('constant targets have an R² of 1 or 0', () => {
    expect(metrics.r2Score([2, 2], [2, 2])).toBe(1)
    expect(metrics.r2Score([2, 3], [2, 2])).toBe(0)
  })

  it('equal scores are one step of a curve', () => {
    expect(metrics.rocCurve([0.5, 0.5, 0.5], [0, 1, 1]).area).toBe(0.5)
    expect(metrics.precisionRecallCurve([0.5, 0.5], [0, 1]).averagePrecision).toBe(0.5)
  })

  it('an impossible target costs −log 1e-15 and not everything', () => {
    expect(metrics.logLoss([0], [1])).toBeCloseTo(15 * Math.log(10), 10)
  })

  it.each<[string, () => unknown, RegExp]>([
    ['no examples', () => metrics.logLoss([], []), /LogLoss: there are no examples/],
    ['one example for R²', () => metrics.r2Score([1], [1]), /there is 1 example\. Give at least 2/],
    ['one kind of target', () => metrics.rocCurve([0.1, 0.2], [1, 1]), /all targets are 1.*both kinds/],
    ['nothing to find', () => metrics.precisionRecallCurve([0.1, 0.2], [0, 0]), /all targets are 0/],
    [
      'a class without examples',
      () =>
        metrics.rocAuc(
          [
            [1, 0, 0],
            [0, 1, 0],
          ],
          [0, 1],
        ),
      /no example is of class 2/,
    ],
    ['one class alone', () => metrics.rocAuc([[1], [2]], [0, 0]), /nothing to tell class 0 from/],
    [
      'a class without scores',
      () =>
        metrics.rocAuc(
          [
            [1, 0],
            [0, 1],
          ],
          [0, 2],
        ),
      /a target is 2, but there are 2 classes/,
    ],
    [
      'a number for each class of pairs',
      () => metrics.rocAuc([[1, 0]], [0], { multiClass: 'oneVsOne', average: 'none' }),
      /only for 'oneVsRest'/,
    ],
    ['targets that are not 0 or 1', () => metrics.rocCurve([0.1, 0.2], [0, 2]), /target 1 is 2/],
    ['NaN as score', () => metrics.rocCurve([0.1, Number.NaN], [0, 1]), /the outputs have NaN at 1/],
    ['logits as probabilities', () => metrics.logLoss([[3, -1]], [0]), /Are these logits/],
    ['probabilities that do not add up', () => metrics.calibration([[0.3, 0.3]], [0]), /add up to 0.6/],
    [
      'classes beyond',
      () => new metrics.ConfusionMatrix({ classes: 2 }).update([0], [2]),
      /there is a class 2 among 2/,
    ],
    ['class numbers that are none', () => metrics.f1Score([0.5], [1]), /output 0 is 0.5, which is no class/],
    ['negative labels', () => metrics.f1Score([0], [-1]), /target 0 is -1/],
    ['outputs that do not fit', () => metrics.f1Score([[1, 2]], [0, 1]), /outputs \[1, 2\] and targets \[2\]/],
    ['NaN among outputs', () => metrics.f1Score([[1, Number.NaN]], [0]), /an output is NaN/],
    ['ragged lists', () => metrics.meanSquaredError([[1], [1, 2]], [[1], [2]]), /./],
    ['what is no list', () => metrics.meanSquaredError('1' as never, [1]), /MeanSquaredError: instead of the outputs/],
  ])('%s', (_, call, message) => {
    expect(call).toThrow(message)
  })
})
