import { expectBoolean, expectNumber } from '../../core/arguments.js'
import { isFloat } from '../../core/dtype.js'
import { fail, failShape } from '../../core/errors.js'
import { checkOptions, type OptionNames } from '../../core/options.js'
import { formatShape, range, sameShape, sizeOf } from '../../core/shape.js'
import { build, type Node, type Padding, type WindowAttributes } from '../../graph/index.js'
import { pow } from '../elementwise/arithmetic.js'
import { scatterAlongAxis } from '../indexing/scatter.js'
import { floating, inFloat32, lift, like, type Operand, stretch } from '../operand.js'
import { mean, type ReductionOptions } from '../reductions.js'
import { perAxis, resolvePadding, spatialAxes, type WindowPadding } from './windows.js'

export interface PoolOptions {
  /** Distance between windows; the window, so that they touch. */
  readonly stride?: number | readonly number[]
  /** 'valid' */
  readonly padding?: WindowPadding
  /**
   * Whether there is a place for what remains behind the last whole window, as long as it begins in the picture or the margin before it;
   * false.
   */
  readonly ceilMode?: boolean
}

const poolOptions: OptionNames<PoolOptions> = { stride: true, padding: true, ceilMode: true }

/**
 * The largest element of each window, per channel: [batch, …spatial, channels] → [batch, …places, channels]. Padding never wins.
 * @throws ShapeError if a window is larger than the padded image.
 */
export function maxPool(x: Operand, window: number | readonly number[], options: PoolOptions = {}): Node {
  checkOptions('maxPool', options, poolOptions)
  const image = lift(x)
  return build.maxPool(image, windowsOf('maxPool', image, window, options))
}

/**
 * {@link maxPool}, and where the elements come from: the int32 index of the place in the image, counted row by row, as PyTorch does.
 * {@link maxUnpool} puts values back there.
 */
export function maxPoolWithIndices(
  x: Operand,
  window: number | readonly number[],
  options: PoolOptions = {},
): { values: Node; indices: Node } {
  checkOptions('maxPoolWithIndices', options, poolOptions)
  const image = lift(x)
  const windows = windowsOf('maxPoolWithIndices', image, window, options)
  const spatial = image.shape.slice(1, -1)
  // Places are picked as numbers of the image's dtype, which must hold them all.
  const isNarrow = isFloat(image.dtype) && image.dtype !== 'float64'
  const exact = sizeOf(spatial) <= 2 ** 24 && isNarrow ? 'float32' : 'float64'
  const places = build.reshape(build.iota('int32', [sizeOf(spatial)], 0), [1, ...spatial, 1])
  const source = build.cast(build.stopGradient(image), exact)
  const indices = build.maxPoolSelect(source, build.cast(stretch(places, image.shape), exact), windows)
  return { values: build.maxPool(image, windows), indices: build.cast(indices, 'int32') }
}

/**
 * Values at the places that {@link maxPoolWithIndices} has told, zeros elsewhere: [batch, …places, channels] →
 * [batch, …size, channels]. (Zeiler and Fergus, "Visualizing and understanding convolutional networks", 2014.)
 * @throws ShapeError if indices are not of the shape of the values. An index outside of the picture is an error when it is computed.
 */
export function maxUnpool(values: Operand, indices: Operand, size: number | readonly number[]): Node {
  const pooled = lift(values)
  const sizes = perAxis('maxUnpool', 'size', size, spatialAxes('maxUnpool', pooled))
  const index = lift(indices)
  if (!sameShape(index.shape, pooled.shape)) {
    failShape(
      'maxUnpool',
      `values ${formatShape(pooled.shape)} and indices ${formatShape(index.shape)} differ in shape`,
      'Take the indices that maxPoolWithIndices gave for values of this shape.',
    )
  }
  const [batch, channels] = [pooled.shape[0], pooled.shape[pooled.rank - 1]]
  const flat = [batch, sizeOf(pooled.shape.slice(1, -1)), channels]
  const zeros = build.fill(0, [batch, sizeOf(sizes), channels], pooled.dtype)
  const placed = scatterAlongAxis(zeros, build.reshape(index, flat), build.reshape(pooled, flat), 1)
  return build.reshape(placed, [batch, ...sizes, channels])
}

