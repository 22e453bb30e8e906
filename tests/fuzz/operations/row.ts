import type { Draw } from '../draw.js'
import type { Expression } from '../program.js'

/** Makes an expression that uses one operation; undefined where there is nothing to use it on. */
export type Row = (d: Draw) => Expression | undefined

export type Rows = { readonly [operation: string]: Row }
