import { describe, expect, it } from 'vitest'
import { type Elements, interpret } from '../../src/backends/reference/interpret.js'
import { RandomStream } from '../../src/core/threefry.js'
import { makeGraph } from '../../src/graph/graph.js'
import { build } from '../../src/graph/index.js'
import type { Node } from '../../src/graph/node.js'
import type { ConvAttributes, WindowAttributes } from '../../src/graph/primitives.js'
import { gradient } from '../../src/transform/gradient.js'
import { checkGradients, float64, type NodeFunction, randomFloat64, withZeros } from '../support/checkGradients.js'

const random = new RandomStream(11)
const normal = (...shape: number[]): Elements => randomFloat64(shape, random)
const positive = (...shape: number[]): Elements => {
  const { data } = normal(...shape)
  return float64(
    shape,
    data.map((x) => 0.5 + Math.abs(x)),
  )
}
const int32 = (shape: number[], values: number[]): Elements => ({
  dtype: 'int32',
  shape,
  data: Int32Array.from(values),
})

/** The gradient of Σ weights · f, computed. */
function gradientOf(f: NodeFunction, values: readonly Elements[], weights?: Elements): number[][] {
  const inputs = values.map(({ dtype, shape }) => build.input(dtype, shape))
  const output = [f(inputs)].flat()[0]
  const weight = build.input(output.dtype, output.shape)
  const found = withZeros(gradient([output], [weight], inputs), inputs)
  const ones = float64(output.shape, new Float64Array(output.shape.reduce((n, m) => n * m, 1)).fill(1))
  return interpret(makeGraph([...inputs, weight], found), [...values, weights ?? ones]).map(({ data }) => [...data])
}

describe('elementwise primitives', () => {
  const unary = ['neg', 'exp', 'expm1', 'reciprocal', 'sin', 'cos', 'atan', 'tanh', 'erf'] as const
  it.each(unary)('%s', (op) => checkGradients(([x]) => build[op](x), [normal(3, 4)]))
  it.each(['log', 'log1p', 'sqrt'] as const)('%s', (op) => checkGradients(([x]) => build[op](x), [positive(3, 4)]))
  it.each(['add', 'sub', 'mul', 'max', 'min'] as const)('%s', (op) =>
    checkGradients(([a, b]) => build[op](a, b), [normal(5), normal(5)]),
  )
  it('div', () => checkGradients(([a, b]) => build.div(a, b), [normal(5), positive(5)]))
  it('mod', () =>
    checkGradients(([a, b]) => build.mod(a, b), [float64([4], [5.3, -2.2, 7.7, 0.4]), float64([4], [2, 1.5, -3, 1])]))
  it('pow', () => checkGradients(([a, b]) => build.pow(a, b), [positive(5), normal(5)]))
  it('where', () =>
    checkGradients(
      ([a, b]) => build.where(build.less(build.zerosLike(a), a), build.mul(a, b), b),
      [float64([3], [-1, 1, 2]), normal(3)],
    ))
  it('cast there and back', () =>
    checkGradients(([x]) => build.cast(build.cast(x, 'float32'), 'float64'), [float64([2], [1, 2])], {
      order: 1,
      // float32 rounds the points of the difference quotient.
      step: 2 ** -8,
      tolerance: 1e-4,
    }))

  it('equal values share the gradient of max and min', () => {
    const tied = [float64([3], [1, 2, 3]), float64([3], [1, 1, 5])]
    expect(gradientOf(([a, b]) => build.max(a, b), tied)).toEqual([
      [0.5, 1, 0],
      [0.5, 0, 1],
    ])
    expect(gradientOf(([a, b]) => build.min(a, b), tied)).toEqual([
      [0.5, 0, 1],
      [0.5, 1, 0],
    ])
  })
  it('pow is finite where its true gradient is', () => {
    const power =
      (exponent: number): NodeFunction =>
      ([x]) =>
        build.pow(x, build.fill(exponent, x.shape, x.dtype))
    const at = [float64([3], [0, -2, 3])]
    // d(x⁰) = 0, d(x¹) = 1, d(x²) = 2x, d(x³) = 3x²
    expect(gradientOf(power(0), at)).toEqual([[0, 0, 0].map((zero) => expect.closeTo(zero, 12))])
    expect(gradientOf(power(1), at)).toEqual([[1, 1, 1]])
    expect(gradientOf(power(2), at)).toEqual([[0, -4, 6]])
    expect(gradientOf(power(3), at)).toEqual([[0, 12, 27]])
    for (const exponent of [1, 2, 3, 4]) checkGradients(power(exponent), at)
    // d(aᵇ)/db = aᵇ ln a → 0 for a → 0
    expect(gradientOf(([a, b]) => build.pow(a, b), [float64([1], [0]), float64([1], [2])])).toEqual([[0], [0]])
  })
  it('steps have no gradient', () => {
    const x = build.input('float64', [3])
    for (const y of [build.floor(x), build.stopGradient(x), build.cast(build.cast(x, 'int32'), 'float64')]) {
      expect(gradient([y], [x], [x])).toEqual([undefined])
    }
  })
})

