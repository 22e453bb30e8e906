import {
  backend,
  backendNames,
  type Compiled,
  compile,
  grad,
  jvp,
  ones,
  Parameter,
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
import * as nn from 'shapewise/nn'
import { adam, sam, sgd } from 'shapewise/optim'
import { afterAll, describe, expect, it } from 'vitest'
import { roundTo } from '../../src/core/dtype.js'

const before = backend().name
afterAll(() => setBackend(before))

const small = ['bfloat16', 'float16'] as const

/** Bytes of values between the kernels of the last program. */
function arenaOf(step: Compiled<never, unknown>): number {
  const found = [...step.explain().matchAll(/arena ([\d.]+) (k|M|G)?B/g)].at(-1)
  if (found === null || found === undefined) throw new Error('no arena')
  return Number(found[1]) * { k: 1e3, M: 1e6, G: 1e9, '': 1 }[(found[2] ?? '') as 'k' | 'M' | 'G' | '']
}

/** A network of convolutions with batch norm and shortcuts. */
function network() {
  const block = () =>
    nn.residual(nn.sequential(nn.conv2d(8, 8, 3, { padding: 'same' }), nn.batchNorm2d(8), nn.relu()) as nn.Layer)
  return nn.sequential(
    nn.conv2d(1, 8, 3, { padding: 'same' }),
    ...([block(), block(), block(), block()] as [nn.Layer, nn.Layer, nn.Layer, nn.Layer]),
    nn.globalAvgPool(),
    nn.linear(8, 4),
  ) as nn.Module & { forward(x: Tensor): Tensor }
}

async function losses(name: string, precision: 'float32' | 'bfloat16' | 'float16', steps: number) {
  setBackend(name)
  seed(3)
  const model = network()
  const optimizer = adam(model, { learningRate: 0.01 })
  const step = compile(
    (x: Tensor<[16, 12, 12, 1]>, y: Tensor<[16]>) => {
      const loss = nn.crossEntropy(model.forward(x) as Tensor<[16, 4]>, y)
      optimizer.minimize(loss)
      return loss
    },
    { precision },
  )
  const x = random.normal([16, 12, 12, 1])
  const y = random.randint([16], 0, 4)
  const found: number[] = []
  for (let i = 0; i < steps; i++) found.push(await step(x, y).item())
  return { found, arena: name === 'reference' ? 0 : arenaOf(step) }
}

describe.each(backendNames().filter((name) => name !== 'wide'))('mixed precision on %s', (name) => {
  it.each(small)('learns in %s as in float32', { timeout: 60_000 }, async (precision) => {
    const steps = name === 'reference' ? 4 : 12
    const exact = await losses(name, 'float32', steps)
    const mixed = await losses(name, precision, steps)
    mixed.found.forEach((loss, i) => {
      expect(Math.abs(loss - exact.found[i])).toBeLessThan(0.03)
    })
    expect(mixed.found).not.toEqual(exact.found)
    // For float16 all gradients of weights are kept until it is known whether they are finite.
    if (name !== 'reference') expect(mixed.arena).toBeLessThan((precision === 'bfloat16' ? 0.7 : 0.9) * exact.arena)
  })
})

describe('mixed precision', () => {
  it.each(small)('rounds the operands of products to %s, and neither weights nor results', async (precision) => {
    const data = Array.from({ length: 64 * 64 }, (_, i) => Math.sin(i) * 3)
    const weight = new Parameter(
      tensor(
        Array.from({ length: 64 }, (_, i) => Math.cos(i)),
        [64, 1],
      ),
    )
    const doubled = compile((x: Tensor<[64, 64]>) => x.mul(1.1).matmul(weight.value), { precision })
    const found = await doubled(tensor(data, [64, 64])).array()
    const rows = Array.from({ length: 64 }, (_, i) => {
      const row = data.slice(64 * i, 64 * (i + 1))
      const round = (x: number): number => roundTo(precision, Math.fround(Math.fround(x) * Math.fround(1.1)))
      return row.reduce((sum, x, k) => sum + round(x) * Math.fround(Math.cos(k)), 0)
    })
    rows.forEach((row, i) => {
      expect(Math.abs((found as number[][])[i][0] - row)).toBeLessThan(2e-5)
    })
  })

  it('keeps the gradients of weights and the optimizer in float32', async () => {
    seed(1)
    const model = nn.linear(64, 64)
    const optimizer = sgd(model, { learningRate: 1 })
    const x = random.normal([64, 64])
    const start = await model.weight.value.data()
    const step = compile((x: Tensor<[64, 64]>) => optimizer.minimize(model.forward(x).mul(model.forward(x)).mean()), {
      precision: 'bfloat16',
    })
    step(x)
    const moved = (await model.weight.value.data()).map((w, i) => w - start[i])
    // Rounded ones would have 8 bits.
    expect(moved.filter((d) => roundTo('bfloat16', d) !== d).length).toBeGreaterThan(moved.length * 0.9)
    expect(moved.every((d) => Number.isFinite(d))).toBe(true)
  })

  it('leaves small values, float64 and integers as they are', async () => {
    const f = (x: Tensor<[4, 8]>) => x.matmul(x.transpose()).exp().matmul(x)
    const x = random.normal([4, 8])
    const mixed = compile(f, { precision: 'float16' })
    expect(await mixed(x).array()).toEqual(await compile(f)(x).array())
    const wide = random.normal([64, 64]).cast('float64')
    const g = (x: Tensor<[64, 64]>) => x.matmul(x).sum()
    expect(await compile(g, { precision: 'float16' })(wide).item()).toBe(await compile(g)(wide).item())
  })

  it('goes through loops, branches and functions inside', async () => {
    const inner = compile((x: Tensor<[32, 64]>) => x.relu().matmul(x.transpose()), { precision: 'float32' })
    const f = (x: Tensor<[32, 64]>, h: Tensor<[64]>) => {
      const [, states] = scan(
        (carry: Tensor<[64]>, row: Tensor<[64]>) => {
          const next = carry.add(row).tanh() as Tensor<[64]>
          return [next, next] as [Tensor<[64]>, Tensor<[64]>]
        },
        h,
        x,
      )
      return inner(states as unknown as Tensor<[32, 64]>).sum()
    }
    const [x, h] = [random.normal([32, 64]), random.normal([64])]
    const step = (precision: 'float32' | 'bfloat16') =>
      compile((x: Tensor<[32, 64]>, h: Tensor<[64]>) => grad(f(x, h) as Tensor<[]>, x), { precision })
    const [exact, mixed] = [await step('float32')(x, h).data(), await step('bfloat16')(x, h).data()]
    const size = Math.hypot(...exact)
    const error = Math.hypot(...mixed.map((g, i) => g - exact[i]))
    expect(error / size).toBeLessThan(0.02)
    expect(error).toBeGreaterThan(0)
  })

  it('refuses what is no precision', () => {
    // @ts-expect-error
    expect(() => compile((x: Tensor) => x, { precision: 'bfloat' })).toThrow(/bfloat16/)
  })
})

describe('the scale of the loss in float16', () => {
  const make = (options = {}) => {
    seed(0)
    const model = nn.linear(64, 32)
    const optimizer = sgd(model, { learningRate: 0.1, ...options })
    const step = compile(
      (x: Tensor<[64, 64]>, factor: Tensor<[]>) => {
        const loss = model.forward(x).square().mean().mul(factor)
        optimizer.minimize(loss as Tensor<[]>)
        return loss
      },
      { precision: 'float16' },
    )
    return { model, optimizer, step, x: random.normal([64, 64]) }
  }
  const scaleOf = async (optimizer: ReturnType<typeof sgd>) => Number((await optimizer.state()).lossScale.data[0])

  it('is halved where a gradient overflows, and the step is left out', async () => {
    const { model, optimizer, step, x } = make()
    const start = await model.weight.value.data()
    await step(x, tensor(1e6)).item()
    expect(await model.weight.value.data()).toEqual(start)
    expect(await optimizer.steps()).toBe(0)
    expect(await scaleOf(optimizer)).toBe(2 ** 14)
    await step(x, tensor(1)).item()
    expect(await optimizer.steps()).toBe(1)
    expect(await model.weight.value.data()).not.toEqual(start)
  })

  it('is part of the state', async () => {
    const one = make()
    await one.step(one.x, tensor(1e6)).item()
    const state = await one.optimizer.state()
    const two = make()
    two.optimizer.loadState(state)
    expect(await two.optimizer.state()).toEqual(state)
  })

  it('saves gradients that float16 would lose', async () => {
    const { model, step, x } = make({ learningRate: 1e7 })
    const start = await model.weight.value.data()
    await step(x, tensor(1e-6)).item()
    const end = await model.weight.value.data()
    const { model: exact, optimizer } = make({ learningRate: 1e7 })
    compile((x: Tensor<[64, 64]>) => optimizer.minimize(exact.forward(x).square().mean().mul(1e-6) as Tensor<[]>))(x)
    const expected = await exact.weight.value.data()
    const moved = Math.hypot(...expected.map((w, i) => w - start[i]))
    expect(Math.hypot(...expected.map((w, i) => w - end[i])) / moved).toBeLessThan(0.01)
  })

  it('works with accumulation: a batch that overflows does not count', async () => {
    const { model, optimizer, step, x } = make({ accumulate: 2 })
    await step(x, tensor(1e6)).item()
    await step(x, tensor(1)).item()
    expect(await optimizer.steps()).toBe(1)
    const { model: other, step: otherStep } = make()
    await otherStep(x, tensor(1)).item()
    const [found, expected] = [await model.weight.value.data(), await other.weight.value.data()]
    expect(Math.hypot(...found.map((w, i) => w - expected[i]))).toBeLessThan(1e-5)
  })
})

describe('derivatives in float16 that nobody scales', () => {
  // So small that float16 has nothing but 0 for them.
  const TINY = 1e-9
  const make = () => {
    seed(0)
    const model = nn.sequential(nn.linear(64, 64), nn.tanh(), nn.linear(64, 32))
    const x: Tensor<[64, 64]> = random.normal([64, 64])
    const lossOf = (x: Tensor<[number, 64]>) => model.forward(x).square().mean().mul(TINY) as Tensor<[]>
    return { model, x, lossOf }
  }
  type Made = ReturnType<typeof make>
  const change = (parameters: readonly Variable[], gradients: readonly Tensor[]) =>
    parameters.forEach((variable, i) => void variable.assign(variable.value.sub(gradients[i].mul(1 / TINY)) as never))
  const perExample = ({ lossOf }: Made, x: Tensor<[64, 64]>) => {
    const gradients = vmap(grad((row: Tensor<[64]>) => lossOf(row.unsqueeze(0))))(x)
    return gradients as Tensor
  }
  const steps: { readonly [name: string]: (made: Made) => (x: Tensor<[64, 64]>) => unknown } = {
    'grad and assign':
      ({ model, lossOf }) =>
      (x) =>
        change(model.parameters(), grad(lossOf(x), model)),
    'grad, and an optimizer that applies it': ({ model, lossOf }) => {
      const optimizer = sgd(model, { learningRate: 1 / TINY })
      return (x) => optimizer.apply(grad(lossOf(x), model))
    },
    'valueAndGrad of a function of inputs': ({ model, lossOf }) => {
      const weight = model.parameters()[0]
      return (x) => change([weight], [valueAndGrad(lossOf)(x)[1].matmul(ones([64, 64]))])
    },
    'vmap of grad': (made) => {
      const weight = made.model.parameters()[0]
      return (x) => change([weight], [perExample(made, x)])
    },
    'a Jacobian-vector product': ({ model }) => {
      const [weight] = model.parameters()
      return (x) => {
        const [, tangent] = jvp((x: Tensor<[64, 64]>) => model.forward(x).mul(TINY), x, x)
        return change([weight], [tangent.matmul(ones([32, 64]))])
      }
    },
    'an optimizer that looks around': ({ model, lossOf }) => {
      const optimizer = sam(sgd(model, { learningRate: 1 / TINY }))
      return (x) => optimizer.minimize(() => lossOf(x))
    },
  }

  it.each(Object.entries(steps))('%s: none becomes 0', async (_, step) => {
    const moved = async (precision: 'float32' | 'float16'): Promise<number[]> => {
      const made = make()
      const before = await Promise.all(made.model.parameters().map((each) => each.value.data()))
      const compiled = compile(step(made), { precision })
      compiled(made.x)
      const after = await Promise.all(made.model.parameters().map((each) => each.value.data()))
      expect(precision === 'float32' || /bfloat16/.test(compiled.explain())).toBe(true)
      return after.flatMap((values, i) => Array.from(values, (value, k) => value - before[i][k]))
    }
    const [exact, mixed] = [await moved('float32'), await moved('float16')]
    const error = Math.hypot(...mixed.map((value, i) => value - exact[i])) / Math.hypot(...exact)
    expect(error).toBeLessThan(0.02)
    expect(error).toBeGreaterThan(0)
  })
})

it('variables that a program assigns are not rounded', async () => {
  const average = new Variable(tensor(new Float32Array(4096), [64, 64]))
  const follow = compile(
    (x: Tensor<[64, 64]>) => {
      average.assign(average.value.mul(0.9).add(x.mul(0.1)))
      return x.matmul(x).sum()
    },
    { precision: 'bfloat16' },
  )
  const x = random.normal([64, 64])
  await follow(x).item()
  const [found, given] = [await average.value.data(), await x.data()]
  expect(found.every((value, i) => Math.abs(value - given[i] * 0.1) < 1e-7)).toBe(true)
})
