import type { Show } from '../message.js'
import type { Box, Shape, Writable } from '../shape.js'

/** The shape after expand: the target, where −1 keeps a size. */
export type Expand<A extends Shape, Target extends Shape> = number extends Target['length']
  ? any
  : -1 extends Target[number]
    ? Kept<A, Target>
    : Writable<Target>

type Kept<A extends Shape, Target extends Shape> = Target extends readonly [
  ...infer RestT extends Shape,
  infer LastT extends number,
]
  ? A extends readonly [...infer RestA extends Shape, infer Last extends number]
    ? [...Kept<RestA, RestT>, LastT extends -1 ? Last : LastT]
    : { -readonly [I in keyof Target]: Target[I] extends -1 ? number : Target[I] }
  : []

/** `true` when the sizes, aligned at the right, are 1 or what the target says. */
type Expands<A extends Shape, Target extends Shape> = A extends readonly [
  ...infer RestA extends Shape,
  infer Last extends number,
]
  ? Target extends readonly [...infer RestT extends Shape, infer LastT extends number]
    ? Box<Last> extends Box<1 | LastT>
      ? Expands<RestA, RestT>
      : number extends Last
        ? Expands<RestA, RestT>
        : LastT extends -1
          ? Expands<RestA, RestT>
          : false
    : false
  : true

/** The message for a shape that does not expand to the target, else `never`. */
export type ExpandProblem<A extends Shape, Target extends Shape> = number extends A['length'] | Target['length']
  ? never
  : Expands<A, Target> extends false
    ? `expand: ${Show<A>} does not expand to ${Show<Target>}`
    : never
