import type { ShapeFunction, Show } from '../../tensor/types/index.js'
import type { Differ, Fronts, Last, Or, Takes } from './sizes.js'

/** All sizes, as many as are known. */
type All<S> = S extends readonly [...infer Sizes] ? Sizes : number[]

/** indices […] → […, width] */
export interface EmbeddingShape<Width extends number> extends ShapeFunction {
  readonly out: [...All<this['in']>, Width]
  readonly problem: never
}

/** Something that keeps the shape, with axes before the last and the size of the last as they are taken. */
export interface KeptShape<Name extends string, Axes extends keyof Fronts, Width> extends ShapeFunction {
  readonly out: this['in']
  readonly problem: Takes<Name, Axes, Width, this['in']>
}

/** The size before the last, `number` where it is not known. */
type LastButOne<S> = S extends readonly [...unknown[], infer Size, unknown] ? Size : number

/** Why keys do not fit queries, else `never`. */
export type KeysProblem<Q, K> =
  Differ<Last<Q>, Last<K>> extends true
    ? `attention: queries ${Show<Q>} and keys ${Show<K>} have different last sizes`
    : never

/** Why values do not fit keys, else `never`. */
export type ValuesProblem<K, V> = Or<
  never,
  Differ<LastButOne<K>, LastButOne<V>> extends true
    ? `attention: there are not as many values ${Show<V>} as keys ${Show<K>}`
    : never
>
