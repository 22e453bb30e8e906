import type { Listed, Position } from './axis.js'
import type { Shape } from './shape.js'

type WithoutAxes<A extends Shape, Dropped, Passed extends 0[] = []> = A extends readonly [
  infer Size extends number,
  ...infer Rest extends Shape,
]
  ? Passed['length'] extends Dropped
    ? WithoutAxes<Rest, Dropped, [...Passed, 0]>
    : [Size, ...WithoutAxes<Rest, Dropped, [...Passed, 0]>]
  : []

type WithOnes<A extends Shape, Reduced extends number> = {
  -readonly [I in keyof A]: I extends `${Reduced}` ? 1 : A[I]
}

/** Reducing over all axes is written by leaving them out. */
type ReduceAll<A extends Shape, Keep> = Keep extends true
  ? number extends A['length']
    ? any
    : { -readonly [I in keyof A]: 1 }
  : []

/** The shape after reducing over one axis, several, or (undefined) all; reduced axes stay as size 1 with keepDims. */
export type Reduce<A extends Shape, X, Keep extends boolean> = boolean extends Keep
  ? any
  : X extends undefined
    ? ReduceAll<A, Keep>
    : number extends A['length'] | Listed<X>
      ? any
      : Keep extends true
        ? WithOnes<A, Position<A['length'], Listed<X>>>
        : WithoutAxes<A, Position<A['length'], Listed<X>>>
