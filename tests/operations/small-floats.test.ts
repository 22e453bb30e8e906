import { describe, expect, it } from 'vitest'
import { CpuBackend } from '../../src/backends/cpu/backend.js'
import { type Elements, interpret } from '../../src/backends/reference/interpret.js'
import { type DType, decodeAll, dtypes, isFloat, roundTo } from '../../src/core/dtype.js'
import { RandomStream } from '../../src/core/threefry.js'
import { build, makeGraph, type Node } from '../../src/graph/index.js'
import * as o from '../../src/operations/index.js'
import { elements } from '../support/evaluateNodes.js'
import { runOn } from '../support/runOnKernels.js'
import { testedKernels } from '../support/testedKernels.js'

// Truth: the same operation in float64 on the same values, rounded.

/** An operation on inputs whose shapes depend on a number of elements, with values from `low` to `high`. */
interface Row {
  readonly shapes: (n: number) => readonly (readonly number[])[]
  readonly run: (...inputs: Node[]) => Node
  readonly low: number
  readonly high: number
  readonly sizes: readonly number[]
}

const usual = [0, 1, 3, 64, 600]
const some = usual.slice(1)
const many = [...usual, 100_000]

const row = (
  count: number,
  run: Row['run'],
  [low, high]: readonly [number, number] = [-2, 2],
  sizes: readonly number[] = usual,
  shape: (n: number) => readonly number[] = (n) => [n],
): Row => ({ shapes: (n) => Array.from({ length: count }, () => shape(n)), run, low, high, sizes })

const unary = (run: Row['run'], range?: readonly [number, number]): Row => row(1, run, range)
const binary = (run: Row['run'], range?: readonly [number, number]): Row => row(2, run, range)
/** Sums of up to 100,000 elements of one sign. */
const fold = (run: Row['run'], range: readonly [number, number] = [0.5, 1.5], sizes = many): Row =>
  row(1, run, range, sizes)
const shaped = (run: Row['run'], ...shapes: ((n: number) => readonly number[])[]): Row => ({
  ...row(shapes.length, run, [0, 1], some),
  shapes: (n) => shapes.map((shape) => shape(n)),
})
const wide = (range: readonly [number, number], { shapes, run }: Row): Row => {
  const [low, high] = range
  return { shapes, run, low, high, sizes: some }
}
/** With 4 on the diagonal, beside which the other elements are small. */
const matrix = (run: Row['run']): Row =>
  shaped(
    (x) => run(o.where(o.eye(4, 4, 'bool'), 4, x)),
    () => [4, 4],
  )

const MOVES = 'moves elements as they are'
const COMPARES = 'has no floats as its result'
const PARTS = 'has several results, which come from one primitive'

