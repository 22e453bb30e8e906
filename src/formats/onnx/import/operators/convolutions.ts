import { range } from '../../../../core/shape.js'
import * as build from '../../../../graph/build.js'
import type { Node } from '../../../../graph/node.js'
import type { Padding } from '../../../../graph/primitives.js'
import * as ops from '../../../../operations/index.js'
import type { Call, Row } from '../call.js'
import { channelsFirst, channelsLast } from '../layout.js'
import { halves, windowsOf } from './windows.js'

/** Padding that may be negative is cropped from the picture. */
function cropped(image: Node, padding: readonly Padding[]): { image: Node; padding: Padding[] } {
  if (padding.flat().every((n) => n >= 0)) return { image, padding: padding.map(([low, high]): Padding => [low, high]) }
  const low = [0, ...padding.map(([before]) => Math.max(0, -before)), 0]
  const high = [0, ...padding.map(([, after]) => Math.max(0, -after)), 0]
  return {
    image: build.slice(
      image,
      low,
      image.shape.map((n, i) => n - low[i] - high[i]),
    ),
    padding: padding.map(([before, after]): Padding => [Math.max(0, before), Math.max(0, after)]),
  }
}

function withBias(y: Node, bias: Node | undefined): Node {
  return bias === undefined ? y : build.add(y, ops.expand(bias, y.shape))
}

const conv: Row = (call) => {
  const image = channelsLast(call.x)
  const kernel = call.input(1)
  const { strides, dilations, padding } = windowsOf(call, image.shape.slice(1, -1), kernel.shape.slice(2))
  const outputs = [...range(kernel.rank - 2).map((i) => i + 2), 1, 0]
  const given = cropped(image, padding)
  const y = build.conv(given.image, build.permute(kernel, outputs), {
    strides,
    padding: given.padding,
    inputDilation: strides.map(() => 1),
    kernelDilation: dilations,
    groups: call.attributes.int('group', 1),
  })
  return channelsFirst(withBias(y, call.inputs[2]))
}

/** The padding of a transposed convolution, from what is given or from the wanted shape. */
function transposedPadding(
  call: Call,
  sizes: readonly number[],
  full: readonly number[],
  strides: readonly number[],
): Padding[] {
  const { attributes } = call
  const auto = attributes.choice('auto_pad', ['NOTSET', 'SAME_UPPER', 'SAME_LOWER', 'VALID'], 'NOTSET')
  const given = attributes.ints('output_shape')?.slice(-sizes.length)
  const isSame = auto === 'SAME_UPPER' || auto === 'SAME_LOWER'
  const wanted = given ?? (isSame ? sizes.map((n, i) => n * strides[i]) : undefined)
  if (wanted !== undefined) return full.map((n, i) => halves(n - wanted[i], auto === 'SAME_UPPER'))
  const pads = (auto === 'VALID' ? undefined : attributes.ints('pads')) ?? sizes.flatMap(() => [0, 0])
  return sizes.map((_, i): Padding => [pads[i], pads[sizes.length + i]])
}

/** Each element of the picture adds its multiple of the kernel: a convolution of the picture with zeros between its elements. */
const convTranspose: Row = (call) => {
  const { attributes } = call
  const image = channelsLast(call.x)
  const kernel = call.input(1)
  const sizes = image.shape.slice(1, -1)
  const window = kernel.shape.slice(2)
  const groups = attributes.int('group', 1)
  const ones = sizes.map(() => 1)
  const strides = attributes.ints('strides') ?? ones
  const dilations = attributes.ints('dilations') ?? ones
  const behind = attributes.ints('output_padding') ?? sizes.map(() => 0)
  const reach = window.map((n, i) => (n - 1) * dilations[i])
  const full = sizes.map((n, i) => (n - 1) * strides[i] + reach[i] + 1 + behind[i])
  const pads = transposedPadding(call, sizes, full, strides)
  // Spread first: what is cropped may be zeros between elements.
  const spread = build.pad(
    image,
    [0, ...reach, 0],
    [0, ...reach.map((n, i) => n + behind[i]), 0],
    [0, ...strides.map((n) => n - 1), 0],
  )
  const { image: ready, padding } = cropped(
    spread,
    pads.map(([low, high]): Padding => [-low, -high]),
  )
  // [inputs, outputs / groups, …window] → flipped […window, inputs / groups, outputs]
  const [inputs, outputs] = kernel.shape
  const apart = build.reshape(kernel, [groups, inputs / groups, outputs, ...window])
  const axes = [...range(window.length).map((i) => i + 3), 1, 0, 2]
  const joined = build.reshape(build.permute(apart, axes), [...window, inputs / groups, groups * outputs])
  const y = build.conv(ready, ops.flip(joined, range(window.length)), {
    strides: ones,
    padding,
    inputDilation: ones,
    kernelDilation: dilations,
    groups,
  })
  return channelsFirst(withBias(y, call.inputs[2]))
}

export const convolutionOperators = { Conv: conv, ConvTranspose: convTranspose } as const satisfies {
  readonly [operator: string]: Row
}
