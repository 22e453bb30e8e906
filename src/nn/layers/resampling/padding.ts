import { expectNumber } from '../../../core/arguments.js'
import { fail } from '../../../core/errors.js'
import type { Node } from '../../../graph/node.js'
import type { PadOptions } from '../../../operations/index.js'
import * as ops from '../../../operations/index.js'
import { Layer } from '../../layer.js'
import type { PaddedShape } from '../../types/resampling.js'
import type { Fronts } from '../../types/sizes.js'
import type { Picture, Sequence, Volume } from '../../types/windows.js'
import { expectAxes } from '../axes.js'

/** As many on both sides, or [before, behind]. */
type Margin = number | readonly [before: number, behind: number]

/** The margins of a sequence, a picture or a volume: one for all sides, or one for each axis. */
export type Margins1d = number | readonly [Margin]
export type Margins2d = number | readonly [Margin, Margin]
export type Margins3d = number | readonly [Margin, Margin, Margin]
type ManyMargins = number | readonly Margin[]

/** A layer that puts margins around the spatial axes; see {@link zeroPad2d} and its like. */
export class Padding<
  Name extends string = string,
  Axes extends keyof Fronts = keyof Fronts,
  M extends ManyMargins = ManyMargins,
> extends Layer<PaddedShape<Name, Axes, M>> {
  constructor(
    protected readonly operation: Name,
    protected readonly axes: Axes,
    readonly margins: M,
    protected readonly options: PadOptions,
  ) {
    super()
    const sizes: readonly unknown[] = [margins].flat(2)
    if (sizes.every((n) => typeof n === 'number' && Number.isSafeInteger(n) && n >= 0)) return
    fail(
      `${operation}: the margins are ${JSON.stringify(margins)}`,
      'Give a whole number, 0 or more, or for each axis a number or [before, behind].',
    )
  }

  protected run(x: Node): Node {
    const { margins, operation, axes } = this
    expectAxes(operation, this.label, x, axes)
    const inner: readonly Margin[] =
      typeof margins === 'number' ? new Array<number>(x.rank - 2).fill(margins) : (margins as readonly Margin[])
    return ops.pad(x, [0, ...inner, 0], this.options)
  }

  protected override describe(): string {
    return JSON.stringify(this.margins)
  }
}

/**
 * A layer that puts zeros around the spatial axes: [batch, length, channels] → [batch, …size + margins, channels].
 *
 * @param margins one for all sides, or for each axis one or [before, behind]
 * @example zeroPad1d([[2, 0]]).forward(sequences) // [128, 100, 6] → [128, 102, 6]
 */
export const zeroPad1d = <const M extends Margins1d>(margins: M): Padding<'zeroPad1d', Sequence, M> =>
  new Padding('zeroPad1d', 'batch, length', margins, { mode: 'constant' })

/**
 * A layer that puts zeros around the spatial axes: [batch, height, width, channels] → [batch, …size + margins, channels].
 *
 * @param margins one for all sides, or for each axis one or [before, behind]
 * @example zeroPad2d([1, [0, 2]]).forward(pictures) // [128, 28, 28, 6] → [128, 30, 30, 6]
 */
export const zeroPad2d = <const M extends Margins2d>(margins: M): Padding<'zeroPad2d', Picture, M> =>
  new Padding('zeroPad2d', 'batch, height, width', margins, { mode: 'constant' })

/**
 * A layer that puts zeros around the spatial axes: [batch, depth, height, width, channels] → [batch, …size + margins, channels].
 *
 * @param margins one for all sides, or for each axis one or [before, behind]
 * @example zeroPad3d(1).forward(volumes) // [2, 16, 16, 16, 1] → [2, 18, 18, 18, 1]
 */
export const zeroPad3d = <const M extends Margins3d>(margins: M): Padding<'zeroPad3d', Volume, M> =>
  new Padding('zeroPad3d', 'batch, depth, height, width', margins, { mode: 'constant' })

/**
 * A layer that puts the mirror image, without the edge itself, around the spatial axes: [batch, length, channels] → [batch, …size + margins, channels]. The margin must be smaller than the axis.
 *
 * @param margins one for all sides, or for each axis one or [before, behind]
 * @example reflectionPad1d([[2, 0]]).forward(sequences) // [128, 100, 6] → [128, 102, 6]
 */
export const reflectionPad1d = <const M extends Margins1d>(margins: M): Padding<'reflectionPad1d', Sequence, M> =>
  new Padding('reflectionPad1d', 'batch, length', margins, { mode: 'reflect' })

/**
 * A layer that puts the mirror image, without the edge itself, around the spatial axes: [batch, height, width, channels] → [batch, …size + margins, channels]. The margin must be smaller than the axis.
 *
 * @param margins one for all sides, or for each axis one or [before, behind]
 * @example reflectionPad2d([1, [0, 2]]).forward(pictures) // [128, 28, 28, 6] → [128, 30, 30, 6]
 */
export const reflectionPad2d = <const M extends Margins2d>(margins: M): Padding<'reflectionPad2d', Picture, M> =>
  new Padding('reflectionPad2d', 'batch, height, width', margins, { mode: 'reflect' })

/**
 * A layer that puts the mirror image, without the edge itself, around the spatial axes: [batch, depth, height, width, channels] → [batch, …size + margins, channels]. The margin must be smaller than the axis.
 *
 * @param margins one for all sides, or for each axis one or [before, behind]
 * @example reflectionPad3d(1).forward(volumes) // [2, 16, 16, 16, 1] → [2, 18, 18, 18, 1]
 */