describe('movement and reductions', () => {
  it('reshape, permute, expand', () =>
    checkGradients(
      ([x]) =>
        build.mul(
          build.expand(build.reshape(build.permute(x, [1, 0]), [3, 1, 2]), [3, 4, 2]),
          build.fill(2, [3, 4, 2], 'float64'),
        ),
      [normal(2, 3)],
    ))
  it.each([
    [[1], [3], [2]],
    [[6], [3], [-2]],
    [[5], [1], [-3]],
    [[0], [7], [1]],
    [[0], [0], [2]],
  ])('slice from %s, %s elements, steps of %s', (starts, sizes, steps) =>
    checkGradients(([x]) => build.slice(build.mul(x, x), starts, sizes, steps), [normal(7)]),
  )
  it('pad with interior', () =>
    checkGradients(([x]) => build.pad(build.mul(x, x), [1, 0], [0, 2], [1, 2], 3), [normal(2, 3)]))
  it('pad of nothing', () => checkGradients(([x]) => build.pad(build.mul(x, x), [2], [1], [1], 3), [normal(0)]))
  it('concat', () => checkGradients(([a, b]) => build.concat([a, build.mul(a, a), b], 1), [normal(2, 3), normal(2, 1)]))
  it.each(['reduceSum', 'reduceProd', 'reduceMax', 'reduceMin'] as const)('%s', (op) => {
    checkGradients(([x]) => build[op](build.sin(x), [1]), [normal(2, 3, 2)])
    checkGradients(([x]) => build[op](build.sin(x), [0, 2]), [normal(2, 3, 4)])
    checkGradients(([x]) => build[op](build.sin(x), [0]), [normal(1)])
  })
  it('reductions over nothing', () => {
    checkGradients(([x]) => build.reduceSum(build.mul(x, x), [0]), [normal(0, 2)])
    checkGradients(([x]) => build.reduceProd(build.mul(x, x), [0]), [normal(0, 2)])
  })
  it('products with zeros are exact', () => {
    const product: NodeFunction = ([x]) => build.reduceProd(x, [0])
    expect(gradientOf(product, [float64([4], [2, 0, 3, 4])])).toEqual([[0, 24, 0, 0]])
    expect(gradientOf(product, [float64([4], [2, 0, 0, 4])])).toEqual([[0, 0, 0, 0]])
    checkGradients(product, [float64([5], [2, 0, 0, 4, 1])])
  })
  it('ties share the gradient', () => {
    const x = float64([2, 4], [1, 3, 3, 0, 5, 5, 5, 5])
    expect(gradientOf(([a]) => build.reduceMax(a, [1]), [x])).toEqual([[0, 0.5, 0.5, 0, 0.25, 0.25, 0.25, 0.25]])
    expect(gradientOf(([a]) => build.reduceMin(a, [1]), [x])).toEqual([[0, 0, 0, 1, 0.25, 0.25, 0.25, 0.25]])
  })
  it.each([false, true])('cumSum, reverse %s', (reverse) =>
    checkGradients(([x]) => build.cumSum(build.sin(x), 1, reverse), [normal(2, 3, 2)]),
  )
})

