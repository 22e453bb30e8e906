import { describe, expect, it } from 'vitest'
import * as nn from '../../src/nn/index.js'
import { compile } from '../../src/tensor/compile.js'
import { tensor } from '../../src/tensor/create.js'
import { grad } from '../../src/tensor/gradients.js'
import type { Tensor } from '../../src/tensor/tensor.js'
import { Buffer, Parameter } from '../../src/tensor/variable.js'

class Block extends nn.Module {
  readonly inner: nn.Linear<3, 3>
  readonly count = new Buffer(tensor([0]), 'count')

  constructor(inner = nn.linear(3, 3)) {
    super()
    this.inner = inner
  }

  forward(x: Tensor): Tensor {
    return this.inner.forward(x)
  }
}

class Net extends nn.Module {
  readonly scale = new Parameter(tensor(2), 'scale')
  readonly blocks = [new Block(), new Block()]
  readonly heads = { left: nn.linear(3, 2), right: nn.linear(3, 4, { bias: false }) }
  readonly note = 'not a part'
  readonly drop = nn.dropout(0.5)

  forward(x: Tensor): Tensor {
    const hidden = x.mul(this.scale.value).pipe(...([this.blocks[0], this.blocks[1]] as const), this.drop)
    return this.heads.left.forward(hidden)
  }
}

const paths = [
  'scale',
  'blocks.0.inner.weight',
  'blocks.0.inner.bias',
  'blocks.1.inner.weight',
  'blocks.1.inner.bias',
  'heads.left.weight',
  'heads.left.bias',
  'heads.right.weight',
]

describe('the tree of a module', () => {
  it('lists what properties, arrays and objects hold, by path', () => {
    const net = new Net()
    expect([...net.namedParameters().keys()]).toEqual(paths)
    expect(net.parameters()).toEqual([...net.namedParameters().values()])
    expect([...net.buffers().keys()]).toEqual(['blocks.0.count', 'blocks.1.count'])
    expect([...net.modules().keys()]).toEqual([
      '',
      'blocks.0',
      'blocks.0.inner',
      'blocks.1',
      'blocks.1.inner',
      'heads.left',
      'heads.right',
      'drop',
    ])
    expect([...net.children().keys()]).toEqual(['blocks.0', 'blocks.1', 'heads.left', 'heads.right', 'drop'])
    expect(net.parameterCount()).toBe(1 + 2 * (9 + 3) + 6 + 2 + 12)
  })

  it('names variables by the longest path they are known by', () => {
    const net = new Net()
    net.blocks[1].parameters()
    expect(net.blocks[1].inner.weight.name).toBe('inner.weight')
    net.parameters()
    expect(net.blocks[1].inner.weight.name).toBe('blocks.1.inner.weight')
    net.blocks[1].parameters()
    expect(net.blocks[1].inner.weight.name).toBe('blocks.1.inner.weight')
  })

  it('lists what is shared once, and its gradient is the sum of both uses', () => {
    const shared = nn.linear(3, 3, { dtype: 'float64' })
    const twice = nn.sequential(new Block(shared), new Block(shared))
    expect([...twice.namedParameters().keys()]).toEqual(['layers.0.inner.weight', 'layers.0.inner.bias'])
    const separate = [shared, nn.linear(3, 3, { dtype: 'float64' })] as const
    separate[1].weight.assign(shared.weight.value)
    separate[1].bias?.assign(shared.bias?.value as Tensor<[3]>)
    const x = tensor([1, -2, 3], [1, 3], 'float64')
    const [weight] = grad(twice.forward(x).square().sum(), twice.parameters())
    const [first, , second] = grad(
      nn
        .sequential(...separate)
        .forward(x)
        .square()
        .sum(),
      [...separate[0].parameters(), ...separate[1].parameters()],
    )
    const sum = first.add(second).dataSync()
    weight.dataSync().forEach((value, i) => {
      expect(value).toBeCloseTo(sum[i], 12)
    })
  })

  it('survives circles', () => {
    const net: nn.Module & { self?: nn.Module } = new Block()
    net.self = net
    expect([...net.namedParameters().keys()]).toEqual(['inner.weight', 'inner.bias'])
  })

  it('prints as a tree with the numbers of parameters', () => {
    const net = nn.sequential(
      nn.conv2d(1, 6, 5, { padding: 'same', stride: 2, bias: false }),
      nn.relu(),
      nn.maxPool2d(2),
      nn.flatten(),
      nn.linear(294, 10),
      nn.dropout(0.25),
      nn.leakyRelu(0.2),
    )
    expect(net.toString().split('\n')).toEqual([
      'Sequential (3,100 parameters)',
      '  layers.0: Conv2d 1 → 6, 5×5, stride 2, padding "same", no bias (150 parameters)',
      '  layers.1: Activation relu',
      '  layers.2: MaxPool 2×2',
      '  layers.3: Flatten',
      '  layers.4: Linear 294 → 10 (2,950 parameters)',
      '  layers.5: Dropout 0.25',
      '  layers.6: Activation leakyRelu 0.2',
    ])
  })
})

