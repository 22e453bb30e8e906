import { describe, expect, it } from 'vitest'
import * as nn from '../../src/nn/index.js'
import { backend, backendNames, setBackend } from '../../src/tensor/backends.js'
import { compile } from '../../src/tensor/compile.js'
import { tensor } from '../../src/tensor/create.js'
import { ones, zeros } from '../../src/tensor/fill.js'
import { grad } from '../../src/tensor/gradients.js'
import * as random from '../../src/tensor/random.js'
import type { Tensor } from '../../src/tensor/tensor.js'

// What the table of layers does not show: two tensors in or out, chance, and edges.

describe('max pooling with indices and its way back', () => {
  it('every value returns to where it came from, on every backend, compiled or not', () => {
    random.seed(3)
    const x = random.normal([2, 6, 4, 3])
    const pool = nn.maxPool2d([3, 2])
    const unpool = nn.maxUnpool2d([3, 2])
    const run = (y: Tensor<[2, 6, 4, 3]>) => {
      const { values, indices } = pool.forwardWithIndices(y)
      return [unpool.forward(values, indices), values, indices] as const
    }
    const wanted = x.dataSync()
    const before = backend().name
    for (const name of backendNames()) {
      setBackend(name)
      for (const f of [run, compile(run)]) {
        const [whole, values, indices] = f(x)
        const kept = whole.dataSync()
        expect(kept.filter((v) => v !== 0)).toHaveLength(values.size)
        expect(kept.every((v, i) => v === 0 || v === wanted[i])).toBe(true)
        expect(pool.forward(whole.maximum(-100)).shape).toEqual(values.shape)
        expect(indices.dtype).toBe('int32')
      }
    }
    setBackend(before)
  })

  it('the first of equal values is meant; large integers are told apart; indices beyond the picture are refused', () => {
    const pool = nn.maxPool1d(2)
    const places = (x: Tensor): number[] => [...pool.forwardWithIndices(x as Tensor<[1, 4, 1]>).indices.dataSync()]
    expect(places(tensor([[[1], [1], [0], [0]]]))).toEqual([0, 2])
    expect(places(tensor(Int32Array.of(2 ** 24, 2 ** 24 + 1, 5, 4), [1, 4, 1]))).toEqual([1, 2])
    const wrong = tensor(Int32Array.of(0, 4), [1, 2, 1])
    expect(() =>
      nn
        .maxUnpool1d(2)
        .forward(ones([1, 2, 1]), wrong)
        .dataSync(),
    ).toThrow(/4 is outside/)
    expect(() => nn.maxUnpool1d(2).forward(ones([1, 2, 1]), zeros([1, 3, 1], 'int32'))).toThrow(/differ in shape/)
  })

  it('takes the size of the picture where the windows do not tell it', () => {
    const x = random.normal([1, 5, 1])
    const { values, indices } = nn.maxPool1d(2).forwardWithIndices(x)
    expect([...nn.maxUnpool1d(2).forward(values, indices, [5]).shape]).toEqual([1, 5, 1])
  })
})

describe('stochastic pooling', () => {
  it('picks values of the window in proportion to them', () => {
    random.seed(9)
    const x = tensor([1, 2, 3, 4]).reshape([1, 2, 2, 1]).expand([8000, 2, 2, 1])
    const picked = nn.stochasticPool2d(2).forward(x).dataSync()
    for (const value of [1, 2, 3, 4]) {
      const part = picked.filter((v) => v === value).length / picked.length
      expect(Math.abs(part - value / 10)).toBeLessThan(4 * Math.sqrt(0.25 / 8000))
    }
    expect(picked.every((v) => [1, 2, 3, 4].includes(v))).toBe(true)
  })

  it('gives 0 of zeros, gradients to what was picked, and the same after the same seed', () => {
    const layer = nn.stochasticPool2d(2)
    expect([...layer.forward(zeros([1, 2, 2, 1])).dataSync()]).toEqual([0])
    expect([
      ...layer
        .eval()
        .forward(zeros([1, 2, 2, 1]))
        .dataSync(),
    ]).toEqual([0])
    layer.train()
    const x = random.uniform([3, 4, 4, 2], { low: 0.1 })
    const [y, g] = [layer.forward(x)].flatMap((out) => [out, grad(out.sum(), x)])
    expect(g.sum().itemSync()).toBe(y.size)
    const compiled = compile((z: Tensor<[3, 4, 4, 2]>) => layer.forward(z))
    random.seed(2)
    const plain = layer.forward(x).dataSync()
    random.seed(2)
    expect(compiled(x).dataSync()).toEqual(plain)
  })
})

