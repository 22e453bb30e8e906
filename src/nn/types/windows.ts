import type { Counts, PlacesOn, Show, Unknown, Windows } from '../../tensor/types/index.js'
import type { Fronts, Last, ShowSizes } from './sizes.js'

// Windows over the spatial axes, as layers have them.

export type { Counts, ManySizes, On, Reach, Unknown, Windows } from '../../tensor/types/index.js'

/** One number for all axes of a sequence, picture or volume, or one each. */
export type Sizes1d = number | readonly [number]
export type Sizes2d = number | readonly [number, number]
export type Sizes3d = number | readonly [number, number, number]

/** The axes before the channels. */
export type Sequence = 'batch, length'
export type Picture = 'batch, height, width'
export type Volume = 'batch, depth, height, width'

/** The shape that windows leave of [batch, spatial axes, channels], with other channels where there are. */
export type Slid<S, Axes extends keyof Fronts, W extends Windows, Channels = Last<S>> = S extends readonly [
  infer Batch,
  ...infer Spatial,
  unknown,
]
  ? [Batch, ...Counts<PlacesOn<Spatial, W>>, Channels]
  : [...Unknown<Fronts[Axes]>, Channels]

/** The message for a window that is larger than the picture, else `never`. */
export type WindowProblem<Name extends string, S, W extends Windows> = W['padding'] extends 'same'
  ? never
  : S extends readonly [unknown, ...infer Spatial, unknown]
    ? 'none' extends PlacesOn<Spatial, W>[number]
      ? `${Name}: the window ${ShowWindow<W['window']>} is larger than ${ShowSizes<S>}`
      : never
    : never

type ShowWindow<X> = X extends readonly unknown[] ? Show<X> : X extends number ? X : never
