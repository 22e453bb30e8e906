import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import * as nn from '../../src/nn/index.js'
import { compile } from '../../src/tensor/compile.js'
import { tensor } from '../../src/tensor/create.js'
import { grad } from '../../src/tensor/gradients.js'
import type { Tensor } from '../../src/tensor/tensor.js'
import type { Stored } from '../support/runLayerTest.js'
import { type LossTruth, runLossTest } from '../support/runLossTest.js'

// Truth: PyTorch, by scripts/fixtures/losses.py.

interface Case extends LossTruth {
  readonly call: readonly [name: string, options: Readonly<Record<string, unknown>>]
}

const cases: readonly Case[] = JSON.parse(readFileSync(new URL('../fixtures/losses.json', import.meta.url), 'utf8'))

type Loss = (...args: readonly unknown[]) => Tensor

const library: Readonly<Record<string, unknown>> = {
  ...nn,
  mixtureNll: (logits: Tensor, means: Tensor, logScales: Tensor, target: Tensor, options: nn.LossOptions) =>
    nn.mixtureNll({ logits, means, logScales }, target, options),
}

const isStored = (x: unknown): x is Stored => typeof x === 'object' && x !== null && 'dtype' in x

describe('losses are those of PyTorch', () => {
  const tested = new Map<string, number>()
  for (const { call, ...truth } of cases) {
    const [name, options] = call
    const number = (tested.get(name) ?? 0) + 1
    tested.set(name, number)
    it(`${name} ${number}: ${Object.keys(options)}`, () => {
      // Tensors among the options are inputs of what is tested, too.
      const tensors = Object.entries(options).filter((entry): entry is [string, Stored] => isStored(entry[1]))
      const inputs = [...truth.inputs, ...tensors.map(([, stored]) => stored)]
      const gradients = [...truth.gradients, ...tensors.map(() => null)]
      const loss = (...given: readonly Tensor[]): Tensor => {
        const own = given.slice(truth.inputs.length)
        const named = Object.fromEntries(tensors.map(([key], i) => [key, own[i]]))
        return (library[name] as Loss)(...given.slice(0, truth.inputs.length), { ...options, ...named })
      }
      runLossTest(loss, { ...truth, inputs, gradients })
    })
  }
})

const zeros = (...shape: number[]): Tensor => tensor(new Float32Array(shape.reduce((a, b) => a * b, 1)), shape)