const rows: { readonly [N in keyof typeof o]: Row | string } = {
  ...{ full: MOVES, zeros: MOVES, ones: MOVES, eye: MOVES, lift: MOVES, take: MOVES, takeAlongAxis: MOVES },
  ...{ gather: MOVES, oneHot: MOVES, sort: MOVES, topK: MOVES, argSort: COMPARES, searchSorted: COMPARES },
  ...{ diagonal: MOVES, diag: MOVES, diagonalMatrix: MOVES, tril: MOVES, triu: MOVES, concat: MOVES, stack: MOVES },
  ...{ split: MOVES, tile: MOVES, repeat: MOVES, meshgrid: MOVES, pad: MOVES, reshape: MOVES, flatten: MOVES },
  ...{ permute: MOVES, transpose: MOVES, moveAxis: MOVES, expand: MOVES, broadcastTo: MOVES, broadcast: MOVES },
  ...{ squeeze: MOVES, unsqueeze: MOVES, at: MOVES, flip: MOVES, roll: MOVES, slice: MOVES, where: MOVES },
  ...{ bitcast: MOVES, stopGradient: MOVES, cast: MOVES, scatterSet: MOVES, scatterMax: MOVES, scatterMin: MOVES },
  ...{ equal: COMPARES, notEqual: COMPARES, less: COMPARES, lessEqual: COMPARES, greater: COMPARES },
  ...{ greaterEqual: COMPARES, isNaN: COMPARES, isFinite: COMPARES, isInfinite: COMPARES, isClose: COMPARES },
  ...{ allClose: COMPARES, any: COMPARES, all: COMPARES, argMax: COMPARES, argMin: COMPARES, countNonZero: COMPARES },
  ...{ logicalAnd: COMPARES, logicalOr: COMPARES, logicalXor: COMPARES, logicalNot: COMPARES, bitwiseAnd: COMPARES },
  ...{ bitwiseOr: COMPARES, bitwiseXor: COMPARES, bitwiseNot: COMPARES, leftShift: COMPARES, rightShift: COMPARES },
  ...{ maxUnpool: MOVES, unfold: MOVES, adaptiveMaxPool: MOVES },
  ...{ maxPoolWithIndices: PARTS, lu: PARTS, qr: PARTS, eigh: PARTS, svd: PARTS },
  ...{ nanToNum: MOVES, segmentMax: MOVES, segmentMin: MOVES, bucketize: COMPARES, matrixRank: COMPARES },
  ...{ histogram: COMPARES },

  arange: shaped(
    (x) => o.add(x, o.arange(0, 4, 0.1, x.dtype)),
    () => [40],
  ),
  linspace: shaped(
    (x) => o.add(x, o.linspace(0.1, 4, 40, x.dtype)),
    () => [40],
  ),

  add: binary(o.add),
  sub: binary(o.sub),
  mul: binary(o.mul),
  div: binary(o.div, [0.1, 4]),
  floorDiv: binary(o.floorDiv, [0.5, 90]),
  mod: binary(o.mod, [0.5, 90]),
  pow: binary(o.pow, [0.1, 4]),
  neg: unary(o.neg),
  abs: unary(o.abs),
  sign: unary(o.sign),
  square: unary(o.square, [0, 300]),
  reciprocal: unary(o.reciprocal, [0.1, 9]),
  maximum: binary(o.maximum),
  minimum: binary(o.minimum),
  clip: unary((x) => o.clip(x, -1, 1)),
  exp: unary(o.exp, [-9, 9]),
  expm1: unary(o.expm1),
  log: unary(o.log, [0.1, 9]),
  log1p: unary(o.log1p, [0.1, 9]),
  sqrt: unary(o.sqrt, [0, 9]),
  rsqrt: unary(o.rsqrt, [0.1, 60_000]),
  exp2: unary(o.exp2, [-9, 9]),
  log2: unary(o.log2, [0.1, 9]),
  log10: unary(o.log10, [0.1, 9]),
  sigmoid: unary(o.sigmoid, [-9, 9]),
  softplus: unary(o.softplus, [-9, 9]),
  logSigmoid: unary(o.logSigmoid, [-9, 9]),
  floor: unary(o.floor, [-9, 9]),
  ceil: unary(o.ceil, [-9, 9]),
  round: unary(o.round, [-9, 9]),
  trunc: unary(o.trunc, [-9, 9]),
  frac: unary(o.frac, [-9, 9]),
  erf: unary(o.erf),
  erfc: unary(o.erfc, [-2, 3]),
  erfInv: unary(o.erfInv, [-0.99, 0.99]),
  sin: unary(o.sin, [-60_000, 60_000]),
  cos: unary(o.cos, [-60_000, 60_000]),
  tan: unary(o.tan, [-1.5, 1.5]),
  asin: unary(o.asin, [-1, 1]),
  acos: unary(o.acos, [-1, 1]),
  atan: unary(o.atan, [-9, 9]),
  atan2: binary(o.atan2),
  sinh: unary(o.sinh, [-9, 9]),
  cosh: unary(o.cosh, [-9, 9]),
  tanh: unary(o.tanh),
  asinh: unary(o.asinh, [-60_000, 60_000]),
  acosh: unary(o.acosh, [1.1, 60_000]),
  atanh: unary(o.atanh, [-0.99, 0.99]),

  sum: fold((x) => o.sum(x)),
  prod: fold((x) => o.prod(x), [0.99, 1.01]),
  mean: fold((x) => o.mean(x)),
  variance: row(1, (x) => o.variance(x), [-300, 300], many),
  std: row(1, (x) => o.std(x), [-300, 300], many),
  min: fold((x) => o.min(x), [-9, 9], many.slice(1)),
  max: fold((x) => o.max(x), [-9, 9], many.slice(1)),
  logSumExp: fold((x) => o.logSumExp(x), [-9, 9]),
  norm: fold((x) => o.norm(x), [-300, 300]),
  cumSum: fold((x) => o.cumSum(x, 0), [0, 0.01]),
  cumProd: fold((x) => o.cumProd(x, 0), [0.99, 1.01], usual),
  cumMax: fold((x) => o.cumMax(x, 0), [-9, 9], usual),
  cumMin: fold((x) => o.cumMin(x, 0), [-9, 9], usual),
  trace: shaped(
    (x) => o.trace(x),
    (n) => [n, n],
  ),

  lerp: row(3, o.lerp),
  logAddExp: binary(o.logAddExp, [-9, 9]),
  logit: unary(o.logit, [0.01, 0.99]),
  logCumSumExp: fold((x) => o.logCumSumExp(x, 0), [-9, 9], usual),
  diff: unary((x) => o.diff(x)),
  trapezoid: fold((x) => o.trapezoid(x)),
  median: fold((x) => o.median(x), [-9, 9], some),
  quantile: fold((x) => o.quantile(x, 0.3), [-9, 9], some),
  nanSum: fold((x) => o.nanSum(x)),
  nanMean: fold((x) => o.nanMean(x)),
  covariance: wide(
    [-200, 200],
    shaped(
      (x) => o.covariance(x, { correction: 0 }),
      (n) => [2, n],
    ),
  ),
  correlation: shaped(
    (x) => o.correlation(o.concat([x, o.ones([2, 1], x.dtype), o.zeros([2, 1], x.dtype)], 1)),
    (n) => [2, n],
  ),
  binCount: row(1, (w) => o.binCount(build.fill(1, w.shape, 'int32'), 2, w), [0, 0.01]),
  unitLength: fold((x) => o.unitLength(x), [-300, 300], some),
  cosineSimilarity: row(2, (a, b) => o.cosineSimilarity(a, b), [0, 300], some),
  pairwiseDistances: wide(
    [-300, 300],
    shaped(
      (a, b) => o.pairwiseDistances(a, b),
      (n) => [2, n],
      (n) => [3, n],
    ),
  ),
  kron: shaped(
    o.kron,
    (n) => [2, n],
    () => [3, 2],
  ),
  cross: shaped(
    o.cross,
    (n) => [n, 3],
    () => [3],
  ),
  pinv: matrix((x) => o.pinv(x)),
  lstsq: matrix((x) => o.lstsq(x, o.ones([4], x.dtype))),
  matrixNorm: matrix((x) => o.matrixNorm(x, 'nuclear')),
  segmentSum: shaped(
    (x) => o.segmentSum(x, build.fill(1, x.shape, 'int32'), 3),
    (n) => [n],
  ),
  segmentMean: shaped(
    (x) => o.segmentMean(x, build.fill(1, x.shape, 'int32'), 3),
    (n) => [n],
  ),
  segmentSoftmax: shaped(
    (x) => o.segmentSoftmax(x, build.fill(1, x.shape, 'int32'), 3),
    (n) => [n],
  ),

  matmul: row(2, (a, b) => o.matmul(o.reshape(a, [1, -1]), o.reshape(b, [-1, 1])), [0, 1], many.slice(1)),
  dot: row(2, o.dot, [0, 1], many.slice(1)),
  tensorDot: shaped(
    (a, b) => o.tensorDot(a, b, 1),
    (n) => [2, n],
    (n) => [n, 3],
  ),
  outer: shaped(
    o.outer,
    (n) => [n],
    () => [3],
  ),
  vecDot: row(2, (a, b) => o.vecDot(a, b), [0, 1], many.slice(1)),
  einsum: shaped(
    (a, b, c) => o.einsum('ij,jk,kl->i', a, b, c),
    (n) => [3, n],
    (n) => [n, 5],
    (n) => [5, n],
  ),
  conv: shaped(
    (x, w) => o.conv(x, w, { padding: 'same' }),
    (n) => [1, n, 4],
    () => [3, 4, 2],
  ),
  convTranspose: shaped(
    (x, w) => o.convTranspose(x, w, { stride: 2 }),
    (n) => [1, n, 4],
    () => [3, 4, 2],
  ),
  maxPool: shaped(
    (x) => o.maxPool(x, 1),
    (n) => [1, n, 4],
  ),
  avgPool: wide(
    [5000, 9000],
    shaped(
      (x) => o.avgPool(x, x.shape[1]),
      (n) => [1, n, 4],
    ),
  ),
  globalAveragePool: wide(
    [5000, 9000],
    shaped(
      (x) => o.globalAveragePool(x),
      (n) => [1, n, 4],
    ),
  ),
  sumPool: wide(
    [0.5, 1.5],
    shaped(
      (x) => o.sumPool(x, x.shape[1]),
      (n) => [1, n, 1],
    ),
  ),
  lpPool: wide(
    [0.5, 1.5],
    shaped(
      (x) => o.lpPool(x, 2, x.shape[1]),
      (n) => [1, n, 1],
    ),
  ),
  adaptiveAvgPool: wide(
    [0.5, 1.5],
    shaped(
      (x) => o.adaptiveAvgPool(x, 2),
      (n) => [1, 2 * n + 1, 1],
    ),
  ),
  fold: wide(
    [0.5, 1.5],
    shaped(
      (x) => o.fold(x, x.shape[1] + 1),
      (n) => [1, n, 2, 1],
    ),
  ),
  gridSample: shaped(
    (x, grid) => o.gridSample(x, grid),
    (n) => [1, n, n, 1],
    () => [1, 5, 2],
  ),
  interpolate1d: shaped(
    (x, y) => o.interpolate1d(x, o.linspace(0, 1, y.shape[0], x.dtype), y),
    () => [5],
    () => [4],
  ),
  resize: shaped(
    (x) => o.resize(x, 2 * x.shape[1] + 1, { mode: 'bilinear' }),
    (n) => [1, n, 4],
  ),
  scatterAdd: shaped(
    (x, u) => o.scatterAdd(x, build.fill(0, u.shape, 'int32'), u),
    () => [2],
    (n) => [n],
  ),
  scatterAlongAxis: shaped(
    (x, u) => o.scatterAlongAxis(x, build.fill(0, u.shape, 'int32'), u, 0, 'add'),
    () => [2],
    (n) => [n],
  ),

  relu: unary(o.relu),
  relu6: unary(o.relu6, [-9, 9]),
  leakyRelu: unary((x) => o.leakyRelu(x)),
  celu: unary((x) => o.celu(x)),
  hardShrink: unary((x) => o.hardShrink(x)),
  softShrink: unary((x) => o.softShrink(x)),
  tanhShrink: unary(o.tanhShrink, [-9, 9]),
  elu: unary((x) => o.elu(x)),
  selu: unary(o.selu),
  gelu: unary((x) => o.gelu(x)),
  silu: unary(o.silu, [-9, 9]),
  mish: unary(o.mish, [-9, 9]),
  hardTanh: unary(o.hardTanh),
  hardSigmoid: unary(o.hardSigmoid, [-9, 9]),
  hardSwish: unary(o.hardSwish, [-9, 9]),
  softsign: unary(o.softsign, [-9, 9]),
  glu: shaped(
    (x) => o.glu(x),
    (n) => [2 * n],
  ),
  softmax: row(1, (x) => o.softmax(x), [-9, 9], many),
  logSoftmax: row(1, (x) => o.logSoftmax(x), [-9, 9], many),

  crossEntropy: wide(
    [-9, 9],
    shaped(
      (x) => o.crossEntropy(x, build.fill(1, [x.shape[0]], 'int32')),
      (n) => [n, 10],
    ),
  ),
  binaryCrossEntropyWithLogits: row(2, (x, t) => o.binaryCrossEntropyWithLogits(x, t), [0, 1], many.slice(1)),
  meanSquaredError: row(2, (x, t) => o.meanSquaredError(x, t), [-300, 300], many.slice(1)),
  meanAbsoluteError: row(2, (x, t) => o.meanAbsoluteError(x, t), [-300, 300], many.slice(1)),
  huber: row(2, (x, t) => o.huber(x, t), [-300, 300], many.slice(1)),
  klDivergence: wide(
    [0.1, 1],
    shaped(
      (q, p) => o.klDivergence(q, p),
      (n) => [3, n],
      (n) => [3, n],
    ),
  ),
  normalize: shaped(
    (x) => o.normalize(x, 0.5, o.square(x)),
    (n) => [n],
  ),
  layerNorm: row(1, (x) => o.layerNorm(x), [-300, 300], many.slice(2)),
  rmsNorm: row(1, (x) => o.rmsNorm(x), [-300, 300], many.slice(1)),
  groupNorm: wide(
    [-900, 900],
    shaped(
      (x) => o.groupNorm(x, 2),
      (n) => [2, n, 4],
    ),
  ),

  cholesky: matrix((x) => o.cholesky(x)),
  triangularSolve: matrix((x) => o.triangularSolve(x, o.ones([4], x.dtype))),
  solve: matrix((x) => o.solve(x, o.ones([4], x.dtype))),
  inverse: matrix(o.inverse),
  determinant: matrix(o.determinant),
  logDeterminant: matrix((x) => o.logDeterminant(x).logAbsolute),
  matrixPower: matrix((x) => o.matrixPower(x, 3)),
  fft: shaped(
    (x) => o.fft(x),
    (n) => [n, 2],
  ),
  ifft: wide(
    [-900, 900],
    shaped(
      (x) => o.ifft(x),
      (n) => [n, 2],
    ),
  ),
  fft2: shaped(
    (x) => o.fft2(x),
    (n) => [3, n, 2],
  ),
  ifft2: wide(
    [-900, 900],
    shaped(
      (x) => o.ifft2(x),
      (n) => [3, n, 2],
    ),
  ),
  rfft: shaped(
    (x) => o.rfft(x),
    (n) => [n],
  ),
  irfft: wide(
    [-900, 900],
    shaped(
      (x) => o.irfft(x, 2 * x.shape[0]),
      (n) => [n, 2],
    ),
  ),
}

