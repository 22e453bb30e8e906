import type { Add, DivideWithRemainder, Subtract } from '../arithmetic.js'
import type { Position, PositionsOf } from '../axis.js'
import type { Show } from '../message.js'
import type { WithSize } from '../reduce.js'
import type { First, Rest, Shape, Tail } from '../shape.js'

/** The shape with another size on the given axes: what splitting along them leaves. */
export type Resized<A extends Shape, X, Size extends number = number> =
  PositionsOf<A, X> extends infer At ? (number extends At ? any : WithSize<A, At, Size>) : any

/** What `slice` takes of one axis. */
export type SliceSpec = number | null | ':' | '...' | readonly (number | null | undefined)[]

/** One spec for each axis, `null` where none is given. */
type Aligned<A extends Shape, Specs extends readonly unknown[]> = Specs extends readonly [infer Spec, ...infer Others]
  ? Spec extends '...'
    ? AlignedRight<A, Others>
    : A extends readonly [unknown, ...infer Back extends Shape]
      ? [Spec, ...Aligned<Back, Others>]
      : []
  : { -readonly [I in keyof A]: null }

type AlignedRight<A extends Shape, Specs extends readonly unknown[]> = Specs extends readonly [
  ...infer Others,
  infer Spec,
]
  ? A extends readonly [...infer Front extends Shape, unknown]
    ? [...AlignedRight<Front, Others>, Spec]
    : []
  : { -readonly [I in keyof A]: null }

/** X − Y, or 0 below that. */
type Rest0<X extends number, Y extends number> = Subtract<X, Y> extends infer D extends number ? D : 0

/** Where a range starts or stops: counted from the end when negative, and not over the ends. */
type Bound<Size extends number, Value, Default extends number> = Value extends number
  ? number extends Value | Size
    ? number
    : `${Value}` extends `-${infer Back extends number}`
      ? Rest0<Size, Back>
      : Subtract<Size, Value> extends 'less'
        ? Size
        : Value
  : Default

type Steps<Count extends number, Step> =
  DivideWithRemainder<Count, Step & number> extends [infer Whole extends number, infer Left]
    ? Left extends 0
      ? Whole
      : Add<Whole, 1>
    : number

/** The same for a range that goes backward, one place further on: 0 stands before the first element. */
type BackwardBound<Size extends number, Value, Default extends number> = Value extends number
  ? number extends Value | Size
    ? number
    : `${Value}` extends `-${infer Back extends number}`
      ? Subtract<Size, Back> extends infer Place extends number
        ? Add<Place, 1>
        : 0
      : Subtract<Size, Value> extends 'less' | 0
        ? Size
        : Add<Value, 1>
  : Default

/** The size of `[start, stop, step]`. */
type RangeSize<Size extends number, Start, Stop, Step> = Step extends 1 | null | undefined
  ? Rest0<Bound<Size, Stop, Size>, Bound<Size, Start, 0>>
  : `${Step & number}` extends `-${infer Back extends number}`
    ? Steps<Rest0<BackwardBound<Size, Start, Size>, BackwardBound<Size, Stop, 0>>, Back>
    : Steps<Rest0<Bound<Size, Stop, Size>, Bound<Size, Start, 0>>, Step>

/** The size that a spec leaves: none for a number, all for `null` and `':'`. */
type OneAxis<Size extends number, Spec> = [Spec] extends [number]
  ? []
  : [Spec] extends [null | ':']
    ? [Size]
    : Spec extends readonly []
      ? [Size]
      : Spec extends readonly [infer Start, (infer Stop)?, (infer Step)?]
        ? Spec['length'] extends 1
          ? [RangeSize<Size, Start, undefined, undefined>]
          : Spec['length'] extends 2
            ? [RangeSize<Size, Start, Stop, undefined>]
            : Spec['length'] extends 3
              ? [RangeSize<Size, Start, Stop, Step>]
              : [number]
        : [number]

type Sliced<A extends Shape, Specs extends readonly unknown[]> = A extends readonly [
  infer Size extends number,
  ...infer Back extends Shape,
]
  ? Specs extends readonly [infer Spec, ...infer Others]
    ? [...OneAxis<Size, Spec>, ...Sliced<Back, Others>]
    : A
  : []

/** `true` where it is not known whether a spec drops its axis. */
type Ambiguous<Spec> = [Spec] extends [number] ? false : Spec extends number | '...' ? true : never

/** The shape of a part: a number drops its axis, `null` and `':'` keep it, a range leaves its own size. */
export type Slice<A extends Shape, Specs extends readonly unknown[]> = number extends A['length'] | Specs['length']
  ? any
  : true extends { [I in keyof Specs]: Specs[I] extends '...' ? never : Ambiguous<Specs[I]> }[number]
    ? any
    : Sliced<A, Aligned<A, Specs>>

/** `true` when an index is outside an axis of that size. */
export type Outside<Size, Index> = Index extends number
  ? [Position<Size, Index>] extends [never]
    ? true
    : false
  : false

type IndexProblem<A extends Shape, Specs extends readonly unknown[]> = {
  [I in keyof A]: I extends keyof Specs
    ? Outside<A[I], Specs[I]> extends true
      ? `slice: index ${Specs[I] & number} is outside axis ${I & string} of ${Show<A>}`
      : never
    : never
}[number]

/** The message for more specs than axes or an index outside its axis, else `never`. */
export type SliceProblem<A extends Shape, Specs extends readonly unknown[]> = number extends
  | A['length']
  | Specs['length']
  ? never
  : '...' extends Specs[number]
    ? IndexProblem<A, Aligned<A, Specs>>
    : Specs extends readonly [...{ [I in keyof A]: unknown }, unknown, ...unknown[]]
      ? `slice: ${Specs['length']} specs for rank ${A['length']}`
      : IndexProblem<A, Aligned<A, Specs>>

/** The message for an index outside an axis, else `never`. */
export type AtProblem<Name extends string, A extends Shape, Index, X> = number extends A['length']
  ? never
  : Position<A['length'], X> extends infer At extends number
    ? number extends At
      ? never
      : Outside<A[At], Index> extends true
        ? `${Name}: index ${Index & number} is outside axis ${At} of ${Show<A>}`
        : never
    : never

/** The shape after picking positions along an axis: that axis gives way to the shape of the indices. */
export type Take<A extends Shape, Indices extends Shape, X extends number> = number extends
  | A['length']
  | Indices['length']
  ? any
  : Position<A['length'], X> extends infer P extends number
    ? number extends P
      ? any
      : [...First<A, P>, ...Indices, ...Tail<Rest<A, P>>]
    : any
