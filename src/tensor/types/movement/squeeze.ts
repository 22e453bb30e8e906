import type { PositionsOf } from '../axis.js'
import type { Reduce } from '../reduce.js'
import type { Shape } from '../shape.js'

type WithoutOnes<A extends Shape> = A extends readonly [infer Size extends number, ...infer Tail extends Shape]
  ? Size extends 1
    ? WithoutOnes<Tail>
    : [Size, ...WithoutOnes<Tail>]
  : []

/** The shape without its axes of size 1, or without the given ones. */
export type Squeeze<A extends Shape, X> = [X] extends [undefined]
  ? number extends A['length'] | A[number]
    ? any
    : WithoutOnes<A>
  : Reduce<A, X, false>

/** The message for squeezing an axis that is not of size 1, else `never`. */
export type SqueezeProblem<A extends Shape, X> = [X] extends [undefined] ? never : WrongSize<A, PositionsOf<A, X>>

type WrongSize<A extends Shape, At> = number extends At
  ? never
  : At extends number
    ? number extends A[At]
      ? never
      : A[At] extends 1
        ? never
        : `squeeze: axis ${At} has size ${A[At]}, not 1`
    : never

/** A shape with as many axes as there are with the new ones: what their positions count in. */
export type Longer<A extends Shape, X> = X extends Shape ? [...A, ...X] : [...A, 0]

type InsertAt<A extends Shape, At, Size, Done extends readonly unknown[] = []> = Done['length'] extends At
  ? InsertAt<A, At, Size, [...Done, Size]>
  : A extends readonly [infer Head, ...infer Tail extends Shape]
    ? InsertAt<Tail, At, Size, [...Done, Head]>
    : Done

/** The shape with new axes of size `Size` at the positions, which count in the result. */
export type Insert<A extends Shape, X, Size extends number> = number extends A['length']
  ? any
  : PositionsOf<Longer<A, X>, X> extends infer At
    ? number extends At
      ? any
      : InsertAt<A, At, Size>
    : any
