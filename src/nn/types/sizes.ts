import type { Shape, Show } from '../../tensor/types/index.js'

/** The last size of a shape; `number` where it is not known. */
export type LastSize<S> = S extends readonly [...number[], infer Last extends number] ? Last : number

/** Whether two sizes are known to differ. */
export type Differ<A extends number, B extends number> = number extends A | B ? false : A extends B ? false : true

/** A shape in a message; of one without rank only the end is known. */
export type ShowSizes<S> = S extends Shape
  ? number extends S['length']
    ? `[..., ${LastSize<S>}]`
    : Show<S>
  : 'nothing'
