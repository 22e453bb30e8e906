import { describe, expect, test } from 'vitest'
import { type Elements, interpret } from '../../src/backends/reference/interpret.js'
import { type DType, decodeAll, encodeAll } from '../../src/core/dtype.js'
import { ShapewiseError } from '../../src/core/errors.js'
import { type Shape, sizeOf } from '../../src/core/shape.js'
import { RandomStream, threefry2x32 } from '../../src/core/threefry.js'
import { build, makeGraph } from '../../src/graph/index.js'
import type { Node } from '../../src/graph/node.js'

const elements = (dtype: DType, shape: Shape, values: ArrayLike<number>): Elements => ({
  dtype,
  shape,
  data: encodeAll(dtype, values),
})

function random(shape: Shape, seed = 1): Elements {
  const stream = new RandomStream(seed)
  return elements(
    'float64',
    shape,
    Array.from({ length: sizeOf(shape) }, () => stream.normal()),
  )
}

function run(f: (inputs: readonly Node[]) => readonly Node[], values: readonly Elements[]): Elements[] {
  const inputs = values.map(({ dtype, shape }) => build.input(dtype, shape))
  return interpret(makeGraph(inputs, f(inputs)), values)
}

const run1 = (f: (inputs: readonly Node[]) => Node, ...values: Elements[]): number[] =>
  Array.from(run((inputs) => [f(inputs)], values)[0].data)

const transpose = (x: Node): Node => build.permute(x, [1, 0])

function expectIdentity(data: ArrayLike<number>, n: number): void {
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) expect(data[i * n + j]).toBeCloseTo(i === j ? 1 : 0, 12)
}

describe('elements', () => {
  test('iota counts along its axis', () => {
    expect(run1(() => build.iota('int32', [2, 3, 2], 1))).toEqual([0, 0, 1, 1, 2, 2, 0, 0, 1, 1, 2, 2])
  })

  test('randomBits are the words of Threefry blocks 0, 1, 2, …', () => {
    const key = elements('uint32', [2], [0x13198a2e, 0x03707344])
    const words = [0, 1, 2].flatMap((block) => threefry2x32(0x13198a2e, 0x03707344, block, 0))
    expect(run1(([x]) => build.randomBits(x, [5]), key)).toEqual(words.slice(0, 5))
  })

  test('16-bit floats are computed exactly and rounded once', () => {
    // 2048 + 1 lies between two float16 neighbours, 2048 and 2050; ties go to the even one.
    const x = elements('float16', [3], [2048, 2050, 1 / 3])
    const y = elements('float16', [3], [1, 1, 1 / 3])
    const sum = run(([a, b]) => [build.add(a, b)], [x, y])[0]
    expect(Array.from(decodeAll('float16', sum.data))).toEqual([2048, 2052, 2 * 0.333251953125])
  })

  test('a cast from float64 to float16 is not rounded by way of float32', () => {
    // Just above the tie of 1 and 1 + 2⁻¹⁰; float32 would round it down onto the tie, and the tie goes to 1.
    const value = 1 + 2 ** -11 + 2 ** -40
    const half = run(([x]) => [build.cast(x, 'float16')], [elements('float64', [1], [value])])[0]
    expect(decodeAll('float16', half.data)[0]).toBe(1 + 2 ** -10)
  })

  test('bitcast keeps the bits, also of 16-bit floats', () => {
    expect(run1(([x]) => build.bitcast(x, 'uint32'), elements('float32', [2], [1, -2]))).toEqual([
      0x3f800000, 0xc0000000,
    ])
    const one = run(([x]) => [build.bitcast(x, 'bfloat16')], [elements('float16', [1], [1])])[0]
    expect(one.data[0]).toBe(0x3c00)
  })

  test('negative steps, interior padding and joins', () => {
    const x = elements('int32', [4], [1, 2, 3, 4])
    expect(run1(([a]) => build.slice(a, [3], [2], [-2]), x)).toEqual([4, 2])
    expect(run1(([a]) => build.pad(a, [1], [2], [1], 9), x)).toEqual([9, 1, 9, 2, 9, 3, 9, 4, 9, 9])
    expect(run1(([a]) => build.concat([a, a], 0), x)).toEqual([1, 2, 3, 4, 1, 2, 3, 4])
  })
})

