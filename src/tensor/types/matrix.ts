import type { Add, FloorDivide, Subtract } from './arithmetic.js'
import type { Position } from './axis.js'
import type { Broadcast, BroadcastProblem } from './broadcast.js'
import type { Show } from './message.js'
import type { Resized } from './movement/slice.js'
import type { SizeOn } from './movement/split.js'
import type { Box, Meet, Shape } from './shape.js'

type Smaller<A extends number, B extends number> =
  Box<A> extends Box<B>
    ? number extends B
      ? number
      : A
    : number extends A | B
      ? number
      : Subtract<A, B> extends 'less'
        ? A
        : B

/** A batch of matrices taken apart. */
type Matrices<A extends Shape> = A extends readonly [
  ...infer Batch extends Shape,
  infer Rows extends number,
  infer Columns extends number,
]
  ? { batch: Batch; rows: Rows; columns: Columns; smaller: Smaller<Rows, Columns> }
  : 'none'

interface Parts {
  batch: Shape
  rows: number
  columns: number
  smaller: number
}

/** The shapes of what is computed from a batch of matrices; `any` where the rank is not known. */
type Of<A extends Shape, What extends keyof ShapesOf<Parts>> = number extends A['length']
  ? any
  : Matrices<A> extends infer M extends Parts
    ? ShapesOf<M>[What]
    : any

interface ShapesOf<M extends Parts> {
  batch: M['batch']
  diagonal: [...M['batch'], M['smaller']]
  left: [...M['batch'], M['rows'], M['smaller']]
  right: [...M['batch'], M['smaller'], M['columns']]
  rows: [...M['batch'], M['rows']]
  gram: [...M['batch'], M['rows'], M['rows']]
}

/** One number for each matrix, as a trace or determinant. */
export type PerMatrix<A extends Shape> = Of<A, 'batch'>
/** Diagonals, eigenvalues or singular values: […, m, n] → […, min(m, n)]. */
export type Diagonal<A extends Shape> = Of<A, 'diagonal'>
/** The left factor: […, m, n] → […, m, min(m, n)]. */
export type LeftFactor<A extends Shape> = Of<A, 'left'>
/** The right factor: […, m, n] → […, min(m, n), n]. */
export type RightFactor<A extends Shape> = Of<A, 'right'>
/** One number for each row: […, m, n] → […, m]. */
export type PerRow<A extends Shape> = Of<A, 'rows'>

/** One number for each pair of rows: […, m, n] → […, m, m]. */
export type Gram<A extends Shape> = Of<A, 'gram'>

/** The message for what is not a batch of matrices, else `never`. */
export type MatrixProblem<Name extends string, A extends Shape> = number extends A['length']
  ? never
  : A extends readonly [...Shape, number, number]
    ? never
    : `${Name}: takes matrices, not ${Show<A>}`

/** The message for what is not a batch of square matrices, else `never`. */
export type SquareProblem<Name extends string, A extends Shape> = number extends A['length']
  ? never
  : A extends readonly [...Shape, infer Rows, infer Columns]
    ? Box<Meet<Rows, Columns>> extends Box<never>
      ? `${Name}: takes square matrices, not ${Show<A>}`
      : never
    : `${Name}: takes square matrices, not ${Show<A>}`

/** The right-hand sides as columns: a vector, one for each matrix, or several. `vector` tells whether they had to be made columns. */
type Columns<A extends Shape, B extends Shape> = B extends readonly [infer N extends number]
  ? { batch: []; size: N; after: []; vector: true }
  : A extends readonly [...infer Vectors extends Shape, unknown]
    ? B['length'] extends Vectors['length']
      ? number extends A[number] | B[number]
        ? 'unknown'
        : Box<B> extends Box<Vectors>
          ? {
              batch: Vectors extends readonly [...infer Batch extends Shape, unknown] ? Batch : []
              size: A[0]
              after: []
              vector: true
            }
          : SeveralColumns<B>
      : SeveralColumns<B>
    : 'unknown'

type SeveralColumns<B extends Shape> = B extends readonly [
  ...infer Batch extends Shape,
  infer N extends number,
  infer K extends number,
]
  ? { batch: Batch; size: N; after: [K]; vector: false }
  : 'unknown'

interface Sides {
  batch: Shape
  size: number
  after: Shape
  vector: boolean
}

/** The shape of the solution of a · x = b for a […, n, n] and b [n], […, n] or […, n, k]. */
export type Solve<A extends Shape, B extends Shape> = number extends A['length'] | B['length']
  ? any
  : Matrices<A> extends infer M extends Parts
    ? Columns<A, B> extends infer C extends Sides
      ? [...Broadcast<M['batch'], C['batch']>, M['rows'], ...C['after']]
      : any
    : any

/** The message for what cannot be solved, else `never`. */
export type SolveProblem<Name extends string, A extends Shape, B extends Shape> = number extends
  | A['length']
  | B['length']
  ? never
  : Matrices<A> extends infer M extends Parts
    ? Box<Meet<M['rows'], M['columns']>> extends Box<never>
      ? `${Name}: takes square matrices, not ${Show<A>}`
      : Columns<A, B> extends infer C extends Sides
        ? C['vector'] extends true
          ? B['length'] extends 1
            ? SidesProblem<Name, A, B, M, C>
            : never
          : SidesProblem<Name, A, B, M, C>
        : never
    : `${Name}: takes square matrices, not ${Show<A>}`

type SidesProblem<Name extends string, A extends Shape, B extends Shape, M extends Parts, C extends Sides> =
  Box<Meet<M['rows'], C['size']>> extends Box<never>
    ? `${Name}: ${Show<A>} and right-hand side ${Show<B>} do not fit`
    : BroadcastProblem<M['batch'], C['batch']> extends infer Problem extends string
      ? `${Name}: batch ${Problem}`
      : never

/** What indices into an axis pick when they have as many axes as the tensor; the others broadcast. */
export type TakeAlong<A extends Shape, I extends Shape, X> = Broadcast<Resized<A, X, 1>, I>

/** Complex numbers as pairs, ⌊n/2⌋ + 1 along the axis: pairs come last. */
export type ToComplex<A extends Shape, X> =
  Resized<A, X, Add<FloorDivide<SizeOn<A, X>, 2>, 1>> extends infer Half extends Shape ? Pairs<Half> : any

type Pairs<Half extends Shape> = number extends Half['length'] ? any : [...Half, 2]

/** Real numbers from pairs, `Size` of them along the axis. */
export type ToReal<A extends Shape, X, Size extends number> = number extends A['length']
  ? any
  : A extends readonly [...infer Real extends Shape, unknown]
    ? Position<Real['length'], X> extends number
      ? Resized<Real, X, Size>
      : any
    : any

/** The last axis as diagonals: […, n] → […, n, n]. */
export type OnDiagonal<A extends Shape> = number extends A['length']
  ? any
  : A extends readonly [...infer Batch extends Shape, infer N extends number]
    ? [...Batch, N, N]
    : any
