import { describe, expect, it } from 'vitest'
import * as nn from '../../src/nn/index.js'
import { adam, sgd } from '../../src/optim/index.js'
import { compile } from '../../src/tensor/compile.js'
import { tensor } from '../../src/tensor/create.js'
import type { Tensor } from '../../src/tensor/tensor.js'
import { Parameter, Variable } from '../../src/tensor/variable.js'

const x = (): Tensor => tensor([[1, 2, 3]])

describe('layers that the walk cannot find', () => {
  class Private extends nn.Module {
    readonly #hidden = nn.linear(3, 3)
    readonly output = nn.linear(3, 2)
    forward(x: Tensor): Tensor {
      return this.output.forward(this.#hidden.forward(x) as Tensor)
    }
  }
  class Bare extends nn.Module {
    readonly #scale = new Parameter(tensor(2), 'scale')
    forward(x: Tensor): Tensor {
      return x.mul(this.#scale.value)
    }
  }
  class Closed extends nn.Module {
    readonly forward: (x: Tensor) => Tensor
    readonly shown = nn.linear(3, 2)
    constructor() {
      super()
      const hidden = nn.linear(3, 3)
      this.forward = (x) => this.shown.forward(hidden.forward(x) as Tensor)
    }
  }
  class Foreign extends nn.Module {
    readonly box = new (class Box {
      layer = nn.linear(3, 3)
    })()
    forward(x: Tensor): Tensor {
      return this.box.layer.forward(x) as Tensor
    }
  }
  const outside = nn.linear(3, 3)
  class Outside extends nn.Module {
    forward(x: Tensor): Tensor {
      return outside.forward(x) as Tensor
    }
  }

  it.each([
    ['#private', () => new Private(), /Private uses the parameter 'weight' float32\[3, 3\] of a Linear/],
    ['a #private parameter', () => new Bare(), /Bare uses the parameter 'scale' float32\[\]/],
    ['in an object of another class', () => new Foreign(), /Foreign uses.*Linear/],
    ['outside', () => new Outside(), /Outside uses/],
    ['inside another', () => nn.sequential(new Private()), /Sequential uses/],
  ])('%s are refused where they are used', (_, make, message) => {
    expect(() => make().forward(x() as never)).toThrow(message)
    const model = make()
    expect(() => compile((x: Tensor) => model.forward(x as never))(x())).toThrow(message)
    expect(() => compile((x: Tensor) => sgd(model).minimize((model.forward(x as never) as Tensor).sum()))(x())).toThrow(
      message,
    )
  })

  it('behind a forward that is a property, they are refused where they would stay untrained', () => {
    const model = new Closed()
    const optimizer = sgd(model)
    const step = (): void => optimizer.minimize(model.forward(x()).sum())
    expect(step).toThrow(/Closed uses the parameter 'weight' float32\[3, 3\] of a Linear.*freeze/)
    expect(() => compile(step)()).toThrow(/Closed uses/)
  })

  it('are taken when they were frozen, or belong to who calls', () => {
    const backbone = nn.linear(3, 3).freeze()
    class Head extends nn.Module {
      readonly output = nn.linear(3, 2)
      forward(x: Tensor): Tensor {
        return this.output.forward(backbone.forward(x) as Tensor)
      }
    }
    const head = new Head()
    const before = backbone.weight.value.dataSync()
    sgd(head).minimize(head.forward(x()).sum())
    expect(backbone.weight.value.dataSync()).toEqual(before)
    class Generator extends nn.Module {
      readonly output = nn.linear(3, 3)
      loss(other: nn.Linear<3, 3>, x: Tensor): Tensor {
        return other.forward(this.output.forward(x as never) as never).sum()
      }
    }
    const [generator, discriminator] = [new Generator(), nn.linear(3, 3)]
    sgd(generator).minimize(generator.loss(discriminator, x()))
  })
})

describe('layers in maps and sets', () => {
  class Keyed extends nn.Module {
    readonly byName = new Map<string | number, unknown>([
      ['left', nn.linear(3, 2, { bias: false })],
      [1, [nn.linear(3, 2, { bias: false })]],
      ['1', nn.linear(3, 2, { bias: false })],
    ])
    readonly all = new Set([nn.linear(3, 2, { bias: false })])
    readonly byLayer = new Map([[nn.linear(3, 2, { bias: false }), { scale: new Parameter(tensor(1), 'scale') }]])
    forward(x: Tensor): Tensor {
      const layers = [...this.byName.values(), ...this.all, ...this.byLayer.keys()].flat() as nn.Linear<3, 2>[]
      return layers
        .map((layer) => layer.forward(x) as Tensor)
        .reduce((a, b) => a.add(b))
        .mul([...this.byLayer.values()][0].scale.value)
    }
  }

  it('are found by key, trained and saved', async () => {
    const [model, other] = [new Keyed(), new Keyed()]
    expect([...model.namedParameters().keys()]).toEqual([
      'byName.left.weight',
      'byName.1.0.weight',
      'byName.entry 2.weight',
      'all.0.weight',
      'byLayer.entry 0.scale',
      'byLayer.entry 0.key.weight',
    ])
    const before = model.parameters().map((parameter) => parameter.value.dataSync())
    compile(() => adam(model).minimize(model.forward(x()).square().sum()))()
    model.parameters().forEach((parameter, i) => {
      expect(parameter.value.dataSync()).not.toEqual(before[i])
    })
    other.loadState(await model.state())
    expect(other.forward(x()).dataSync()).toEqual(model.forward(x()).dataSync())
  })
})

describe('parameters that an optimizer is not told of', () => {
  it('are refused, unless another optimizer has them or nothing flows to them', () => {
    const [a, b] = [new Parameter(tensor(2), 'a'), new Parameter(tensor(3), 'b')]
    const fixed = new Variable(tensor(5), 'fixed')
    const loss = (): Tensor => a.value.mul(b.value).mul(fixed.value)
    expect(() => sgd([a]).minimize(loss())).toThrow(/parameter 'b'/)
    expect(() => compile(() => sgd([a]).minimize(loss()))()).toThrow(/parameter 'b'/)
    sgd([a]).minimize(a.value.mul(b.value.stopGradient()))
    sgd([b])
    sgd([a], { learningRate: 0.1 }).minimize(loss())
    expect(b.value.itemSync()).toBe(3)
  })
})
