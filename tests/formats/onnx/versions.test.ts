import { describe, expect, it } from 'vitest'
import { type DType, decodeAll } from '../../../src/core/dtype.js'
import { RandomStream } from '../../../src/core/threefry.js'
import { fromOnnx } from '../../../src/formats/index.js'
import type { Draft } from '../../../src/formats/onnx/file/schema.js'
import { attributeKinds } from '../../../src/formats/onnx/file/schema.js'
import { codeOf, tensorOf, wholeNumbers } from '../../../src/formats/onnx/file/tensors.js'
import { writeMessage } from '../../../src/formats/onnx/file/write.js'
import { compile, type Tensor, tensor } from '../../../src/index.js'
import { noRuntime, runElsewhere } from './runtime.js'

// Operators in the versions that the node tests of the standard do not have: truth is onnxruntime.

type Value =
  | number
  | string
  | readonly number[]
  | readonly string[]
  | { readonly float: number }
  | { readonly floats: readonly number[] }
type Attributes = Readonly<Record<string, Value>>

/** An input: random floats of a shape, whole numbers of 64 bits, given floats, or none. */
type Given =
  | { readonly shape: readonly number[]; readonly dtype?: DType; readonly positive?: boolean }
  | { readonly ints: readonly number[]; readonly scalar?: true }
  | { readonly floats: readonly number[]; readonly scalar?: true }
  | null

interface Case {
  readonly opset: number
  readonly operator: string
  readonly inputs: readonly Given[]
  readonly attributes?: Attributes
  readonly outputs?: number
}

const x = (...shape: number[]): Given => ({ shape })
const ints = (...values: number[]): Given => ({ ints: values })
const scalar = (value: number): Given => ({ ints: [value], scalar: true })
const floats = (...values: number[]): Given => ({ floats: values })
const op = (
  opset: number,
  operator: string,
  inputs: readonly Given[],
  attributes: Attributes = {},
  outputs = 1,
): Case => ({ opset, operator, inputs, attributes, outputs })

