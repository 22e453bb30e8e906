import { range, sizeOf } from '../../../../core/shape.js'
import * as build from '../../../../graph/build.js'
import type { Node } from '../../../../graph/node.js'
import * as ops from '../../../../operations/index.js'
import { like, widened } from '../../../../operations/operand.js'
import { bernoulli } from '../../../../tensor/random.js'
import type { Row } from '../call.js'
import { valuesNow } from '../known.js'
import { channelsFirst, channelsLast } from '../layout.js'

const batchNormalization: Row = (call) => {
  const { attributes, opset, run } = call
  const [scale, bias, runningMean, runningVariance] = [1, 2, 3, 4].map((i) => call.input(i))
  const isFile = opset >= 14 && attributes.int('training_mode', 0) !== 0
  const image = call.x.rank > 2 ? channelsLast(call.x) : call.x
  const epsilon = attributes.float('epsilon', 1e-5)
  const back = (y: Node): Node => (call.x.rank > 2 ? channelsFirst(y) : y)
  const normal = (mean: Node, variance: Node): Node =>
    back(build.cast(ops.normalize(widened(image), mean, variance, scale, bias, { epsilon }), image.dtype))
  if (!run.training && !isFile) return normal(runningMean, runningVariance)
  const axes = range(image.rank - 1)
  const wide = widened(image)
  const [mean, variance] = [ops.mean(wide, axes), ops.variance(wide, axes)]
  const momentum = attributes.float('momentum', 0.9)
  const count = sizeOf(image.shape) / image.shape[image.rank - 1]
  // The standard's own training mode follows the variance of the batch itself, frameworks the unbiased one.
  const spread = isFile ? variance : ops.mul(variance, count / Math.max(1, count - 1))
  const moved = [mean, spread].map((value, i) => {
    const before = i === 0 ? runningMean : runningVariance
    const after = ops.add(ops.mul(before, momentum), ops.mul(value, 1 - momentum))
    return build.cast(after, before.dtype)
  })
  if (run.training) {
    run.follow(runningMean, moved[0])
    run.follow(runningVariance, moved[1])
  }
  return [normal(mean, variance), ...moved]
}

/** Numbers per channel at axis 1 for a tensor of this rank. */
const perChannel = (values: Node, rank: number): Node =>
  build.reshape(
    values,
    range(rank).map((axis) => (axis === 1 ? sizeOf(values.shape) : 1)),
  )

/** (x − mean) / √(variance + ε) over axes that stay, and what was used for it. */
function standardized(x: Node, axes: readonly number[], epsilon: number): { normal: Node; mean: Node; inverse: Node } {
  const mean = ops.mean(x, axes, { keepDims: true })
  const variance = ops.variance(x, axes, { keepDims: true })
  const inverse = ops.rsqrt(ops.add(variance, epsilon))
  return { normal: ops.mul(ops.sub(x, mean), inverse), mean, inverse }
}

const layerNormalization: Row = (call) => {
  const { attributes, x } = call
  const axes = range(x.rank).slice(call.axis(attributes.int('axis', -1)))
  const [wide, epsilon] = [widened(x), attributes.float('epsilon', 1e-5)]
  const { mean, inverse } = standardized(wide, axes, epsilon)
  const y = ops.layerNorm(wide, call.input(1), call.inputs[2], { axes, epsilon })
  return [build.cast(y, x.dtype), mean, inverse]
}

const groupNormalization: Row = (call) => {
  const { attributes, opset, x } = call
  const groups = attributes.int('num_groups')
  const [batch, channels, ...spatial] = x.shape
  const apart = build.reshape(widened(x), [batch, groups, channels / groups, ...spatial])
  const axes = range(apart.rank).slice(2)
  const { normal } = standardized(apart, axes, attributes.float('epsilon', 1e-5))
  const [scale, bias] = [1, 2].map((i) => {
    // Up to version 20 there is one number for each group.
    const given = widened(call.input(i))
    return perChannel(opset < 21 && groups !== channels ? ops.repeat(given, channels / groups, 0) : given, x.rank)
  })
  return build.cast(ops.add(ops.mul(build.reshape(normal, x.shape), scale), bias), x.dtype)
}

const dropout: Row = (call) => {
  const { x, attributes, opset, run } = call
  const ratio = opset < 12 ? attributes.float('ratio', 0.5) : call.inputs[1] === undefined ? 0.5 : call.numbers(1)[0]
  const isTraining =
    opset >= 12 && call.inputs[2] !== undefined && valuesNow(call.inputs[2], call.label, 'its mode')[0] !== 0
  if (ratio === 0 || !(run.training || isTraining)) return [x, build.fill(1, x.shape, 'bool')]
  const kept = bernoulli(1 - ratio, x.shape).node
  return [build.where(kept, build.div(x, like(x, 1 - ratio)), like(x, 0)), kept]
}

export const normalizationOperators = {
  BatchNormalization: batchNormalization,
  Dropout: dropout,
  GroupNormalization: groupNormalization,
  InstanceNormalization: (call) => {
    const { x, attributes } = call
    const { normal } = standardized(widened(x), range(x.rank).slice(2), attributes.float('epsilon', 1e-5))
    const [scale, bias] = [1, 2].map((i) => perChannel(widened(call.input(i)), x.rank))
    return build.cast(ops.add(ops.mul(normal, scale), bias), x.dtype)
  },
  LayerNormalization: layerNormalization,
  LpNormalization: (call) => {
    const { x, attributes } = call
    const axis = call.axis(attributes.int('axis', -1))
    return ops.div(x, ops.norm(x, axis, { order: attributes.int('p', 2), keepDims: true }))
  },
  MeanVarianceNormalization: ({ x, attributes }) => {
    const axes = attributes.ints('axes') ?? [0, 2, 3]
    const mean = ops.mean(x, axes, { keepDims: true })
    const centred = ops.sub(x, mean)
    const deviation = ops.sqrt(ops.mean(ops.mul(centred, centred), axes, { keepDims: true }))
    return ops.div(centred, ops.add(deviation, 1e-9))
  },
} as const satisfies { readonly [operator: string]: Row }
