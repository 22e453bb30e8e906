import type { Position, PositionsOf } from '../axis.js'
import type { Show } from '../message.js'
import type { WithoutAxes } from '../reduce.js'
import type { Reverse, Shape } from '../shape.js'

type PositionList<A extends Shape, X> = X extends readonly unknown[]
  ? { -readonly [I in keyof X]: Position<A['length'], X[I]> }
  : [Position<A['length'], X>]

/** The shape with its axes in the given order. */
export type Permute<A extends Shape, Order extends Shape> = number extends
  | A['length']
  | Order['length']
  | PositionsOf<A, Order>
  ? any
  : { -readonly [I in keyof Order]: A[Position<A['length'], Order[I]> & number] }

type Indices<A extends Shape> = { [I in keyof A]: I extends `${infer N extends number}` ? N : never }[number]

/** The message for an order that does not name every axis once, else `never`. */
export type PermuteProblem<A extends Shape, Order extends Shape> = number extends
  | A['length']
  | Order['length']
  | PositionsOf<A, Order>
  ? never
  : A['length'] extends Order['length']
    ? [Indices<A>] extends [PositionsOf<A, Order>]
      ? never
      : `permute: ${Show<Order>} does not name each of ${A['length']} axes once`
    : `permute: ${Show<Order>} does not name each of ${A['length']} axes once`

/** The shape with two axes exchanged. */
export type Transpose<A extends Shape, X extends number, Y extends number> = number extends A['length']
  ? any
  : Exchanged<A, Position<A['length'], X>, Position<A['length'], Y>>

type Exchanged<A extends Shape, P, Q> = number extends P | Q
  ? any
  : {
      -readonly [I in keyof A]: I extends `${P & number}`
        ? A[Q & number]
        : I extends `${Q & number}`
          ? A[P & number]
          : A[I]
    }

/** The size that was at `From[k]` where `To[k]` is the place, else `never`. */
type MovedTo<A extends Shape, From, To, Place> = {
  [K in keyof To]: To[K] extends Place ? (K extends keyof From ? A[From[K] & number] : never) : never
}[keyof To & `${number}`]

type Arranged<
  A extends Shape,
  From,
  To,
  Others extends Shape,
  Done extends number[] = [],
> = Done['length'] extends A['length']
  ? Done
  : [MovedTo<A, From, To, Done['length']>] extends [never]
    ? Others extends readonly [infer Head extends number, ...infer Tail extends Shape]
      ? Arranged<A, From, To, Tail, [...Done, Head]>
      : any
    : Arranged<A, From, To, Others, [...Done, MovedTo<A, From, To, Done['length']> & number]>

/** The shape after moving axes to other places. */
export type MoveAxis<A extends Shape, X, Y> = number extends A['length'] | PositionsOf<A, X> | PositionsOf<A, Y>
  ? number extends A['length']
    ? any
    : { -readonly [I in keyof A]: number }
  : Arranged<A, PositionList<A, X>, PositionList<A, Y>, WithoutAxes<A, PositionsOf<A, X>>>

/** The message for other than as many places as axes, else `never`. */
export type MoveAxisProblem<X, Y> = X extends readonly unknown[]
  ? Y extends readonly unknown[]
    ? number extends X['length'] | Y['length']
      ? never
      : X['length'] extends Y['length']
        ? never
        : `moveAxis: ${X['length']} axes for ${Y['length']} places`
    : never
  : never

/** The shape with its axes in the opposite order. */
export type Reversed<A extends Shape> = number extends A['length'] ? any : Reverse<A>
