import type { WindowPadding } from '../../operations/index.js'
import type { Add, FloorDivide, Multiply, Show, Subtract } from '../../tensor/types/index.js'
import type { Fronts, Last, ShowSizes } from './sizes.js'

// How many places windows have along the spatial axes.

/** One number for all axes of a sequence, picture or volume, or one each. */
export type Sizes1d = number | readonly [number]
export type Sizes2d = number | readonly [number, number]
export type Sizes3d = number | readonly [number, number, number]
export type ManySizes = number | readonly number[]

/** The axes before the channels. */
export type Sequence = 'batch, length'
export type Picture = 'batch, height, width'
export type Volume = 'batch, depth, height, width'

/** What a window does to the spatial axes: one number for all, or one each. */
export interface Windows {
  readonly window: ManySizes
  readonly stride: ManySizes
  readonly padding: WindowPadding
  readonly dilation: ManySizes
}

/** From the first to the last element that a window sees: dilation · (window − 1) + 1. */
export type Reach<Window extends number, Dilation extends number> = Dilation extends 1
  ? Window
  : Subtract<Window, 1> extends infer Gaps extends number
    ? Add<Multiply<Dilation, Gaps>, 1>
    : number

/** A size with its margins: as much on both sides, or [before, behind]. */
type Padded<Size extends number, Padding> = Padding extends 'valid' | 0
  ? Size
  : Padding extends number
    ? Add<Size, Add<Padding, Padding>>
    : Padding extends readonly [infer Before extends number, infer Behind extends number]
      ? Add<Size, Add<Before, Behind>>
      : number

/** ⌊room / stride⌋ + 1, where room is what a window can be moved by; none where it is less than nothing. */
type Steps<Room, Stride extends number, None> = Room extends number
  ? Stride extends 1
    ? Add<Room, 1>
    : Add<FloorDivide<Room, Stride>, 1>
  : None

/** The places along one axis, `'none'` where the window is larger than the picture, `number` where something is not known. */
type Places<Size, Window, Stride, Padding, Dilation> = number extends Size | Window | Stride | Dilation
  ? number
  : Padding extends 'same'
    ? Stride extends 1
      ? Size
      : Steps<Subtract<Size & number, 1>, Stride & number, 0>
    : Steps<
        Subtract<Padded<Size & number, Padding>, Reach<Window & number, Dilation & number>>,
        Stride & number,
        'none'
      >

/** What there is for an axis: one for all, or its own. */
export type On<X, Axis> = X extends readonly unknown[] ? (Axis extends keyof X ? X[Axis] : number) : X

type PlacesOn<Spatial, W extends Windows> = {
  [I in keyof Spatial]: Places<
    Spatial[I],
    On<W['window'], I>,
    On<W['stride'], I>,
    On<W['padding'], I>,
    On<W['dilation'], I>
  >
}

export type Counts<Places> = { -readonly [I in keyof Places]: Places[I] extends number ? Places[I] : number }

export type Unknown<Axes> = { -readonly [I in keyof Axes]: number }

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
