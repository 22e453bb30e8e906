import { describe, expect, it, test } from 'vitest'
import type { DType } from '../../src/core/dtype.js'
import { DTypeError, ShapeError } from '../../src/core/errors.js'
import { build, type Node, type Padding, primitives } from '../../src/graph/index.js'
import { typeRules } from '../../src/graph/types.js'
import { graphOver } from '../support/printed.js'

type Make = () => unknown
/** What is done, the dtype or shape error, and what its message must contain: operation, types and cure. */
type Row = readonly [string, Make, typeof DTypeError | typeof ShapeError, ...string[]]

const x = (...shape: number[]): Node => build.input('float32', shape)
const of = (dtype: DType, ...shape: number[]): Node => build.input(dtype, shape)
const wide = (node: Node): Node => build.cast(node, 'float64')

const check = (rows: readonly Row[]): void => {
  test.each(rows)('%s', (_, make, kind, ...parts) => {
    expect(make).toThrow(kind)
    for (const part of parts) expect(make).toThrow(part)
  })
}

describe('elementwise', () => {
  check([
    [
      'floats only',
      () => build.exp(of('int32', 2)),
      DTypeError,
      'exp: takes floating point, not int32',
      "cast('float32')",
    ],
    [
      'numbers only',
      () => build.add(of('bool', 2), of('bool', 2)),
      DTypeError,
      'add: takes numbers, not bool',
      "cast('float32')",
    ],
    [
      'bits only',
      () => build.and(x(2), x(2)),
      DTypeError,
      'and: takes integers or booleans, not float32',
      "cast('int32')",
    ],
    [
      'different dtypes',
      () => build.mul(x(2), wide(x(2))),
      DTypeError,
      'mul: dtypes float32 and float64 differ',
      'cast',
    ],
    [
      'different shapes',
      () => build.add(x(2), x(3)),
      ShapeError,
      'add: shapes [2] and [3] differ',
      'Expand one of them',
    ],
    [
      'no broadcasting',
      () => build.less(x(2, 1), x(2, 3)),
      ShapeError,
      'less: shapes [2, 1] and [2, 3] differ',
      'Expand',
    ],
    [
      'a condition that is none',
      () => build.where(x(2), x(2), x(2)),
      DTypeError,
      'where: the condition has dtype float32',
      'Compare',
    ],
    [
      'a condition of another shape',
      () => build.where(of('bool', 3), x(2), x(2)),
      ShapeError,
      'where',
      '[3]',
      '[2]',
      'Expand',
    ],
    [
      'rereading other widths',
      () => build.bitcast(x(2), 'float64'),
      DTypeError,
      'bitcast: float32 and float64',
      'same number of bytes',
    ],
    [
      'rereading bytes as booleans',
      () => build.bitcast(of('uint8', 2), 'bool'),
      DTypeError,
      'bitcast: uint8',
      'bool',
      'Compare',
    ],
  ])
})

