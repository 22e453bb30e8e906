import type { Add, Multiply, Subtract } from '../../tensor/types/index.js'
import type { Fronts, Last, Open } from './sizes.js'
import type { Counts, ManySizes, On, Reach, Unknown, Windows } from './windows.js'

// How many places a transposed convolution makes along the spatial axes.

/** What the windows of a transposed convolution do: those of the convolution, and places behind. */
export interface TransposedWindows extends Windows {
  readonly outputPadding: ManySizes
}

/** What is cut off, on both sides together. */
type Cropped<Padding> = Padding extends 'valid'
  ? 0
  : Padding extends number
    ? Add<Padding, Padding>
    : Padding extends readonly [infer Before extends number, infer Behind extends number]
      ? Add<Before, Behind>
      : number

/** (size − 1) · stride + reach − cropped + more, or size · stride + more. */
type Grown<
  Size extends number,
  Stride extends number,
  Padding,
  Reach extends number,
  More extends number,
> = Padding extends 'same'
  ? Add<Multiply<Size, Stride>, More>
  : Subtract<Size, 1> extends infer Gaps extends number
    ? Subtract<Add<Add<Multiply<Gaps, Stride>, Reach>, More>, Cropped<Padding>>
    : number

type GrownOn<Spatial, W extends TransposedWindows> = {
  [I in keyof Spatial]: Grown<
    Spatial[I] & number,
    On<W['stride'], I> & number,
    On<W['padding'], I>,
    Reach<On<W['window'], I> & number, On<W['dilation'], I> & number>,
    On<W['outputPadding'], I> & number
  >
}

/** The shape that a transposed convolution makes of [batch, spatial axes, channels]. */
export type Enlarged<S, Axes extends keyof Fronts, W extends TransposedWindows, Channels = Last<S>> =
  Open<S> extends true
    ? [...Unknown<Fronts[Axes]>, Channels]
    : S extends readonly [infer Batch, ...infer Spatial, unknown]
      ? [Batch, ...Counts<GrownOn<Spatial, W>>, Channels]
      : [...Unknown<Fronts[Axes]>, Channels]
