import type { Shape } from './shape.js'

/** One axis, or several. */
export type Axes = number | readonly number[]

/** For every rank: what each axis means, counted from the end when negative. */
interface Positions {
  0: Record<never, never>
  1: { '0': 0; '-1': 0 }
  2: { '0': 0; '1': 1; '-1': 1; '-2': 0 }
  3: { '0': 0; '1': 1; '2': 2; '-1': 2; '-2': 1; '-3': 0 }
  4: { '0': 0; '1': 1; '2': 2; '3': 3; '-1': 3; '-2': 2; '-3': 1; '-4': 0 }
  5: { '0': 0; '1': 1; '2': 2; '3': 3; '4': 4; '-1': 4; '-2': 3; '-3': 2; '-4': 1; '-5': 0 }
  6: { '0': 0; '1': 1; '2': 2; '3': 3; '4': 4; '5': 5; '-1': 5; '-2': 4; '-3': 3; '-4': 2; '-5': 1; '-6': 0 }
}

/** The position from the front that an axis means; `never` when out of range, `number` when it cannot be told. */
export type Position<Rank, Axis> = Axis extends number
  ? number extends Axis
    ? number
    : Rank extends keyof Positions
      ? `${Axis}` extends keyof Positions[Rank]
        ? Positions[Rank][`${Axis}`]
        : never
      : number
  : never

/** The axes as a union, whether one or several were given. */
export type Listed<X> = X extends readonly number[] ? X[number] : X

type OutOfRange<Rank, Axis> = Axis extends number ? ([Position<Rank, Axis>] extends [never] ? Axis : never) : never

/** The message for axes that the shape does not have, else `never`. */
export type AxisProblem<Name extends string, A extends Shape, X, Rank = A['length']> = number extends Rank
  ? never
  : [OutOfRange<Rank, Listed<X>>] extends [never]
    ? never
    : `${Name}: axis ${OutOfRange<Rank, Listed<X>>} is out of range for rank ${Rank & number}`

/** The rank with one axis more: what an axis to be inserted counts in. */
export type OneLonger<A extends Shape> = [...A, 0]['length']
