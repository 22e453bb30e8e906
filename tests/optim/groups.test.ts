import { backend, backendNames, compile, Parameter, random, setBackend, type Tensor, tensor } from 'shapewise'
import * as nn from 'shapewise/nn'
import {
  adam,
  adamW,
  constantRate,
  lamb,
  lookahead,
  type Optimizer,
  type OptimizerOptions,
  scheduleFreeAdamW,
  sgd,
} from 'shapewise/optim'
import { describe, expect, it } from 'vitest'

const parameter = (values: number[], name = 'p') => new Parameter(tensor(values), name)
const valuesOf = (p: Parameter): number[] => [...p.value.dataSync()]

describe('groups', () => {
  const net = () => nn.sequential(nn.linear(2, 2), nn.linear(2, 1))

  it('give the parameters whose paths fit other options, also of one optimizer alone', () => {
    const model = net()
    const before = [...model.namedParameters().values()].map(valuesOf)
    const gradients = model.parameters().map(({ value }) => value.mul(0).add(1) as Tensor)
    const optimizer = sgd(model, {
      learningRate: 0.1,
      weightDecay: 0.5,
      groups: [
        { match: /bias/g, weightDecay: 0, learningRateFactor: 2 },
        { match: /layers\.1\.weight/, learningRate: constantRate(0.3), momentum: 0.9 },
      ],
    })
    for (let i = 0; i < 2; i++) optimizer.apply(gradients)
    const wanted = [
      (p: number) => [0, 0].reduce((q) => q - 0.1 * (1 + 0.5 * q), p),
      (p: number) => p - 0.4,
      (p: number) => {
        const first = 1 + 0.5 * p
        const q = p - 0.3 * first
        return q - 0.3 * (0.9 * first + 1 + 0.5 * q)
      },
      (p: number) => p - 0.4,
    ]
    for (const [i, p] of model.parameters().entries()) {
      for (const [k, value] of valuesOf(p).entries()) expect(value).toBeCloseTo(wanted[i](before[i][k]), 5)
    }
  })

  it('follow the rate of all with their factor, without another trace', () => {
    const [a, b] = [parameter([0], 'a'), parameter([0], 'b')]
    const optimizer = sgd([a, b], { learningRate: 1, groups: [{ match: /b/, learningRateFactor: 0.5 }] })
    const step = compile(() => optimizer.minimize(a.value.add(b.value).sum()))
    step()
    optimizer.learningRate = 2
    step()
    expect([valuesOf(a), valuesOf(b)]).toEqual([[-3], [-1.5]])
    expect(step.traces).toHaveLength(1)
  })

  it('refuse patterns that fit nothing, or what another fits', () => {
    expect(() => sgd(net(), { groups: [{ match: /norm/ }] })).toThrow(
      /sgd, group \/norm\/ fits no parameter\. There are 'layers\.0\.weight', 'layers\.0\.bias', 'layers\.1\.weight', 'layers\.1\.bias'/,
    )
    expect(() => sgd(net(), { groups: [{ match: /bias/ }, { match: /layers\.0/ }] })).toThrow(
      /'layers\.0\.bias' fits the groups \/bias\/ and \/layers\\\.0\//,
    )
    // What is told later is refused later.
    const p = parameter([1])
    expect(() => sgd({ groups: [{ match: /bias/ }] }).minimize(p.value.sum(), [p])).toThrow(/fits no parameter/)
  })

  it('may be frozen for a while', () => {
    const model = net()
    model.layers[0].freeze()
    const optimizer = sgd(model, { groups: [{ match: /layers\.0/, learningRateFactor: 0.1 }] })
    expect(() => optimizer.minimize(model.forward(tensor([1, 2], [1, 2])).sum())).not.toThrow()
  })

  const bad: [string, () => unknown, RegExp][] = [
    [
      'a misspelt option',
      () => adam({ groups: [{ match: /b/, weigthDecay: 0 } as never] }),
      /group \/b\/: .*'weightDecay'/,
    ],
    ['an option out of range', () => adam({ groups: [{ match: /b/, beta1: 1 }] }), /adam, group \/b\/: beta1 is 1/],
    ['a text as pattern', () => adam({ groups: [{ match: 'b' as never }] }), /match is a string \(b\).*pattern/],
    ['no pattern', () => adam({ groups: [{} as never] }), /match is undefined/],
    ['no list', () => adam({ groups: { match: /b/ } as never }), /groups is an Object/],
    [
      'nothing as group',
      () => adam({ groups: [undefined as never] }),
      /adam, group undefined: the options are missing/,
    ],
    [
      'a rate and a factor',
      () => adam({ groups: [{ match: /b/, learningRate: 1, learningRateFactor: 1 }] }),
      /both learningRate and learningRateFactor/,
    ],
    ['a negative factor', () => adam({ groups: [{ match: /b/, learningRateFactor: -1 }] }), /learningRateFactor is -1/],
    ['an accumulation of half a call', () => adam({ accumulate: 0.5 }), /accumulate: steps is 0\.5/],
    ['another sum', () => adam({ accumulate: { steps: 2, losses: 'sum' as never } }), /Did you mean 'sums'/],
    ['noise without a size', () => adam({ gradientNoise: 0.1 as never }), /gradientNoise/],
    ['a place of decay that is fixed', () => lamb({ decoupledDecay: true }), /part of this method/],
    ['a boolean that is none', () => adam({ amsgrad: 1 as never }), /amsgrad is a number \(1\)/],
  ]
  for (const [what, attempt, message] of bad) it(`refuse ${what}`, () => expect(attempt).toThrow(message))
})

