import { compile, type Tensor, tensor, Variable } from 'shapewise'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import * as nn from '../../src/nn/index.js'
import { sgd } from '../../src/optim/index.js'
import { Parameter } from '../../src/tensor/variable.js'

beforeEach(() => {
  vi.spyOn(console, 'warn').mockImplementation(() => {})
})
afterEach(() => {
  vi.restoreAllMocks()
})

describe('arguments that are no tensors', () => {
  it.each([
    new Float32Array(3),
    new Float64Array(3),
    new Uint8Array(3),
    new BigInt64Array(3),
    new DataView(new ArrayBuffer(4)),
    new ArrayBuffer(4),
  ])('%s holds data and is refused', (data) => {
    const fn = compile((_: unknown, x: Tensor) => x.add(1), { name: 'step' })
    expect(() => fn(data, tensor(1))).toThrow(/argument of step.*tensor\(array/)
    expect(() => fn({ a: [data] }, tensor(1))).toThrow(/argument of step/)
  })

  it('a promise is refused', () => {
    expect(() => compile((_: unknown) => tensor(1))(Promise.resolve(1))).toThrow(/Await it/)
  })

  it('numbers in arrays are part of the program, each of them', () => {
    const sum = compile((values: readonly number[]) => tensor([...values]).sum())
    const values = [1, 2, 3]
    expect(sum(values).itemSync()).toBe(6)
    values[0] = 100
    expect(sum(values).itemSync()).toBe(105)
  })

  it.each([
    [0, -0],
    [null, undefined],
    ['x'.repeat(50), `${'x'.repeat(50)}y`],
    [10n ** 60n, 10n ** 60n + 1n],
    ['1', 1],
    [Symbol('a'), Symbol('a')],
    [Number.NaN, 'NaN'],
    ['a\nb', 'a'],
    [{ a: undefined }, {}],
    [[null], [undefined]],
    [() => 1, () => 1],
    [true, 'true'],
  ] as const)('tells %s from the other', (a, b) => {
    const seen: unknown[] = []
    const fn = compile((value: unknown, x: Tensor) => {
      seen.push(value)
      return x
    })
    for (const value of [a, b, a, b]) fn(value, tensor(1))
    expect(seen).toEqual([a, b])
    expect(Object.is(seen[0], seen[1])).toBe(false)
  })

  class Options {
    scale = 2
    readonly inner = { shift: [1, 10] }
    readonly table = new Map<string, unknown>([['a', 1]])
    readonly names = new Set(['x'])
  }

  it('instances of classes are watched', () => {
    const options = new Options()
    const fn = compile((o: Options, x: Tensor) => x.mul(o.scale).add(o.inner.shift[0] + (o.table.get('a') as number)))
    const run = (): number => fn(options, tensor(3)).itemSync()
    expect([run(), run()]).toEqual([8, 8])
    options.scale = 3
    expect(run()).toBe(11)
    options.inner.shift[0] = 5
    expect(run()).toBe(15)
    options.table.set('a', 2)
    expect(run()).toBe(16)
    options.names.add('y')
    expect(run()).toBe(16)
    options.scale = 3
    expect(run()).toBe(16)
    expect(fn.traces.map(({ reason }) => reason)).toEqual([
      'the first call',
      'Options.scale: a number (2) → a number (3)',
      'Options.inner.shift.0: a number (1) → a number (5)',
      'Options.table.1: a number (1) → a number (2)',
      'Options.names: entries were added or removed',
    ])
  })

  it('instances that hold data are refused', () => {
    class Table {
      readonly rows = [new Float32Array(2)]
    }
    expect(() => compile((_: Table) => tensor(1))(new Table())).toThrow(/Table\.rows\.0.*Float32Array/)
  })
})

describe('modules that change after compiling', () => {
  class Net extends nn.Module {
    weight = new Parameter(tensor(2), 'weight')
    layers: nn.Linear<1, 1>[] = []
    heads = new Map<string, nn.Linear<1, 1>>()
    power = 1
    extra?: Parameter

    forward(x: Tensor): Tensor {
      let y: Tensor = x.mul(this.weight.value)
      for (let i = 1; i < this.power; i++) y = y.mul(x)
      for (const layer of [...this.layers, ...this.heads.values()]) y = layer.forward(y.reshape([1, 1])).reshape([])
      return this.extra === undefined ? y : y.add(this.extra.value)
    }

    encode(x: Tensor): Tensor {
      return this.forward(x).mul(10)
    }
  }
  const identity = (scale: number): nn.Linear<1, 1> => {
    const layer = nn.linear(1, 1, { bias: false })
    layer.weight.assign(tensor([[scale]]))
    return layer
  }

  it.each([
    [
      'in a closure',
      (net: Net) => {
        const fn = compile((x: Tensor) => net.forward(x))
        return () => fn(tensor(3)).itemSync()
      },
    ],
    [
      'by another method',
      (net: Net) => {
        const fn = compile((x: Tensor) => net.encode(x).div(10))
        return () => fn(tensor(3)).itemSync()
      },
    ],
    [
      'as an argument',
      (net: Net) => {
        const fn = compile((n: Net, x: Tensor) => n.forward(x))
        return () => fn(net, tensor(3)).itemSync()
      },
    ],
    [
      'in another module',
      (net: Net) => {
        const outer = nn.sequential(net)
        const fn = compile((x: Tensor) => outer.forward(x))
        return () => fn(tensor(3)).itemSync()
      },
    ],
  ])('%s', (_, make) => {
    const net = new Net()
    const run = make(net)
    expect([run(), run()]).toEqual([6, 6])
    net.weight.assign(tensor(4))
    expect(run()).toBe(12)
    net.weight = new Parameter(tensor(5), 'weight')
    expect(run()).toBe(15)
    net.power = 2
    expect(run()).toBe(45)
    net.layers.push(identity(2))
    expect(run()).toBe(90)
    net.layers[0] = identity(3)
    expect(run()).toBe(135)
    Object.assign(net.layers[0], { weight: new Parameter(tensor([[1]]), 'weight') })
    expect(run()).toBe(45)
    net.heads.set('a', identity(2))
    expect(run()).toBe(90)
    net.extra = new Parameter(tensor(1), 'extra')
    expect(run()).toBe(91)
  })

  it('are trained as they are now, and the reason is told', () => {
    const net = new Net()
    const optimizer = sgd(net, { learningRate: 1 })
    const step = compile((x: Tensor) => optimizer.minimize(net.forward(x)))
    step(tensor(1))
    expect(net.weight.value.itemSync()).toBe(1)
    const [before] = [net.weight]
    net.weight = new Parameter(tensor(7), 'weight')
    step(tensor(1))
    expect([before.value.itemSync(), net.weight.value.itemSync()]).toEqual([1, 6])
    expect(step.traces[1].reason).toMatch(/Net.*weight.*Parameter/)
    step(tensor(1))
    expect(step.traces.length).toBe(2)
  })

  it('may count in forward without being traced for ever', () => {
    class Counting extends Net {
      calls = 0
      override forward(x: Tensor): Tensor {
        this.calls++
        return super.forward(x)
      }
    }
    const net = new Counting()
    const fn = compile((x: Tensor) => net.forward(x))
    for (let i = 0; i < 5; i++) fn(tensor(1))
    expect([fn.traces.length, net.calls]).toEqual([1, 1])
  })

  it('do not keep long lists of plain values under watch, but those of layers', () => {
    class Long extends nn.Module {
      readonly vocabulary = Array.from({ length: 50_000 }, (_, i) => `word ${i}`)
      readonly numbers = new Map(this.vocabulary.map((word, i) => [word, i]))
      readonly merges = this.vocabulary.map((word, i) => [word, { rank: i }])
      readonly many = Array.from({ length: 300 }, () => new Parameter(tensor(1), 'w'))
      forward(x: Tensor): Tensor {
        return this.many.reduce((sum, w) => sum.add(w.value), x)
      }
    }
    const net = new Long()
    const fn = compile((x: Tensor) => net.forward(x))
    const x = tensor(0)
    expect(fn(x).itemSync()).toBe(300)
    const before = process.cpuUsage()
    for (let i = 0; i < 100; i++) fn(x)
    const { user, system } = process.cpuUsage(before)
    // A look at all entries would take milliseconds each time.
    expect((user + system) / 100).toBeLessThan(1000)
    net.many[299] = new Parameter(tensor(2), 'w')
    expect(fn(tensor(0)).itemSync()).toBe(301)
  })
})

describe('many traces', () => {
  it.each([
    ['shapes', (i: number) => [tensor(new Float32Array(i + 1))], /float32\[8\].*batches of one size/],
    ['numbers', (i: number) => [tensor(1), i / 8], /0\.875.*tensor\(value\)/],
    ['functions', (i: number) => [tensor(1), () => i], /function.*outside of the loop/],
    [
      'structures',
      (i: number) => [tensor(1), Array.from({ length: i }, () => tensor(0))],
      /structure of the arguments/,
    ],
  ])('of different %s are told of once, with the cure', (_, argumentsOf, message) => {
    const warn = vi.mocked(console.warn)
    const fn = compile((x: Tensor, _?: unknown) => x.add(1), { name: 'forward' })
    for (let i = 0; i < 12; i++) {
      fn(...(argumentsOf(i) as [Tensor, unknown]))
      expect(warn).toHaveBeenCalledTimes(i < 7 ? 0 : 1)
    }
    expect(warn.mock.calls[0][0]).toMatch(/compile: forward has been traced 8 times/)
    expect(warn.mock.calls[0][0]).toMatch(message)
  })

  it('keep a bounded number of programs, those used last', () => {
    let calls = 0
    const fn = compile((x: Tensor) => {
      calls++
      return x.add(1)
    })
    for (let n = 1; n <= 200; n++) {
      fn(tensor(new Float32Array(n)))
      fn(tensor(new Float32Array(1)))
    }
    expect(calls).toBe(200)
    fn(tensor(new Float32Array(1)))
    fn(tensor(new Float32Array(200)))
    expect(calls).toBe(200)
    expect(fn(tensor(new Float32Array(2))).dataSync()).toEqual(Float32Array.of(1, 1))
    expect(calls).toBe(201)
    expect(fn.explain()).toContain('program 128 of 128')
    expect(fn.explain()).toContain('have been dropped')
  })

  it('that are dropped free what they held', async () => {
    const held: WeakRef<object>[] = []
    const fn = compile((x: Tensor, _: object) => x.add(1))
    for (let i = 0; i < 140; i++) {
      const options = { make: () => i }
      held.push(new WeakRef(options.make))
      fn(tensor(1), options)
    }
    for (let i = 0; i < 3; i++) {
      globalThis.gc?.()
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    if (globalThis.gc) expect(held.filter((ref) => ref.deref() !== undefined).length).toBeLessThanOrEqual(129)
    expect(new Variable(tensor(1)).value.itemSync()).toBe(1)
  })
})

it('a variable whose turn a failure has taken is computed when a compiled function needs it', () => {
  const v = new Variable(tensor([1, 2]).mul(3), 'v')
  expect(() => compile((x: Tensor) => new Variable(x, 'w').value)(tensor(1))).toThrow(/'w' is created inside/)
  expect(compile(() => v.value.add(1))().dataSync()).toEqual(Float32Array.of(4, 7))
})
