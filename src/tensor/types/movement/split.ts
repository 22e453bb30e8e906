import type { Add, Divide, Subtract } from '../arithmetic.js'
import type { Position } from '../axis.js'
import type { Show } from '../message.js'
import type { Shape } from '../shape.js'
import type { Resized } from './slice.js'

/** The size of an axis; `number` when it cannot be told. */
export type SizeOn<A extends Shape, X> = number extends A['length']
  ? number
  : Position<A['length'], X> extends infer At extends number
    ? number extends At
      ? number
      : A[At]
    : number

/** The shape of each of several equal parts along an axis. */
export type Part<A extends Shape, Count extends number, X> =
  Divide<SizeOn<A, X>, Count> extends infer Size extends number ? Resized<A, X, Size> : any

/** The sum of the sizes that are not −1. */
type Total<Sizes, Sum extends number = 0> = Sizes extends readonly [infer Size extends number, ...infer Others]
  ? Total<Others, Size extends -1 ? Sum : Add<Sum, Size>>
  : Sum

/** The shape of a part of a given size along an axis; −1 is what the others leave over. */
export type PartOfSize<A extends Shape, Size, X, Sizes> = Size extends number
  ? Resized<A, X, Size extends -1 ? Left<SizeOn<A, X>, Sizes> : Size>
  : any

type Left<Whole extends number, Sizes> = Sizes extends readonly [unknown, ...unknown[]]
  ? Subtract<Whole, Total<Sizes>> extends infer Size extends number
    ? Size
    : number
  : number

/** The message for an axis that does not divide into so many parts, or into these, else `never`. */
export type SplitProblem<A extends Shape, Sizes, X> = Sizes extends number
  ? Divide<SizeOn<A, X>, Sizes> extends 'remainder'
    ? `split: axis ${X & number} of size ${SizeOn<A, X>} does not divide into ${Sizes} equal parts`
    : never
  : Sizes extends readonly [number, ...Shape]
    ? Subtract<SizeOn<A, X>, Total<Sizes>> extends infer Over
      ? number extends Over
        ? never
        : Over extends (-1 extends Sizes[number] ? number : 0)
          ? never
          : `split: sizes ${Show<Sizes>} do not add up to ${SizeOn<A, X>}, the size of axis ${X & number}`
      : never
    : never

/** The message for more elements than an axis has, else `never`. */
export type TopKProblem<A extends Shape, K extends number, X> =
  Subtract<SizeOn<A, X>, K> extends 'less'
    ? `topK: there are no ${K} elements along axis ${X & number} of ${Show<A>}`
    : never

/** The shape after taking differences of neighbours so many times. */
export type Differ<A extends Shape, X, Order extends number> = number extends SizeOn<A, X> | Order
  ? Resized<A, X>
  : Resized<A, X, Subtract<SizeOn<A, X>, Order> extends infer Left extends number ? Left : 0>