describe('losses at their edges', () => {
  it('crossEntropy of a batch that is ignored is 0, and so is its gradient', () => {
    const logits = tensor([[1, 2, 3]])
    const padding = tensor([-100], [1], 'int32')
    for (const weight of [undefined, tensor([0, 1, 2])]) {
      const options = weight === undefined ? { ignoreIndex: -100 } : { ignoreIndex: -100, weight }
      const step = compile((x: Tensor<[1, 3]>, y: Tensor<[1]>) => {
        const loss = nn.crossEntropy(x, y, options)
        return [loss, grad(loss, x)]
      })
      expect(step(logits, padding).map((x) => [...x.dataSync()])).toEqual([[0], [0, 0, 0]])
    }
    // Every example has weight 0.
    expect(nn.crossEntropy(logits, tensor([0], [1], 'int32'), { weight: tensor([0, 1, 1]) }).itemSync()).toBe(0)
  })

  it('overlaps of empty masks are whole, and have a gradient where they are smoothed', () => {
    const [p, t] = [zeros(2, 4, 1), zeros(2, 4, 1)]
    expect(nn.diceLoss(p, t, { smoothing: 0 }).itemSync()).toBe(0)
    expect(nn.tverskyLoss(p, t).itemSync()).toBe(0)
    expect(Math.max(...grad(nn.diceLoss(p, t), p).dataSync())).toBeGreaterThan(0)
  })

  it('what is certain has finite losses and gradients', () => {
    const x = tensor([300, -300, 0])
    const t = tensor([1, 0, 1])
    for (const gamma of [0, 0.5, 2]) {
      const loss = nn.binaryFocalLoss(x, t, { gamma })
      expect([loss.itemSync(), ...grad(loss, x).dataSync()].every(Number.isFinite)).toBe(true)
      const logits = tensor([[300, 0, -300]])
      const focal = nn.focalLoss(logits, tensor([0], [1], 'int32'), { gamma })
      expect([focal.itemSync(), ...grad(focal, logits).dataSync()].every((v) => Math.abs(v) === 0)).toBe(true)
    }
    expect(nn.binaryCrossEntropy(x, t, { positiveWeight: 2, reduction: 'none' }).arraySync()[0]).toBe(0)
  })

  it('equal vectors have finite gradients', () => {
    const x = tensor([
      [1, 2],
      [1, 2],
      [1, 2],
    ])
    const y = tensor([0, 0, 1], [3], 'int32')
    for (const mining of ['hard', 'semiHard', 'all'] as const) {
      const loss = nn.batchTripletLoss(x, y, { mining })
      expect(loss.itemSync()).toBe(1)
      expect([...grad(loss, x).dataSync()]).toEqual([0, 0, 0, 0, 0, 0])
      expect(nn.batchTripletLoss(x, tensor([0, 0, 0], [3], 'int32'), { mining }).itemSync()).toBe(0)
      expect(nn.batchTripletLoss(x, tensor([0, 1, 2], [3], 'int32'), { mining }).itemSync()).toBe(0)
    }
    for (const loss of [
      nn.tripletLoss(x, x, x),
      nn.contrastiveLoss(x, x, zeros(3)),
      nn.cosineEmbedding(zeros(3, 2), x, zeros(3)),
    ]) {
      expect(Number.isFinite(loss.itemSync())).toBe(true)
      expect([...grad(loss, x).dataSync()].every(Number.isFinite)).toBe(true)
    }
  })

  it('klDivergence and jensenShannon of probabilities of 0', () => {
    const [p, q] = [tensor([[0, 1]]), tensor([[0.5, 0.5]])]
    expect(nn.klDivergence(q.log(), p).itemSync()).toBeCloseTo(Math.log(2), 6)
    expect(nn.jensenShannon(p, p).itemSync()).toBe(0)
    expect(grad(nn.jensenShannon(p, q), p).dataSync().every(Number.isFinite)).toBe(true)
  })

  it('ctcLoss of what cannot be aligned is infinite, or 0 without a gradient', () => {
    const logits = zeros(1, 2, 3)
    const labels = tensor([[1, 1]], [1, 2], 'int32')
    expect(nn.ctcLoss(logits, labels).itemSync()).toBe(Infinity)
    const loss = nn.ctcLoss(logits, labels, { zeroInfinity: true })
    expect([loss.itemSync(), ...grad(loss, logits).dataSync()]).toEqual([0, 0, 0, 0, 0, 0, 0])
    // No label at all: all steps are blank.
    expect(nn.ctcLoss(logits, tensor(new Int32Array(0), [1, 0])).itemSync()).toBeCloseTo(2 * Math.log(3), 5)
    // No steps and no labels: the one alignment of nothing.
    expect(nn.ctcLoss(zeros(1, 0, 3), tensor(new Int32Array(0), [1, 0])).itemSync()).toBeCloseTo(0, 12)
  })

  it('ctcLoss is −log of the sum over all alignments', () => {
    const [time, classes] = [5, 3]
    const values = Float64Array.from({ length: time * classes }, (_, i) => Math.sin(3 * i + 1))
    const logits = tensor(values, [1, time, classes])
    const probabilities = logits.softmax(-1).dataSync()
    for (const wanted of [[], [1], [2, 2], [1, 2], [1, 1, 1]]) {
      let total = 0
      for (let path = 0; path < classes ** time; path++) {
        const steps = Array.from({ length: time }, (_, t) => Math.floor(path / classes ** t) % classes)
        const spoken = steps.filter((c, t) => c !== 0 && c !== steps[t - 1])
        if (spoken.join() === wanted.join()) total += steps.reduce((p, c, t) => p * probabilities[t * classes + c], 1)
      }
      const labels = tensor(Int32Array.from(wanted), [1, wanted.length])
      expect(nn.ctcLoss(logits, labels, { reduction: 'sum' }).itemSync()).toBeCloseTo(-Math.log(total), 10)
    }
  })

  it('sinkhornDivergence is 0 for equal clouds, and the squared way for shifted ones', () => {
    const x = tensor(Float64Array.of(0, 0, 1, 0, 0.5, 1), [3, 2])
    expect(nn.sinkhornDivergence(x, x).itemSync()).toBeCloseTo(0, 12)
    const shifted = x.add(tensor(Float64Array.of(0.3, -0.4)))
    expect(nn.sinkhornDivergence(x, shifted, { epsilon: 1, iterations: 400 }).itemSync()).toBeCloseTo(0.25, 6)
  })

  it('ssimLoss of equal pictures is 0, totalVariation of one pixel too', () => {
    const x = tensor(
      Float32Array.from({ length: 2 * 12 * 12 }, (_, i) => Math.sin(i) ** 2),
      [2, 12, 12, 1],
    )
    expect(nn.ssimLoss(x, x).itemSync()).toBeCloseTo(0, 6)
    expect(nn.totalVariation(zeros(3, 1, 1, 2), { reduction: 'none' }).dataSync()).toEqual(new Float32Array(3))
  })
})

