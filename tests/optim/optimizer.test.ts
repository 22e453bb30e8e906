import { compile, Parameter, type Tensor, tensor } from 'shapewise'
import * as nn from 'shapewise/nn'
import { adagrad, adam, adamW, constantRate, type Optimizer, rmsProp, sgd } from 'shapewise/optim'
import { describe, expect, it } from 'vitest'

const parameter = (values: number[], name = 'p') => new Parameter(tensor(values), name)
const valuesOf = (p: Parameter): number[] => [...p.value.dataSync()]

describe('optimizers', () => {
  it('descend a parabola as the closed form says: x ← (1 − 2 · rate) x', () => {
    const x = parameter([1, -2])
    const optimizer = sgd([x], { learningRate: 0.25 })
    for (let i = 0; i < 5; i++) optimizer.minimize(x.value.square().sum())
    expect(valuesOf(x)).toEqual([0.5 ** 5, -2 * 0.5 ** 5])
  })

  it('make the same steps compiled and not, for a module, from the start', () => {
    const make = () => {
      const layer = nn.linear(3, 2)
      layer.weight.assign(tensor([0.1, -0.2, 0.3, 0.4, -0.5, 0.6], [3, 2]))
      layer.bias?.assign(tensor([0.1, 0.2]))
      return layer
    }
    const inputs = tensor([1, 2, 3, -1, 0, 1], [2, 3])
    const optimizers: (() => Optimizer)[] = [
      () => sgd({ momentum: 0.9, nesterov: true }),
      () => adam({ amsgrad: true, weightDecay: 0.1, clipNorm: 0.5 }),
      () => adamW(),
      () => rmsProp({ centered: true, momentum: 0.5 }),
      () => adagrad({ learningRateDecay: 0.1 }),
    ]
    for (const makeOptimizer of optimizers) {
      const results = [false, true].map((compiled) => {
        const layer = make()
        const optimizer = makeOptimizer()
        const plain = (x: Tensor): void => optimizer.minimize(layer.forward(x).square().mean(), layer)
        const step = compiled ? compile(plain) : plain
        for (let i = 0; i < 4; i++) step(inputs)
        return [...layer.weight.value.dataSync()]
      })
      for (const [i, value] of results[0].entries()) expect(results[1][i]).toBeCloseTo(value, 6)
    }
  })

  it('take a new learning rate without tracing again, and a new schedule with', () => {
    const x = parameter([0])
    const optimizer = sgd([x], { learningRate: 1 })
    const step = compile(() => optimizer.minimize(x.value.sum()))
    step()
    optimizer.learningRate = 0.5
    step()
    expect(valuesOf(x)).toEqual([-1.5])
    expect(step.traces).toHaveLength(1)
    optimizer.learningRate = (count) => count.mul(10)
    step()
    expect(valuesOf(x)).toEqual([-21.5])
    step()
    expect(valuesOf(x)).toEqual([-51.5])
    expect(step.traces).toHaveLength(2)
    expect(step.traces[1].reason).toContain('learning rate schedule of sgd')
  })

  it('say how many steps they have made and what the rate is', async () => {
    const x = parameter([0])
    const optimizer = sgd([x], { learningRate: (count) => count.add(1).mul(0.5) })
    expect(await optimizer.currentLearningRate()).toBe(0.5)
    optimizer.minimize(x.value.sum())
    expect(await optimizer.steps()).toBe(1)
    expect(await optimizer.currentLearningRate()).toBe(1)
    optimizer.learningRate = 0.003
    expect(await optimizer.currentLearningRate()).toBe(0.003)
  })

  it('go on from a stored state as if nothing had happened', async () => {
    const run = async (interrupted: boolean): Promise<number[]> => {
      const layer = nn.linear(2, 1)
      layer.weight.assign(tensor([0.5, -0.5], [2, 1]))
      layer.bias?.assign(tensor([0.25]))
      const loss = () =>
        layer
          .forward(tensor([1, 2], [1, 2]))
          .sub(3)
          .square()
          .sum()
      const make = () => adam(layer, { learningRate: 0.1, amsgrad: true })
      let optimizer = make()
      for (let i = 0; i < 6; i++) {
        if (interrupted && i === 3) {
          const state = await optimizer.state()
          expect(Object.keys(state)).toContain('weight.square')
          optimizer = make()
          optimizer.learningRate = 7
          optimizer.loadState(state)
        }
        optimizer.minimize(loss())
      }
      return [...layer.weight.value.dataSync()]
    }
    expect(await run(true)).toEqual(await run(false))
  })

  it('refuse a state that does not fit and change nothing', async () => {
    const [a, b] = [parameter([1], 'a'), parameter([1, 2], 'b')]
    const [one, other] = [adam([a]), adam([b])]
    one.minimize(a.value.sum())
    expect(() => sgd([a]).loadState({})).toThrow(/'step' is missing/)
    const state = await one.state()
    expect(() => other.loadState(state)).toThrow(/loadState: .*'b\.mean' is missing.*'a\.mean' is not known/)
    expect(await other.steps()).toBe(0)
  })

  it('keep the state of parameters of the same name apart', async () => {
    const twins = [parameter([1]), parameter([2])]
    const optimizer = sgd(twins, { learningRate: 1, momentum: 0.5 })
    optimizer.minimize(twins[0].value.mul(3).add(twins[1].value.mul(5)).sum())
    const { 'p.momentum': first, 'p.momentum.2': second } = await optimizer.state()
    expect([first.data[0], second.data[0]]).toEqual([3, 5])
  })

  it('apply gradients from elsewhere', () => {
    const [a, b] = [parameter([1, 2]), parameter([3])]
    sgd({ learningRate: 0.5 }).apply([tensor([2, 4]), tensor([-2])], [a, b])
    expect([valuesOf(a), valuesOf(b)]).toEqual([[0, 0], [4]])
    const optimizer = sgd([a, b])
    expect(() => optimizer.apply([tensor([1, 1])])).toThrow(/1 gradients for 2 parameters/)
    expect(() => optimizer.apply([tensor([1]), tensor([1])])).toThrow(/gradient 0 has shape \[1\].*\[2\]/)
  })

  it('leave frozen parameters as they are, and those that the loss does not depend on', () => {
    const net = nn.sequential(nn.linear(1, 1), nn.linear(1, 1))
    net.layers[0].freeze()
    const before = [...net.namedParameters().values()].map(valuesOf)
    sgd(net, { learningRate: 0.1 }).minimize(net.forward(tensor([1], [1, 1])).sum())
    const after = [...net.namedParameters().values()].map(valuesOf)
    expect(after.slice(0, 2)).toEqual(before.slice(0, 2))
    expect(after[3][0]).toBeCloseTo(before[3][0] - 0.1, 6)
    const [used, unused] = [parameter([1]), parameter([1])]
    sgd([used, unused], { learningRate: 1 }).minimize(used.value.sum())
    expect([valuesOf(used), valuesOf(unused)]).toEqual([[0], [1]])
  })

  it('collect steps that are too small for a 16-bit parameter in their state', () => {
    const half = new Parameter(tensor([1], [1], 'bfloat16'))
    const optimizer = sgd([half], { learningRate: 2 ** -9, momentum: 0.999 })
    optimizer.minimize(half.value.sum())
    // 1 − 2⁻⁹ is rounded to 1; with momentum the steps grow until one counts.
    expect(valuesOf(half)).toEqual([1])
    optimizer.minimize(half.value.sum())
    optimizer.minimize(half.value.sum())
    expect(valuesOf(half)[0]).toBeLessThan(1)
  })

  it('clip by the common norm and by value', () => {
    const [a, b] = [parameter([0]), parameter([0])]
    // The gradient (3, 4) has the norm 5.
    const step = (options: object) => {
      a.assign(tensor([0]))
      b.assign(tensor([0]))
      sgd([a, b], { learningRate: 1, ...options }).minimize(a.value.mul(3).add(b.value.mul(4)).sum())
      return [...valuesOf(a), ...valuesOf(b)]
    }
    const [x, y] = step({ clipNorm: 1 })
    expect(x).toBeCloseTo(-0.6, 6)
    expect(y).toBeCloseTo(-0.8, 6)
    expect(step({ clipNorm: 6 })).toEqual([-3, -4])
    expect(step({ clipValue: 3.5 })).toEqual([-3, -3.5])
  })
})

