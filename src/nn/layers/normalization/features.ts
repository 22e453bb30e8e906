import { expectNumber, oneOrMore } from '../../../core/arguments.js'
import { failShape } from '../../../core/errors.js'
import { checkOptions } from '../../../core/options.js'
import { formatShape, range, sameShape } from '../../../core/shape.js'
import type { Node } from '../../../graph/node.js'
import * as ops from '../../../operations/index.js'
import type { Parameter } from '../../../tensor/variable.js'
import { expectCount } from '../../counts.js'
import { Layer } from '../../layer.js'
import type { FeatureNormShape } from '../../types/normalization.js'
import type { ManySizes } from '../../types/windows.js'
import { type AffineOptions, affineOptions, filled } from './options.js'

export interface LayerNormOptions extends AffineOptions {
  /** Whether there is a bias beside the weight; true. */
  readonly bias?: boolean
}

/** Normalisation of each example over its last axes. */
abstract class FeatureNorm<Name extends string, Features extends ManySizes> extends Layer<
  FeatureNormShape<Name, Features>
> {
  /** Sizes of the last axes. */
  readonly features: readonly number[]

  constructor(
    protected readonly operation: Name,
    features: Features,
  ) {
    super()
    this.features = [...oneOrMore(operation, 'the number of features', features)]
    for (const size of this.features) expectCount(operation, 'features', size)
  }

  /** The axes that are normalised. @throws if the last sizes are not the features */
  protected axes(x: Node): number[] {
    const { features } = this
    if (x.rank < features.length || !sameShape(x.shape.slice(x.rank - features.length), features)) {
      failShape(
        this.operation,
        `${this.label} takes […, ${features.join(', ')}], it is given ${formatShape(x.shape)}`,
        'The features are the last axes.',
      )
    }
    return range(features.length).map((i) => x.rank - features.length + i)
  }
}

/** See {@link layerNorm}. */
export class LayerNorm<Features extends ManySizes = ManySizes> extends FeatureNorm<'layerNorm', Features> {
  /** As the features; ones at first */
  readonly weight: Parameter | undefined
  /** As the features; zeros at first */
  readonly bias: Parameter | undefined
  readonly epsilon: number

  constructor(features: Features, options: LayerNormOptions = {}) {
    super('layerNorm', features)
    checkOptions('layerNorm', options, { ...affineOptions, bias: true })
    const { epsilon = 1e-5, affine = true, bias = true, dtype = 'float32' } = options
    this.epsilon = expectNumber('layerNorm', 'epsilon', epsilon)
    if (affine) this.weight = filled(1, this.features, dtype, 'weight')
    if (affine && bias) this.bias = filled(0, this.features, dtype, 'bias')
  }

  protected run(x: Node): Node {
    return ops.layerNorm(x, this.weight?.node, this.bias?.node, { axes: this.axes(x), epsilon: this.epsilon })
  }

  protected override describe(): string {
    const missing = this.weight === undefined ? 'not affine' : this.bias === undefined && 'no bias'
    return [this.features.join('×'), missing].filter(Boolean).join(', ')
  }
}

/** See {@link rmsNorm}. */
export class RmsNorm<Features extends ManySizes = ManySizes> extends FeatureNorm<'rmsNorm', Features> {
  /** As the features; ones at first */
  readonly weight: Parameter | undefined
  readonly epsilon: number

  constructor(features: Features, options: AffineOptions = {}) {
    super('rmsNorm', features)
    checkOptions('rmsNorm', options, affineOptions)
    const { epsilon = 1e-6, affine = true, dtype = 'float32' } = options
    this.epsilon = expectNumber('rmsNorm', 'epsilon', epsilon)
    if (affine) this.weight = filled(1, this.features, dtype, 'weight')
  }

  protected run(x: Node): Node {
    return ops.rmsNorm(x, this.weight?.node, { axes: this.axes(x), epsilon: this.epsilon })
  }

  protected override describe(): string {
    return [this.features.join('×'), this.weight === undefined && 'not affine'].filter(Boolean).join(', ')
  }
}

/**
 * A layer that brings each example to mean 0 and variance 1 over its features, one last axis or several, whatever the other examples
 * are: y = (x − mean) / √(variance + ε) · weight + bias. The shape stays.
 * (Ba, Kiros and Hinton, "Layer normalization", 2016.)
 *
 * @param features the size of the last axis, or those of the last axes
 * @throws if a size is not a whole number of at least 1
 * @example layerNorm(512).forward(tokens) // [8, 64, 512] → [8, 64, 512]
 */
export const layerNorm = <const Features extends ManySizes>(
  features: Features,
  options: LayerNormOptions = {},
): LayerNorm<Features> => new LayerNorm(features, options)

/**
 * A layer that brings each example to a mean square of 1 over its features: y = x / √(mean x² + ε) · weight, with ε 1e-6. The shape
 * stays. (Zhang and Sennrich, "Root mean square layer normalization", 2019.)
 *
 * @param features the size of the last axis, or those of the last axes
 * @throws if a size is not a whole number of at least 1
 * @example rmsNorm(512).forward(tokens) // [8, 64, 512] → [8, 64, 512]
 */
export const rmsNorm = <const Features extends ManySizes>(
  features: Features,
  options: AffineOptions = {},
): RmsNorm<Features> => new RmsNorm(features, options)
