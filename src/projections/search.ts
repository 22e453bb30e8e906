import { expectInteger, expectNumber } from '../core/arguments.js'
import { fail, failShape } from '../core/errors.js'
import { checkOptions, needOptions } from '../core/options.js'
import { tensor } from '../tensor/create.js'
import type { Tensor } from '../tensor/tensor.js'
import { eachDistances, Nearest, type NearestOptions, wholeRange } from './neighbours.js'
import { type Rows, readRows, type Vectors } from './rows.js'

type Matrix = Tensor<[number, number]>

export interface ExpansionOptions {
  /** How many of what is found first are added. */
  readonly k: number
  /** Weights are cosines to this power; 3. With 0 all found ones count as much as the query. */
  readonly alpha?: number
}

/**
 * Queries moved towards what they find: q + Σ (q · x)^α x over the k vectors x of the database with the largest cosines, of length 1, where all are
 * made of length 1 before; cosines below 0 count as 0. To be searched with again. (Chum et al., "Total recall", 2007; with weights Radenović, Tolias
 * and Chum, "Fine-tuning CNN image retrieval with no human annotation", 2018.)
 *
 * @param queries [queries, features]
 * @param database [vectors, features]
 * @returns [queries, features]
 * @throws if there are fewer than k vectors
 * @example await expandQueries([[1, 0]], [[0.8, 0.6], [0, 1]], { k: 1, alpha: 1 }) // [[1.64, 0.48]] of length 1
 */
export async function expandQueries(queries: Vectors, database: Vectors, options: ExpansionOptions): Promise<Matrix> {
  needOptions<ExpansionOptions>('expandQueries', options, { k: true, alpha: true })
  const k = expectInteger('expandQueries', 'k', options.k)
  const alpha = expectNumber('expandQueries', 'alpha', options.alpha ?? 3)
  const [q, x] = [
    unitRows(await readRows('expandQueries', queries)),
    unitRows(await readRows('expandQueries', database)),
  ]
  if (q.width !== x.width) {
    failShape('expandQueries', `queries have ${q.width} features, the database ${x.width}`, 'Both need as many.')
  }
  if (k < 1 || k > x.count) fail(`expandQueries: k is ${k}`, `There are ${x.count} vectors: give 1 to ${x.count}.`)
  const [left, right] = [q, x].map(({ count, width, data }) => tensor(data, [count, width]) as Matrix)
  const cosines = (await left.matmul(right.transpose()).data()) as Float64Array
  const expanded = q.data.slice()
  const nearest = new Nearest(k)
  for (let i = 0; i < q.count; i++) {
    nearest.clear()
    for (let j = 0; j < x.count; j++) {
      const distance = -cosines[i * x.count + j]
      if (distance < nearest.farthest) nearest.add(j, distance)
    }
    for (const j of nearest.chosen()) {
      const weight = Math.max(0, cosines[i * x.count + j]) ** alpha
      for (let f = 0; f < q.width; f++) expanded[i * q.width + f] += weight * x.data[j * q.width + f]
    }
  }
  const { count, width, data } = unitRows({ count: q.count, width: q.width, data: expanded })
  return tensor(data, [count, width])
}

/** Rows of length 1; of 0 if they are 0. */
function unitRows({ count, width, data }: Rows): { count: number; width: number; data: Float64Array } {
  const unit = Float64Array.from(data)
  for (let at = 0; at < unit.length; at += width) {
    const length = Math.hypot(...unit.subarray(at, at + width))
    if (length > 0) for (let j = at; j < at + width; j++) unit[j] /= length
  }
  return { count, width, data: unit }
}

export interface ReciprocalOptions extends Pick<NearestOptions, 'onProgress' | 'signal'> {
  /** Neighbours that are looked at; 20. About as many as belong together. */
  readonly k?: number
  /** Vectors next to each, itself included, whose neighbourhoods are averaged; 6. */
  readonly averaged?: number
  /** The part of the distance that was there before; 0.3. */
  readonly weight?: number
}

/**
 * Distances of all vectors from each other by what they have for neighbours. Neighbours count where they are mutual: i is among the k next of j
 * and j among those of i; those of a neighbour come along where two thirds of them are known already. The neighbourhood of i is a set with weights exp(−d),
 * averaged over the next few; the distance is one minus what two neighbourhoods share (Jaccard), mixed with d, the squared distance divided by
 * the largest of the row. Whoever has queries and a database puts them into one list. Memory grows with the square of the number of vectors.
 * (Zhong, Zheng, Cao and Li, "Re-ranking person re-identification with k-reciprocal encoding", 2017.)
 *
 * @param x [vectors, features]
 * @returns [vectors, vectors]
 * @throws if there are not more than k vectors, or k is less than `averaged`
 * @example
 * const distances = await reciprocalDistances(concat([queries, database]), { k: 10 })
 * distances.slice([0, 100], [100, null]) // of 100 queries from what is in the database
 */
