import type { Scaling } from '../data/collection'

/** What a picture of vectors is made of and how; everything of it stands in the address. */
export interface Settings {
  readonly data: DataName
  readonly count: number
  /** Whether the LeNet whose layers are looked at has learned. */
  readonly trained: boolean
  readonly scaling: Scaling
  readonly method: keyof typeof methods
  readonly dimensions: '2' | '3'
  readonly perplexity: number
  readonly exaggeration: number
  /** The learning rate of t-SNE: powers of two of the usual one. */
  readonly rate: number
  readonly steps: number
  readonly neighbours: number
  readonly distance: number
  readonly epochs: number
  readonly seed: number
  /** Which colouring, counted from 0. */
  readonly colour: number
  readonly pictures: boolean
  /** Of dots or pictures, as a factor. */
  readonly size: number
  readonly measure: 'cosine' | 'euclidean'
}

export const methods = { pca: 'PCA', tsne: 't-SNE', umap: 'UMAP' } as const

export const sources = {
  pixels: 'Digits: pixels',
  C1: 'Digits: LeNet C1 (4,704)',
  S2: 'Digits: LeNet S2 (1,176)',
  C3: 'Digits: LeNet C3 (1,600)',
  S4: 'Digits: LeNet S4 (400)',
  C5: 'Digits: LeNet C5 (120)',
  F6: 'Digits: LeNet F6 (84)',
  output: 'Digits: LeNet output (10)',
  roll: 'Swiss roll in 3 dimensions',
  rings: 'Two linked rings in 3 dimensions',
  clusters: 'Clusters of unequal width in 50 dimensions',
  chance: 'Nothing but chance in 100 dimensions',
  own: 'Your own vectors',
} as const

export type DataName = keyof typeof sources

export const defaults: Settings = {
  ...{ data: 'pixels', count: 2000, trained: true, scaling: 'none', method: 'tsne', dimensions: '2' },
  ...{ perplexity: 30, exaggeration: 12, rate: 0, steps: 1000, neighbours: 15, distance: 0.1, epochs: 300, seed: 1 },
  ...{ colour: 0, pictures: false, size: 1, measure: 'cosine' },
}

export const limits = {
  ...{ count: [100, 10_000], perplexity: [1, 100], exaggeration: [1, 40], rate: [-4, 4], steps: [250, 5000] },
  ...{ neighbours: [2, 100], distance: [0, 1], epochs: [50, 1000], seed: [1, 1e6], colour: [0, 100], size: [0.4, 3] },
} as const satisfies { readonly [Name in keyof Settings]?: readonly [number, number] }

const choices = {
  data: sources,
  scaling: { none: true, unit: true, columns: true },
  method: methods,
  dimensions: { 2: true, 3: true },
  measure: { cosine: true, euclidean: true },
} as const

/** The settings as the query of an address: only what differs from the defaults. */
export function encodeSettings(settings: Settings): URLSearchParams {
  const query = new URLSearchParams()
  for (const key of Object.keys(defaults) as (keyof Settings)[]) {
    if (settings[key] !== defaults[key]) query.set(key, String(settings[key]))
  }
  return query
}

/** The settings of an address. What is missing or makes no sense is as by default. */
export function decodeSettings(query: URLSearchParams): Settings {
  const found: Record<string, string | number | boolean> = { ...defaults }
  for (const [key, text] of query) {
    if (Object.hasOwn(limits, key)) {
      const [low, high] = limits[key as keyof typeof limits]
      const number = Number.parseFloat(text)
      if (Number.isFinite(number)) found[key] = Math.min(high, Math.max(low, number))
    } else if (Object.hasOwn(choices, key)) {
      if (Object.hasOwn(choices[key as keyof typeof choices], text)) found[key] = text
    } else if (key === 'trained' || key === 'pictures') found[key] = text === 'true'
  }
  // Each value was checked by the rule of its key.
  return { ...defaults, ...found }
}

/** Those that decide which vectors there are. */
export const DATA_SETTINGS = ['data', 'count', 'trained'] as const
/** Those that decide where points are. */
export const PLACE_SETTINGS = [
  ...['scaling', 'method', 'dimensions', 'perplexity', 'exaggeration', 'rate', 'steps'],
  ...['neighbours', 'distance', 'epochs', 'seed'],
] as readonly (keyof Settings)[]