describe('sums', () => {
  test('float32 is summed in double precision', () => {
    const n = 100_000
    const x = elements('float32', [n], new Array<number>(n).fill(0.1))
    expect(run1(([a]) => build.reduceSum(a, [0]), x)).toEqual([Math.fround(Math.fround(0.1) * n)])
  })

  test('integers wrap', () => {
    const x = elements('int32', [3], [2 ** 31 - 1, 1, 65537])
    expect(run1(([a]) => build.reduceSum(a, [0]), x)).toEqual([-(2 ** 31) + 65537])
    expect(run1(([a]) => build.reduceProd(a, [0]), x)).toEqual([Math.imul(2 ** 31 - 1, 65537)])
    const dot = run1(([a]) => build.dot(build.reshape(a, [1, 3]), build.reshape(a, [3, 1])), x)
    expect(BigInt(dot[0])).toBe(BigInt.asIntN(32, (2n ** 31n - 1n) ** 2n + 1n + 65537n ** 2n))
  })

  test('an empty sum is 0 and an empty product 1', () => {
    const x = elements('float32', [2, 0], [])
    expect(run1(([a]) => build.reduceSum(a, [1]), x)).toEqual([0, 0])
    expect(run1(([a]) => build.reduceProd(a, [1]), x)).toEqual([1, 1])
  })

  test('the gradients of a convolution as convolutions', () => {
    // ⟨conv(x, k), g⟩ is linear in each argument, so each gradient paired with its argument gives the same number.
    const [x, k, g] = [random([2, 6, 6, 3], 1), random([3, 3, 3, 4], 2), random([2, 4, 4, 4], 3)]
    const pairs = run(
      ([image, kernel, cotangent]) => {
        const plain = { strides: [1, 1], inputDilation: [1, 1], kernelDilation: [1, 1], groups: 1 } as const
        const none = [
          [0, 0],
          [0, 0],
        ] as const
        const around = [
          [2, 2],
          [2, 2],
        ] as const
        const total = (a: Node, b: Node): Node => build.reduceSum(build.mul(a, b), [0, 1, 2, 3])
        const turned = build.permute(build.slice(kernel, [2, 2, 0, 0], kernel.shape, [-1, -1, 1, 1]), [0, 1, 3, 2])
        const kernelGradient = build.conv(build.permute(image, [3, 1, 2, 0]), build.permute(cotangent, [1, 2, 0, 3]), {
          ...plain,
          padding: none,
        })
        return [
          total(build.conv(image, kernel, { ...plain, padding: none }), cotangent),
          total(build.conv(cotangent, turned, { ...plain, padding: around }), image),
          total(build.permute(kernelGradient, [1, 2, 0, 3]), kernel),
        ]
      },
      [x, k, g],
    ).map(({ data }) => data[0])
    expect(pairs[1]).toBeCloseTo(pairs[0], 10)
    expect(pairs[2]).toBeCloseTo(pairs[0], 10)
  })
})

