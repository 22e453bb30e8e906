import { concat, type Tensor, tensor } from 'shapewise'
import { retrieval } from 'shapewise/metrics'
import { expandQueries, pairWhitening, pca, reciprocalDistances } from 'shapewise/projections'
import type { Collection } from './collections.js'
import type { Described } from './descriptors.js'

/** How vectors are compared: by their cosines, by those of whitened ones, and what is made of the ones whitened by pairs. */
export const comparisons = ['as they are', 'whitened', 'whitened by pairs', 'expanded', 're-ranked'] as const
export type Comparison = (typeof comparisons)[number]

/** Directions that are kept where all of them count as much. */
const DIRECTIONS = 64
export const SHRINKAGE = 0.3
/** What is found first of a query is added to it. */
const ADDED = 4
/** Neighbours of a picture that re-ranking looks at. */
const NEIGHBOURS = 20
const AVERAGED = 6

/** How similar documents are to each query, and how good it is to show them in this order. */
export interface Search {
  /** Row by row, a query after the other. */
  readonly similarities: Float32Array
  /** The part of queries of which the first that is found shows the same. */
  readonly recallAt1: number
  readonly meanAveragePrecision: number
}

export type Searches = Readonly<Record<Comparison, Search>>

/** Searches a collection by vectors, compared in all ways. */
export async function search(collection: Collection, { shown: vectors, pairs }: Described): Promise<Searches> {
  // Fewer vectors than directions leave none for the rest.
  const components = Math.min(DIRECTIONS, vectors.shape[1]!, 2 * pairs[0].shape[0]! - 1)
  const directions = await pca(concat([...pairs]) as Tensor, { components })
  const whitened = await directions.transform(vectors, { whiten: true })
  const byPairs = await (await pairWhitening(...pairs, { shrinkage: SHRINKAGE })).transform(vectors)
  const unit = byPairs.normalize() as Tensor
  const [queries, documents] = parted(collection, unit)
  const expanded = await expandQueries(queries, documents, { k: ADDED })
  const k = Math.min(NEIGHBOURS, collection.shown.length - 1)
  const nearer = await reciprocalDistances(unit, { k, averaged: Math.min(AVERAGED, k) })
  return {
    'as they are': await judged(collection, cosines(...parted(collection, vectors))),
    whitened: await judged(collection, cosines(...parted(collection, whitened as Tensor))),
    'whitened by pairs': await judged(collection, cosines(queries, documents)),
    expanded: await judged(collection, cosines(expanded, documents)),
    're-ranked': await judged(
      collection,
      nearer.take(places(collection.queries)).take(places(collection.documents), 1).neg() as Tensor,
    ),
  }
}

const places = (some: readonly number[]) => tensor(Int32Array.from(some), [some.length])

const parted = ({ queries, documents }: Collection, vectors: Tensor) =>
  [vectors.take(places(queries)), vectors.take(places(documents))] as [Tensor, Tensor]

const cosines = (queries: Tensor, documents: Tensor): Tensor =>
  (queries.normalize() as Tensor).matmul(documents.normalize().transpose() as Tensor) as Tensor

/** Less than all similarities: a picture is not to find itself. */
const LAST = -2

async function judged({ shown, queries, documents }: Collection, similarities: Tensor): Promise<Search> {
  const values = Float32Array.from(await similarities.data(), Number)
  const relevance = new Int32Array(values.length)
  for (const [i, query] of queries.entries()) {
    for (const [k, document] of documents.entries()) {
      const at = i * documents.length + k
      if (document === query) values[at] = LAST
      else relevance[at] = Number(shown[document]!.meaning === shown[query]!.meaning)
    }
  }
  const shape = [queries.length, documents.length] as const
  // The gain of the first one is 1 if it is right.
  const { meanAveragePrecision, ndcg } = retrieval(tensor(values, shape), tensor(relevance, shape), { k: 1 })
  return { similarities: values, recallAt1: ndcg, meanAveragePrecision }
}
