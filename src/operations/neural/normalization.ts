import { failShape } from '../../core/errors.js'
import { formatShape, normalizeAxes, range, sizeOf } from '../../core/shape.js'
import { build, type Node } from '../../graph/index.js'
import { add, mul, sub } from '../elementwise/arithmetic.js'
import { floating, inFloat32, like, type Operand } from '../operand.js'
import { type Axes, mean, variance } from '../reductions.js'

export interface NormalizationOptions {
  /** Added to the variance, so that constants do not divide by 0; 1e-5. */
  readonly epsilon?: number
}

/** (x − mean) / √(variance + ε) · scale + shift; all broadcast, scale and shift may be left out. */
export const normalize = inFloat32(
  (
    x: Operand,
    center: Operand,
    spread: Operand,
    scale?: Operand,
    shift?: Operand,
    { epsilon = 1e-5 }: NormalizationOptions = {},
  ): Node => {
    const wide = floating(spread)
    const factor = build.reciprocal(build.sqrt(build.add(wide, like(wide, epsilon))))
    const distance = sub(floating(x), center)
    // Where both are the same for many elements, as in batch normalization, their product is taken once for all of these.
    const both = scale === undefined ? factor : mul(factor, scale)
    const isSmall = scale === undefined || sizeOf(both.shape) < sizeOf(distance.shape)
    const scaled = isSmall ? mul(distance, both) : mul(mul(distance, factor), scale)
    return shift === undefined ? scaled : add(scaled, shift)
  },
)

export interface LayerNormOptions extends NormalizationOptions {
  /** The axes over which mean and variance are taken; the last. */
  readonly axes?: Axes
}

/**
 * Each example brought to mean 0 and variance 1 over its features: (x − mean) / √(variance + ε) · scale + shift.
 * (Ba, Kiros and Hinton, "Layer normalization", 2016.)
 */
export const layerNorm = inFloat32(
  (x: Operand, scale?: Operand, shift?: Operand, options: LayerNormOptions = {}): Node => {
    const node = floating(x)
    const axes = normalizeAxes(options.axes ?? -1, node.rank, 'layerNorm')
    const keep = { keepDims: true }
    return normalize(node, mean(node, axes, keep), variance(node, axes, keep), scale, shift, options)
  },
)

/** x / √(mean x² + ε) · scale over the last axis (Zhang and Sennrich, "Root mean square layer normalization", 2019). */
export const rmsNorm = inFloat32((x: Operand, scale?: Operand, options: LayerNormOptions = {}): Node => {
  const node = floating(x)
  const axes = normalizeAxes(options.axes ?? -1, node.rank, 'rmsNorm')
  const power = mean(build.mul(node, node), axes, { keepDims: true })
  return normalize(node, 0, power, scale, undefined, options)
})

/**
 * Mean 0 and variance 1 over all places and the channels of one of `groups` groups: [batch, …spatial, channels].
 * (Wu and He, "Group normalization", 2018.) With one channel per group it is instance normalization.
 */
export const groupNorm = inFloat32(
  (x: Operand, groups: number, scale?: Operand, shift?: Operand, options: NormalizationOptions = {}): Node => {
    const node = floating(x)
    const channels = node.shape[node.rank - 1]
    if (node.rank < 2 || !Number.isInteger(groups) || groups < 1 || channels % groups !== 0) {
      failShape(
        'groupNorm',
        `${channels} channels of ${formatShape(node.shape)} do not divide into ${groups} groups`,
        'Channels are the last axis; the number of groups must divide them.',
      )
    }
    const grouped = build.reshape(node, [...node.shape.slice(0, -1), groups, channels / groups])
    const axes = range(grouped.rank).filter((axis) => axis !== 0 && axis !== grouped.rank - 2)
    const keep = { keepDims: true }
    const normal = normalize(
      grouped,
      mean(grouped, axes, keep),
      variance(grouped, axes, keep),
      undefined,
      undefined,
      options,
    )
    const scaled =
      scale === undefined ? build.reshape(normal, node.shape) : mul(build.reshape(normal, node.shape), scale)
    return shift === undefined ? scaled : add(scaled, shift)
  },
)
