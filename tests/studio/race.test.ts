import { backendNames, setBackend, tensor } from 'shapewise'
import { type Surface, surfaces } from 'shapewise/optim'
import { describe, expect, it } from 'vitest'
import { levelling } from '../../studio/race/ground.js'
import { lessons } from '../../studio/race/lessons.js'
import { type MethodName, methods, type Spec, spec } from '../../studio/race/methods.js'
import { networkSurface } from '../../studio/race/network-surface.js'
import { Racer } from '../../studio/race/racer.js'
import { decode, defaults, encode, limits, type Settings, surfaceNames } from '../../studio/race/settings.js'
import { Way } from '../../studio/race/standing.js'

// The page computes with WebAssembly, which rounds alike everywhere: what the network has learned, and so its valleys, hang on that.
const asInPages = backendNames().includes('wasm')
if (asInPages) setBackend('wasm')

const [ravine] = surfaces as readonly [Surface, ...Surface[]]
const network = await networkSurface()
const surfaceOf = (name: string): Surface => (name === 'network' ? network : surfaces.find((one) => one.name === name)!)

async function run(surface: Surface, racer: Spec, steps: number, track: Partial<Settings> = {}) {
  const one = new Racer({ surface, start: track.start ?? surface.start, noise: track.noise ?? 0 }, racer)
  const { records, ended } = await one.advance(steps)
  const way = new Way()
  way.append(records)
  return { way, ended, standing: way.standing(steps, surface)! }
}

describe('racers', () => {
  it('go where plain loops go: gradient descent and heavy ball in the ravine', async () => {
    const [c, s] = [Math.cos(Math.PI / 6), Math.sin(Math.PI / 6)]
    for (const momentum of [0, 0.9]) {
      const { way } = await run(ravine, momentum === 0 ? spec('sgd', 0.005) : spec('momentum', 0.005), 60)
      let [x, y] = ravine.start
      let [vx, vy] = [0, 0]
      const records = way.until(60)
      for (let step = 0; step <= 60; step++) {
        expect(records[3 * step]).toBeCloseTo(x, 4)
        expect(records[3 * step + 1]).toBeCloseTo(y, 4)
        expect(records[3 * step + 2]).toBeCloseTo((c * x + s * y) ** 2 / 2 + 100 * (c * y - s * x) ** 2, 2)
        const [u, v] = [c * x + s * y, 200 * (c * y - s * x)]
        ;[vx, vy] = [momentum * vx + c * u - s * v, momentum * vy + s * u + c * v]
        ;[x, y] = [x - 0.005 * vx, y - 0.005 * vy]
      }
    }
  })

  it('all get lower on all surfaces with a small rate, in the same way each time and in any portions', async () => {
    for (const method of Object.keys(methods) as MethodName[]) {
      for (const surface of surfaces) {
        const racer = spec(method, method === 'lbfgs' || method === 'adadelta' ? 1 : 2e-4)
        const { way } = await run(surface, racer, 60)
        const records = way.until(60)
        expect(records.at(-1), `${method} on ${surface.name}`).toBeLessThan(records[2]!)
        if (method === 'lbfgs') continue
        const again = new Racer({ surface, start: surface.start, noise: 0 }, racer)
        const parts = [await again.advance(7), await again.advance(7), await again.advance(60)]
        expect(parts[1]!.records).toHaveLength(0)
        expect(parts.flatMap(({ records }) => [...records])).toEqual([...records])
      }
    }
  }, 120_000)

  it('say that they have diverged, at the rate where mathematics says so', async () => {
    // Across, each step multiplies by 1 − 200 rate.
    expect((await run(ravine, spec('sgd', 0.00995), 400)).ended).toBeUndefined()
    const { ended, way } = await run(ravine, spec('sgd', 0.0105), 400)
    expect(ended).toBe('diverged')
    expect([...way.until(400)].every(Number.isFinite)).toBe(true)
    // From the first step on: nothing is known but the start.
    const first = await run(surfaceOf('beale'), spec('sgd', 100), 50)
    expect([first.ended, first.way.steps]).toEqual(['diverged', 0])
    expect(first.standing).toMatchObject({ x: 1, arrived: undefined })
  })

  it('see the same noise, which the heights that are told do not have', async () => {
    const noisy = { noise: 0.02 }
    const a = (await run(ravine, spec('sgd', 0.005), 50, noisy)).way.until(50)
    expect([...a]).toEqual([...(await run(ravine, spec('sgd', 0.005), 50, noisy)).way.until(50)])
    expect([...a]).not.toEqual([...(await run(ravine, spec('sgd', 0.005), 50)).way.until(50)])
    const heights = ravine.height(tensor(a.filter((_, i) => i % 3 === 0)), tensor(a.filter((_, i) => i % 3 === 1)))
    for (const [i, height] of Array.from(await heights.data()).entries()) expect(a[3 * i + 2]).toBeCloseTo(height, 3)
  })

  it('tell since when they are at a minimum', () => {
    const way = new Way()
    const course = {
      x: [-1, 1] as const,
      minima: [
        [0, 0],
        [1, 1],
      ] as const,
    }
    expect(way.standing(0, course)).toBeUndefined()
    expect(way.until(0)).toHaveLength(0)
    way.append(Float32Array.from([0.5, 0, 3, 0.01, 0, 2, 0.5, 0, 3, 0, 0.01, 1, 0, 0, 0]))
    expect(way.standing(0, course)).toMatchObject({ arrived: undefined, height: 3, distance: 0.5 })
    expect(way.standing(1, course)?.arrived).toBe(1)
    expect(way.standing(2, course)?.arrived).toBeUndefined()
    expect(way.standing(3.7, course)?.arrived).toBe(3)
    expect(way.standing(99, course)).toMatchObject({ arrived: 3, height: 0 })
  })
})

