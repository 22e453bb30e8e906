import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { lbfgs } from '../../src/optim/index.js'
import { strongWolfe } from '../../src/optim/second-order/strong-wolfe.js'
import { tensor } from '../../src/tensor/create.js'
import type { Tensor } from '../../src/tensor/tensor.js'
import { Parameter } from '../../src/tensor/variable.js'
import { expectValues, type Stored } from '../support/runLayerTest.js'
import { parametersOf } from '../support/runOptimizerTest.js'

interface Fixtures {
  readonly start: readonly Stored[]
  readonly lbfgs: readonly (readonly (readonly number[])[])[]
}
const fixtures: Fixtures = JSON.parse(readFileSync(new URL('../fixtures/optim.json', import.meta.url), 'utf8'))

const rosenbrock = (p: Parameter): Tensor => {
  const [x, y] = [p.value.slice([0, 1]), p.value.slice([1, 2])]
  return y.sub(x.square()).square().mul(100).add(x.sub(1).square()).sum()
}

describe('lbfgs', () => {
  it('makes the steps of PyTorch without a line search', async () => {
    const parameters = parametersOf(fixtures.start)
    const optimizer = lbfgs(parameters, {
      iterations: 1,
      history: 4,
      lineSearch: false,
      learningRate: 0.5,
      changeTolerance: 0,
    })
    const [a, w, k] = parameters
    // The `closure` of the script.
    const loss = (): Tensor => {
      const bowl = a.value
        .cosh()
        .mul(tensor([1, 3, 0.3], [3], 'float64'))
        .sum()
      return bowl.add(w.value.square().sum()).add(k.value.sub(1).square().square().sum())
    }
    for (const [i, wanted] of fixtures.lbfgs.entries()) {
      await optimizer.minimize(loss)
      for (const [n, values] of wanted.entries()) {
        expectValues(`${parameters[n].name} after ${i + 1}`, parameters[n].value.dataSync(), values, 1e-8)
      }
    }
  })

  for (const dtype of ['float64', 'float32'] as const) {
    it(`finds the bottom of Rosenbrock's valley in ${dtype}`, async () => {
      const p = new Parameter(tensor([-1.2, 1], [2], dtype), 'p')
      const { loss, iterations, evaluations, ended } = await lbfgs([p], { iterations: 100 }).minimize(() =>
        rosenbrock(p),
      )
      expectValues('p', p.value.dataSync(), [1, 1], dtype === 'float64' ? 1e-4 : 1e-2)
      expect(loss).toBeLessThan(1e-6)
      expect(ended).not.toBe('iterations')
      // Nocedal and Wright report about 35 iterations of BFGS from here.
      expect(iterations).toBeLessThan(60)
      expect(evaluations).toBeLessThan(100)
    })
  }

  it('goes on where it was, and stops where nothing is to be done', async () => {
    const [p, q] = [0, 1].map(() => new Parameter(tensor([-1.2, 1], [2], 'float64'), 'p'))
    await lbfgs([p], { iterations: 12 }).minimize(() => rosenbrock(p))
    const parts = lbfgs([q], { iterations: 4 })
    for (let i = 0; i < 3; i++) await parts.minimize(() => rosenbrock(q))
    expectValues('p', q.value.dataSync(), p.value.dataSync(), 1e-9)
    const there = new Parameter(tensor([1, 1], [2], 'float64'), 'p')
    expect(await lbfgs([there]).minimize(() => rosenbrock(there))).toMatchObject({ iterations: 0, ended: 'gradient' })
  })

  it('is stored by the paths of the parameters and continues as it would have', async () => {
    const walk = async (stored: boolean): Promise<number[]> => {
      const list = [new Parameter(tensor([-1.2], [1], 'float64')), new Parameter(tensor([1], [1], 'float64'))]
      const loss = (): Tensor => {
        const [x, y] = list.map(({ value }) => value)
        return y.sub(x.square()).square().mul(100).add(x.sub(1).square()).sum()
      }
      let optimizer = lbfgs(list, { iterations: 5, history: 3 })
      await optimizer.minimize(loss)
      if (stored) {
        const state = await optimizer.state()
        expect(Object.keys(state)).toContain('variable.1.change.2')
        optimizer = lbfgs(list, { iterations: 5, history: 3 })
        const { 'variable.step.0': left, ...rest } = state
        expect(left.shape).toEqual([1])
        expect(() => optimizer.loadState({ ...rest, 'variable.step.0': { ...left, shape: [2] } })).toThrow(
          /variable\.step\.0/,
        )
        optimizer.loadState(state)
      }
      await optimizer.minimize(loss)
      return list.map(({ value }) => value.dataSync()[0])
    }
    expect(await walk(true)).toEqual(await walk(false))
  })

  it('refuses what makes no sense', async () => {
    const p = new Parameter(tensor([1, 1]), 'p')
    expect(() => lbfgs([p], { histroy: 3 } as never)).toThrow(/'histroy'\. Did you mean 'history'/)
    expect(() => lbfgs([p], { iterations: 0 })).toThrow(/iterations is 0/)
    expect(() => lbfgs(undefined as never)).toThrow(/not known what to optimize/)
    await expect(lbfgs([p]).minimize(() => p.value)).rejects.toThrow(/shape \[2\]/)
    await expect(lbfgs([p]).minimize(() => p.value.sum().mul(Number.NaN))).rejects.toThrow(/the loss is NaN/)
    await expect(lbfgs([p]).minimize(p.value.sum() as never)).rejects.toThrow(/function/)
    const half = new Parameter(tensor([1], [1], 'bfloat16'), 'half')
    await expect(lbfgs([half]).minimize(() => half.value.sum())).rejects.toThrow(/'half' is bfloat16/)
  })
})

describe('strongWolfe', () => {
  const functions: Readonly<Record<string, (t: number) => [number, number]>> = {
    'a parabola': (t) => [(t - 3) ** 2, 2 * (t - 3)],
    'a far minimum': (t) => [(t - 500) ** 2, 2 * (t - 500)],
    'a near minimum': (t) => [(t - 1e-4) ** 2, 2 * (t - 1e-4)],
    // Moré and Thuente (1994), function (5.1) with β = 2.
    'a flat tail': (t) => [-t / (t * t + 2), (t * t - 2) / (t * t + 2) ** 2],
    waves: (t) => [Math.sin(3 * t) - t / 2 + (t * t) / 20, 3 * Math.cos(3 * t) - 3.6 + 3.1 + t / 10],
    'a wall': (t) => (t < 2 ? [-t, -1] : [Infinity, Number.NaN]),
  }
  for (const [name, f] of Object.entries(functions)) {
    for (const first of [1e-3, 1, 100]) {
      it(`${name}, first ${first}`, async () => {
        const sign = f(0)[1] > 0 ? -1 : 1
        const at = (t: number) => ({ at: t, loss: f(sign * t)[0], slope: sign * f(sign * t)[1], place: undefined })
        const start = at(0)
        const end = await strongWolfe(async (t) => at(t), start, first)
        expect(end.loss).toBeLessThanOrEqual(start.loss + 1e-4 * end.at * start.slope)
        if (name !== 'a wall') expect(Math.abs(end.slope)).toBeLessThanOrEqual(0.9 * Math.abs(start.slope))
      })
    }
  }
})
