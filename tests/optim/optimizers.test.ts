import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import * as optim from '../../src/optim/index.js'
import { compile } from '../../src/tensor/compile.js'
import { expectValues, type Stored } from '../support/runLayerTest.js'
import { expectWay, objective, parametersOf, runOptimizerTest } from '../support/runOptimizerTest.js'

// Truth: PyTorch, and papers in NumPy, by scripts/fixtures/optim.py.

type Call = readonly [name: string, ...args: unknown[]]
interface Fixtures {
  readonly at: readonly number[]
  readonly start: readonly Stored[]
  readonly optimizers: readonly { readonly call: Call; readonly steps: readonly (readonly (readonly number[])[])[] }[]
}
const { at, start, optimizers }: Fixtures = JSON.parse(
  readFileSync(new URL('../fixtures/optim.json', import.meta.url), 'utf8'),
)
const library: Readonly<Record<string, unknown>> = { ...optim }

interface Group {
  readonly match: string
}

/** Calls a function of the library; `more` goes to the options of the optimizer, which may be the argument of another one. */
function call<Result>([name, ...args]: Call, more: object): Result {
  const make = library[name]
  if (typeof make !== 'function') throw new Error(`there is no optim.${name}`)
  const [first, ...rest] = args as [({ call?: Call; groups?: readonly Group[] } | undefined)?, ...unknown[]]
  if (first?.call !== undefined) return make(call(first.call, more), ...rest)
  const groups = first?.groups?.map((group) => ({ ...group, match: new RegExp(group.match) }))
  return make({ ...first, ...(groups === undefined ? {} : { groups }), ...more })
}

/** Learning rates that lead out of a ravine in 200 steps, where it is not 0.1. */
const rates: Readonly<Record<string, number>> = {
  ...{ sgd: 0.05, adagrad: 0.5, adadelta: 20, lars: 20, lookahead: 0.1 },
}

describe('optimizers', () => {
  const met = new Set<string>()
  for (const { call: entry, steps } of optimizers) {
    const [name] = entry
    if (name === 'sam') continue
    const make = (more = {}): optim.Optimizer => call(entry, more)
    // Once all that is expected of an optimizer, then only that other options lead the way that they should.
    const isFirst = !met.has(name)
    met.add(name)
    it(JSON.stringify(entry), () => {
      const truth = { start, at, steps }
      return isFirst ? runOptimizerTest(make, truth, rates[name] ?? 0.1) : expectWay(make, truth)
    })
  }
})

describe('sam', () => {
  for (const { call: entry, steps } of optimizers) {
    if (entry[0] !== 'sam') continue
    for (const mode of ['uncompiled', 'compiled'] as const) {
      it(`${JSON.stringify(entry)}, ${mode}`, () => {
        const parameters = parametersOf(start)
        const optimizer = call<optim.Sam>(entry, {})
        const plain = () => optimizer.minimize(() => objective(parameters.map(({ value }) => value)), parameters)
        const step = mode === 'compiled' ? compile(plain) : plain
        let done = 0
        for (const [i, count] of at.entries()) {
          if (mode === 'uncompiled' && count > 5) break
          for (; done < count; done++) step()
          for (const [k, { value, name }] of parameters.entries()) {
            expectValues(`${name} after step ${count}`, value.dataSync(), steps[i][k], 1e-9)
          }
        }
        if ('traces' in step) expect(step.traces).toHaveLength(1)
      })
    }
  }

  it('is stored as its optimizer is, and refuses what makes no sense', async () => {
    const parameters = parametersOf(start, 'float32')
    const make = (): optim.Sam => optim.sam(optim.adam(parameters), { adaptive: true })
    const loss = () => objective(parameters.map(({ value }) => value))
    const first = make()
    first.minimize(loss)
    const second = make()
    second.loadState(await first.state())
    expect(await second.state()).toEqual(await first.state())
    expect(Object.keys(await second.state())).toContain('w.square')
    expect(() => optim.sam(optim.adam(), { radius: 0 })).toThrow(/sam: radius is 0/)
    expect(() => optim.sam(optim.adam(), { rho: 1 } as never)).toThrow(/no option 'rho'/)
    expect(() => optim.sam(parameters as never)).toThrow(/there is no optimizer/)
    expect(() => first.minimize(loss() as never)).toThrow(/sam: minimize: the loss/)
    expect(() => optim.lookahead(optim.adam(), { alpha: 2 })).toThrow(/lookahead: alpha is 2/)
    expect(() => optim.lookahead(optim.adam(), { step: 2 } as never)).toThrow(/Did you mean 'steps'/)
  })
})
