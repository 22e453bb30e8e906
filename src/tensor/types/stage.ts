import type { Tensor } from '../tensor.js'
import type { Shape } from './shape.js'
import type { Apply, ShapeFunction, WithShapes } from './shape-function.js'

/** One step of a pipe: a function, or something with a `forward` method, as modules have. */
export type Stage<Input, Output = unknown> = ((x: Input) => Output) | { forward(x: Input): Output }

/**
 * What is on its way through a pipe: a tensor by its sizes, or anything else. Sizes are not held to be a Shape here: whether a type
 * parameter among them is a number would be left undecided, and with it everything that follows.
 */
interface Sized<Sizes> {
  readonly sizes: Sizes
}

type Parcel<X> = X extends Tensor<infer S> ? Sized<S> : { readonly other: X }

type Unpacked<P> =
  P extends Sized<infer Sizes>
    ? Sizes extends infer S extends Shape
      ? Tensor<S>
      : never
    : P extends { readonly other: infer X }
      ? X
      : never

/** What one stage makes of what is on its way. */
type Outcome<S, P> =
  S extends WithShapes<infer F extends ShapeFunction>
    ? P extends Sized<infer Sizes>
      ? Sized<Apply<F, Sizes>>
      : never
    : S extends (x: never) => infer Result
      ? Parcel<Result>
      : S extends { forward(x: never): infer Result }
        ? Parcel<Result>
        : never

type AfterAll<Stages, P> = Stages extends readonly [infer Head, ...infer Tail] ? AfterAll<Tail, Outcome<Head, P>> : P

/** What stages, one after the other, make of a tensor of shape S. */
export type Passed<Stages, S> = Unpacked<AfterAll<Stages, Sized<S>>>
