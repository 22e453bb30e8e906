import { describe, expect, test } from 'vitest'
import * as shapewise from '../../src/index.js'
import { eye, ones, Tensor, tensor, zeros } from '../../src/index.js'
import { type Argument, junkTaken, options, plain } from '../support/junk.js'

// Whatever JavaScript hands over, the answer is a result or an error that says what is wrong; never a TypeError from inside.

const x = eye(4).mul(3).add(0.5)
const vector = ones([4])
const index = tensor([0, 1], [2], 'int32')
const bits = tensor([1, 2], [2], 'int32')
const complex = zeros([4, 2])
const picture = ones([1, 4, 4, 2])

type Row = readonly [receiver: Tensor, ...args: Argument[]]

/** For each method arguments that it takes. */
const methods: { readonly [name: string]: Row } = {
  ...Object.fromEntries(
    'logAddExp add sub mul div floorDiv mod pow atan2 maximum minimum equal notEqual less lessEqual greater greaterEqual logicalAnd logicalOr logicalXor'
      .split(' ')
      .map((name) => [name, [x, vector] as const]),
  ),
  ...Object.fromEntries(
    'bitwiseAnd bitwiseOr bitwiseXor leftShift rightShift'.split(' ').map((name) => [name, [bits, bits] as const]),
  ),
  ...Object.fromEntries(
    'nanSum nanMean median sum prod mean variance std min max any all countNonZero logSumExp norm argMax argMin'
      .split(' ')
      .map((name) => [name, [x, 0, options()] as const]),
  ),
  ...Object.fromEntries(
    'normalize logCumSumExp cumSum cumProd cumMax cumMin sort argSort'
      .split(' ')
      .map((name) => [name, [x, 0, options()] as const]),
  ),
  quantile: [x, 0.5, 0, options()],
  trapezoid: [x, 0, vector],
  diff: [x, 0, 1],
  bucketize: [x, vector, 'left'],
  binCount: [index, 3, vector.slice([0, 2])],
  histogram: [x, 4, options()],
  lerp: [x, vector, 0.5],
  nanToNum: [x, options()],
  bitcast: [x, 'int32'],
  pinv: [x, options()],
  lstsq: [x, vector, options()],
  matrixRank: [x, options()],
  matrixNorm: [x, 'nuclear'],
  covariance: [x, options()],
  softmax: [x, 0],
  logSoftmax: [x, 0],
  clip: [x, 0, 1],
  where: [x.greater(0), x, x],
  isClose: [x, x, options()],
  allClose: [x, x, options()],
  matmul: [x, x],
  dot: [x, x],
  outer: [vector, vector],
  reshape: [x, [2, 8]],
  flatten: [x, 0, 1],
  permute: [x, [1, 0]],
  transpose: [x, 0, 1],
  moveAxis: [x, 0, 1],
  expand: [x, [2, 4, 4]],
  squeeze: [zeros([1, 2]), 0],
  unsqueeze: [x, 0],
  flip: [x, 0],
  roll: [x, 1, 0],
  tile: [x, [2, 2]],
  repeat: [x, 2, 0],
  pad: [x, [1, [0, 2]], options()],
  slice: [x, 0, [0, 2]],
  at: [x, 0, 1],
  dim: [x, 0],
  split: [x, 2, 0],
  take: [x, index, 0],
  takeAlongAxis: [x, index.reshape([2, 1]), 0],
  scatterSet: [x, index, 1, 0],
  scatterAdd: [x, index, 1, 0],
  scatterMax: [x, index, 1, 0],
  scatterMin: [x, index, 1, 0],
  scatterAlongAxis: [x, index.reshape([2, 1]), 1, 0, 'add'],
  topK: [x, 2, 0],
  searchSorted: [vector, x, 'left'],
  oneHot: [index, 3],
  tril: [x, 0],
  triu: [x, 0],
  matrixPower: [x, 2],
  solve: [x, vector],
  triangularSolve: [x, vector, options()],
  fft: [complex, 0],
  ifft: [complex, 0],
  rfft: [x, 0],
  irfft: [complex, 4, 0],
  maxPool: [picture, 2, options()],
  avgPool: [picture, 2, options()],
  sumPool: [picture, 2, options()],
  lpPool: [picture, 2, 2, options()],
  maxPoolWithIndices: [picture, 2, options()],
  maxUnpool: [picture, zeros([1, 4, 4, 2], 'int32'), [4, 4]],
  adaptiveAvgPool: [picture, 2],
  adaptiveMaxPool: [picture, [2, 3]],
  resize: [picture, 2, options()],
  unfold: [picture, 2, options()],
  fold: [ones([1, 3, 3, 2, 2, 1]), 4, options()],
  cast: [x, 'int32'],
  pipe: [x, (y: Tensor) => y.neg()],
}

