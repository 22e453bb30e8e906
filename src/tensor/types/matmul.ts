import type { Product as Elements } from './arithmetic.js'
import type { Broadcast, BroadcastProblem } from './broadcast.js'
import type { Box, Meet, Shape, Unranked } from './shape.js'

/** A vector on the left is a row, on the right a column; its axis is gone from the result. */
type AsMatrices<A extends Shape, B extends Shape> = A extends readonly [infer K extends number]
  ? B extends readonly [infer L extends number]
    ? { batchA: []; batchB: []; kept: []; inner: [K, L] }
    : B extends readonly [...infer Batch extends Shape, infer L extends number, infer N extends number]
      ? { batchA: []; batchB: Batch; kept: [N]; inner: [K, L] }
      : never
  : A extends readonly [...infer BatchA extends Shape, infer M extends number, infer K extends number]
    ? B extends readonly [infer L extends number]
      ? { batchA: BatchA; batchB: []; kept: [M]; inner: [K, L] }
      : B extends readonly [...infer BatchB extends Shape, infer L extends number, infer N extends number]
        ? { batchA: BatchA; batchB: BatchB; kept: [M, N]; inner: [K, L] }
        : never
    : never

interface Matrices {
  batchA: Shape
  batchB: Shape
  kept: Shape
  inner: [number, number]
}

type Product<M extends Matrices> = [...Broadcast<M['batchA'], M['batchB']>, ...M['kept']]

/** The shape of a matrix product: leading axes broadcast, [M, K] · [K, N] gives [M, N]. */
export type Matmul<A extends Shape, B extends Shape> =
  Unranked<A> extends true
    ? any
    : Unranked<B> extends true
      ? any
      : AsMatrices<A, B> extends infer M extends Matrices
        ? Product<M>
        : any

type MatricesProblem<M extends Matrices> =
  Box<Meet<M['inner'][0], M['inner'][1]>> extends Box<never>
    ? `matmul: inner sizes ${M['inner'][0]} and ${M['inner'][1]} differ`
    : BroadcastProblem<M['batchA'], M['batchB']> extends infer Problem extends string
      ? `matmul: batch ${Problem}`
      : never

/** The message for two shapes that cannot be multiplied, else `never`. */
export type MatmulProblem<A extends Shape, B extends Shape> =
  Unranked<A> extends true
    ? never
    : Unranked<B> extends true
      ? never
      : 0 extends A['length'] | B['length']
        ? 'matmul: a scalar has no inner size; use mul'
        : AsMatrices<A, B> extends infer M extends Matrices
          ? MatricesProblem<M>
          : never

/** The shape of an inner product: that of matmul up to matrices, beyond that left to the run time. */
export type Dot<A extends Shape, B extends Shape> = A['length'] | B['length'] extends 1 | 2 ? Matmul<A, B> : any

/** The number of elements; `number` where it is not known. */
export type Count<A extends Shape> = number extends A['length'] ? number : Elements<A>