describe('movement', () => {
  check([
    [
      'a shape that is none',
      () => build.input('float32', [2, -1]),
      ShapeError,
      'input: [2, -1] is not a shape',
      'whole numbers',
    ],
    ['half an element', () => build.input('float32', [1.5]), ShapeError, '[1.5] is not a shape'],
    ['counting in booleans', () => build.iota('bool', [2], 0), DTypeError, 'iota', 'bool', "'int32'"],
    [
      'counting along no axis',
      () => build.iota('int32', [2], 1),
      ShapeError,
      'iota: axis 1 is out of range for rank 1',
    ],
    [
      'a key that is none',
      () => build.randomBits(x(2), [3]),
      ShapeError,
      'randomBits: the key is float32[2]',
      'random.key',
    ],
    [
      'reshape to another size',
      () => build.reshape(x(2, 3), [7]),
      ShapeError,
      'reshape: [2, 3] has 6 elements, [7] has 7',
      'stays',
    ],
    [
      'an axis twice',
      () => build.permute(x(2, 3), [0, 0]),
      ShapeError,
      'permute: [0, 0] is not an order of the 2 axes of [2, 3]',
      'once',
    ],
    ['an axis too few', () => build.permute(x(2, 3), [0]), ShapeError, 'permute: [0] is not an order'],
    [
      'stretching what is not 1',
      () => build.expand(x(2, 3), [4, 3]),
      ShapeError,
      'expand: [2, 3] does not stretch to [4, 3]',
      'size 1',
    ],
    ['stretching to more axes', () => build.expand(x(3), [2, 3]), ShapeError, 'expand: [3] does not stretch to [2, 3]'],
    [
      'a slice past the end',
      () => build.slice(x(5), [3], [3]),
      ShapeError,
      'slice: 3 elements from 3',
      '[5]',
      'inside',
    ],
    [
      'a slice before the start',
      () => build.slice(x(5), [1], [3], [-1]),
      ShapeError,
      'slice: 3 elements from 1 in steps of -1',
    ],
    ['a slice that stands still', () => build.slice(x(5), [1], [3], [0]), ShapeError, 'slice', 'steps of 0'],
    ['a slice of more axes', () => build.slice(x(), [0], [1]), ShapeError, 'slice', '[]', 'per axis'],
    ['a slice of fewer axes', () => build.slice(x(2, 3), [0], [1]), ShapeError, 'slice', '[2, 3]', 'per axis'],
    ['negative padding', () => build.pad(x(5), [-1], [0]), ShapeError, 'pad: paddings [-1] and [0]', 'slice to crop'],
    ['padding of fewer axes', () => build.pad(x(5, 5), [1], [1]), ShapeError, 'pad', '[5, 5]', 'per axis'],
    ['high padding of fewer axes', () => build.pad(x(5, 5), [1, 1], [1]), ShapeError, 'pad', '[5, 5]', 'per axis'],
    ['half a padding', () => build.pad(x(5), [0.5], [0]), ShapeError, 'pad', 'whole number'],
    ['joining nothing', () => build.concat([], 0), ShapeError, 'concat: there is nothing to join', 'at least one'],
    [
      'joining different sizes',
      () => build.concat([x(2, 3), x(2, 4)], 0),
      ShapeError,
      'concat: shapes [2, 3] and [2, 4] differ outside axis 0',
      'agree',
    ],
    [
      'joining different ranks',
      () => build.concat([x(2), x(2, 1)], 0),
      ShapeError,
      'concat: shapes [2] and [2, 1] differ',
    ],
    [
      'joining different dtypes',
      () => build.concat([x(2), of('int32', 2)], 0),
      DTypeError,
      'concat: dtypes float32 and int32 differ',
      'cast',
    ],
    ['joining scalars', () => build.concat([x(), x()], 0), ShapeError, 'concat: axis 0 is out of range for rank 0'],
  ])
})

describe('reductions', () => {
  check([
    [
      'an axis out of range',
      () => build.reduceSum(x(2, 3), [2]),
      ShapeError,
      'reduceSum: axis 2 is out of range for rank 2',
      'from',
    ],
    ['an axis twice', () => build.reduceSum(x(2, 3), [1, 1]), ShapeError, 'reduceSum', '[1, 1]', 'once'],
    [
      'sums of booleans',
      () => build.reduceSum(of('bool', 2), [0]),
      DTypeError,
      'reduceSum: takes numbers, not bool',
      "cast('int32')",
    ],
    [
      'the largest of nothing',
      () => build.reduceMax(x(2, 0), [1]),
      ShapeError,
      'reduceMax: no elements along axis 1 of [2, 0]',
    ],
    [
      'where the largest of nothing is',
      () => build.argMax(x(0, 2), 0),
      ShapeError,
      'argMax: no elements along axis 0 of [0, 2]',
    ],
    ['running sums of booleans', () => build.cumSum(of('bool', 2), 0), DTypeError, 'cumSum: takes numbers, not bool'],
    ['running sums of a scalar', () => build.cumSum(x(), 0), ShapeError, 'cumSum: axis 0 is out of range', 'no axes'],
  ])
})