describe('accumulation', () => {
  const x = tensor([1, 2, 3, 4, 5, 6], [6])

  it('of batches of several sizes is the large batch, if each says its size; of sums as well', () => {
    const whole = parameter([1])
    sgd([whole], { learningRate: 0.1 }).minimize(x.mul(whole.value).square().mean())
    const parts: [number, number][] = [
      [0, 1],
      [1, 3],
      [3, 6],
    ]
    const part = parameter([1])
    const optimizer = sgd([part], { learningRate: 0.1, accumulate: 3 })
    for (const [from, to] of parts) {
      optimizer.minimize(x.slice([from, to]).mul(part.value).square().mean(), [part], { weight: to - from })
    }
    expect(valuesOf(part)[0]).toBeCloseTo(valuesOf(whole)[0], 5)
    const sums = [parameter([1]), parameter([1])]
    sgd([sums[0]], { learningRate: 0.01 }).minimize(x.mul(sums[0].value).square().sum())
    const adding = sgd([sums[1]], { learningRate: 0.01, accumulate: { steps: 3, losses: 'sums' } })
    for (const [from, to] of parts) adding.minimize(x.slice([from, to]).mul(sums[1].value).square().sum())
    expect(valuesOf(sums[1])[0]).toBeCloseTo(valuesOf(sums[0])[0], 5)
  })

  it('takes weights from the program, and steps nowhere without any', () => {
    const p = parameter([0])
    const optimizer = sgd([p], { learningRate: 1, accumulate: 2 })
    const step = compile((slope: Tensor<[]>, weight: Tensor<[]>) =>
      optimizer.minimize(p.value.sum().mul(slope), undefined, { weight }),
    )
    for (const [slope, weight] of [
      [1, 3],
      [5, 1],
      [1, 0],
      [5, 0],
    ])
      step(tensor(slope, []), tensor(weight, []))
    expect(valuesOf(p)).toEqual([-2])
    expect(step.traces).toHaveLength(1)
    expect(() => optimizer.minimize(p.value.sum(), [p], { weight: -1 })).toThrow(/weight of the loss is -1/)
  })

  it('is stored in the middle, and clips what it has added up', async () => {
    const make = () => sgd([p], { learningRate: 1, accumulate: 2, clipNorm: 1 })
    const p = parameter([0], 'p')
    const first = make()
    first.minimize(p.value.mul(3).sum())
    expect(await first.steps()).toBe(0)
    const state = await first.state()
    expect(Object.keys(state)).toContain('p.accumulated')
    const second = make()
    second.loadState(state)
    second.minimize(p.value.mul(5).sum())
    expect(await second.steps()).toBe(1)
    expect(valuesOf(p)[0]).toBeCloseTo(-1, 5)
  })
})

