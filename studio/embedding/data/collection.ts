/** So many numbers are held at once; of wider vectors there are fewer. */
export const MOST_NUMBERS = 24e6

/** Vectors of equal length, one after the other. */
export interface Vectors {
  readonly count: number
  readonly width: number
  readonly data: Float32Array
}

/** Something by which points are coloured: a class each (−1 for none), or a number. */
export type Colouring =
  | { readonly kind: 'classes'; readonly name: string; readonly names: readonly string[]; readonly of: Int32Array }
  | { readonly kind: 'values'; readonly name: string; readonly of: Float32Array }

/** A square picture of each vector, ink from 0 to 255. */
export interface Pictures {
  readonly side: number
  readonly pixels: Uint8Array
}

/** What is known of vectors beside themselves. */
export interface Described {
  /** What they are, in a sentence or two. */
  readonly note: string
  readonly count: number
  readonly width: number
  /** What the numbers of a vector are called; by default they are counted. */
  readonly features?: readonly string[]
  /** The first is what colours points unless something else is chosen. */
  readonly colourings: readonly Colouring[]
  readonly pictures?: Pictures
}

export interface Collection extends Described {
  readonly vectors: Vectors
}

/** Classes by their names, in the order of names; numbers in theirs. */
export function classesOf(name: string, values: readonly string[]): Colouring {
  const names = [...new Set(values)].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
  const places = new Map(names.map((each, i) => [each, i]))
  return { kind: 'classes', name, names, of: Int32Array.from(values, (value) => places.get(value)!) }
}

/** Vectors that look like pictures as such: a square of at least 5 × 5 grey values that are not negative. Ink is what there is less of. */
export function asPictures({ count, width, data }: Vectors): Pictures | undefined {
  const side = Math.sqrt(width)
  if (!Number.isInteger(side) || side < 5 || count === 0) return undefined
  let [most, sum] = [0, 0]
  for (const value of data) {
    if (value < 0) return undefined
    most = Math.max(most, value)
    sum += value
  }
  if (most === 0) return undefined
  const isPaper = sum / data.length > most / 2
  const ink = (value: number): number => (255 * (isPaper ? most - value : value)) / most
  return { side, pixels: Uint8Array.from(data, (value) => Math.round(ink(value))) }
}

export type Scaling = 'none' | 'unit' | 'columns'

/** Vectors as they are, each of length 1, or with columns of mean 0 and variance 1. */
export function scaled(vectors: Vectors, scaling: Scaling): Vectors {
  if (scaling === 'none') return vectors
  const { count, width, data } = vectors
  const result = new Float32Array(data.length)
  if (scaling === 'unit') {
    for (let i = 0; i < count; i++) {
      let length = 0
      for (let j = 0; j < width; j++) length += data[i * width + j]! ** 2
      length = Math.sqrt(length) || 1
      for (let j = 0; j < width; j++) result[i * width + j] = data[i * width + j]! / length
    }
    return { count, width, data: result }
  }
  for (let j = 0; j < width; j++) {
    let [sum, squares] = [0, 0]
    for (let i = 0; i < count; i++) sum += data[i * width + j]!
    for (let i = 0; i < count; i++) squares += (data[i * width + j]! - sum / count) ** 2
    const deviation = Math.sqrt(squares / count) || 1
    for (let i = 0; i < count; i++) result[i * width + j] = (data[i * width + j]! - sum / count) / deviation
  }
  return { count, width, data: result }
}

export type Measure = 'euclidean' | 'cosine'

export interface Neighbour {
  readonly index: number
  readonly distance: number
}

/** The nearest others of a vector. Cosine distance is 1 − cos of the angle; a vector without length is 1 from all. */
export function nearestTo({ count, width, data }: Vectors, index: number, measure: Measure, k: number): Neighbour[] {
  const own = data.subarray(index * width, (index + 1) * width)
  const ownLength = Math.sqrt(own.reduce((sum, value) => sum + value * value, 0))
  const distances = Float64Array.from({ length: count }, (_, i) => {
    let [squares, product, length] = [0, 0, 0]
    for (let j = 0, at = i * width; j < width; j++, at++) {
      const [a, b] = [own[j]!, data[at]!]
      squares += (a - b) ** 2
      product += a * b
      length += b * b
    }
    if (measure === 'euclidean') return Math.sqrt(squares)
    const lengths = ownLength * Math.sqrt(length)
    return lengths > 0 ? Math.max(0, 1 - product / lengths) : 1
  })
  const others = Array.from(distances, (distance, i) => ({ index: i, distance })).filter((each) => each.index !== index)
  return others.sort((a, b) => a.distance - b.distance || a.index - b.index).slice(0, k)
}