describe('Wasserstein critics', () => {
  it('are scored by the difference of means', () => {
    const [real, fake] = [tensor([1, 2, 3]), tensor([0, 2])]
    expect(nn.wassersteinCritic(real, fake).itemSync()).toBe(-1)
    expect(nn.wassersteinGenerator(fake).itemSync()).toBe(-1)
  })

  it('pay for gradients that are not of length 1, with a gradient of its own', () => {
    const w = tensor(Float64Array.of(3, 4), [2, 1])
    const [real, fake] = [tensor(Float64Array.of(1, 2, 3, 4, 5, 6), [3, 2]), tensor(new Float64Array(6), [3, 2])]
    const penalty = (w: Tensor<[2, 1]>) => nn.gradientPenalty((x) => x.matmul(w), real, fake)
    // (‖w‖ − 1)², whose gradient is 2 (‖w‖ − 1) w / ‖w‖.
    expect(penalty(w).itemSync()).toBeCloseTo(16, 12)
    const slope = compile(grad(penalty))(w).dataSync()
    expect(slope[0]).toBeCloseTo(4.8, 12)
    expect(slope[1]).toBeCloseTo(6.4, 12)
  })

  it('are asked at points between real and fake', () => {
    const [real, fake] = [tensor(new Float64Array(64).fill(1), [64, 1]), tensor(new Float64Array(64), [64, 1])]
    // The critic x² has slope 2x: the mean of (2x − 1)² over 0 … 1 is ⅓.
    const penalty = nn.gradientPenalty((x) => x.square(), real, fake).itemSync()
    expect(Math.abs(penalty - 1 / 3)).toBeLessThan(0.15)
  })
})

describe('losses refuse', () => {
  const x = zeros(2, 3)
  const y = tensor([0, 1], [2], 'int32')

  it.each<[string, () => unknown, RegExp]>([
    [
      'targets of another shape',
      () => nn.smoothL1(x, zeros(3)),
      /smoothL1: prediction \[2, 3\] and target \[3\] differ/,
    ],
    ['labels of another shape', () => nn.focalLoss(x, tensor([0], [1], 'int32')), /focalLoss: labels \[1\] do not fit/],
    ['labels out of range', () => nn.multiClassHinge(x, tensor([0, 3], [2], 'int32')), /label 1 is 3/],
    ['labels that are floats', () => nn.focalLoss(x, zeros(2)), /labels are float32/],
    ['masks without classes', () => nn.diceLoss(zeros(3), zeros(3)), /masks are \[3\]/],
    ['a quantile of 1', () => nn.quantileLoss(x, x, { quantile: 1 }), /the quantile is 1/],
    ['pairs that are none', () => nn.infoNce(zeros(2, 3), zeros(3, 3) as Tensor), /are no pairs/],
    ['no pairs', () => nn.ntXent(zeros(0, 3), zeros(0, 3)), /are no pairs/],
    ['a temperature of 0', () => nn.ntXent(x, x, { temperature: 0 }), /the temperature is 0/],
    ['centres of other features', () => nn.arcFace(x, zeros(4, 5), y), /centres \[4, 5\] do not fit/],
    ['pictures of another rank', () => nn.totalVariation(zeros(4, 4, 1) as Tensor), /pictures are \[4, 4, 1\]/],
    [
      'windows that are too large',
      () => nn.ssimLoss(zeros(1, 8, 8, 1), zeros(1, 8, 8, 1)),
      /smaller than the window of 11/,
    ],
    [
      'a blank that is no class',
      () => nn.ctcLoss(zeros(2, 4, 3), tensor([[1], [1]], [2, 1], 'int32'), { blank: 3 }),
      /blank is 3/,
    ],
    ['ignored probabilities', () => nn.crossEntropy(x, x, { ignoreIndex: 0 }), /ignoreIndex is for labels/],
    [
      'labels that are not ignored',
      () => nn.crossEntropy(x, tensor([-1, 0], [2], 'int32'), { ignoreIndex: -100 }),
      /label 0 is -1/,
    ],
    ['empty clouds', () => nn.sinkhornDivergence(zeros(0, 2), zeros(3, 2)), /has no points/],
    ['scalars as distributions', () => nn.klDivergence(tensor(1), tensor(1)), /a scalar is no distribution/],
    ['options that there are not', () => nn.hingeLoss(x, x, { margn: 1 } as object), /no option 'margn'.*margin/],
  ])('%s', (_, call, message) => {
    expect(call).toThrow(message)
  })
})
