import {
  backend,
  backendNames,
  compile,
  full,
  grad,
  random,
  setBackend,
  type Tensor,
  tensor,
  Variable,
  zeros,
} from 'shapewise'
import * as nn from 'shapewise/nn'
import { describe, expect, it } from 'vitest'

describe('lazy evaluation', () => {
  it('reads values in every form', async () => {
    const x = tensor([
      [1, 2],
      [3, 4],
    ])
    expect(await x.array()).toEqual([
      [1, 2],
      [3, 4],
    ])
    expect([...(await x.data())]).toEqual([1, 2, 3, 4])
    expect(await x.sum().item()).toBe(10)
    expect(x.mul(2).arraySync()).toEqual([
      [2, 4],
      [6, 8],
    ])
    expect(tensor([true, false]).arraySync()).toEqual([true, false])
  })

  it('gives copies: writing to what was read changes nothing', () => {
    const x = tensor([1, 2, 3])
    x.dataSync()[0] = 9
    expect(x.arraySync()).toEqual([1, 2, 3])
    const source = new Float32Array([1, 2])
    const y = tensor(source)
    source[0] = 7
    expect(y.arraySync()).toEqual([1, 2])
  })

  it('keeps the past of a value that was read, so that gradients still reach its origin', async () => {
    const x = tensor([1, 2, 3])
    const y = x.mul(x).sum()
    expect(await y.item()).toBe(14)
    expect(grad(y, x).arraySync()).toEqual([2, 4, 6])
  })

  it('finds the largest of values that are computed twice', () => {
    for (const n of [3, 64, 440, 600]) {
      const x = random.normal([n, 3], { key: random.key(n) })
      const means = nn.elu(x).add(x).mean(0)
      for (const largest of [means.max(), means.scatterMax(tensor([2, 1], [2], 'int32'), -0.07).sum()]) {
        largest.itemSync()
        const gradient = grad(largest.tanh(), x).dataSync()
        expect(gradient.every(Number.isFinite)).toBe(true)
      }
      means.max().itemSync()
      // Each of the n elements behind the largest mean counts 1/n, at a slope of 2 or 1 + exp(x).
      const slope = nn.elu(x).minimum(0).add(2)
      const column = tensor([means.argMax().itemSync()], [1], 'int32')
      const wanted = slope.mean(0).take(column, 0).itemSync()
      expect(grad(means.max(), x).sum().itemSync()).toBeCloseTo(wanted, 4)
    }
  })

  it('forgets a past that reaches back too far and says so', () => {
    const x = full([100_000], 1)
    let y: Tensor = x
    for (let i = 0; i < 500; i++) {
      y = y.mul(0.99)
      y.dataSync()
    }
    expect(() => grad(y.sum(), x)).toThrow(/let go|history|evaluated/)
  })

  it('evaluates chains that nobody reads', () => {
    let x: Tensor = tensor(0)
    for (let i = 0; i < 50_000; i++) x = x.add(1)
    expect(x.itemSync()).toBe(50_000)
  })

  it('computes what two results share only once the first is read', () => {
    const x = tensor([4, 9])
    const root = x.sqrt()
    const sum = root.sum()
    const product = root.prod()
    expect(sum.itemSync()).toBe(5)
    expect(root.node.storage).toBeDefined()
    expect(product.itemSync()).toBe(6)
  })

  it('computes a state that is updated and looked at in turn at most twice per step', () => {
    const states: Tensor[] = [tensor([1, 2])]
    for (let i = 0; i < 20; i++) {
      const state = states[i].mul(2)
      states.push(state)
      state.sum().itemSync()
      expect(states[i].node.storage).toBeDefined()
    }
    expect(states[20].arraySync()).toEqual([2 ** 20, 2 ** 21])
  })

  it('refuses coercions with the cure', () => {
    const x = tensor(1)
    expect(() => +(x as unknown as number)).toThrow(/item\(\)/)
    expect(() => `${x}`).toThrow(/toString\(\)/)
    expect(String(x.toString())).toBe('Tensor float32[]')
    expect(() => tensor([1, 2]).itemSync()).toThrow(/2 elements/)
  })
})

