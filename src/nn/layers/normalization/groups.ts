import { expectNumber } from '../../../core/arguments.js'
import { fail, failShape } from '../../../core/errors.js'
import { checkOptions } from '../../../core/options.js'
import { formatShape } from '../../../core/shape.js'
import type { Node } from '../../../graph/node.js'
import * as ops from '../../../operations/index.js'
import type { ShapeFunction, Unless } from '../../../tensor/types/index.js'
import type { Parameter } from '../../../tensor/variable.js'
import { expectCount } from '../../counts.js'
import { Layer } from '../../layer.js'
import type { GroupsProblem } from '../../types/groups.js'
import type { FeatureNormShape, NormShape } from '../../types/normalization.js'
import type { Fronts } from '../../types/sizes.js'
import type { Picture, Sequence, Volume } from '../../types/windows.js'
import { expectAxes } from '../axes.js'
import { type AffineOptions, affineOptions, filled } from './options.js'

/** Normalisation of each example over all places and groups of channels. */
abstract class Grouped<F extends ShapeFunction, Channels extends number> extends Layer<F> {
  /** [channels]; ones at first */
  readonly weight: Parameter<[Channels]> | undefined
  /** [channels]; zeros at first */
  readonly bias: Parameter<[Channels]> | undefined
  readonly epsilon: number

  constructor(
    protected readonly operation: string,
    readonly groups: number,
    readonly channels: Channels,
    affine: boolean,
    options: AffineOptions,
  ) {
    super()
    checkOptions(operation, options, affineOptions)
    expectCount(operation, 'groups', groups)
    expectCount(operation, 'channels', channels)
    if (channels % groups !== 0) {
      fail(
        `${operation}: ${channels} channels do not divide into ${groups} groups`,
        'Choose a number of channels that is a multiple of the number of groups.',
      )
    }
    const { epsilon = 1e-5, dtype = 'float32' } = options
    this.epsilon = expectNumber(operation, 'epsilon', epsilon)
    if (options.affine ?? affine) {
      this.weight = filled(1, [channels], dtype, 'weight')
      this.bias = filled(0, [channels], dtype, 'bias')
    }
  }

  protected normalized(x: Node): Node {
    return ops.groupNorm(x, this.groups, this.weight?.node, this.bias?.node, { epsilon: this.epsilon })
  }
}

/** See {@link groupNorm}. */
export class GroupNorm<Channels extends number = number> extends Grouped<
  FeatureNormShape<'groupNorm', Channels>,
  Channels
> {
  constructor(groups: number, channels: Channels, options: AffineOptions = {}) {
    super('groupNorm', groups, channels, true, options)
  }

  protected run(x: Node): Node {
    if (x.rank < 2 || x.shape[x.rank - 1] !== this.channels) {
      failShape(
        'groupNorm',
        `${this.label} takes [batch, …, ${this.channels}], it is given ${formatShape(x.shape)}`,
        'The channels are the last axis.',
      )
    }
    return this.normalized(x)
  }

  protected override describe(): string {
    return `${this.groups} groups of ${this.channels / this.groups}${this.weight === undefined ? ', not affine' : ''}`
  }
}

abstract class InstanceNorm<Name extends string, Axes extends keyof Fronts, Channels extends number> extends Grouped<
  NormShape<Name, Axes, Channels>,
  Channels
> {
  readonly #axes: Axes

  constructor(operation: Name, axes: Axes, channels: Channels, options: AffineOptions) {
    super(operation, channels, channels, false, options)
    this.#axes = axes
  }

  protected run(x: Node): Node {
    expectAxes(this.operation, this.label, x, this.#axes, this.channels)
    return this.normalized(x)
  }

  protected override describe(): string {
    return `${this.channels} channels${this.weight === undefined ? '' : ', affine'}`
  }
}

/** See {@link instanceNorm1d}. */
export class InstanceNorm1d<C extends number = number> extends InstanceNorm<'instanceNorm1d', Sequence, C> {
  constructor(channels: C, options: AffineOptions = {}) {
    super('instanceNorm1d', 'batch, length', channels, options)
  }
}

/** See {@link instanceNorm2d}. */
export class InstanceNorm2d<C extends number = number> extends InstanceNorm<'instanceNorm2d', Picture, C> {
  constructor(channels: C, options: AffineOptions = {}) {
    super('instanceNorm2d', 'batch, height, width', channels, options)
  }
}

/** See {@link instanceNorm3d}. */
export class InstanceNorm3d<C extends number = number> extends InstanceNorm<'instanceNorm3d', Volume, C> {
  constructor(channels: C, options: AffineOptions = {}) {
    super('instanceNorm3d', 'batch, depth, height, width', channels, options)
  }
}

/**
 * A layer that brings each example to mean 0 and variance 1 over all places and the channels of a group:
 * y = (x − mean) / √(variance + ε) · weight + bias, of [batch, …, channels]. The shape stays, and batches may be small.
 * (Wu and He, "Group normalization", 2018.)
 *
 * @throws if a number is not a whole one of at least 1, or the groups do not divide the channels
 * @example groupNorm(2, 6).forward(maps) // [128, 14, 14, 6] → [128, 14, 14, 6]
 */
export function groupNorm<Groups extends number, Channels extends number>(
  groups: Groups,
  channels: Channels & Unless<GroupsProblem<'groupNorm', Channels, Channels, Groups>, unknown>,
  options: AffineOptions = {},
): GroupNorm<Channels> {
  return new GroupNorm(groups, channels as Channels, options)
}

/**
 * As {@link instanceNorm2d}, for sequences [batch, length, channels].
 *
 * @throws if the number of channels is not a whole one of at least 1
 * @example instanceNorm1d(8).forward(sequences) // [128, 100, 8] → [128, 100, 8]
 */
export const instanceNorm1d = <C extends number>(channels: C, options: AffineOptions = {}): InstanceNorm1d<C> =>
  new InstanceNorm1d(channels, options)

/**
 * A layer that brings each channel of each example to mean 0 and variance 1 over all places: y = (x − mean) / √(variance + ε), of
 * [batch, height, width, channels]. With `affine: true` (false, as in PyTorch) there are a trained weight and bias for each channel.
 * (Ulyanov et al., "Instance normalization: the missing ingredient for fast stylization", 2016.)
 *
 * @throws if the number of channels is not a whole one of at least 1
 * @example instanceNorm2d(6, { affine: true }).forward(maps) // [128, 14, 14, 6] → [128, 14, 14, 6]
 */
export const instanceNorm2d = <C extends number>(channels: C, options: AffineOptions = {}): InstanceNorm2d<C> =>
  new InstanceNorm2d(channels, options)

/**
 * As {@link instanceNorm2d}, for volumes [batch, depth, height, width, channels].
 *
 * @throws if the number of channels is not a whole one of at least 1
 * @example instanceNorm3d(1).forward(volumes) // [2, 16, 16, 16, 1] → [2, 16, 16, 16, 1]
 */
export const instanceNorm3d = <C extends number>(channels: C, options: AffineOptions = {}): InstanceNorm3d<C> =>
  new InstanceNorm3d(channels, options)
