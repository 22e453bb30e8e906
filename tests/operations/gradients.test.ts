import { describe, expect, it } from 'vitest'
import { type Elements, interpret } from '../../src/backends/reference/interpret.js'
import { RandomStream } from '../../src/core/threefry.js'
import { build, makeGraph, type Node } from '../../src/graph/index.js'
import * as operations from '../../src/operations/index.js'
import { gradient } from '../../src/transform/gradient.js'
import { checkGradients, float64, type NodeFunction } from '../support/checkGradients.js'
import { elements } from '../support/evaluateNodes.js'

// Truth: central differences along random directions, for first and second order in both modes.

interface Check {
  readonly f: NodeFunction
  readonly values: readonly Elements[]
  readonly tolerance?: number
}

/** Why an operation has no gradient to check. */
type None = 'gives no floating point' | 'takes no floating point' | 'steps' | 'stops it' | 'creates'

const random = new RandomStream(11)
const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)
const values = (shape: readonly number[], at: (i: number) => number): Elements =>
  float64(
    shape,
    Array.from({ length: size(shape) }, (_, i) => at(i)),
  )
const normal = (...shape: number[]): Elements => values(shape, () => random.normal())
const between = (low: number, high: number, ...shape: number[]): Elements =>
  values(shape, () => low + (high - low) * random.uniform())
/** Values that are far apart and from whole and half numbers, so that no kink lies between the points of a difference quotient. */
const apart = (...shape: number[]): Elements => {
  const n = size(shape)
  return values(shape, (i) => ((i * 7) % n) * 0.53 - 0.26 * n + 0.11)
}
const indices = (shape: readonly number[], list: readonly number[]): Elements => elements('int32', shape, list)
const matrices = (...batch: number[]): Elements => {
  const shape = [...batch, 3, 3]
  return values(shape, (i) => random.normal() * 0.4 + (i % 9 === 0 || i % 9 === 4 || i % 9 === 8 ? 2 : 0))
}

/** Its singular values are all the same. */
const identity = values([3, 3], (i) => (i % 4 === 0 ? 1 : 0))

const check = (f: (...inputs: Node[]) => Node | readonly Node[], ...inputs: readonly Elements[]): Check => ({
  f: (nodes) => f(...nodes),
  values: inputs,
})
const of = (f: (x: Node) => Node, domain: Elements = normal(5)): Check => check((x) => f(x), domain)
const pairs = (f: (a: Node, b: Node) => Node): Check => check((a, b) => f(a, b), apart(2, 3), between(0.3, 0.9, 3))

const o = operations
/** Places in and around a picture. */
const GRID = o.reshape(o.linspace(-1.3, 1.2, 12, 'float64'), [1, 2, 3, 2])
type Functions = {
  [Name in keyof typeof operations as (typeof operations)[Name] extends (...args: never[]) => unknown
    ? Name
    : never]: unknown
}