describe('values that are known', () => {
  it.each(['float32', 'float16', 'bfloat16', 'int32', 'bool'] as const)('are there in %s', (dtype) => {
    const one = dtype === 'bool' ? true : 1
    expect(full([2, 2], 1, dtype).arraySync()).toEqual([
      [one, one],
      [one, one],
    ])
  })

  it('start the state of an optimizer inside a trace without computing what waits', () => {
    const weights = new Variable(tensor([1, 2]).mul(3))
    const waiting = weights.node
    const step = compile(() => {
      const state = new Variable(zeros([2]))
      expect(state.take().storage.shape).toEqual([2])
      expect(waiting.storage).toBeUndefined()
      return weights.value.add(state.value)
    })
    expect(step().arraySync()).toEqual([3, 6])
  })
})

describe('variables', () => {
  it('keep their shape and dtype', () => {
    const v = new Variable(tensor([1, 2]), 'v')
    expect(() => v.assign(tensor([1, 2, 3]) as Tensor)).toThrow("assign: 'v' has shape [2], the new value [3]")
    expect(() => v.assign(tensor([1, 2], [2], 'int32'))).toThrow(/float32/)
    expect(v.value.arraySync()).toEqual([1, 2])
  })

  it('hold values, not histories: no gradient flows through an assignment', () => {
    const x = tensor(3)
    const v = new Variable(tensor(0))
    v.assign(x.mul(x))
    const y = v.value.mul(x)
    expect(grad(y, x).itemSync()).toBe(9)
    expect(grad(y, v).itemSync()).toBe(3)
  })

  it('leave what was read before as it was', () => {
    const v = new Variable(tensor([1, 2]))
    const before = v.value
    v.assign(v.value.mul(10))
    expect(before.arraySync()).toEqual([1, 2])
    expect(v.value.arraySync()).toEqual([10, 20])
  })
})

describe('creation', () => {
  it.each([
    [() => tensor([[1, 2], [3]] as number[][]), /ragged/],
    [() => tensor([[1], 2] as never), /ragged/],
    [() => tensor([1, 2, 3], [2, 2]), /3 elements do not fill the shape \[2, 2\]/],
    [() => tensor([300], [1], 'uint8'), /300 is not a uint8/],
    [() => tensor([1.5], [1], 'int32'), /1.5 is not a int32/],
    [() => tensor([1], [1], 'float' as never), /no dtype 'float'/],
    [() => tensor(['a'] as never), /neither a number nor a boolean/],
  ])('refuses bad data %#', (make, message) => {
    expect(make).toThrow(message)
  })

  it('stores every dtype', () => {
    for (const dtype of ['float32', 'float64', 'float16', 'bfloat16', 'int32', 'uint32', 'uint8'] as const) {
      expect(tensor([0, 1, 2], [3], dtype).add(1).arraySync()).toEqual([1, 2, 3])
    }
    // 1/3 in binary16 is 0x3555 = 0.333251953125, in bfloat16 0x3eab = 0.333984375.
    expect(tensor(1 / 3, [], 'float16').itemSync()).toBe(0.333251953125)
    expect(tensor(1 / 3, [], 'bfloat16').itemSync()).toBe(0.333984375)
  })
})

describe.each(backendNames())('reading on %s', (name) => {
  it('gives the values of its moment, whatever is computed before the promise is kept', async () => {
    const before = backend().name
    setBackend(name)
    try {
      const reading = tensor([1, 2, 3]).add(1).data()
      // The heap of a module moves when it grows.
      const many = Array.from({ length: 8 }, (_, i) => zeros([1 << 22]).add(i))
      for (const one of many) one.dataSync()
      expect([...(await reading)]).toEqual([2, 3, 4])
    } finally {
      setBackend(before)
    }
  })
})