/** Primitives name axes from the front; the operations of users translate. */
describe('negative axes are no axes of primitives', () => {
  check([
    ['reduceSum', () => build.reduceSum(x(2, 3), [-1]), ShapeError, 'reduceSum', '-1'],
    ['reduceMax', () => build.reduceMax(x(2, 3), [-1]), ShapeError, 'reduceMax', '-1'],
    ['argMax', () => build.argMax(x(2, 3), -1), ShapeError, 'argMax', '-1'],
    ['cumSum', () => build.cumSum(x(2, 3), -1), ShapeError, 'cumSum', '-1'],
    ['concat', () => build.concat([x(2, 3), x(2, 3)], -1), ShapeError, 'concat', '-1'],
    ['iota', () => build.iota('int32', [2, 3], -1), ShapeError, 'iota', '-1'],
    ['permute', () => build.permute(x(2, 3), [-1, 0]), ShapeError, 'permute', '[-1, 0]'],
    ['gather', () => build.gather(x(2, 3), of('int32', 2), -1), ShapeError, 'gather', '-1'],
  ])
})

describe('contractions and windows', () => {
  const one = {
    strides: [1, 1],
    padding: [
      [0, 0],
      [0, 0],
    ] as readonly Padding[],
  }
  const plain = { ...one, inputDilation: [1, 1], kernelDilation: [1, 1], groups: 1 }
  const window = { window: [2, 2], ...one }
  const image = x(1, 4, 4, 3)
  const kernel = x(2, 2, 3, 6)
  check([
    [
      'inner sizes',
      () => build.dot(x(128, 784), x(700, 10)),
      ShapeError,
      'matmul: inner sizes differ: [128, 784] × [700, 10]: 784 ≠ 700',
      'transpose',
    ],
    [
      'batches',
      () => build.dot(x(2, 3, 4), x(3, 4, 5)),
      ShapeError,
      'dot: batches of [2, 3, 4] and [3, 4, 5] differ',
      'Expand',
    ],
    ['vectors', () => build.dot(x(3), x(3)), ShapeError, 'dot', '[3]'],
    [
      'dtypes of dot',
      () => build.dot(x(2, 2), wide(x(2, 2))),
      DTypeError,
      'dot: dtypes float32 and float64 differ',
      'cast',
    ],
    [
      'channels',
      () => build.conv(image, x(2, 2, 4, 6), plain),
      ShapeError,
      'conv',
      '[1, 4, 4, 3] has 3 channels',
      'takes 4',
      'Channels come last',
    ],
    [
      'groups',
      () => build.conv(x(1, 4, 4, 4), x(2, 2, 2, 3), { ...plain, groups: 2 }),
      ShapeError,
      'conv',
      '2 group(s)',
    ],
    [
      'half a group',
      () => build.conv(image, x(2, 2, 2, 6), { ...plain, groups: 1.5 }),
      ShapeError,
      'conv',
      'groups',
      'whole number',
    ],
    [
      'a kernel too large',
      () => build.conv(image, x(5, 5, 3, 6), plain),
      ShapeError,
      'conv: kernel [5, 5, 3, 6] is larger than the padded input [1, 4, 4, 3]',
      'padding',
    ],
    [
      'ranks',
      () => build.conv(x(4, 4, 3), kernel, plain),
      ShapeError,
      'conv: input [4, 4, 3] and kernel [2, 2, 3, 6] have different ranks',
      '[batch',
    ],
    [
      'no stride',
      () => build.conv(image, kernel, { ...plain, strides: [0, 1] }),
      ShapeError,
      'conv',
      'strides [0, 1]',
      'whole number, 1 or more',
    ],
    [
      'a stride too few',
      () => build.conv(image, kernel, { ...plain, strides: [1] }),
      ShapeError,
      'conv',
      'strides [1]',
      'per spatial axis',
    ],
    [
      'no dilation',
      () => build.conv(image, kernel, { ...plain, kernelDilation: [1, 0] }),
      ShapeError,
      'conv',
      'kernelDilation [1, 0]',
    ],
    [
      'half a dilation',
      () => build.conv(image, kernel, { ...plain, inputDilation: [1.5, 1] }),
      ShapeError,
      'conv',
      'inputDilation [1.5, 1]',
    ],
    [
      'a padding too few',
      () => build.conv(image, kernel, { ...plain, padding: [[0, 0]] }),
      ShapeError,
      'conv',
      'padding',
      'per spatial axis',
    ],
    [
      'images without channels',
      () => build.maxPool(x(4, 4), window),
      ShapeError,
      'maxPool: a window [2, 2] does not fit [4, 4]',
      '[batch, height, width, channels]',
    ],
    [
      'a window too large',
      () => build.sumPool(image, { ...window, window: [5, 5] }),
      ShapeError,
      'sumPool: the window [5, 5] is larger',
      'smaller window',
    ],
    [
      'padding past the window',
      () =>
        build.maxPool(image, {
          ...window,
          padding: [
            [2, 0],
            [0, 0],
          ],
        }),
      ShapeError,
      'maxPool: padding 2, 0 reaches past a window of 2',
      'smaller',
    ],
    [
      'an empty window',
      () => build.maxPool(image, { ...window, window: [0, 2] }),
      ShapeError,
      'maxPool',
      'window [0, 2]',
      'whole number, 1 or more',
    ],
    [
      'a window that does not move',
      () => build.maxPool(image, { ...window, strides: [1, 0] }),
      ShapeError,
      'maxPool',
      'strides [1, 0]',
    ],
    [
      'sums of booleans',
      () => build.sumPool(of('bool', 1, 4, 4, 1), window),
      DTypeError,
      'sumPool: takes numbers, not bool',
      'cast',
    ],
    [
      'a gradient of another shape',
      () => build.maxPoolGradient(image, x(1, 2, 2, 3), window),
      ShapeError,
      'maxPoolGradient',
      '[1, 3, 3, 3], not [1, 2, 2, 3]',
    ],
    [
      'values to select of another shape',
      () => build.maxPoolSelect(image, x(1, 4, 4, 1), window),
      ShapeError,
      'maxPoolSelect',
      '[1, 4, 4, 3]',
      '[1, 4, 4, 1]',
    ],
  ])
})