/** The distance of neighbouring numbers at `x`. */
function spacing(dtype: 'float16' | 'bfloat16', x: number): number {
  const [digits, smallest] = dtype === 'float16' ? [10, -14] : [7, -126]
  return 2 ** (Math.max(smallest, Math.floor(Math.log2(Math.abs(x)))) - digits)
}

/** Within the two numbers next to the wanted one, and what differences of numbers up to `scale` lose in float32. */
function expectRounded(dtype: 'float16' | 'bfloat16', found: Elements, wanted: Elements, context: string): void {
  expect(found.dtype, context).toBe(dtype)
  expect(found.shape).toEqual(wanted.shape)
  const values = decodeAll(dtype, found.data)
  const exact = Array.from(wanted.data)
  const scale = exact.reduce((most, x) => (Number.isFinite(x) ? Math.max(most, Math.abs(x)) : most), 0)
  exact.forEach((value, i) => {
    const rounded = roundTo(dtype, value)
    const near = Math.abs(values[i] - rounded) <= spacing(dtype, rounded) + 4e-6 * scale
    if (!Object.is(values[i], rounded) && !near) {
      expect.fail(`${context}: element ${i} is ${values[i]} where ${rounded} is expected`)
    }
  })
}

const backends = testedKernels().flatMap(({ kernels }) => (kernels === undefined ? [] : [new CpuBackend(kernels)]))