describe('contractions and windows', () => {
  it('dot', () => {
    checkGradients(([a, b]) => build.dot(a, b), [normal(2, 3), normal(3, 4)])
    checkGradients(([a, b]) => build.dot(a, b), [normal(2, 1, 2, 3), normal(2, 1, 3, 1)])
    checkGradients(([a, b]) => build.dot(a, b), [normal(2, 0), normal(0, 2)])
  })
  const plain: ConvAttributes = {
    strides: [1],
    padding: [[0, 0]],
    inputDilation: [1],
    kernelDilation: [1],
    groups: 1,
  }
  it.each<[string, number, number, Partial<ConvAttributes>]>([
    ['plain', 6, 3, {}],
    ['strides that do not divide', 8, 3, { strides: [3] }],
    ['strides past the kernel', 9, 2, { strides: [4] }],
    ['unequal padding', 5, 3, { padding: [[2, 1]] }],
    ['padding larger than the kernel reaches', 4, 1, { padding: [[2, 1]], strides: [2] }],
    [
      'padding larger than the kernel reaches, dilated input',
      4,
      2,
      { padding: [[3, 4]], strides: [2], inputDilation: [3] },
    ],
    ['dilated kernel', 9, 3, { kernelDilation: [2], strides: [2], padding: [[1, 2]] }],
    ['dilated input', 4, 3, { inputDilation: [2], strides: [3], padding: [[1, 1]] }],
    ['everything dilated', 5, 2, { inputDilation: [3], kernelDilation: [4], strides: [2], padding: [[1, 3]] }],
    ['one element', 1, 1, {}],
  ])('conv: %s', (_, n, window, attributes) => {
    checkGradients(([x, w]) => build.conv(x, w, { ...plain, ...attributes }), [normal(2, n, 2), normal(window, 2, 3)])
    checkGradients(
      ([x, w]) => build.conv(x, w, { ...plain, ...attributes, groups: 2 }),
      [normal(2, n, 4), normal(window, 2, 6)],
    )
  })
  it('conv on planes, depthwise', () =>
    checkGradients(
      ([x, w]) =>
        build.conv(x, w, {
          strides: [2, 1],
          padding: [
            [1, 0],
            [0, 2],
          ],
          inputDilation: [1, 2],
          kernelDilation: [2, 1],
          groups: 3,
        }),
      [normal(2, 6, 4, 3), normal(3, 2, 1, 6)],
    ))
  it('conv without examples', () =>
    checkGradients(([x, w]) => build.conv(x, w, plain), [normal(0, 5, 2), normal(3, 2, 3)]))
  it('the first layer builds no gradient of its input', () => {
    const [x, w] = [build.input('float32', [2, 6, 2]), build.input('float32', [3, 2, 4])]
    const y = build.conv(x, w, plain)
    const before = x.consumers
    const [found] = gradient([y], [build.onesLike(y)], [w])
    expect(found?.shape).toEqual([3, 2, 4])
    expect(x.consumers - before).toBe(1)
    expect(w.consumers).toBe(1)
  })

  const windows: readonly WindowAttributes[] = [
    {
      window: [2, 2],
      strides: [2, 2],
      padding: [
        [0, 0],
        [0, 0],
      ],
    },
    {
      window: [3, 2],
      strides: [2, 1],
      padding: [
        [1, 2],
        [0, 1],
      ],
    },
  ]
  it.each(windows)('pooling %o', (attributes) => {
    const x = normal(2, 5, 4, 3)
    checkGradients(([a]) => build.maxPool(build.sin(a), attributes), [x])
    checkGradients(([a]) => build.sumPool(build.sin(a), attributes), [x])
    checkGradients(([a, t]) => build.maxPoolSelect(a, build.sin(t), attributes), [x, normal(2, 5, 4, 3)])
    const { shape } = build.sumPool(build.input('float64', x.shape), attributes)
    checkGradients(([a, g]) => build.maxPoolGradient(a, build.sin(g), attributes), [x, normal(...shape)])
    checkGradients(([g]) => build.sumPoolGradient(build.sin(g), { ...attributes, shape: x.shape }), [normal(...shape)])
  })
})

describe('indexing', () => {
  const indices = int32([2, 2], [0, 2, 2, 1])
  const flat = int32([3], [2, 0, 2])
  it('gather', () => {
    checkGradients(([x, i]) => build.gather(build.sin(x), i), [normal(3, 2), indices])
    checkGradients(([x, i]) => build.gather(build.sin(x), i, 1), [normal(2, 3, 2), indices])
  })
  it.each(['add', 'set', 'max', 'min'] as const)('scatter %s', (mode) => {
    checkGradients(
      ([x, i, u]) => build.scatter(build.sin(x), i, build.sin(u), mode),
      [normal(4, 2), flat, normal(3, 2)],
    )
    checkGradients(
      ([x, i, u]) => build.scatter(build.sin(x), i, build.sin(u), mode, 1),
      [normal(2, 3, 2), indices, normal(2, 2, 2)],
    )
    checkGradients(([x, i, u]) => build.scatter(x, i, u, mode), [normal(4), int32([], [2]), normal()])
  })
  it('of several updates to one place, the last is set and has the gradient', () => {
    const values = [float64([2], [7, 8]), int32([3], [1, 1, 1]), float64([3], [1, 2, 3])]
    const inputs = [build.input('float64', [2]), build.input('int32', [3]), build.input('float64', [3])]
    const y = build.scatter(inputs[0], inputs[1], inputs[2], 'set')
    const found = withZeros(gradient([y], [build.onesLike(y)], [inputs[0], inputs[2]]), [inputs[0], inputs[2]])
    const [written, toOld, toUpdates] = interpret(makeGraph(inputs, [y, ...found]), values)
    expect([...written.data]).toEqual([7, 3])
    expect([...toOld.data]).toEqual([1, 0])
    expect([...toUpdates.data]).toEqual([0, 0, 1])
  })
  it('equal values share the gradient of scatter max', () => {
    const x = build.input('float64', [2])
    const u = build.input('float64', [3])
    const i = build.input('int32', [3])
    const y = build.scatter(x, i, u, 'max')
    const found = withZeros(gradient([y], [build.onesLike(y)], [x, u]), [x, u])
    const [toOld, toUpdates] = interpret(makeGraph([x, i, u], found), [
      float64([2], [5, 1]),
      int32([3], [0, 0, 1]),
      float64([3], [5, 5, 0]),
    ])
    expect([...toOld.data]).toEqual([1 / 3, 1])
    expect([...toUpdates.data]).toEqual([1 / 3, 1 / 3, 0])
  })
  it('sorting by argSort and gather', () =>
    checkGradients(([x]) => build.gather(x, build.argSort(x), 1), [normal(2, 5)]))
})

