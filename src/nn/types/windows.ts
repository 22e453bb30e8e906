import type { WindowPadding } from '../../operations/index.js'
import type { Show } from '../../tensor/types/index.js'
import type { Last, Open, Pattern, ShowSizes } from './sizes.js'

// How many places a window has along an axis. Sizes up to 999 are counted with tuples; beyond, the number is left open.

type Digit = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9'

interface Counted {
  '0': []
  '1': [0]
  '2': [0, 0]
  '3': [0, 0, 0]
  '4': [0, 0, 0, 0]
  '5': [0, 0, 0, 0, 0]
  '6': [0, 0, 0, 0, 0, 0]
  '7': [0, 0, 0, 0, 0, 0, 0]
  '8': [0, 0, 0, 0, 0, 0, 0, 0]
  '9': [0, 0, 0, 0, 0, 0, 0, 0, 0]
}

type TenTimes<T extends 0[]> = [...T, ...T, ...T, ...T, ...T, ...T, ...T, ...T, ...T, ...T]

/** A tuple of N entries. */
type Tuple<N extends number> = `${N}` extends `${infer A extends Digit}`
  ? Counted[A]
  : `${N}` extends `${infer A extends Digit}${infer B extends Digit}`
    ? [...TenTimes<Counted[A]>, ...Counted[B]]
    : `${N}` extends `${infer A extends Digit}${infer B extends Digit}${infer C extends Digit}`
      ? [...TenTimes<[...TenTimes<Counted[A]>, ...Counted[B]]>, ...Counted[C]]
      : 'large'

/** ⌊(size − window) / stride⌋ + 1, or 0 where the window does not fit. */
type Steps<Size extends 0[], Window extends 0[], Stride extends 0[], Found extends 0[] = []> = Size extends [
  ...Window,
  ...infer Rest extends 0[],
]
  ? Stride extends [0]
    ? [0, ...Rest]['length']
    : Size extends [...Stride, ...infer Next extends 0[]]
      ? Steps<Next, Window, Stride, [...Found, 0]>
      : [...Found, 0]['length']
  : Found['length']

/** ⌈size / stride⌉ */
type Ceiling<Size extends 0[], Stride extends 0[], Found extends 0[] = []> = Size extends []
  ? Found['length']
  : Size extends [...Stride, ...infer Rest extends 0[]]
    ? Ceiling<Rest, Stride, [...Found, 0]>
    : [...Found, 0]['length']

type Padded<Size extends 0[], Padding> = Padding extends number
  ? Tuple<Padding> extends infer Margin extends 0[]
    ? [...Size, ...Margin, ...Margin]
    : 'large'
  : Size

type CountedPlaces<Size, Window, Stride, Padding> = Size extends 0[]
  ? Window extends 0[]
    ? Stride extends [0, ...0[]]
      ? Padding extends 'same'
        ? Ceiling<Size, Stride>
        : Padded<Size, Padding> extends infer Whole extends 0[]
          ? Steps<Whole, Window, Stride>
          : number
      : number
    : number
  : number

/** A margin of one axis: as much on both sides, or [before, behind]. */
type Places<Size, Window, Stride, Padding> = number extends Size | Window | Stride | Padding
  ? number
  : Padding extends 'same' | 'valid' | number
    ? CountedPlaces<Tuple<Size & number>, Tuple<Window & number>, Tuple<Stride & number>, Padding> extends infer N
      ? N extends 0
        ? 'none'
        : N
      : never
    : number

/** One number for all spatial axes, or one each. */
export type ManySizes = number | readonly number[]

/** One number for both axes of a picture, or one each. */
export type Sizes2d = number | readonly [number, number]

/** The spatial axes of a picture. */
export type Picture = ['height', 'width']

/** What a window does to the spatial axes. */
export interface Windows {
  readonly window: ManySizes
  readonly stride: ManySizes
  readonly padding: WindowPadding
}

type On<X, Axis> = X extends readonly unknown[] ? (Axis extends keyof X ? X[Axis] : number) : X

type PlacesOn<Spatial, W extends Windows> = {
  [I in keyof Spatial]: Places<Spatial[I], On<W['window'], I>, On<W['stride'], I>, On<W['padding'], I>>
}

type Counts<Places> = { -readonly [I in keyof Places]: Places[I] extends number ? Places[I] : number }

type Unknown<Axes> = { -readonly [I in keyof Axes]: number }

/** The shape that windows leave of [batch, spatial axes, channels], with other channels where there are. */
export type Slid<S, Axes extends Pattern, W extends Windows, Channels = Last<S>> =
  Open<S> extends true
    ? [number, ...Unknown<Axes>, Channels]
    : S extends readonly [infer Batch, ...infer Spatial, unknown]
      ? [Batch, ...Counts<PlacesOn<Spatial, W>>, Channels]
      : [number, ...Unknown<Axes>, Channels]

/** The message for a window that is larger than the picture, else `never`. */
export type WindowProblem<Name extends string, S, W extends Windows> =
  Open<S> extends true
    ? never
    : S extends readonly [unknown, ...infer Spatial, unknown]
      ? 'none' extends PlacesOn<Spatial, W>[number]
        ? `${Name}: the window ${ShowWindow<W['window']>} is larger than ${ShowSizes<S>}`
        : never
      : never

type ShowWindow<X> = X extends readonly unknown[] ? Show<X> : X extends number ? X : never