describe('indices', () => {
  test.each([12, -1])('gather and scatter refuse the index %i', (index) => {
    const x = elements('float32', [10, 2], new Array<number>(20).fill(0))
    const indices = elements('int32', [1], [index])
    expect(() => run1(([a, i]) => build.gather(a, i), x, indices)).toThrow(`gather: index ${index} is outside 0 … 9`)
    const updates = elements('float32', [1, 2], [1, 1])
    const scatter = () => run1(([a, i, u]) => build.scatter(a, i, u, 'add'), x, indices, updates)
    expect(scatter).toThrow(`scatter: index ${index} is outside 0 … 9`)
    expect(scatter).toThrow(ShapewiseError)
  })

  test('NaN comes last in both directions', () => {
    const x = elements('float64', [4], [Number.NaN, 1, 3, 2])
    expect(run1(([a]) => build.argSort(a), x)).toEqual([1, 3, 2, 0])
    expect(run1(([a]) => build.argSort(a, true), x)).toEqual([2, 3, 1, 0])
  })

  test('the first of several largest, and NaN before all', () => {
    const x = elements('float64', [2, 3], [2, 5, 5, 7, Number.NaN, 9])
    expect(run1(([a]) => build.argMax(a, 1), x)).toEqual([1, 1])
    expect(run1(([a]) => build.argMin(a, 1), x)).toEqual([0, 1])
  })
})

describe('matrices', () => {
  test('cholesky names the matrix that is not positive definite', () => {
    const x = elements('float64', [2, 2, 2], [2, 0, 0, 2, 1, 2, 2, 1])
    expect(() => run1(([a]) => build.cholesky(a), x)).toThrow(
      'cholesky: matrix 1 of [2, 2, 2] is not positive definite: the pivot of row 1 is not positive',
    )
  })

  test.each([
    [5, 3],
    [3, 5],
    [40, 40],
  ])('%i × %i: QR multiplies to the matrix, Q is orthogonal, the diagonal of R is not negative', (m, n) => {
    const x = random([m, n])
    const k = Math.min(m, n)
    const [product, gram, r] = run(
      ([a]) => {
        const [q, upper] = build.qr(a)
        return [build.dot(q, upper), build.dot(transpose(q), q), upper]
      },
      [x],
    )
    product.data.forEach((value, i) => {
      expect(value).toBeCloseTo(x.data[i], 12)
    })
    expectIdentity(gram.data, k)
    for (let i = 0; i < k; i++) {
      expect(r.data[i * n + i]).toBeGreaterThanOrEqual(0)
      for (let j = 0; j < i; j++) expect(r.data[i * n + j]).toBe(0)
    }
  })

  /** Full rank, rank 2, and zero: the singular vectors must be orthogonal in every case. */
  test.each([
    ['general', 6, 4, random([6, 4])],
    ['wide', 3, 7, random([3, 7])],
    ['rank 2', 5, 5, rankTwo(5)],
    ['zero', 3, 2, elements('float64', [3, 2], [0, 0, 0, 0, 0, 0])],
    ['large', 60, 50, random([60, 50])],
  ] as const)('svd, %s', (_, m, n, x) => {
    const k = Math.min(m, n)
    const [product, gramU, gramV, s] = run(
      ([a]) => {
        const [u, values, vt] = build.svd(a)
        const scaled = build.mul(u, build.expand(build.reshape(values, [1, k]), [m, k]))
        return [build.dot(scaled, vt), build.dot(transpose(u), u), build.dot(vt, transpose(vt)), values]
      },
      [x],
    )
    product.data.forEach((value, i) => {
      expect(value).toBeCloseTo(x.data[i], 12)
    })
    expectIdentity(gramU.data, k)
    expectIdentity(gramV.data, k)
    for (let i = 1; i < k; i++) expect(s.data[i]).toBeLessThanOrEqual(s.data[i - 1])
  })

  test('eigenvalues of the second difference matrix are 2 − 2 cos(πj / (n + 1))', () => {
    const n = 30
    const x = Array.from({ length: n * n }, (_, at) => {
      const distance = Math.abs(Math.floor(at / n) - (at % n))
      return distance === 0 ? 2 : distance === 1 ? -1 : 0
    })
    const [values, gram] = run(
      ([a]) => {
        const [found, vectors] = build.eigh(a)
        return [found, build.dot(transpose(vectors), vectors)]
      },
      [elements('float64', [n, n], x)],
    )
    values.data.forEach((value, j) => {
      expect(value).toBeCloseTo(2 - 2 * Math.cos((Math.PI * (j + 1)) / (n + 1)), 12)
    })
    expectIdentity(gram.data, n)
  })

  test('lu of a singular matrix has a zero pivot', () => {
    const [packed, order] = run(([a]) => build.lu(a), [elements('float64', [2, 2], [1, 2, 2, 4])])
    expect(Array.from(packed.data)).toEqual([2, 4, 0.5, 0])
    expect(Array.from(order.data)).toEqual([1, 0])
  })

  test.each([16, 15, 97])('fft and its inverse give n times the signal, n = %i', (n) => {
    const x = random([n, 2])
    run1(([a]) => build.fft(build.fft(a), true), x).forEach((value, i) => {
      expect(value / n).toBeCloseTo(x.data[i], 13)
    })
  })
})