describe('matrix routines', () => {
  const spd = (x: Node): Node => {
    const n = x.shape[x.rank - 1]
    const axes = x.shape.map((_, axis) => axis)
    const transposed = build.permute(x, [...axes.slice(0, -2), x.rank - 1, x.rank - 2])
    const rows = build.iota('int32', x.shape, x.rank - 2)
    const identity = build.cast(build.equal(rows, build.iota('int32', x.shape, x.rank - 1)), x.dtype)
    return build.add(build.dot(x, transposed), build.mul(identity, build.fill(n, x.shape, x.dtype)))
  }
  const shapes = [
    [1, 1],
    [3, 3],
    [2, 4, 4],
  ]
  it.each(shapes)('cholesky of %s', (...shape) => checkGradients(([x]) => build.cholesky(spd(x)), [normal(...shape)]))
  it.each([true, false])('triangularSolve, lower %s', (lower) => {
    for (const transpose of [false, true]) {
      for (const unitDiagonal of [false, true]) {
        checkGradients(
          ([a, b]) => build.triangularSolve(spd(a), b, { lower, transpose, unitDiagonal }),
          [normal(2, 3, 3), normal(2, 3, 2)],
          { tolerance: 1e-6 },
        )
      }
    }
  })
  it.each(shapes)('lu of %s', (...shape) =>
    checkGradients(([x]) => build.lu(build.sin(x))[0], [normal(...shape)], { tolerance: 1e-6 }),
  )
  it.each([
    [1, 1],
    [3, 3],
    [4, 2],
    [2, 4, 3],
    [2, 4],
    [2, 2, 3],
  ])('qr of %s × %s', (...shape) => {
    checkGradients(([x]) => build.qr(build.sin(x)), [normal(...shape)], { tolerance: 1e-6 })
    checkGradients(([x]) => build.qr(build.sin(x))[0], [normal(...shape)], { tolerance: 1e-6 })
    checkGradients(([x]) => build.qr(build.sin(x))[1], [normal(...shape)], { tolerance: 1e-6 })
  })
  it.each(shapes)('eigh of %s', (...shape) => {
    checkGradients(([x]) => build.eigh(spd(x)), [normal(...shape)], { tolerance: 1e-6 })
    checkGradients(([x]) => build.eigh(spd(x))[0], [normal(...shape)], { tolerance: 1e-6 })
  })
  it.each([
    [1, 1],
    [3, 3],
    [4, 2],
    [2, 2, 3],
  ])('svd of %s × %s', (...shape) => {
    checkGradients(([x]) => build.svd(build.sin(x)), [normal(...shape)], { tolerance: 1e-6 })
    checkGradients(([x]) => build.svd(build.sin(x))[1], [normal(...shape)], { tolerance: 1e-6 })
  })
  it('eigenvalues of the identity have a gradient though its eigenvectors are arbitrary', () => {
    // The sum of the eigenvalues is the trace, whose gradient is the identity.
    const found = gradientOf(([x]) => build.reduceSum(build.eigh(x)[0], [0]), [float64([2, 2], [1, 0, 0, 1])])
    expect(found).toEqual([[1, 0, 0, 1]])
  })
  it.each([false, true])('fft, inverse %s', (inverse) =>
    checkGradients(([x]) => build.fft(build.sin(x), inverse), [normal(2, 5, 2)]),
  )
})

describe('shapes without or with one element', () => {
  it.each([[[]], [[1]], [[1, 1]], [[0]], [[2, 0, 3]]])('%s', (shape) => {
    checkGradients(([x]) => build.mul(build.sin(x), build.exp(x)), [normal(...shape)])
    checkGradients(([x]) => build.reduceSum(build.sin(x), [...shape.keys()]), [normal(...shape)])
    checkGradients(([x]) => build.div(build.sin(x), build.exp(x)), [normal(...shape)])
  })
})
