import { expectFunction } from '../../core/arguments.js'
import { fail } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import { range, sizeOf } from '../../core/shape.js'
import * as build from '../../graph/build.js'
import { type State, type StoredValue, writeState } from '../../nn/state.js'
import { compile } from '../../tensor/compile.js'
import { tensor } from '../../tensor/create.js'
import { grad } from '../../tensor/gradients.js'
import { Tensor } from '../../tensor/tensor.js'
import { Buffer, type Variable } from '../../tensor/variable.js'
import { expectBoolean, expectCount, expectNotNegative, expectPositive, splitArguments } from '../options.js'
import { expectLoss, listed, placed, type Trainable } from '../parameters.js'
import { type LinePoint, strongWolfe } from './strong-wolfe.js'
import { dot, largest, plus } from './vectors.js'

export interface LbfgsOptions {
  /** Iterations of one `minimize`, at most; 20. */
  readonly iterations?: number
  /** Steps that are remembered; 10. */
  readonly history?: number
  /** Looks along each direction for a step that satisfies the strong Wolfe conditions; true. Without, steps have the length `learningRate`. */
  readonly lineSearch?: boolean
  /** The step that is tried first; 1. */
  readonly learningRate?: number
  /** Ends when no element of the gradient is larger; 1e-7. */
  readonly gradientTolerance?: number
  /** Ends when neither the loss nor an element of the parameters changes by more; 1e-9. */
  readonly changeTolerance?: number
}

/** What `minimize` has done. */
export interface LbfgsResult {
  /** Where the parameters are now. */
  readonly loss: number
  /** The largest element of the gradient there. */
  readonly gradient: number
  readonly iterations: number
  /** How often the loss and its gradient were computed. */
  readonly evaluations: number
  /** Why it ended: the gradient is flat, nothing changes any more, or all iterations were made. */
  readonly ended: 'gradient' | 'change' | 'iterations'
}

interface Place {
  readonly parameters: Float64Array
  readonly gradient: Float64Array
}

/** See {@link lbfgs}. */
export class Lbfgs {
  readonly #trainable: Trainable
  readonly #options: Required<LbfgsOptions>
  /** Changes of the parameters and of the gradient, the oldest first. */
  #past: { readonly step: Float64Array; readonly change: Float64Array }[] = []

  constructor(trainable: Trainable, options: LbfgsOptions = {}) {
    checkOptions<LbfgsOptions>('lbfgs', options, {
      ...{ iterations: true, history: true, lineSearch: true, learningRate: true },
      ...{ gradientTolerance: true, changeTolerance: true },
    })
    const { iterations = 20, history = 10, lineSearch = true, learningRate = 1 } = options
    const { gradientTolerance = 1e-7, changeTolerance = 1e-9 } = options
    expectCount('lbfgs', 'iterations', iterations)
    expectCount('lbfgs', 'history', history)
    expectBoolean('lbfgs', 'lineSearch', lineSearch)
    expectPositive('lbfgs', 'learningRate', learningRate)
    expectNotNegative('lbfgs', 'gradientTolerance', gradientTolerance)
    expectNotNegative('lbfgs', 'changeTolerance', changeTolerance)
    placed('lbfgs', trainable)
    this.#trainable = trainable
    this.#options = { iterations, history, lineSearch, learningRate, gradientTolerance, changeTolerance }
  }

