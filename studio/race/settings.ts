import type { Pair } from 'shapewise/optim'
import { type MethodName, methodOf, methods, type Spec, spec } from './methods'

/** The surfaces of the library by their names, and the one that a network has. */
export const surfaceNames: Readonly<Record<string, string>> = {
  ravine: 'A ravine',
  rosenbrock: 'Rosenbrock’s bent valley',
  beale: 'Beale’s plateau',
  saddle: 'A saddle',
  rastrigin: 'Many minima',
  network: 'A network’s loss',
}

/** All that a race is made of; it stands in the address. */
export interface Settings {
  readonly surface: string
  /** Undefined for where the surface's own start is. */
  readonly start: Pair | undefined
  readonly noise: number
  readonly racers: readonly Spec[]
  /** Steps a second. */
  readonly speed: number
  readonly view: 'map' | 'space'
}

export const limits = { racers: 12, noise: 0.05, rate: [1e-5, 100], speed: [1, 1000] } as const

export const defaults: Settings = {
  ...{ surface: 'ravine', start: undefined, noise: 0, speed: 30, view: 'map' },
  racers: [spec('sgd', 0.009), spec('momentum', 0.009), spec('adam', 0.05), spec('rmsProp', 0.01), spec('lbfgs')],
}

const rounded = (value: number): string => `${Number(value.toPrecision(4))}`

const encodeRacer = ({ method, rate, values }: Spec): string =>
  [
    method,
    rounded(rate),
    ...Object.entries(methodOf(method).settings).flatMap(([name, { usual }]) =>
      values[name] === usual ? [] : [name, rounded(values[name] ?? usual)],
    ),
  ].join('~')

function decodeRacer(text: string): Spec[] {
  const [method = '', rate = '', ...rest] = text.split('~')
  if (!Object.hasOwn(methods, method)) return []
  const name = method as MethodName
  const values: Record<string, number> = {}
  for (const [key, { from, to, usual }] of Object.entries(methodOf(name).settings)) {
    const at = rest.indexOf(key)
    values[key] = at < 0 ? usual : clamp(rest[at + 1] ?? null, [from, to], usual)
  }
  return [spec(name, clamp(rate, limits.rate, methodOf(name).rate), values)]
}

/** A number within limits; what is none is the usual one. */
function clamp(text: string | null, [low, high]: Pair, usual: number): number {
  const value = text === null || text.trim() === '' ? Number.NaN : Number(text)
  return Number.isFinite(value) ? Math.max(low, Math.min(high, value)) : usual
}

export function encode(settings: Settings): URLSearchParams {
  const query = new URLSearchParams()
  const { surface, start, noise, racers, speed, view } = settings
  query.set('surface', surface)
  if (start !== undefined) query.set('start', start.map(rounded).join('~'))
  if (noise !== defaults.noise) query.set('noise', rounded(noise))
  query.set('racers', racers.map(encodeRacer).join(','))
  if (speed !== defaults.speed) query.set('speed', rounded(speed))
  if (view !== defaults.view) query.set('view', view)
  return query
}

/** What is wrong in an address is as usual. */
export function decode(query: URLSearchParams): Settings {
  const surface = query.get('surface') ?? ''
  const start = (query.get('start') ?? '').split('~').map(Number)
  const racers = query.get('racers')
  return {
    surface: Object.hasOwn(surfaceNames, surface) ? surface : defaults.surface,
    start: start.length === 2 && start.every(Number.isFinite) ? [start[0]!, start[1]!] : undefined,
    noise: clamp(query.get('noise'), [0, limits.noise], defaults.noise),
    racers: racers === null ? defaults.racers : racers.split(',').flatMap(decodeRacer).slice(0, limits.racers),
    speed: clamp(query.get('speed'), limits.speed, defaults.speed),
    view: query.get('view') === 'space' ? 'space' : 'map',
  }
}
