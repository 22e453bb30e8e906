import { describe, expect, it } from 'vitest'
import * as nn from '../../src/nn/index.js'
import { compile } from '../../src/tensor/compile.js'
import { tensor } from '../../src/tensor/create.js'
import { grad } from '../../src/tensor/gradients.js'
import * as random from '../../src/tensor/random.js'
import { Tensor } from '../../src/tensor/tensor.js'

const ones = (shape: readonly number[]): Tensor =>
  tensor(new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(1), [...shape])

describe('dropout', () => {
  it('sets the given part to 0 and scales the rest, so that the mean stays', () => {
    random.seed(3)
    const n = 40_000
    for (const rate of [0.1, 0.5, 0.8]) {
      const values = nn
        .dropout(rate)
        .forward(ones([n]))
        .dataSync()
      const zeros = values.filter((value) => value === 0).length
      // Four standard deviations of a binomial distribution.
      expect(Math.abs(zeros - rate * n)).toBeLessThan(4 * Math.sqrt(n * rate * (1 - rate)))
      for (const value of new Set(values)) if (value !== 0) expect(value).toBeCloseTo(1 / (1 - rate), 6)
    }
  })

  it('draws anew in each call, compiled or not, and lets the gradient through where the values pass', () => {
    const layer = nn.dropout(0.5)
    const plain = (x: Tensor): Tensor => layer.forward(x)
    for (const forward of [plain, compile(plain)]) {
      const x = ones([64])
      expect(forward(x).dataSync()).not.toEqual(forward(x).dataSync())
    }
    const x = ones([64])
    const y = layer.forward(x)
    expect(grad(y.sum(), x).dataSync()).toEqual(y.dataSync())
  })

  it('is the same after the same seed, compiled or not', () => {
    const layer = nn.dropout(0.5)
    const x = ones([64])
    random.seed(11)
    const plain = layer.forward(x).dataSync()
    random.seed(11)
    expect(compile((input: Tensor) => layer.forward(input))(x).dataSync()).toEqual(plain)
  })

  it('does nothing with rate 0 or in evaluation mode', () => {
    const x = ones([8])
    expect(nn.dropout(0).forward(x).dataSync()).toEqual(x.dataSync())
    expect(nn.dropout(0.9).eval().forward(x).dataSync()).toEqual(x.dataSync())
  })
})

describe('sequential', () => {
  it('takes layers, modules and functions', () => {
    const double = (x: Tensor): Tensor => x.mul(2)
    const net = nn.sequential(nn.linear(2, 3), double, nn.relu, nn.sequential(nn.tanh()))
    const x = tensor([[1, -2]])
    const wanted = x.matmul(net.layers[0].weight.value).add(net.layers[0].bias?.value ?? 0)
    expect(net.forward(x).dataSync()).toEqual(wanted.mul(2).relu().tanh().dataSync())
    expect([...net.namedParameters().keys()]).toEqual(['layers.0.weight', 'layers.0.bias'])
  })

  it('of nothing gives the input', () => {
    expect(
      nn
        .sequential()
        .forward(tensor([1, 2]))
        .dataSync(),
    ).toEqual(Float32Array.of(1, 2))
  })
})

describe('first weights', () => {
  it('are uniform in ±1/√inputs by default, the bias too', () => {
    random.seed(1)
    const dense = nn.linear(400, 50)
    const filters = nn.conv2d(16, 32, 5, { groups: 4 })
    for (const [variable, inputs] of [
      [dense.weight, 400],
      [dense.bias, 400],
      [filters.weight, 100],
      [filters.bias, 100],
    ] as const) {
      const values = [...(variable?.value.dataSync() ?? [])]
      const limit = 1 / Math.sqrt(inputs)
      expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(limit)
      const spread = Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / values.length)
      expect(Math.abs(spread / (limit / Math.sqrt(3)) - 1)).toBeLessThan(values.length > 1000 ? 0.05 : 0.4)
    }
  })

  it('can be chosen', () => {
    const { constant, zeros } = nn.initializers
    const layer = nn.linear(2, 2, { initializer: constant(0.5), biasInitializer: zeros() })
    expect(layer.forward(tensor([[1, 3]])).dataSync()).toEqual(Float32Array.of(2, 2))
  })
})