describe('modes', () => {
  it('hold for everything inside, and a compiled function follows them', () => {
    const net = nn.sequential(nn.dropout(0.5), nn.sequential(nn.dropout(0.5)))
    net.parameters() // With this the layers know their paths.
    const forward = compile((x: Tensor) => net.forward(x))
    const x = tensor(new Float32Array(1000).fill(1), [1000])
    const zeros = (y: Tensor): number => y.dataSync().filter((value) => value === 0).length
    expect(zeros(forward(x))).toBeGreaterThan(600)
    net.eval()
    expect([...net.modules().values()].map((module) => module.training)).toEqual([false, false, false, false])
    expect(zeros(forward(x))).toBe(0)
    net.train()
    expect(zeros(forward(x))).toBeGreaterThan(600)
    net.eval()
    expect(zeros(forward(x))).toBe(0)
    // Two programs, both still good; the reason of the second names the layer.
    expect(forward.traces.map(({ reason }) => reason)).toEqual([
      'the first call',
      'training mode of layers.0 (Dropout): true → false',
    ])
  })

  it('freezing leaves parameters out of training, and back in', () => {
    const net = new Net()
    net.blocks[0].freeze()
    expect(net.parameters().map(({ name }) => name)).toEqual(paths.filter((path) => !path.startsWith('blocks.0')))
    expect([...net.namedParameters().keys()]).toEqual(paths)
    net.unfreeze()
    expect(net.parameters().map(({ name }) => name)).toEqual(paths)
  })

  it('a compiled step sees that something is frozen', () => {
    const net = nn.sequential(nn.linear(2, 2), nn.linear(2, 2))
    const x = tensor([[1, 2]])
    const step = compile(() => {
      const loss = net.forward(x).sum()
      const parameters = net.parameters()
      const gradients = grad(loss, parameters)
      parameters.forEach((parameter, i) => {
        parameter.assign(parameter.value.sub(gradients[i]))
      })
    })
    const weights = (): number[][] => net.layers.map((layer) => [...layer.weight.value.dataSync()])
    step()
    net.layers[0].freeze()
    const before = weights()
    step()
    expect(weights()[0]).toEqual(before[0])
    expect(weights()[1]).not.toEqual(before[1])
  })
})

describe('state', () => {
  const x = tensor([[1, 2, 3]])

  it('goes from one module to another', async () => {
    const [from, to] = [new Net().eval(), new Net().eval()]
    from.blocks[0].count.assign(tensor([7]))
    expect(to.forward(x).dataSync()).not.toEqual(from.forward(x).dataSync())
    to.loadState(await from.state())
    expect(to.forward(x).dataSync()).toEqual(from.forward(x).dataSync())
    expect(to.blocks[0].count.value.dataSync()[0]).toBe(7)
  })

  it('is a copy', async () => {
    const net = new Net()
    const state = await net.state()
    const before = [...state.scale.data]
    net.scale.assign(tensor(5))
    expect([...state.scale.data]).toEqual(before)
    net.loadState(state)
    state.scale.data[0] = 9
    expect(net.scale.value.itemSync()).toBe(2)
  })

  it('keeps 16-bit floats', async () => {
    const [from, to] = [nn.linear(2, 2, { dtype: 'float16' }), nn.linear(2, 2, { dtype: 'float16' })]
    to.loadState(await from.state())
    expect(to.weight.value.dataSync()).toEqual(from.weight.value.dataSync())
    const wide = await nn.linear(2, 2).state()
    expect(() => to.loadState(wide)).toThrow("'weight' is float32[2, 2] instead of float16[2, 2]")
  })

  it('that does not fit is refused with a list, and nothing is changed', async () => {
    const net = new Net()
    const { scale, 'heads.left.bias': bias, 'heads.right.weight': _, ...rest } = await net.state()
    const wrong = {
      ...rest,
      scale: { ...scale, data: Float32Array.of(3) },
      'heads.left.bias': { ...bias, shape: [3], data: new Float32Array(3) },
      extra: scale,
    }
    expect(() => net.loadState(wrong)).toThrow(
      "loadState: the state does not fit Net: 'heads.left.bias' is float32[3] instead of float32[2], 'heads.right.weight' is missing, 'extra' is not known. Load it into",
    )
    expect(net.scale.value.itemSync()).toBe(2)
  })
})
