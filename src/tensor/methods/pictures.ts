import type {
  AveragePoolOptions,
  PoolOptions,
  ResizeOptions,
  UnfoldOptions,
  WindowPadding,
} from '../../operations/index.js'
import * as ops from '../../operations/index.js'
import type { Tensor } from '../tensor.js'
import type {
  Folded,
  FoldedProblem,
  ManySizes,
  ShapeOf,
  SpatialProblem,
  Unfolded,
  Unless,
  Windowed,
  WindowedProblem,
  WithSpatial,
} from '../types/index.js'
import { wrap } from '../wrap.js'
import { operand } from './operand.js'

/** The options of a method with literal numbers in them. */
type With<Options, Stride, Padding> = Omit<Options, 'stride' | 'padding'> & {
  readonly stride?: Stride
  readonly padding?: Padding
}

type WithCeil<Options, Stride, Padding, Ceil> = With<Omit<Options, 'ceilMode'>, Stride, Padding> & {
  readonly ceilMode?: Ceil
}

/** What windows that touch, or have a stride, do. */
interface Pooled<Window extends ManySizes, Stride extends ManySizes, Padding extends WindowPadding, Ceil = false> {
  readonly window: Window
  readonly stride: Stride
  readonly padding: Padding
  readonly dilation: 1
  readonly ceil: Ceil
}

