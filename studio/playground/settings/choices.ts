/** What can be chosen: what it is called, and how a program writes it. What it does stands in rules.ts, which pages do not load. */

/** Activations, as layers of their own. */
export const activations = {
  tanh: { label: 'Tanh', code: 'nn.tanh()' },
  relu: { label: 'ReLU', code: 'nn.relu()' },
  sigmoid: { label: 'Sigmoid', code: 'nn.sigmoid()' },
  linear: { label: 'Linear', code: '(x) => x' },
  leakyRelu: { label: 'Leaky ReLU', code: 'nn.leakyRelu()' },
  elu: { label: 'ELU', code: 'nn.elu()' },
  gelu: { label: 'GELU', code: 'nn.gelu()' },
  silu: { label: 'SiLU', code: 'nn.silu()' },
  sine: { label: 'Sine', code: '(x) => x.sin()' },
} as const

/** First weights. */
export const initializers = {
  glorot: { label: 'Glorot', code: 'nn.initializers.glorotUniform()' },
  he: { label: 'He', code: 'nn.initializers.heNormal()' },
  small: { label: 'Small (0.01)', code: 'nn.initializers.normal(0.01)' },
  large: { label: 'Large (3)', code: 'nn.initializers.normal(3)' },
  zeros: { label: 'All equal (0)', code: 'nn.initializers.zeros()' },
} as const

export const optimizers = {
  sgd: { label: 'SGD', code: 'sgd(network, { learningRate })' },
  momentum: { label: 'Momentum', code: 'sgd(network, { learningRate, momentum: 0.9 })' },
  nesterov: { label: 'Nesterov', code: 'sgd(network, { learningRate, momentum: 0.9, nesterov: true })' },
  adagrad: { label: 'Adagrad', code: 'adagrad(network, { learningRate })' },
  rmsProp: { label: 'RMSprop', code: 'rmsProp(network, { learningRate })' },
  adam: { label: 'Adam', code: 'adam(network, { learningRate })' },
  lion: { label: 'Lion', code: 'lion(network, { learningRate })' },
} as const

/** How the learning rate changes over 10,000 steps. */
export const schedules = {
  constant: { label: 'Constant', code: '' },
  cosine: { label: 'Cosine', code: 'cosineDecay(RATE, { steps: 10_000 })' },
  step: { label: 'Tenth every 2,000', code: 'stepDecay(RATE, { every: 2_000 })' },
  warmUp: { label: 'Warm-up 500', code: 'warmUp(RATE, { steps: 500 })' },
  oneCycle: { label: 'One cycle', code: 'oneCycle(RATE, { steps: 10_000 })' },
} as const

export const features = {
  x: { label: 'x₁', code: 'x' },
  y: { label: 'x₂', code: 'y' },
  xx: { label: 'x₁²', code: 'x.square()' },
  yy: { label: 'x₂²', code: 'y.square()' },
  xy: { label: 'x₁x₂', code: 'x.mul(y)' },
  sinX: { label: 'sin x₁', code: 'x.sin()' },
  sinY: { label: 'sin x₂', code: 'y.sin()' },
} as const

export type FeatureName = keyof typeof features
