import {
  backendNames,
  checkpoint,
  compile,
  cond,
  customGradient,
  grad,
  hessian,
  jacobian,
  jvp,
  random,
  scan,
  seed,
  setBackend,
  type Tensor,
  tensor,
  Variable,
  valueAndGrad,
  vmap,
} from 'shapewise'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import * as nn from '../../src/nn/index.js'
import { adam } from '../../src/optim/index.js'

const backends = backendNames()

describe.each(backends)('compiled functions and gradients on %s', (name) => {
  beforeEach(() => setBackend(name))
  afterEach(() => setBackend(backends[0]))

  const cube = (x: Tensor): Tensor => x.mul(x).mul(x)
  const compiled = compile(cube)
  const x = (): Tensor => tensor(2)

  describe('inside a transform', () => {
    it.each([
      ['grad', () => grad(compiled)(x()), 12],
      ['grad of grad', () => grad(grad(compiled))(x()), 12],
      ['grad of grad of grad', () => grad(grad(grad(compiled)))(x()), 6],
      ['valueAndGrad', () => valueAndGrad(compiled)(x())[1], 12],
      ['jvp', () => jvp(compiled, x(), tensor(10))[1], 120],
      ['jvp of grad', () => jvp(grad(compiled), x(), tensor(1))[1], 12],
      ['jacobian', () => jacobian(compiled)(x()), 12],
      ['hessian', () => hessian(compiled)(x()), 12],
      ['vmap of grad', () => vmap(grad(compiled))(tensor([2, 2])).sum(), 24],
      ['grad of vmap', () => grad((x: Tensor) => vmap(compiled)(x).sum())(tensor([2])).sum(), 12],
      ['checkpoint', () => grad(checkpoint(compiled))(x()), 12],
      [
        'scan',
        () => grad((x: Tensor) => scan((c: Tensor) => [compiled(c), null], x, null, { length: 2 })[0])(x()),
        2304,
      ],
      ['cond', () => grad((x: Tensor) => cond(x.greater(0), compiled, (x: Tensor) => x, x))(x()), 12],
      ['compile', () => compile(grad(compiled))(x()), 12],
      ['compiled grad in grad', () => grad(compile(grad(compiled)))(x()), 12],
      ['a gradient by hand', () => grad(customGradient(cube, ([x], _y, [g]) => [compiled(x).mul(g)]))(x()), 8],
      [
        'a gradient by hand in a scan',
        () => {
          const f = customGradient(cube, ([x], _y, [g]) => [compiled(x).mul(g)])
          return grad((x: Tensor) => scan((c: Tensor) => [f(c), null], x, null, { length: 1 })[0])(x())
        },
        8,
      ],
    ] as const)('%s', (_, gradient, expected) => {
      expect(gradient().itemSync()).toBeCloseTo(expected, 3)
    })

    it('in a tree of arguments, with values from outside', () => {
      const offset = tensor([1, 2])
      const f = compile(({ a, b }: { a: Tensor; b: readonly Tensor[] }) => a.mul(b[0]).add(offset).square().sum())
      const [a, b] = [tensor([3, 4]), tensor([5, 6])]
      const { a: da } = grad(f)({ a, b: [b] })
      expect(da.dataSync()).toEqual(Float32Array.of(2 * 16 * 5, 2 * 26 * 6))
      expect(grad(f({ a, b: [b] }), offset).dataSync()).toEqual(Float32Array.of(32, 52))
    })

    it('with donated arguments, which then are not donated', () => {
      const f = compile(cube, { donate: true })
      const point = x()
      expect(grad(f)(point).itemSync()).toBe(12)
      expect(point.itemSync()).toBe(2)
    })
  })

  describe('of a result', () => {
    it('once, twice, mixed with other operations', () => {
      const point = x()
      const y = compiled(point)
      expect(grad(y, point).itemSync()).toBe(12)
      expect(y.itemSync()).toBe(8)
      expect(grad(y.mul(point), point).itemSync()).toBe(32)
      expect(grad(grad(y, point), point).itemSync()).toBe(12)
      expect(grad(compiled(compiled(point)), point).itemSync()).toBe(2304)
      expect(grad(compiled(point.mul(2)).mul(2), point).itemSync()).toBe(192)
    })

    it('with respect to a model', () => {
      seed(3)
      const model = nn.sequential(nn.linear(3, 4), nn.tanh(), nn.linear(4, 2))
      const forward = compile((x: Tensor) => model.forward(x))
      const input = random.normal([5, 3])
      const expected = grad(model.forward(input).square().mean(), model)
      const found = grad(forward(input).square().mean(), model)
      found.forEach((g, i) => {
        const want = expected[i].dataSync()
        g.dataSync().forEach((value, k) => {
          expect(value).toBeCloseTo(want[k], 5)
        })
        expect(want.some((value) => value !== 0)).toBe(true)
      })
    })

    it('of two compiled halves, trained by uncompiled steps', () => {
      const model = nn.linear(2, 1, { bias: false })
      model.weight.assign(tensor([[1], [1]]))
      const forward = compile((x: Tensor) => model.forward(x))
      const optimizer = adam(model, { learningRate: 0.1 })
      const input = tensor([[1, 2]])
      const losses = Array.from({ length: 20 }, () => {
        const loss = forward(input).sub(5).square().mean()
        optimizer.minimize(loss)
        return loss.itemSync()
      })
      expect(losses[0]).toBeCloseTo(4, 5)
      expect(losses[19]).toBeLessThan(losses[0] / 10)
    })

    it('draws the same numbers going back', () => {
      const dropped = compile((x: Tensor) => x.mul(random.bernoulli(0.5, [100])).sum())
      const input = tensor(new Float32Array(100).fill(1), [100])
      const sums = [dropped(input), dropped(input), dropped(input)]
      const gradients = sums.map((y) => grad(y, input).dataSync())
      sums.forEach((y, i) => {
        expect([...gradients[i]].reduce((a, b) => a + b, 0)).toBe(y.itemSync())
      })
      expect(gradients[0]).not.toEqual(gradients[1])
    })

    it('through the statistics of a batch that it updates', () => {
      const mean = new Variable(tensor(0), 'mean')
      const centred = compile((x: Tensor) => {
        const m = x.mean()
        mean.assign(mean.value.mul(0.9).add(m.mul(0.1)))
        return x.sub(m).square().sum()
      })
      const input = tensor([1, 3, 8])
      const y = centred(input)
      centred(input)
      grad(y, input)
        .dataSync()
        .forEach((value, i) => {
          expect(value).toBeCloseTo([-6, -2, 8][i], 4)
        })
    })

    it('is zero where there is no path', () => {
      const two = compile((a: Tensor, b: Tensor) => [a.square(), b.square(), b.greater(0)] as const)
      const [a, b] = [tensor(3), tensor(4)]
      const [y, , flag] = two(a, b)
      expect(grad(y, [a, b]).map((g) => g.itemSync())).toEqual([6, 0])
      expect(() => grad(y, b)).toThrow(/does not depend/)
      expect(grad(a.mul(flag.cast('float32')), [a, b]).map((g) => g.itemSync())).toEqual([1, 0])
    })

    it('is refused where what it was computed from has been overwritten', () => {
      const w = new Variable(tensor(3), 'w')
      const step = compile(
        (x: Tensor) => {
          const loss = w.value.mul(x).square()
          w.assign(w.value.sub(grad(loss, w)))
          return loss
        },
        { name: 'step' },
      )
      step(tensor(1))
      const point = tensor(2)
      const loss = step(point)
      expect(() => grad(loss, point)).toThrow(/step.*inside/s)
      // Not even in part.
      expect(() => grad(loss.mul(point), point)).toThrow(/step/)
      // The variable has a value that came after the loss.
      expect(grad(loss.add(w.value.square()), w).itemSync()).toBe(w.value.itemSync() * 2)
      // Nothing that the step has not seen is lost on it.
      const other = tensor(5)
      expect(grad(loss.mul(other), other).itemSync()).toBe(loss.itemSync())
    })

    it('is refused where an argument was donated', () => {
      const f = compile(cube, { donate: true, name: 'eats' })
      const point = tensor(2)
      const y = f(point)
      expect(() => grad(y, point)).toThrow(/eats/)
      const early = x()
      const z = compiled(early)
      f(early)
      expect(() => grad(z, early).itemSync()).toThrow(/donated/)
    })

    it('is refused where a later step has overwritten a variable', () => {
      const w = new Variable(tensor([3, 4]), 'w')
      const forward = compile((x: Tensor) => w.value.mul(x).square().sum())
      const halve = compile(() => {
        w.assign(w.value.mul(0.5))
      })
      halve()
      const point = tensor([1, 1])
      const y = forward(point)
      halve()
      expect(() => grad(y, point).dataSync()).toThrow(/overwritten/)
      expect(w.value.dataSync()).toEqual(Float32Array.of(0.75, 1))
      expect(grad(forward(point), w).dataSync()).toEqual(Float32Array.of(1.5, 2))
    })

    it('is not lost where the value was kept by somebody', () => {
      const w = new Variable(tensor(3), 'w')
      const forward = compile((x: Tensor) => w.value.mul(x).square())
      const double = compile(() => w.assign(w.value.mul(2)))
      const before = w.value
      const point = tensor(1)
      const y = forward(point)
      double()
      expect(grad(y, [point, before]).map((g) => g.itemSync())).toEqual([18, 6])
    })
  })

  it('the past of many results is bounded, and what is forgotten is refused', () => {
    const point = tensor(1.0001)
    const first = compiled(point)
    let y = first
    for (let i = 0; i < 5000; i++) compiled(point)
    expect(() => grad(first, point)).toThrow(/history|let go|forgotten/)
    y = point
    for (let i = 0; i < 3; i++) y = compiled(y)
    expect(grad(y, point).itemSync()).toBeCloseTo(27 * 1.0001 ** 26, 3)
  })
})
