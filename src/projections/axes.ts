import { RandomStream } from '../core/threefry.js'
import { tensor } from '../tensor/create.js'
import type { Tensor } from '../tensor/tensor.js'

/** Multiplies each of some vectors by a symmetric matrix without negative eigenvalues. */
export type Product = (vectors: readonly Float64Array[]) => Promise<Float64Array[]>

/** By a matrix that is there, row after row. */
export const heldProduct =
  (matrix: Float64Array): Product =>
  async (vectors) =>
    vectors.map((vector) => {
      const width = vector.length
      return vector.map((_, i) => {
        let sum = 0
        for (let j = 0, at = i * width; j < width; j++, at++) sum += matrix[at] * vector[j]
        return sum
      })
    })

/** Vectors that are multiplied together: as many equal eigenvalues are told apart. */
const BLOCK = 10
/** Among so many vectors for each that is wanted, and these besides, axes are looked for at a time. */
const [FOR_EACH, BESIDE] = [2, 40]
/** Of these so many more than are wanted are kept for the next time. */
const KEPT = 10
const MOST_ROUNDS = 40
/** What may be left of a product beside its axis, of the eigenvalue. */
const LEFT = 1e-6

/**
 * The eigenvectors of the largest eigenvalues: vectors are multiplied again and again, and the axes of what the matrix does among all of these are taken,
 * and kept to begin with again (block Lanczos with thick restarts; see Musco and Musco, "Randomized block Krylov methods", 2015).
 */
export async function leadingAxes(product: Product, width: number, count: number, signal?: AbortSignal) {
  const random = new RandomStream(1)
  const draw = () => Float64Array.from({ length: width }, () => random.normal())
  const most = Math.min(width, FOR_EACH * count + BESIDE)
  let vectors: Float64Array[] = []
  let images: Float64Array[] = []
  // All of a small matrix is looked at as it is: of axes by chance, small ones would be rounded away by large ones.
  const unit = (at: number) => new Float64Array(width).fill(1, at, at + 1)
  let block: Float64Array[] =
    most === width ? Array.from({ length: width }, (_, at) => unit(at)) : Array.from({ length: BLOCK }, draw)
  for (let round = 1; ; round++) {
    while (vectors.length < most) {
      signal?.throwIfAborted()
      const added = orthonormal(block.slice(0, most - vectors.length), draw, vectors)
      block = await product(added)
      vectors = [...vectors, ...added]
      images = [...images, ...block]
    }
    const next = orthonormal(block, draw, vectors)
    const { values, turn } = await eigenvectors(vectors, images)
    const kept = Math.min(vectors.length, count + KEPT)
    const [axes, turned] = [turn(vectors, kept), turn(images, kept)]
    const isDone = axes.slice(0, count).every((axis, k) => {
      const rest = turned[k].map((value, j) => value - values[k] * axis[j])
      return Math.sqrt(dot(rest, rest)) <= LEFT * Math.max(values[k], LEFT * values[0])
    })
    if (isDone || round === MOST_ROUNDS || vectors.length === width) {
      return {
        axes: orthonormal(axes.slice(0, count), draw).map(withSign),
        variances: values.slice(0, count).map((value) => Math.max(0, value)),
      }
    }
    vectors = axes
    images = turned
    // What products have beside all vectors so far, left out ones too: the axes are wrong in these directions only.
    block = next
  }
}

/** Axes, and others at right angles to them and each other, so many together. */
export function completed(axes: readonly Float64Array[], count: number): Float64Array[] {
  const random = new RandomStream(2)
  const draw = () => Float64Array.from(axes[0], () => random.normal())
  const others = Array.from({ length: count - axes.length }, draw)
  return [...axes, ...orthonormal(others, draw, axes).map(withSign)]
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
  const turn = (given: readonly Float64Array[], count: number): Float64Array[] =>
    Array.from({ length: count }, (_, k) => {
      const turned = new Float64Array(given[0].length)
      for (const [a, vector] of given.entries()) {
        const share = turns[a * size + size - 1 - k]
        for (let j = 0; j < turned.length; j++) turned[j] += share * vector[j]
      }
      return turned
    })
  return { values: Float64Array.from(rising).reverse(), turn }
}

/** Vectors of length 1 at right angles to each other and to others, by Gram and Schmidt, twice so that rounding leaves nothing; what has no length is drawn anew. */
function orthonormal(
  vectors: readonly Float64Array[],
  draw: () => Float64Array,
  others: readonly Float64Array[] = [],
): Float64Array[] {
  const done: Float64Array[] = []
  for (let vector of vectors) {
    for (let tries = 0; tries < 3; tries++) {
      const before = Math.sqrt(dot(vector, vector))
      vector = before > 0 ? vector.map((value) => value / before) : draw()
      for (let pass = 0; pass < 2; pass++) {
        for (const other of [...others, ...done]) {
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