const key = shapewise.random.key(1)
/** For each function arguments that it takes. */
const functions: { readonly [name: string]: readonly [fn: (...args: never[]) => unknown, ...args: Argument[]] } = {
  tensor: [shapewise.tensor, [1, 2], [2], 'float32'],
  zeros: [shapewise.zeros, [2], 'float32'],
  ones: [shapewise.ones, [2], 'float32'],
  full: [shapewise.full, [2], 1, 'float32'],
  zerosLike: [shapewise.zerosLike, x, 'int32'],
  onesLike: [shapewise.onesLike, x, 'int32'],
  fullLike: [shapewise.fullLike, x, 1, 'float32'],
  arange: [shapewise.arange, 0, 3, 1, 'float32'],
  linspace: [shapewise.linspace, 0, 1, 3, 'float32'],
  eye: [shapewise.eye, 2, 3, 'float32', 1],
  meshgrid: [shapewise.meshgrid, [vector, vector], 'xy'],
  concat: [shapewise.concat, [x, x], 0],
  stack: [shapewise.stack, [x, x], 0],
  einsum: [shapewise.einsum, 'ij,jk->ik', x, x],
  where: [shapewise.where, x.greater(0), x, x],
  kron: [shapewise.kron, x, vector],
  cross: [shapewise.cross, ones([2, 3]), ones([3])],
  vecDot: [shapewise.vecDot, x, vector, 0],
  tensorDot: [shapewise.tensorDot, x, x, 1],
  cosineSimilarity: [shapewise.cosineSimilarity, x, vector, 0, options()],
  pairwiseDistances: [shapewise.pairwiseDistances, x, x, options()],
  segmentSum: [shapewise.segmentSum, ones([2]), index, 3],
  segmentMean: [shapewise.segmentMean, ones([2]), index, 3],
  segmentMax: [shapewise.segmentMax, ones([2]), index, 3, options()],
  segmentMin: [shapewise.segmentMin, ones([2]), index, 3, options()],
  segmentSoftmax: [shapewise.segmentSoftmax, ones([2]), index, 3],
  unique: [shapewise.unique, x],
  nonZero: [shapewise.nonZero, x],
  conv: [shapewise.conv, picture, ones([2, 2, 2, 3]), options()],
  convTranspose: [shapewise.convTranspose, picture, ones([2, 2, 2, 3]), options()],
  gridSample: [shapewise.gridSample, picture, ones([1, 3, 2]), options()],
  interpolate1d: [shapewise.interpolate1d, x, vector, vector],
  compile: [shapewise.compile, (x: Tensor) => x, options()],
  grad: [shapewise.grad, x.sum(), x],
  gradOf: [(fn: (x: Tensor) => Tensor) => shapewise.grad(fn)(x), (x: Tensor) => x.sum()],
  valueAndGrad: [(fn: (x: Tensor) => Tensor) => shapewise.valueAndGrad(fn)(x), (x: Tensor) => x.sum()],
  jvp: [shapewise.jvp, (x: Tensor) => x.exp(), x, x],
  vjp: [shapewise.vjp, (x: Tensor) => x.exp(), x],
  vmap: [(fn: (x: Tensor) => Tensor, o: object) => shapewise.vmap(fn, o)(x), (x: Tensor) => x.sum(), options()],
  jacobian: [(fn: (x: Tensor) => Tensor) => shapewise.jacobian(fn)(vector), (x: Tensor) => x.exp()],
  hessian: [(fn: (x: Tensor) => Tensor) => shapewise.hessian(fn)(vector), (x: Tensor) => x.exp().sum()],
  checkpoint: [(fn: (x: Tensor) => Tensor) => shapewise.checkpoint(fn)(x), (x: Tensor) => x.exp()],
  customGradient: [
    (fn: (x: Tensor) => Tensor, b: never) => shapewise.grad(shapewise.customGradient(fn, b))(tensor(1)),
    (x: Tensor) => x.exp(),
    (_x: unknown, _y: unknown, [g]: readonly Tensor[]) => [g],
  ],
  scan: [shapewise.scan, (c: Tensor, x: Tensor) => [c.add(x), c], zeros([4]), x, options()],
  cond: [shapewise.cond, x.sum().greater(0), (x: Tensor) => x.exp(), (x: Tensor) => x.neg(), x],
  whileLoop: [shapewise.whileLoop, (x: Tensor) => x.less(3), (x: Tensor) => x.add(1), tensor(0)],
  checkGradients: [shapewise.checkGradients, (x: Tensor) => x.exp(), [vector], options()],
  treeMap: [shapewise.treeMap, (x: Tensor) => x, [x], [x]],
  treeLeaves: [shapewise.treeLeaves, [x]],
  treeReduce: [shapewise.treeReduce, (n: number) => n + 1, [x]],
  treeFill: [shapewise.treeFill, [x], [1]],
  Variable: [(x: Tensor) => new shapewise.Variable(x), x],
  assign: [(y: Tensor) => new shapewise.Variable(x).assign(y), x],
  setBackend: [shapewise.setBackend, shapewise.backend().name],
  seed: [shapewise.seed, 1],
  'random.key': [shapewise.random.key, 1],
  'random.split': [shapewise.random.split, key, 2],
  'random.uniform': [shapewise.random.uniform, [2], options({ key })],
  'random.normal': [shapewise.random.normal, [2], options({ key })],
  'random.truncatedNormal': [shapewise.random.truncatedNormal, [2], options({ key })],
  'random.gumbel': [shapewise.random.gumbel, [2], options({ key })],
  'random.exponential': [shapewise.random.exponential, [2], options({ key })],
  'random.bernoulli': [shapewise.random.bernoulli, 0.5, [2], options({ key })],
  'random.randint': [shapewise.random.randint, [2], 0, 3, options({ key })],
  'random.permutation': [shapewise.random.permutation, 4, options({ key })],
  'random.categorical': [shapewise.random.categorical, vector, options({ key })],
  'random.shuffle': [shapewise.random.shuffle, vector, options({ key })],
}

