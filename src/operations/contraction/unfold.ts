import { failShape } from '../../core/errors.js'
import { checkOptions, type OptionNames } from '../../core/options.js'
import { formatShape, range, sameShape } from '../../core/shape.js'
import { build, type Node } from '../../graph/index.js'
import { scatterAdd } from '../indexing/scatter.js'
import { take } from '../indexing/take.js'
import { moveAxis } from '../movement/shape.js'
import { lift, like, type Operand } from '../operand.js'
import { perAxis, resolvePadding, spatialAxes, type WindowPadding } from './windows.js'

export interface UnfoldOptions {
  /** Distance between windows; 1. */
  readonly stride?: number | readonly number[]
  /** Zeros around the image; 'valid'. */
  readonly padding?: WindowPadding
  /** Distance between the elements of a window; 1. */
  readonly dilation?: number | readonly number[]
}

const names: OptionNames<UnfoldOptions> = { stride: true, padding: true, dilation: true }

interface Places {
  readonly windows: readonly number[]
  readonly padding: readonly (readonly [number, number])[]
  readonly places: readonly number[]
  /** For each axis the place of each window's elements in the padded image, int32 [places, window]. */
  readonly indices: readonly Node[]
}

function placesOf(
  operation: string,
  sizes: readonly number[],
  window: number | readonly number[],
  options: UnfoldOptions,
): Places {
  checkOptions(operation, options, names)
  const count = sizes.length
  const windows = perAxis(operation, 'window', window, count)
  const strides = perAxis(operation, 'stride', options.stride ?? 1, count)
  const dilations = perAxis(operation, 'dilation', options.dilation ?? 1, count)
  const reaches = windows.map((n, i) => (n - 1) * dilations[i] + 1)
  const padding = resolvePadding(operation, options.padding ?? 'valid', sizes, reaches, strides)
  const places = sizes.map((n, i) => Math.floor((n + padding[i][0] + padding[i][1] - reaches[i]) / strides[i]) + 1)
  if (places.some((n) => n < 1)) {
    failShape(
      operation,
      `the window ${formatShape(reaches)} is larger than the image ${formatShape(sizes)}`,
      'Use a smaller window or more padding.',
    )
  }
  const indices = places.map((n, i) => {
    const shape = [n, windows[i]]
    const [row, column] = [build.iota('int32', shape, 0), build.iota('int32', shape, 1)]
    return build.add(build.mul(row, like(row, strides[i])), build.mul(column, like(column, dilations[i])))
  })
  return { windows, padding, places, indices }
}

const margins = (padding: Places['padding'], side: 0 | 1): number[] => [0, ...padding.map((pair) => pair[side]), 0]

/**
 * All windows side by side (im2col): [batch, …spatial, channels] → [batch, …places, …window, channels].
 * A convolution is the product of these with its kernel.
 * @throws ShapeError if the window is larger than the padded image.
 */
export function unfold(x: Operand, window: number | readonly number[], options: UnfoldOptions = {}): Node {
  const image = lift(x)
  const count = spatialAxes('unfold', image)
  const { padding, indices } = placesOf('unfold', image.shape.slice(1, -1), window, options)
  const padded = build.pad(image, margins(padding, 0), margins(padding, 1), undefined, 0)
  const cut = indices.reduce((node, index, i) => take(node, index, 1 + 2 * i), padded)
  // [batch, places, window, places, window, …, channels]
  return moveAxis(
    cut,
    range(count).map((i) => 2 + 2 * i),
    range(count).map((i) => 1 + count + i),
  )
}

/**
 * The transpose of {@link unfold} (col2im): windows put back where they come from, and added where they overlap:
 * [batch, …places, …window, channels] → [batch, …size, channels].
 * @throws ShapeError if there are other windows than an image of this size has.
 */
export function fold(x: Operand, size: number | readonly number[], options: UnfoldOptions = {}): Node {
  const windows = lift(x)
  const count = (windows.rank - 2) / 2
  if (!Number.isInteger(count) || count < 1) {
    failShape('fold', `${formatShape(windows.shape)} are no windows`, 'Give [batch, …places, …window, channels].')
  }
  const sizes = perAxis('fold', 'size', size, count)
  const window = windows.shape.slice(1 + count, 1 + 2 * count)
  const { padding, places, indices } = placesOf('fold', sizes, window, options)
  if (!sameShape(places, windows.shape.slice(1, 1 + count))) {
    failShape(
      'fold',
      `an image of ${formatShape(sizes)} has ${formatShape(places)} windows, not those of ${formatShape(windows.shape)}`,
      'Give the size and options of the image that was unfolded.',
    )
  }
  const paired = moveAxis(
    windows,
    range(count).map((i) => 1 + count + i),
    range(count).map((i) => 2 + 2 * i),
  )
  const padded = sizes.map((n, i) => padding[i][0] + n + padding[i][1])
  // From the last axis to the first: axis 1 + 2i, 2 + 2i of the windows become axis 1 + i … of the image.
  const whole = range(count).reduceRight((node, i) => {
    const axis = 1 + 2 * i
    const shape = [...node.shape.slice(0, axis), padded[i], ...node.shape.slice(axis + 2)]
    return scatterAdd(build.fill(0, shape, node.dtype), indices[i], node, axis)
  }, paired)
  const starts = margins(padding, 0)
  return build.slice(whole, starts, [whole.shape[0], ...sizes, whole.shape[whole.rank - 1]])
}
