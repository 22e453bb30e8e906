import { compile, grad, random, seed, type Tensor, tensor, Variable } from 'shapewise'
import { describe, expect, it } from 'vitest'
import { guarded } from '../../src/tensor/scope.js'

describe('compile', () => {
  it('gives what the function gives, for any tree of arguments and results', () => {
    const fn = (x: Tensor, { a, b }: { a: Tensor; b: readonly Tensor[] }) => ({
      sum: x.add(a),
      all: [b[0].mul(b[1]), a],
    })
    const x = tensor([1, 2])
    const more = { a: tensor([10, 20]), b: [tensor(2), tensor(3)] }
    const [plain, compiled] = [fn(x, more), compile(fn)(x, more)]
    expect(compiled.sum.arraySync()).toEqual(plain.sum.arraySync())
    expect(compiled.all.map((t) => t.arraySync())).toEqual([6, [10, 20]])
  })

  it('traces once per set of shapes and says why', () => {
    let calls = 0
    const double = compile((x: Tensor) => {
      calls++
      return x.mul(2)
    })
    double(tensor([1, 2]))
    double(tensor([3, 4]))
    expect(calls).toBe(1)
    expect(double(tensor([1, 2, 3])).arraySync()).toEqual([2, 4, 6])
    expect(calls).toBe(2)
    expect(double(tensor([5, 6])).arraySync()).toEqual([10, 12])
    expect(calls).toBe(2)
    expect(double.traces.map(({ reason }) => reason)).toEqual([
      'the first call',
      'argument value 1: float32[2] → float32[3]',
    ])
    expect(double.explain()).toContain('program 2 of 2')
  })

  it('retraces when something guarded changes', () => {
    let mode = 'train'
    const fn = compile((x: Tensor) => (guarded('mode of dropout', () => mode) === 'train' ? x.mul(2) : x))
    expect(fn(tensor(1)).itemSync()).toBe(2)
    mode = 'eval'
    expect(fn(tensor(1)).itemSync()).toBe(1)
    mode = 'train'
    expect(fn(tensor(3)).itemSync()).toBe(6)
    expect(fn.traces.map(({ reason }) => reason)).toEqual(['the first call', 'mode of dropout: train → eval'])
  })

  it('reads and assigns variables in place', () => {
    const w = new Variable(tensor([4, 0]), 'w')
    const before = w.value
    const step = compile((target: Tensor) => {
      const loss = w.value.sub(target).square().sum()
      w.assign(w.value.sub(grad(loss, w).mul(0.25)))
      return loss
    })
    const target = tensor([0, 0])
    expect([step(target), step(target), step(target)].map((loss) => loss.itemSync())).toEqual([16, 4, 1])
    expect(w.value.arraySync()).toEqual([0.5, 0])
    expect(before.arraySync()).toEqual([4, 0])
    const snapshot = w.value
    step(target)
    expect(snapshot.arraySync()).toEqual([0.5, 0])
    expect(w.value.arraySync()).toEqual([0.25, 0])
  })

  it('swaps and rotates variables correctly', () => {
    const [a, b, c] = [1, 2, 3].map((n) => new Variable(tensor([n, n])))
    const rotate = compile(() => {
      const first = a.value
      a.assign(b.value)
      b.assign(c.value)
      c.assign(first.add(10))
      return b.value.mul(100)
    })
    expect(rotate().arraySync()).toEqual([300, 300])
    rotate()
    expect([a, b, c].map((v) => v.value.arraySync())).toEqual([
      [3, 3],
      [11, 11],
      [12, 12],
    ])
  })

  it('takes values from outside as they are', () => {
    const offset = tensor([1, 2]).mul(10)
    const add = compile((x: Tensor) => x.add(offset))
    expect(add(tensor([1, 1])).arraySync()).toEqual([11, 21])
  })

  it('treats other arguments as part of the program', () => {
    const scale = compile((x: Tensor, factor: number) => x.mul(factor))
    expect([2, 3, 2].map((factor) => scale(tensor(1), factor).itemSync())).toEqual([2, 3, 2])
    expect(scale.traces.length).toBe(2)
  })

  it('draws fresh random numbers on each call, the same as uncompiled code', () => {
    const draw = (): Tensor => random.uniform([3]).add(random.normal([3]))
    seed(5)
    const plain = [draw(), draw()].map((t) => t.arraySync())
    const compiled = compile(draw)
    seed(5)
    const fast = [compiled(), compiled()].map((t) => t.arraySync())
    expect(fast).toEqual(plain)
    expect(fast[0]).not.toEqual(fast[1])
  })

  it('is one program inside another', () => {
    const inner = compile((x: Tensor) => x.add(1))
    const outer = compile((x: Tensor) => inner(x).mul(2))
    expect(outer(tensor(1)).itemSync()).toBe(4)
    expect(inner.traces.length).toBe(0)
  })

  it('donates arguments on request', () => {
    const fn = compile((x: Tensor) => x.add(1), { donate: true })
    const x = tensor([1, 2])
    expect(fn(x).arraySync()).toEqual([2, 3])
    expect(() => x.arraySync()).toThrow(/donated/)
  })

  it('does not write over donated memory that something else shares', () => {
    const twice = compile((a: Tensor, b: Tensor) => [a.add(1), a.add(1).cumSum(0).add(b)] as const, { donate: true })
    const x = tensor([1, 2])
    expect(twice(x, x).map((t) => t.arraySync())).toEqual([
      [2, 3],
      [3, 7],
    ])
    const increment = compile((a: Tensor) => a.add(1), { donate: true })
    const t = tensor([1, 2])
    const v = new Variable(t, 'v')
    expect(increment(t).arraySync()).toEqual([2, 3])
    expect(increment(v.value).arraySync()).toEqual([2, 3])
    expect(v.value.arraySync()).toEqual([1, 2])
  })

  it('names the operation that makes the first NaN when it checks', () => {
    const fn = compile((x: Tensor) => x.log().sum(), { check: true, name: 'step' })
    expect(fn(tensor([1, 1])).itemSync()).toBe(0)
    expect(() => fn(tensor([1, -1]))).toThrow('step: log on float32[2] gives NaN')
    expect(() => fn(tensor([1, Number.NaN]))).toThrow(/NaN comes in with argument 0/)
  })
})

describe('mistakes in compiled functions', () => {
  it('reading a value', () => {
    expect(() => compile((x: Tensor) => (x.sum().itemSync() > 0 ? x : x.neg()))(tensor(1))).toThrow(
      /read inside compile\(\).*where\(\)/,
    )
    expect(() => compile((x: Tensor) => x.add(x.dataSync()[0]))(tensor(1))).toThrow(/read inside compile/)
  })

  it('async functions', () => {
    expect(() => compile(async (x: Tensor) => x)(tensor(1))).toThrow(/is async/)
  })

  it('tensors that leak out', () => {
    let leaked: Tensor | undefined
    compile((x: Tensor) => {
      leaked = x.add(1)
      return x
    })(tensor(1))
    expect(() => leaked?.itemSync()).toThrow(/inside a traced function.*used outside/)
  })

  it('variables that would need random or argument values', () => {
    expect(() => compile((x: Tensor) => new Variable(x, 'w').value)(tensor(1))).toThrow(
      /'w' is created inside compile\(\)/,
    )
  })
})
