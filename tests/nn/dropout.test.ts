import { describe, expect, it } from 'vitest'
import * as nn from '../../src/nn/index.js'
import { compile } from '../../src/tensor/compile.js'
import { ones } from '../../src/tensor/fill.js'
import { grad } from '../../src/tensor/gradients.js'
import * as random from '../../src/tensor/random.js'
import type { Tensor } from '../../src/tensor/tensor.js'

// Layers that draw: mean and variance are those of their definition, and what falls together does so.

const mean = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0) / values.length
const variance = (values: ArrayLike<number>): number => {
  const centre = mean(values)
  return mean(Array.from(values, (x) => (x - centre) ** 2))
}

const rate = 0.3
const kinds: { readonly [name: string]: (rate: number) => nn.Layer } = {
  dropout: nn.dropout,
  spatialDropout: nn.spatialDropout,
  dropPath: nn.dropPath,
  gaussianDropout: nn.gaussianDropout,
}

describe.each(Object.entries(kinds))('%s', (_name, make) => {
  it('keeps the mean and has the variance rate / (1 − rate)', () => {
    random.seed(3)
    const y = make(rate).forward(ones([500, 3, 20]))
    // What is drawn once for an example or channel counts once.
    expect(mean(y.dataSync())).toBeGreaterThan(0.9)
    expect(mean(y.dataSync())).toBeLessThan(1.1)
    expect(Math.abs(variance(y.dataSync()) / (rate / (1 - rate)) - 1)).toBeLessThan(0.15)
  })

  it('does nothing in evaluation mode and with rate 0, and draws the same after the same seed, compiled or not', () => {
    const x = random.normal([4, 3, 5])
    expect(make(0.5).eval().forward(x).dataSync()).toEqual(x.dataSync())
    expect(make(0).forward(x).dataSync()).toEqual(x.dataSync())
    const layer = make(0.5)
    const compiled = compile((y: Tensor) => layer.forward(y))
    random.seed(1)
    const plain = layer.forward(x).dataSync()
    random.seed(1)
    expect(compiled(x).dataSync()).toEqual(plain)
    expect(layer.forward(x).dataSync()).not.toEqual(plain)
  })

  it('lets the gradient through where the values pass, and keeps the dtype', () => {
    const x = ones([4, 3, 5], 'float64')
    const y = make(0.5).forward(x)
    expect(y.dtype).toBe('float64')
    expect(grad(y.sum(), x).dataSync()).toEqual(y.dataSync())
    expect(make(0.5).forward(x.cast('bfloat16')).dtype).toBe('bfloat16')
  })

  it('refuses rates that are none', () => {
    for (const wrong of [1, -0.1, Number.NaN])
      expect(() => make(wrong)).toThrow(/the rate .* is not a part of all values/)
  })
})

it('spatialDropout drops whole channels of an example, dropPath whole examples', () => {
  random.seed(4)
  const shape = [20, 3, 4, 5] as const
  const channels = nn.spatialDropout().forward(ones(shape)).reshape([20, 12, 5])
  expect(channels.max(1).dataSync()).toEqual(channels.min(1).dataSync())
  expect(new Set(channels.at(0, 0).dataSync()).size).toBe(2)
  const examples = nn.dropPath(0.5).forward(ones(shape)).reshape([20, 60])
  expect(examples.max(1).dataSync()).toEqual(examples.min(1).dataSync())
  expect(new Set(examples.dataSync())).toEqual(new Set([0, 2]))
})

it('alphaDropout keeps mean 0 and variance 1', () => {
  random.seed(5)
  for (const part of [0.1, 0.5]) {
    const y = nn
      .alphaDropout(part)
      .forward(random.normal([40_000]))
      .dataSync()
    expect(Math.abs(mean(y))).toBeLessThan(0.03)
    expect(Math.abs(variance(y) - 1)).toBeLessThan(0.03)
  }
})

it('dropConnect drops weights, the same for all examples, with gradients only for those that stay', () => {
  random.seed(6)
  const layer = nn.dropConnect(nn.linear(8, 50, { bias: false, initializer: nn.initializers.ones() }), 0.25)
  const y = layer.forward(ones([2, 8]))
  expect([...y.at(0).dataSync()]).toEqual([...y.at(1).dataSync()])
  expect(Math.abs(mean(y.dataSync()) / 8 - 1)).toBeLessThan(0.1)
  const [g] = grad(y.sum(), layer.parameters()) as Tensor[]
  expect(new Set(Array.from(g.dataSync(), (v) => Math.round(v * 100)))).toEqual(new Set([0, 267]))
  expect(
    Array.from(
      layer
        .eval()
        .forward(ones([1, 8]))
        .dataSync(),
    ),
  ).toEqual(Array(50).fill(8))
})