describe('indexing and matrices', () => {
  check([
    [
      'indices that are floats',
      () => build.gather(x(3), x(2)),
      DTypeError,
      'gather: indices are float32',
      "cast('int32')",
    ],
    [
      'batches that differ',
      () => build.gather(x(2, 3), of('int32', 3, 1), 1),
      ShapeError,
      'gather',
      '[2, 3]',
      '[3, 1]',
      'batch',
    ],
    ['no axis to look up', () => build.gather(x(2), of('int32', 2), 1), ShapeError, 'gather', '[2]'],
    [
      'updates of another shape',
      () => build.scatter(x(4, 2), of('int32', 3), x(3, 1), 'set'),
      ShapeError,
      'scatter: updates [3, 1] do not fit',
      'They must be [3, 2]',
    ],
    [
      'updates of another dtype',
      () => build.scatter(x(4), of('int32', 3), of('int32', 3), 'set'),
      DTypeError,
      'scatter: dtypes float32 and int32 differ',
    ],
    [
      'adding booleans',
      () => build.scatter(of('bool', 4), of('int32', 3), of('bool', 3), 'add'),
      DTypeError,
      'scatter: takes numbers, not bool',
      'cast',
    ],
    ['order of a scalar', () => build.argSort(x()), ShapeError, 'argSort', 'Reshape it to [1]'],
    ['a matrix that is not square', () => build.cholesky(x(2, 3)), ShapeError, 'cholesky: [2, 3] is not square'],
    ['a vector as a matrix', () => build.qr(x(3)), ShapeError, 'qr: [3] is not a matrix', 'last two axes'],
    [
      'integers as a matrix',
      () => build.svd(of('int32', 2, 2)),
      DTypeError,
      'svd: takes floating point, not int32',
      'cast',
    ],
    [
      'right sides that do not fit',
      () => build.triangularSolve(x(3, 3), x(2, 1), { lower: true, transpose: false, unitDiagonal: false }),
      ShapeError,
      'triangularSolve',
      '[3, 3]',
      '[2, 1]',
      'Use',
    ],
    [
      'numbers that are not complex',
      () => build.fft(x(8)),
      ShapeError,
      'fft: [8] does not hold complex numbers',
      'real, imaginary',
    ],
  ])
})

