import { fail } from '../../../core/errors.js'
import type { Node } from '../../../graph/node.js'
import type { ConvolutionOptions } from '../../../nn/layers/convolution/convolution.js'
import { DepthwiseConv } from '../../../nn/layers/convolution/depthwise.js'
import { Conv } from '../../../nn/layers/convolution/plain.js'
import { SeparableConv } from '../../../nn/layers/convolution/separable.js'
import { ConvTranspose } from '../../../nn/layers/convolution/transposed.js'
import * as ops from '../../../operations/index.js'
import type { Config } from '../config.js'
import { activationOf } from './activations.js'
import { type Build, inOrder, shapeOf, through } from './layer.js'

/** The settings that convolutions and pooling share. */
export function windowOf(config: Config): { readonly padding: 'valid' | 'same' | 'causal' } {
  config.expect('data_format', 'channels_last', 'channelsLast', undefined)
  const padding = config.text('padding', 'valid')
  return padding === 'valid' || padding === 'same' || padding === 'causal'
    ? { padding }
    : config.wrong('padding', padding)
}

function optionsOf(config: Config): ConvolutionOptions & { readonly padding: 'valid' | 'same' } {
  const { padding } = windowOf(config)
  return {
    stride: config.sizes('strides', 1),
    dilation: config.sizes('dilation_rate', 1),
    // What is causal has its margin before.
    padding: padding === 'causal' ? 'valid' : padding,
    bias: config.flag('use_bias', true),
  }
}

/** The axes that layers of so many spatial ones take. */
const spatial = { 1: 'batch, length', 2: 'batch, height, width', 3: 'batch, depth, height, width' } as const

const firstOf = (sizes: number | readonly number[]): number => (typeof sizes === 'number' ? sizes : sizes[0])

const convolution =
  (axes: 1 | 2 | 3): Build =>
  (config, shapes) => {
    const kernel = shapeOf(config, shapes, 0, axes + 2)
    const groups = config.number('groups', 1)
    const [inputs, outputs, window] = [kernel[axes] * groups, kernel[axes + 1], kernel.slice(0, axes)]
    const options = { ...optionsOf(config), groups }
    const module = new Conv('conv', spatial[axes], inputs, outputs, window, options)
    const activation = activationOf(config)
    const before = (window[0] - 1) * firstOf(config.sizes('dilation_rate', 1))
    const isCausal = windowOf(config).padding === 'causal'
    const given = (x: Node): Node => (isCausal ? ops.pad(x, [0, [before, 0], 0]) : x)
    return { module, places: inOrder(module.weight, module.bias), run: ([x]) => activation(through(module, given(x))) }
  }

/** The kernel of Keras has the outputs before the inputs. */
const transposed =
  (axes: 1 | 2 | 3): Build =>
  (config, shapes) => {
    config.expect('output_padding', undefined)
    const kernel = shapeOf(config, shapes, 0, axes + 2)
    const [outputs, inputs, window] = [kernel[axes], kernel[axes + 1], kernel.slice(0, axes)]
    const options = optionsOf(config)
    const strides = window.map((_, i) =>
      typeof options.stride === 'number' ? options.stride : (options.stride?.[i] ?? 1),
    )
    // Where the stride is wider than the kernel, the gap behind the last place belongs to the output.
    const outputPadding = window.map((size, i) => (options.padding === 'valid' ? Math.max(0, strides[i] - size) : 0))
    const module = new ConvTranspose('convTranspose', spatial[axes], inputs, outputs, window, {
      ...options,
      outputPadding,
    })
    const activation = activationOf(config)
    const order = [...window.keys(), axes + 1, axes]
    const [weight, ...bias] = inOrder(module.weight, module.bias)
    return { module, places: [{ ...weight, axes: order }, ...bias], run: ([x]) => activation(through(module, x)) }
  }

const separable =
  (axes: 1 | 2): Build =>
  (config, shapes) => {
    const depthwise = shapeOf(config, shapes, 0, axes + 2)
    const pointwise = shapeOf(config, shapes, 1, axes + 2)
    const [inputs, multiplier, window] = [depthwise[axes], depthwise[axes + 1], depthwise.slice(0, axes)]
    if (windowOf(config).padding === 'causal') fail(`${config.label}: causal padding is not supported.`)
    const options = { ...optionsOf(config), multiplier }
    const module = new SeparableConv('separableConv', spatial[axes], inputs, pointwise[axes + 1], window, options)
    const activation = activationOf(config)
    const places = inOrder(module.depthwise.weight, module.pointwise.weight, module.pointwise.bias)
    return { module, places, run: ([x]) => activation(through(module, x)) }
  }

export const convolutionLayers: Readonly<Record<string, Build>> = {
  Conv1D: convolution(1),
  Conv2D: convolution(2),
  Conv3D: convolution(3),
  Conv1DTranspose: transposed(1),
  Conv2DTranspose: transposed(2),
  Conv3DTranspose: transposed(3),
  SeparableConv1D: separable(1),
  SeparableConv2D: separable(2),
  DepthwiseConv2D(config, shapes) {
    const [height, width, channels, multiplier] = shapeOf(config, shapes, 0, 4)
    const module = new DepthwiseConv('depthwiseConv', spatial[2], channels, [height, width], {
      ...optionsOf(config),
      multiplier,
    })
    const activation = activationOf(config)
    return { module, places: inOrder(module.weight, module.bias), run: ([x]) => activation(through(module, x)) }
  },
}
