import * as nn from 'shapewise/nn'

export interface SwiftNetOptions {
  /** Of the three convolutions; 16, 32, 64. */
  readonly maps?: readonly [number, number, number]
  /** Whether values are normalised over the batch before each relu; true. */
  readonly norm?: boolean
  /** Whether the first convolution looks at every second place; else at all, and the largest value of each window is taken; true. */
  readonly strided?: boolean
  /** What makes logits of the features; one linear layer. */
  readonly head?: (features: number) => nn.Link
}

/**
 * A network for digits that is shaped for speed: pictures [batch, 28, 28, 1] → logits [batch, 10].
 *
 * The full size is seen by one convolution only, which takes every second place; no window needs a margin, since digits have one;
 * channels come in multiples of 16, as many as a vector has numbers.
 */
export function swiftNet({ maps = [16, 32, 64], norm = true, strided = true, head }: SwiftNetOptions = {}): nn.Layer {
  const [first, second, third] = maps
  const activation = (channels: number) => nn.sequential(norm ? nn.batchNorm2d(channels) : nn.identity(), nn.relu())
  return nn.sequential(
    nn.conv2d(1, first, 5, { stride: strided ? 2 : 1, bias: !norm }),
    strided ? nn.identity() : nn.maxPool2d(2), // [12, 12, first]
    activation(first),
    nn.conv2d(first, second, 3, { bias: !norm }),
    nn.maxPool2d(2), // [5, 5, second]
    activation(second),
    nn.conv2d(second, third, 3, { bias: !norm }), // [3, 3, third]
    activation(third),
    nn.flatten(),
    head?.(9 * third) ?? nn.linear(9 * third, 10),
  )
}
