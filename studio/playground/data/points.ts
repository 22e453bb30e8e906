import * as data from 'shapewise/data'
import { RandomStream } from 'shapewise/data'
import type { Settings } from '../settings/settings'
import { type DataKind, type DataName, datasets, decodePoints, EXTENT, type Points } from './plane'

const COUNT = 500

/** The points that settings ask for; equal settings give equal points. */
export function makePoints(settings: Settings): Points {
  const { data: name, dataSeed: seed } = settings
  if (name === 'own') return decodePoints(settings.points)
  const noise = (settings.noise / 50) * 0.5
  const { kind, manyClasses = false }: DataKind = datasets[name]
  const classes = kind === 'values' ? 1 : manyClasses ? settings.classes : 2
  if (kind === 'values') return { kind, classes, ...values(name, noise, seed) }
  const options = { count: COUNT, seed }
  const [drawn, scale, shift] = labelled(name, { ...options, noise, classes })
  const { inputs, labels } = drawn.gather(Array.from({ length: drawn.length }, (_, i) => i))
  const places = Float32Array.from(inputs.data, (value, i) => scale * (value - (i % 2 === 0 ? shift[0] : shift[1])))
  return { kind, classes, places, targets: Float32Array.from(labels.data) }
}

type Drawn = readonly [points: data.LabelledPoints, scale: number, centre: readonly [number, number]]

function labelled(
  name: DataName,
  { classes, ...options }: { count: number; seed: number; noise: number; classes: number },
): Drawn {
  const origin = [0, 0] as const
  if (name === 'xor') return [data.xor(options), 5, origin]
  if (name === 'moons') return [data.moons({ ...options, noise: options.noise * 0.6 }), 3.2, [0.5, 0.25]]
  if (name === 'checkerboard') return [data.checkerboard({ ...options, noise: options.noise * 0.3 }), 5.5, origin]
  if (name === 'gauss') return [data.gaussians({ ...options, noise: 0.15 + options.noise * 0.6, classes }), 3, origin]
  if (name === 'spiral') return [data.spiral({ ...options, noise: options.noise * 0.3, classes }), 5.5, origin]
  if (name === 'rings') return [data.circles({ ...options, noise: options.noise * 0.3, classes }), 5, origin]
  return [circle(options), 5, origin]
}

/** A disk, class 1, inside a ring, class 0. */
function circle({ count, seed, noise }: { count: number; seed: number; noise: number }): data.LabelledPoints {
  const inputs = new Float32Array(2 * count)
  const labels = new Int32Array(count)
  for (let i = 0; i < count; i++) {
    const stream = new RandomStream(seed, i)
    labels[i] = i % 2
    const radius = i % 2 === 1 ? 0.5 * Math.sqrt(stream.uniform()) : 0.7 + 0.3 * stream.uniform()
    const angle = 2 * Math.PI * stream.uniform()
    inputs[2 * i] = radius * Math.cos(angle) + stream.normal(0, noise * 0.5)
    inputs[2 * i + 1] = radius * Math.sin(angle) + stream.normal(0, noise * 0.5)
  }
  return data.dataset({ inputs: data.floatColumn(inputs, [2]), labels: data.labelColumn(labels, { classes: 2 }) })
}

const hills = [
  [-3, 3, 1],
  [0, 3, -1],
  [3, 3, 1],
  [-3, -3, -1],
  [0, -3, 1],
  [3, -3, -1],
] as const

function values(name: DataName, noise: number, seed: number): Pick<Points, 'places' | 'targets'> {
  const places = new Float32Array(2 * COUNT)
  const targets = new Float32Array(COUNT)
  for (let i = 0; i < COUNT; i++) {
    const stream = new RandomStream(seed, i)
    const [x, y] = [stream.uniform(-EXTENT, EXTENT), stream.uniform(-EXTENT, EXTENT)]
    places.set([x, y], 2 * i)
    const height = name === 'plane' ? (x + y) / (2 * EXTENT) : hillHeight(x, y)
    targets[i] = Math.max(-1, Math.min(1, height + stream.normal(0, noise)))
  }
  return { places, targets }
}

/** The height of the nearest hill or valley, which falls to nothing two away from its middle. */
function hillHeight(x: number, y: number): number {
  const heights = hills.map(([a, b, sign]) => sign * Math.max(0, 1 - Math.hypot(x - a, y - b) / 2))
  return heights.reduce((largest, height) => (Math.abs(height) > Math.abs(largest) ? height : largest), 0)
}
