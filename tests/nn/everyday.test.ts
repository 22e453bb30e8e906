import { describe, expect, it } from 'vitest'
import { compile, grad, ones, random, type Tensor, tensor, zeros } from '../../src/index.js'
import * as nn from '../../src/nn/index.js'

// What the table of layers cannot say: randomness, layers with two inputs, mistakes.

describe('gumbelSoftmax', () => {
  const logits = tensor([1, 0, -1, 2], [4], 'float64')

  it('chooses with the probabilities of the softmax', () => {
    random.seed(7)
    const n = 20_000
    const counts = nn
      .gumbelSoftmax(logits.expand([n, 4]), { hard: true })
      .sum(0)
      .dataSync()
    logits
      .softmax()
      .dataSync()
      .forEach((p, i) => {
        // Four standard deviations of a binomial distribution.
        expect(Math.abs(counts[i] - p * n)).toBeLessThan(4 * Math.sqrt(n * p * (1 - p)))
      })
  })

  it('is soft, or exactly 0 and 1 with the gradient of the soft one; compiled it is the same', () => {
    const key = random.key(3)
    const weights = tensor([1, 2, 4, 8], [4], 'float64')
    const soft = nn.gumbelSoftmax(logits, { key, temperature: 0.7 })
    expect(soft.sum().itemSync()).toBeCloseTo(1, 12)
    const hard = nn.gumbelSoftmax(logits, { key, temperature: 0.7, hard: true })
    expect([...hard.dataSync()].sort()).toEqual([0, 0, 0, 1])
    expect(hard.argMax(0).itemSync()).toBe(soft.argMax(0).itemSync())
    const [wanted, given] = [soft, hard].map((y) => grad(y.mul(weights).sum(), logits).dataSync())
    for (const [i, value] of wanted.entries()) expect(given[i]).toBeCloseTo(value, 12)
    const compiled = compile((x: Tensor) => nn.gumbelSoftmax(x, { key, temperature: 0.7 }))
    expect(compiled(logits).dataSync()).toEqual(soft.dataSync())
  })

  it('takes any axis, and is a layer without a tensor', () => {
    const layer = nn.gumbelSoftmax({ hard: true, axis: 0 })
    expect([
      ...layer
        .forward(zeros([3, 5]))
        .sum(0)
        .dataSync(),
    ]).toEqual([1, 1, 1, 1, 1])
    expect(() => nn.gumbelSoftmax({ temperature: 0 })).toThrow('the temperature is 0')
  })
})

it('rRelu draws slopes while training', () => {
  random.seed(1)
  const layer = nn.rRelu(0.1, 0.3)
  const slopes = [
    ...layer
      .forward(ones([2000]).neg())
      .neg()
      .dataSync(),
  ]
  expect(Math.min(...slopes)).toBeGreaterThanOrEqual(0.1)
  expect(Math.max(...slopes)).toBeLessThanOrEqual(0.3)
  expect(slopes.reduce((a, b) => a + b) / 2000).toBeCloseTo(0.2, 2)
  expect(
    layer
      .eval()
      .forward(tensor([-1, 2]))
      .dataSync(),
  ).toEqual(Float32Array.of(-0.2, 2))
})

describe('bilinear', () => {
  it('is the sum of products written out, with its gradients', () => {
    const layer = nn.bilinear(2, 3, 2, { dtype: 'float64' })
    const [a, b] = [random.normal([4, 2], { dtype: 'float64' }), random.normal([4, 3], { dtype: 'float64' })]
    const [w, bias] = [layer.weight.value.dataSync(), layer.bias?.value.dataSync() ?? []]
    const [x, y] = [a.dataSync(), b.dataSync()]
    layer
      .forward(a, b)
      .dataSync()
      .forEach((value, at) => {
        const [n, k] = [Math.floor(at / 2), at % 2]
        let sum = bias[k]
        for (let i = 0; i < 2; i++)
          for (let j = 0; j < 3; j++) sum += x[n * 2 + i] * w[(i * 3 + j) * 2 + k] * y[n * 3 + j]
        expect(value).toBeCloseTo(sum, 12)
      })
    const wrapped = (f: Tensor, s: Tensor) => layer.forward(f, s)
    expect(compile(wrapped)(a, b).dataSync()).toEqual(layer.forward(a, b).dataSync())
    expect(layer.forward(ones([1, 5, 2]), ones([1, 5, 3])).shape).toEqual([1, 5, 2])
  })
})

describe('mistakes are named with their cure', () => {
  const x = zeros([2, 3])
  const broken: readonly (readonly [make: () => unknown, message: RegExp])[] = [
    [() => nn.glu(x as Tensor), /glu: the last axis of \[2, 3\] has no halves/],
    [() => nn.celu(x, 0), /celu: alpha is 0/],
    [() => nn.softShrink(x, -1), /softShrink: the threshold is -1/],
    [() => nn.pRelu({ channels: 4 }).forward(x), /pRelu: .*takes \[…, 4\], it is given \[2, 3\]/],
    [() => nn.rRelu(0.5, 0.1), /there are no slopes from 0.5 to 0.1/],
    [() => nn.maxout(3, 2, 0), /the number of pieces is 0/],
    [() => nn.bilinear(3, 4, 2).forward(x, x as Tensor), /bilinear: .*takes \[…, 3\] and \[…, 4\]/],
    [() => nn.lambda(3 as never), /lambda: the first argument is a number \(3\)/],
    [() => nn.lambda(() => 3 as never).forward(x), /what the function gives is .*3/],
    [
      () => nn.residual(nn.linear(3, 4)).forward(x as Tensor),
      /one way of .* gives \[2, 3\], another \[2, 4\].*shortcut/,
    ],
    [() => nn.residual(nn.linear(3, 1)).forward(x as Tensor), /one way of .* gives \[2, 3\], another \[2, 1\]/],
    [() => nn.parallel(), /parallel: there is no layer/],
    [() => nn.branch(nn.relu(), 4 as never), /branch: element 1 is a number \(4\)/],
    [() => nn.squeezeExcitation(4).forward(zeros([2, 4]) as Tensor), /takes \[batch, …places, 4\]/],
    [() => nn.inception(4, { one: 1 } as never), /inception: the channels of 'three' is undefined/],
    [() => nn.highway(3, { gate: 1 } as object), /highway: there is no option 'gate'/],
  ]
  for (const [make, message] of broken) it(String(message), () => expect(make).toThrow(message))
})

it('combinations are listed as trees', () => {
  const model = nn.residual(
    nn.sequential(
      nn.linear(3, 4),
      nn.lambda((x) => x.mul(2), 'twice'),
      nn.linear(4, 3),
    ),
  )
  expect(
    model
      .toString()
      .split('\n')
      .map((line) => line.trim()),
  ).toEqual([
    'Parallel residual (31 parameters)',
    'layers.0: Identity',
    'layers.1: Sequential (31 parameters)',
    'layers.0: Linear 3 → 4 (16 parameters)',
    'layers.1: Lambda twice',
    'layers.2: Linear 4 → 3 (15 parameters)',
  ])
})
