import type { DType } from '../../core/dtype.js'
import { normalizeAxis } from '../../core/shape.js'
import { cast } from '../../operations/elementwise/conversion.js'
import { nest, readData, readDataSync, toAwait } from '../reading/values.js'
import type { Tensor } from '../tensor.js'
import type { AxisProblem, Nested, ShapeOf, SizeOn, Unless } from '../types/index.js'
import { wrap } from '../wrap.js'

/**
 * The methods that read a tensor and say in their types what comes. They stand outside the class: its own members are
 * instantiated for every shape, and compared with every comparison of tensors.
 */
export const reading = {
  /** Converted to another dtype. */
  cast<T extends Tensor>(this: T, dtype: DType): Tensor<ShapeOf<T>> {
    return wrap(cast(this.node, dtype))
  },

  /**
   * The size of an axis, which counts from the end when negative.
   *
   * @example x.reshape([x.dim(0), -1]) // one row for each of the first axis
   */
  dim<T extends Tensor, X extends number>(
    this: T,
    axis: Unless<AxisProblem<'dim', ShapeOf<T>, X>, X>,
  ): SizeOn<ShapeOf<T>, X> {
    const { shape, rank } = this.node
    return shape[normalizeAxis(axis as number, rank, 'dim')] as SizeOn<ShapeOf<T>, X>
  },

  /** The elements as nested arrays. */
  array<T extends Tensor>(this: T): Promise<Nested<ShapeOf<T>>> {
    return toAwait(
      readData(this.node).then((data) => nest(this.node, data) as Nested<ShapeOf<T>>),
      'array',
    )
  },

  /** As {@link array}, at once, where the backend can. */
  arraySync<T extends Tensor>(this: T): Nested<ShapeOf<T>> {
    return nest(this.node, readDataSync(this.node)) as Nested<ShapeOf<T>>
  },
}
