import { type DataName, datasets } from '../data/plane'
import { activations, type FeatureName, features, initializers, optimizers, schedules } from './choices'

/** One hidden layer. */
export interface LayerSettings {
  readonly units: number
  readonly activation: keyof typeof activations
}

/** Everything that a training in the playground depends on. */
export interface Settings {
  readonly data: DataName
  /** Between 2 and 6, for data that can have more than two. */
  readonly classes: number
  /** From 0 to 50: percent of a fifth of the plane's width. */
  readonly noise: number
  /** Percent of the points that are learned from. */
  readonly trainShare: number
  readonly batchSize: number
  readonly features: readonly FeatureName[]
  readonly layers: readonly LayerSettings[]
  readonly initializer: keyof typeof initializers
  readonly optimizer: keyof typeof optimizers
  readonly learningRate: number
  readonly schedule: keyof typeof schedules
  readonly regularization: 'none' | 'l1' | 'l2'
  readonly regularizationRate: number
  /** The share of hidden values that are left out in a step. */
  readonly dropout: number
  readonly batchNorm: boolean
  /** Whether layers add to what goes into them, where the widths allow it. */
  readonly skip: boolean
  /** Starts the weights, and the order in which points are learned from. */
  readonly seed: number
  /** Starts the points. */
  readonly dataSeed: number
  /** The user's own points, as {@link encodePoints} writes them; '' for none. */
  readonly points: string
}

export const defaults: Settings = {
  data: 'circle',
  classes: 2,
  noise: 0,
  trainShare: 50,
  batchSize: 10,
  features: ['x', 'y'],
  layers: [
    { units: 4, activation: 'tanh' },
    { units: 2, activation: 'tanh' },
  ],
  initializer: 'glorot',
  optimizer: 'sgd',
  learningRate: 0.03,
  schedule: 'constant',
  regularization: 'none',
  regularizationRate: 0.001,
  dropout: 0,
  batchNorm: false,
  skip: false,
  seed: 1,
  dataSeed: 1,
  points: '',
}

/** Those that the points depend on. */
export const DATA_SETTINGS = ['data', 'classes', 'noise', 'trainShare', 'dataSeed', 'points'] as const

export const limits = {
  classes: [2, 6],
  noise: [0, 50],
  trainShare: [10, 90],
  batchSize: [1, 250],
  layers: [0, 8],
  units: [1, 12],
  learningRate: [1e-6, 1000],
  regularizationRate: [0, 10],
  dropout: [0, 0.9],
} as const

/** Streams of random numbers beside those of the points: for the order of an epoch, and for what is learned from. */
export const [SHUFFLES, SPLITS] = [2 ** 40, 2 ** 41]

const SEEDS = [0, 2 ** 31 - 1] as const

/** Learning rates to choose from. */
export const RATES = [0.00001, 0.0001, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 100, 1000] as const

/** The settings as the query of an address: only what differs from the defaults. */
export function encodeSettings(settings: Settings): URLSearchParams {
  const query = new URLSearchParams()
  for (const key of Object.keys(defaults) as (keyof Settings)[]) {
    const [value, usual] = [written(settings, key), written(defaults, key)]
    if (value !== usual) query.set(key, value)
  }
  return query
}

function written(settings: Settings, key: keyof Settings): string {
  if (key === 'layers') return settings.layers.map(({ units, activation }) => `${units}${activation}`).join('-')
  const value = settings[key]
  return Array.isArray(value) ? value.join('-') : String(value)
}

/** The settings of an address. What is missing or makes no sense is as by default. */
export function decodeSettings(query: URLSearchParams): Settings {
  const number = (key: 'noise' | 'trainShare' | 'learningRate' | 'regularizationRate' | 'dropout'): number => {
    const given = Number.parseFloat(query.get(key) ?? '')
    const [low, high] = limits[key]
    return Number.isFinite(given) ? Math.min(high, Math.max(low, given)) : defaults[key]
  }
  const integer = (
    key: 'classes' | 'batchSize' | 'seed' | 'dataSeed',
    [low, high]: readonly [number, number],
  ): number => {
    const given = Number.parseInt(query.get(key) ?? '', 10)
    return Number.isSafeInteger(given) ? Math.min(high, Math.max(low, given)) : defaults[key]
  }
  const choice = <K extends 'data' | 'initializer' | 'optimizer' | 'schedule' | 'regularization'>(
    key: K,
    known: object,
  ): Settings[K] => {
    const given = query.get(key) ?? ''
    return Object.hasOwn(known, given) ? (given as Settings[K]) : defaults[key]
  }
  const flag = (key: 'batchNorm' | 'skip'): boolean => (query.has(key) ? query.get(key) === 'true' : defaults[key])
  return {
    data: choice('data', datasets),
    classes: integer('classes', limits.classes),
    noise: number('noise'),
    trainShare: number('trainShare'),
    batchSize: integer('batchSize', limits.batchSize),
    features: decodeFeatures(query.get('features')),
    layers: decodeLayers(query.get('layers')),
    initializer: choice('initializer', initializers),
    optimizer: choice('optimizer', optimizers),
    learningRate: number('learningRate'),
    schedule: choice('schedule', schedules),
    regularization: choice('regularization', { none: true, l1: true, l2: true }),
    regularizationRate: number('regularizationRate'),
    dropout: number('dropout'),
    batchNorm: flag('batchNorm'),
    skip: flag('skip'),
    seed: integer('seed', SEEDS),
    dataSeed: integer('dataSeed', SEEDS),
    points: query.get('points') ?? defaults.points,
  }
}

function decodeFeatures(text: string | null): Settings['features'] {
  const given = (text ?? '').split('-').filter((name): name is FeatureName => Object.hasOwn(features, name))
  return given.length > 0 ? [...new Set(given)] : defaults.features
}

function decodeLayers(text: string | null): Settings['layers'] {
  if (text === null) return defaults.layers
  const layers = text.split('-').flatMap((layer): LayerSettings[] => {
    const [, units = '', activation = ''] = /^(\d+)([a-z]\w*)$/i.exec(layer) ?? []
    if (!Object.hasOwn(activations, activation)) return []
    const [low, high] = limits.units
    const count = Math.min(high, Math.max(low, Number(units)))
    return [{ units: count, activation: activation as LayerSettings['activation'] }]
  })
  return layers.slice(0, limits.layers[1])
}
