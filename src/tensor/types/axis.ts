import type { Subtract } from './arithmetic.js'
import type { Shape } from './shape.js'

/** One axis, or several. */
export type Axes = number | readonly number[]

/** For the usual ranks: what each axis means, counted from the end when negative. */
interface Positions {
  0: Record<never, never>
  1: { '0': 0; '-1': 0 }
  2: { '0': 0; '1': 1; '-1': 1; '-2': 0 }
  3: { '0': 0; '1': 1; '2': 2; '-1': 2; '-2': 1; '-3': 0 }
  4: { '0': 0; '1': 1; '2': 2; '3': 3; '-1': 3; '-2': 2; '-3': 1; '-4': 0 }
  5: { '0': 0; '1': 1; '2': 2; '3': 3; '4': 4; '-1': 4; '-2': 3; '-3': 2; '-4': 1; '-5': 0 }
}

/** The same by calculation. */
type Counted<Rank extends number, Axis extends number> = `${Axis}` extends `-${infer Back extends number}`
  ? Exclude<Subtract<Rank, Back>, 'less'>
  : Subtract<Rank, Axis> extends 'less' | 0
    ? never
    : Axis

/**
 * The position from the front that an axis means; `never` when out of range, `number` when it cannot be told, as of one
 * axis or another.
 */
export type Position<Rank, Axis, All = Axis> = Axis extends number
  ? number extends Axis
    ? number
    : [All] extends [Axis]
      ? Rank extends keyof Positions
        ? `${Axis}` extends keyof Positions[Rank]
          ? Positions[Rank][`${Axis}`]
          : never
        : Rank extends number
          ? number extends Rank
            ? number
            : Counted<Rank, Axis>
          : never
      : number
  : never

/** The positions that an axis or a list of them means, as a union; `number` when they cannot be told. */
export type PositionsOf<A extends Shape, X> = number extends A['length']
  ? number
  : [X] extends [readonly number[]]
    ? number extends X['length']
      ? number
      : { [I in keyof X]: Position<A['length'], X[I]> }[number]
    : Position<A['length'], X>

/** The axes as a union, whether one or several were given. */
type Listed<X> = X extends readonly number[] ? X[number] : X

type OutOfRange<Rank, Axis> = Axis extends number ? ([Position<Rank, Axis>] extends [never] ? Axis : never) : never

/** The first axis of a list that another one means, too. */
type NamedTwice<A extends Shape, X> = X extends readonly [infer Head, ...infer Others]
  ? Position<A['length'], Head> extends PositionsOf<A, Others>
    ? number extends PositionsOf<A, Others>
      ? never
      : Head
    : NamedTwice<A, Others>
  : never

/** The message for axes that the shape does not have, or that are named twice, else `never`. */
export type AxisProblem<Name extends string, A extends Shape, X, Rank = A['length']> = number extends Rank
  ? never
  : [OutOfRange<Rank, Listed<X>>] extends [never]
    ? X extends readonly [unknown, unknown, ...unknown[]]
      ? `${Name}: axis ${NamedTwice<A, X> & number} is named twice`
      : never
    : `${Name}: axis ${OutOfRange<Rank, Listed<X>>} is out of range for rank ${Rank & number}`
