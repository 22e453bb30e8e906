import type { Position } from './axis.js'
import type { Show } from './message.js'
import type { Reverse, Shape } from './shape.js'

/** The shape with its axes in the given order. */
export type Permute<A extends Shape, Order extends Shape> = number extends A['length'] | Order['length'] | Order[number]
  ? any
  : { -readonly [I in keyof Order]: A[Position<A['length'], Order[I]> & number] }

type Sorted<Rank extends number> = [
  never,
  0,
  0 | 1,
  0 | 1 | 2,
  0 | 1 | 2 | 3,
  0 | 1 | 2 | 3 | 4,
  0 | 1 | 2 | 3 | 4 | 5,
][Rank]

/** The message for an order that does not name every axis once, else `never`. */
export type PermuteProblem<A extends Shape, Order extends Shape> = number extends
  | A['length']
  | Order['length']
  | Order[number]
  ? never
  : A['length'] extends Order['length']
    ? [Sorted<A['length']>] extends [Position<A['length'], Order[number]>]
      ? never
      : `permute: ${Show<Order>} does not name each of ${A['length']} axes once`
    : `permute: ${Show<Order>} does not name each of ${A['length']} axes once`

/** The shape with two axes exchanged. */
export type Transpose<A extends Shape, X extends number, Y extends number> = number extends A['length'] | X | Y
  ? any
  : {
      -readonly [I in keyof A]: I extends `${Position<A['length'], X>}`
        ? A[Position<A['length'], Y> & number]
        : I extends `${Position<A['length'], Y>}`
          ? A[Position<A['length'], X> & number]
          : A[I]
    }

/** The shape with its axes in the opposite order. */
export type Reversed<A extends Shape> = number extends A['length'] ? any : Reverse<A>
