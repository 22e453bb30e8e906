import { expectNumber } from '../../../core/arguments.js'
import type { DType } from '../../../core/dtype.js'
import { failShape } from '../../../core/errors.js'
import { checkOptions, type OptionNames } from '../../../core/options.js'
import { formatShape, range, sizeOf } from '../../../core/shape.js'
import * as build from '../../../graph/build.js'
import type { Node } from '../../../graph/node.js'
import * as ops from '../../../operations/index.js'
import { Tensor } from '../../../tensor/tensor.js'
import type { ShapeFunction } from '../../../tensor/types/index.js'
import { Buffer, type Parameter } from '../../../tensor/variable.js'
import { expectCount } from '../../counts.js'
import { Layer } from '../../layer.js'
import type { NormShape, SequenceNormShape } from '../../types/normalization.js'
import type { Fronts } from '../../types/sizes.js'
import type { Picture, Volume } from '../../types/windows.js'
import { expectAxes } from '../axes.js'
import { type AffineOptions, affineOptions, filled, wideDType } from './options.js'

export interface BatchNormOptions extends AffineOptions {
  /** How much of the running statistics each batch replaces, as in PyTorch (Keras calls 1 − momentum so); 0.1. */
  readonly momentum?: number
  /** Whether there are running statistics; without, those of the batch are used in evaluation mode too; true. */
  readonly trackStatistics?: boolean
}

const names: OptionNames<BatchNormOptions> = { ...affineOptions, momentum: true, trackStatistics: true }

/** Batch normalisation over one to three spatial axes; see {@link batchNorm2d}. */
export class BatchNorm<F extends ShapeFunction, Channels extends number = number> extends Layer<F> {
  /** [channels]; ones at first */
  readonly weight: Parameter<[Channels]> | undefined
  /** [channels]; zeros at first */
  readonly bias: Parameter<[Channels]> | undefined
  /** [channels]; float32, or float64 in layers of that dtype; zeros at first */
  readonly runningMean: Buffer<[Channels]> | undefined
  /** [channels]; ones at first */
  readonly runningVariance: Buffer<[Channels]> | undefined
  readonly epsilon: number
  /** How much of the running statistics each batch replaces; it may be changed. */
  momentum: number
  readonly #axes: keyof Fronts

  constructor(
    protected readonly operation: string,
    axes: keyof Fronts,
    readonly channels: Channels,
    options: BatchNormOptions = {},
  ) {
    super()
    checkOptions(operation, options, names)
    expectCount(operation, 'channels', channels)
    const { epsilon = 1e-5, momentum = 0.1, affine = true, trackStatistics = true, dtype = 'float32' } = options
    this.#axes = axes
    this.epsilon = expectNumber(operation, 'epsilon', epsilon)
    this.momentum = expectNumber(operation, 'the momentum', momentum)
    if (affine) {
      this.weight = filled(1, [channels], dtype, 'weight')
      this.bias = filled(0, [channels], dtype, 'bias')
    }
    if (trackStatistics) {
      this.runningMean = statistics(0, channels, dtype, 'runningMean')
      this.runningVariance = statistics(1, channels, dtype, 'runningVariance')
    }
  }

  protected run(x: Node): Node {
    const flat = this.#axes === 'batch, length' && x.rank === 2
    expectAxes(this.operation, this.label, x, flat ? 'batch' : this.#axes, this.channels)
    const { runningMean, runningVariance } = this
    if (runningMean === undefined || runningVariance === undefined) return this.#normalized(x, ...this.#ofBatch(x))
    if (!this.training || this.frozen) return this.#normalized(x, runningMean.node, runningVariance.node)
    const count = sizeOf(x.shape) / this.channels
    if (count < 2) {
      failShape(
        this.operation,
        `${this.label} is trained on ${formatShape(x.shape)}, one value per channel, which has no variance`,
        'Give larger batches, or use the running statistics: layer.eval().',
      )
    }
    const [mean, variance] = this.#ofBatch(x)
    this.#follow(runningMean, mean)
    this.#follow(runningVariance, ops.mul(variance, count / (count - 1)))
    return this.#normalized(x, mean, variance)
  }

  /** Mean and variance of each channel, in float32 at least. */
  #ofBatch(x: Node): [Node, Node] {
    const wide = ops.cast(x, wideDType(x.dtype))
    const axes = range(x.rank - 1)
    return [ops.mean(wide, axes), ops.variance(wide, axes)]
  }

