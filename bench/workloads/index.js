/**
 * What is measured: sizes, optimizer and arithmetic of each workload. What each means in the terms of a library stands in a
 * file of its own: for Shapewise beside this one, for the others in ../contenders.
 *
 * - `model` and `options`: the function that builds it, and what it is given
 * - `flops`: additions and multiplications of the products and convolutions in one step, where the share of peak is of interest
 * - `goals`: how many times faster than a peer Shapewise means to be, by backend
 * - `coldGoal`: milliseconds from import to the result of the first step
 */
export const workloads = [
  {
    name: 'matmul',
    title: 'matrix product, 1024³',
    model: 'matmul',
    options: { size: 1024 },
    flops: 2 * 1024 ** 3,
    goals: { native: { pytorch: 0.9 } },
  },
  {
    name: 'tiny-mlp',
    title: 'MLP 2-8-8-2, SGD, batch 10',
    model: 'perceptron',
    options: { sizes: [2, 8, 8, 2], batch: 10, activation: 'tanh', optimizer: 'sgd' },
    flops: perceptronFlops([2, 8, 8, 2], 10),
    goals: { native: { pytorch: 10 }, wasm: { 'jax-js': 2, 'tfjs-wasm': 2 } },
  },
  {
    name: 'mlp',
    title: 'MLP 784-512-512-10, Adam, batch 128',
    model: 'perceptron',
    options: { sizes: [784, 512, 512, 10], batch: 128, activation: 'relu', optimizer: 'adam' },
    flops: perceptronFlops([784, 512, 512, 10], 128),
    goals: { native: { pytorch: 2, 'jax-js': 8 }, wasm: { 'jax-js': 2, 'tfjs-wasm': 2 } },
  },
  {
    name: 'lenet',
    title: 'LeNet-5, Adam, batch 128',
    model: 'lenet',
    options: { batch: 128 },
    flops: lenetFlops(128),
    coldGoal: 300,
    goals: { native: { pytorch: 3 }, wasm: { 'jax-js': 2, 'tfjs-wasm': 2 } },
  },
  {
    name: 'resnet20',
    title: 'ResNet-20 on 32 × 32 pictures, SGD with momentum, batch 128',
    model: 'resnet20',
    options: { batch: 128 },
    flops: resnet20Flops(128),
    goals: { native: { pytorch: 2 }, wasm: { 'jax-js': 2 } },
  },
  {
    name: 'lstm',
    title: 'LSTM 64 → 256, 64 times, Adam, batch 32',
    model: 'lstm',
    options: { batch: 32, time: 64, inputs: 64, units: 256 },
    flops: lstmFlops({ batch: 32, time: 64, inputs: 64, units: 256 }),
    goals: { native: { pytorch: 2 }, wasm: { 'tfjs-wasm': 2 } },
  },
  {
    name: 'transformer',
    title: 'Transformer, 4 × 256, 4 heads, 128 tokens, Adam, batch 16',
    model: 'transformer',
    options: { batch: 16, time: 128, width: 256, heads: 4, depth: 4, classes: 64 },
    flops: transformerFlops({ batch: 16, time: 128, width: 256, depth: 4, classes: 64 }),
    goals: { native: { pytorch: 1.5 }, wasm: { 'jax-js': 2 } },
  },
  {
    name: 'uncompiled',
    title: '100 operations on 8 × 8, not compiled',
    model: 'uncompiled',
    options: { size: 8, operations: 100 },
  },
]

const curve = (name, sizes, batch) => ({
  name,
  title: `MLP ${sizes[0]}-${sizes[1]}${sizes.length > 3 ? ` × ${sizes.length - 2}` : ''}-10, Adam, batch ${batch}`,
  model: 'perceptron',
  options: { sizes, batch, activation: 'relu', optimizer: 'adam' },
  flops: perceptronFlops(sizes, batch),
})

/** A perceptron that grows in one direction at a time. */
export const curves = [
  {
    axis: 'width',
    title: 'Width of the two hidden layers (batch 32)',
    values: [4, 16, 64, 256, 1024],
    workload: (width) => curve(`width ${width}`, [64, width, width, 10], 32),
  },
  {
    axis: 'depth',
    title: 'Number of hidden layers (64 wide, batch 32)',
    values: [1, 2, 4, 8, 16],
    workload: (depth) => curve(`depth ${depth}`, [64, ...Array(depth).fill(64), 10], 32),
  },
  {
    axis: 'batch',
    title: 'Batch (two hidden layers, 64 wide)',
    values: [1, 8, 64, 512, 2048],
    workload: (batch) => curve(`batch ${batch}`, [64, 64, 64, 10], batch),
  },
]

// A product costs the same forward, for the gradient of its inputs and for that of its weights. What comes straight from the
// data needs no gradient of its inputs.

/** @returns the additions and multiplications of a step of a perceptron */
export function perceptronFlops(sizes, batch) {
  const products = sizes.slice(1).map((size, i) => 2 * batch * sizes[i] * size)
  return 3 * sum(products) - products[0]
}

/** @returns those of a step of LeNet-5 */
export function lenetFlops(batch) {
  const first = 2 * batch * 28 * 28 * 6 * (5 * 5 * 1)
  const second = 2 * batch * 10 * 10 * 16 * (5 * 5 * 6)
  const dense = 2 * batch * (400 * 120 + 120 * 84 + 84 * 10)
  return 2 * first + 3 * (second + dense)
}

/** @returns those of a step of ResNet-20 */
export function resnet20Flops(batch) {
  const convolution = (size, inputs, outputs, kernel) => 2 * batch * size * size * outputs * kernel * kernel * inputs
  const first = convolution(32, 3, 16, 3)
  const stages = [
    6 * convolution(32, 16, 16, 3),
    convolution(16, 16, 32, 3) + 5 * convolution(16, 32, 32, 3) + convolution(16, 16, 32, 1),
    convolution(8, 32, 64, 3) + 5 * convolution(8, 64, 64, 3) + convolution(8, 32, 64, 1),
  ]
  return 2 * first + 3 * (sum(stages) + 2 * batch * 64 * 10)
}

/** @returns those of a step of an LSTM with its head */
export function lstmFlops({ batch, time, inputs, units }) {
  const ofInputs = 2 * batch * time * inputs * 4 * units
  const ofStates = 2 * batch * time * units * 4 * units
  const head = 2 * batch * time * units * inputs
  return 2 * ofInputs + 3 * (ofStates + head)
}

/** @returns those of a step of a Transformer */
export function transformerFlops({ batch, time, width, depth, classes }) {
  const tokens = batch * time
  const projections = 2 * tokens * width * 4 * width
  const attention = 2 * (2 * tokens * time * width)
  const perceptron = 2 * (2 * tokens * width * 4 * width)
  const head = 2 * tokens * width * classes
  return 3 * (depth * (projections + attention + perceptron) + head)
}

function sum(values) {
  return values.reduce((total, value) => total + value, 0)
}