const cases: readonly Case[] = [
  // Version 7 to 12: attributes that became inputs.
  op(7, 'Softmax', [x(2, 3, 4)]),
  op(11, 'Softmax', [x(2, 3, 4)], { axis: 2 }),
  op(11, 'LogSoftmax', [x(2, 3, 4)], { axis: -2 }),
  op(11, 'Hardmax', [x(2, 3, 4)]),
  op(7, 'Clip', [x(3, 4)], { min: { float: -0.5 }, max: { float: 0.25 } }),
  op(9, 'Clip', [x(3, 4)], { max: { float: 0.25 } }),
  op(12, 'Clip', [x(3, 4), null, { floats: [0.5], scalar: true }]),
  op(9, 'Slice', [x(5, 6)], { starts: [1, -4], ends: [1000, -1], axes: [0, 1] }),
  op(9, 'Slice', [x(5, 6)], { starts: [1], ends: [3] }),
  op(10, 'Slice', [x(5, 6), ints(4, 5), ints(-100, 0), ints(0, 1), ints(-1, -2)]),
  op(7, 'Pad', [x(2, 3)], { pads: [1, 0, 0, 2], value: { float: 1.5 } }),
  op(10, 'Pad', [x(4, 5)], { pads: [1, 2, 2, 1], mode: 'reflect' }),
  op(11, 'Pad', [x(2, 3), ints(0, -1, 1, 2)]),
  op(13, 'Pad', [x(4, 5), ints(1, 2, 0, 3)], { mode: 'edge' }),
  op(7, 'TopK', [x(3, 7)], { k: 3 }, 2),
  op(10, 'TopK', [x(3, 7), ints(2)], { axis: 0 }, 2),
  op(11, 'TopK', [x(3, 7), ints(2)], { largest: 0 }, 2),
  op(7, 'Dropout', [x(3, 4)], { ratio: { float: 0.3 } }),
  op(11, 'Dropout', [x(3, 4)]),
  op(7, 'Upsample', [x(1, 2, 3, 4)], { scales: { floats: [1, 1, 2, 3] }, mode: 'nearest' }),
  op(9, 'Upsample', [x(1, 2, 3, 4), floats(1, 1, 2, 2)], { mode: 'linear' }),
  op(10, 'Resize', [x(1, 2, 4, 6), floats(1, 1, 0.5, 2)], { mode: 'nearest' }),
  op(10, 'Resize', [x(1, 2, 4, 6), floats(1, 1, 1.5, 2)], { mode: 'linear' }),
  op(11, 'Squeeze', [x(1, 3, 1, 2)], { axes: [0, -2] }),
  op(7, 'Squeeze', [x(1, 3, 1, 2)]),
  op(11, 'Unsqueeze', [x(3, 2)], { axes: [0, -1] }),
  op(11, 'ReduceSum', [x(2, 3, 4)], { axes: [1], keepdims: 0 }),
  op(12, 'ReduceMax', [x(2, 3, 4)], { axes: [-1] }),
  op(7, 'ReduceMean', [x(2, 3, 4)]),
  op(11, 'Split', [x(6, 4)], { axis: 0, split: [1, 2, 3] }, 3),
  op(11, 'Split', [x(6, 4)], { axis: 1 }, 2),
  op(7, 'BatchNormalization', [x(2, 3, 4, 5), x(3), x(3), x(3), { shape: [3], positive: true }]),
  op(9, 'BatchNormalization', [x(2, 3), x(3), x(3), x(3), { shape: [3], positive: true }], {
    epsilon: { float: 0.01 },
  }),
  op(9, 'Scatter', [x(5), ints(1, 0, 2), x(3)]),
  op(9, 'OneHot', [ints(1, -1, 3), scalar(4), floats(2, 5)], { axis: 0 }),
  op(8, 'Expand', [x(3, 1), ints(2, 1, 4)]),
  op(9, 'ConstantOfShape', [ints(2, 3)]),
  op(7, 'GRU', [x(4, 2, 3), x(1, 15, 3), x(1, 15, 5)], { hidden_size: 5 }, 2),
  op(
    14,
    'GRU',
    [x(4, 2, 3), x(2, 15, 3), x(2, 15, 5), x(2, 30)],
    { hidden_size: 5, direction: 'bidirectional', linear_before_reset: 1 },
    2,
  ),
  op(7, 'LSTM', [x(4, 2, 3), x(1, 20, 3), x(1, 20, 5), x(1, 40)], { hidden_size: 5, direction: 'reverse' }, 3),
  op(
    14,
    'LSTM',
    [x(4, 2, 3), x(2, 20, 3), x(2, 20, 5), x(2, 40), null, x(2, 2, 5), x(2, 2, 5), x(2, 15)],
    { hidden_size: 5, direction: 'bidirectional' },
    3,
  ),
  op(14, 'LSTM', [x(4, 2, 3), x(1, 20, 3), x(1, 20, 5)], { hidden_size: 5, clip: { float: 0.5 } }, 3),
  op(14, 'RNN', [x(4, 2, 3), x(1, 5, 3), x(1, 5, 5), x(1, 10)], { hidden_size: 5, activations: ['Relu'] }, 2),
  op(
    14,
    'RNN',
    [x(4, 2, 3), x(2, 5, 3), x(2, 5, 5)],
    {
      hidden_size: 5,
      direction: 'bidirectional',
      activations: ['LeakyRelu', 'HardSigmoid'],
      activation_alpha: { floats: [0.3, 0.4] },
      activation_beta: { floats: [0.6] },
    },
    2,
  ),
  // Windows.
  op(11, 'Conv', [x(1, 4, 9, 8), x(6, 2, 3, 3), x(6)], {
    group: 2,
    strides: [2, 1],
    dilations: [2, 2],
    pads: [1, 2, 3, 0],
  }),
  op(11, 'Conv', [x(1, 2, 9), x(3, 2, 4)], { auto_pad: 'SAME_LOWER', strides: [2] }),
  op(11, 'Conv', [x(1, 2, 5, 6, 4), x(3, 2, 2, 3, 2)], { auto_pad: 'SAME_UPPER' }),
  op(11, 'ConvTranspose', [x(1, 4, 5, 4), x(4, 3, 3, 3), x(6)], {
    group: 2,
    strides: [2, 3],
    output_padding: [1, 0],
    pads: [1, 0, 1, 2],
  }),
  op(11, 'ConvTranspose', [x(1, 2, 5, 4), x(2, 3, 3, 2)], { dilations: [2, 1], strides: [1, 2] }),
  op(11, 'ConvTranspose', [x(1, 2, 5, 4), x(2, 3, 3, 3)], { auto_pad: 'SAME_UPPER', strides: [2, 2] }),
  op(11, 'ConvTranspose', [x(1, 2, 5, 4), x(2, 3, 3, 3)], { output_shape: [10, 8], strides: [2, 2] }),
  op(12, 'MaxPool', [x(2, 3, 7, 8)], { kernel_shape: [3, 2], strides: [2, 3], ceil_mode: 1, pads: [1, 0, 1, 1] }, 2),
  op(12, 'MaxPool', [x(2, 3, 7, 8)], { kernel_shape: [2, 2], dilations: [2, 3] }),
  op(12, 'MaxPool', [x(2, 3, 7, 8)], { kernel_shape: [3, 3], auto_pad: 'SAME_UPPER', strides: [2, 2] }),
  op(11, 'AveragePool', [x(2, 3, 7, 8)], { kernel_shape: [3, 2], strides: [2, 3], pads: [1, 1, 0, 1] }),
  op(11, 'AveragePool', [x(2, 3, 7, 8)], {
    kernel_shape: [3, 2],
    strides: [2, 2],
    pads: [1, 1, 0, 1],
    count_include_pad: 1,
  }),
  op(11, 'AveragePool', [x(2, 3, 7)], { kernel_shape: [3], auto_pad: 'SAME_LOWER' }),
  op(19, 'AveragePool', [x(1, 2, 9, 9)], { kernel_shape: [2, 2], dilations: [2, 2] }),
  op(11, 'LpPool', [x(1, 2, 6, 6)], { kernel_shape: [2, 3], p: 3, strides: [2, 1] }),
  op(13, 'LRN', [x(1, 7, 3, 3)], { size: 5, alpha: { float: 0.3 }, beta: { float: 0.6 }, bias: { float: 1.5 } }),
  // Resize in all its ways.
  ...['half_pixel', 'pytorch_half_pixel', 'align_corners', 'asymmetric'].flatMap((mode) =>
    (['linear', 'cubic'] as const).flatMap((kind) => [
      op(13, 'Resize', [x(1, 2, 5, 6), null, null, ints(1, 2, 8, 3)], {
        mode: kind,
        coordinate_transformation_mode: mode,
      }),
      op(13, 'Resize', [x(1, 1, 1, 4), null, null, ints(1, 1, 3, 1)], {
        mode: kind,
        coordinate_transformation_mode: mode,
      }),
    ]),
  ),
  ...['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'].flatMap((mode) => [
    op(13, 'Resize', [x(1, 2, 5, 6), null, floats(1, 1, 1.7, 0.6)], { mode: 'nearest', nearest_mode: mode }),
    op(13, 'Resize', [x(1, 2, 5, 6), null, null, ints(1, 2, 10, 4)], {
      mode: 'nearest',
      nearest_mode: mode,
      coordinate_transformation_mode: 'asymmetric',
    }),
  ]),
  op(13, 'Resize', [x(1, 1, 6, 6), null, floats(1, 1, 0.5, 0.5)], {
    mode: 'cubic',
    cubic_coeff_a: { float: -0.5 },
    exclude_outside: 1,
  }),
  op(18, 'Resize', [x(1, 1, 9, 8), null, null, ints(1, 1, 4, 5)], { mode: 'linear', antialias: 1 }),
  op(18, 'Resize', [x(1, 1, 9, 8), null, null, ints(1, 1, 4, 5)], { mode: 'cubic', antialias: 1 }),
  op(18, 'Resize', [x(1, 1, 9, 8), null, floats(0.5, 2)], { mode: 'linear', axes: [2, 3] }),
  op(18, 'Resize', [x(1, 1, 9, 6), null, null, ints(4, 5)], {
    mode: 'linear',
    axes: [2, 3],
    keep_aspect_ratio_policy: 'not_larger',
  }),
  op(18, 'Resize', [x(1, 1, 9, 6), null, null, ints(4, 5)], {
    mode: 'nearest',
    axes: [2, 3],
    keep_aspect_ratio_policy: 'not_smaller',
  }),
  // Version 18 to 21.
  op(18, 'ReduceMax', [x(2, 3, 4), ints(0, -1)], { keepdims: 0 }),
  op(18, 'ReduceL2', [x(2, 3, 4), ints(1)]),
  op(18, 'ReduceLogSumExp', [x(2, 3, 4), ints(2)]),
  op(18, 'ReduceSumSquare', [x(2, 3, 4)], { noop_with_empty_axes: 0 }),
  op(18, 'Split', [x(7, 4)], { axis: 0, num_outputs: 3 }, 3),
  op(18, 'Pad', [x(2, 3, 4), ints(1, 2), { floats: [2], scalar: true }, ints(-1)]),
  op(19, 'Pad', [x(3, 4), ints(1, 2, 2, 3)], { mode: 'wrap' }),
  op(18, 'Mish', [x(3, 4)]),
  op(18, 'CenterCropPad', [x(5, 3, 4), ints(4, 6)], { axes: [0, 2] }),
  op(18, 'Col2Im', [x(1, 12, 12), ints(5, 5), ints(2, 3)]),
  op(18, 'GroupNormalization', [x(2, 4, 3, 3), x(2), x(2)], { num_groups: 2 }),
  op(21, 'GroupNormalization', [x(2, 4, 3, 3), x(4), x(4)], { num_groups: 2 }),
  op(17, 'LayerNormalization', [x(2, 3, 4), x(3, 4), x(3, 4)], { axis: 1 }),
  op(20, 'Gelu', [x(3, 4)]),
  op(20, 'Gelu', [x(3, 4)], { approximate: 'tanh' }),
  op(20, 'AffineGrid', [x(2, 2, 3), ints(2, 3, 4, 5)]),
  op(20, 'AffineGrid', [x(1, 3, 4), ints(1, 2, 3, 4, 5)], { align_corners: 1 }),
  op(16, 'GridSample', [x(2, 3, 5, 6), x(2, 4, 3, 2)], { padding_mode: 'reflection' }),
  op(16, 'GridSample', [x(2, 3, 5, 6), x(2, 4, 3, 2)], { mode: 'bicubic', padding_mode: 'border', align_corners: 1 }),
  op(20, 'GridSample', [x(1, 2, 3, 4, 5), x(1, 2, 3, 2, 3)], { mode: 'linear' }),
  op(17, 'DFT', [x(2, 6, 1)], { onesided: 1, axis: 1 }),
  op(20, 'DFT', [x(2, 6, 2), null, scalar(1)], { inverse: 1 }),
  op(16, 'ScatterElements', [x(5), ints(1, 1, 3), x(3)], { reduction: 'add' }),
  op(18, 'ScatterElements', [x(5), ints(1, 1, 3), x(3)], { reduction: 'max' }),
  op(16, 'ScatterElements', [x(5), ints(1, 1, 3), x(3)], { reduction: 'mul' }),
  op(14, 'CumSum', [x(3, 4), scalar(-1)], { exclusive: 1, reverse: 1 }),
  op(14, 'Trilu', [x(2, 4, 3), scalar(-1)], { upper: 0 }),
  op(13, 'Gemm', [x(4, 3), x(5, 4), x(5)], { transA: 1, transB: 1, alpha: { float: 0.5 }, beta: { float: 2 } }),
  op(13, 'Gemm', [x(3, 4), x(4, 5), x(3, 1)]),
  op(12, 'Einsum', [x(2, 3, 4), x(2, 4, 5)], { equation: 'b i j, b j k -> b i k' }),
  op(12, 'Einsum', [x(2, 3, 3)], { equation: '...ii->...i' }),
  op(13, 'MatMul', [x(4), x(2, 4, 3)]),
  op(13, 'Mod', [x(3, 4), x(3, 4)], { fmod: 1 }),
  op(13, 'Pow', [{ shape: [3, 4], positive: true }, x(4)]),
  op(13, 'DepthToSpace', [x(1, 8, 2, 3)], { blocksize: 2, mode: 'CRD' }),
  op(13, 'SpaceToDepth', [x(1, 2, 4, 6)], { blocksize: 2 }),
  op(13, 'InstanceNormalization', [x(2, 3, 4, 5), x(3), x(3)], { epsilon: { float: 0.01 } }),
  op(13, 'MeanVarianceNormalization', [x(2, 3, 4, 5)]),
  op(13, 'LpNormalization', [x(3, 4)], { p: 1, axis: 0 }),
  op(13, 'GatherND', [x(3, 4, 2), { ints: [2, 1] }]),
  op(13, 'NonMaxSuppression', [x(1, 6, 4), { shape: [1, 2, 6], positive: true }, ints(3), floats(0.3), floats(0.1)]),
  op(16, 'RoiAlign', [x(2, 3, 8, 9), { shape: [2, 4], positive: true }, ints(0, 1)], {
    output_height: 3,
    output_width: 2,
    sampling_ratio: 2,
    spatial_scale: { float: 2 },
  }),
  op(10, 'RoiAlign', [x(2, 3, 8, 9), { shape: [2, 4], positive: true }, ints(0, 1)], {
    output_height: 3,
    output_width: 2,
    spatial_scale: { float: 2 },
  }),
  op(16, 'RoiAlign', [x(2, 3, 8, 9), { shape: [2, 4], positive: true }, ints(0, 1)], {
    output_height: 2,
    output_width: 2,
    sampling_ratio: 2,
    mode: 'max',
  }),
]

