import type { Product, Shape, ShapeFunction } from '../../tensor/types/index.js'
import type { AllButLast, Fronts, Or, Takes, TakesAny } from './sizes.js'
import type { Enlarged, TransposedWindows } from './transposed.js'
import type { Slid, WindowProblem, Windows } from './windows.js'

// The shape functions of the layers: what comes out, and why something is not taken.

/** […, inputs] → […, outputs] */
export interface LinearShape<Inputs extends number, Outputs extends number> extends ShapeFunction {
  readonly out: [...AllButLast<this['in']>, Outputs]
  readonly problem: Takes<'linear', '...', Inputs, this['in']>
}

/** [batch, spatial axes, inputs] → [batch, places, outputs] */
export interface ConvolutionShape<
  Name extends string,
  Axes extends keyof Fronts,
  Inputs extends number,
  Outputs extends number,
  W extends Windows,
> extends ShapeFunction {
  readonly out: Slid<this['in'], Axes, W, Outputs>
  readonly problem: Or<Takes<Name, Axes, Inputs, this['in']>, WindowProblem<Name, this['in'], W>>
}

/** [batch, spatial axes, inputs] → [batch, more places, outputs] */
export interface TransposedShape<
  Name extends string,
  Axes extends keyof Fronts,
  Inputs extends number,
  Outputs extends number,
  W extends TransposedWindows,
> extends ShapeFunction {
  readonly out: Enlarged<this['in'], Axes, W, Outputs>
  readonly problem: Takes<Name, Axes, Inputs, this['in']>
}

/** [batch, spatial axes, channels] → [batch, places, channels] */
export interface PoolingShape<Name extends string, Axes extends keyof Fronts, W extends Windows> extends ShapeFunction {
  readonly out: Slid<this['in'], Axes, W>
  readonly problem: Or<TakesAny<Name, Axes, 'channels', this['in']>, WindowProblem<Name, this['in'], W>>
}

/** [batch, …] → [batch, product of the rest] */
export interface FlattenShape extends ShapeFunction {
  readonly out: this['in'] extends readonly [infer Batch, ...infer Rest extends Shape]
    ? [Batch, Product<Rest>]
    : [number, number]
  readonly problem: this['in'] extends readonly [] ? 'flatten: takes [batch, ...], not a scalar' : never
}
