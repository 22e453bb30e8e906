import { expectInteger } from '../core/arguments.js'
import { fail } from '../core/errors.js'
import { needOptions } from '../core/options.js'
import { tensor } from '../tensor/create.js'
import type { Tensor } from '../tensor/tensor.js'
import { meansOf, type Rows, readRows, type Vectors } from './rows.js'

export interface NearestOptions {
  /** How many for each vector. */
  readonly k: number
  /** Is told the part that is done. */
  readonly onProgress?: (share: number) => void | Promise<void>
  /** Ends it between two blocks with the signal's reason as error. */
  readonly signal?: AbortSignal
}

/** The nearest others of each vector, nearest first: `indices[i * k + n]` is the n-th of vector i. */
export interface NeighbourRows {
  readonly count: number
  readonly k: number
  readonly indices: Int32Array
  readonly distances: Float64Array
}

/** Vectors whose distances to all are computed at once. */
const BLOCK = 256

/**
 * The k nearest others of each vector by Euclidean distance: exact, in the time of all pairs. Of equally far ones the first is nearer.
 *
 * @throws if there are not more than k vectors, or a number that is not finite
 * @example
 * const { indices } = await nearestNeighbours([[0], [1], [3]], { k: 1 })
 * indices // Int32Array [1, 0, 1]
 */
export async function nearestNeighbours(x: Vectors, options: NearestOptions): Promise<NeighbourRows> {
  needOptions<NearestOptions>('nearestNeighbours', options, { k: true, onProgress: true, signal: true })
  const k = expectInteger('nearestNeighbours', 'k', options.k)
  const rows = await readRows('nearestNeighbours', x)
  const { count } = rows
  if (k < 1 || k >= count) {
    fail(`nearestNeighbours: k is ${k}`, `There are ${count} vectors: each has ${count - 1} others.`)
  }
  const indices = new Int32Array(count * k)
  const distances = new Float64Array(count * k)
  const nearest = new Nearest(k)
  await eachDistances(rows, wholeRange(count), options, (i, squares) => {
    nearest.clear()
    for (let j = 0; j < count; j++) if (j !== i && squares[j] < nearest.farthest) nearest.add(j, squares[j])
    // Squares were made of products, which cancel where vectors are close: what has been chosen is measured itself.
    const chosen = nearest.chosen().map((j): [number, number] => [j, distanceOf(rows, i, j)])
    chosen.sort((a, b) => a[1] - b[1] || a[0] - b[0])
    for (const [n, [j, distance]] of chosen.entries()) {
      indices[i * k + n] = j
      distances[i * k + n] = distance
    }
  })
  return { count, k, indices, distances }
}

export const wholeRange = (count: number): Int32Array => Int32Array.from({ length: count }, (_, i) => i)

/** Calls back with the squared distances of some vectors to all, in double precision, but for rounding of products. */
export async function eachDistances(
  rows: Rows,
  chosen: Int32Array,
  { onProgress, signal }: Omit<NearestOptions, 'k'>,
  take: (i: number, squares: Float64Array) => void,
): Promise<void> {
  const { count, width } = rows
  const means = meansOf(rows)
  const centred = Float64Array.from({ length: count * width }, (_, at) => rows.data[at] - means[at % width])
  const lengths = new Float64Array(count)
  for (let at = 0; at < centred.length; at++) lengths[Math.floor(at / width)] += centred[at] ** 2
  const all = (tensor(centred, [count, width]) as Tensor<[number, number]>).transpose() as Tensor<[number, number]>
  const squares = new Float64Array(count)
  for (let from = 0; from < chosen.length; from += BLOCK) {
    signal?.throwIfAborted()
    const block = chosen.subarray(from, from + BLOCK)
    const some = new Float64Array(block.length * width)
    for (const [b, i] of block.entries()) some.set(centred.subarray(i * width, (i + 1) * width), b * width)
    const products = (await tensor(some, [block.length, width]).matmul(all).data()) as Float64Array
    for (const [b, i] of block.entries()) {
      for (let j = 0, at = b * count; j < count; j++, at++) squares[j] = lengths[i] + lengths[j] - 2 * products[at]
      take(i, squares)
    }
    await onProgress?.(Math.min(1, (from + BLOCK) / chosen.length))
  }
}

function distanceOf({ width, data }: Rows, i: number, j: number): number {
  let sum = 0
  for (let a = i * width, b = j * width, end = a + width; a < end; a++, b++) sum += (data[a] - data[b]) ** 2
  return Math.sqrt(sum)
}

/** The k smallest of many values: a heap whose first is the largest of them. */
export class Nearest {
  readonly #indices: Int32Array
  readonly #values: Float64Array
  #size = 0

  constructor(readonly k: number) {
    this.#indices = new Int32Array(k)
    this.#values = new Float64Array(k)
  }

  /** Whatever is not below it is not among them. */
  get farthest(): number {
    return this.#size < this.k ? Number.POSITIVE_INFINITY : this.#values[0]
  }

  clear(): void {
    this.#size = 0
  }

  add(index: number, value: number): void {
    if (this.#size < this.k) this.#rise(this.#size++, index, value)
    else this.#sink(index, value)
  }

  chosen(): number[] {
    return Array.from(this.#indices.subarray(0, this.#size))
  }

  #rise(at: number, index: number, value: number): void {
    while (at > 0) {
      const above = (at - 1) >> 1
      if (this.#values[above] >= value) break
      this.#put(at, this.#indices[above], this.#values[above])
      at = above
    }
    this.#put(at, index, value)
  }

  /** Takes the place of the largest. */
  #sink(index: number, value: number): void {
    let at = 0
    for (;;) {
      let below = 2 * at + 1
      if (below >= this.#size) break
      if (below + 1 < this.#size && this.#values[below + 1] > this.#values[below]) below++
      if (this.#values[below] <= value) break
      this.#put(at, this.#indices[below], this.#values[below])
      at = below
    }
    this.#put(at, index, value)
  }

  #put(at: number, index: number, value: number): void {
    this.#indices[at] = index
    this.#values[at] = value
  }
}