function attribute(name: string, value: Value): Draft<'Attribute'> {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
  if (typeof value === 'number') return { name, int: value, kind: attributeKinds.int }
  if (typeof value === 'string') return { name, string: bytes(value), kind: attributeKinds.string }
  if ('float' in value) return { name, float: value.float, kind: attributeKinds.float }
  if ('floats' in value) return { name, floats: value.floats, kind: attributeKinds.floats }
  const list: readonly (number | string)[] = value
  const texts = list.filter((each) => typeof each === 'string')
  if (texts.length > 0) return { name, strings: texts.map(bytes), kind: attributeKinds.strings }
  return { name, ints: list.filter((each) => typeof each === 'number'), kind: attributeKinds.ints }
}

/** A model of one node: floats of random values are its inputs, the rest initializers. */
function modelOf({ opset, operator, inputs, attributes = {}, outputs = 1 }: Case): {
  bytes: Uint8Array
  given: Tensor[]
} {
  const random = new RandomStream(opset, inputs.length)
  const initializers: Draft<'Tensor'>[] = []
  const ports: Draft<'ValueInfo'>[] = []
  const given: Tensor[] = []
  inputs.forEach((each, i) => {
    const name = `x${i}`
    if (each === null) return
    if ('shape' in each) {
      const { shape, dtype = 'float32', positive = false } = each
      const size = shape.reduce((product, n) => product * n, 1)
      const values = Float32Array.from({ length: size }, () =>
        positive ? random.uniform() * 2 + 0.1 : random.uniform() * 3 - 1.5,
      )
      given.push(tensor(values, [...shape], dtype))
      ports.push({
        name,
        type: { tensor: { elementType: codeOf[dtype], shape: { dims: shape.map((value) => ({ value })) } } },
      })
    } else if ('ints' in each) {
      initializers.push(wholeNumbers(name, each.ints, each.scalar ? [] : [each.ints.length]))
    } else if ('floats' in each) {
      initializers.push(
        tensorOf(name, {
          dtype: 'float32',
          shape: each.scalar ? [] : [each.floats.length],
          data: Float32Array.from(each.floats),
        }),
      )
    }
  })
  const names = Array.from({ length: outputs }, (_, i) => `y${i}`)
  const node = {
    operator,
    inputs: inputs.map((each, i) => (each === null ? '' : `x${i}`)),
    outputs: names,
    attributes: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
  }
  const graph = { name: operator, nodes: [node], initializers, inputs: ports, outputs: names.map((name) => ({ name })) }
  return {
    bytes: writeMessage('Model', { irVersion: 8, operatorSets: [{ domain: '', version: opset }], graph }),
    given,
  }
}