describe('the loss of a network', () => {
  it('is flat and lowest where the network has learned, and classifies there', async () => {
    const at = async (x: number, y: number) => network.height(tensor(x), tensor(y)).item()
    const there = await at(0, 0)
    // Guessing costs log 2.
    expect(there).toBeLessThan(0.1)
    for (const [x, y] of [
      [0.2, 0],
      [-0.2, 0],
      [0, 0.2],
      [0, -0.2],
      [1, 1],
    ]) {
      expect(await at(x!, y!)).toBeGreaterThan(there)
    }
    expect(await at(...(network.start as [number, number]))).toBeGreaterThan(1)
  })

  it('has the same heights alone and together', async () => {
    const together = await network.height(tensor([0.3, -1]), tensor([0.1, 0.5])).data()
    expect(await network.height(tensor(0.3), tensor(0.1)).item()).toBeCloseTo(Number(together[0]), 5)
    expect(await network.height(tensor(-1), tensor(0.5)).item()).toBeCloseTo(Number(together[1]), 5)
  })
})

describe('heights as they are drawn', () => {
  it('lie from 0 to 1 in their order, half of them below one half', () => {
    const heights = Float32Array.from({ length: 1001 }, (_, i) => (i / 100) ** 4 - 7)
    const level = levelling(heights)
    const levels = [...heights].map(level)
    expect(levels[0]).toBe(0)
    expect(levels.at(-1)).toBeCloseTo(1, 6)
    expect(levels[500]).toBeCloseTo(0.5, 2)
    expect(levels.every((value, i) => i === 0 || value >= levels[i - 1]!)).toBe(true)
    expect(level(-1e9)).toBe(0)
    expect(level(1e9)).toBe(1)
    expect(level(Number.NaN)).toBe(1)
  })

  it('take plains and nothing', () => {
    expect(levelling(Float32Array.of(3, 3, 3))(3)).toBe(0)
    expect(levelling(new Float32Array())(0)).toBe(0)
  })
})

describe('settings', () => {
  it('come back from the address', () => {
    const settings: Settings = {
      ...{ surface: 'beale', start: [0.25, -1], noise: 0.01, speed: 100, view: 'space' },
      racers: [spec('adam', 0.02, { beta1: 0.5 }), spec('sgd'), spec('sam', 0.003, { radius: 0.2 }), spec('lbfgs')],
    }
    expect(decode(new URLSearchParams(encode(settings).toString()))).toEqual(settings)
    expect(decode(encode(defaults))).toEqual(defaults)
    expect(decode(new URLSearchParams('racers=')).racers).toEqual([])
  })

  it('survive addresses that were typed', () => {
    const typed = decode(
      new URLSearchParams('surface=moon&start=1~x&noise=9&speed=-1&racers=sgd~NaN,toString~1,adam~1e9~beta1~7,,sgd'),
    )
    expect(typed).toMatchObject({ surface: 'ravine', start: undefined, noise: limits.noise, speed: 1, view: 'map' })
    expect(typed.racers).toEqual([spec('sgd'), spec('adam', 100, { beta1: 0.999 }), spec('sgd')])
    expect(decode(new URLSearchParams(`racers=${Array(50).fill('sgd~1').join()}`)).racers).toHaveLength(limits.racers)
  })

  it('name the surfaces of the library', () => {
    expect(Object.keys(surfaceNames).sort()).toEqual([...surfaces.map(({ name }) => name), 'network'].sort())
  })
})