describe('optimizers refuse', () => {
  const p = parameter([1])
  const bad: [string, () => unknown, RegExp][] = [
    ['a negative learning rate', () => sgd({ learningRate: -1 }), /sgd: the learning rate is -1.*at least 0/],
    ['a learning rate that is no number', () => adam({ learningRate: Number.NaN }), /adam: the learning rate is NaN/],
    ['a negative learning rate later', () => Object.assign(adam(), { learningRate: -1 }), /the learning rate is -1/],
    ['a momentum of 1', () => sgd({ momentum: 1 }), /sgd: momentum is 1/],
    ['nesterov without momentum', () => sgd({ nesterov: true }), /nesterov with momentum 0/],
    ['nesterov with dampening', () => sgd({ nesterov: true, momentum: 0.9, dampening: 0.1 }), /dampening 0\.1/],
    ['beta1 of 1', () => adam({ beta1: 1 }), /adam: beta1 is 1/],
    ['beta2 above 1', () => adamW({ beta2: 1.5 }), /adamW: beta2 is 1\.5/],
    ['a negative epsilon', () => adam({ epsilon: -1e-8 }), /epsilon is -1e-8/],
    ['a negative weight decay', () => adamW({ weightDecay: -0.1 }), /weightDecay is -0\.1/],
    ['a decay of 1', () => rmsProp({ decay: 1 }), /rmsProp: decay is 1/],
    ['a negative learning rate decay', () => adagrad({ learningRateDecay: -1 }), /adagrad: learningRateDecay is -1/],
    ['a clipNorm of 0', () => sgd({ clipNorm: 0 }), /sgd: clipNorm is 0/],
    ['a negative clipValue', () => sgd({ clipValue: -1 }), /sgd: clipValue is -1/],
    ['to optimize nothing', () => sgd().minimize(p.value.sum()), /not known what to optimize.*minimize\(loss, model\)/],
    ['an empty list', () => sgd([]).minimize(p.value.sum()), /there are no parameters/],
    ['a loss that is no scalar', () => sgd([p]).minimize(p.value as Tensor), /sgd: the loss has shape \[1\]. .*mean/],
    ['a loss of integers', () => sgd([p]).minimize(p.value.sum().cast('int32')), /int32/],
    ['a loss of other things', () => sgd([p]).minimize(tensor(1).mul(2)), /does not depend on the given value/],
    [
      'a schedule that gives no scalar',
      () => sgd([p], { learningRate: () => tensor([1, 2]) as Tensor }).minimize(p.value.sum()),
      /scalar/,
    ],
    ['a negative rate in a schedule', () => constantRate(-1), /constantRate: the learning rate is -1/],
  ]
  for (const [what, attempt, message] of bad) it(what, () => expect(attempt).toThrow(message))
})
