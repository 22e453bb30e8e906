import type { Tensor } from '../../tensor/tensor.js'
import type { Shape, Show } from '../../tensor/types/index.js'

/**
 * A function from shapes to shapes, for the type checker: `out` and `problem` are written in terms of `this['in']`.
 * TypeScript has no functions of types as values; an interface whose `in` is filled in later takes their place.
 */
export interface ShapeFunction {
  readonly in: unknown
  /** The shape of the output. */
  readonly out: unknown
  /** A message where the layer does not take `in`, else `never`. */
  readonly problem: unknown
}

/** An unknown rank, `any` for tensors, is `number[]` here, since `any` would take every branch of a condition. */
type Known<S> = 0 extends 1 & S ? number[] : S

/** The shape that a layer makes of S. What is unknown about S is unknown about the result, and nothing more. */
export type Apply<F extends ShapeFunction, S> = (F & { readonly in: Known<S> })['out'] extends infer Out extends Shape
  ? Out
  : number[]

/** Why a layer does not take the shape S, or `never`. */
export type LayerProblem<F extends ShapeFunction, S> = (F & { readonly in: Known<S> })['problem']

/** The shape stays as it is. */
export interface SameShape extends ShapeFunction {
  readonly out: this['in']
  readonly problem: never
}

/** Nothing is known of the output. */
export interface AnyShape extends ShapeFunction {
  readonly out: number[]
  readonly problem: never
}

/** The last size of a shape; `number` where it is not known. */
export type LastSize<S> = S extends readonly [...number[], infer Last extends number] ? Last : number

/** Whether two sizes are known to differ. */
export type Differ<A extends number, B extends number> = number extends A | B ? false : A extends B ? false : true

/** A shape in a message; of one without rank only the end is known. */
export type ShowSizes<S> = S extends Shape
  ? number extends S['length']
    ? `[..., ${LastSize<S>}]`
    : Show<S>
  : 'nothing'

/** The sizes of a tensor type. */
export type ShapeOf<T> = T extends Tensor<infer S> ? S : never