function check(dtype: 'float16' | 'bfloat16', { shapes, run, low, high }: Row, n: number): void {
  const random = new RandomStream(n, 5)
  const values = shapes(n).map((shape) => {
    const size = shape.reduce((a, b) => a * b, 1)
    return Array.from({ length: size }, () => roundTo(dtype, random.uniform(low, high)))
  })
  const given = (type: DType): Elements[] => shapes(n).map((shape, i) => elements(type, shape, values[i]))
  const graph = (type: DType) => {
    const inputs = shapes(n).map((shape) => build.input(type, shape))
    return makeGraph(inputs, [run(...inputs)])
  }
  const [wanted] = interpret(graph('float64'), given('float64'))
  const small = graph(dtype)
  expectRounded(dtype, interpret(small, given(dtype))[0], wanted, `reference, ${n}`)
  for (const backend of backends) {
    expectRounded(dtype, runOn(backend, small, given(dtype))[0], wanted, `${backend.name}, ${n}`)
  }
}

describe.each(['float16', 'bfloat16'] as const)('in %s, only the result is rounded', (dtype) => {
  const checked = Object.entries(rows).filter((entry): entry is [string, Row] => typeof entry[1] !== 'string')
  it.each(checked)('%s', (_, row) => {
    for (const n of row.sizes) check(dtype, row, n)
  })

  it('every operation is here', () => {
    expect(Object.keys(rows).sort()).toEqual(Object.keys(o).sort())
    expect(isFloat(dtype) && dtypes[dtype].bytes).toBe(2)
  })
})
