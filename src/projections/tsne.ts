import { expectInteger, expectNumber } from '../core/arguments.js'
import { fail } from '../core/errors.js'
import { checkOptions } from '../core/options.js'
import { RandomStream } from '../core/threefry.js'
import { tensor } from '../tensor/create.js'
import type { Tensor } from '../tensor/tensor.js'
import { type Affinities, affinities } from './affinities.js'
import { Cells } from './cells.js'
import { type NeighbourRows, nearestNeighbours } from './neighbours.js'
import { pca } from './pca.js'
import { readRows, type Vectors } from './rows.js'

/** Steps in which neighbours attract each other more than they should, and in which momentum is small. */
const EARLY = 250
const MOMENTUM = { early: 0.5, late: 0.8 } as const
/** How a coordinate's own rate grows where its gradient keeps its direction, and shrinks where it turns. */
const GAIN = { more: 0.2, less: 0.8, least: 0.01 } as const
/** The standard deviation along the first axis at the start, and of noise that parts equal vectors, of it. */
const START = 1e-4
const NOISE = 0.01

/** What may change while points move. */
export interface TSneSettings {
  /** How many neighbours each point minds, about: 5 to 50; 30. */
  perplexity: number
  /** The factor of attraction in the first 250 steps; 12. */
  exaggeration: number
  /** By default n / 48, and at least 50 (Belkina et al., 2019, for the gradient with its factor of 4). */
  learningRate: number
  /** Farther cells act as one: 0 is exact, 0.5 quick. */
  angle: number
}

export interface TSneOptions extends Partial<TSneSettings> {
  /** The dimension of the picture, 1 to 3; 2. */
  readonly components?: number
  /** 1000. */
  readonly steps?: number
  /** Of the noise that parts equal vectors. */
  readonly seed?: number
  /** Called after each step; awaited, so that a picture can be drawn meanwhile. */
  readonly onStep?: (run: TSne) => void | Promise<void>
  /** Ends it between two steps with the signal's reason as error. */
  readonly signal?: AbortSignal
}

export interface Projected {
  /** [examples, components] */
  readonly places: Tensor<[number, number]>
  /** KL(P ‖ Q) at the end. */
  readonly divergence: number
}

/** A descent of t-SNE, step by step; settings may change between two of them. See {@link tsne}. */
export class TSne {
  /** Three coordinates for each point; those beyond the dimension of the picture are 0. */
  readonly x: Float64Array
  readonly y: Float64Array
  readonly z: Float64Array
  readonly settings: TSneSettings
  /** Steps done. */
  steps = 0
  readonly #neighbours: NeighbourRows
  #affinities: Affinities
  #perplexity: number
  readonly #cells: Cells
  readonly #velocities: Float64Array
  readonly #gains: Float64Array
  readonly #repulsion: Float64Array
  #gradient: Float64Array
  #total = 0

  /**
   * @param neighbours of each vector, three times as many as the largest perplexity, or all
   * @param start places to begin with, [examples, components]; scaled to be small
   */
  constructor(
    neighbours: NeighbourRows,
    readonly components: number,
    start: ArrayLike<number>,
    settings: Partial<TSneSettings> = {},
    seed = 1,
  ) {
    const { count } = neighbours
    this.#neighbours = neighbours
    const { perplexity = 30, exaggeration = 12, angle = 0.5 } = settings
    const { learningRate = Math.max(count / 48, 50) } = settings
    this.settings = { perplexity, exaggeration, learningRate, angle }
    checkSettings(this.settings, neighbours)
    const axes = startPlaces(count, components, start, seed)
    this.x = axes[0]
    this.y = axes[1]
    this.z = axes[2]
    this.#perplexity = perplexity
    this.#affinities = affinities(neighbours, perplexity)
    this.#cells = new Cells(count)
    this.#velocities = new Float64Array(3 * count)
    this.#gains = new Float64Array(3 * count).fill(1)
    this.#repulsion = new Float64Array(3 * count)
    this.#gradient = new Float64Array(3 * count)
  }

