import type { Divide } from './arithmetic.js'
import type { Position } from './axis.js'
import type { Shape } from './shape.js'
import type { Resized } from './slice.js'

type SizeOn<A extends Shape, X> = A[Position<A['length'], X> & number]

/** The size of each of several equal parts, `'remainder'` when they are not equal. */
type PartSize<A extends Shape, Count extends number, X> = number extends A['length'] | X
  ? number
  : Divide<SizeOn<A, X>, Count>

/** The shape of each of several equal parts along an axis. */
export type Part<A extends Shape, Count extends number, X> =
  PartSize<A, Count, X> extends infer Size extends number ? Resized<A, X, Size> : any

/** The shape of a part of a given size along an axis; −1 is what the others leave over. */
export type PartOfSize<A extends Shape, Size, X> = Size extends number
  ? Resized<A, X, Size extends -1 ? number : Size>
  : any

/** The message for an axis that does not divide into so many parts, else `never`. */
export type SplitProblem<A extends Shape, Sizes, X> = Sizes extends number
  ? PartSize<A, Sizes, X> extends 'remainder'
    ? `split: axis ${X & number} of size ${SizeOn<A, X>} does not divide into ${Sizes} equal parts`
    : never
  : never
