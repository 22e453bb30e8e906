import type { Axes, PositionsOf } from './axis.js'
import type { Shape } from './shape.js'

/** The shape without the axes at the positions. */
export type WithoutAxes<A extends Shape, Dropped, Passed extends 0[] = []> = A extends readonly [
  infer Size extends number,
  ...infer Rest extends Shape,
]
  ? Passed['length'] extends Dropped
    ? WithoutAxes<Rest, Dropped, [...Passed, 0]>
    : [Size, ...WithoutAxes<Rest, Dropped, [...Passed, 0]>]
  : []

/** The shape with another size on the axes at the positions. */
export type WithSize<A extends Shape, At, Size> = {
  -readonly [I in keyof A]: I extends `${At & number}` ? Size : A[I]
}

/** Reducing over all axes is written by leaving them out. */
type ReduceAll<A extends Shape, Keep> = Keep extends true
  ? number extends A['length']
    ? any
    : { -readonly [I in keyof A]: 1 }
  : []

type ReduceAt<A extends Shape, At, Keep> = number extends At
  ? any
  : Keep extends true
    ? WithSize<A, At, 1>
    : WithoutAxes<A, At>

/** The shape after reducing over one axis, several, or (undefined) all; reduced axes stay as size 1 with keepDims. */
export type Reduce<A extends Shape, X, Keep extends boolean> = boolean extends Keep
  ? any
  : [X] extends [undefined]
    ? ReduceAll<A, Keep>
    : [X] extends [Axes]
      ? ReduceAt<A, PositionsOf<A, X>, Keep>
      : any
