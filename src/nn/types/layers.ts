import type { WindowPadding } from '../../operations/index.js'
import type { Product, Shape, ShapeFunction } from '../../tensor/types/index.js'
import type { Differ, LastSize, ShowSizes } from './sizes.js'
import type { Places } from './windows.js'

/** […, inputs] → […, outputs] */
export interface LinearShape<Inputs extends number, Outputs extends number> extends ShapeFunction {
  readonly out: this['in'] extends readonly [...infer Batch extends number[], number]
    ? [...Batch, Outputs]
    : [...number[], Outputs]
  readonly problem: this['in'] extends readonly []
    ? `linear: takes [..., ${Inputs}], not a scalar`
    : Differ<LastSize<this['in']>, Inputs> extends true
      ? `linear: takes [..., ${Inputs}], not ${ShowSizes<this['in']>}`
      : never
}

/** One size for both spatial axes, or one each. */
export type Sizes2d = number | readonly [number, number]

type Along<Sizes, Axis extends 0 | 1> = Sizes extends readonly [number, number]
  ? Sizes[Axis]
  : Sizes extends number
    ? Sizes
    : number

/** What a window does to a picture. */
export interface Windows {
  readonly window: Sizes2d
  readonly stride: Sizes2d
  readonly padding: WindowPadding
}

type Picture<S, W extends Windows, Channels extends number> = S extends readonly [
  infer Batch extends number,
  infer Height extends number,
  infer Width extends number,
  number,
]
  ? [
      Batch,
      Places<Height, Along<W['window'], 0>, Along<W['stride'], 0>, W['padding']>,
      Places<Width, Along<W['window'], 1>, Along<W['stride'], 1>, W['padding']>,
      Channels,
    ]
  : [number, number, number, Channels]

/** The message for something that cannot be pictures with so many channels. */
type PictureProblem<Name extends string, S, Channels extends number> = S extends Shape
  ? number extends S['length']
    ? Differ<LastSize<S>, Channels> extends true
      ? `${Name}: takes [batch, height, width, ${Channels}], not ${ShowSizes<S>}`
      : never
    : S['length'] extends 4
      ? Differ<LastSize<S>, Channels> extends true
        ? `${Name}: takes [batch, height, width, ${Channels}], not ${ShowSizes<S>}`
        : never
      : `${Name}: takes [batch, height, width, ${number extends Channels ? 'channels' : Channels}], not ${ShowSizes<S>}`
  : never

/** [batch, height, width, inputs] → [batch, places, places, outputs] */
export interface ConvolutionShape<Inputs extends number, Outputs extends number, W extends Windows>
  extends ShapeFunction {
  readonly out: Picture<this['in'], W, Outputs>
  readonly problem: PictureProblem<'conv2d', this['in'], Inputs>
}

/** [batch, height, width, channels] → [batch, places, places, channels] */
export interface PoolingShape<Name extends string, W extends Windows> extends ShapeFunction {
  readonly out: Picture<this['in'], W, LastSize<this['in']>>
  readonly problem: PictureProblem<Name, this['in'], number>
}

/** [batch, …] → [batch, product of the rest] */
export interface FlattenShape extends ShapeFunction {
  readonly out: this['in'] extends readonly [infer Batch extends number, ...infer Rest extends Shape]
    ? number extends this['in']['length']
      ? [number, number]
      : [Batch, Product<Rest>]
    : [number, number]
  readonly problem: this['in'] extends readonly [] ? 'flatten: takes [batch, ...], not a scalar' : never
}