/** The methods for sequences, pictures and volumes, [batch, …spatial, channels]. */
export const pictures = {
  /** The largest element of each window, per channel: [batch, …spatial, channels] → [batch, …places, channels]. Padding never wins. */
  maxPool<
    T extends Tensor,
    const Window extends ManySizes,
    const Stride extends ManySizes = Window,
    const Padding extends WindowPadding = 'valid',
    const Ceil extends boolean = false,
  >(
    this: T,
    window: Window & Unless<WindowedProblem<'maxPool', ShapeOf<T>, Pooled<Window, Stride, Padding, Ceil>>, unknown>,
    options?: WithCeil<PoolOptions, Stride, Padding, Ceil>,
  ): Tensor<Windowed<ShapeOf<T>, Pooled<Window, Stride, Padding, Ceil>>> {
    return wrap(ops.maxPool(this.node, window, options as PoolOptions | undefined))
  },

  /** The mean of each window, per channel; padding counts as zeros unless `countPadding` is false. */
  avgPool<
    T extends Tensor,
    const Window extends ManySizes,
    const Stride extends ManySizes = Window,
    const Padding extends WindowPadding = 'valid',
    const Ceil extends boolean = false,
  >(
    this: T,
    window: Window & Unless<WindowedProblem<'avgPool', ShapeOf<T>, Pooled<Window, Stride, Padding, Ceil>>, unknown>,
    options?: WithCeil<AveragePoolOptions, Stride, Padding, Ceil>,
  ): Tensor<Windowed<ShapeOf<T>, Pooled<Window, Stride, Padding, Ceil>>> {
    return wrap(ops.avgPool(this.node, window, options as AveragePoolOptions | undefined))
  },

  /** The sum of each window, per channel; padding counts as zeros. */
  sumPool<
    T extends Tensor,
    const Window extends ManySizes,
    const Stride extends ManySizes = Window,
    const Padding extends WindowPadding = 'valid',
    const Ceil extends boolean = false,
  >(
    this: T,
    window: Window & Unless<WindowedProblem<'sumPool', ShapeOf<T>, Pooled<Window, Stride, Padding, Ceil>>, unknown>,
    options?: WithCeil<PoolOptions, Stride, Padding, Ceil>,
  ): Tensor<Windowed<ShapeOf<T>, Pooled<Window, Stride, Padding, Ceil>>> {
    return wrap(ops.sumPool(this.node, window, options as PoolOptions | undefined))
  },

  /** (Σ xᵖ)^(1/p) over each window, per channel; the gradient where the sum is 0 is 0 (Gulcehre et al., 2014). */
  lpPool<
    T extends Tensor,
    const Window extends ManySizes,
    const Stride extends ManySizes = Window,
    const Padding extends WindowPadding = 'valid',
    const Ceil extends boolean = false,
  >(
    this: T,
    p: number,
    window: Window & Unless<WindowedProblem<'lpPool', ShapeOf<T>, Pooled<Window, Stride, Padding, Ceil>>, unknown>,
    options?: WithCeil<PoolOptions, Stride, Padding, Ceil>,
  ): Tensor<Windowed<ShapeOf<T>, Pooled<Window, Stride, Padding, Ceil>>> {
    return wrap(ops.lpPool(this.node, p, window, options as PoolOptions | undefined))
  },

  /** `maxPool`, and the int32 place of each element in its picture, for `maxUnpool`. */
  maxPoolWithIndices<
    T extends Tensor,
    const Window extends ManySizes,
    const Stride extends ManySizes = Window,
    const Padding extends WindowPadding = 'valid',
    const Ceil extends boolean = false,
  >(
    this: T,
    window: Window &
      Unless<WindowedProblem<'maxPoolWithIndices', ShapeOf<T>, Pooled<Window, Stride, Padding, Ceil>>, unknown>,
    options?: WithCeil<PoolOptions, Stride, Padding, Ceil>,
  ): {
    values: Tensor<Windowed<ShapeOf<T>, Pooled<Window, Stride, Padding, Ceil>>>
    indices: Tensor<Windowed<ShapeOf<T>, Pooled<Window, Stride, Padding, Ceil>>>
  } {
    const { values, indices } = ops.maxPoolWithIndices(this.node, window, options as PoolOptions | undefined)
    return { values: wrap(values), indices: wrap(indices) }
  },

  /** These values at the places that `maxPoolWithIndices` has told, zeros elsewhere: [batch, …places, channels] → [batch, …size, channels]. */
  maxUnpool<T extends Tensor, const Size extends ManySizes>(
    this: T,
    indices: Tensor,
    size: Size & Unless<SpatialProblem<'maxUnpool', ShapeOf<T>>, unknown>,
  ): Tensor<WithSpatial<ShapeOf<T>, Size>> {
    return wrap(ops.maxUnpool(this.node, operand(indices), size))
  },

  /** The mean over windows of about equal size, so that there are `size` places. */
  adaptiveAvgPool<T extends Tensor, const Size extends ManySizes>(
    this: T,
    size: Size & Unless<SpatialProblem<'adaptiveAvgPool', ShapeOf<T>>, unknown>,
  ): Tensor<WithSpatial<ShapeOf<T>, Size>> {
    return wrap(ops.adaptiveAvgPool(this.node, size))
  },

  /** The largest over windows of about equal size, so that there are `size` places. */
  adaptiveMaxPool<T extends Tensor, const Size extends ManySizes>(
    this: T,
    size: Size & Unless<SpatialProblem<'adaptiveMaxPool', ShapeOf<T>>, unknown>,
  ): Tensor<WithSpatial<ShapeOf<T>, Size>> {
    return wrap(ops.adaptiveMaxPool(this.node, size))
  },

  /**
   * Pictures of another size, by the nearest element, lines or cubic curves. With `{ mode: 'bicubic', antialias: true }` as Pillow does it.
   *
   * @example x.resize([28, 28], { mode: 'bilinear' }) // [8, 14, 14, 3] → [8, 28, 28, 3]
   */
  resize<T extends Tensor, const Size extends ManySizes>(
    this: T,
    size: Size & Unless<SpatialProblem<'resize', ShapeOf<T>>, unknown>,
    options?: ResizeOptions,
  ): Tensor<WithSpatial<ShapeOf<T>, Size>> {
    return wrap(ops.resize(this.node, size, options))
  },

  /** All windows side by side (im2col): [batch, …spatial, channels] → [batch, …places, …window, channels]. */
  unfold<
    T extends Tensor,
    const Window extends ManySizes,
    const Stride extends ManySizes = 1,
    const Padding extends WindowPadding = 'valid',
    const Dilation extends ManySizes = 1,
  >(
    this: T,
    window: Window &
      Unless<
        WindowedProblem<'unfold', ShapeOf<T>, { window: Window; stride: Stride; padding: Padding; dilation: Dilation }>,
        unknown
      >,
    options?: { readonly stride?: Stride; readonly padding?: Padding; readonly dilation?: Dilation },
  ): Tensor<Unfolded<ShapeOf<T>, { window: Window; stride: Stride; padding: Padding; dilation: Dilation }>> {
    return wrap(ops.unfold(this.node, window, options as UnfoldOptions | undefined))
  },

  /** The transpose of `unfold` (col2im): windows put back, and added where they overlap; the options are those of `unfold`. */
  fold<T extends Tensor, const Size extends ManySizes>(
    this: T,
    size: Size & Unless<FoldedProblem<ShapeOf<T>, Size>, unknown>,
    options?: UnfoldOptions,
  ): Tensor<Folded<ShapeOf<T>, Size>> {
    return wrap(ops.fold(this.node, size, options))
  },
}
