import {
  backend,
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
  whileLoop,
} from 'shapewise'
import { describe, expect, it, onTestFinished } from 'vitest'

const f64 = (values: number[] | number[][]): Tensor => tensor(values, undefined as never, 'float64')
const close = (actual: unknown, expected: unknown, digits = 6): void => {
  const [a, b] = [[actual].flat(9) as number[], [expected].flat(9) as number[]]
  expect(a.length).toBe(b.length)
  a.forEach((value, i) => {
    expect(value).toBeCloseTo(b[i], digits)
  })
}

describe('grad', () => {
  it('answers in the structure of what it is asked for', () => {
    const w = new Variable(tensor([2, 3]), 'w')
    const b = tensor(1)
    const y = w.value.square().sum().mul(b)
    const { params, list } = grad(y, { params: w, list: [b] })
    expect(params.arraySync()).toEqual([4, 6])
    expect(list[0].itemSync()).toBe(13)
  })

  it('gives zeros for what y does not depend on, and an error if that is everything', () => {
    const [x, other] = [tensor([1, 2]), tensor([3, 4])]
    expect(grad(x.sum(), [x, other])[1].arraySync()).toEqual([0, 0])
    expect(() => grad(x.sum(), other)).toThrow(/does not depend/)
    expect(() => grad(x as Tensor, x)).toThrow(/shape \[2\]/)
    expect(() => grad(x.sum(), tensor([1], [1], 'int32'))).toThrow(/int32/)
  })

  it('nests: derivatives of x⁵ to the third order', () => {
    const x = f64([2])
    const first = grad(x.pow(5).sum(), x)
    const second = grad(first.sum(), x)
    const third = grad(second.sum(), x)
    close(
      [first, second, third].map((t) => t.arraySync()),
      [[80], [160], [240]],
    )
    close(grad((u: Tensor) => grad((v: Tensor) => v.pow(5).sum())(u).sum())(x).arraySync(), [160])
  })

  it('of a function is with respect to its first argument alone', () => {
    const x = tensor([1, 2])
    const [value, gradient] = valueAndGrad((u: Tensor, v: Tensor) => u.mul(v).sum())(x, x)
    expect(value.itemSync()).toBe(5)
    expect(gradient.arraySync()).toEqual([1, 2])
  })
})

describe('vmap', () => {
  const loss = (w: Tensor, x: Tensor, y: Tensor): Tensor => x.dot(w).tanh().sub(y).square().sum()

  it('of a gradient gives the gradient per example, as the loop does', () => {
    const w = f64([0.3, -0.2, 0.5])
    const xs = f64([
      [1, 2, 3],
      [0, -1, 1],
    ])
    const ys = f64([0.5, -1])
    const batched = vmap(grad(loss), { inAxes: [null, 0, 0] })(w, xs, ys)
    const loop = [0, 1].map((i) => grad(loss)(w, xs.at(i), ys.at(i)).arraySync())
    close(batched.arraySync(), loop, 12)
  })

  it('inside a gradient', () => {
    const x = f64([1, 2, 3])
    close(grad(vmap((u: Tensor) => u.pow(3))(x).sum(), x).arraySync(), [3, 12, 27])
  })

  it('nests and maps any axis', () => {
    const x = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ])
    const outer = vmap((a: Tensor) => vmap((b: Tensor) => a.mul(b))(x.at(0)))(x.at(1))
    expect(outer.arraySync()).toEqual([4, 5, 6].map((a) => [1, 2, 3].map((b) => a * b)))
    expect(vmap((column: Tensor) => column.sum(), { inAxes: 1 })(x).arraySync()).toEqual([5, 7, 9])
    expect(vmap((row: Tensor) => row.mul(2), { outAxis: -1 })(x).shape).toEqual([3, 2])
  })

  it('draws different numbers for each example', () => {
    seed(3)
    const noise = vmap((x: Tensor) => x.add(random.uniform([2])))(tensor([0, 0, 0]))
    const values = (noise.arraySync() as number[][]).flat()
    expect(new Set(values).size).toBe(6)
  })

  it('refuses assignments and sizes that differ', () => {
    const v = new Variable(tensor(0), 'total')
    const bad = vmap((x: Tensor) => {
      v.assign(v.value.add(x))
      return x
    })
    expect(() => bad(tensor([1, 2]))).toThrow(/assigns to 'total'/)
    expect(() => vmap((a: Tensor, b: Tensor) => a.add(b))(tensor([1, 2]), tensor([1, 2, 3]))).toThrow(
      /different sizes \[2, 3\]/,
    )
    expect(() => vmap((a: Tensor) => a, { inAxes: [null] })(tensor([1]))).toThrow(/nothing to map/)
  })
})

