import { tensor } from 'shapewise'
import { ssimLoss } from 'shapewise/nn'
import { describe, expect, it } from 'vitest'
import * as m from '../../src/metrics/index.js'
import { expectAlike, runMetricTest } from '../support/runMetricTest.js'

describe('metrics of texts', () => {
  runMetricTest(
    'WordErrorRate',
    () => new m.WordErrorRate(),
    [
      ['a b c', 'd', ''],
      ['a x c', 'd e', 'f'],
    ],
    3 / 6,
  )
  runMetricTest(
    'CharacterErrorRate',
    () => new m.CharacterErrorRate(),
    [
      ['abc', '😀'],
      ['abd', '😀'],
    ],
    1 / 4,
  )
  runMetricTest(
    'RougeL',
    () => new m.RougeL(),
    [
      ['the gunman police killed', ''],
      ['police kill the gunman', ''],
    ],
    0.25,
  )
  runMetricTest('Perplexity', () => new m.Perplexity(), [[0, Math.log(4)]], { perplexity: 2, bits: 1 })

  // The example of Papineni et al.: clipped, "the" counts twice of seven times.
  const seven = ['the the the the the the the']
  runMetricTest(
    'Bleu',
    () => new m.Bleu({ n: 1 }),
    [seven, [['the cat is on the mat', 'there is a cat on the mat']]],
    2 / 7,
  )

  it('bleu is short where outputs are, and 0 without a match', () => {
    expect(m.bleu(['a b c d'], [['a b c d e f']])).toBeCloseTo(Math.exp(1 - 6 / 4), 12)
    expect(m.bleu(['x'], [['a b c d']])).toBe(0)
    expect(() => m.bleu(['x'], [[]])).toThrow(/no list of references/)
  })

  it('editDistance keeps the laws of distances', () => {
    const words = ['', 'a', 'ab', 'ba', 'kitten', 'sitting', 'mitten']
    for (const a of words) {
      expect(m.editDistance(a, a)).toBe(0)
      expect(m.editDistance('', a)).toBe(a.length)
      for (const b of words) {
        expect(m.editDistance(a, b)).toBe(m.editDistance(b, a))
        for (const c of words)
          expect(m.editDistance(a, c)).toBeLessThanOrEqual(m.editDistance(a, b) + m.editDistance(b, c))
      }
    }
    expect(m.wordErrorRate(['a'], [''])).toBe(Infinity)
  })
})

describe('metrics of pictures', () => {
  const pictures = (phase: number, count = 3) =>
    tensor(
      Float64Array.from({ length: count * 14 * 13 * 2 }, (_, i) => Math.sin(i * 0.37 + phase) ** 2),
      [count, 14, 13, 2],
    )
  const [x, y] = [pictures(0), pictures(0.4)]

  it('ssim is 1 − ssimLoss, in batches too', () => {
    expect(m.ssim(x, y)).toBeCloseTo(1 - ssimLoss(x, y).itemSync(), 12)
    const metric = new m.Ssim()
    for (let i = 0; i < 3; i++) metric.update(x.slice([i, i + 1]), y.slice([i, i + 1]))
    expect(metric.result()).toBeCloseTo(m.ssim(x, y), 12)
    expect(() => m.ssim(x.slice(':', [0, 8]), y.slice(':', [0, 8]))).toThrow(/at least 11 × 11/)
  })

  it('psnr is that of the mean squared error', () => {
    const one = [x.slice([0, 1]), y.slice([0, 1])] as const
    expect(m.psnr(...one)).toBeCloseTo(-10 * Math.log10(m.meanSquaredError(...one)), 10)
    expect(m.psnr(x, x)).toBe(Infinity)
  })

  runMetricTest(
    'Overlap',
    () => new m.Overlap(),
    [
      [0, 1, 1, 1, 3],
      [0, 0, 1, 1, 3],
    ],
    {
      iou: [1 / 2, 2 / 3, Number.NaN, 1],
      dice: [2 / 3, 4 / 5, Number.NaN, 1],
      meanIou: (1 / 2 + 2 / 3 + 1) / 3,
    },
  )

  // Of three objects one is found exactly, one by a half only, which does not suffice, and one not at all; in the second picture none is.
  const claims = [[1, 1, 0, 5, 5, 0, 3, 0].map((x) => [x]), new Array(8).fill([0])]
  const there = [[2, 2, 0, 4, 0, 0, 0, 9].map((x) => [x]), new Array(8).fill([0])]
  runMetricTest('ObjectScores', () => new m.ObjectScores(), [claims, there], {
    ...{ objects: 3, claims: 3, found: 1, precision: 1 / 3, recall: 1 / 3, f1: 1 / 3 },
  })

  it('an object counts as found above the overlap that is asked for', () => {
    const [claim, object] = [[[[1, 1, 1, 0]]], [[[7, 7, 7, 7]]]]
    expect(m.objectScores(claim, object, { overlap: 0.7 }).f1).toBe(1)
    expect(m.objectScores(claim, object, { overlap: 0.75 }).f1).toBe(0)
    expect(() => m.objectScores(claim, object, { overlap: 0.3 })).toThrow(/Give ½ or more/)
    expect(() => m.objectScores([[[0]]], [[[0]]])).toThrow(/no examples/)
  })

  const box = (left: number, width = 10): m.Box => [left, 0, left + width, 10]
  // Of two objects one is found exactly, one with an overlap of 0.8, and something else is found in between.
  const found = [
    [
      { box: box(0), label: 1, score: 0.9 },
      { box: box(50), label: 1, score: 0.8 },
    ],
    [{ box: box(0, 8), label: 1, score: 0.7 }],
  ]
  const objects = [[{ box: box(0), label: 1 }], [{ box: box(0), label: 1 }]]
  // Precision is 1 up to recall ½ (51 of 101 points), then ⅔ where the overlap suffices.
  const [high, low] = [(51 + 50 * (2 / 3)) / 101, 51 / 101]
  runMetricTest('MeanAveragePrecision', () => new m.MeanAveragePrecision(), [found, objects], {
    map: (7 * high + 3 * low) / 10,
    map50: high,
    map75: high,
  })
})

