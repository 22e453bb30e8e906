import { expect, test } from 'vitest'
import * as data from '../../src/data/index.js'
import { ones, type Tensor, zeros } from '../../src/index.js'
import { confusionMatrix } from '../../src/metrics/index.js'
import * as models from '../../src/models/index.js'
import * as nn from '../../src/nn/index.js'
import * as lossFunctions from '../../src/nn/losses/index.js'
import * as optim from '../../src/optim/index.js'
import * as train from '../../src/train/index.js'
import { type Argument, junkTaken, options, plain } from '../support/junk.js'

// As tests/tensor/wrong-arguments.test.ts, for layers, losses, optimizers, data and training.

const x = ones([2, 4])
const y = zeros([2, 4])
const labels = zeros([2], 'int32')
const layer = nn.linear(4, 4)
const chain = nn.sequential(nn.linear(4, 4), nn.relu())
const column = data.floatColumn(new Float32Array(8), [4])
const examples = data.dataset({ inputs: column, labels: data.labelColumn(new Uint8Array(2)) })
const { initializers } = nn

const two = zeros([2])
const pictures = zeros([1, 4, 4, 1])

/** Every loss has a row. */
const losses: { readonly [name in keyof typeof lossFunctions]: readonly Argument[] } = {
  arcFace: [x, y.reshape([4, 2]), labels, options()],
  binaryCrossEntropy: [x, y, options()],
  contrastiveLoss: [x, y, two, options()],
  cosineEmbedding: [x, y, ones([2]), options()],
  infoNce: [x, y, options()],
  ntXent: [x, y, options()],
  wassersteinCritic: [x, y],
  wassersteinGenerator: [x],
  gradientPenalty: [(given: Tensor<[2, 4]>) => layer.forward(given), x, y, options()],
  crossEntropy: [x, labels, options()],
  ctcLoss: [zeros([2, 3, 4]), ones([2, 1]).cast('int32'), options()],
  klDivergence: [x, y, options()],
  jensenShannon: [x, y, options()],
  focalLoss: [x, labels, options()],
  binaryFocalLoss: [x, y, options()],
  hingeLoss: [x, y, options()],
  multiClassHinge: [x, labels, options()],
  gaussianNll: [x, y, x, options()],
  poissonNll: [x, y, options()],
  mixtureNll: [options({ logits: x, means: zeros([2, 4, 3]), logScales: zeros([2, 4, 3]) }), zeros([2, 3]), options()],
  diceLoss: [x, y, options()],
  tverskyLoss: [x, y, options()],
  totalVariation: [pictures, options()],
  ssimLoss: [pictures, pictures, options({ window: 3 })],
  meanSquaredError: [x, y, options()],
  meanAbsoluteError: [x, y, options()],
  huber: [x, y, options()],
  smoothL1: [x, y, options()],
  logCosh: [x, y, options()],
  quantileLoss: [x, y, options()],
  sinkhornDivergence: [x, y, options()],
  tripletLoss: [x, y, x, options()],
  batchTripletLoss: [x, labels, options()],
}

const library: Readonly<Record<string, unknown>> = { ...lossFunctions }

/** The numbers among their options. */
const lossOptions: { readonly [loss: string]: readonly string[] } = {
  arcFace: ['margin', 'scale'],
  contrastiveLoss: ['margin'],
  cosineEmbedding: ['margin'],
  infoNce: ['temperature'],
  ntXent: ['temperature'],
  gradientPenalty: ['target'],
  crossEntropy: ['labelSmoothing', 'ignoreIndex'],
  ctcLoss: ['blank'],
  focalLoss: ['gamma'],
  binaryFocalLoss: ['gamma', 'alpha'],
  hingeLoss: ['margin'],
  multiClassHinge: ['margin'],
  diceLoss: ['smoothing'],
  tverskyLoss: ['smoothing', 'falsePositives', 'falseNegatives'],
  ssimLoss: ['range', 'window', 'sigma'],
  huber: ['delta'],
  smoothL1: ['beta'],
  quantileLoss: ['quantile'],
  sinkhornDivergence: ['epsilon', 'iterations'],
  tripletLoss: ['margin'],
  batchTripletLoss: ['margin'],
}

