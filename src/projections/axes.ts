import { RandomStream } from '../core/threefry.js'
import { tensor } from '../tensor/create.js'
import type { Tensor } from '../tensor/tensor.js'

/** Multiplies each of some vectors by a symmetric matrix without negative eigenvalues. */
export type Product = (vectors: readonly Float64Array[]) => Promise<Float64Array[]>

/** Vectors beside those that are wanted: what lies between their eigenvalues and those left out decides how soon it is done. */
const BESIDE = 10
const MOST_PRODUCTS = 150
/** Products between two looks at how far it is. */
const PRODUCTS = 4
/** What may be left of a product beside its axis, of the eigenvalue. */
const LEFT = 1e-7

/**
 * The eigenvectors of the largest eigenvalues, by block iteration: vectors are multiplied, made orthogonal, and turned to the axes of what the
 * matrix does among them (Rayleigh and Ritz; see Halko, Martinsson and Tropp, "Finding structure with randomness", 2011).
 */
export async function leadingAxes(product: Product, width: number, count: number, signal?: AbortSignal) {
  const random = new RandomStream(1)
  const draw = () => Float64Array.from({ length: width }, () => random.normal())
  let vectors = orthonormal(Array.from({ length: Math.min(width, count + BESIDE) }, draw), draw)
  for (let products = 0; ; products += PRODUCTS) {
    signal?.throwIfAborted()
    for (let i = 1; i < PRODUCTS; i++) vectors = orthonormal(await product(vectors), draw)
    const images = await product(vectors)
    const { values, turn } = await eigenvectors(vectors, images)
    const [axes, turned] = [turn(vectors), turn(images)]
    const isDone = axes.slice(0, count).every((axis, k) => {
      const beside = turned[k].map((value, j) => value - values[k] * axis[j])
      return Math.sqrt(dot(beside, beside)) <= LEFT * Math.max(values[k], LEFT * values[0])
    })
    if (isDone || products >= MOST_PRODUCTS || vectors.length === width) {
      return {
        axes: orthonormal(axes.slice(0, count), draw).map(withSign),
        variances: values.slice(0, count).map((value) => Math.max(0, value)),
      }
    }
    vectors = orthonormal(turned, draw)
  }
}

/** The eigenvalues of a matrix among vectors, falling, and what turns these to its axes. */
async function eigenvectors(vectors: readonly Float64Array[], images: readonly Float64Array[]) {
  const size = vectors.length
  const inner = Float64Array.from({ length: size * size }, (_, at) => {
    const [a, b] = [Math.floor(at / size), at % size]
    return (dot(vectors[a], images[b]) + dot(vectors[b], images[a])) / 2
  })
  const { values, vectors: columns } = (tensor(inner, [size, size]) as Tensor).eigh()
  const [rising, turns] = [(await values.data()) as Float64Array, (await columns.data()) as Float64Array]
  const turn = (given: readonly Float64Array[]): Float64Array[] =>
    given.map((_, k) => {
      const turned = new Float64Array(given[0].length)
      for (const [a, vector] of given.entries()) {
        const share = turns[a * size + size - 1 - k]
        for (let j = 0; j < turned.length; j++) turned[j] += share * vector[j]
      }
      return turned
    })
  return { values: Float64Array.from(rising).reverse(), turn }
}

/** Vectors of length 1 at right angles, by Gram and Schmidt, twice so that rounding leaves nothing; what has no length is drawn anew. */
function orthonormal(vectors: readonly Float64Array[], draw: () => Float64Array): Float64Array[] {
  const done: Float64Array[] = []
  for (let vector of vectors) {
    for (let tries = 0; tries < 3; tries++) {
      const before = Math.sqrt(dot(vector, vector))
      vector = before > 0 ? vector.map((value) => value / before) : draw()
      for (let pass = 0; pass < 2; pass++) {
        for (const other of done) {
          const along = dot(vector, other)
          for (let j = 0; j < vector.length; j++) vector[j] -= along * other[j]
        }
      }
      const left = Math.sqrt(dot(vector, vector))
      if (left > 1e-10) {
        vector = vector.map((value) => value / left)
        break
      }
      vector = draw()
    }
    done.push(vector)
  }
  return done
}

/** An axis or its opposite: the one whose largest entry is positive. */
function withSign(axis: Float64Array): Float64Array {
  const largest = axis.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0)
  return largest < 0 ? axis.map((value) => -value) : axis
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let j = 0; j < a.length; j++) sum += a[j] * b[j]
  return sum
}
