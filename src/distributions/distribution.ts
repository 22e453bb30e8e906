import { fail } from '../core/errors.js'
import { broadcastShapes } from '../core/shape.js'
import { tensor } from '../tensor/create.js'
import * as random from '../tensor/random.js'
import { Tensor } from '../tensor/tensor.js'
import type { Shape } from '../tensor/types/index.js'

export interface SampleOptions<N extends Shape = Shape> {
  /** Leading axes of independent samples; none. */
  readonly shape?: N
  /** A key of `random`; the global generator. */
  readonly key?: Tensor
}

/** One distribution for each place of S, each over values of shape Event. */
export interface Distribution<S extends Shape, Event extends Shape = []> {
  /** Values [...shape, ...S, ...Event]. */
  sample<const N extends Shape = []>(options?: SampleOptions<N>): Tensor<Sampled<N, S, Event>>
  /** The logarithm of the probability, or of its density, of each value. */
  logProb(value: Tensor | number): Tensor
  /** In nats. */
  entropy(): Tensor<S>
}

export type Sampled<N extends Shape, S extends Shape, Event extends Shape = []> = [...N, ...S, ...Event]

/** A parameter: a tensor, or a number for one distribution. */
export type ParameterOf<S extends Shape> = Tensor<S> | number

/** Parameters as tensors of one shape. */
export function parametersOf<S extends Shape>(name: string, parameters: readonly ParameterOf<S>[]): Tensor<S>[] {
  const given = parameters.map((x) => (x instanceof Tensor ? x : tensor(x)))
  const shape = given.map((x): readonly number[] => x.shape).reduce((a, b) => broadcastShapes(a, b, name))
  return given.map((x) => (x as Tensor).expand([...shape]) as Tensor<S>)
}

/** The shape of samples, and where their random numbers come from. */
export function drawn(parameter: Tensor, { shape = [], key }: SampleOptions) {
  return {
    shape: [...shape, ...parameter.shape],
    options: { dtype: parameter.dtype, ...(key === undefined ? {} : { key }) },
    keyOnly: key === undefined ? {} : { key },
  }
}

/** `count` keys for a sample that needs several. */
export function keysOf({ key }: SampleOptions, count: number): Tensor[] {
  // The global generator has numbers for them.
  const keys: Tensor =
    key === undefined ? random.randint([count, 2], 0, 2 ** 31).cast('uint32') : random.split(key, count)
  return Array.from({ length: count }, (_, i) => keys.at(i) as Tensor)
}

/** Throws if a number, where it is one, is not above 0. */
export function expectAbove(name: string, what: string, value: ParameterOf<Shape>): void {
  if (typeof value === 'number' && !(value > 0)) fail(`${name}: ${what} is ${value}`, 'Give a number above 0.')
}
