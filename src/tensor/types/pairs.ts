import type { Multiply } from './arithmetic.js'
import type { Broadcast, BroadcastProblem } from './broadcast.js'
import type { Show } from './message.js'
import type { WithoutAxes } from './reduce.js'
import type { Box, First, Meet, Rest, Reverse, Shape, Tail, Unranked } from './shape.js'

/** The Kronecker product: sizes are multiplied from the last one on. */
export type Kron<A extends Shape, B extends Shape> =
  Unranked<A> extends true ? any : Unranked<B> extends true ? any : Multiplied<A, B>

type Multiplied<A extends Shape, B extends Shape, Done extends Shape = []> = A extends readonly [
  ...infer FrontA extends Shape,
  infer M extends number,
]
  ? B extends readonly [...infer FrontB extends Shape, infer N extends number]
    ? Multiplied<FrontA, FrontB, [Multiply<M, N>, ...Done]>
    : [...A, ...Done]
  : [...B, ...Done]

type Rows<A extends Shape> = A extends readonly [
  ...infer Batch extends Shape,
  infer Count extends number,
  infer Features extends number,
]
  ? { batch: Batch; count: Count; features: Features }
  : 'none'

interface SomeRows {
  batch: Shape
  count: number
  features: number
}

/** One number for each pair of a row of A and a row of B: […, m, d], […, n, d] → […, m, n]. */
export type RowPairs<A extends Shape, B extends Shape> =
  Unranked<A> extends true
    ? any
    : Unranked<B> extends true
      ? any
      : [Rows<A>, Rows<B>] extends [infer M extends SomeRows, infer N extends SomeRows]
        ? [...Broadcast<M['batch'], N['batch']>, M['count'], N['count']]
        : any

/** The message for what has no rows, or rows of other length, else `never`. */
export type RowPairsProblem<Name extends string, A extends Shape, B extends Shape> =
  Unranked<A> extends true
    ? never
    : Unranked<B> extends true
      ? never
      : [Rows<A>, Rows<B>] extends [infer M extends SomeRows, infer N extends SomeRows]
        ? Box<Meet<M['features'], N['features']>> extends Box<never>
          ? `${Name}: rows of ${Show<A>} and of ${Show<B>} have different lengths`
          : BroadcastProblem<M['batch'], N['batch']> extends infer Problem extends string
            ? `${Name}: batch ${Problem}`
            : never
        : `${Name}: takes matrices, not ${Show<A>} and ${Show<B>}`

/** The rows of each segment made one: [rows, …rest] → [count, …rest]. */
export type Segmented<A extends Shape, Count extends number> = Unranked<A> extends true ? any : [Count, ...Tail<A>]

/** The message for other than one segment for each row, else `never`. */
export type SegmentProblem<Name extends string, A extends Shape, Segments extends Shape> =
  Unranked<A> extends true
    ? never
    : Unranked<Segments> extends true
      ? never
      : Segments extends readonly [infer N]
        ? A extends readonly [infer Size, ...unknown[]]
          ? Box<Meet<Size, N>> extends Box<never>
            ? `${Name}: segments ${Show<Segments>} for rows ${Show<A>}`
            : never
          : `${Name}: segments ${Show<Segments>} for rows ${Show<A>}`
        : `${Name}: segments ${Show<Segments>} for rows ${Show<A>}`

/** The axes of A that are not summed, then those of B: the last `X` of A meet the first of B, or those that two lists name. */
export type TensorDot<A extends Shape, B extends Shape, X> =
  Unranked<A> extends true
    ? any
    : Unranked<B> extends true
      ? any
      : X extends number
        ? number extends X
          ? any
          : [...Front<A, X>, ...Rest<B, X>]
        : X extends readonly [infer Left extends Shape, infer Right extends Shape]
          ? Negative<Left[number] | Right[number]> extends true
            ? any
            : [...WithoutAxes<A, Left[number]>, ...WithoutAxes<B, Right[number]>]
          : any

/** The message for paired axes of different sizes, else `never`. */
export type TensorDotProblem<A extends Shape, B extends Shape, X> =
  Unranked<A> extends true
    ? never
    : Unranked<B> extends true
      ? never
      : X extends number
        ? number extends X
          ? never
          : Paired<A, B, Reverse<First<Reverse<A>, X>>, First<B, X>>
        : X extends readonly [infer Left extends Shape, infer Right extends Shape]
          ? Negative<Left[number] | Right[number]> extends true
            ? never
            : Paired<A, B, Picked<A, Left>, Picked<B, Right>>
          : never

/** The sizes of the axes of a list. */
type Picked<A extends Shape, Axes extends Shape> = Axes extends readonly [
  infer Head extends number,
  ...infer Others extends Shape,
]
  ? [A[Head], ...Picked<A, Others>]
  : []

type Paired<A extends Shape, B extends Shape, P extends Shape, Q extends Shape> = P extends readonly [
  infer M,
  ...infer RestP extends Shape,
]
  ? Q extends readonly [infer N, ...infer RestQ extends Shape]
    ? Box<Meet<M, N>> extends Box<never>
      ? `tensorDot: paired axes of ${Show<A>} and ${Show<B>} differ`
      : Paired<A, B, RestP, RestQ>
    : `tensorDot: too few axes in ${Show<A>} and ${Show<B>}`
  : never

/** `true` for what is not known to be 0, 1, 2 … */
type Negative<X extends number> = number extends X ? true : `${X}` extends `-${string}` ? true : false

/** The shape without its last `Count` axes. */
type Front<A extends Shape, Count> = Rest<Reverse<A>, Count> extends infer Left extends Shape ? Reverse<Left> : any
