import type { Tensor } from '../tensor.js'
import type { Insert } from './movement/squeeze.js'

interface Axes {
  readonly inAxes?: number | readonly (number | null)[]
  readonly outAxis?: number
}

/** The axis of the argument at a place that the options name: 0 unless they say otherwise. */
type InAxis<Options extends Axes, Place> = 'inAxes' extends keyof Options
  ? Options['inAxes'] extends infer Named
    ? Named extends readonly unknown[]
      ? Place extends keyof Named
        ? Named[Place]
        : Named[number]
      : Named
    : never
  : 0

/** The tensors of a tree with an axis of size N more; `null` leaves them as they are. */
type WithAxis<T, Axis, N extends number> = [Axis] extends [null]
  ? T
  : T extends Tensor<infer S>
    ? Tensor<[Axis] extends [number] ? Insert<S, Axis, N> : any>
    : T extends readonly unknown[] | Readonly<Record<string, unknown>>
      ? { [K in keyof T]: WithAxis<T[K], Axis, N> }
      : T

/** The arguments of a vectorized function for N calls. */
export type MappedArguments<Arguments extends readonly unknown[], Options extends Axes, N extends number> = {
  [I in keyof Arguments]: WithAxis<Arguments[I], InAxis<Options, I>, N>
}

/** The results of N calls. */
export type MappedResult<Result, Options extends Axes, N extends number> = WithAxis<
  Result,
  'outAxis' extends keyof Options ? Options['outAxis'] : 0,
  N
>