describe('mistakes are named with their cure', () => {
  const broken: readonly (readonly [make: () => unknown, message: RegExp])[] = [
    [() => nn.linear(0, 3), /linear: the number of inputs is 0\. Give a whole number of at least 1/],
    [() => nn.linear(3, 2.5), /linear: the number of outputs is 2.5/],
    [() => nn.conv2d(1, Number.NaN, 3), /conv2d: the number of output channels is NaN/],
    [() => nn.conv2d(3, 4, 3, { groups: 2 as number }), /3 input and 4 output channels do not divide into 2 groups/],
    [() => nn.maxPool2d(0), /maxPool2d: the number of elements of the window along an axis is 0/],
    [() => nn.dropout(1), /dropout: the rate 1 is not a part/],
    [() => nn.sequential(...([null] as unknown as nn.Link[])), /sequential: element 0 is null, which has no forward/],
    [
      () => nn.linear(784, 10).forward(ones([2, 28, 28]) as Tensor),
      /linear: Linear takes \[…, 784\], it is given \[2, 28, 28\].*flatten pictures first/,
    ],
    [
      () => nn.sequential(nn.flatten(), nn.linear(784, 10)).forward(ones([2, 27, 28]) as Tensor),
      /it is given \[2, 756\]/,
    ],
    [
      () => nn.conv2d(1, 6, 5).forward(ones([28, 28, 1]) as Tensor),
      /conv2d: Conv2d takes \[batch, height, width, 1\], it is given \[28, 28, 1\].*unsqueeze/,
    ],
    [() => nn.conv2d(3, 6, 5).forward(ones([1, 28, 28, 1]) as Tensor), /takes \[batch, height, width, 3\]/],
    [() => nn.maxPool2d(2).forward(ones([4, 4]) as Tensor), /maxPool2d: MaxPool takes/],
    [() => nn.flatten().forward(tensor(1) as Tensor), /flatten: a scalar has no batch axis/],
    [() => nn.linear(2, 2).forward(new Float32Array(2) as unknown as Tensor), /not a tensor or number/],
    [() => compile(() => nn.linear(2, 2))(), /Create modules and variables outside/],
  ]
  for (const [make, message] of broken) it(String(message), () => expect(make).toThrow(message))

  it('with the path of the layer', () => {
    const net = nn.sequential(nn.linear(2, 3), nn.linear(3, 4))
    net.parameters()
    expect(() => net.layers[1].forward(ones([1, 5]) as Tensor)).toThrow('layers.1 (Linear) takes […, 3]')
  })
})

describe('losses refuse', () => {
  const logits = tensor([[1, 2, 3]], [1, 3])
  const label = (value: number): Tensor => tensor([value], [1], 'int32')

  it('labels that are no classes, naming them, at once', () => {
    expect(() => nn.crossEntropy(logits, label(3))).toThrow(
      'crossEntropy: label 0 is 3, but the logits have 3 classes. Labels are 0 … 2; check whether they start at 1',
    )
    expect(() => nn.crossEntropy(logits, label(-1))).toThrow('label 0 is -1')
    expect(() => nn.crossEntropy(logits, label(7), { weight: tensor([1, 1, 1]) })).toThrow('label 0 is 7')
  })

  it('labels that are no classes in a compiled function, when it runs', () => {
    const loss = compile((x: Tensor, y: Tensor) => nn.crossEntropy(x, y))
    expect(loss(logits, label(2)).itemSync()).toBeCloseTo(Math.log(1 + Math.exp(-1) + Math.exp(-2)), 6)
    expect(() => loss(logits, label(3)).itemSync()).toThrow(
      'crossEntropy: label 3 is outside 0 … 2: the logits have 3 classes. Check the labels, e.g. whether they start at 1',
    )
  })

  it('NaN for a label', () => {
    expect(() => tensor([Number.NaN], [1], 'int32')).toThrow('NaN is not a int32')
    expect(() => nn.crossEntropy(logits, tensor([Number.NaN]))).toThrow(/Class numbers must be integers/)
  })

  it('shapes that only broadcasting would bring together', () => {
    expect(() => nn.meanSquaredError(tensor([1, 2]), tensor([[1], [2]]) as Tensor)).toThrow(/differ/)
    expect(() => nn.crossEntropy(logits, tensor([0, 1], [2], 'int32') as Tensor)).toThrow(/do not fit/)
    expect(() => nn.crossEntropy(logits, label(0), { weight: tensor([1, 2]) as Tensor })).toThrow(
      'Give one weight per class',
    )
  })

  it('options out of range', () => {
    expect(() => nn.crossEntropy(logits, label(0), { labelSmoothing: 2 })).toThrow('labelSmoothing 2')
    expect(() => nn.huber(logits, 0, { delta: 0 })).toThrow('huber: delta is 0')
  })
})

describe('losses of large logits', () => {
  it('neither overflow nor lose their gradient', () => {
    const x = tensor([1000, -1000, 0], [3], 'float64')
    const loss = nn.binaryCrossEntropy(x, tensor([0, 1, 1], [3], 'float64'), { reduction: 'none' })
    expect([...loss.dataSync()]).toEqual([1000, 1000, Math.log(2)])
    expect([...grad(loss.sum(), x).dataSync()]).toEqual([1, -1, -0.5])
    const logits = tensor([[1000, 0]], [1, 2], 'float64')
    const entropy = nn.crossEntropy(logits, tensor([1], [1], 'int32'))
    expect(entropy.itemSync()).toBe(1000)
    expect([...grad(entropy, logits).dataSync()]).toEqual([1, -1])
  })
})

describe('activations', () => {
  it('take a tensor or make a layer, and cannot be confused by zeros', () => {
    const x = tensor([-2, 0, 2])
    expect(nn.leakyRelu(0)).toBeInstanceOf(nn.Activation)
    expect([...nn.leakyRelu(0).forward(x).dataSync()].map(Math.abs)).toEqual([0, 0, 2])
    expect(nn.relu(x)).toBeInstanceOf(Tensor)
    expect(nn.elu(x, 0.5).dataSync()[0]).toBeCloseTo(0.5 * Math.expm1(-2), 6)
  })
})
