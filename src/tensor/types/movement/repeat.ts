import type { Multiply, Product } from '../arithmetic.js'
import type { PositionsOf } from '../axis.js'
import type { Shape } from '../shape.js'

/** The shape after repeating each element along an axis, or of the flattened tensor without one. */
export type Repeat<A extends Shape, Count extends number, X> = [X] extends [undefined]
  ? number extends A['length']
    ? [number]
    : [Multiply<Product<A>, Count>]
  : [X] extends [number]
    ? RepeatAt<A, Count, PositionsOf<A, X>>
    : any

type RepeatAt<A extends Shape, Count extends number, At> = number extends At
  ? any
  : { -readonly [I in keyof A]: I extends `${At & number}` ? Multiply<A[I] & number, Count> : A[I] }

/** The shape of copies side by side, so many along each axis; missing leading axes are of size 1. */
export type Tile<A extends Shape, Counts> = Counts extends readonly number[]
  ? number extends A['length'] | Counts['length']
    ? any
    : TileRight<A, Counts>
  : Counts extends number
    ? number extends A['length']
      ? any
      : TileRight<A, [Counts]>
    : any

type TileRight<A extends Shape, Counts extends Shape> = Counts extends readonly [
  ...infer Others extends Shape,
  infer Count extends number,
]
  ? A extends readonly [...infer Front extends Shape, infer Size extends number]
    ? [...TileRight<Front, Others>, Multiply<Size, Count>]
    : { -readonly [I in keyof Counts]: Counts[I] }
  : { -readonly [I in keyof A]: A[I] }