describe('noise in gradients', () => {
  it('has the variance of its step', () => {
    random.seed(3)
    const p = new Parameter(tensor(new Float32Array(20000)), 'p')
    const optimizer = sgd([p], { learningRate: 1, gradientNoise: { variance: 0.25, decay: 2 } })
    const step = compile(() => optimizer.minimize(p.value.mul(0).sum()))
    const deviations = [1, 2, 3].map(() => {
      const before = p.value.add(0)
      step()
      return before.sub(p.value).square().mean().sqrt().itemSync()
    })
    for (const [i, deviation] of deviations.entries()) expect(deviation / (0.5 / (i + 1))).toBeCloseTo(1, 1)
    expect(step.traces).toHaveLength(1)
  })
})

describe('what is used is not what is trained', () => {
  it('with schedule-free steps: eval puts in the average, train takes it back', async () => {
    const p = parameter([1, -2], 'p')
    const optimizer = scheduleFreeAdamW([p], { learningRate: 0.1 })
    const step = compile(() => optimizer.minimize(p.value.square().sum()))
    expect(valuesOf(optimizer.eval() && p)).toEqual([1, -2])
    optimizer.train()
    for (let i = 0; i < 5; i++) step()
    const trained = valuesOf(p)
    optimizer.eval()
    expect(valuesOf(p)).toEqual([...(await optimizer.state())['p.average'].data])
    expect(valuesOf(p)).not.toEqual(trained)
    expect(step).toThrow(/parameters for evaluation.*optimizer\.train\(\)/)
    optimizer.train()
    expect(valuesOf(p)).toEqual(trained)
    step()
  })

  it('is no matter for others', () => {
    const p = parameter([1])
    const optimizer = adamW([p])
    optimizer.eval().minimize(p.value.sum())
    expect(() => lookahead(scheduleFreeAdamW([p]))).toThrow(/averages of its own/)
  })
})

