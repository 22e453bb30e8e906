import type { Box, Show, Text } from '../../tensor/types/index.js'

// Nothing here is held to be a shape or a number: whether a type parameter among the sizes is one would be left undecided, and
// with it everything that follows.

/** The last size of a shape; `number` where it is not known. */
export type Last<S> = S extends readonly [...unknown[], infer Size] ? Size : number

/** All sizes but the last, as many as are known. */
export type AllButLast<S> = S extends readonly [...infer Front, unknown] ? Front : number[]

/** Whether only the end of a shape is known, if anything. */
export type Open<S> = S extends readonly unknown[] ? (number extends S['length'] ? true : false) : true

/** The axes before the last one, by the names that messages give them. */
export interface Fronts {
  '...': any[]
  batch: [any]
  'batch, length': [any, any]
  'batch, height, width': [any, any, any]
  'batch, depth, height, width': [any, any, any, any]
  'batch, time': [any, any]
}

/** The first of two problems: nothing is said twice. */
export type Or<Problem, Other> = [Problem] extends [never] ? Other : Problem

/** Whether two sizes are known to differ. */
export type Differ<A, B> = Box<A> extends Box<B> ? false : Box<B> extends Box<A> ? false : true

type Loose<S> = { -readonly [I in keyof S]: number extends S[I] ? any : S[I] }

/** Whether a shape is known not to be as expected. */
export type Misfits<S, Expected> =
  Open<S> extends true ? Differ<Last<S>, Last<Expected>> : Loose<S> extends Expected ? false : true

/** A shape in a message; of one of open rank only the end is known. */
export type ShowSizes<S> =
  Open<S> extends true ? `[..., ${Text<Last<S>, S>}]` : S extends readonly [] ? 'a scalar' : Show<S>

/** Why something that is to end with an axis of this size is not taken, else `never`: `linear: takes [..., 784], not [32, 700]`. */
export type Takes<Name extends string, Axes extends keyof Fronts, Size, S> = S extends readonly [...Fronts[Axes], Size]
  ? never
  : Box<Misfits<S, [...Fronts[Axes], Size]>> extends Box<true>
    ? `${Name}: takes [${Axes}, ${Text<Size, S>}], not ${ShowSizes<S>}`
    : never

/** The same where the last axis has any size: it has a name instead. */
export type TakesAny<Name extends string, Axes extends keyof Fronts, LastAxis extends string, S> = S extends readonly [
  ...Fronts[Axes],
  any,
]
  ? never
  : Box<Misfits<S, [...Fronts[Axes], any]>> extends Box<true>
    ? `${Name}: takes [${Axes}, ${LastAxis}], not ${ShowSizes<S>}`
    : never

/** The same for a whole shape. */
export type TakesShape<Name extends string, Taken, S> = S extends Taken
  ? never
  : Box<Misfits<S, Taken>> extends Box<true>
    ? `${Name} takes ${ShowSizes<Taken>}, not ${ShowSizes<S>}`
    : never