export async function reciprocalDistances(x: Vectors, options: ReciprocalOptions = {}): Promise<Matrix> {
  checkOptions<ReciprocalOptions>('reciprocalDistances', options, {
    ...{ k: true, averaged: true, weight: true, onProgress: true, signal: true },
  })
  const k = expectInteger('reciprocalDistances', 'k', options.k ?? 20)
  const averaged = expectInteger('reciprocalDistances', 'averaged', options.averaged ?? 6)
  const weight = expectNumber('reciprocalDistances', 'weight', options.weight ?? 0.3)
  const rows = await readRows('reciprocalDistances', x)
  const { count } = rows
  if (k < 1 || k >= count) {
    fail(`reciprocalDistances: k is ${k}`, `There are ${count} vectors: each has ${count - 1} others.`)
  }
  if (averaged < 1 || averaged > k + 1) {
    fail(`reciprocalDistances: ${averaged} are averaged`, `Give 1 to ${k + 1}: each and its ${k} neighbours.`)
  }
  const distances = new Float64Array(count * count)
  const ranks: number[][] = []
  await eachDistances(rows, wholeRange(count), options, (i, squares) => {
    squares[i] = 0
    const most = squares.reduce((a, b) => Math.max(a, b), 0) || 1
    for (let j = 0; j < count; j++) distances[i * count + j] = Math.max(0, squares[j]) / most
    ranks.push(next(distances.subarray(i * count, (i + 1) * count), i, k))
  })
  const sets = ranks.map((_, i) => neighbourhood(ranks, i, k))
  const weighted = sets.map((set, i) => weightsOf(set, (j) => Math.exp(-distances[i * count + j])))
  const mean = ranks.map((next) => meanOf(next.slice(0, averaged).map((j) => weighted[j])))
  const shared = new Float64Array(count)
  const owners = ownersOf(mean)
  for (const [i, own] of mean.entries()) {
    shared.fill(0)
    for (const [j, share] of own) for (const [other, theirs] of owners[j]) shared[other] += Math.min(share, theirs)
    for (let j = 0, at = i * count; j < count; j++, at++) {
      const jaccard = 1 - shared[j] / (2 - shared[j])
      distances[at] = (1 - weight) * jaccard + weight * distances[at]
    }
  }
  return tensor(distances, [count, count])
}

/** A vector itself and its k nearest, nearest first. */
function next(distances: Float64Array, itself: number, k: number): number[] {
  const nearest = new Nearest(k)
  for (const [j, distance] of distances.entries()) {
    if (j !== itself && distance < nearest.farthest) nearest.add(j, distance)
  }
  return [itself, ...nearest.chosen().sort((a, b) => distances[a] - distances[b] || a - b)]
}

/** Who is among the k next of i and has i among its own. */
const mutual = (ranks: readonly (readonly number[])[], i: number, k: number): number[] =>
  ranks[i].slice(0, k + 1).filter((j) => ranks[j].slice(0, k + 1).includes(i))

/** Mutual neighbours, and those of each of them, in the nearer half, of which more than two thirds are known. */
function neighbourhood(ranks: readonly (readonly number[])[], i: number, k: number): ReadonlySet<number> {
  const own = new Set(mutual(ranks, i, k))
  const more = [...own].flatMap((j) => {
    const theirs = mutual(ranks, j, Math.round(k / 2))
    return theirs.filter((other) => own.has(other)).length > (2 / 3) * theirs.length ? theirs : []
  })
  return new Set([...own, ...more])
}

type Weights = ReadonlyMap<number, number>

/** Weights with the sum 1. */
function weightsOf(members: Iterable<number>, weight: (member: number) => number): Weights {
  const pairs = [...members].map((member) => [member, weight(member)] as const)
  const sum = pairs.reduce((total, [, value]) => total + value, 0)
  return new Map(pairs.map(([member, value]) => [member, value / sum]))
}

function meanOf(some: readonly Weights[]): Weights {
  const mean = new Map<number, number>()
  for (const weights of some) {
    for (const [member, value] of weights) mean.set(member, (mean.get(member) ?? 0) + value / some.length)
  }
  return mean
}

/** For each member who has it, and with which weight. */
function ownersOf(weights: readonly Weights[]): (readonly [number, number])[][] {
  const owners: (readonly [number, number])[][] = weights.map(() => [])
  for (const [i, own] of weights.entries()) for (const [member, value] of own) owners[member].push([i, value])
  return owners
}