const table: { readonly [Name in keyof Functions]: Check | readonly Check[] | None } = {
  abs: of(o.abs, apart(5)),
  acos: of(o.acos, between(-0.8, 0.8, 5)),
  acosh: of(o.acosh, between(1.3, 4, 5)),
  add: pairs(o.add),
  all: 'gives no floating point',
  allClose: 'gives no floating point',
  any: 'gives no floating point',
  arange: 'creates',
  argMax: 'gives no floating point',
  argMin: 'gives no floating point',
  argSort: 'gives no floating point',
  asin: of(o.asin, between(-0.8, 0.8, 5)),
  asinh: [of(o.asinh), of(o.asinh, float64([2], [0.001, -0.001]))],
  at: of((x) => o.at(x, -1), normal(3, 2)),
  atan: of(o.atan),
  atan2: check(o.atan2, float64([6], [1, 2, -1, -2, 0.1, -0.7]), float64([6], [2, 1, -2, 0.3, -1, 1])),
  atanh: of(o.atanh, between(-0.8, 0.8, 5)),
  adaptiveAvgPool: [
    of((x) => o.adaptiveAvgPool(x, [2, 3]), normal(1, 5, 7, 2)),
    of((x) => o.adaptiveAvgPool(x, 2), normal(1, 4, 1)),
  ],
  adaptiveMaxPool: [
    of((x) => o.adaptiveMaxPool(x, [2, 4]), apart(1, 5, 6, 2)),
    of((x) => o.adaptiveMaxPool(x, 2), apart(1, 4, 1)),
  ],
  avgPool: [
    of((x) => o.avgPool(x, 2), normal(2, 4, 5, 2)),
    of((x) => o.avgPool(x, 3, { stride: 2, padding: 'same', countPadding: false }), normal(1, 4, 5, 1)),
  ],
  binaryCrossEntropyWithLogits: check((x, t) => o.binaryCrossEntropyWithLogits(x, t), normal(4), between(0, 1, 4)),
  bitcast: 'takes no floating point',
  bitwiseAnd: 'takes no floating point',
  bitwiseNot: 'takes no floating point',
  bitwiseOr: 'takes no floating point',
  bitwiseXor: 'takes no floating point',
  broadcast: check((a, b) => o.broadcast(a, b), normal(2, 1), normal(3)),
  broadcastTo: of((x) => o.broadcastTo(x, [4, 2, 3]), normal(2, 1)),
  cast: 'gives no floating point',
  ceil: 'steps',
  cholesky: of((x) => o.cholesky(o.add(o.matmul(x, o.transpose(x)), o.eye(3, 3, 'float64'))), normal(2, 3, 3)),
  clip: check((x, low) => o.clip(x, low, 1.3), apart(6), float64([], [-0.7])),
  concat: check((a, b) => o.concat([a, b], -1), normal(2, 1), normal(2, 3)),
  conv: [
    check((x, k) => o.conv(x, k, { padding: 'same' }), normal(1, 4, 4, 1), normal(3, 3, 1, 2)),
    check((x, k) => o.conv(x, k, { stride: 2, dilation: 2, groups: 2 }), normal(1, 7, 2), normal(2, 1, 2)),
  ],
  convTranspose: check(
    (x, k) => o.convTranspose(x, k, { stride: 2, padding: 1 }),
    normal(1, 3, 2, 2),
    normal(3, 3, 2, 1),
  ),
  cos: of(o.cos),
  cosh: of(o.cosh),
  countNonZero: 'gives no floating point',
  crossEntropy: [
    check((x, t) => o.crossEntropy(x, t, { labelSmoothing: 0.1 }), normal(2, 3), indices([2], [2, 0])),
    check((x, t) => o.crossEntropy(x, t, { reduction: 'none' }), normal(2, 3), between(0, 1, 2, 3)),
  ],
  cumMax: of((x) => o.cumMax(x, 0), apart(5, 2)),
  cumMin: of((x) => o.cumMin(x, 1, { reverse: true }), apart(2, 5)),
  cumProd: of((x) => o.cumProd(x, 0), normal(5, 2)),
  cumSum: of((x) => o.cumSum(x, 0, { reverse: true }), normal(4, 2)),
  determinant: of(o.determinant, normal(2, 3, 3)),
  diag: [of(o.diag, normal(3)), of((x) => o.diag(x, 1), normal(3, 3))],
  diagonal: of((x) => o.diagonal(x, -1, 0, 2), normal(3, 2, 4)),
  diagonalMatrix: of((x) => o.diagonalMatrix(x, -1), normal(2, 3)),
  div: pairs(o.div),
  dot: check(o.dot, normal(2, 3), normal(2, 3, 2)),
  eigh: of(
    (x) => {
      // Vectors have a sign of their own: their squares do not.
      const { values, vectors } = o.eigh(o.add(x, o.transpose(x)))
      return o.concat([o.flatten(values), o.flatten(o.square(vectors))])
    },
    normal(3, 3),
  ),
  einsum: check((a, b, c) => o.einsum('ij,jk,ki->jk', a, b, c), normal(2, 3), normal(3, 2), normal(2, 2)),
  celu: of(o.celu, apart(5)),
  elu: of(o.elu, apart(5)),
  equal: 'gives no floating point',
  erf: of(o.erf),
  erfInv: of(o.erfInv, between(-0.9, 0.9, 6)),
  erfc: of(o.erfc, apart(6)),
  exp: of(o.exp),
  exp2: of(o.exp2),
  expand: of((x) => o.expand(x, [2, -1]), normal(1, 3)),
  expm1: of(o.expm1),
  eye: 'creates',
  fft: of((x) => o.fft(x, 0), normal(3, 2, 2)),
  fft2: of((x) => o.fft2(x), normal(2, 3, 2)),
  flatten: of((x) => o.flatten(x, 1), normal(2, 2, 2)),
  flip: of((x) => o.flip(x, 0), normal(3, 2)),
  floor: 'steps',
  floorDiv: 'steps',
  frac: of(o.frac, apart(5)),
  full: of((x) => o.full([2, 3], x), normal()),
  gather: check((x, i) => o.gather(x, i, 0), normal(3, 2), indices([2, 2], [2, 0, 2, 1])),
  gelu: [of((x) => o.gelu(x)), of((x) => o.gelu(x, 'tanh'))],
  fold: of((x) => o.fold(x, [4, 5], { padding: 1, stride: [1, 2] }), normal(1, 4, 3, 3, 3, 2)),
  gridSample: (['bilinear', 'bicubic', 'nearest'] as const).flatMap((mode) =>
    (['zeros', 'border', 'reflection'] as const).map((padding) =>
      mode === 'nearest'
        ? of((x) => o.gridSample(x, GRID, { mode, padding }), normal(1, 3, 4, 2))
        : check((x, grid) => o.gridSample(x, grid, { mode, padding }), normal(1, 3, 4, 2), apart(1, 2, 3, 2)),
    ),
  ),
  globalAveragePool: of((x) => o.globalAveragePool(x), normal(2, 2, 3, 2)),
  glu: of((x) => o.glu(x), normal(2, 4)),
  greater: 'gives no floating point',
  greaterEqual: 'gives no floating point',
  groupNorm: check((x, w, b) => o.groupNorm(x, 2, w, b), normal(2, 3, 4), normal(4), normal(4)),
  hardSigmoid: of(o.hardSigmoid, apart(9)),
  hardSwish: of(o.hardSwish, apart(9)),
  hardTanh: of(o.hardTanh, apart(5)),
  huber: check((x, t) => o.huber(x, t, { delta: 0.8 }), apart(6), float64([6], [0, 0, 0, 0, 0, 0])),
  ifft: of((x) => o.ifft(x), normal(2, 3, 2)),
  ifft2: of((x) => o.ifft2(x), normal(2, 3, 2)),
  inverse: of(o.inverse, matrices(2)),
  irfft: [of((x) => o.irfft(x, 5), normal(3, 2)), of((x) => o.irfft(x), normal(3, 2))],
  isClose: 'gives no floating point',
  isFinite: 'gives no floating point',
  isInfinite: 'gives no floating point',
  isNaN: 'gives no floating point',
  klDivergence: check((q, p) => o.klDivergence(q, p), normal(2, 3), between(0.1, 0.9, 2, 3)),
  layerNorm: check((x, w, b) => o.layerNorm(x, w, b), normal(2, 4), normal(4), normal(4)),
  leakyRelu: check((x, slope) => o.leakyRelu(x, slope), apart(2, 3), between(0.1, 0.3, 3)),
  leftShift: 'takes no floating point',
  less: 'gives no floating point',
  lessEqual: 'gives no floating point',
  lift: of((x) => o.lift(x)),
  linspace: 'creates',
  log: of(o.log, between(0.3, 4, 5)),
  log10: of(o.log10, between(0.3, 4, 5)),
  log1p: of(o.log1p, between(-0.7, 4, 5)),
  log2: of(o.log2, between(0.3, 4, 5)),
  logDeterminant: of((x) => o.logDeterminant(x).logAbsolute, matrices(2)),
  logSigmoid: [of(o.logSigmoid), of(o.logSigmoid, float64([3], [0.0001, -20, 20]))],
  logSoftmax: of((x) => o.logSoftmax(x, 0), normal(3, 2)),
  logSumExp: of((x) => o.logSumExp(x, 1), normal(2, 3)),
  logicalAnd: 'gives no floating point',
  logicalNot: 'gives no floating point',
  logicalOr: 'gives no floating point',
  logicalXor: 'gives no floating point',
  lu: of((x) => {
    const { lower, upper } = o.lu(x)
    return o.concat([lower, upper])
  }, matrices()),
  matmul: [
    check(o.matmul, normal(2, 2, 3), normal(3, 2)),
    check(o.matmul, normal(3), normal(2, 3, 2)),
    check(o.matmul, normal(2, 1, 2, 3), normal(3, 3)),
  ],
  matrixPower: of((x) => o.matrixPower(x, 3), matrices()),
  max: of((x) => o.max(x, 1), apart(2, 4)),
  interpolate1d: check(
    (x, places, y) => o.interpolate1d(x, places, y),
    apart(2, 3),
    values([4], (i) => i * i - 2),
    normal(4),
  ),
  lpPool: [
    of((x) => o.lpPool(x, 2, 2), normal(1, 4, 5, 2)),
    of((x) => o.lpPool(x, 1.5, 3, { stride: 1, padding: 1 }), between(0.2, 2, 1, 5, 2)),
  ],
  maxPool: of((x) => o.maxPool(x, 3, { stride: 2, padding: 1 }), apart(1, 5, 5, 2)),
  maximum: pairs(o.maximum),
  mean: of((x) => o.mean(x, [0, 2]), normal(2, 3, 2)),
  meanAbsoluteError: check((x, t) => o.meanAbsoluteError(x, t), apart(6), float64([6], [0, 0, 0, 0, 0, 0])),
  meanSquaredError: check((x, t) => o.meanSquaredError(x, t), normal(2, 3), normal(2, 3)),
  meshgrid: check((a, b) => o.meshgrid([a, b]), normal(2), normal(3)),
  min: of((x) => o.min(x, 0), apart(4, 2)),
  minimum: pairs(o.minimum),
  mish: of(o.mish),
  mod: check((a, b) => o.mod(a, b), float64([4], [1.3, -2.1, 4.7, 0.2]), float64([4], [0.9, 0.8, -1.1, 0.7])),
  moveAxis: of((x) => o.moveAxis(x, 0, -1), normal(2, 3, 2)),
  mul: pairs(o.mul),
  neg: of(o.neg),
  norm: [
    of((x) => o.norm(x, 1), normal(2, 3)),
    of((x) => o.norm(x, 1, { order: 1 }), apart(2, 3)),
    of((x) => o.norm(x, 1, { order: 3 }), apart(2, 3)),
    of((x) => o.norm(x, undefined, { order: Infinity }), apart(2, 3)),
  ],
  normalize: check((x, c, v) => o.normalize(x, c, v), normal(2, 3), normal(3), between(0.5, 2, 3)),
  notEqual: 'gives no floating point',
  oneHot: 'takes no floating point',
  ones: 'creates',
  outer: check(o.outer, normal(2), normal(3)),
  pad: [
    of((x) => o.pad(x, [1, [0, 2]]), normal(2, 3)),
    of((x) => o.pad(x, [1, [0, 2]], { mode: 'reflect' }), normal(2, 3)),
    of((x) => o.pad(x, [1, [0, 2]], { mode: 'edge' }), normal(2, 3)),
    of((x) => o.pad(x, [1, [0, 2]], { mode: 'wrap' }), normal(2, 3)),
  ],
  permute: of((x) => o.permute(x, [2, 0, 1]), normal(2, 3, 2)),
  pow: [
    check(o.pow, between(0.3, 2, 2, 3), normal(3)),
    of((x) => o.pow(x, 3), normal(4)),
    of((x) => o.pow(x, 4), normal(4)),
    of((x) => o.pow(2.5, x), normal(4)),
  ],
  prod: [of((x) => o.prod(x, 1), normal(2, 3)), of((x) => o.prod(x), float64([4], [1.3, 0, 2, -0.5]))],
  qr: of((x) => {
    const { q, r } = o.qr(x)
    return o.concat([q, r])
  }, matrices()),
  reciprocal: of(o.reciprocal, between(0.5, 2, 4)),
  relu: of(o.relu, apart(5)),
  relu6: of(o.relu6, apart(15)),
  repeat: of((x) => o.repeat(x, 2, 0), normal(2, 2)),
  reshape: of((x) => o.reshape(x, [3, -1]), normal(2, 3)),
  maxPoolWithIndices: of((x) => o.maxPoolWithIndices(x, 2).values, apart(1, 4, 5, 2)),
  maxUnpool: check(
    (x, image) => o.maxUnpool(x, o.maxPoolWithIndices(image, 2).indices, [4, 4]),
    normal(1, 2, 2, 1),
    apart(1, 4, 4, 1),
  ),
  sumPool: of((x) => o.sumPool(x, [2, 3], { stride: 1, padding: 1 }), normal(1, 4, 5, 2)),
  unfold: of((x) => o.unfold(x, [2, 3], { stride: 2, padding: 1, dilation: [2, 1] }), normal(1, 4, 5, 2)),
  resize: [
    of((x) => o.resize(x, [5, 3]), normal(1, 3, 4, 2)),
    of((x) => o.resize(x, [5, 3], { mode: 'bilinear' }), normal(1, 3, 4, 2)),
    of((x) => o.resize(x, [5, 3], { mode: 'bicubic' }), normal(1, 3, 4, 2)),
    of((x) => o.resize(x, [2, 5], { mode: 'bicubic', antialias: true }), normal(1, 6, 4, 2)),
  ],
  rfft: of((x) => o.rfft(x), normal(2, 5)),
  rightShift: 'takes no floating point',
  rmsNorm: check((x, w) => o.rmsNorm(x, w), normal(2, 4), normal(4)),
  roll: of((x) => o.roll(x, [1, -1], [0, 1]), normal(3, 3)),
  round: 'steps',
  rsqrt: of(o.rsqrt, between(0.5, 3, 4)),
  scatterAdd: check((x, i, u) => o.scatterAdd(x, i, u), normal(3, 2), indices([3], [2, 0, 2]), normal(3, 2)),
  scatterAlongAxis: check(
    (x, i, u) => o.scatterAlongAxis(x, i, u),
    normal(2, 3),
    indices([2, 2], [0, 2, 1, 0]),
    normal(2, 2),
  ),
  scatterMax: check(
    (x, i, u) => o.scatterMax(x, i, u, 1),
    apart(2, 4),
    indices([2], [3, 1]),
    between(-0.04, 0.04, 2, 2),
  ),
  scatterMin: check((x, i, u) => o.scatterMin(x, i, u), apart(4), indices([2], [3, 1]), between(-0.04, 0.04, 2)),
  scatterSet: check((x, i, u) => o.scatterSet(x, i, u), normal(3, 2), indices([2], [2, 0]), normal(2, 2)),
  searchSorted: 'gives no floating point',
  selu: of(o.selu, apart(5)),
  sigmoid: [of(o.sigmoid), of(o.sigmoid, float64([3], [0.0001, -20, 20]))],
  sign: 'steps',
  silu: of(o.silu),
  sin: of(o.sin),
  sinh: of(o.sinh),
  slice: of((x) => o.slice(x, [null, null, -2], 1, [1]), normal(4, 2, 3)),
  softmax: of((x) => o.softmax(x), normal(2, 3)),
  softplus: [of(o.softplus), of(o.softplus, float64([3], [0.0001, -20, 20]))],
  hardShrink: of(o.hardShrink, apart(5)),
  tanhShrink: of(o.tanhShrink, apart(5)),
  softShrink: of(o.softShrink, apart(5)),
  softsign: of(o.softsign, apart(5)),
  solve: [check(o.solve, matrices(), normal(3)), check(o.solve, matrices(2), normal(3, 2))],
  sort: of((x) => o.sort(x, 0, { descending: true }), apart(4, 2)),
  split: check((x) => o.split(x, [1, 2], 1), normal(2, 3)),
  sqrt: of(o.sqrt, between(0.5, 3, 4)),
  square: of(o.square),
  squeeze: of((x) => o.squeeze(x, 1), normal(2, 1, 2)),
  stack: check((a, b) => o.stack([a, b], 1), normal(2, 2), normal(2, 2)),
  std: of((x) => o.std(x, 0, { correction: 1 }), normal(4, 2)),
  stopGradient: 'stops it',
  sub: pairs(o.sub),
  sum: of((x) => o.sum(x, -1, { keepDims: true }), normal(2, 3)),
  svd: of(
    (x) => {
      const { u, s, vt } = o.svd(x)
      return o.concat([o.flatten(o.square(u)), s, o.flatten(o.square(vt))])
    },
    normal(3, 3),
  ),
  take: check((x, i) => o.take(x, i, 1), normal(2, 3), indices([2, 2], [0, -1, 2, 1])),
  takeAlongAxis: check((x, i) => o.takeAlongAxis(x, i), normal(2, 3), indices([2, 2], [0, -1, 2, 2])),
  tan: of(o.tan, between(-1, 1, 4)),
  tanh: of(o.tanh),
  tensorDot: check((a, b) => o.tensorDot(a, b, 1), normal(2, 3), normal(3, 2)),
  tile: of((x) => o.tile(x, [2, 1, 2]), normal(2, 2)),
  topK: check((x) => o.topK(x, 2, 0).values, apart(4, 2)),
  trace: of((x) => o.trace(x, 1), normal(2, 3, 3)),
  transpose: of((x) => o.transpose(x), normal(2, 3)),
  triangularSolve: [
    check((a, b) => o.triangularSolve(a, b), matrices(2), normal(3)),
    check(
      (a, b) => o.triangularSolve(a, b, { lower: false, transpose: true, unitDiagonal: true }),
      matrices(),
      normal(3, 2),
    ),
  ],
  tril: of((x) => o.tril(x, 1), normal(3, 3)),
  triu: of((x) => o.triu(x), normal(2, 3, 3)),
  trunc: 'steps',
  unsqueeze: of((x) => o.unsqueeze(x, [0, 2]), normal(2, 2)),
  variance: of((x) => o.variance(x, 0), normal(4, 2)),
  binCount: check((w) => o.binCount(build.constant(1, 'int32'), 3, w), normal()),
  bucketize: 'gives no floating point',
  correlation: of((x) => o.correlation(x), normal(3, 5)),
  cosineSimilarity: check((a, b) => o.cosineSimilarity(a, b, 0), normal(3, 2), normal(3, 1)),
  covariance: of((x) => o.covariance(x), normal(2, 3, 4)),
  cross: check(o.cross, normal(2, 3), normal(3)),
  diff: of((x) => o.diff(x, 0, 2), normal(4, 2)),
  histogram: 'gives no floating point',
  kron: check(o.kron, normal(2, 2), normal(3)),
  lerp: check(o.lerp, normal(2, 3), normal(3), normal(2, 1)),
  logAddExp: pairs(o.logAddExp),
  logCumSumExp: of((x) => o.logCumSumExp(x, 0, { reverse: true }), normal(5, 2)),
  logit: of(o.logit, between(0.1, 0.9, 4)),
  lstsq: [
    check((a, b) => o.lstsq(a, b), normal(4, 2), normal(4)),
    check((a, b) => o.lstsq(a, b), normal(2, 2, 3), normal(2, 2, 1)),
  ],
  matrixNorm: [
    of((x) => o.matrixNorm(x), normal(2, 3, 2)),
    of((x) => o.matrixNorm(x, 'nuclear'), normal(2, 3, 2)),
    of((x) => o.matrixNorm(x, 'spectral'), normal(3, 3)),
    of((x) => o.matrixNorm(x, 'columns'), normal(3, 2)),
    of((x) => o.matrixNorm(x, 'rows'), normal(3, 2)),
  ],
  matrixRank: 'gives no floating point',
  median: of((x) => o.median(x, 0), apart(4, 3)),
  nanMean: of((x) => o.nanMean(x, 0), normal(3, 2)),
  nanSum: of((x) => o.nanSum(x, 0), normal(3, 2)),
  nanToNum: of((x) => o.nanToNum(x), normal(3)),
  pairwiseDistances: [
    check((a, b) => o.pairwiseDistances(a, b), normal(2, 3), normal(4, 3)),
    ...(['squaredEuclidean', 'manhattan', 'chebyshev', 'cosine', 3] as const).map((metric) =>
      check((a, b) => o.pairwiseDistances(a, b, { metric }), apart(2, 3), between(0.3, 0.9, 2, 2, 3)),
    ),
  ],
  pinv: [of((x) => o.pinv(x), normal(4, 2)), of((x) => o.pinv(x), normal(2, 2, 3)), of((x) => o.pinv(x), identity)],
  quantile: of((x) => o.quantile(x, 0.3, [0, 2]), apart(4, 2, 2)),
  segmentMax: check((x, i) => o.segmentMax(x, i, 4), apart(4, 2), indices([4], [2, 0, 2, 1])),
  segmentMean: check((x, i) => o.segmentMean(x, i, 4), normal(4, 2), indices([4], [2, 0, 2, 1])),
  segmentMin: check((x, i) => o.segmentMin(x, i, 4), apart(4, 2), indices([4], [2, 0, 2, 1])),
  segmentSoftmax: check((x, i) => o.segmentSoftmax(x, i, 4), normal(4, 2), indices([4], [2, 0, 2, 1])),
  segmentSum: check((x, i) => o.segmentSum(x, i, 4), normal(4, 2), indices([4], [2, 0, 2, 1])),
  trapezoid: [
    of((x) => o.trapezoid(x, 0, 0.5), normal(4, 2)),
    check((x, t) => o.trapezoid(x, 0, t), normal(4, 2), normal(4)),
  ],
  unitLength: of((x) => o.unitLength(x, 0), normal(3, 2)),
  vecDot: check((a, b) => o.vecDot(a, b), normal(2, 3), normal(3)),
  where: check((a, b) => o.where(o.less(a, 0), a, b), apart(2, 3), normal(3)),
  zeros: 'creates',
}

describe('gradients of operations against differences', () => {
  for (const [name, entry] of Object.entries(table)) {
    if (typeof entry === 'string') continue
    const list = [entry].flat() as readonly Check[]
    list.forEach(({ f, values: inputs, tolerance }, i) => {
      it(list.length > 1 ? `${name} ${i}` : name, () => checkGradients(f, inputs, { tolerance: tolerance ?? 1e-6 }))
    })
  }
})

describe('operations without a gradient', () => {
  it.each([
    ['ceil', o.ceil],
    ['floor', o.floor],
    ['round', o.round],
    ['sign', o.sign],
    ['trunc', o.trunc],
  ])('%s is flat between its steps', (_, step) => {
    checkGradients(([x]) => step(x), [apart(5)])
  })
  it('stopGradient makes a constant of a factor', () => {
    const x = build.input('float64', [])
    const [found] = gradient([o.mul(x, o.stopGradient(x))], [build.constant(1, 'float64')], [x])
    expect(interpret(makeGraph([x], [found!]), [float64([], [3])])[0].data[0]).toBe(3)
  })
})
