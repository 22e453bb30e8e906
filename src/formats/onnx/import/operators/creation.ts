import type { DType } from '../../../../core/dtype.js'
import { range } from '../../../../core/shape.js'
import * as build from '../../../../graph/build.js'
import type { Node } from '../../../../graph/node.js'
import * as ops from '../../../../operations/index.js'
import { bernoulli, categorical, normal, uniform } from '../../../../tensor/random.js'
import { dataNode } from '../../../../tensor/runtime.js'
import { Tensor } from '../../../../tensor/tensor.js'
import type { Call, Row } from '../call.js'
import { markConstant } from '../known.js'

/** The constant of a node, in one of the forms that attributes have for it. */
const constant: Row = (call) => {
  const { attributes, run } = call
  const tensor = attributes.tensor('value')
  if (tensor !== undefined) return run.constant(tensor)
  const make = (dtype: DType, values: readonly number[], shape: readonly number[]): Node => {
    const data = dtype === 'int32' ? Int32Array.from(values) : Float32Array.from(values)
    return markConstant(dataNode({ dtype, shape }, data))
  }
  if (attributes.has('value_float')) return make('float32', [attributes.float('value_float')], [])
  if (attributes.has('value_int')) return make('int32', [attributes.int('value_int')], [])
  const floats = attributes.floats('value_floats')
  if (attributes.has('value_floats') && floats !== undefined) return make('float32', floats, [floats.length])
  const ints = attributes.ints('value_ints')
  if (attributes.has('value_ints') && ints !== undefined) return make('int32', ints, [ints.length])
  return call.refuse('its constant is text or sparse', 'Shapewise has numbers in dense tensors.')
}

const constantOfShape: Row = (call) => {
  const value = call.attributes.tensor('value')
  const node = value === undefined ? build.constant(0, 'float32') : call.run.constant(value)
  return ops.expand(build.reshape(node, []), call.numbers(0))
}

/** The dtype that an attribute names, else another. */
const dtypeFrom = (call: Call, otherwise: DType): DType =>
  call.attributes.has('dtype') ? call.run.dtype(call.attributes.int('dtype'), call.label) : otherwise

const shapeFrom = (call: Call): readonly number[] =>
  call.attributes.ints('shape') ?? call.refuse('its shape is missing')

const normals = (call: Call, shape: readonly number[], dtype: DType): Node => {
  const drawn = normal(shape).node
  const spread = ops.mul(drawn, call.attributes.float('scale', 1))
  return build.cast(ops.add(spread, call.attributes.float('mean', 0)), dtype)
}

const uniforms = (call: Call, shape: readonly number[], dtype: DType): Node => {
  const [low, high] = [call.attributes.float('low', 0), call.attributes.float('high', 1)]
  return build.cast(ops.add(ops.mul(uniform(shape).node, high - low), low), dtype)
}

const window =
  (coefficients: readonly number[]): Row =>
  (call) => {
    const n = call.numbers(0)[0]
    const period = call.attributes.int('periodic', 1) !== 0 ? n : n - 1
    const values = range(n).map((i) =>
      coefficients.reduce(
        (sum, factor, k) => sum + (k % 2 === 0 ? 1 : -1) * factor * Math.cos((2 * Math.PI * k * i) / period),
        0,
      ),
    )
    const dtype = call.run.dtype(call.attributes.int('output_datatype', 1), call.label)
    return build.cast(dataNode({ dtype: 'float64', shape: [n] }, Float64Array.from(values)), dtype)
  }

/** Triangles between places that are evenly spaced in mels, 2595 log₁₀(1 + hertz / 700). */
const melWeights: Row = (call) => {
  const [bins, length, rate, low, high] = [0, 1, 2, 3, 4].map((i) => call.numbers(i)[0])
  const spectrum = Math.floor(length / 2) + 1
  const mels = (hertz: number): number => 2595 * Math.log10(1 + hertz / 700)
  const step = (mels(high) - mels(low)) / (bins + 2)
  const places = range(bins + 2).map((i) => {
    const hertz = 700 * (10 ** ((i * step + mels(low)) / 2595) - 1)
    return Math.floor(((length + 1) * hertz) / rate)
  })
  const values = new Float64Array(spectrum * bins)
  for (let i = 0; i < bins; i++) {
    const [lower, centre, upper] = places.slice(i, i + 3)
    if (lower === centre) values[centre * bins + i] = 1
    else for (let j = lower; j <= centre; j++) values[j * bins + i] = (j - lower) / (centre - lower)
    for (let j = centre; upper > centre && j < upper; j++) values[j * bins + i] = (upper - j) / (upper - centre)
  }
  const dtype = call.run.dtype(call.attributes.int('output_datatype', 1), call.label)
  return build.cast(dataNode({ dtype: 'float64', shape: [spectrum, bins] }, values), dtype)
}

export const creationOperators = {
  Bernoulli: (call) => build.cast(bernoulli(new Tensor(call.x), call.x.shape).node, dtypeFrom(call, call.x.dtype)),
  BlackmanWindow: window([0.42, 0.5, 0.08]),
  Constant: constant,
  ConstantOfShape: constantOfShape,
  EyeLike: (call) => {
    const [rows, columns] = call.x.shape
    return ops.eye(rows, columns, dtypeFrom(call, call.x.dtype), call.attributes.int('k', 0))
  },
  HammingWindow: window([25 / 46, 21 / 46]),
  HannWindow: window([0.5, 0.5]),
  MelWeightMatrix: melWeights,
  Multinomial: (call) => {
    const count = call.attributes.int('sample_size', 1)
    const [batch, classes] = call.x.shape
    const logits = ops.expand(build.reshape(call.x, [batch, 1, classes]), [batch, count, classes])
    return categorical(new Tensor(logits)).node
  },
  RandomNormal: (call) => normals(call, shapeFrom(call), dtypeFrom(call, 'float32')),
  RandomNormalLike: (call) => normals(call, call.x.shape, dtypeFrom(call, call.x.dtype)),
  RandomUniform: (call) => uniforms(call, shapeFrom(call), dtypeFrom(call, 'float32')),
  RandomUniformLike: (call) => uniforms(call, call.x.shape, dtypeFrom(call, call.x.dtype)),
  Range: (call) => {
    const [start, limit, step] = [0, 1, 2].map((i) => call.numbers(i)[0])
    const count = Math.max(0, Math.ceil((limit - start) / step))
    const index = build.iota(call.x.dtype, [count], 0)
    return build.add(build.mul(index, build.fill(step, [count], index.dtype)), build.fill(start, [count], index.dtype))
  },
} as const satisfies { readonly [operator: string]: Row }
