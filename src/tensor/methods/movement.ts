import * as ops from '../../operations/index.js'
import type { Paddings, PadOptions } from '../../operations/movement/padding.js'
import type { Tensor } from '../tensor.js'
import type {
  AtProblem,
  Axes,
  AxisProblem,
  Expand,
  ExpandProblem,
  Flatten,
  FlattenAxisProblem,
  FlattenProblem,
  Insert,
  Longer,
  MoveAxis,
  MoveAxisProblem,
  Pad,
  PadProblem,
  Part,
  PartOfSize,
  Permute,
  PermuteProblem,
  Reduce,
  Repeat,
  Reshape,
  ReshapeProblem,
  Shape,
  ShapeOf,
  Slice,
  SliceProblem,
  SliceSpec,
  SplitProblem,
  Squeeze,
  SqueezeProblem,
  Tile,
  Transpose,
  Unless,
  UnlessListed,
} from '../types/index.js'
import { wrap } from '../wrap.js'

/** The parts of a tensor: a list for a number of parts, a tuple for a tuple of sizes. */
type Parts<A extends Shape, Sizes, X> = Sizes extends number
  ? Tensor<Part<A, Sizes, X>>[]
  : { -readonly [I in keyof Sizes]: Tensor<PartOfSize<A, Sizes[I], X, Sizes>> }

