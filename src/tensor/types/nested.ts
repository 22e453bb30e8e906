import type { Shape } from './shape.js'

/** Numbers or booleans in arrays of arrays, all of one depth. */
export type Nested = number | boolean | readonly Nested[]

/** The shape of nested arrays: literal where the array is written out, `number` where its length is not known. */
export type NestedShape<Values, Sofar extends Shape = []> = Values extends readonly unknown[]
  ? NestedShape<Values[number], [...Sofar, Values['length']]>
  : Sofar
