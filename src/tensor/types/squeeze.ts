import type { Listed, OneLonger, Position } from './axis.js'
import type { Reduce } from './reduce.js'
import type { First, Rest, Shape } from './shape.js'

type WithoutOnes<A extends Shape> = A extends readonly [infer Size extends number, ...infer Tail extends Shape]
  ? Size extends 1
    ? WithoutOnes<Tail>
    : [Size, ...WithoutOnes<Tail>]
  : []

/** The shape without its axes of size 1, or without the given ones. */
export type Squeeze<A extends Shape, X> = X extends undefined
  ? number extends A['length'] | A[number]
    ? any
    : WithoutOnes<A>
  : Reduce<A, X, false>

/** The message for squeezing an axis that is not of size 1, else `never`. */
export type SqueezeProblem<A extends Shape, X> = X extends undefined
  ? never
  : number extends A['length'] | Listed<X>
    ? never
    : WrongSize<A, Position<A['length'], Listed<X>>>

type WrongSize<A extends Shape, At> = At extends number
  ? number extends A[At]
    ? never
    : A[At] extends 1
      ? never
      : `squeeze: axis ${At} has size ${A[At]}, not 1`
  : never

/** The shape with a new axis of size `Size` at the position. */
export type Insert<A extends Shape, X, Size extends number> = number extends A['length'] | X
  ? any
  : X extends readonly number[]
    ? any
    : Position<OneLonger<A>, X> extends infer At extends number
      ? [...First<A, At>, Size, ...Rest<A, At>]
      : any
