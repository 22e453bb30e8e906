import type { Box, Show, Text } from '../../tensor/types/index.js'

// Nothing here is held to be a shape or a number: whether a type parameter among the sizes is one would be left undecided, and
// with it everything that follows.

/** The last size of a shape; `number` where it is not known. */
export type Last<S> = S extends readonly [...unknown[], infer Size] ? Size : number

/** All sizes but the last, as many as are known. */
export type AllButLast<S> = S extends readonly [...infer Front, unknown] ? Front : number[]

/** Whether only the end of a shape is known, if anything. */
export type Open<S> = S extends readonly unknown[] ? (number extends S['length'] ? true : false) : true

/** Whether two sizes are known to differ. */
export type Differ<A, B> = Box<A> extends Box<B> ? false : Box<B> extends Box<A> ? false : true

/**
 * What a layer takes, axis by axis: a size that must be so, the name of an axis of any size, or '...' for any axes:
 * `['...', 784]`, `['batch', 'time', 64]`.
 */
export type Pattern = readonly (number | string)[]

/** The pattern as a type that shapes can be compared with. */
type Expected<P> = P extends readonly [infer Head, ...infer Tail]
  ? Head extends '...'
    ? readonly [...any[], ...Expected<Tail>]
    : readonly [Head extends string ? any : Head, ...Expected<Tail>]
  : P extends readonly []
    ? readonly []
    : readonly any[]

type Loose<S> = { readonly [I in keyof S]: number extends S[I] ? any : S[I] }

type Misfits<S, P> =
  Open<S> extends true
    ? P extends readonly [...unknown[], infer Size extends number]
      ? Differ<Last<S>, Size>
      : false
    : Loose<S> extends Expected<P>
      ? false
      : true

type Axes<P> = P extends readonly [infer Head, ...infer Tail]
  ? `${Head extends string ? Head : Text<Head, P>}${Tail extends readonly [] ? '' : `, ${Axes<Tail>}`}`
  : ''

/** A shape in a message; of one of open rank only the end is known. */
export type ShowSizes<S> =
  Open<S> extends true ? `[..., ${Text<Last<S>, S>}]` : S extends readonly [] ? 'a scalar' : Show<S>

/** The message for a shape that is known not to fit the pattern, else `never`: `linear: takes [..., 784], not [32, 700]`. */
export type Takes<Name extends string, P, S> =
  Box<Misfits<S, P>> extends Box<true> ? `${Name}: takes [${Axes<P>}], not ${ShowSizes<S>}` : never