/** Junk that means something there. */
const accepted: ReadonlySet<string> = new Set([
  // An empty tree; that the function then gets no tensor is its own affair.
  ...['cond 3', 'scan 1', 'vjp 1', 'whileLoop 2'].flatMap((place) => [`${place}: null`, `${place}: nothing`]),
  ...['treeLeaves 0: null', 'treeReduce 1: null'],
  // All of an axis.
  ...['slice 0: null', 'slice 1: null'],
  // Anything may stand in a tree.
  'treeFill 1: a list of texts',
  // The gradient of that function.
  'grad 0: a function',
])

describe('methods', () => {
  test('each one with arguments has a row', () => {
    const values = new Set([
      'data',
      'dataSync',
      'item',
      'itemSync',
      'array',
      'arraySync',
      'print',
      'toString',
      'constructor',
    ])
    const all = Object.getOwnPropertyNames(Tensor.prototype).filter((name) => {
      const { value } = Object.getOwnPropertyDescriptor(Tensor.prototype, name) ?? {}
      return typeof value === 'function' && value.length > 0 && !values.has(name)
    })
    expect(all.filter((name) => !(name in methods))).toEqual([])
  })

  test.each(Object.entries(methods))('%s', async (name, [receiver, ...args]) => {
    const method = (receiver as unknown as { [name: string]: (...args: unknown[]) => unknown })[name]
    expect(() => method.call(receiver, ...args.map(plain))).not.toThrow()
    expect(await junkTaken(name, (given) => method.call(receiver, ...given), args, accepted)).toEqual([])
  })
})

describe('functions', () => {
  test.each(Object.entries(functions))('%s', async (name, [fn, ...args]) => {
    const call = fn as (...args: unknown[]) => unknown
    expect(() => call(...args.map(plain))).not.toThrow()
    expect(await junkTaken(name, (given) => call(...given), args, accepted)).toEqual([])
  })
})