function rankTwo(n: number): Elements {
  const values = Array.from({ length: n * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n]
    return (i + 1) * (j - 1) + (i % 2) * (j + 2)
  })
  return elements('float64', [n, n], values)
}

describe('control', () => {
  const scalar = (value: number): Elements => elements('float64', [], [value])

  test('scan sums up, forward and backward', () => {
    const sums = (reverse: boolean) =>
      run(
        ([start, sequence]) => {
          const carry = build.input('float64', [])
          const element = build.input('float64', [])
          const sum = build.add(carry, element)
          const body = makeGraph([carry, element], [sum, sum])
          return build.scan([start, sequence], { body, carries: 1, sequences: 1, length: 4, reverse })
        },
        [scalar(10), elements('float64', [4], [1, 2, 3, 4])],
      ).map(({ data }) => Array.from(data))
    expect(sums(false)).toEqual([[20], [11, 13, 16, 20]])
    expect(sums(true)).toEqual([[20], [20, 19, 17, 14]])
  })

  test('whileLoop finds the greatest common divisor (Euclid)', () => {
    const [divisor] = run(
      ([a, b]) => {
        const [x, y] = [build.input('int32', []), build.input('int32', [])]
        const rest = build.input('int32', [])
        const condition = makeGraph([build.input('int32', []), rest], [build.less(build.constant(0, 'int32'), rest)])
        return build.whileLoop([a, b], { condition, body: makeGraph([x, y], [y, build.mod(x, y)]), carries: 2 })
      },
      [elements('int32', [], [1071]), elements('int32', [], [462])],
    )
    expect(divisor.data[0]).toBe(21)
  })

  test('only the chosen branch of cond runs', () => {
    const branch = (f: (x: Node) => Node) => {
      const x = build.input('float64', [2])
      return makeGraph([x], [f(x)])
    }
    const outside = branch((x) => build.gather(x, build.fill(7, [2], 'int32')))
    const choose = (value: number) =>
      run(
        ([predicate, x]) => build.cond(predicate, [x], branch(build.neg), outside),
        [elements('bool', [], [value]), elements('float64', [2], [1, 2])],
      )
    expect(Array.from(choose(1)[0].data)).toEqual([-1, -2])
    expect(() => choose(0)).toThrow('index 7')
  })

  test('16-bit floats pass through loops as they are', () => {
    const [last] = run(
      ([start]) => {
        const x = build.input('float16', [])
        const body = makeGraph([x], [build.mul(x, build.constant(0.5, 'float16'))])
        return build.scan([start], { body, carries: 1, sequences: 0, length: 3, reverse: false })
      },
      [elements('float16', [], [1])],
    )
    expect(decodeAll('float16', last.data)[0]).toBe(0.125)
  })

  test('wrong inputs are named', () => {
    const x = build.input('float32', [2])
    const graph = makeGraph([x], [build.neg(x)])
    expect(() => interpret(graph, [])).toThrow('0 values for a graph of 1 inputs')
    expect(() => interpret(graph, [elements('float32', [3], [1, 2, 3])])).toThrow(
      'input 0 is float32[3] where float32[2] is expected',
    )
  })
})
