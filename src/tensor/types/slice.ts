import type { Listed, Position } from './axis.js'
import type { First, Rest, Shape } from './shape.js'

/** The shape with another size on the given axes: what padding or splitting along them leaves. */
export type Resized<A extends Shape, X, Size extends number = number> = number extends A['length'] | Listed<X>
  ? any
  : { -readonly [I in keyof A]: I extends `${Position<A['length'], Listed<X>>}` ? Size : A[I] }

/** The rank alone. */
export type Unsized<A extends Shape> = number extends A['length'] ? any : { -readonly [I in keyof A]: number }

/** What `slice` takes of one axis. */
export type SliceSpec = number | null | ':' | '...' | readonly (number | null | undefined)[]

type OneAxis<Size extends number, Spec> = Spec extends number ? [] : Spec extends null | ':' ? [Size] : [number]

type FromTheRight<A extends Shape, Specs extends readonly unknown[]> = Specs extends readonly [
  ...infer Others,
  infer Spec,
]
  ? A extends readonly [...infer Front extends Shape, infer Size extends number]
    ? [...FromTheRight<Front, Others>, ...OneAxis<Size, Spec>]
    : []
  : A

type FromTheLeft<A extends Shape, Specs extends readonly unknown[]> = Specs extends readonly [
  infer Spec,
  ...infer Others,
]
  ? Spec extends '...'
    ? FromTheRight<A, Others>
    : A extends readonly [infer Size extends number, ...infer Tail extends Shape]
      ? [...OneAxis<Size, Spec>, ...FromTheLeft<Tail, Others>]
      : []
  : A

/** The shape of a part: a number drops its axis, `null` and `':'` keep it, a range leaves a size to the run time. */
export type Slice<A extends Shape, Specs extends readonly unknown[]> = number extends A['length'] | Specs['length']
  ? any
  : FromTheLeft<A, Specs>

/** The message for more specs than axes, else `never`. */
export type SliceProblem<A extends Shape, Specs extends readonly unknown[]> = number extends
  | A['length']
  | Specs['length']
  ? never
  : '...' extends Specs[number]
    ? never
    : Specs extends readonly [...{ [I in keyof A]: unknown }, unknown, ...unknown[]]
      ? `slice: ${Specs['length']} specs for rank ${A['length']}`
      : never

/** The shape after picking positions along an axis: that axis gives way to the shape of the indices. */
export type Take<A extends Shape, Indices extends Shape, X extends number> = number extends
  | A['length']
  | Indices['length']
  | X
  ? any
  : Position<A['length'], X> extends infer P extends number
    ? [...First<A, P>, ...Indices, ...AfterAxis<Rest<A, P>>]
    : any

type AfterAxis<S extends Shape> = S extends readonly [unknown, ...infer Tail extends Shape] ? Tail : []
