import type { Shape, Writable } from './shape.js'

declare const sizes: unique symbol

/**
 * The sizes of a tensor of shape `_S`, as a list. Lists are compared by `L`, which is loose as tensors are; the shape
 * itself stands there to be found by what is made with the list.
 */
export interface Sizes<L, _S> extends ReadonlyArray<number> {
  readonly [sizes]: L
}

/** The shape that a list of sizes means: one that is written out, or that of the tensor whose `shape` it is. */
export type Given<S extends Shape> = S extends Sizes<infer _, infer A extends Shape> ? A : Writable<S>
