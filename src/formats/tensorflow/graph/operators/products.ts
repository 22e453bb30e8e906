import { sizeOf } from '../../../../core/shape.js'
import type { Node } from '../../../../graph/node.js'
import * as ops from '../../../../operations/index.js'
import type { Call, Row, Rows } from '../call.js'
import { activations } from './elementwise.js'

type Margins = readonly (readonly [number, number])[]

/** The numbers of an attribute for the two spatial axes. */
function spatial(call: Call, name: string): readonly [number, number] {
  const format = call.attributes.text('data_format', 'NHWC')
  if (format !== 'NHWC') call.refuse(`the layout ${format}`)
  const [, height = 1, width = 1] = call.attributes.ints(name, [1, 1, 1, 1])
  return [height, width]
}

function paddingOf(call: Call): 'same' | 'valid' | Margins {
  const padding = call.attributes.text('padding', 'VALID')
  if (padding === 'SAME') return 'same'
  if (padding === 'VALID') return 'valid'
  if (padding !== 'EXPLICIT') return call.refuse(`the padding ${padding}`)
  const margins = call.attributes.ints('explicit_paddings')
  return [
    [margins[2], margins[3]],
    [margins[4], margins[5]],
  ]
}

function convolved(call: Call, kernel: Node, groups = 1): Node {
  const options = { stride: spatial(call, 'strides'), dilation: spatial(call, 'dilations'), padding: paddingOf(call) }
  return ops.conv(call.x, kernel, { ...options, groups })
}

const convolution = (call: Call): Node => {
  const kernel = call.input(1)
  return convolved(call, kernel, call.x.shape[3] / kernel.shape[2])
}

/** The kernel [height, width, channels, outputs of each] has its channels as groups here. */
const depthwise = (call: Call): Node => {
  const [height, width, channels, multiplier] = call.input(1).shape
  return convolved(call, ops.reshape(call.input(1), [height, width, 1, channels * multiplier]), channels)
}

/** The gradient of a convolution with respect to what goes in: each place adds its multiple of the kernel. */
const transposed: Row = (call) => {
  const sizes = call.values(0)
  const strides = spatial(call, 'strides')
  const kernel = ops.permute(call.input(1), [0, 1, 3, 2])
  const padding = paddingOf(call)
  const full = ops.convTranspose(call.input(2), kernel, { stride: strides })
  const cut = [0, 1].map((axis): readonly [number, number] => {
    const size = sizes[axis + 1]
    const window = kernel.shape[axis]
    const total = Math.max(0, (Math.ceil(size / strides[axis]) - 1) * strides[axis] + window - size)
    const low = padding === 'same' ? Math.floor(total / 2) : padding === 'valid' ? 0 : padding[axis][0]
    return [low, low + size]
  })
  // Places behind the last window have no part in the convolution.
  const missing = cut.map(([, end], axis): readonly [number, number] => [0, Math.max(0, end - full.shape[axis + 1])])
  return ops.slice(ops.pad(full, [0, ...missing, 0]), ':', ...cut)
}

const product = (call: Call): Node => {
  const { attributes } = call
  const turned = (x: Node, name: string): Node => (attributes.flag(name) ? ops.transpose(x) : x)
  const [a, b] = [turned(call.input(0), 'transpose_a'), turned(call.input(1), 'transpose_b')]
  return ops.matmul(turned(a, 'adj_x'), turned(b, 'adj_y'))
}

/** An operation with what TensorFlow has joined to it: a bias, and an activation. */
const fused =
  (operation: (call: Call) => Node): Row =>
  (call) =>
    call.attributes.texts('fused_ops').reduce(
      ([x, next], name): readonly [Node, number] => {
        if (name === 'BiasAdd') return [ops.add(x, call.input(next)), next + 1]
        if (name === 'Prelu') return [ops.where(ops.less(x, 0), ops.mul(x, call.input(next)), x), next + 1]
        if (name === 'LeakyRelu') return [ops.leakyRelu(x, call.attributes.float('leakyrelu_alpha', 0.2)), next]
        return [Object.hasOwn(activations, name) ? activations[name](x) : call.refuse(`it ends with ${name}`), next]
      },
      [operation(call), 2] as readonly [Node, number],
    )[0]

const pooled =
  (
    pool: (
      x: Node,
      window: readonly number[],
      options: { stride: readonly number[]; padding: 'same' | 'valid' | Margins },
    ) => Node,
  ): Row =>
  (call) =>
    pool(call.x, spatial(call, 'ksize'), { stride: spatial(call, 'strides'), padding: paddingOf(call) })

/** Statistics of the model; in training those of the batch. */
const batchNorm: Row = (call) => {
  const { x, attributes, training } = call
  if (attributes.text('data_format', 'NHWC') !== 'NHWC') call.refuse('the layout NCHW')
  const [scale, offset, mean, variance] = [1, 2, 3, 4].map((i) => call.input(i))
  const ofBatch = training && attributes.flag('is_training', true)
  const axes = [0, 1, 2].slice(0, x.rank - 1)
  const [centre, spread] =
    ofBatch || sizeOf(mean.shape) === 0 ? [ops.mean(x, axes), ops.variance(x, axes)] : [mean, variance]
  const normal = ops.normalize(x, centre, spread, scale, offset, { epsilon: attributes.float('epsilon', 1e-3) })
  return [normal, centre, spread, centre, spread]
}

export const products: Rows = {
  Conv2D: convolution,
  _FusedConv2D: fused(convolution),
  DepthwiseConv2dNative: depthwise,
  FusedDepthwiseConv2dNative: fused(depthwise),
  Conv2DBackpropInput: transposed,
  MatMul: product,
  _FusedMatMul: fused(product),
  BatchMatMul: product,
  BatchMatMulV2: product,
  Einsum: ({ inputs, attributes }) => ops.einsum(attributes.text('equation'), ...inputs),
  MaxPool: pooled(ops.maxPool),
  // Margins do not count.
  AvgPool: pooled((x, window, options) => ops.avgPool(x, window, { ...options, countPadding: false })),
  FusedBatchNorm: batchNorm,
  FusedBatchNormV2: batchNorm,
  FusedBatchNormV3: batchNorm,
}
