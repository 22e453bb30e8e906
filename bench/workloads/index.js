/**
 * What is measured: sizes, optimizer and arithmetic of each workload. What each means in the terms of a library stands in a
 * file of its own: for Shapewise beside this one, for the others in ../contenders.
 *
 * - `model` and `options`: the function that builds it, and what it is given
 * - `flops`: additions and multiplications of the products and convolutions in one step, where the share of peak is of interest
 * - `goals`: how many times faster than a peer Shapewise means to be, by backend
 * - `coldGoal`: milliseconds from import to the result of the first step
 */

// MobileNet with half the channels.
const mobilenetSizes = {
  ...{ batch: 16, size: 96, width: 16, classes: 10 },
  blocks: [[32, 1], [64, 2], [64, 1], [128, 2], [128, 1], [256, 2], ...Array(5).fill([256, 1]), [512, 2], [512, 1]],
}
const unetSizes = { batch: 8, size: 64, width: 16, depth: 3, classes: 8 }
const coraSizes = {
  ...{ nodes: 2708, edges: 10_556, features: 1433 },
  ...{ units: 16, classes: 7, labelled: 140, dropout: 0.5 },
}

/** Two convolutions of one kind that is not the usual one; PyTorch's best memory format is given to pictures only. */
const windows = (name, title, kind) => {
  const options = { axes: 2, batch: 32, size: 32, channels: 32, kernel: 3, groups: 1, dilation: 1, stride: 1, ...kind }
  const goals = { native: { pytorch: 1.5 } }
  return { name, title: `two convolutions: ${title}`, model: 'windows', options, flops: windowsFlops(options), goals }
}

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
    flops: recurrentFlops({ batch: 32, time: 64, inputs: 64, units: 256, gates: 4 }),
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
    name: 'mobilenet',
    title: 'MobileNet on 96 × 96 pictures, SGD with momentum, batch 16',
    model: 'mobilenet',
    options: mobilenetSizes,
    flops: mobilenetFlops(mobilenetSizes),
    goals: { native: { pytorch: 1.5 } },
  },
  {
    name: 'unet',
    title: 'U-Net on 64 × 64 pictures, Adam, batch 8',
    model: 'unet',
    options: unetSizes,
    flops: unetFlops(unetSizes),
    goals: { native: { pytorch: 1.5 } },
  },
  {
    name: 'gru',
    title: 'GRU 64 → 256, 64 times, Adam, batch 32',
    model: 'gru',
    options: { batch: 32, time: 64, inputs: 64, units: 256 },
    flops: recurrentFlops({ batch: 32, time: 64, inputs: 64, units: 256, gates: 3 }),
    goals: { native: { pytorch: 1.5 } },
  },
  {
    name: 'vae',
    title: 'variational autoencoder of convolutions, Adam, batch 128',
    model: 'vae',
    options: { batch: 128, width: 32, codes: 16, noise: 1 },
    flops: vaeFlops({ batch: 128, width: 32, codes: 16 }),
    goals: { native: { pytorch: 1.5 } },
  },
  {
    name: 'graph',
    title: "graph convolutions at Cora's sizes, Adam",
    model: 'graph',
    options: coraSizes,
    flops: graphFlops(coraSizes),
    goals: { native: { pytorch: 1.5 } },
  },
  windows('windows-5', '5 × 5', { kernel: 5 }),
  windows('windows-7', '7 × 7', { kernel: 7 }),
  windows('dilated', '3 × 3, every second pixel', { dilation: 2 }),
  windows('grouped', '3 × 3, 128 channels in 8 groups', { channels: 128, groups: 8 }),
  windows('depthwise', '3 × 3, 128 channels alone', { channels: 128, groups: 128 }),
  windows('transposed', '4 × 4, by halves and back', { channels: 64, kernel: 4, stride: 2 }),
  windows('one-picture', '3 × 3, batch 1', { batch: 1, size: 64, channels: 64 }),
  windows('sequence', '9, along one axis', { axes: 1, size: 512, channels: 64, kernel: 9 }),
  windows('volume', '3 × 3 × 3', { axes: 3, batch: 4, size: 16 }),
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

/** @returns those of a step of an LSTM (four gates) or GRU (three) with its head */
export function recurrentFlops({ batch, time, inputs, units, gates }) {
  const ofInputs = 2 * batch * time * inputs * gates * units
  const ofStates = 2 * batch * time * units * gates * units
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

/** @returns those of a step of a MobileNet */
export function mobilenetFlops({ batch, size, width, blocks, classes }) {
  let side = size / 2
  let inputs = width
  const first = 2 * batch * side * side * width * (3 * 3 * 3)
  const rest = blocks.map(([outputs, stride]) => {
    side /= stride
    const ofBlock = 2 * batch * side * side * inputs * (3 * 3 + outputs)
    inputs = outputs
    return ofBlock
  })
  return 2 * first + 3 * (sum(rest) + 2 * batch * inputs * classes)
}

/** @returns those of a step of a U-Net */
export function unetFlops({ batch, size, width, depth, classes }) {
  const pixels = (level) => 2 * batch * (size / 2 ** level) ** 2
  const twice = (level, inputs, outputs) => pixels(level) * 9 * (inputs + outputs) * outputs
  const first = pixels(0) * 9 * 3 * width
  const levels = Array.from({ length: depth }, (_, i) => {
    const [here, below] = [width * 2 ** i, width * 2 ** (i + 1)]
    return twice(i + 1, here, below) + pixels(i) * below * here + twice(i, below, here)
  })
  return 2 * first + 3 * (pixels(0) * 9 * width * width + sum(levels) + pixels(0) * width * classes)
}

/** @returns those of a step of a variational autoencoder */
export function vaeFlops({ batch, width, codes }) {
  const outer = 2 * batch * 14 * 14 * width * (4 * 4)
  const inner = 2 * batch * 7 * 7 * 2 * width * (4 * 4 * width)
  const dense = 2 * batch * 49 * 2 * width * (2 * codes + codes)
  return 2 * outer + 3 * (2 * inner + dense + outer)
}

/** @returns those of a step of a graph convolutional network */
export function graphFlops({ nodes, features, units, classes }) {
  return 2 * (2 * nodes * features * units) + 3 * (2 * nodes * units * classes)
}

/** @returns those of a step of two convolutions */
export function windowsFlops({ axes, batch, size, channels, kernel, groups, stride }) {
  const places = batch * size ** axes
  const first = 2 * places * 3 * channels
  // A transposed convolution does for its inputs what the other one does for its outputs.
  const window = 2 * (places / stride ** axes) * kernel ** axes * channels * (channels / groups)
  return 2 * first + 3 * (2 * window + 2 * batch * channels * 10)
}

function sum(values) {
  return values.reduce((total, value) => total + value, 0)
}