const functions: { readonly [name: string]: readonly [fn: (...args: never[]) => unknown, ...args: Argument[]] } = {
  linear: [nn.linear, 4, 4, options()],
  conv1d: [nn.conv1d, 1, 2, 3, options()],
  conv2d: [nn.conv2d, 1, 2, 3, options()],
  conv3d: [nn.conv3d, 1, 2, 3, options()],
  convTranspose2d: [nn.convTranspose2d, 1, 2, 3, options()],
  depthwiseConv2d: [nn.depthwiseConv2d, 1, 3, options()],
  separableConv2d: [nn.separableConv2d, 1, 2, 3, options()],
  maxPool2d: [nn.maxPool2d, 2, options()],
  avgPool2d: [nn.avgPool2d, 2, options()],
  lpPool2d: [nn.lpPool2d, 2, 2, options()],
  stochasticPool2d: [nn.stochasticPool2d, 2, options()],
  adaptiveAvgPool2d: [nn.adaptiveAvgPool2d, [2, 3]],
  adaptiveMaxPool1d: [nn.adaptiveMaxPool1d, 2],
  gemPool: [nn.gemPool, 3, options()],
  rmacPool: [nn.rmacPool, 2],
  maxUnpool2d: [nn.maxUnpool2d, 2, options()],
  upsample2d: [nn.upsample2d, 2, options()],
  resize2d: [nn.resize2d, [2, 3], options()],
  pixelShuffle: [nn.pixelShuffle, 2],
  zeroPad2d: [nn.zeroPad2d, [2, 3]],
  constantPad2d: [nn.constantPad2d, 2, 0.5],
  batchNorm1d: [nn.batchNorm1d, 2, options()],
  layerNorm: [nn.layerNorm, 2, options()],
  layerNormOfTwo: [nn.layerNorm, [2, 3]],
  rmsNorm: [nn.rmsNorm, 2, options()],
  groupNorm: [nn.groupNorm, 2, 4, options()],
  instanceNorm2d: [nn.instanceNorm2d, 2, options()],
  localResponseNorm: [nn.localResponseNorm, 2, options()],
  weightNorm: [nn.weightNorm, layer],
  spectralNorm: [nn.spectralNorm, layer, options()],
  dropConnect: [nn.dropConnect, layer, 0.5],
  alphaDropout: [nn.alphaDropout, 0.5],
  dropPath: [nn.dropPath, 0.5],
  dropout: [nn.dropout, 0.5],
  sequential: [nn.sequential, layer, layer],
  leakyRelu: [nn.leakyRelu, x, 0.1],
  leakyReluLayer: [nn.leakyRelu, 0.1],
  relu: [nn.relu, x],
  forward: [(x: Tensor<[2, 4]>) => layer.forward(x), x],
  functionalCall: [nn.functionalCall, layer, { weight: ones([4, 4]) }, x],
  outputsOf: [nn.outputsOf, chain, 'layers.0', () => chain.forward(x), options()],
  summary: [nn.summary, layer, [2, 4], options()],
  replaceLayer: [nn.replaceLayer, chain, 'layers.1', nn.relu()],
  tieWeights: [nn.tieWeights, chain, 'layers.0.bias', 'layers.0.bias'],
  copyMatching: [nn.copyMatching, chain, {}, options()],
  freeze: [(which: string) => chain.freeze(which), 'layers.0'],
  movingAverage: [nn.movingAverage, layer, options({ decay: 0.5 })],
  stochasticWeightAverage: [nn.stochasticWeightAverage, layer, options()],
  updateBatchNorm: [nn.updateBatchNorm, nn.batchNorm1d(4), [x], (batch: Tensor<[2, 4]>) => layer.forward(batch)],
  parametersOf: [nn.parametersOf, layer],
  buffersOf: [nn.buffersOf, layer],
  assignValues: [nn.assignValues, layer, { weight: ones([4, 4]) }],
  loadState: [
    (state: nn.State) => nn.linear(1, 1).loadState(state),
    {
      weight: { dtype: 'float32', shape: [1, 1], data: new Float32Array(1) },
      bias: { dtype: 'float32', shape: [1], data: new Float32Array(1) },
    },
  ],
  'initializers.constant': [(v: number) => initializers.constant(v)([2], 'float32'), 1],
  'initializers.uniform': [(a: number, b: number) => initializers.uniform(a, b)([2], 'float32'), 0, 1],
  'initializers.normal': [(a: number) => initializers.normal(a)([2], 'float32'), 1],
  'initializers.heUniform': [(a: number) => initializers.heUniform(a)([2, 2], 'float32'), 1],
  'initializers.orthogonal': [(a: number) => initializers.orthogonal(a)([2, 2], 'float32'), 1],
  adam: [optim.adam, layer, options()],
  adamW: [optim.adamW, layer, options()],
  sgd: [optim.sgd, layer, options()],
  rmsProp: [optim.rmsProp, layer, options()],
  adagrad: [optim.adagrad, layer, options()],
  minimize: [(loss: Tensor) => optim.sgd(layer).minimize(loss), layer.forward(x).mean()],
  apply: [(g: readonly Tensor[]) => optim.sgd(layer).apply(g), [zeros([4, 4]), zeros([4])]],
  constantRate: [optim.constantRate, 0.1],
  stepDecay: [optim.stepDecay, 0.1, options({ every: 2 })],
  exponentialDecay: [optim.exponentialDecay, 0.1, options({ every: 2 })],
  cosineDecay: [optim.cosineDecay, 0.1, options({ steps: 2 })],
  oneCycle: [optim.oneCycle, 0.1, options({ steps: 20 })],
  floatColumn: [data.floatColumn, new Float32Array(4), [2], options()],
  integerColumn: [data.integerColumn, new Int32Array(4), [2]],
  labelColumn: [data.labelColumn, new Uint8Array(4), options()],
  dataset: [data.dataset, { inputs: column }],
  take: [(n: number) => examples.take(n), 1],
  split: [(part: number, o: object) => examples.split(part, o), 0.5, options()],
  batches: [data.batches, examples, options({ batchSize: 1 })],
  generateDigits: [data.generateDigits, options({ count: 1 })],
  confusionMatrix: [confusionMatrix, new Int32Array(2), new Int32Array(2), options()],
  mlp: [models.mlp, [4, 2], options()],
  lenet: [models.lenet, options()],
  fit: [train.fit, layer, examples, options({ loss: nn.crossEntropy, optimizer: optim.sgd() })],
  evaluate: [train.evaluate, layer, examples, options()],
}

const accepted: ReadonlySet<string> = new Set([
  // What one example is made of is checked with the data set.
  ...['floatColumn 1: a list of texts', 'integerColumn 1: a list of texts'],
  // A function is a link.
  ...['sequential 0: a function', 'sequential 1: a function', 'replaceLayer 2: a function'],
])

for (const [name, args] of Object.entries(losses)) {
  const loss = library[name] as (...args: unknown[]) => unknown
  test(`the loss ${name}`, async () => {
    loss(...args.map(plain))
    expect(await junkTaken(name, (given) => loss(...given), args, accepted)).toEqual([])
    for (const option of lossOptions[name] ?? []) {
      const others = args.slice(0, -1).map(plain)
      const given = plain(args[args.length - 1]) as object
      const call = ([value]: readonly unknown[]): unknown => loss(...others, { ...given, [option]: value })
      expect(await junkTaken(`${name}.${option}`, call, [1], accepted)).toEqual([])
    }
  })
}

test.each(Object.entries(functions))('%s', async (name, [fn, ...args]) => {
  const call = fn as (...args: unknown[]) => unknown
  await call(...args.map(plain))
  expect(await junkTaken(name, (given) => call(...given), args, accepted)).toEqual([])
})
