import { fail } from '../../core/errors.js'
import { normalizeAxis } from '../../core/shape.js'
import { build, type Node } from '../../graph/index.js'
import { clip } from '../elementwise/arithmetic.js'
import { sigmoid, softplus } from '../elementwise/exponential.js'
import { split } from '../movement/joining.js'
import { floating, inFloat32, like, numeric, type Operand, pair, stretch } from '../operand.js'

/** max(x, 0), with a gradient of 0 at 0. */
export function relu(x: Operand): Node {
  const node = numeric(x)
  const zero = like(node, 0)
  return build.where(build.lessEqual(node, zero), zero, node)
}

/** min(max(x, 0), 6) (Krizhevsky, 2010). */
export const relu6 = (x: Operand): Node => clip(relu(x), undefined, 6)

/** x where it is positive, `slope` · x elsewhere (Maas et al., 2013). */
export const leakyRelu = inFloat32((x: Operand, slope: Operand = 0.01): Node => {
  const [node, factor] = pair(floating(x), slope, 'leakyRelu')
  return build.where(build.less(like(node, 0), node), node, build.mul(factor, node))
})

/** x where it is positive, `alpha` (eˣ − 1) elsewhere (Clevert et al., 2015). */
export const elu = inFloat32((x: Operand, alpha: number = 1): Node => {
  const node = floating(x)
  const zero = like(node, 0)
  const positive = build.less(zero, node)
  // expm1 of large x would overflow, and its gradient with it.
  const negativePart = build.expm1(build.where(positive, zero, node))
  return build.where(positive, node, build.mul(like(node, alpha), negativePart))
})

/** Scaled {@link elu} that keeps mean 0 and variance 1 (Klambauer et al., 2017). */
export const selu = inFloat32((x: Operand): Node => {
  const activated = elu(x, 1.6732632423543772)
  return build.mul(activated, like(activated, 1.0507009873554805))
})

/** x Φ(x) with the normal distribution Φ, exact or in Hendrycks and Gimpel's approximation by tanh (2016). */
export const gelu = inFloat32((x: Operand, approximation: 'exact' | 'tanh' = 'exact'): Node => {
  const node = floating(x)
  const half = build.mul(node, like(node, 0.5))
  const one = like(node, 1)
  if (approximation === 'exact') {
    return build.mul(half, build.add(one, build.erf(build.mul(node, like(node, Math.SQRT1_2)))))
  }
  const squared = build.mul(node, node)
  const inner = build.mul(node, build.add(one, build.mul(squared, like(node, 0.044715))))
  return build.mul(half, build.add(one, build.tanh(build.mul(inner, like(node, Math.sqrt(2 / Math.PI))))))
})

/** x · sigmoid(x), also called swish (Ramachandran et al., 2017). */
export const silu = inFloat32((x: Operand): Node => {
  const node = floating(x)
  return build.mul(node, sigmoid(node))
})

/** x · tanh(softplus(x)) (Misra, 2019). */
export const mish = inFloat32((x: Operand): Node => {
  const node = floating(x)
  return build.mul(node, build.tanh(softplus(node)))
})

/** x kept between −1 and 1. */
export const hardTanh = (x: Operand): Node => clip(floating(x), -1, 1)

/** x / 6 + ½ kept between 0 and 1 (Howard et al., 2019). */
export const hardSigmoid = inFloat32((x: Operand): Node => {
  const node = floating(x)
  return clip(build.add(build.div(node, like(node, 6)), like(node, 0.5)), 0, 1)
})

/** x · hardSigmoid(x) (Howard et al., 2019). */
export const hardSwish = inFloat32((x: Operand): Node => {
  const node = floating(x)
  return build.mul(node, hardSigmoid(node))
})

/** x / (1 + |x|) */
export const softsign = inFloat32((x: Operand): Node => {
  const node = floating(x)
  const magnitude = build.where(build.less(node, like(node, 0)), build.neg(node), node)
  return build.div(node, build.add(like(node, 1), magnitude))
})

/** The first half of an axis times the sigmoid of the second (Dauphin et al., 2016). */
export const glu = inFloat32((x: Operand, axis: number = -1): Node => {
  const [values, gates] = split(x, 2, axis)
  return build.mul(floating(values), sigmoid(gates))
})

function shifted(operation: string, x: Operand, axis: number): { node: Node; axes: number[]; keep: number[] } {
  const node = floating(x)
  const along = normalizeAxis(axis, node.rank, operation)
  const keep = node.shape.map((n, i) => (i === along ? 1 : n))
  if (node.shape[along] === 0) return { node, axes: [along], keep }
  // The largest becomes 0: exp cannot overflow, and the result does not change.
  const largest = build.stopGradient(build.reduceMax(node, [along]))
  return { node: build.sub(node, stretch(build.reshape(largest, keep), node.shape)), axes: [along], keep }
}

/** exp(x) / Σ exp(x) along `axis` (the last): positive numbers that sum to 1. */
export const softmax = inFloat32((x: Operand, axis: number = -1): Node => {
  const { node, axes, keep } = shifted('softmax', x, axis)
  const weights = build.exp(node)
  return build.div(weights, stretch(build.reshape(build.reduceSum(weights, axes), keep), node.shape))
})

/** log(softmax(x)) without the loss of accuracy of taking the logarithm afterwards. */
export const logSoftmax = inFloat32((x: Operand, axis: number = -1): Node => {
  const { node, axes, keep } = shifted('logSoftmax', x, axis)
  const total = build.log(build.reduceSum(build.exp(node), axes))
  return build.sub(node, stretch(build.reshape(total, keep), node.shape))
})

/** x where it is positive, `alpha` (e^(x / alpha) − 1) elsewhere: smooth for each alpha (Barron, 2017). */
export const celu = inFloat32((x: Operand, alpha: number = 1): Node => {
  const node = floating(x)
  if (alpha === 0) fail('celu: alpha is 0', 'x is divided by it; relu is what it comes near.')
  const zero = like(node, 0)
  const positive = build.less(zero, node)
  const scaled = build.div(build.where(positive, zero, node), like(node, alpha))
  return build.where(positive, node, build.mul(like(node, alpha), build.expm1(scaled)))
})

/** 0 for x in −`threshold` … `threshold`, x elsewhere. */
export const hardShrink = (x: Operand, threshold: number = 0.5): Node => {
  expectThreshold('hardShrink', threshold)
  const node = floating(x)
  const [low, high] = [like(node, -threshold), like(node, threshold)]
  const inside = build.and(build.lessEqual(low, node), build.lessEqual(node, high))
  return build.where(inside, like(node, 0), node)
}

/** x moved towards 0 by `threshold`, and 0 where it would go beyond. */
export const softShrink = inFloat32((x: Operand, threshold: number = 0.5): Node => {
  expectThreshold('softShrink', threshold)
  const node = floating(x)
  return build.sub(node, clip(node, -threshold, threshold))
})

/** x − tanh(x) */
export const tanhShrink = inFloat32((x: Operand): Node => {
  const node = floating(x)
  return build.sub(node, build.tanh(node))
})

function expectThreshold(operation: string, threshold: number): void {
  if (threshold >= 0) return
  fail(`${operation}: the threshold is ${threshold}`, 'Give a number that is not negative.')
}
