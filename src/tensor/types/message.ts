import type { Shape } from './shape.js'

type Sizes<S extends Shape> = S extends readonly [infer Size extends number, ...infer Rest extends Shape]
  ? `${number extends Size ? 'number' : Size}${Rest extends readonly [] ? '' : `, ${Sizes<Rest>}`}`
  : ''

/** A shape as it stands in a message: `[128, 10]`. */
export type Show<S extends Shape> = `[${Sizes<S>}]`

/**
 * The type of an argument that is a `T` unless there is a problem: then it is the message, which no argument fits, so
 * that the compiler prints it. `Problem` is `never` when all is well. Where a type parameter leaves that open, every
 * argument passes (`any` swallows the message when the compiler intersects the three entries): generic code is
 * checked when it runs.
 */
export type Unless<Problem, T> = [Problem] extends [never]
  ? T
  : { wrong: Problem; undecided: any }[0 extends Problem ? 'undecided' : 'wrong']
