import { formatShape } from '../../../core/shape.js'
import type { Node } from '../../../graph/node.js'
import * as ops from '../../../operations/index.js'
import { expectCount } from '../../counts.js'
import { Layer } from '../../layer.js'
import type { ResizedShape } from '../../types/resampling.js'
import type { Fronts } from '../../types/sizes.js'
import type { ManySizes, Picture, Sequence, Sizes1d, Sizes2d, Sizes3d, Volume } from '../../types/windows.js'
import { expectAxes, onAxes } from '../axes.js'

abstract class Adaptive<Name extends string, Axes extends keyof Fronts, Size extends ManySizes> extends Layer<
  ResizedShape<Name, Axes, Size>
> {
  readonly #sizes: number[]

  constructor(
    protected readonly operation: Name,
    protected readonly axes: Axes,
    readonly size: Size,
    private readonly rule: (x: Node, size: readonly number[]) => Node,
  ) {
    super()
    this.#sizes = onAxes(operation, 'the size', size, axes)
    for (const n of this.#sizes) expectCount(operation, 'places along an axis', n)
  }

  protected run(x: Node): Node {
    expectAxes(this.operation, this.label, x, this.axes)
    return this.rule(x, this.#sizes)
  }

  protected override describe(): string {
    return formatShape(this.#sizes)
  }
}

/** See {@link adaptiveAvgPool1d}. */
export class AdaptiveAvgPool1d<Size extends Sizes1d = Sizes1d> extends Adaptive<'adaptiveAvgPool1d', Sequence, Size> {
  constructor(size: Size) {
    super('adaptiveAvgPool1d', 'batch, length', size, ops.adaptiveAvgPool)
  }
}

/** See {@link adaptiveAvgPool2d}. */
export class AdaptiveAvgPool2d<Size extends Sizes2d = Sizes2d> extends Adaptive<'adaptiveAvgPool2d', Picture, Size> {
  constructor(size: Size) {
    super('adaptiveAvgPool2d', 'batch, height, width', size, ops.adaptiveAvgPool)
  }
}

/** See {@link adaptiveAvgPool3d}. */
export class AdaptiveAvgPool3d<Size extends Sizes3d = Sizes3d> extends Adaptive<'adaptiveAvgPool3d', Volume, Size> {
  constructor(size: Size) {
    super('adaptiveAvgPool3d', 'batch, depth, height, width', size, ops.adaptiveAvgPool)
  }
}

/** See {@link adaptiveMaxPool1d}. */
export class AdaptiveMaxPool1d<Size extends Sizes1d = Sizes1d> extends Adaptive<'adaptiveMaxPool1d', Sequence, Size> {
  constructor(size: Size) {
    super('adaptiveMaxPool1d', 'batch, length', size, ops.adaptiveMaxPool)
  }
}

/** See {@link adaptiveMaxPool2d}. */
export class AdaptiveMaxPool2d<Size extends Sizes2d = Sizes2d> extends Adaptive<'adaptiveMaxPool2d', Picture, Size> {
  constructor(size: Size) {
    super('adaptiveMaxPool2d', 'batch, height, width', size, ops.adaptiveMaxPool)
  }
}

/** See {@link adaptiveMaxPool3d}. */
export class AdaptiveMaxPool3d<Size extends Sizes3d = Sizes3d> extends Adaptive<'adaptiveMaxPool3d', Volume, Size> {
  constructor(size: Size) {
    super('adaptiveMaxPool3d', 'batch, depth, height, width', size, ops.adaptiveMaxPool)
  }
}

/**
 * A layer that takes means over windows of about equal size, so that there are `size` places whatever the input has:
 * [batch, length, channels] → [batch, …size, channels]. Place i of o sees elements ⌊i · n / o⌋ … ⌈(i + 1) · n / o⌉ − 1 of n.
 *
 * @throws if a size is not a whole number of at least 1
 * @example adaptiveAvgPool1d(4).forward(sequences) // [128, 100, 6] → [128, 4, 6]
 */
export const adaptiveAvgPool1d = <const Size extends Sizes1d>(size: Size): AdaptiveAvgPool1d<Size> =>
  new AdaptiveAvgPool1d(size)

/**
 * A layer that takes means over windows of about equal size, so that there are `size` places whatever the input has:
 * [batch, height, width, channels] → [batch, …size, channels]. Place i of o sees elements ⌊i · n / o⌋ … ⌈(i + 1) · n / o⌉ − 1 of n.
 *
 * @throws if a size is not a whole number of at least 1
 * @example adaptiveAvgPool2d([7, 5]).forward(pictures) // [128, 28, 28, 6] → [128, 7, 5, 6]
 */
export const adaptiveAvgPool2d = <const Size extends Sizes2d>(size: Size): AdaptiveAvgPool2d<Size> =>
  new AdaptiveAvgPool2d(size)

/**
 * A layer that takes means over windows of about equal size, so that there are `size` places whatever the input has:
 * [batch, depth, height, width, channels] → [batch, …size, channels]. Place i of o sees elements ⌊i · n / o⌋ … ⌈(i + 1) · n / o⌉ − 1 of n.
 *
 * @throws if a size is not a whole number of at least 1
 * @example adaptiveAvgPool3d(4).forward(volumes) // [2, 16, 16, 16, 1] → [2, 4, 4, 4, 1]
 */
export const adaptiveAvgPool3d = <const Size extends Sizes3d>(size: Size): AdaptiveAvgPool3d<Size> =>
  new AdaptiveAvgPool3d(size)

/**
 * A layer that keeps the largest values over windows of about equal size, so that there are `size` places whatever the input has:
 * [batch, length, channels] → [batch, …size, channels]. Place i of o sees elements ⌊i · n / o⌋ … ⌈(i + 1) · n / o⌉ − 1 of n.
 *
 * @throws if a size is not a whole number of at least 1
 * @example adaptiveMaxPool1d(4).forward(sequences) // [128, 100, 6] → [128, 4, 6]
 */
export const adaptiveMaxPool1d = <const Size extends Sizes1d>(size: Size): AdaptiveMaxPool1d<Size> =>
  new AdaptiveMaxPool1d(size)

/**
 * A layer that keeps the largest values over windows of about equal size, so that there are `size` places whatever the input has:
 * [batch, height, width, channels] → [batch, …size, channels]. Place i of o sees elements ⌊i · n / o⌋ … ⌈(i + 1) · n / o⌉ − 1 of n.
 *
 * @throws if a size is not a whole number of at least 1
 * @example adaptiveMaxPool2d([7, 5]).forward(pictures) // [128, 28, 28, 6] → [128, 7, 5, 6]
 */
export const adaptiveMaxPool2d = <const Size extends Sizes2d>(size: Size): AdaptiveMaxPool2d<Size> =>
  new AdaptiveMaxPool2d(size)

/**
 * A layer that keeps the largest values over windows of about equal size, so that there are `size` places whatever the input has:
 * [batch, depth, height, width, channels] → [batch, …size, channels]. Place i of o sees elements ⌊i · n / o⌋ … ⌈(i + 1) · n / o⌉ − 1 of n.
 *
 * @throws if a size is not a whole number of at least 1
 * @example adaptiveMaxPool3d(4).forward(volumes) // [2, 16, 16, 16, 1] → [2, 4, 4, 4, 1]
 */
export const adaptiveMaxPool3d = <const Size extends Sizes3d>(size: Size): AdaptiveMaxPool3d<Size> =>
  new AdaptiveMaxPool3d(size)
