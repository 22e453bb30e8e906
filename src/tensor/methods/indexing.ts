import * as ops from '../../operations/index.js'
import type { Tensor } from '../tensor.js'
import type { AxisProblem, Shape, Take, Unless } from '../types/index.js'
import { wrap } from '../wrap.js'

/** The methods that pick elements by indices, and order them. */
export const indexing = {
  /** The parts at the indices along an axis (0), which gives way to the shape of the indices. */
  take<A extends Shape, I extends Shape, X extends number = 0>(
    this: Tensor<A>,
    indices: Tensor<I>,
    axis?: Unless<AxisProblem<'take', A, X>, X>,
  ): Tensor<Take<A, I, X>> {
    return wrap(ops.take(this.node, indices.node, axis as number | undefined))
  },
}
