import type { NeighbourRows } from 'shapewise/projections'
import { UMAP } from 'umap-js'

/** The largest coordinate at the start, and of noise that parts equal vectors. */
const [START, NOISE] = [10, 1e-3]

export interface UmapSettings {
  readonly dimensions: number
  readonly distance: number
  readonly epochs: number
  readonly seed: number
}

/**
 * A descent of UMAP (McInnes, Healy and Melville, "UMAP: Uniform manifold approximation and projection for dimension reduction", 2018), epoch by epoch,
 * from given places, so that it is the same each time.
 */
export class Umap {
  readonly epochs: number
  done = 0
  readonly #umap

  constructor(
    { count, k, indices, distances }: NeighbourRows,
    start: ArrayLike<number>,
    { dimensions, distance, epochs, seed }: UmapSettings,
  ) {
    const random = uniform(seed)
    this.#umap = new UMAP({ nComponents: dimensions, nNeighbors: k + 1, minDist: distance, nEpochs: epochs, random })
    // As the package counts, each point is its own nearest neighbour.
    const rows = Array.from({ length: count }, (_, i) => i)
    this.#umap.setPrecomputedKNN(
      rows.map((i) => [i, ...indices.subarray(i * k, (i + 1) * k)]),
      rows.map((i) => [0, ...distances.subarray(i * k, (i + 1) * k)]),
    )
    // With neighbours given, of the vectors only their number is asked for.
    this.epochs = this.#umap.initializeFit(rows.map((i) => [i]))
    let most = 0
    for (let at = 0; at < start.length; at++) most = Math.max(most, Math.abs(start[at]!))
    for (const [i, place] of this.#umap.getEmbedding().entries()) {
      for (let axis = 0; axis < dimensions; axis++) {
        place[axis] = (START * start[i * dimensions + axis]!) / (most || 1) + NOISE * (random() - 0.5)
      }
    }
  }

  step(): void {
    this.done = this.#umap.step()
  }

  places(): number[][] {
    return this.#umap.getEmbedding()
  }
}

/** Numbers from 0 to 1: hundreds of millions are drawn, so few operations each (Marsaglia, "Xorshift RNGs", 2003). */
function uniform(seed: number): () => number {
  let state = Math.imul(seed, 0x9e3779b1) | 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}
