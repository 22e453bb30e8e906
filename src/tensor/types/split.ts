import type { Divide } from './arithmetic.js'
import type { Position } from './axis.js'
import type { Shape } from './shape.js'
import type { Resized } from './slice.js'

type SizeOn<A extends Shape, X> = A[Position<A['length'], X> & number]

/** The size of each of several equal parts, `'remainder'` when they are not equal. */
type Part<A extends Shape, Count extends number, X> = number extends A['length'] | X
  ? number
  : Divide<SizeOn<A, X>, Count>

/** The shapes of the parts that a tensor is split into: a list for a number of parts, a tuple for a tuple of sizes. */
export type Split<A extends Shape, Sizes, X> = Sizes extends number
  ? Resized<A, X, Part<A, Sizes, X>>[]
  : { -readonly [I in keyof Sizes]: Resized<A, X, Sizes[I] extends -1 ? number : Sizes[I]> }

/** The message for an axis that does not divide into so many parts, else `never`. */
export type SplitProblem<A extends Shape, Sizes, X> = Sizes extends number
  ? Part<A, Sizes, X> extends 'remainder'
    ? `split: axis ${X & number} of size ${SizeOn<A, X>} does not divide into ${Sizes} equal parts`
    : never
  : never
