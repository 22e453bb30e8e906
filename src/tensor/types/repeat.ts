import type { Multiply, Product } from './arithmetic.js'
import type { Position } from './axis.js'
import type { Shape } from './shape.js'

/** The shape after repeating each element along an axis, or of the flattened tensor without one. */
export type Repeat<A extends Shape, Count extends number, X> = X extends undefined
  ? [Multiply<Product<A>, Count>]
  : number extends A['length'] | X
    ? any
    : { -readonly [I in keyof A]: I extends `${Position<A['length'], X>}` ? Multiply<A[I] & number, Count> : A[I] }

/** The shape of copies side by side; the rank is left to the run time unless there is one count per axis. */
export type Tile<A extends Shape, Counts> = Counts extends readonly number[]
  ? number extends A['length'] | Counts['length']
    ? any
    : A['length'] extends Counts['length']
      ? { -readonly [I in keyof A]: I extends keyof Counts ? Multiply<A[I] & number, Counts[I] & number> : never }
      : any
  : any
