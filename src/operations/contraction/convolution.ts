import { failShape } from '../../core/errors.js'
import { checkOptions, type OptionNames } from '../../core/options.js'
import { formatShape, range } from '../../core/shape.js'
import { build, type Node, type Padding } from '../../graph/index.js'
import { flip } from '../movement/slicing.js'
import { numeric, type Operand, promoted } from '../operand.js'
import { perAxis, resolvePadding, spatialAxes, type WindowPadding } from './windows.js'

export interface ConvOptions {
  /** Distance between windows; 1. */
  readonly stride?: number | readonly number[]
  /** 'valid' */
  readonly padding?: WindowPadding
  /** Distance between the elements of the kernel; 1. */
  readonly dilation?: number | readonly number[]
  /** Channels are cut into so many groups that do not see each other; 1. */
  readonly groups?: number
}

const names: OptionNames<ConvOptions> = { stride: true, padding: true, dilation: true, groups: true }

/**
 * Convolution over one, two or three spatial axes (cross-correlation, as is usual in the field):
 * [batch, …spatial, channels] with kernel […window, channels / groups, outputs] → [batch, …places, outputs].
 * @throws ShapeError if channels, groups and kernel do not fit together or the kernel is larger than the padded input.
 * @example conv(images, kernel, { padding: 'same' }) // [8, 28, 28, 1] with [5, 5, 1, 6] → [8, 28, 28, 6]
 */
export function conv(x: Operand, kernel: Operand, options: ConvOptions = {}): Node {
  checkOptions('conv', options, names)
  const { image, weights, strides, dilations, reaches, groups } = prepare('conv', x, kernel, options)
  const sizes = image.shape.slice(1, -1)
  return build.conv(image, weights, {
    strides,
    padding: resolvePadding('conv', options.padding ?? 'valid', sizes, reaches, strides),
    inputDilation: strides.map(() => 1),
    kernelDilation: dilations,
    groups,
  })
}

export interface ConvTransposeOptions extends ConvOptions {
  /** Elements added behind, to choose among the sizes that a strided convolution maps to the same; 0. */
  readonly outputPadding?: number | readonly number[]
}

/**
 * The transpose of a convolution: each input element adds its multiple of the kernel to the output, in steps of `stride`:
 * [batch, …spatial, channels] with kernel […window, channels / groups, outputs] → [batch, …(n − 1) · stride + reach − padding, outputs].
 * `padding` crops the output as it would pad the input of the convolution; 'same' gives n · stride.
 * (Zeiler et al., "Deconvolutional networks", 2010.)
 */
export function convTranspose(x: Operand, kernel: Operand, options: ConvTransposeOptions = {}): Node {
  checkOptions('convTranspose', options, { ...names, outputPadding: true })
  const { image, weights, strides, dilations, reaches, groups } = prepare('convTranspose', x, kernel, options)
  const { padding = 'valid', outputPadding = 0 } = options
  const extra = perAxis('convTranspose', 'output padding', outputPadding, strides.length, 0)
  if (extra.some((n, i) => n > 0 && n >= Math.max(strides[i], dilations[i]))) {
    failShape(
      'convTranspose',
      `output padding ${formatShape(extra)} is not less than the stride ${formatShape(strides)} or the dilation`,
      'It chooses among the sizes that a strided convolution maps to the same.',
    )
  }
  const cropped: Padding[] =
    padding === 'same'
      ? reaches.map((reach, i) => {
          const total = reach - strides[i]
          // A stride beyond the kernel leaves gaps: then the output is extended, which a negative crop behind does.
          return total < 0 ? [0, total] : [Math.floor(total / 2), Math.ceil(total / 2)]
        })
      : resolvePadding('convTranspose', padding, image.shape.slice(1, -1), reaches, strides)
  const margins = cropped.map(([low, high], i): Padding => [reaches[i] - 1 - low, reaches[i] - 1 - high + extra[i]])
  if (margins.flat().some((n) => n < 0)) {
    failShape(
      'convTranspose',
      `padding ${JSON.stringify(padding)} crops more than the kernel ${formatShape(weights.shape)} reaches`,
      'It must be smaller than the (dilated) kernel.',
    )
  }
  return build.conv(image, flip(weights, range(strides.length)), {
    strides: strides.map(() => 1),
    padding: margins,
    inputDilation: strides,
    kernelDilation: dilations,
    groups,
  })
}

interface Prepared {
  readonly image: Node
  readonly weights: Node
  readonly strides: number[]
  readonly dilations: number[]
  /** Elements from the first to the last of a window. */
  readonly reaches: number[]
  readonly groups: number
}

function prepare(operation: string, x: Operand, kernel: Operand, options: ConvOptions): Prepared {
  const { stride = 1, dilation = 1, groups = 1 } = options
  const [image, weights] = promoted([x, kernel], operation).map(numeric)
  const count = spatialAxes(operation, image)
  if (weights.rank !== image.rank) {
    failShape(
      operation,
      `input ${formatShape(image.shape)} and kernel ${formatShape(weights.shape)} have different ranks`,
      'The input is [batch, …spatial, channels], the kernel […window, channels / groups, outputs].',
    )
  }
  const channels = image.shape[count + 1]
  const [inputs, outputs] = weights.shape.slice(-2)
  if (!Number.isInteger(groups) || groups < 1 || channels !== inputs * groups || outputs % groups !== 0) {
    failShape(
      operation,
      `input ${formatShape(image.shape)} has ${channels} channels, kernel ${formatShape(weights.shape)} in ${groups} group(s) takes ${inputs * groups} and gives ${outputs}`,
      'Channels must equal kernel channels × groups, and outputs must divide into the groups. Channels come last.',
    )
  }
  const dilations = perAxis(operation, 'dilation', dilation, count)
  return {
    image,
    weights,
    strides: perAxis(operation, 'stride', stride, count),
    dilations,
    reaches: dilations.map((d, i) => (weights.shape[i] - 1) * d + 1),
    groups,
  }
}