  /**
   * Goes downhill until it is flat or the iterations are used up. What is remembered of the curvature stays for the next call, so that a
   * training of 100 iterations may be ten calls of 10.
   *
   * @param loss computes the loss of all examples from the parameters, the same each time; it is compiled
   * @throws if the loss is no scalar, not finite at the beginning, or does not depend on the parameters
   */
  async minimize(loss: () => Tensor): Promise<LbfgsResult> {
    expectFunction('lbfgs: minimize', 'the loss', loss)
    const list = listed('lbfgs', this.#trainable)
    const coarse = list.find(({ dtype }) => dtype !== 'float32' && dtype !== 'float64')
    if (coarse !== undefined) {
      fail(
        `lbfgs: '${coarse.name}' is ${coarse.dtype}`,
        'Its steps are smaller than 16 bits can tell: use float32 parameters.',
      )
    }
    const { iterations, lineSearch, learningRate, gradientTolerance, changeTolerance } = this.#options
    let evaluations = 0
    const evaluate = evaluator(list, loss)
    const look = async (parameters: Float64Array): Promise<Place & { loss: number }> => {
      evaluations++
      write(list, parameters)
      return { ...(await evaluate()), parameters }
    }
    let here = await look(await read(list))
    if (!Number.isFinite(here.loss)) {
      fail(`lbfgs: the loss is ${here.loss}`, 'Start where it is a number; are there NaN among the inputs?')
    }
    const result = (iteration: number, ended: LbfgsResult['ended']): LbfgsResult => {
      write(list, here.parameters)
      return { loss: here.loss, gradient: largest(here.gradient), iterations: iteration, evaluations, ended }
    }
    for (let iteration = 0; iteration < iterations; iteration++) {
      if (largest(here.gradient) <= gradientTolerance) return result(iteration, 'gradient')
      const isFirst = this.#past.length === 0
      let direction = this.#direction(here.gradient)
      let slope = dot(here.gradient, direction)
      if (!(slope < 0)) {
        // What is remembered does not fit here any more.
        this.#past = []
        direction = here.gradient.map((g) => -g)
        slope = dot(here.gradient, direction)
      }
      const norm = here.gradient.reduce((sum, g) => sum + Math.abs(g), 0)
      const first = learningRate * (isFirst ? Math.min(1, 1 / norm) : 1)
      const from = here
      const along = async (at: number): Promise<LinePoint<Place>> => {
        const { loss: value, ...place } = await look(plus(from.parameters, at, direction))
        const known = Number.isFinite(value) ? value : Infinity
        return { at, loss: known, slope: dot(place.gradient, direction), place }
      }
      const start = { at: 0, loss: from.loss, slope, place: from }
      const next = lineSearch ? await strongWolfe(along, start, first) : await along(first)
      const step = plus(next.place.parameters, -1, from.parameters)
      this.#remember(step, plus(next.place.gradient, -1, from.gradient))
      here = { ...next.place, loss: next.loss }
      if (largest(step) <= changeTolerance || Math.abs(here.loss - from.loss) < changeTolerance) {
        return result(iteration + 1, largest(here.gradient) <= gradientTolerance ? 'gradient' : 'change')
      }
    }
    return result(iterations, largest(here.gradient) <= gradientTolerance ? 'gradient' : 'iterations')
  }

  /** What is remembered, by the parameter's name, the oldest first: `weight.step.0`, `weight.change.0` … */
  async state(): Promise<State> {
    const list = listed('lbfgs', this.#trainable)
    const ends = list.map((_, k) => list.slice(0, k + 1).reduce((end, { shape }) => end + sizeOf(shape), 0))
    const entries = this.#past.flatMap((pair, i) =>
      (['step', 'change'] as const).flatMap((kind) =>
        list.map(({ shape }, k): [string, StoredValue] => {
          const data = pair[kind].slice(ends[k] - sizeOf(shape), ends[k])
          return [`${pathOf(list, k)}.${kind}.${i}`, { dtype: 'float64', shape, data }]
        }),
      ),
    )
    return Object.fromEntries(entries)
  }

  /**
   * Takes over what {@link Lbfgs.state} gave.
   *
   * @throws if entries are missing, unknown, or of another shape
   */
  loadState(state: State): void {
    const list = listed('lbfgs', this.#trainable)
    const count = Object.keys(state).filter((path) => path.startsWith(`${pathOf(list, 0)}.step.`)).length
    const past = range(count).map((i) => {
      const paths = (kind: string): string[] => list.map((_, k) => `${pathOf(list, k)}.${kind}.${i}`)
      return { step: paths('step'), change: paths('change') }
    })
    const slots = past.flatMap(({ step, change }) =>
      [...step, ...change].map((path, k): [string, Buffer] => [
        path,
        new Buffer(new Tensor(build.fill(0, list[k % list.length].shape, 'float64')), path),
      ]),
    )
    // Checks everything before anything is changed.
    writeState('lbfgs', new Map(slots), state)
    const row = (paths: readonly string[]): Float64Array =>
      Float64Array.from(paths.flatMap((path) => [...state[path].data]))
    this.#past = past.map(({ step, change }) => ({ step: row(step), change: row(change) }))
  }

  /** − H g for the inverse Hessian H that the past lets suppose (Nocedal and Wright, 2006, algorithm 7.4). */
  #direction(gradient: Float64Array): Float64Array {
    let q: Float64Array = gradient.map((g) => -g)
    const weights: number[] = []
    for (const { step, change } of this.#past.toReversed()) {
      const weight = dot(step, q) / dot(step, change)
      weights.push(weight)
      q = plus(q, -weight, change)
    }
    const last = this.#past[this.#past.length - 1]
    if (last === undefined) return q
    const scale = dot(last.step, last.change) / dot(last.change, last.change)
    q = q.map((value) => value * scale)
    for (const { step, change } of this.#past) {
      q = plus(q, (weights.pop() as number) - dot(change, q) / dot(step, change), step)
    }
    return q
  }

  /** Only where the loss curves upwards: H stays positive definite. */
  #remember(step: Float64Array, change: Float64Array): void {
    if (!(dot(step, change) > 1e-10)) return
    this.#past.push({ step, change })
    if (this.#past.length > this.#options.history) this.#past.shift()
  }
}

/** The name of a parameter, with its place where others have the same. */
function pathOf(list: readonly Variable[], k: number): string {
  const { name } = list[k]
  return list.findIndex((variable) => variable.name === name) === k ? name : `${name}.${k}`
}

/** The loss and its gradient, all parameters in a row, where the parameters are. */
function evaluator(
  list: readonly Variable[],
  loss: () => Tensor,
): () => Promise<{ loss: number; gradient: Float64Array }> {
  const program = compile(() => {
    const value = loss()
    expectLoss('lbfgs', value)
    return { value, gradients: grad(value, list) as Tensor[] }
  })
  return async () => {
    const { value, gradients } = program()
    return { loss: await value.item(), gradient: await joined(gradients) }
  }
}

const read = (list: readonly Variable[]): Promise<Float64Array> => joined(list.map((variable) => variable.value))

async function joined(tensors: readonly Tensor[]): Promise<Float64Array> {
  const whole = new Float64Array(tensors.reduce((size, { shape }) => size + sizeOf(shape), 0))
  let at = 0
  for (const part of tensors) {
    whole.set(await part.data(), at)
    at += part.size
  }
  return whole
}

function write(list: readonly Variable[], values: Float64Array): void {
  let at = 0
  for (const variable of list) {
    const size = sizeOf(variable.shape)
    // What is remembered is where the gradient was taken.
    if (variable.dtype === 'float32') for (let i = at; i < at + size; i++) values[i] = Math.fround(values[i])
    variable.assign(tensor(values.slice(at, at + size), variable.shape, variable.dtype))
    at += size
  }
}

/**
 * Newton's method with the curvature remembered from the last steps (limited-memory BFGS), for losses that are the same each time: all examples,
 * no dropout. It evaluates the loss as often as its line search needs, so `minimize` takes a function, and is awaited.
 *
 * (Liu and Nocedal, "On the limited memory BFGS method for large scale optimization", 1989.)
 *
 * @throws if an option is unknown or out of range
 * @example
 * const { loss, ended } = await lbfgs(model).minimize(() => nn.meanSquaredError(model.forward(x), y))
 */
export function lbfgs(parameters: Trainable, options?: LbfgsOptions): Lbfgs {
  const [trainable, given] = splitArguments<Trainable, LbfgsOptions>('lbfgs', parameters, options)
  if (trainable === undefined) {
    fail('lbfgs: it is not known what to optimize', 'Pass a module or a list of parameters: lbfgs(model, options).')
  }
  return new Lbfgs(trainable, given)
}
