import type { WindowPadding } from '../../operations/index.js'
import type { Add, Divide, FloorDivide, Multiply, Subtract } from './arithmetic.js'
import type { Show } from './message.js'
import type { Shape } from './shape.js'

// How many places windows have along the spatial axes of [batch, …spatial, channels].

/** One number for all spatial axes, or one each. */
export type ManySizes = number | readonly number[]

/** What a window does to the spatial axes: one number for all, or one each. */
export interface Windows {
  readonly window: ManySizes
  readonly stride: ManySizes
  readonly padding: WindowPadding
  readonly dilation: ManySizes
  /** Whether what remains behind the last whole window gets a place; false. */
  readonly ceil?: unknown
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

/** The margin on one side: 0 for before, 1 for behind. */
type Margin<Padding, Side extends 0 | 1> = Padding extends 'valid'
  ? 0
  : Padding extends number
    ? Padding
    : Padding extends readonly [number, number]
      ? Padding[Side]
      : number

/**
 * Places with one for what remains: windows begin before the end of the picture. Where the stride leads beyond the margin, this is
 * the stricter limit, else that they reach the end of the margin: ⌈room / stride⌉ + 1.
 */
type CeiledSteps<Size extends number, Window extends number, Stride extends number, Padding> =
  Subtract<Window, Add<Stride, Margin<Padding, 1>>> extends number
    ? Subtract<Padded<Size, Padding>, Window> extends infer Room extends number
      ? Steps<Add<Room, Subtract<Stride, 1> & number>, Stride, 'none'>
      : 'none'
    : Subtract<Padded<Size, Padding>, Window> extends number
      ? Steps<Subtract<Add<Size, Margin<Padding, 0>>, 1>, Stride, 'none'>
      : 'none'

/** ⌊room / stride⌋ + 1, where room is what a window can be moved by; none where it is less than nothing. */
type Steps<Room, Stride extends number, None> = Room extends number
  ? Stride extends 1
    ? Add<Room, 1>
    : Add<FloorDivide<Room, Stride>, 1>
  : None

/** The places along one axis, `'none'` where the window is larger than the picture, `number` where something is not known. */
type Places<Size, Window, Stride, Padding, Dilation, Ceil> = number extends Size | Window | Stride | Dilation
  ? number
  : Padding extends 'same'
    ? Stride extends 1
      ? Size
      : Steps<Subtract<Size & number, 1>, Stride & number, 0>
    : CeilOf<Ceil> extends true
      ? CeiledSteps<Size & number, Window & number, Stride & number, Padding>
      : boolean extends CeilOf<Ceil>
        ? number
        : Steps<
            Subtract<Padded<Size & number, Padding>, Reach<Window & number, Dilation & number>>,
            Stride & number,
            'none'
          >

/** False where nothing is said. */
type CeilOf<Ceil> = unknown extends Ceil ? false : Ceil

/** What there is for an axis: one for all, or its own. */
export type On<X, Axis> = X extends readonly unknown[] ? (Axis extends keyof X ? X[Axis] : number) : X

export type PlacesOn<Spatial, W extends Windows> = {
  [I in keyof Spatial]: Places<
    Spatial[I],
    On<W['window'], I>,
    On<W['stride'], I>,
    On<W['padding'], I>,
    On<W['dilation'], I>,
    W['ceil']
  >
}

export type Counts<Places> = { -readonly [I in keyof Places]: Places[I] extends number ? Places[I] : number }

export type Unknown<Axes> = { -readonly [I in keyof Axes]: number }

type Spatial<S> = S extends readonly [unknown, ...infer Inner, unknown] ? Inner : []

/** [batch, …what there is for each spatial axis, channels]; unknown where the rank is. */
type Around<S extends Shape, Inner> = number extends S['length']
  ? any
  : S extends readonly [infer Batch, ...unknown[], infer Channels]
    ? Inner extends readonly unknown[]
      ? [Batch, ...Inner, Channels]
      : any
    : any

/** The shape that windows leave. */
export type Windowed<S extends Shape, W extends Windows> = Around<S, Counts<PlacesOn<Spatial<S>, W>>>

/** The message for a shape without spatial axes or smaller than a window, else `never`. */
export type WindowedProblem<Name extends string, S extends Shape, W extends Windows> = number extends S['length']
  ? never
  : S extends readonly [unknown, unknown, unknown, ...unknown[]]
    ? W['padding'] extends 'same'
      ? never
      : 'none' extends PlacesOn<Spatial<S>, W>[number]
        ? `${Name}: a window is larger than ${Show<S>}`
        : never
    : `${Name}: takes [batch, ...spatial axes, channels], not ${Show<S>}`

/** The sizes given for the spatial axes: one for all, or one each. */
type SizedOn<Inner, Size> = { -readonly [I in keyof Inner]: On<Size, I> & number }

/** [batch, …size, channels] */
export type WithSpatial<S extends Shape, Size> = Around<S, SizedOn<Spatial<S>, Size>>

/** The message for a shape without spatial axes, else `never`. */
export type SpatialProblem<Name extends string, S extends Shape> = number extends S['length']
  ? never
  : S extends readonly [unknown, unknown, unknown, ...unknown[]]
    ? never
    : `${Name}: takes [batch, ...spatial axes, channels], not ${Show<S>}`

/** [batch, …places, …window, channels] */
export type Unfolded<S extends Shape, W extends Windows> = Around<
  S,
  Joined<Counts<PlacesOn<Spatial<S>, W>>, SizedOn<Spatial<S>, W['window']>>
>

type Joined<A, B> = A extends readonly unknown[] ? (B extends readonly unknown[] ? [...A, ...B] : any) : any

/** The shape of a convolution with a kernel of shape K. */
export type Convolved<S extends Shape, K extends Shape, O extends Omit<Windows, 'window'>> = number extends K['length']
  ? any
  : K extends readonly [...infer Window extends Shape, number, infer Outputs extends number]
    ? Around<S, Counts<PlacesOn<Spatial<S>, O & { readonly window: Window }>>> extends readonly [
        ...infer Front,
        unknown,
      ]
      ? [...Front, Outputs]
      : any
    : any

/** The message for a kernel that does not fit, else `never`. */
export type ConvolvedProblem<
  Name extends string,
  S extends Shape,
  K extends Shape,
  Groups extends number,
> = number extends S['length'] | K['length']
  ? never
  : S['length'] extends K['length']
    ? S extends readonly [...unknown[], infer Channels extends number]
      ? K extends readonly [...unknown[], infer Inputs extends number, infer Outputs extends number]
        ? 'remainder' extends Divide<Outputs, Groups>
          ? `${Name}: ${Outputs} outputs do not divide into ${Groups} groups`
          : Agree<Channels, Multiply<Inputs, Groups>> extends true
            ? SpatialProblem<Name, S>
            : `${Name}: ${Show<S>} has ${Channels} channels, the kernel ${Show<K>} takes others`
        : never
      : never
    : `${Name}: input ${Show<S>} and kernel ${Show<K>} have different ranks`

type Agree<A extends number, B extends number> = number extends A | B ? true : A extends B ? true : false

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

/** The places of a transposed convolution along each axis. */
export type GrownOn<Spatial, W extends TransposedWindows> = {
  [I in keyof Spatial]: Grown<
    Spatial[I] & number,
    On<W['stride'], I> & number,
    On<W['padding'], I>,
    Reach<On<W['window'], I> & number, On<W['dilation'], I> & number>,
    On<W['outputPadding'], I> & number
  >
}

/** The shape of a transposed convolution with a kernel of shape K. */
export type Transposed<S extends Shape, K extends Shape, O extends Omit<TransposedWindows, 'window'>> = number extends
  | S['length']
  | K['length']
  ? any
  : K extends readonly [...infer Window extends Shape, number, infer Outputs extends number]
    ? S extends readonly [infer Batch, ...infer Inner, unknown]
      ? [Batch, ...Counts<GrownOn<Inner, O & { readonly window: Window }>>, Outputs]
      : any
    : any

/** [batch, …size, channels] of windows [batch, …places, …window, channels] that are put back. */
export type Folded<S extends Shape, Size> = number extends S['length']
  ? any
  : S extends readonly [infer Batch, ...unknown[], infer Channels]
    ? Size extends readonly unknown[]
      ? [Batch, ...Size, Channels]
      : S['length'] extends 4
        ? [Batch, Size, Channels]
        : S['length'] extends 6
          ? [Batch, Size, Size, Channels]
          : S['length'] extends 8
            ? [Batch, Size, Size, Size, Channels]
            : any
    : any

/** The message for what are no windows of so many axes, else `never`. */
export type FoldedProblem<S extends Shape, Size> = number extends S['length']
  ? never
  : S['length'] extends FoldedRank<Size>
    ? never
    : `fold: takes [batch, ...places, ...window, channels], not ${Show<S>}`

type FoldedRank<Size> = Size extends readonly unknown[]
  ? number extends Size['length']
    ? number
    : [...Size, ...Size, 'batch', 'channels']['length']
  : 4 | 6 | 8
