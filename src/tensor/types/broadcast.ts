import type { Show } from './message.js'
import type { Box, Shape, Unranked } from './shape.js'

/** The size two axes broadcast to; `never` when they do not. A known size wins over an unknown one, but for 1. */
export type BroadcastSize<A extends number, B extends number> =
  Box<A> extends Box<B>
    ? Box<B> extends Box<A>
      ? A
      : A extends 1
        ? B
        : A
    : A extends 1
      ? B
      : B extends 1
        ? A
        : Box<B> extends Box<A>
          ? B
          : never

type FromTheRight<A extends Shape, B extends Shape> = A extends readonly [
  ...infer RestA extends Shape,
  infer LastA extends number,
]
  ? B extends readonly [...infer RestB extends Shape, infer LastB extends number]
    ? [...FromTheRight<RestA, RestB>, BroadcastSize<LastA, LastB>]
    : A
  : B

/**
 * `true` when B is A or a scalar. Functions like these are only assignable when the types in them are identical: `any`
 * is nothing but `any`, and a type parameter equals itself, so that generic code gets an answer here. (Naming the
 * function type would spoil it: two uses of one alias are compared by their arguments.)
 */
type SameOrScalar<A extends Shape, B extends Shape> =
  (<X>() => X extends B ? 1 : 0) extends (<X>() => X extends A ? 1 : 0) | (<X>() => X extends [] ? 1 : 0) ? true : false

/** The shape of an elementwise operation on an A and a B, by NumPy's rules. */
export type Broadcast<A extends Shape, B extends Shape> =
  SameOrScalar<A, B> extends true
    ? A
    : Unranked<A> extends true
      ? any
      : Unranked<B> extends true
        ? any
        : FromTheRight<A, B>

/** `true` when some pair of sizes is known not to broadcast. */
type Conflicts<A extends Shape, B extends Shape> = A extends readonly [
  ...infer RestA extends Shape,
  infer LastA extends number,
]
  ? B extends readonly [...infer RestB extends Shape, infer LastB extends number]
    ? Box<BroadcastSize<LastA, LastB>> extends Box<never>
      ? true
      : Conflicts<RestA, RestB>
    : false
  : false

/** The message for two shapes that do not broadcast, else `never`. */
export type BroadcastProblem<A extends Shape, B extends Shape> =
  SameOrScalar<A, B> extends true
    ? never
    : Unranked<A> extends true
      ? never
      : Unranked<B> extends true
        ? never
        : Conflicts<A, B> extends true
          ? `shapes ${Show<A>} and ${Show<B>} do not broadcast`
          : never
