import type { Counts, GrownOn, TransposedWindows } from '../../tensor/types/index.js'
import type { Fronts, Last, Open } from './sizes.js'
import type { Unknown } from './windows.js'

export type { TransposedWindows } from '../../tensor/types/index.js'

/** The shape that a transposed convolution makes of [batch, spatial axes, channels]. */
export type Enlarged<S, Axes extends keyof Fronts, W extends TransposedWindows, Channels = Last<S>> =
  Open<S> extends true
    ? [...Unknown<Fronts[Axes]>, Channels]
    : S extends readonly [infer Batch, ...infer Spatial, unknown]
      ? [Batch, ...Counts<GrownOn<Spatial, W>>, Channels]
      : [...Unknown<Fronts[Axes]>, Channels]
