import type { Shape } from './shape.js'

/** The shape without its last two axes: what a trace or determinant leaves of a batch of matrices. */
export type Batch<A extends Shape> = number extends A['length']
  ? any
  : A extends readonly [...infer Leading extends Shape, unknown, unknown]
    ? Leading
    : any

/** The shape of the main diagonals of a batch of square matrices. */
export type Diagonal<A extends Shape> = number extends A['length']
  ? any
  : A extends readonly [...infer Leading extends Shape, infer Rows extends number, infer Columns extends number]
    ? [...Leading, Rows extends Columns ? Rows : number]
    : any