  #normalized(x: Node, mean: Node, variance: Node): Node {
    const { weight, bias, epsilon } = this
    const wide = ops.cast(x, wideDType(x.dtype))
    const normal = ops.normalize(wide, mean, variance, weight?.node, bias?.node, { epsilon })
    const isNarrow = wide !== x && (weight === undefined || weight.dtype === x.dtype)
    return isNarrow ? ops.cast(normal, x.dtype) : normal
  }

  #follow(average: Buffer, value: Node): void {
    const moved = ops.add(ops.mul(average.node, 1 - this.momentum), ops.mul(value, this.momentum))
    average.assignNode(ops.cast(moved, average.dtype))
  }

  protected override describe(): string {
    const options = [
      this.epsilon !== 1e-5 && `epsilon ${this.epsilon}`,
      this.momentum !== 0.1 && `momentum ${this.momentum}`,
      this.weight === undefined && 'not affine',
      this.runningMean === undefined && 'no running statistics',
    ]
    return [`${this.channels} channels`, ...options].filter(Boolean).join(', ')
  }
}

const statistics = (value: number, channels: number, dtype: DType, name: string): Buffer =>
  new Buffer(new Tensor(build.fill(value, [channels], wideDType(dtype))), name)

/** See {@link batchNorm1d}. */
export class BatchNorm1d<Channels extends number = number> extends BatchNorm<
  SequenceNormShape<'batchNorm1d', Channels>,
  Channels
> {
  constructor(channels: Channels, options: BatchNormOptions = {}) {
    super('batchNorm1d', 'batch, length', channels, options)
  }
}

/** See {@link batchNorm2d}. */
export class BatchNorm2d<Channels extends number = number> extends BatchNorm<
  NormShape<'batchNorm2d', Picture, Channels>,
  Channels
> {
  constructor(channels: Channels, options: BatchNormOptions = {}) {
    super('batchNorm2d', 'batch, height, width', channels, options)
  }
}

/** See {@link batchNorm3d}. */
export class BatchNorm3d<Channels extends number = number> extends BatchNorm<
  NormShape<'batchNorm3d', Volume, Channels>,
  Channels
> {
  constructor(channels: Channels, options: BatchNormOptions = {}) {
    super('batchNorm3d', 'batch, depth, height, width', channels, options)
  }
}

/**
 * As {@link batchNorm2d}, for features [batch, channels] and sequences [batch, length, channels].
 *
 * @throws if the number of channels is not a whole one of at least 1
 * @example sequential(linear(784, 128), batchNorm1d(128), relu())
 */
export const batchNorm1d = <Channels extends number>(
  channels: Channels,
  options: BatchNormOptions = {},
): BatchNorm1d<Channels> => new BatchNorm1d(channels, options)

/**
 * A layer that brings each channel to mean 0 and variance 1 over the batch and all places, and gives it a trained scale and shift:
 * y = (x − mean) / √(variance + ε) · weight + bias, of [batch, height, width, channels].
 *
 * While training, mean and variance are those of the batch, and running ones follow them:
 * running = (1 − momentum) · running + momentum · batch, with the unbiased variance Σ (x − mean)² / (n − 1), as in PyTorch.
 * In evaluation mode, and where the layer is frozen (`layer.freeze()`), the running ones are used and stay.
 * (Ioffe and Szegedy, "Batch normalization: accelerating deep network training by reducing internal covariate shift", 2015.)
 *
 * @throws if the number of channels is not a whole one of at least 1; in training, if there is only one value per channel
 * @example sequential(conv2d(1, 6, 5, { bias: false }), batchNorm2d(6), relu())
 */
export const batchNorm2d = <Channels extends number>(
  channels: Channels,
  options: BatchNormOptions = {},
): BatchNorm2d<Channels> => new BatchNorm2d(channels, options)

/**
 * As {@link batchNorm2d}, for volumes [batch, depth, height, width, channels].
 *
 * @throws if the number of channels is not a whole one of at least 1
 * @example sequential(conv3d(1, 8, 3), batchNorm3d(8), relu())
 */
export const batchNorm3d = <Channels extends number>(
  channels: Channels,
  options: BatchNormOptions = {},
): BatchNorm3d<Channels> => new BatchNorm3d(channels, options)
