import {
  checkpoint,
  compile,
  cond,
  grad,
  hessian,
  jacobian,
  jvp,
  scan,
  type Tensor,
  tensor,
  Variable,
  vjp,
  vmap,
  whileLoop,
} from 'shapewise'
import { describe, expect, it } from 'vitest'

describe('an assignment inside', () => {
  const counting = () => {
    const count = new Variable(tensor(0), 'count')
    const fn = (x: Tensor): Tensor => {
      count.assign(count.value.add(1))
      return x.mul(x).mul(count.value)
    }
    return { count, fn }
  }

  it.each<[string, (fn: (x: Tensor) => Tensor) => Tensor, number, number]>([
    ['grad', (fn) => grad(fn)(tensor(3)), 6, 1],
    ['jvp', (fn) => jvp(fn, tensor(3), tensor(1))[1], 6, 1],
    ['vjp', (fn) => vjp(fn, tensor(3))[1](tensor(1)), 6, 1],
    ['jacobian', (fn) => jacobian(fn)(tensor(3)), 6, 1],
    ['hessian', (fn) => hessian(fn)(tensor(3)), 2, 1],
    ['grad of grad', (fn) => grad(grad(fn))(tensor(3)), 2, 1],
    ['checkpoint', (fn) => grad(checkpoint(fn))(tensor(3)), 6, 1],
    ['compile', (fn) => compile(fn)(tensor(3)), 9, 1],
    ['the gradient of a compiled function', (fn) => grad(compile(fn))(tensor(3)), 6, 1],
    ['a compiled gradient', (fn) => compile(grad(fn))(tensor(3)), 6, 1],
    // x₁ = 9 · 1, x₂ = 81 · 2; the derivative is 2 · 9 · 2 · 6.
    [
      'scan',
      (fn) => grad((x: Tensor) => scan((c: Tensor) => [fn(c), null], x, null, { length: 2 })[0])(tensor(3)),
      216,
      2,
    ],
    ['whileLoop', (fn) => whileLoop((c: Tensor) => c.less(100), fn, tensor(3)), 162, 2],
    [
      'the branch of cond that runs',
      (fn) => grad((x: Tensor) => cond(x.greater(0), fn, (x: Tensor) => x, x))(tensor(3)),
      6,
      1,
    ],
    ['the branch of cond that does not run', (fn) => cond(tensor(false), fn, (x: Tensor) => x, tensor(3)), 3, 0],
  ])('%s takes place once for each run', (_, run, expected, times) => {
    const { count, fn } = counting()
    expect(run(fn).itemSync()).toBeCloseTo(expected, 4)
    expect(count.value.itemSync()).toBe(times)
  })

  it('a result of a compiled function is refused there, and the gradient stays whole', () => {
    const { fn } = counting()
    const x = tensor(3)
    expect(() => grad(compile(fn, { name: 'counts' })(x), x)).toThrow(/counts/)
  })

  it('vmap is refused', () => {
    const { fn } = counting()
    expect(() => vmap(fn)(tensor([1, 2]))).toThrow(/assigns to 'count'/)
  })
})