  /** One step along the gradient, with momentum and gains. */
  step(): void {
    const isEarly = this.steps < EARLY
    const gradient = this.gradient(isEarly ? this.settings.exaggeration : 1)
    const momentum = isEarly ? MOMENTUM.early : MOMENTUM.late
    const [velocities, gains, rate] = [this.#velocities, this.#gains, this.settings.learningRate]
    for (const [axis, places] of [this.x, this.y, this.z].slice(0, this.components).entries()) {
      let sum = 0
      for (let i = 0, at = axis; i < places.length; i++, at += 3) {
        const isTurned = gradient[at] * velocities[at] > 0
        gains[at] = Math.max(GAIN.least, isTurned ? gains[at] * GAIN.less : gains[at] + GAIN.more)
        velocities[at] = momentum * velocities[at] - rate * gains[at] * gradient[at]
        places[i] += velocities[at]
        sum += places[i]
      }
      const mean = sum / places.length
      for (let i = 0; i < places.length; i++) places[i] -= mean
    }
    this.steps++
  }

  /** Goes on from where points are as if `steps` had been done: without the early phase where that is over. */
  resume(steps: number): void {
    this.steps = steps
    this.#velocities.fill(0)
    this.#gains.fill(1)
  }

  /** The derivatives of the divergence by the coordinates, three for each point; attraction times `exaggeration`. */
  gradient(exaggeration = 1): Float64Array {
    const { starts, columns, values } = this.#current()
    const [x, y, z, gradient] = [this.x, this.y, this.z, this.#gradient]
    this.#repel()
    for (let i = 0; i < x.length; i++) {
      const ownX = x[i]
      const ownY = y[i]
      const ownZ = z[i]
      let a = 0
      let b = 0
      let c = 0
      for (let at = starts[i], end = starts[i + 1]; at < end; at++) {
        const j = columns[at]
        const dx = ownX - x[j]
        const dy = ownY - y[j]
        const dz = ownZ - z[j]
        const pull = values[at] / (1 + dx * dx + dy * dy + dz * dz)
        a += pull * dx
        b += pull * dy
        c += pull * dz
      }
      const at = 3 * i
      gradient[at] = 4 * (exaggeration * a - this.#repulsion[at] / this.#total)
      gradient[at + 1] = 4 * (exaggeration * b - this.#repulsion[at + 1] / this.#total)
      gradient[at + 2] = 4 * (exaggeration * c - this.#repulsion[at + 2] / this.#total)
    }
    return gradient
  }

  /** KL(P ‖ Q), what is made small: Σ pᵢⱼ log(pᵢⱼ / qᵢⱼ). */
  divergence(): number {
    const { starts, columns, values } = this.#current()
    const { x, y, z } = this
    this.#repel()
    let sum = 0
    for (let i = 0; i < x.length; i++) {
      for (let at = starts[i]; at < starts[i + 1]; at++) {
        const j = columns[at]
        const dx = x[i] - x[j]
        const dy = y[i] - y[j]
        const dz = z[i] - z[j]
        const inverse = 1 + dx * dx + dy * dy + dz * dz
        if (values[at] > 0) sum += values[at] * Math.log(values[at] * inverse * this.#total)
      }
    }
    return sum
  }

  /** The places of all points, [examples, components]. */
  places(): Float64Array {
    const axes = [this.x, this.y, this.z]
    return Float64Array.from({ length: this.x.length * this.components }, (_, at) => {
      return axes[at % this.components][Math.floor(at / this.components)]
    })
  }

  #repel(): void {
    this.#cells.build(this.x, this.y, this.z)
    this.#total = this.#cells.repulsion(this.x, this.y, this.z, this.settings.angle, this.#repulsion)
  }

  #current(): Affinities {
    if (this.settings.perplexity !== this.#perplexity) {
      checkSettings(this.settings, this.#neighbours)
      this.#affinities = affinities(this.#neighbours, this.settings.perplexity)
      this.#perplexity = this.settings.perplexity
    }
    return this.#affinities
  }
}

function checkSettings(
  { perplexity, exaggeration, learningRate, angle }: TSneSettings,
  { count }: NeighbourRows,
): void {
  if (!(perplexity >= 1 && perplexity < count)) {
    fail(`tsne: perplexity is ${perplexity} for ${count} vectors`, `Give 1 at least, and less than ${count}.`)
  }
  if (!(exaggeration > 0)) fail(`tsne: exaggeration is ${exaggeration}`, 'Give a number above 0, such as 12.')
  if (!(learningRate > 0)) fail(`tsne: learningRate is ${learningRate}`, 'Give a number above 0, or none.')
  // Beyond, a point could lie far from the middle of its own cell, and repel itself.
  if (!(angle >= 0 && angle <= 0.55)) fail(`tsne: angle is ${angle}`, 'Give 0 (exact) to 0.55 (quick).')
}

function startPlaces(count: number, components: number, start: ArrayLike<number>, seed: number): Float64Array[] {
  if (!(components >= 1 && components <= 3)) fail(`tsne: components is ${components}`, 'A picture has 1 to 3.')
  if (start.length !== count * components) {
    fail(`tsne: ${start.length} numbers of the start do not fit`, `${count} points take ${count * components}.`)
  }
  const random = new RandomStream(seed)
  let [sum, squares] = [0, 0]
  for (let i = 0; i < count; i++) sum += start[i * components]
  for (let i = 0; i < count; i++) squares += (start[i * components] - sum / count) ** 2
  const scale = squares > 0 ? START / Math.sqrt(squares / count) : 0
  return [0, 1, 2].map((axis) => {
    if (axis >= components) return new Float64Array(count)
    return Float64Array.from({ length: count }, (_, i) => {
      return scale * start[i * components + axis] + random.normal(0, START * NOISE)
    })
  })
}

/**
 * A picture of vectors in which neighbours stay neighbours: t-distributed stochastic neighbour embedding, which makes the divergence of two distributions
 * over pairs small, Gaussian among the vectors and Student's t in the picture. Starts from the principal components, so that it is the same each time.
 * (van der Maaten and Hinton, "Visualizing data using t-SNE", 2008; forces by cells: van der Maaten, "Accelerating t-SNE using tree-based algorithms",
 * 2014; start: Kobak and Berens, "The art of using t-SNE for single-cell transcriptomics", 2019.)
 *
 * Of vectors with hundreds of features take the principal components first: it is quicker and takes away noise.
 *
 * @throws if there are not more vectors than the perplexity, or a number is not finite
 * @example
 * const vectors = random.normal([40, 8])
 * const { places } = await tsne(vectors, { perplexity: 5, steps: 20 })
 * places.shape // [40, 2]
 */
export async function tsne(x: Vectors, options: TSneOptions = {}): Promise<Projected> {
  checkOptions<TSneOptions>('tsne', options, {
    ...{ perplexity: true, exaggeration: true, learningRate: true, angle: true },
    ...{ components: true, steps: true, seed: true, onStep: true, signal: true },
  })
  const { components = 2, steps = 1000, seed = 1, perplexity = 30, onStep, signal } = options
  expectInteger('tsne', 'components', components)
  expectInteger('tsne', 'steps', steps)
  expectNumber('tsne', 'perplexity', perplexity)
  const { count, width, data } = await readRows('tsne', x)
  if (!(perplexity >= 1 && perplexity < count)) {
    fail(`tsne: perplexity is ${perplexity} for ${count} vectors`, `Give 1 at least, and less than ${count}.`)
  }
  const rows = tensor(Float64Array.from(data), [count, width])
  const neighbours = await nearestNeighbours(rows, { k: Math.min(count - 1, Math.ceil(3 * perplexity)), signal })
  const axes = await pca(rows, { components: Math.min(width, components), signal })
  const along = await (await axes.transform(rows)).data()
  const given = Math.min(width, components)
  // A picture may have more dimensions than the vectors: along these there is nothing but noise.
  const start = Float64Array.from({ length: count * components }, (_, at) => {
    const axis = at % components
    return axis < given ? Number(along[Math.floor(at / components) * given + axis]) : 0
  })
  const run = new TSne(neighbours, components, start, options, seed)
  while (run.steps < steps) {
    signal?.throwIfAborted()
    run.step()
    await onStep?.(run)
  }
  return { places: tensor(run.places(), [count, components]), divergence: run.divergence() }
}
