import type { DType, TypedArray } from '../../core/dtype.js'
import type { Shape } from '../../core/shape.js'
import type { Graph } from '../../graph/graph.js'
import type { Attributes, Primitive } from '../../graph/primitives.js'

/** A value on the host: its elements in row-major order. */
export interface Elements {
  readonly dtype: DType
  readonly shape: Shape
  readonly data: TypedArray
}

/** Evaluates an inner graph. */
export type Run = (graph: Graph, inputs: readonly Elements[]) => Elements[]

/**
 * Computes one primitive: reads `inputs`, writes every element of `outputs`, whatever was there before.
 * Rows see 16-bit floats as float32, see `evaluate`; those in `storageLevel` see them as they are stored.
 */
export type Evaluation<P extends Primitive> = (
  inputs: readonly Elements[],
  outputs: readonly Elements[],
  attributes: Attributes[P],
  run: Run,
) => void
