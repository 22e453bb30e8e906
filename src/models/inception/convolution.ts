import * as nn from '../../nn/index.js'

type Sizes = number | readonly [number, number]

interface Options {
  /** 1 */
  readonly stride?: number
  /** 'same' */
  readonly padding?: 'same' | 'valid' | number
  /** false */
  readonly bias?: boolean
  /** 10⁻³ */
  readonly epsilon?: number
}

/** A convolution, its normalisation over the batch, and relu: what a box of the figures stands for. */
export function convolution(inputs: number, outputs: number, kernel: Sizes, options: Options = {}): nn.Sequential {
  const { stride = 1, padding = 'same', bias = false, epsilon = 1e-3 } = options
  return nn.sequential(
    nn.conv2d(inputs, outputs, kernel, { stride, padding, bias, initializer: nn.initializers.heNormal() }),
    nn.batchNorm2d(outputs, { epsilon }),
    nn.relu(),
  ) as nn.Sequential
}

/** Boxes one over the other: channels of each, beginning with those that come in, and sizes of the windows. */
export function tower(channels: readonly number[], ...kernels: readonly Sizes[]): nn.Sequential {
  const boxes = kernels.map((kernel, i) => convolution(channels[i], channels[i + 1], kernel))
  return nn.sequential(...boxes) as nn.Sequential
}

/** As {@link tower}, with a last box that halves the picture and has no margin. */
export function halving(channels: readonly number[], ...kernels: readonly Sizes[]): nn.Sequential {
  const last = kernels.length - 1
  const boxes = kernels.map((kernel, i) =>
    convolution(channels[i], channels[i + 1], kernel, i === last ? { stride: 2, padding: 'valid' } : {}),
  )
  return nn.sequential(...boxes) as nn.Sequential
}

/** The largest of windows of 3 × 3, at every second place. */
export const pool = () => nn.maxPool2d(3, { stride: 2 })
