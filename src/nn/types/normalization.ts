import type { Box, ShapeFunction, Show } from '../../tensor/types/index.js'
import type { Fronts, Misfits, Open, ShowSizes, Takes } from './sizes.js'

// Layers that keep the shape and take only certain ones.

/** [axes, channels] → the same */
export interface NormShape<Name extends string, Axes extends keyof Fronts, Channels extends number>
  extends ShapeFunction {
  readonly out: this['in']
  readonly problem: Takes<Name, Axes, Channels, this['in']>
}

/** [batch, channels] or [batch, length, channels] → the same */
export interface SequenceNormShape<Name extends string, Channels extends number> extends ShapeFunction {
  readonly out: this['in']
  readonly problem: [Takes<Name, 'batch', Channels, this['in']>] extends [never]
    ? never
    : Takes<Name, 'batch, length', Channels, this['in']>
}

/** […, features] or […, the sizes of a list] → the same */
export interface FeatureNormShape<Name extends string, Features> extends ShapeFunction {
  readonly out: this['in']
  readonly problem: Features extends readonly unknown[]
    ? EndsWith<Name, Features, this['in']>
    : Takes<Name, '...', Features, this['in']>
}

/** The last sizes, as many as there are of the features. */
type End<S, Features, Found extends readonly unknown[] = []> = Found['length'] extends (
  Features extends readonly unknown[]
    ? Features['length']
    : never
)
  ? Found
  : S extends readonly [...infer Front, infer Last]
    ? End<Front, Features, [Last, ...Found]>
    : 'short'

type EndsWith<Name extends string, Features extends readonly unknown[], S> =
  Open<S> extends true
    ? never
    : number extends Features['length']
      ? never
      : End<S, Features> extends infer Found
        ? Found extends 'short'
          ? `${Name}: takes [..., ${ShowEnd<Features>}, not ${ShowSizes<S>}`
          : Box<Misfits<Found, Features>> extends Box<true>
            ? `${Name}: takes [..., ${ShowEnd<Features>}, not ${ShowSizes<S>}`
            : never
        : never

type ShowEnd<Features> = Features extends readonly unknown[]
  ? Show<Features> extends `[${infer Text}`
    ? Text
    : string
  : string
