import { tensor } from 'shapewise'
import { type NeighbourRows, nearestNeighbours, pca, Trustworthiness, TSne } from 'shapewise/projections'
import { scaled, type Vectors } from '../data/collection'
import type { Settings } from './settings'
import { Umap } from './umap'

/** Where points are, and how far it has come. */
export interface Frame {
  /** x, y and z of each point. */
  readonly places: Float32Array
  readonly dimensions: 2 | 3
  /** What is being done. */
  readonly phase: string
  readonly step: number
  readonly steps: number
  readonly isDone: boolean
  /** KL(P ‖ Q) of t-SNE. */
  readonly divergence?: number
  /** The part of variance along each axis of PCA. */
  readonly shares?: readonly number[]
  readonly trust?: number
  /** What the user should know, such as a setting that could not be kept. */
  readonly warning?: string
}

/** What goes on around a projection. */
export interface Turns {
  tell(frame: Frame): void
  /** Something is being prepared: what, and how much of it is done. */
  prepare(what: string, share: number): void
  /** Lets others have their turn, and waits while it is paused; throws if something else is wanted by now. */
  turn(): Promise<void>
  /** Lets others have their turn while something is made that the next settings need too; throws if the vectors are others by now. */
  rest(): Promise<void>
}

/** Vectors of more numbers are first taken along so many principal components, as is usual. */
const KEPT = 50
/** Milliseconds between two frames. */
const BETWEEN = 30
/** Neighbours that are looked for at least, so that a slider that moves asks for no others. */
const LEAST_NEIGHBOURS = 90
/** The step that t-SNE goes on from when a setting changes: behind the early phase. */
const LATE = 250
/** So many products are spent on the ranks against which pictures are measured, of so many points at most. */
const [RANKED, MOST_RANKED] = [2e9, 1000]
const TRUSTED = 10

/** Projects vectors as settings say, and keeps what the next settings may need again. */
export class Projector {
  readonly #vectors: Vectors
  readonly #kept = new Map<string, unknown>()
  #descent: { readonly key: string; readonly run: TSne; exaggeration: number } | undefined

  constructor(vectors: Vectors) {
    this.#vectors = vectors
  }

  get width(): number {
    return this.#vectors.width
  }

  async project(settings: Settings, turns: Turns): Promise<void> {
    const { count } = this.#vectors
    const dimensions = settings.dimensions === '3' ? 3 : 2
    if (count < 2) {
      turns.tell({ places: new Float32Array(3 * count), dimensions, ...done('One point') })
      return
    }
    if (settings.method === 'pca') return this.#pca(settings, dimensions, turns)
    if (settings.method === 'tsne') return this.#tsne(settings, dimensions, turns)
    if (count < 5) {
      const warning = `UMAP needs five points: of ${count} the principal components are shown.`
      return this.#pca(settings, dimensions, turns, warning)
    }
    return this.#umap(settings, dimensions, turns)
  }

