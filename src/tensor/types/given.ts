import type { Tensor } from '../tensor.js'
import type { Shape, Writable } from './shape.js'

/** Only for the type checker: the tensor whose sizes a list is. */
export declare const shapeOf: unique symbol

/** The shape that a list of sizes means: one that is written out, or that of the tensor whose `shape` it is. */
export type Given<S extends Shape> = S extends { readonly [shapeOf]?: Tensor<infer A> } ? A : Writable<S>
