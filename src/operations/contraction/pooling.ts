import { failShape } from '../../core/errors.js'
import { formatShape } from '../../core/shape.js'
import { build, type Node, type WindowAttributes } from '../../graph/index.js'
import { floating, inFloat32, lift, like, type Operand } from '../operand.js'
import { mean, type ReductionOptions } from '../reductions.js'
import { perAxis, resolvePadding, spatialAxes, type WindowPadding } from './windows.js'

export interface PoolOptions {
  /** Distance between windows; the window, so that they touch. */
  readonly stride?: number | readonly number[]
  /** 'valid' */
  readonly padding?: WindowPadding
}

/** The largest element of each window, per channel: [batch, …spatial, channels] → [batch, …places, channels]. Padding never wins. */
export function maxPool(x: Operand, window: number | readonly number[], options: PoolOptions = {}): Node {
  const image = lift(x)
  return build.maxPool(image, windowsOf('maxPool', image, window, options))
}

export interface AveragePoolOptions extends PoolOptions {
  /** Whether padding counts as zeros; true. Otherwise windows at the rim average the elements that they have. */
  readonly countPadding?: boolean
}

/** The mean of each window, per channel: [batch, …spatial, channels] → [batch, …places, channels]. */
export const avgPool = inFloat32(
  (x: Operand, window: number | readonly number[], options: AveragePoolOptions = {}): Node => {
    const image = floating(x)
    const windows = windowsOf('avgPool', image, window, options)
    const total = build.sumPool(image, windows)
    const padded = windows.padding.flat().some((n) => n > 0)
    if (options.countPadding === false && padded) {
      const spatial = image.shape.slice(1, -1)
      const counts = build.sumPool(build.fill(1, [1, ...spatial, 1], image.dtype), windows)
      return build.div(total, build.expand(counts, total.shape))
    }
    const count = windows.window.reduce((a, b) => a * b, 1)
    return build.div(total, like(total, count))
  },
)

/** The mean over all spatial axes: [batch, …spatial, channels] → [batch, channels]. */
export function globalAveragePool(x: Operand, options: ReductionOptions = {}): Node {
  const image = lift(x)
  const count = spatialAxes('globalAveragePool', image)
  return mean(
    image,
    Array.from({ length: count }, (_, i) => i + 1),
    options,
  )
}

function windowsOf(
  operation: string,
  image: Node,
  window: number | readonly number[],
  { stride = window, padding = 'valid' }: PoolOptions,
): WindowAttributes {
  const count = spatialAxes(operation, image)
  const sizes = image.shape.slice(1, -1)
  const lengths = perAxis(operation, 'window', window, count)
  const strides = perAxis(operation, 'stride', stride, count)
  const paddings = resolvePadding(operation, padding, sizes, lengths, strides)
  paddings.forEach(([low, high], i) => {
    if (low >= lengths[i] || high >= lengths[i]) {
      failShape(
        operation,
        `padding ${Math.max(low, high)} reaches past a window of ${lengths[i]}`,
        'Padding must be smaller than the window.',
      )
    }
    if (low + sizes[i] + high < lengths[i]) {
      failShape(
        operation,
        `the window ${formatShape(lengths)} is larger than the image ${formatShape(image.shape)}`,
        'Use a smaller window or more padding.',
      )
    }
  })
  return { window: lengths, strides, padding: paddings }
}