describe('control flow', () => {
  const vector = { dtype: 'float32', shape: [2] } as const
  const keep = graphOver([vector], (v) => v)
  const widen = graphOver([vector], (v) => build.cast(v, 'float64'))
  const yes = graphOver([vector], () => build.constant(1, 'bool'))
  const scan = { carries: 1, sequences: 0, length: 3, reverse: false }
  const pair = graphOver([vector, vector], (a, b) => [a, b])
  check([
    [
      'a carry that changes dtype',
      () => build.scan([x(2)], { ...scan, body: widen }),
      ShapeError,
      'scan: carry 0 is float64[2] where float32[2] is expected',
      'must stay the same',
    ],
    [
      'sequences of another length',
      () => build.scan([x(2), x(4, 2)], { ...scan, sequences: 1, body: pair }),
      ShapeError,
      'scan: a sequence of shape [4, 2] does not have 3 steps',
      'same length',
    ],
    [
      'a body that takes something else',
      () => build.scan([x(3)], { ...scan, body: keep }),
      ShapeError,
      'scan: input 0 is float32[3] where float32[2] is expected',
    ],
    [
      'an input too many',
      () => build.scan([x(2), x(2)], { ...scan, body: keep }),
      ShapeError,
      'scan: input: 2 values where 1 are expected',
    ],
    [
      'a condition that is a number',
      () => build.whileLoop([x(2)], { condition: keep, body: keep, carries: 1 }),
      ShapeError,
      'whileLoop: condition 0 is float32[2] where bool[] is expected',
    ],
    [
      'a loop that changes dtype',
      () => build.whileLoop([x(2)], { condition: yes, body: widen, carries: 1 }),
      ShapeError,
      'whileLoop: carry 0 is float64[2]',
    ],
    [
      'a predicate that is a number',
      () => build.cond(x(), [x(2)], keep, keep),
      ShapeError,
      'cond: predicate 0 is float32[] where bool[] is expected',
    ],
    [
      'branches that differ',
      () => build.cond(of('bool'), [x(2)], keep, widen),
      ShapeError,
      'cond: output of the branches 0 is float64[2] where float32[2]',
    ],
    [
      'a call with something else',
      () => build.call([x(3)], { name: 'f', body: keep }),
      ShapeError,
      'call: input 0 is float32[3] where float32[2] is expected',
    ],
    ['an output that is not there', () => build.result(x(2), 1), ShapeError, 'result: there is no output 1 of 1'],
  ])
})

describe('types that come out', () => {
  it('of every comparison are bool, of every index int32', () => {
    for (const make of [build.less, build.lessEqual, build.equal]) expect(make(x(2), x(2)).dtype).toBe('bool')
    for (const node of [build.argMax(x(2), 0), build.argMin(x(2), 0), build.argSort(x(2)), build.lu(x(2, 2))[1]]) {
      expect(node.dtype).toBe('int32')
    }
  })

  // Sizes of convolutions after Dumoulin and Visin, "A guide to convolution arithmetic", 2016: figures 2.1, 2.2, 2.3, 2.6, 5.1.
  test.each([
    [4, 3, 0, 1, 1, 2],
    [5, 4, 2, 1, 1, 6],
    [5, 3, 1, 1, 1, 5],
    [5, 3, 0, 2, 1, 2],
    [6, 3, 1, 2, 1, 3],
    [7, 3, 0, 1, 2, 3],
  ])('a convolution of %d by %d, padding %d, stride %d, dilation %d gives %d', (n, k, p, s, d, size) => {
    const attributes = { strides: [s], padding: [[p, p]] as const, inputDilation: [1], kernelDilation: [d], groups: 1 }
    expect(build.conv(x(1, n, 1), x(k, 1, 1), attributes).shape).toEqual([1, size, 1])
  })

  it('have a rule for every primitive', () => {
    expect(primitives.length).toBe(Object.keys(typeRules).length)
    expect(new Set(primitives).size).toBe(primitives.length)
  })
})
