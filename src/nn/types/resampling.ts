import type { Add, Divide, FloorDivide, Multiply, ShapeFunction, Subtract } from '../../tensor/types/index.js'
import type { Fronts, Last, Open, Or, TakesAny } from './sizes.js'
import type { On, Picture, Unknown } from './windows.js'

// Layers that change the spatial axes otherwise than by windows.

/** [batch, spatial axes, channels] with other spatial axes, by what F makes of each. */
type Changed<S, Axes extends keyof Fronts, New> =
  Open<S> extends true
    ? [...Unknown<Fronts[Axes]>, Last<S>]
    : S extends readonly [infer Batch, ...unknown[], infer Channels]
      ? New extends readonly unknown[]
        ? [Batch, ...New, Channels]
        : [...Unknown<Fronts[Axes]>, Channels]
      : [...Unknown<Fronts[Axes]>, Last<S>]

/** The spatial axes of a shape. */
type Spatial<S> = S extends readonly [unknown, ...infer Inner, unknown] ? Inner : []

type Sized<Inner, Size> = { -readonly [I in keyof Inner]: On<Size, I> & number }

/** [batch, spatial axes, channels] → [batch, …size, channels] */
export interface ResizedShape<Name extends string, Axes extends keyof Fronts, Size> extends ShapeFunction {
  readonly out: Changed<this['in'], Axes, Sized<Spatial<this['in']>, Size>>
  readonly problem: TakesAny<Name, Axes, 'channels', this['in']>
}

type Scaled<Inner, Scale> = { -readonly [I in keyof Inner]: Multiply<Inner[I] & number, On<Scale, I> & number> }

/** [batch, spatial axes, channels] → [batch, …spatial axes · scale, channels] */
export interface ScaledShape<Name extends string, Axes extends keyof Fronts, Scale> extends ShapeFunction {
  readonly out: Changed<this['in'], Axes, Scaled<Spatial<this['in']>, Scale>>
  readonly problem: TakesAny<Name, Axes, 'channels', this['in']>
}

/** size + before + behind */
type Widened<Size extends number, Margin> = Margin extends number
  ? Add<Size, Add<Margin, Margin>>
  : Margin extends readonly [infer Before extends number, infer Behind extends number]
    ? Add<Size, Add<Before, Behind>>
    : number

type WidenedOn<Inner, Margins> = { -readonly [I in keyof Inner]: Widened<Inner[I] & number, On<Margins, I>> }

/** [batch, spatial axes, channels] → the same with margins */
export interface PaddedShape<Name extends string, Axes extends keyof Fronts, Margins> extends ShapeFunction {
  readonly out: Changed<this['in'], Axes, WidenedOn<Spatial<this['in']>, Margins>>
  readonly problem: TakesAny<Name, Axes, 'channels', this['in']>
}

type Whole<Places extends number, Window extends number, Stride extends number, Padding extends number> =
  Subtract<Places, 1> extends infer Gaps extends number
    ? Subtract<Add<Multiply<Gaps, Stride>, Window>, Add<Padding, Padding>>
    : number

type WholeOn<Inner, Window, Stride, Padding extends number> = {
  -readonly [I in keyof Inner]: Whole<Inner[I] & number, On<Window, I> & number, On<Stride, I> & number, Padding>
}

/** [batch, places, channels] → [batch, spatial axes, channels] */
export interface UnpooledShape<Name extends string, Axes extends keyof Fronts, Window, Stride, Padding extends number>
  extends ShapeFunction {
  readonly out: Changed<this['in'], Axes, WholeOn<Spatial<this['in']>, Window, Stride, Padding>>
  readonly problem: TakesAny<Name, Axes, 'channels', this['in']>
}

/** [batch, height, width, channels · scale²] → [batch, height · scale, width · scale, channels] */
export interface ShuffledShape<Scale extends number> extends ShapeFunction {
  readonly out: this['in'] extends readonly [infer B, infer H, infer W, infer C]
    ? [B, Multiply<H & number, Scale>, Multiply<W & number, Scale>, FloorDivide<C & number, Multiply<Scale, Scale>>]
    : [number, number, number, number]
  readonly problem: Or<
    TakesAny<'pixelShuffle', Picture, 'channels', this['in']>,
    DivideProblem<'pixelShuffle', Last<this['in']>, Multiply<Scale, Scale>, 'channels'>
  >
}

/** [batch, height · scale, width · scale, channels] → [batch, height, width, channels · scale²] */
export interface UnshuffledShape<Scale extends number> extends ShapeFunction {
  readonly out: this['in'] extends readonly [infer B, infer H, infer W, infer C]
    ? [B, FloorDivide<H & number, Scale>, FloorDivide<W & number, Scale>, Multiply<C & number, Multiply<Scale, Scale>>]
    : [number, number, number, number]
  readonly problem: Or<
    TakesAny<'pixelUnshuffle', Picture, 'channels', this['in']>,
    this['in'] extends readonly [unknown, infer H, infer W, unknown]
      ? Or<DivideProblem<'pixelUnshuffle', H, Scale, 'rows'>, DivideProblem<'pixelUnshuffle', W, Scale, 'columns'>>
      : never
  >
}

type DivideProblem<Name extends string, Size, Parts extends number, What extends string> =
  Divide<Size & number, Parts> extends 'remainder'
    ? `${Name}: ${Size & number} ${What} do not divide by ${Parts}`
    : never

/** [batch, …, channels] → [batch, channels] */
export interface GlobalShape<Name extends string> extends ShapeFunction {
  readonly out: this['in'] extends readonly [infer Batch, ...unknown[]]
    ? [Batch, Last<this['in']>]
    : [number, Last<this['in']>]
  readonly problem: Open<this['in']> extends true
    ? never
    : this['in'] extends readonly [any, any, any, ...any[]]
      ? never
      : `${Name}: takes [batch, ..., channels]`
}
