import type { Node } from '../../../graph/node.js'
import { expectedResizeOptions } from '../../../operations/contraction/resize-options.js'
import * as ops from '../../../operations/index.js'
import type { ShapeFunction } from '../../../tensor/types/index.js'
import { expectCount } from '../../counts.js'
import { Layer } from '../../layer.js'
import type { ResizedShape, ScaledShape } from '../../types/resampling.js'
import type { Fronts } from '../../types/sizes.js'
import type { ManySizes, Picture, Sequence, Sizes1d, Sizes2d, Sizes3d, Volume } from '../../types/windows.js'
import { expectAxes, onAxes, sizesText } from '../axes.js'

/** How values are taken between those that there are; see {@link resize2d}. */
export type UpsampleOptions = ops.ResizeOptions

abstract class Resampling<F extends ShapeFunction, Axes extends keyof Fronts> extends Layer<F> {
  protected readonly options: Required<UpsampleOptions>
  protected readonly numbers: number[]

  constructor(
    protected readonly operation: string,
    protected readonly axes: Axes,
    what: string,
    sizes: ManySizes,
    options: UpsampleOptions,
  ) {
    super()
    this.options = expectedResizeOptions(operation, options)
    this.numbers = onAxes(operation, `the ${what}`, sizes, axes)
    for (const n of this.numbers) expectCount(operation, what, n)
  }

  /** The new sizes of the spatial axes. */
  protected abstract sizes(x: Node): number[]

  protected run(x: Node): Node {
    expectAxes(this.operation, this.label, x, this.axes)
    return ops.resize(x, this.sizes(x), this.options)
  }

  protected override describe(): string {
    const { mode, alignCorners, antialias } = this.options
    const words = [sizesText(this.numbers), mode, alignCorners && 'corners aligned', antialias && 'smoothed']
    return words.filter(Boolean).join(', ')
  }
}

abstract class Upsample<Name extends string, Axes extends keyof Fronts, Scale extends ManySizes> extends Resampling<
  ScaledShape<Name, Axes, Scale>,
  Axes
> {
  constructor(operation: Name, axes: Axes, scale: Scale, options: UpsampleOptions) {
    super(operation, axes, 'scale', scale, options)
  }

  protected sizes(x: Node): number[] {
    return this.numbers.map((scale, i) => scale * x.shape[i + 1])
  }
}

abstract class Resize<Name extends string, Axes extends keyof Fronts, Size extends ManySizes> extends Resampling<
  ResizedShape<Name, Axes, Size>,
  Axes
> {
  constructor(operation: Name, axes: Axes, size: Size, options: UpsampleOptions) {
    super(operation, axes, 'size', size, options)
  }

  protected sizes(): number[] {
    return this.numbers
  }
}

/** See {@link upsample1d}. */
export class Upsample1d<Scale extends Sizes1d = Sizes1d> extends Upsample<'upsample1d', Sequence, Scale> {
  constructor(scale: Scale, options: UpsampleOptions = {}) {
    super('upsample1d', 'batch, length', scale, options)
  }
}

/** See {@link resize1d}. */
export class Resize1d<Size extends Sizes1d = Sizes1d> extends Resize<'resize1d', Sequence, Size> {
  constructor(size: Size, options: UpsampleOptions = {}) {
    super('resize1d', 'batch, length', size, options)
  }
}

/** See {@link upsample2d}. */
export class Upsample2d<Scale extends Sizes2d = Sizes2d> extends Upsample<'upsample2d', Picture, Scale> {
  constructor(scale: Scale, options: UpsampleOptions = {}) {
    super('upsample2d', 'batch, height, width', scale, options)
  }
}

/** See {@link resize2d}. */
export class Resize2d<Size extends Sizes2d = Sizes2d> extends Resize<'resize2d', Picture, Size> {
  constructor(size: Size, options: UpsampleOptions = {}) {
    super('resize2d', 'batch, height, width', size, options)
  }
}