describe('metrics of features', () => {
  const a = [
    [0, 1],
    [2, 0],
    [1, 3],
    [4, 4],
    [2, 2],
  ]
  const b = [
    [1, 1],
    [2, 3],
    [0, 0],
    [5, 1],
    [1, 2],
  ]

  it('frechetDistance is that of the closed form for two features', () => {
    const moments = (rows: number[][]) => {
      const mean = [0, 1].map((i) => rows.reduce((s, r) => s + r[i], 0) / rows.length)
      const c = (i: number, j: number) =>
        rows.reduce((s, r) => s + (r[i] - mean[i]) * (r[j] - mean[j]), 0) / (rows.length - 1)
      return { mean, c: [c(0, 0), c(0, 1), c(1, 1)] }
    }
    const [p, q] = [moments(a), moments(b)]
    // tr (PQ)^½ = √(tr PQ + 2 √det PQ) for 2 × 2.
    const trace = p.c[0] * q.c[0] + 2 * p.c[1] * q.c[1] + p.c[2] * q.c[2]
    const det = (p.c[0] * p.c[2] - p.c[1] ** 2) * (q.c[0] * q.c[2] - q.c[1] ** 2)
    const apart = (p.mean[0] - q.mean[0]) ** 2 + (p.mean[1] - q.mean[1]) ** 2
    const wanted = apart + p.c[0] + p.c[2] + q.c[0] + q.c[2] - 2 * Math.sqrt(trace + 2 * Math.sqrt(det))
    expectAlike('distance', m.frechetDistance(a, b), wanted)
    expect(m.frechetDistance(a, a)).toBeCloseTo(0, 9)
    expect(() => m.frechetDistance([[1]], [[1]])).toThrow(/Give at least 2/)
  })

  runMetricTest('FrechetDistance', () => new m.FrechetDistance(), [a, b], m.frechetDistance(a, b))
  runMetricTest(
    'InceptionScore',
    () => new m.InceptionScore(),
    [
      [
        [1, 0],
        [0.5, 0.5],
      ],
    ],
    Math.exp(-Math.log(2) / 2 - 0.75 * Math.log(0.75) - 0.25 * Math.log(0.25)),
  )
  runMetricTest(
    'NeighbourAccuracy',
    () => new m.NeighbourAccuracy({ k: 3 }),
    [
      [[0], [1], [2], [3], [9]],
      [0, 0, 0, 0, 1],
    ],
    4 / 5,
  )

  it.each<[string, () => unknown, RegExp]>([
    ['one cluster', () => m.silhouette([[1], [2]], [0, 0]), /there is one cluster/],
    ['features that do not fit', () => m.silhouette([[1], [2]], [0]), /do not fit/],
    ['NaN', () => m.frechetDistance([[Number.NaN]], [[1]]), /the features have NaN/],
    ['queries without anything', () => m.retrieval([[1, 2]], [[0, 0]], { k: 1 }), /nothing relevant/],
    ['pictures without objects', () => m.meanAveragePrecision([[]], [[]]), /no picture has an object/],
    ['too few neighbours', () => m.neighbourAccuracy([[1], [2]], [0, 1]), /Give at least 6/],
    ['logits', () => m.inceptionScore([[3, -2]]), /Are these logits/],
  ])('refuse %s', (_, call, message) => {
    expect(call).toThrow(message)
  })
})
