import type { Position } from './axis.js'
import type { Broadcast } from './broadcast.js'
import type { Shape } from './shape.js'
import type { Resized } from './slice.js'

/** A batch of matrices taken apart; the smaller side is left to the run time unless they are square. */
type Matrices<A extends Shape> = A extends readonly [
  ...infer Batch extends Shape,
  infer Rows extends number,
  infer Columns extends number,
]
  ? { batch: Batch; rows: Rows; columns: Columns; smaller: Rows extends Columns ? Rows : number }
  : never

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

/** What indices into an axis pick when they have as many axes as the tensor; the others broadcast. */
export type TakeAlong<A extends Shape, I extends Shape, X> = Broadcast<Resized<A, X, 1>, I>

/** Complex numbers as pairs: the axis gets a size that is left to the run time, and pairs come last. */
export type ToComplex<A extends Shape, X> = number extends A['length'] | X ? any : [...Resized<A, X>, 2]

/** Real numbers from pairs, `Size` of them along the axis. */
export type ToReal<A extends Shape, X, Size extends number> = A extends readonly [...infer Real extends Shape, unknown]
  ? Position<Real['length'], X> extends number
    ? Resized<Real, X, Size>
    : any
  : any