export interface AveragePoolOptions extends PoolOptions {
  /** Whether padding counts as zeros; true. Otherwise windows at the rim average the elements that they have. */
  readonly countPadding?: boolean
}

/** The mean of each window, per channel: [batch, …spatial, channels] → [batch, …places, channels]. */
export const avgPool = inFloat32(
  (x: Operand, window: number | readonly number[], options: AveragePoolOptions = {}): Node => {
    checkOptions('avgPool', options, { ...poolOptions, countPadding: true })
    const image = floating(x)
    const windows = windowsOf('avgPool', image, window, options)
    const total = build.sumPool(image, windows)
    const { countPadding = true } = options
    // What counts as an element: the picture, and its margin where that counts; never what lies behind it in ceil mode.
    const margin = countPadding ? windowsOf('avgPool', image, window, { ...options, ceilMode: false }).padding : []
    const isUneven = windows.padding.some(
      ([low, high], i) => low > (margin[i]?.[0] ?? 0) || high > (margin[i]?.[1] ?? 0),
    )
    if (isUneven) {
      const ones = build.fill(
        1,
        [1, ...image.shape.slice(1, -1).map((n, i) => n + (margin[i]?.[0] ?? 0) + (margin[i]?.[1] ?? 0)), 1],
        total.dtype,
      )
      const left = windows.padding.map(
        ([low, high], i): Padding => [low - (margin[i]?.[0] ?? 0), high - (margin[i]?.[1] ?? 0)],
      )
      const counts = build.sumPool(ones, { ...windows, padding: left })
      return build.div(total, build.expand(counts, total.shape))
    }
    return build.div(total, like(total, sizeOf(windows.window)))
  },
)

/** The sum of each window, per channel: [batch, …spatial, channels] → [batch, …places, channels]. */
export function sumPool(x: Operand, window: number | readonly number[], options: PoolOptions = {}): Node {
  checkOptions('sumPool', options, poolOptions)
  const image = lift(x)
  const counted = image.dtype === 'bool' || image.dtype === 'uint8' ? build.cast(image, 'int32') : image
  return build.sumPool(counted, windowsOf('sumPool', counted, window, options))
}

/**
 * (Σ xᵖ)^(1/p) over each window, per channel: p = 1 is the sum, large p come near the largest. The gradient where the sum is 0 is 0.
 * (Gulcehre et al., "Learned-norm pooling for deep feedforward and recurrent neural networks", 2014.)
 */
export const lpPool = inFloat32(
  (x: Operand, p: number, window: number | readonly number[], options: PoolOptions = {}): Node => {
    checkOptions('lpPool', options, poolOptions)
    if (!(expectNumber('lpPool', 'the exponent', p) > 0 && p < Infinity)) {
      fail(`lpPool: the exponent is ${p}`, 'Give a positive number.')
    }
    const image = floating(x)
    const total = build.sumPool(pow(image, p), windowsOf('lpPool', image, window, options))
    const isZero = build.equal(total, like(total, 0))
    return build.where(isZero, total, pow(build.where(isZero, like(total, 1), total), 1 / p))
  },
)

/** The mean over all spatial axes: [batch, …spatial, channels] → [batch, channels]. */
export function globalAveragePool(x: Operand, options: ReductionOptions = {}): Node {
  const image = lift(x)
  const count = spatialAxes('globalAveragePool', image)
  return mean(
    image,
    range(count).map((i) => i + 1),
    options,
  )
}

function windowsOf(
  operation: string,
  image: Node,
  window: number | readonly number[],
  { stride = window, padding = 'valid', ceilMode = false }: PoolOptions,
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
  if (!expectBoolean(operation, 'ceilMode', ceilMode)) return { window: lengths, strides, padding: paddings }
  return {
    window: lengths,
    strides,
    padding: paddings.map((pair, i) => ceiled(pair, sizes[i], lengths[i], strides[i])),
  }
}

/** A margin that is so much wider behind that the last window begins as late as it may. */
function ceiled([low, high]: Padding, size: number, window: number, stride: number): Padding {
  const last = Math.min(Math.ceil((low + size + high - window) / stride), Math.floor((low + size - 1) / stride))
  return [low, Math.max(high, last * stride + window - size - low)]
}
