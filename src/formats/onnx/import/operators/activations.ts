import { sizeOf } from '../../../../core/shape.js'
import * as build from '../../../../graph/build.js'
import type { Node } from '../../../../graph/node.js'
import * as ops from '../../../../operations/index.js'
import { inFloat32, like } from '../../../../operations/operand.js'
import type { Call, Row } from '../call.js'

/** An activation with what ONNX calls alpha and beta. */
export type Activation = (x: Node, alpha: number, beta: number) => Node

interface ActivationRow {
  readonly run: Activation
  readonly alpha?: number
  readonly beta?: number
}

const affine = inFloat32((x: Node, factor: number, term: number): Node => {
  const node = x as Node
  return build.add(build.mul(node, like(node, factor)), like(node, term))
})

/** Activations with the alpha and beta that they have where none is given; recurrent cells use them by name too. */
export const activations = {
  Elu: { run: (x, alpha) => ops.elu(x, alpha), alpha: 1 },
  HardSigmoid: {
    // That of hardSwish, which is a division by 6 in most frameworks.
    run: (x, alpha, beta) =>
      Math.fround(alpha) === Math.fround(1 / 6) && beta === 0.5
        ? ops.hardSigmoid(x)
        : ops.clip(affine(x, alpha, beta), 0, 1),
    alpha: 0.2,
    beta: 0.5,
  },
  LeakyRelu: { run: (x, alpha) => ops.leakyRelu(x, alpha), alpha: 0.01 },
  Relu: { run: (x) => ops.relu(x) },
  Sigmoid: { run: (x) => ops.sigmoid(x) },
  Softplus: { run: (x) => ops.softplus(x) },
  Softsign: { run: (x) => ops.softsign(x) },
  Tanh: { run: (x) => ops.tanh(x) },
  ThresholdedRelu: {
    run: (x, alpha) => build.where(build.less(like(x, alpha), x), x, like(x, 0)),
    alpha: 1,
  },
} as const satisfies { readonly [name: string]: ActivationRow }

/** Those that only recurrent cells have. */
export const cellActivations: { readonly [name: string]: ActivationRow } = {
  ...activations,
  Affine: { run: affine, alpha: 1, beta: 0 },
  ScaledTanh: { run: (x, alpha, beta) => ops.mul(ops.tanh(ops.mul(x, beta)), alpha), alpha: 1, beta: 1 },
}

const activation = ({ run, alpha = 0, beta = 0 }: ActivationRow): Row => {
  return ({ x, attributes }) => run(x, attributes.float('alpha', alpha), attributes.float('beta', beta))
}

/** Before version 13 the axis and all after it were one. */
const alongAxis =
  (operation: (x: Node, axis: number) => Node): Row =>
  (call: Call) => {
    const { x, attributes, opset } = call
    const axis = call.axis(attributes.int('axis', opset < 13 ? 1 : -1))
    if (opset >= 13) return operation(x, axis)
    const flat = [sizeOf(x.shape.slice(0, axis)), sizeOf(x.shape.slice(axis))]
    return build.reshape(operation(build.reshape(x, flat), 1), x.shape)
  }

function hardmax(x: Node, axis: number): Node {
  const index = build.iota('int32', x.shape, axis)
  const largest = ops.unsqueeze(build.argMax(x, axis), axis)
  return build.cast(ops.equal(index, largest), x.dtype)
}

export const activationOperators = {
  Celu: ({ x, attributes }) => ops.celu(x, attributes.float('alpha', 1)),
  Elu: activation(activations.Elu),
  Gelu: ({ x, attributes }) =>
    ops.gelu(x, attributes.choice('approximate', ['none', 'tanh'], 'none') === 'tanh' ? 'tanh' : 'exact'),
  HardSigmoid: activation(activations.HardSigmoid),
  HardSwish: ({ x }) => ops.hardSwish(x),
  Hardmax: alongAxis(hardmax),
  LeakyRelu: activation(activations.LeakyRelu),
  LogSoftmax: alongAxis((x, axis) => ops.logSoftmax(x, axis)),
  Mish: ({ x }) => ops.mish(x),
  PRelu: (call) => {
    const { x } = call
    const negative = build.less(x, like(x, 0))
    return build.where(negative, build.mul(x, ops.expand(call.input(1), x.shape)), x)
  },
  Relu: activation(activations.Relu),
  Selu: ({ x, attributes }) => {
    const { alpha, gamma } = {
      alpha: attributes.float('alpha', 1.6732632423543772),
      gamma: attributes.float('gamma', 1.0507009873554805),
    }
    return ops.mul(ops.elu(x, alpha), gamma)
  },
  Shrink: ({ x, attributes }) => {
    const [limit, bias] = [attributes.float('lambd', 0.5), attributes.float('bias', 0)]
    const above = build.where(build.less(like(x, limit), x), build.sub(x, like(x, bias)), like(x, 0))
    return build.where(build.less(x, like(x, -limit)), build.add(x, like(x, bias)), above)
  },
  Sigmoid: activation(activations.Sigmoid),
  Softmax: alongAxis((x, axis) => ops.softmax(x, axis)),
  Softplus: activation(activations.Softplus),
  Softsign: activation(activations.Softsign),
  ThresholdedRelu: activation(activations.ThresholdedRelu),
} as const satisfies { readonly [operator: string]: Row }