describe('derivatives of vector functions', () => {
  it('jvp is the directional derivative', () => {
    const x = f64([0.5, 1])
    const [y, dy] = jvp((u: Tensor) => u.sin().mul(u), x, f64([2, -1]))
    close(y.arraySync(), [0.5 * Math.sin(0.5), Math.sin(1)])
    const slope = (u: number): number => Math.sin(u) + u * Math.cos(u)
    close(dy.arraySync(), [2 * slope(0.5), -slope(1)])
  })

  it('jacobian and hessian', () => {
    const a = f64([
      [1, 2],
      [3, 4],
      [5, 6],
    ])
    expect(jacobian((x) => a.matmul(x))(f64([1, 1])).arraySync()).toEqual(a.arraySync())
    // Rosenbrock's function at (−1.2, 1): the Hessian is [[1330, 480], [480, 200]].
    const rosenbrock = (p: Tensor): Tensor => {
      const [x, y] = [p.at(0), p.at(1)]
      return y.sub(x.square()).square().mul(100).add(x.sub(1).square())
    }
    close(hessian(rosenbrock)(f64([-1.2, 1])).arraySync(), [
      [1330, 480],
      [480, 200],
    ])
  })
})

describe('checkpoint and customGradient', () => {
  it('checkpoint changes neither value nor gradient, and keeps less', () => {
    // Fused, this chain is one loop that keeps nothing either way.
    const usual = backend().name
    setBackend('reference')
    onTestFinished(() => setBackend(usual))
    const deep = (x: Tensor): Tensor => {
      let y = x
      for (let i = 0; i < 6; i++) y = y.sin().mul(1.1)
      return y
    }
    const x = random.uniform([1000], { key: random.key(1), dtype: 'float64' })
    const plain = compile((x: Tensor) => grad(deep(deep(x)).sum(), x))
    const saving = compile((x: Tensor) => grad(checkpoint(deep)(checkpoint(deep)(x)).sum(), x))
    close(saving(x).arraySync(), plain(x).arraySync(), 12)
    const arena = (text: string): number => Number(/arena ([\d.]+) kB/.exec(text)?.[1])
    expect(arena(saving.explain().split('\n').at(-1) ?? '')).toBeLessThan(
      arena(plain.explain().split('\n').at(-1) ?? ''),
    )
  })

  it('checkpointed dropout uses the same mask going back', () => {
    const drop = (x: Tensor): Tensor => x.mul(random.bernoulli(0.5, [100]).cast('float32'))
    const x = tensor(new Float32Array(100).fill(2))
    const y = checkpoint(drop)(x)
    const gradient = grad(y.sum(), x).arraySync() as number[]
    expect(y.arraySync()).toEqual(gradient.map((g) => 2 * g))
  })

  it('customGradient replaces the gradient, also under vmap and twice', () => {
    const reversed = customGradient(
      (x: Tensor) => x.mul(3),
      (_inputs, _outputs, [g]) => [g.mul(-1)],
    )
    const x = tensor([1, 2])
    expect(reversed(x).arraySync()).toEqual([3, 6])
    expect(grad(reversed(x).sum(), x).arraySync()).toEqual([-1, -1])
    expect(vmap(grad((u: Tensor) => reversed(u)))(x).arraySync()).toEqual([-1, -1])
  })
})

