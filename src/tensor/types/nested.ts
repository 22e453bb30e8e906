import type { Shape } from './shape.js'

/**
 * The shape of nested arrays: literal where the array is written out, `number` where its length is not known, `any` for
 * arrays whose type does not tell their depth.
 */
export type NestedShape<Values, Sofar extends Shape = []> = Values extends readonly unknown[]
  ? Sofar['length'] extends 6
    ? any
    : NestedShape<Values[number], [...Sofar, Values['length']]>
  : Sofar