  async #pca(settings: Settings, dimensions: 2 | 3, turns: Turns, warning?: string): Promise<void> {
    const { places, shares } = await this.#components(settings, turns)
    await turns.turn()
    const shown = { places: spatial(places, dimensions), dimensions, shares: shares.slice(0, dimensions) } as const
    const about = { ...shown, ...done('Principal components'), ...(warning !== undefined && { warning }) }
    turns.tell(about)
    await this.#tellTrust(settings, about, turns)
  }

  async #tsne(settings: Settings, dimensions: 2 | 3, turns: Turns): Promise<void> {
    const { count } = this.#vectors
    const most = Math.max(1, (count - 1) / 3)
    const perplexity = Math.min(settings.perplexity, most)
    const warning =
      perplexity < settings.perplexity
        ? `With ${count} points the perplexity is ${perplexity.toFixed(1)} at most: a third of the others.`
        : undefined
    const learningRate = Math.max(count / 48, 50) * 2 ** settings.rate
    const { exaggeration, steps } = settings
    const key = [settings.scaling, dimensions, settings.seed].join()
    const before = this.#descent?.key === key ? this.#descent : undefined
    const neighbours = await this.#neighbours(settings, Math.ceil(3 * perplexity), turns)
    const start = flat((await this.#components(settings, turns)).places, dimensions)
    await turns.turn()
    const run = new TSne(neighbours, dimensions, start, { perplexity, exaggeration, learningRate }, settings.seed)
    // What changes how points attract each other goes on from where they are; what changes the beginning begins again.
    if (before !== undefined && before.exaggeration === exaggeration && before.run.steps >= LATE) {
      run.x.set(before.run.x)
      run.y.set(before.run.y)
      run.z.set(before.run.z)
      run.resume(LATE)
    }
    this.#descent = { key, run, exaggeration }
    let divergence: number | undefined
    const frame = (isDone = false): Frame => ({
      ...{ places: spatial([run.x, run.y, run.z], dimensions), dimensions, step: run.steps, steps, isDone },
      phase: run.steps < LATE ? 'Early exaggeration' : isDone ? 't-SNE' : 'Descending',
      ...(divergence !== undefined && { divergence }),
      ...(warning !== undefined && { warning }),
    })
    turns.tell(frame())
    let told = performance.now()
    while (run.steps < steps) {
      run.step()
      if (performance.now() - told < BETWEEN) continue
      if (run.steps % 10 === 0 || divergence === undefined) divergence = run.divergence()
      turns.tell(frame())
      await turns.turn()
      told = performance.now()
    }
    divergence = run.divergence()
    turns.tell(frame(true))
    await this.#tellTrust(settings, frame(true), turns)
  }

  /** t-SNE begins again, whatever has been before. */
  forget(): void {
    this.#descent = undefined
  }

  async #umap(settings: Settings, dimensions: 2 | 3, turns: Turns): Promise<void> {
    const { count } = this.#vectors
    // The package counts each point among its neighbours, and wants fewer of them than points.
    const k = Math.min(settings.neighbours, count - 2)
    const warning = k < settings.neighbours ? `${count} points have ${k} neighbours each at most.` : undefined
    const neighbours = firstOf(await this.#neighbours(settings, k, turns), k)
    const start = flat((await this.#components(settings, turns)).places, dimensions)
    turns.prepare('The graph of neighbours is made', 0)
    await turns.turn()
    const { distance, epochs, seed } = settings
    const run = new Umap(neighbours, start, { dimensions, distance, epochs, seed })
    const frame = (isDone = false): Frame => {
      const places = new Float32Array(3 * count)
      for (const [i, place] of run.places().entries()) places.set(place, 3 * i)
      return {
        ...{ places, dimensions, phase: 'UMAP', step: run.done, steps: run.epochs, isDone },
        ...(warning !== undefined && { warning }),
      }
    }
    turns.tell(frame())
    let told = performance.now()
    while (run.done < run.epochs) {
      run.step()
      if (performance.now() - told < BETWEEN) continue
      turns.tell(frame())
      await turns.turn()
      told = performance.now()
    }
    turns.tell(frame(true))
    await this.#tellTrust(settings, frame(true), turns)
  }

  /** Measures the picture against the vectors as they were given to the method, before any reduction. */
  async #tellTrust(settings: Settings, frame: Frame, turns: Turns): Promise<void> {
    const { count, width } = this.#vectors
    const k = Math.min(TRUSTED, Math.floor((count - 1) / 2))
    if (k < 1) return
    await turns.turn()
    const ranks = await this.#keep(`ranks ${settings.scaling}`, async () => {
      turns.prepare('The picture is measured', 0)
      const sample = Math.max(100, Math.min(MOST_RANKED, Math.floor(RANKED / (count * width))))
      return Trustworthiness.of(this.#tensor(settings), { k, sample: Math.min(sample, count) })
    })
    await turns.turn()
    turns.tell({ ...frame, trust: ranks.of({ count, width: 3, data: frame.places }) })
  }

  /** Places along the first axes, and the share of variance of each; of vectors with fewer numbers than three the rest is 0. */
  #components(settings: Settings, turns: Turns) {
    return this.#keep(`components ${settings.scaling}`, async () => {
      turns.prepare('Principal components are found', 0)
      await turns.rest()
      const { count, width } = this.#vectors
      const components = await pca(this.#tensor(settings), { components: Math.min(3, width) })
      const along = await (await components.transform(this.#tensor(settings))).data()
      const axes = components.axes.length
      const places = [0, 1, 2].map((axis) =>
        Float64Array.from({ length: count }, (_, i) => (axis < axes ? Number(along[i * axes + axis]) : 0)),
      )
      return { places, shares: Array.from(components.shares) }
    })
  }

  async #neighbours(settings: Settings, k: number, turns: Turns): Promise<NeighbourRows> {
    const key = `neighbours ${settings.scaling}`
    const { count, width } = this.#vectors
    const known = this.#kept.get(key) as Promise<NeighbourRows> | undefined
    if (known !== undefined && (await known).k < Math.min(k, count - 1)) this.#kept.delete(key)
    return this.#keep(key, async () => {
      let x = this.#tensor(settings)
      if (width > KEPT) {
        turns.prepare(`The first ${KEPT} principal components are found`, 0)
        await turns.rest()
        x = await (await pca(x, { components: KEPT })).transform(x)
      }
      return nearestNeighbours(x, {
        k: Math.min(count - 1, Math.max(k, LEAST_NEIGHBOURS)),
        onProgress: async (share) => {
          turns.prepare('Nearest neighbours are found', share)
          await turns.rest()
        },
      })
    })
  }

  #tensor({ scaling }: Settings) {
    const { count, width, data } = scaled(this.#vectors, scaling)
    return tensor(data, [count, width])
  }

  /** What has been made under a name; what was broken off is made anew. */
  async #keep<Value>(name: string, make: () => Promise<Value>): Promise<Value> {
    const known = this.#kept.get(name) as Promise<Value> | undefined
    if (known !== undefined) return known
    const made = make()
    this.#kept.set(name, made)
    made.catch(() => this.#kept.delete(name))
    return made
  }
}

const done = (phase: string) => ({ phase, step: 1, steps: 1, isDone: true })

/** x, y and z of each point. */
function spatial(axes: readonly ArrayLike<number>[], dimensions: number): Float32Array {
  const count = axes[0]!.length
  const places = new Float32Array(3 * count)
  for (let axis = 0; axis < dimensions; axis++) {
    for (let i = 0; i < count; i++) places[3 * i + axis] = axes[axis]![i]!
  }
  return places
}

/** [points, dimensions] */
const flat = (axes: readonly ArrayLike<number>[], dimensions: number): Float64Array =>
  Float64Array.from(
    { length: axes[0]!.length * dimensions },
    (_, at) => axes[at % dimensions]![Math.floor(at / dimensions)]!,
  )

/** The k nearest of more. */
function firstOf({ count, k: all, indices, distances }: NeighbourRows, k: number): NeighbourRows {
  const place = (at: number): number => Math.floor(at / k) * all + (at % k)
  return {
    ...{ count, k },
    indices: Int32Array.from({ length: count * k }, (_, at) => indices[place(at)]!),
    distances: Float64Array.from({ length: count * k }, (_, at) => distances[place(at)]!),
  }
}