it('the gradient of Lp pooling at zeros is 0, not NaN', () => {
  const x = zeros([1, 4, 1])
  expect([...grad(nn.lpPool1d(2, 2).forward(x).sum(), x).dataSync()]).toEqual([0, 0, 0, 0])
})

it('adaptive pooling to more places than there are repeats; global pooling of integers is exact', () => {
  const x = tensor([[[1], [2]]])
  expect([...nn.adaptiveMaxPool1d(3).forward(x).dataSync()]).toEqual([1, 2, 2])
  expect([...nn.adaptiveAvgPool1d(3).forward(x).dataSync()]).toEqual([1, 1.5, 2])
  expect([
    ...nn
      .globalMaxPool()
      .forward(tensor(Int32Array.of(3, 9, 4), [1, 3, 1]))
      .dataSync(),
  ]).toEqual([9])
})

it('mistakes are named with their cure', () => {
  const picture = ones([1, 4, 4, 2]) as Tensor
  const broken: readonly (readonly [() => unknown, RegExp])[] = [
    [() => nn.maxPool2d(0), /maxPool2d: the number of elements of the window along an axis is 0/],
    [
      () => nn.maxPool2d([2, 2, 2] as never),
      /maxPool2d: the window \[2, 2, 2\] does not fit \[batch, height, width\]. Give one number, or 2/,
    ],
    [() => nn.avgPool2d(2, { countPading: true } as never), /there is no option 'countPading'.*countPadding/],
    [() => nn.upsample2d(2, { mode: 'cubic' as never }), /upsample2d: the mode is 'cubic'.*bicubic/],
    [() => nn.upsample2d(1.5), /the number of scale is 1.5/],
    [() => nn.pixelShuffle(2).forward(picture), /pixelShuffle: 2 channels of \[1, 4, 4, 2\] do not divide by 4/],
    [() => nn.reflectionPad2d(4).forward(picture), /pad: a margin of 4 on axis 1/],
    [() => nn.zeroPad2d(-1), /zeroPad2d: the margins are -1/],
    [
      () => nn.convTranspose2d(2, 2, 3, { outputPadding: 1 }).forward(picture),
      /output padding \[1, 1\] is not less than the stride/,
    ],
    [
      () => nn.globalAvgPool().forward(ones([2, 3]) as Tensor),
      /globalAvgPool: GlobalAvgPool takes \[batch, …, channels\]/,
    ],
    [() => nn.gemPool(0), /gemPool: the exponent is 0/],
    [() => nn.gemPool(3, { epsilon: 0 }), /gemPool: epsilon is 0/],
    [
      () => nn.rmacPool().forward(ones([2, 3, 4]) as Tensor),
      /rmacPool: RmacPool takes \[batch, height, width, channels\]/,
    ],
    [() => nn.layerNorm([4, 3]).forward(picture), /layerNorm: LayerNorm takes \[…, 4, 3\], it is given \[1, 4, 4, 2\]/],
    [() => nn.weightNorm(nn.relu() as never), /weightNorm: the layer is .* without a weight/],
  ]
  for (const [make, message] of broken) expect(make).toThrow(message)
})
