import {
  backendNames,
  compile,
  cond,
  Parameter,
  type Profile,
  profile,
  random,
  scan,
  seed,
  setBackend,
  type Tensor,
  tensor,
  zeros,
} from 'shapewise'
import * as nn from 'shapewise/nn'
import { sgd } from 'shapewise/optim'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const initial = backendNames()[0]
const measuring = backendNames().filter((name) => name === 'native' || name === 'wasm')

interface TraceEvent {
  readonly name: string
  readonly ts: number
  readonly dur: number
}
const eventsOf = (found: Profile): readonly TraceEvent[] => JSON.parse(found.trace()).traceEvents

describe.each(measuring)('profiles on the %s backend', (name) => {
  beforeEach(() => setBackend(name))
  afterEach(() => setBackend(initial))

  const trained = () => {
    seed(0)
    const model = nn.sequential(nn.linear(64, 128), nn.relu(), nn.linear(128, 10))
    const optimizer = sgd(model, { learningRate: 0.1 })
    const step = compile((x: Tensor, y: Tensor) => {
      const loss = nn.crossEntropy(model.forward(x), y)
      optimizer.minimize(loss)
      return loss
    })
    return { step, x: random.normal([32, 64]) as Tensor, y: tensor(Int32Array.from({ length: 32 }, (_, i) => i % 10)) }
  }

  it('count every kernel of a training step once a run, and no more time than there was', async () => {
    const { step, x, y } = trained()
    const found = await step.profile([x, y], { runs: 7 })
    expect(found.programs).toEqual([{ runs: 7, milliseconds: expect.any(Number) }])
    for (const kernel of found.kernels) expect(kernel.times, kernel.title).toBe(1)
    const [report] = step.programs()
    const operations = report.kernels.flatMap((kernel) => kernel.operations)
    expect(found.kernels.flatMap((kernel) => kernel.operations)).toEqual(operations)
    expect(found.kernels.reduce((sum, { flops }) => sum + flops, 0)).toBe(report.flops)
    expect(found.kernelMilliseconds).toBeGreaterThan(0)
    expect(found.kernelMilliseconds).toBeLessThanOrEqual(found.milliseconds)
    expect(found.kernels.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 1)
  })

  it('change nothing that is computed', async () => {
    const plain = trained()
    const expected: number[] = []
    for (let i = 0; i < 6; i++) expected.push(await plain.step(plain.x, plain.y).item())
    const { step, x, y } = trained()
    const losses: Tensor[] = [step(x, y)]
    await profile(() => {
      for (let i = 0; i < 4; i++) losses.push(step(x, y))
    })
    losses.push(step(x, y))
    expect(await Promise.all(losses.map((loss) => loss.item()))).toEqual(expected)
  })

  it('go into loops, which keep what is left to themselves', async () => {
    const weight = new Parameter(random.normal([16, 16]) as Tensor)
    const run = compile((xs: Tensor) =>
      scan(
        (state: Tensor, x: Tensor) => [state.matmul(weight).add(x).tanh(), state.sum()] as const,
        zeros([4, 16]),
        xs,
      ),
    )
    const found = await run.profile([random.normal([9, 4, 16]) as Tensor], { runs: 3 })
    const loop = found.kernels.findIndex(({ title }) => title === 'scan')
    expect(found.kernels[loop]).toMatchObject({ depth: 0, times: 1 })
    const inside = found.kernels.filter(({ depth }) => depth === 1)
    expect(inside.length).toBeGreaterThan(0)
    for (const { times } of inside) expect(times).toBe(9)
    expect(String(found)).toContain('in a loop: ')
  })

  it('count what a branch left out not at all', async () => {
    const run = compile((x: Tensor) =>
      cond(
        x.sum().greater(0),
        () => x.cumSum(0),
        () => x.cumSum(0).exp().cumSum(0),
      ),
    )
    const found = await run.profile([tensor([1, 2, 3])], { runs: 2 })
    const times = found.kernels.filter(({ depth }) => depth === 1).map((kernel) => kernel.times)
    expect([...new Set(times)].sort()).toEqual([0, 1])
  })

  it('see what is not compiled, program by program', async () => {
    const x = random.normal([64, 64]) as Tensor
    await x.matmul(x).sum().data()
    const found = await profile(async () => {
      await x.matmul(x).sum().data()
      await x.exp().data()
    })
    expect(found.programs.map(({ runs }) => runs)).toEqual([1, 1])
    expect(String(found)).toMatch(/^program 1: 1 run of /)
  })

  it('are traces whose events follow each other', async () => {
    const { step, x, y } = trained()
    const found = await step.profile([x, y], { runs: 2 })
    const events = eventsOf(found)
    expect(events.map((event) => event.name)).toEqual(found.kernels.map(({ title }) => title))
    events.forEach((event, i) => {
      expect(event.dur).toBeGreaterThanOrEqual(0)
      if (i > 0) expect(event.ts).toBeCloseTo(events[i - 1].ts + events[i - 1].dur, 0)
    })
  })

  it('are possible of a program of no kernels, and of nothing', async () => {
    const run = compile((x: Tensor) => x)
    expect((await run.profile([tensor([1, 2])], { runs: 1 })).kernels).toEqual([])
    const nothing = await profile(() => {})
    expect(nothing).toMatchObject({ programs: [], kernels: [], kernelMilliseconds: 0 })
    expect(eventsOf(nothing)).toEqual([])
  })

  it('end with what they profile, also where that fails', async () => {
    await expect(
      profile(async () => {
        await tensor([1, 2]).exp().data()
        throw new Error('in the middle')
      }),
    ).rejects.toThrow('in the middle')
    const outer = profile(() => expect(profile(() => {})).rejects.toThrow('something is being profiled already'))
    expect((await outer).programs).toEqual([])
  })

  it('refuse donated arguments, which have a value for one call only', async () => {
    const run = compile((x: Tensor) => x.add(1), { donate: true, name: 'grow' })
    await expect(run.profile([tensor([1])])).rejects.toThrow('grow.profile: donated arguments')
    const once = compile((x: Tensor) => x.add(1), { name: 'grow' })
    await expect(once.profile([tensor([1])], { runs: 0 })).rejects.toThrow('grow.profile: runs is 0')
  })
})

it('have nothing to say about a backend without kernels', async () => {
  setBackend('reference')
  try {
    await expect(profile(() => {})).rejects.toThrow('the reference backend has no kernels to time')
  } finally {
    setBackend(initial)
  }
})
