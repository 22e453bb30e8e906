import type { Add } from '../arithmetic.js'
import type { Shape } from '../shape.js'

/** The elements that a padding adds to an axis: those before and after, or one number for both. */
type Margin<Padding> = Padding extends number
  ? Add<Padding, Padding>
  : Padding extends readonly [infer Before extends number, infer After extends number]
    ? Add<Before, After>
    : number

/** The shape with a margin. */
export type Pad<A extends Shape, Paddings> = number extends A['length']
  ? any
  : Paddings extends readonly unknown[]
    ? {
        -readonly [I in keyof A]: I extends keyof Paddings ? Add<A[I] & number, Margin<Paddings[I]>> : number
      }
    : Paddings extends number
      ? { -readonly [I in keyof A]: Add<A[I] & number, Margin<Paddings>> }
      : any

/** The message for paddings that are not one for each axis, else `never`. */
export type PadProblem<A extends Shape, Paddings> = Paddings extends readonly unknown[]
  ? number extends A['length'] | Paddings['length']
    ? never
    : A['length'] extends Paddings['length']
      ? never
      : `pad: ${Paddings['length']} paddings for rank ${A['length']}`
  : never