export const reflectionPad3d = <const M extends Margins3d>(margins: M): Padding<'reflectionPad3d', Volume, M> =>
  new Padding('reflectionPad3d', 'batch, depth, height, width', margins, { mode: 'reflect' })

/**
 * A layer that puts the edge, repeated, around the spatial axes: [batch, length, channels] → [batch, …size + margins, channels].
 *
 * @param margins one for all sides, or for each axis one or [before, behind]
 * @example replicationPad1d([[2, 0]]).forward(sequences) // [128, 100, 6] → [128, 102, 6]
 */
export const replicationPad1d = <const M extends Margins1d>(margins: M): Padding<'replicationPad1d', Sequence, M> =>
  new Padding('replicationPad1d', 'batch, length', margins, { mode: 'edge' })

/**
 * A layer that puts the edge, repeated, around the spatial axes: [batch, height, width, channels] → [batch, …size + margins, channels].
 *
 * @param margins one for all sides, or for each axis one or [before, behind]
 * @example replicationPad2d([1, [0, 2]]).forward(pictures) // [128, 28, 28, 6] → [128, 30, 30, 6]
 */
export const replicationPad2d = <const M extends Margins2d>(margins: M): Padding<'replicationPad2d', Picture, M> =>
  new Padding('replicationPad2d', 'batch, height, width', margins, { mode: 'edge' })

/**
 * A layer that puts the edge, repeated, around the spatial axes: [batch, depth, height, width, channels] → [batch, …size + margins, channels].
 *
 * @param margins one for all sides, or for each axis one or [before, behind]
 * @example replicationPad3d(1).forward(volumes) // [2, 16, 16, 16, 1] → [2, 18, 18, 18, 1]
 */
export const replicationPad3d = <const M extends Margins3d>(margins: M): Padding<'replicationPad3d', Volume, M> =>
  new Padding('replicationPad3d', 'batch, depth, height, width', margins, { mode: 'edge' })

/**
 * A layer that puts the other end around the spatial axes, as on a torus: [batch, length, channels] → [batch, …size + margins, channels]. The margin must not be larger than the axis.
 *
 * @param margins one for all sides, or for each axis one or [before, behind]
 * @example circularPad1d([[2, 0]]).forward(sequences) // [128, 100, 6] → [128, 102, 6]
 */
export const circularPad1d = <const M extends Margins1d>(margins: M): Padding<'circularPad1d', Sequence, M> =>
  new Padding('circularPad1d', 'batch, length', margins, { mode: 'wrap' })

/**
 * A layer that puts the other end around the spatial axes, as on a torus: [batch, height, width, channels] → [batch, …size + margins, channels]. The margin must not be larger than the axis.
 *
 * @param margins one for all sides, or for each axis one or [before, behind]
 * @example circularPad2d([1, [0, 2]]).forward(pictures) // [128, 28, 28, 6] → [128, 30, 30, 6]
 */
export const circularPad2d = <const M extends Margins2d>(margins: M): Padding<'circularPad2d', Picture, M> =>
  new Padding('circularPad2d', 'batch, height, width', margins, { mode: 'wrap' })

/**
 * A layer that puts the other end around the spatial axes, as on a torus: [batch, depth, height, width, channels] → [batch, …size + margins, channels]. The margin must not be larger than the axis.
 *
 * @param margins one for all sides, or for each axis one or [before, behind]
 * @example circularPad3d(1).forward(volumes) // [2, 16, 16, 16, 1] → [2, 18, 18, 18, 1]
 */
export const circularPad3d = <const M extends Margins3d>(margins: M): Padding<'circularPad3d', Volume, M> =>
  new Padding('circularPad3d', 'batch, depth, height, width', margins, { mode: 'wrap' })

/**
 * A layer that puts a value around the spatial axes: [batch, length, channels] → [batch, …size + margins, channels].
 *
 * @param margins one for all sides, or for each axis one or [before, behind]
 * @example constantPad1d([[2, 0]], 0.5).forward(sequences) // [128, 100, 6] → [128, 102, 6]
 */
export const constantPad1d = <const M extends Margins1d>(
  margins: M,
  value: number,
): Padding<'constantPad1d', Sequence, M> =>
  new Padding('constantPad1d', 'batch, length', margins, { value: expectNumber('constantPad1d', 'the value', value) })

/**
 * A layer that puts a value around the spatial axes: [batch, height, width, channels] → [batch, …size + margins, channels].
 *
 * @param margins one for all sides, or for each axis one or [before, behind]
 * @example constantPad2d([1, [0, 2]], 0.5).forward(pictures) // [128, 28, 28, 6] → [128, 30, 30, 6]
 */
export const constantPad2d = <const M extends Margins2d>(
  margins: M,
  value: number,
): Padding<'constantPad2d', Picture, M> =>
  new Padding('constantPad2d', 'batch, height, width', margins, {
    value: expectNumber('constantPad2d', 'the value', value),
  })

/**
 * A layer that puts a value around the spatial axes: [batch, depth, height, width, channels] → [batch, …size + margins, channels].
 *
 * @param margins one for all sides, or for each axis one or [before, behind]
 * @example constantPad3d(1, 0.5).forward(volumes) // [2, 16, 16, 16, 1] → [2, 18, 18, 18, 1]
 */
export const constantPad3d = <const M extends Margins3d>(
  margins: M,
  value: number,
): Padding<'constantPad3d', Volume, M> =>
  new Padding('constantPad3d', 'batch, depth, height, width', margins, {
    value: expectNumber('constantPad3d', 'the value', value),
  })