/** The methods that move elements without calculating. */
export const movement = {
  /** The same elements in another shape, in row-major order; one size may be −1 and follows from the others. */
  reshape<T extends Tensor, const B extends Shape>(
    this: T,
    shape: B & Unless<ReshapeProblem<ShapeOf<T>, B>, unknown>,
  ): Tensor<Reshape<ShapeOf<T>, B>> {
    return wrap(ops.reshape(this.node, shape))
  },

  /** Axes `start` to `end` (included) as one axis; by default all. */
  flatten<T extends Tensor, X extends number = 0, Y extends number = -1>(
    this: T,
    start?: Unless<FlattenAxisProblem<ShapeOf<T>, X>, X>,
    end?: Unless<FlattenAxisProblem<ShapeOf<T>, Y> | FlattenProblem<ShapeOf<T>, X, Y>, Y>,
  ): Tensor<Flatten<ShapeOf<T>, X, Y>> {
    return wrap(ops.flatten(this.node, start as number | undefined, end as number | undefined))
  },

  /** The axes in another order: axis i of the result is axis `axes[i]` of this. */
  permute<T extends Tensor, const B extends Shape>(
    this: T,
    axes: B & Unless<PermuteProblem<ShapeOf<T>, B>, unknown>,
  ): Tensor<Permute<ShapeOf<T>, B>> {
    return wrap(ops.permute(this.node, axes))
  },

  /** Two axes exchanged, by default the last two: rows become columns. */
  transpose<T extends Tensor, X extends number = -2, Y extends number = -1>(
    this: T,
    first?: Unless<AxisProblem<'transpose', ShapeOf<T>, X>, X>,
    second?: Unless<AxisProblem<'transpose', ShapeOf<T>, Y>, Y>,
  ): Tensor<Transpose<ShapeOf<T>, X, Y>> {
    return wrap(ops.transpose(this.node, first as number | undefined, second as number | undefined))
  },

  /** Axes moved to other places; the rest keep their order. */
  moveAxis<T extends Tensor, const X extends Axes, const Y extends Axes>(
    this: T,
    from: UnlessListed<AxisProblem<'moveAxis', ShapeOf<T>, X>, X>,
    to: UnlessListed<AxisProblem<'moveAxis', ShapeOf<T>, Y> | MoveAxisProblem<X, Y>, Y>,
  ): Tensor<MoveAxis<ShapeOf<T>, X, Y>> {
    return wrap(ops.moveAxis(this.node, from as Axes, to as Axes))
  },

  /** Stretched to the shape as broadcasting does; −1 keeps a size. */
  expand<T extends Tensor, const B extends Shape>(
    this: T,
    shape: B & Unless<ExpandProblem<ShapeOf<T>, B>, unknown>,
  ): Tensor<Expand<ShapeOf<T>, B>> {
    return wrap(ops.expand(this.node, shape))
  },

  /** Without the axes of size 1, or without the given ones, whose size must be 1. */
  squeeze<T extends Tensor, const X extends Axes | undefined = undefined>(
    this: T,
    axis?: UnlessListed<AxisProblem<'squeeze', ShapeOf<T>, X> | SqueezeProblem<ShapeOf<T>, X>, X>,
  ): Tensor<Squeeze<ShapeOf<T>, X>> {
    return wrap(ops.squeeze(this.node, axis as Axes | undefined))
  },

  /** With new axes of size 1, which stand at `axis` in the result. */
  unsqueeze<T extends Tensor, const X extends Axes>(
    this: T,
    axis: UnlessListed<AxisProblem<'unsqueeze', Longer<ShapeOf<T>, X>, X>, X>,
  ): Tensor<Insert<ShapeOf<T>, X, 1>> {
    return wrap(ops.unsqueeze(this.node, axis as Axes))
  },

  /** The elements in reverse order along the axes, or along all. */
  flip<T extends Tensor, const X extends Axes | undefined = undefined>(
    this: T,
    axis?: UnlessListed<AxisProblem<'flip', ShapeOf<T>, X>, X>,
  ): Tensor<ShapeOf<T>> {
    return wrap(ops.flip(this.node, axis as Axes | undefined))
  },

  /** The elements moved on along an axis; what leaves at the end comes in at the start. */
  roll<T extends Tensor, const X extends Axes | undefined = undefined>(
    this: T,
    shift: number | readonly number[],
    axis?: UnlessListed<AxisProblem<'roll', ShapeOf<T>, X>, X>,
  ): Tensor<ShapeOf<T>> {
    return wrap(ops.roll(this.node, shift, axis as Axes | undefined))
  },

  /** Copies side by side: so many of the whole along each axis. */
  tile<T extends Tensor, const C extends number | readonly number[]>(this: T, counts: C): Tensor<Tile<ShapeOf<T>, C>> {
    return wrap(ops.tile(this.node, counts))
  },

  /** Each element `count` times in a row along an axis, or in the flattened tensor if it is left out. */
  repeat<T extends Tensor, C extends number, X extends number | undefined = undefined>(
    this: T,
    count: C,
    axis?: Unless<AxisProblem<'repeat', ShapeOf<T>, X>, X>,
  ): Tensor<Repeat<ShapeOf<T>, C, X>> {
    return wrap(ops.repeat(this.node, count, axis as number | undefined))
  },

  /** With a margin around it. */
  pad<T extends Tensor, const P extends Paddings>(
    this: T,
    paddings: UnlessListed<PadProblem<ShapeOf<T>, P>, P>,
    options?: PadOptions,
  ): Tensor<Pad<ShapeOf<T>, P>> {
    return wrap(ops.pad(this.node, paddings as Paddings, options))
  },

  /**
   * A part, one spec per axis: a number picks one element and drops the axis, `[start, stop, step]` takes a range,
   * `null` or `':'` all; `'...'` stands for the axes that the other specs leave over.
   *
   * @example x.slice(0, [2, 5], [null, null, -1]) // x[0, 2:5, ::-1]
   */
  slice<T extends Tensor, const S extends readonly SliceSpec[]>(
    this: T,
    ...specs: S & Unless<SliceProblem<ShapeOf<T>, S>, unknown>
  ): Tensor<Slice<ShapeOf<T>, S>> {
    return wrap(ops.slice(this.node, ...(specs as readonly ops.SliceSpec[])))
  },

  /** The part at an index along an axis (0), which disappears: x[index]. */
  at<T extends Tensor, const I extends number, X extends number = 0>(
    this: T,
    index: Unless<AtProblem<'at', ShapeOf<T>, I, X>, I>,
    axis?: Unless<AxisProblem<'at', ShapeOf<T>, X>, X>,
  ): Tensor<Reduce<ShapeOf<T>, X, false>> {
    return wrap(ops.at(this.node, index as number, axis as number | undefined))
  },

  /** Cut along an axis (0) into so many equal parts, or into parts of the listed sizes, of which one may be −1. */
  split<T extends Tensor, const C extends number | readonly number[], X extends number = 0>(
    this: T,
    sizesOrCount: UnlessListed<SplitProblem<ShapeOf<T>, C, X>, C>,
    axis?: Unless<AxisProblem<'split', ShapeOf<T>, X>, X>,
  ): Parts<ShapeOf<T>, C, X> {
    const parts = ops.split(this.node, sizesOrCount as number | readonly number[], axis as number | undefined)
    return parts.map((part) => wrap(part)) as Parts<ShapeOf<T>, C, X>
  },
}
