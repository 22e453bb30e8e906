import { fail } from '../../../core/errors.js'
import { isPlainObject } from '../../../core/tree.js'
import type { Node } from '../../../graph/node.js'
import { zeros } from '../../../nn/initializers.js'
import { Module } from '../../../nn/module.js'
import * as ops from '../../../operations/index.js'
import { Parameter } from '../../../tensor/variable.js'
import type { Config } from '../config.js'
import { type Build, plain } from './layer.js'

export type Activation = (x: Node) => Node

const activations: Readonly<Record<string, Activation>> = {
  linear: (x) => x,
  relu: (x) => ops.relu(x),
  relu6: (x) => ops.relu6(x),
  leaky_relu: (x) => ops.leakyRelu(x, 0.2),
  elu: (x) => ops.elu(x),
  selu: (x) => ops.selu(x),
  celu: (x) => ops.celu(x),
  gelu: (x) => ops.gelu(x),
  gelu_new: (x) => ops.gelu(x, 'tanh'),
  sigmoid: (x) => ops.sigmoid(x),
  tanh: (x) => ops.tanh(x),
  softmax: (x) => ops.softmax(x, -1),
  log_softmax: (x) => ops.logSoftmax(x, -1),
  softplus: (x) => ops.softplus(x),
  softsign: (x) => ops.softsign(x),
  silu: (x) => ops.silu(x),
  swish: (x) => ops.silu(x),
  mish: (x) => ops.mish(x),
  hard_silu: (x) => ops.hardSwish(x),
  hard_swish: (x) => ops.hardSwish(x),
  hard_tanh: (x) => ops.hardTanh(x),
  exponential: (x) => ops.exp(x),
  log_sigmoid: (x) => ops.logSigmoid(x),
  tanh_shrink: (x) => ops.tanhShrink(x),
}

/** The activation that a setting names. TensorFlow.js spells some of them in its own way. */
export function activationOf(config: Config, setting = 'activation', otherwise = 'linear'): Activation {
  const given = config.get(setting) ?? otherwise
  const name = isPlainObject(given) ? (given.config ?? given.class_name) : given
  if (typeof name !== 'string') config.wrong(setting, given)
  const snake = (name as string).replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  // Keras 3 has changed what it means.
  if (snake === 'hard_sigmoid')
    return config.isKeras3 ? ops.hardSigmoid : (x) => ops.clip(ops.add(ops.mul(x, 0.2), 0.5), 0, 1)
  if (Object.hasOwn(activations, snake)) return activations[snake]
  return fail(
    `${config.label}: the activation '${name}' is not known.`,
    `Known are ${Object.keys(activations).join(', ')}.`,
  )
}

/** A trained weight of any shape. */
export class Weight extends Module {
  readonly weight: Parameter

  constructor(shape: readonly number[]) {
    super()
    this.weight = new Parameter(zeros()(shape, 'float32'), 'weight')
  }
}

const negative = (x: Node, slope: Node | number): Node => ops.where(ops.less(x, 0), ops.mul(x, slope), x)

export const activationLayers: Readonly<Record<string, Build>> = {
  Activation: (config) => {
    const activation = activationOf(config)
    return { run: ([x]) => activation(x) }
  },
  ReLU: plain((x, config) => {
    const [most, slope, threshold] = [
      config.get('max_value'),
      config.number('negative_slope', 0),
      config.number('threshold', 0),
    ]
    const kept = ops.where(ops.greaterEqual(x, threshold), x, ops.mul(ops.sub(x, threshold), slope))
    return most === undefined ? kept : ops.minimum(kept, config.number('max_value'))
  }),
  LeakyReLU: plain((x, config) => negative(x, config.number('negative_slope', config.number('alpha', 0.3)))),
  ELU: plain((x, config) => ops.elu(x, config.number('alpha', 1))),
  Softmax: plain((x, config) => {
    const axis = config.get('axis') ?? -1
    return ops.softmax(x, Array.isArray(axis) && axis.length === 1 ? Number(axis[0]) : config.number('axis', -1))
  }),
  PReLU(config, [shape]) {
    const module = new Weight(shape ?? config.wrong('the weight', undefined))
    return {
      module,
      places: [{ variable: module.weight, weight: 0 }],
      run: ([x]) => negative(x, module.weight.node),
    }
  },
  Rescaling: plain((x, config) => {
    const of = (name: string, otherwise: number) => {
      const value = config.get(name)
      if (!Array.isArray(value)) return config.number(name, otherwise)
      return ops.stack(value.map(Number))
    }
    return ops.add(ops.mul(ops.cast(x, 'float32'), of('scale', 1)), of('offset', 0))
  }),
}
