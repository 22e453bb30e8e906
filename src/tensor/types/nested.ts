import type { NestedArray, NumericArray } from '../../core/elements.js'
import type { Shape } from './shape.js'

type Length<Values> = Values extends { readonly length: infer L extends number } ? L : never

type Row<Values> = Values extends readonly (infer V)[] ? V : never

/**
 * The shape of nested arrays: literal where the array is written out, `number` where its length is not known, `any` for
 * arrays whose type does not tell their depth.
 */
export type NestedShape<Values, Sofar extends Shape = []> = 0 extends 1 & Values
  ? any
  : [Values] extends [number | boolean]
    ? Sofar
    : [Values] extends [NumericArray]
      ? [...Sofar, number]
      : [Values] extends [readonly unknown[]]
        ? NestedShape<Row<Values>, [...Sofar, Length<Values>]>
        : any

type Several<T, All = T> = T extends unknown ? ([All] extends [T] ? never : true) : never

/** The message for rows of different lengths, else `never`. */
export type RaggedProblem<Values> = 0 extends 1 & Values
  ? never
  : [Values] extends [never]
    ? never
    : [Values] extends [readonly unknown[]]
      ? [Several<Length<Values>>] extends [never]
        ? RaggedProblem<Row<Values>>
        : 'tensor: the rows are of different lengths; all need the same'
      : never

/** The nested arrays that a tensor reads as. */
export type Nested<A extends Shape> = number extends A['length']
  ? NestedArray
  : A extends readonly [unknown, ...infer Inner extends Shape]
    ? Nested<Inner>[]
    : number