describe.skipIf(noRuntime !== undefined)('operators of other versions', () => {
  for (const [i, each] of cases.entries()) {
    it(`${i}: ${each.operator}-${each.opset} ${JSON.stringify(each.attributes)} ${each.inputs.map((one) => JSON.stringify(one)).join()}`, async () => {
      const { bytes, given } = modelOf(each)
      const wanted = await runElsewhere(bytes, given)
      const model = await fromOnnx(bytes)
      const feeds = Object.fromEntries(model.inputs.map(({ name }, at) => [name, given[at]]))
      const isKnownLater = ['NonMaxSuppression', 'RoiAlign'].includes(each.operator)
      for (const run of isKnownLater
        ? [() => model.run(feeds)]
        : [() => model.run(feeds), () => compile((xs: Record<string, Tensor>) => model.run(xs))(feeds)]) {
        const found = Object.values(run())
        wanted.forEach((tensor_, at) => {
          expect([at, ...found[at].shape]).toEqual([at, ...tensor_.shape])
          const [a, b] = [decodeAll('float32', found[at].dataSync()), tensor_.dataSync()]
          b.forEach((value, k) => {
            if (!(Math.abs(a[k] - value) <= 1e-4 + 1e-4 * Math.abs(value)) && !Object.is(a[k], value))
              expect.fail(`output ${at}, element ${k}: ${a[k]}, not ${value}`)
          })
        })
      }
    })
  }
})