describe('lessons', () => {
  const results = async (title: string, steps: number) => {
    const { surface, racers, ...rest } = lessons.find((lesson) => lesson.title === title)!.settings
    return Promise.all(racers.map((racer) => run(surfaceOf(surface), racer, steps, rest)))
  }
  const arrivals = async (title: string, steps: number) =>
    (await results(title, steps)).map(
      ({ standing, ended }) => standing.arrived ?? (ended === 'diverged' ? 'diverged' : 'never'),
    )

  it('momentum in a ravine: less than a quarter of the steps', async () => {
    const [plain, momentum, nesterov] = (await arrivals('Momentum in a ravine', 600)) as number[]
    expect(momentum).toBeLessThan(plain! / 4)
    expect(nesterov).toBeLessThan(plain! / 4)
  })

  it('too large a rate: settles below 2/κ, jumps for ever at it, diverges above', async () => {
    const [slow, edge, forever, beyond] = await arrivals('Too large a rate', 1000)
    expect([typeof slow, typeof edge, forever, beyond]).toEqual(['number', 'number', 'never', 'diverged'])
  })

  it('a saddle: who divides by the size of gradients leaves first', async () => {
    const [plain, momentum, ...scaled] = (await arrivals('Leaving a saddle', 1000)) as number[]
    expect(plain).toBeGreaterThan(300)
    expect(momentum).toBeLessThan(plain!)
    expect(Math.min(...scaled)).toBeLessThan(momentum! / 2)
    for (const steps of scaled) expect(steps).toBeLessThan(plain! / 2)
  })

  it('steps that get shorter: AdaGrad is last', async () => {
    const heights = (await results('Steps that only get shorter', 1500)).map(({ standing }) => standing.height)
    console.log('AdaGrad, RMSProp, Adam, AMSGrad end at', heights)
    expect(Math.max(...heights)).toBe(heights[0])
    expect(heights[3]).toBeGreaterThanOrEqual(heights[2]!)
  })

  it('curvature: some thirty steps against hundreds and thousands', async () => {
    const [plain, momentum, rprop, newton] = await arrivals('Knowing the curvature', 3000)
    console.log('gradient descent, momentum, Rprop, L-BFGS:', plain, momentum, rprop, newton)
    expect(newton).toBeLessThan(40)
    expect(momentum).toBeGreaterThan(200)
    expect(momentum).toBeLessThan(1000)
    expect(plain === 'never' || Number(plain) > 1000).toBe(true)
  })

  it('below a cliff: Rprop does not mind, a rate that is fast below diverges', async () => {
    const [plain, fast, momentum, adam, rprop] = await arrivals('Below a cliff', 2000)
    console.log('cliff:', plain, fast, momentum, adam, rprop)
    expect(fast).toBe('diverged')
    expect(Number(rprop)).toBeLessThan(100)
    expect(plain === 'never' || Number(plain) > 1000).toBe(true)
  })

  it('many minima: small steps end in one and the same', async () => {
    const [first, ...others] = await results('Many minima', 1000)
    for (const { standing } of others.slice(0, 3)) {
      expect(Math.hypot(standing.x - first!.standing.x, standing.y - first!.standing.y)).toBeLessThan(0.05)
    }
    expect(first!.standing.distance).toBeGreaterThan(1)
    const large = others[3]!.way.until(1000)
    expect(Math.hypot(large.at(-3)! - first!.standing.x, large.at(-2)! - first!.standing.y)).toBeGreaterThan(0.5)
  })

  it('noise: large rates come first and tremble', async () => {
    const found = await results('Noise, and what rates do to it', 600)
    const first = found.map(({ way }) => firstVisit(way, surfaceOf('saddle')))
    const trembling = found.map(({ way }) => spread(way.until(600).slice(-3 * 200)))
    console.log('noise: first at a minimum', first, 'then spread by', trembling)
    expect(first[0]).toBeLessThan(first[1]!)
    expect(first[2]).toBeLessThan(first[3]!)
    expect(trembling[0]).toBeGreaterThan(2 * trembling[1]!)
    expect(trembling[2]).toBeGreaterThan(2 * trembling[3]!)
  })

  it.skipIf(!asInPages)('the loss of a network: who does not fit into the side valley leaves it', async () => {
    const [small, large] = await results('The loss of a network', 400)
    expect(small!.standing.distance).toBeGreaterThan(0.3)
    expect(large!.standing.distance).toBeLessThan(0.1)
  })
})

/** The first step that is as near to a minimum as a tenth of the map. */
function firstVisit(way: Way, { x, minima }: Surface): number {
  const near = 0.1 * (x[1] - x[0])
  for (let step = 0; step <= way.steps; step++) {
    const [a = 0, b = 0] = way.until(step).slice(-3)
    if (minima.some(([c, d]) => Math.hypot(a - c, b - d) < near)) return step
  }
  return Infinity
}

/** How far places lie from their middle, in the mean. */
function spread(records: Float32Array): number {
  const count = records.length / 3
  const mean = [0, 1].map((k) => records.reduce((sum, value, i) => sum + (i % 3 === k ? value : 0), 0) / count)
  let total = 0
  for (let i = 0; i < count; i++) total += Math.hypot(records[3 * i]! - mean[0]!, records[3 * i + 1]! - mean[1]!)
  return total / count
}