describe('adversaries', () => {
  it('layers of 3, 64 and 1 units, clipped and accumulated, learn alike on all backends', async () => {
    const optim = await import('shapewise/optim')
    const kinds = ['adamW', 'lamb', 'adafactor', 'muon'] as const
    const before = backend().name
    for (const name of kinds) {
      const ways = backendNames().map(async (backendName) => {
        setBackend(backendName)
        random.seed(5)
        const model = nn.sequential(nn.linear(3, 64), nn.linear(64, 1))
        const make = optim[name] as (parameters: nn.Module, options: OptimizerOptions) => Optimizer
        const optimizer = make(model, { accumulate: 2, clipNorm: 1 })
        const step = compile((x: Tensor<[16, 3]>, y: Tensor<[16, 1]>) =>
          optimizer.minimize(nn.meanSquaredError(model.forward(x).tanh(), y)),
        )
        const [x, y] = [random.normal([16, 3]), random.normal([16, 1])]
        for (let i = 0; i < 6; i++) step(x, y)
        return model.layers[0].weight.value.dataSync()
      })
      const [first, ...others] = await Promise.all(ways)
      const scale = Math.max(...first.map(Math.abs))
      for (const other of others) {
        for (const [i, value] of first.entries()) expect(Math.abs(other[i] - value) / scale).toBeLessThan(1e-4)
      }
    }
    setBackend(before)
  })

  it('parameters without elements and of one, in every optimizer', async () => {
    const optim = await import('shapewise/optim')
    const kinds = [
      'sgd',
      'adagrad',
      'adadelta',
      'rmsProp',
      'adam',
      'adamax',
      'nadam',
      'radam',
      'lion',
      'lars',
      'lamb',
    ] as const
    const more = ['adafactor', 'muon', 'rprop', 'scheduleFreeAdamW'] as const
    for (const name of [...kinds, ...more]) {
      const list = [[0], [0, 3], [], [1, 1], [2, 0, 1]].map(
        (shape, i) => new Parameter(tensor(new Float32Array(shape.reduce((n, k) => n * k, 1)).fill(0), shape), `p${i}`),
      )
      const make = optim[name] as (parameters: Parameter[]) => Optimizer
      const optimizer = make(list)
      const step = compile(() => {
        optimizer.minimize(list.map(({ value }) => value.add(1).square().sum()).reduce((a, b) => a.add(b)))
      })
      for (let i = 0; i < 3; i++) step()
      for (const { value } of list) for (const x of value.dataSync()) expect([name, x < 0]).toEqual([name, true])
    }
  })

  it('gradients of zeros and constant ones give no NaN', async () => {
    const optim = await import('shapewise/optim')
    for (const make of [
      () => optim.rmsProp({ centered: true, decay: 0.5 }),
      () => optim.adafactor(),
      () => optim.lars(),
      () => optim.lamb(),
      () => optim.muon(),
      () => optim.adamax(),
      () => optim.sgd({ clipNorm: 1, clipAdaptive: 0.01 }),
      () => optim.scheduleFreeAdamW({ learningRate: 0 }),
    ]) {
      for (const slope of [0, 0.1]) {
        const p = new Parameter(tensor([0, 1, 2, 3], [2, 2]), 'p')
        const optimizer = make()
        const step = compile(() => optimizer.minimize(p.value.mul(slope).sum(), [p]))
        for (let i = 0; i < 40; i++) step()
        for (const x of p.value.dataSync()) expect(Number.isFinite(x)).toBe(true)
      }
    }
  })
})

describe('an update', () => {
  it('is one loop for each parameter, beside the numbers that all share', () => {
    const loops = (optimizer: Optimizer): number => {
      const list = [
        new Parameter(tensor([1, 2, 3]), 'a'),
        new Parameter(
          tensor([
            [1, 2, 3],
            [4, 5, 6],
          ]),
          'b',
        ),
      ]
      const step = compile((g: Tensor<[3]>, h: Tensor<[2, 3]>) => optimizer.apply([g, h], list))
      step(
        tensor([1, 2, 3]),
        tensor([
          [1, 2, 3],
          [4, 5, 6],
        ]),
      )
      const kernels = step
        .explain()
        .split('\n')
        .filter((line) => /^(loop|contraction|copy|routine) \[/.test(line))
      return kernels.filter((line) => !line.startsWith('loop []')).length
    }
    const groups = [{ match: /a/, weightDecay: 0.1, learningRateFactor: 0.5 }]
    expect(loops(adam({ groups, weightDecay: 0.2, l1Decay: 0.1, clipValue: 1 }))).toBe(2)
    for (const optimizer of [adamW(), scheduleFreeAdamW(), lookahead(adam()), sgd({ momentum: 0.9, dampening: 0.1 })]) {
      expect(loops(optimizer)).toBe(2)
    }
  })

  it('has options that are known to the type checker, also in groups', () => {
    // @ts-expect-error
    expect(() => adam({ lr: 1 })).toThrow(/learningRate/)
    // @ts-expect-error
    expect(() => sgd({ groups: [{ match: /x/, beta1: 0.5 }] })).toThrow(/no option 'beta1'/)
    // @ts-expect-error
    expect(() => sgd({ groups: [{ weightDecay: 0 }] })).toThrow(/match is undefined/)
    // @ts-expect-error
    expect(() => adam({ beta1: '0.9' })).toThrow(/beta1 is a string/)
  })
})