describe('loops and branches', () => {
  it('scan computes a recurrence and its gradient', () => {
    const decay = tensor(0.5)
    const xs = tensor([1, 2, 3])
    const [last, all] = scan(
      (s: Tensor, x: Tensor) => {
        const next = s.mul(decay).add(x)
        return [next, next]
      },
      tensor(0),
      xs,
    )
    expect(all.arraySync()).toEqual([1, 2.5, 4.25])
    expect(grad(last, xs).arraySync()).toEqual([0.25, 0.5, 1])
    // d/da (x₁a² + x₂a + x₃) = 2x₁a + x₂
    expect(grad(last, decay).itemSync()).toBe(3)
  })

  it('scan carries variables that its body assigns, in reverse too', () => {
    const count = new Variable(tensor(0))
    const [, order] = scan(
      (c: Tensor, x: Tensor) => {
        count.assign(count.value.add(1))
        return [c, x.mul(10).add(count.value)]
      },
      tensor(0),
      tensor([1, 2, 3]),
      { reverse: true },
    )
    expect(order.arraySync()).toEqual([13, 22, 31])
    expect(count.value.itemSync()).toBe(3)
  })

  it('scan over trees, without a sequence, and with random numbers', () => {
    seed(0)
    const [state, draws] = scan(
      ({ a, n }: { a: Tensor; n: Tensor }, _: null) => [{ a: a.add(n), n: n.add(1) }, random.uniform([])] as const,
      { a: tensor(0), n: tensor(1) },
      null,
      { length: 4 },
    )
    expect([state.a.itemSync(), state.n.itemSync()]).toEqual([10, 5])
    expect(new Set(draws.arraySync() as number[]).size).toBe(4)
  })

  it('cond runs one branch and differentiates it', () => {
    const x = tensor([1, 4])
    const pick = compile((flag: Tensor, x: Tensor) => {
      const y = cond(
        flag,
        (u: Tensor) => u.sqrt(),
        (u: Tensor) => u.mul(u),
        x,
      )
      return { y, g: grad(y.sum(), x) }
    })
    expect(pick(tensor(true), x).y.arraySync()).toEqual([1, 2])
    expect(pick(tensor(true), x).g.arraySync()).toEqual([0.5, 0.25])
    expect(pick(tensor(false), x).g.arraySync()).toEqual([2, 8])
    expect(pick.traces.length).toBe(1)
  })

  it('cond assigns variables only in the branch that runs', () => {
    const hits = new Variable(tensor(0))
    const touch = compile((flag: Tensor) =>
      cond(
        flag,
        () => {
          hits.assign(hits.value.add(1))
          return tensor(1)
        },
        () => tensor(2),
      ),
    )
    expect([true, false, true].map((flag) => touch(tensor(flag)).itemSync())).toEqual([1, 2, 1])
    expect(hits.value.itemSync()).toBe(2)
  })

  it('whileLoop runs as long as its condition holds, batched too', () => {
    const collatz = (n: Tensor): Tensor =>
      whileLoop(
        ({ n }: { n: Tensor; steps: Tensor }) => n.greater(1),
        ({ n, steps }) => {
          const half = n.mod(2).equal(0)
          return {
            n: n
              .floorDiv(2)
              .mul(half.cast('int32'))
              .add(n.mul(3).add(1).mul(half.logicalNot().cast('int32'))),
            steps: steps.add(1),
          }
        },
        { n, steps: tensor(0, [], 'int32') },
      ).steps
    expect(collatz(tensor(27, [], 'int32')).itemSync()).toBe(111)
    expect(vmap(collatz)(tensor([1, 6, 27], [3], 'int32')).arraySync()).toEqual([0, 8, 111])
    expect(() =>
      grad(
        whileLoop(
          (x: Tensor) => x.less(9),
          (x: Tensor) => x.mul(2),
          tensor(1),
        ),
        tensor(1),
      ),
    ).toThrow()
  })

  it('refuses carries that change', () => {
    expect(() => scan((c: Tensor, x: Tensor) => [c.add(x), null], tensor(0), tensor([[1, 2]]))).toThrow(
      /carry 0 is float32\[2\] where float32\[\]/,
    )
    expect(() => scan((_c: Tensor, x: Tensor) => [[x, x] as never, null], tensor(0), tensor([1]))).toThrow(/structure/)
    expect(() =>
      cond(
        tensor(true),
        () => tensor(1),
        () => tensor([1, 2]) as Tensor,
      ),
    ).toThrow(/branches/)
  })
})