/** See {@link upsample3d}. */
export class Upsample3d<Scale extends Sizes3d = Sizes3d> extends Upsample<'upsample3d', Volume, Scale> {
  constructor(scale: Scale, options: UpsampleOptions = {}) {
    super('upsample3d', 'batch, depth, height, width', scale, options)
  }
}

/** See {@link resize3d}. */
export class Resize3d<Size extends Sizes3d = Sizes3d> extends Resize<'resize3d', Volume, Size> {
  constructor(size: Size, options: UpsampleOptions = {}) {
    super('resize3d', 'batch, depth, height, width', size, options)
  }
}

/**
 * A layer that enlarges its spatial axes by whole factors: [batch, length, channels] → [batch, …size · scale, channels].
 * The nearest value is taken, or values are interpolated; see {@link UpsampleOptions}.
 *
 * @throws if a scale is not a whole number of at least 1
 * @example upsample1d(2).forward(sequences) // [128, 100, 6] → [128, 200, 6]
 */
export const upsample1d = <const Scale extends Sizes1d>(
  scale: Scale,
  options: UpsampleOptions = {},
): Upsample1d<Scale> => new Upsample1d(scale, options)

/**
 * A layer that brings its spatial axes to a size, larger or smaller: [batch, length, channels] → [batch, …size, channels].
 *
 * @throws if a size is not a whole number of at least 1
 * @example resize1d(50).forward(sequences) // [128, 100, 6] → [128, 50, 6]
 */
export const resize1d = <const Size extends Sizes1d>(size: Size, options: UpsampleOptions = {}): Resize1d<Size> =>
  new Resize1d(size, options)

/**
 * A layer that enlarges its spatial axes by whole factors: [batch, height, width, channels] → [batch, …size · scale, channels].
 * The nearest value is taken, or values are interpolated; see {@link UpsampleOptions}.
 *
 * @throws if a scale is not a whole number of at least 1
 * @example upsample2d(2, { mode: 'bilinear' }).forward(pictures) // [128, 28, 28, 6] → [128, 56, 56, 6]
 */
export const upsample2d = <const Scale extends Sizes2d>(
  scale: Scale,
  options: UpsampleOptions = {},
): Upsample2d<Scale> => new Upsample2d(scale, options)

/**
 * A layer that brings its spatial axes to a size, larger or smaller: [batch, height, width, channels] → [batch, …size, channels].
 *
 * @throws if a size is not a whole number of at least 1
 * @example resize2d([7, 9], { mode: 'bicubic' }).forward(pictures) // [128, 28, 28, 6] → [128, 7, 9, 6]
 */
export const resize2d = <const Size extends Sizes2d>(size: Size, options: UpsampleOptions = {}): Resize2d<Size> =>
  new Resize2d(size, options)

/**
 * A layer that enlarges its spatial axes by whole factors: [batch, depth, height, width, channels] → [batch, …size · scale, channels].
 * The nearest value is taken, or values are interpolated; see {@link UpsampleOptions}.
 *
 * @throws if a scale is not a whole number of at least 1
 * @example upsample3d([1, 2, 2]).forward(volumes) // [2, 16, 16, 16, 1] → [2, 16, 32, 32, 1]
 */
export const upsample3d = <const Scale extends Sizes3d>(
  scale: Scale,
  options: UpsampleOptions = {},
): Upsample3d<Scale> => new Upsample3d(scale, options)

/**
 * A layer that brings its spatial axes to a size, larger or smaller: [batch, depth, height, width, channels] → [batch, …size, channels].
 *
 * @throws if a size is not a whole number of at least 1
 * @example resize3d(8).forward(volumes) // [2, 16, 16, 16, 1] → [2, 8, 8, 8, 1]
 */
export const resize3d = <const Size extends Sizes3d>(size: Size, options: UpsampleOptions = {}): Resize3d<Size> =>
  new Resize3d(size, options)
