import type { Tensor } from 'shapewise'
import * as nn from 'shapewise/nn'
import * as optim from 'shapewise/optim'
import type { activations, features, initializers, optimizers, schedules } from '../settings/choices'

type Values = Tensor<[number, number]>
type Coordinate = Tensor<[number]>
type Rate = number | optim.Schedule

/** What the network can be given of a point, both coordinates from −6 to 6. */
export const featureOf: { readonly [Name in keyof typeof features]: (x: Coordinate, y: Coordinate) => Coordinate } = {
  x: (x) => x,
  y: (_, y) => y,
  xx: (x) => x.square(),
  yy: (_, y) => y.square(),
  xy: (x, y) => x.mul(y),
  sinX: (x) => x.sin(),
  sinY: (_, y) => y.sin(),
}

export const activate: { readonly [Name in keyof typeof activations]: (x: Values) => Values } = {
  tanh: (x) => nn.tanh(x),
  relu: (x) => nn.relu(x),
  sigmoid: (x) => nn.sigmoid(x),
  linear: (x) => x,
  leakyRelu: (x) => nn.leakyRelu(x),
  elu: (x) => nn.elu(x),
  gelu: (x) => nn.gelu(x),
  silu: (x) => nn.silu(x),
  sine: (x) => x.sin(),
}

export const initialize: { readonly [Name in keyof typeof initializers]: nn.Initializer } = {
  glorot: nn.initializers.glorotUniform(),
  he: nn.initializers.heNormal(),
  small: nn.initializers.normal(0.01),
  large: nn.initializers.normal(3),
  zeros: nn.initializers.zeros(),
}

export const optimize: {
  readonly [Name in keyof typeof optimizers]: (model: nn.Module, learningRate: Rate) => optim.Optimizer
} = {
  sgd: (model, learningRate) => optim.sgd(model, { learningRate }),
  momentum: (model, learningRate) => optim.sgd(model, { learningRate, momentum: 0.9 }),
  nesterov: (model, learningRate) => optim.sgd(model, { learningRate, momentum: 0.9, nesterov: true }),
  adagrad: (model, learningRate) => optim.adagrad(model, { learningRate }),
  rmsProp: (model, learningRate) => optim.rmsProp(model, { learningRate }),
  adam: (model, learningRate) => optim.adam(model, { learningRate }),
  lion: (model, learningRate) => optim.lion(model, { learningRate }),
}

export const scheduled: { readonly [Name in keyof typeof schedules]: (rate: number) => Rate } = {
  constant: (rate) => rate,
  cosine: (rate) => optim.cosineDecay(rate, { steps: 10_000 }),
  step: (rate) => optim.stepDecay(rate, { every: 2_000 }),
  warmUp: (rate) => optim.warmUp(rate, { steps: 500 }),
  oneCycle: (rate) => optim.oneCycle(rate, { steps: 10_000 }),
}
