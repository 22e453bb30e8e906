import { describe, test } from 'vitest'
import { CpuBackend } from '../../src/backends/cpu/backend.js'
import type { DType } from '../../src/core/dtype.js'
import { range, type Shape, sizeOf } from '../../src/core/shape.js'
import { build, type Node } from '../../src/graph/index.js'
import type { Padding } from '../../src/graph/primitives.js'
import { gradient } from '../../src/transform/gradient.js'
import { convAttributes } from '../conformance/samples/contractions.js'
import { expectLikeInterpreter } from '../support/runOnKernels.js'
import { testedKernels } from '../support/testedKernels.js'

const type = (shape: Shape, dtype: DType = 'float32') => ({ dtype, shape })

/** y and the gradients of Σ y² of all inputs, which runs every direction of a product. */
function withGradients(inputs: readonly Node[], y: Node): Node[] {
  return [y, ...gradient([y], [y], inputs).map((found, i) => found ?? build.zerosLike(inputs[i]))]
}

const transposed = (x: Node): Node => build.permute(x, [...range(x.rank - 2), x.rank - 1, x.rank - 2])

/** Sizes on both sides of the block sizes of the kernels: rows of 6 and 14, columns of 8 to 32, 256 inner, tiles of 2048. */
const products: readonly (readonly [number, number, number])[] = [
  [1, 1, 1],
  [1, 300, 70],
  [70, 300, 1],
  [3, 5, 33],
  [13, 17, 31],
  [14, 256, 32],
  [15, 257, 33],
  [29, 64, 65],
  [128, 513, 10],
  [130, 70, 190],
]

interface ConvCase {
  readonly x: Shape
  readonly kernel: Shape
  readonly strides?: Shape
  readonly padding?: readonly Padding[]
  readonly kernelDilation?: Shape
  readonly inputDilation?: Shape
  readonly groups?: number
}

const same: readonly Padding[] = [
  [1, 1],
  [1, 1],
]
const sameOfFive: readonly Padding[] = [
  [2, 2],
  [2, 2],
]
const convolutions: Readonly<Record<string, ConvCase>> = {
  'like LeNet': {
    x: [5, 28, 28, 1],
    kernel: [5, 5, 1, 6],
    padding: [
      [2, 2],
      [2, 2],
    ],
  },
  'like LeNet, second': { x: [4, 14, 14, 6], kernel: [5, 5, 6, 16] },
  'same, many channels': { x: [3, 9, 11, 33], kernel: [3, 3, 33, 35], padding: same },
  'one image': { x: [1, 20, 30, 16], kernel: [3, 3, 16, 20], padding: same },
  stride: {
    x: [3, 16, 16, 16],
    kernel: [3, 3, 16, 32],
    strides: [2, 2],
    padding: [
      [0, 1],
      [1, 0],
    ],
  },
  'stride, pointwise': { x: [3, 16, 15, 16], kernel: [1, 1, 16, 32], strides: [2, 2] },
  'uneven strides': {
    x: [2, 13, 17, 5],
    kernel: [3, 2, 5, 7],
    strides: [3, 2],
    padding: [
      [2, 1],
      [0, 1],
    ],
  },
  'rows of places that are no multiple of four': { x: [5, 7, 9, 16], kernel: [3, 3, 16, 48], padding: same },
  'uneven dilations and strides': {
    x: [2, 13, 11, 16],
    kernel: [3, 3, 16, 16],
    strides: [3, 2],
    inputDilation: [2, 3],
    kernelDilation: [1, 2],
    padding: same,
  },
  dilation: { x: [2, 15, 17, 5], kernel: [3, 3, 5, 7], kernelDilation: [2, 3], padding: same },
  'input dilation': {
    x: [2, 7, 6, 5],
    kernel: [4, 4, 5, 9],
    inputDilation: [2, 2],
    padding: [
      [2, 2],
      [2, 2],
    ],
  },
  'tiles of 4 × 4 places': { x: [15, 8, 8, 16], kernel: [3, 3, 16, 16], padding: same },
  'tiles with rests, two vectors': { x: [6, 9, 14, 32], kernel: [3, 3, 32, 48], padding: same },
  'tiles without padding, channels with rests': { x: [6, 19, 10, 45], kernel: [3, 3, 45, 31] },
  'one tile with much padding': {
    x: [1, 3, 2, 15],
    kernel: [3, 3, 15, 16],
    padding: [
      [2, 2],
      [2, 1],
    ],
  },
  'tiles of 2 × 2 places': { x: [15, 8, 8, 16], kernel: [5, 5, 16, 16], padding: sameOfFive },
  'tiles of 2 × 2 with rests, two vectors': { x: [6, 9, 14, 32], kernel: [5, 5, 32, 48], padding: sameOfFive },
  'tiles of 2 × 2 without padding, channels with rests': { x: [6, 19, 10, 45], kernel: [5, 5, 45, 31] },
  'one tile of 2 × 2, uneven padding': {
    x: [1, 3, 2, 15],
    kernel: [5, 5, 15, 16],
    padding: [
      [1, 2],
      [3, 1],
    ],
  },
  'pieces of 7 × 7': {
    x: [3, 17, 16, 16],
    kernel: [7, 7, 16, 16],
    padding: [
      [3, 3],
      [3, 3],
    ],
  },
  'pieces of 6 × 6, no padding': { x: [5, 12, 13, 32], kernel: [6, 6, 32, 48] },
  'one piece of 4 × 4, channels with rests': {
    x: [8, 11, 9, 20],
    kernel: [4, 4, 20, 16],
    padding: [
      [1, 2],
      [2, 1],
    ],
  },
  'planes of three axes': { x: [3, 6, 9, 8, 16], kernel: [3, 3, 3, 16, 16], padding: [...same, [1, 1]] },
  'planes and rests of three axes': {
    x: [4, 5, 7, 12, 32],
    kernel: [2, 3, 3, 32, 24],
    padding: [
      [0, 1],
      [1, 1],
      [2, 0],
    ],
  },
  'tiles, padding wider than the window': {
    x: [2, 13, 12, 40],
    kernel: [3, 3, 40, 24],
    padding: [
      [3, 0],
      [1, 5],
    ],
  },
  groups: { x: [3, 10, 10, 12], kernel: [3, 3, 4, 18], groups: 3, padding: same },
  depthwise: { x: [2, 10, 12, 20], kernel: [3, 3, 1, 20], groups: 20, padding: same },
  '1-d': { x: [4, 100, 7], kernel: [9, 7, 40], padding: [[8, 0]] },
  '3-d': {
    x: [2, 6, 7, 8, 3],
    kernel: [3, 2, 3, 3, 10],
    padding: [
      [1, 1],
      [0, 1],
      [1, 0],
    ],
  },
  'few channels, many outputs': { x: [3, 12, 13, 3], kernel: [3, 3, 3, 33], padding: same },
  'few channels, stride': { x: [2, 17, 18, 3], kernel: [5, 5, 3, 20], strides: [2, 2], padding: same },
  'few channels, dilation': { x: [2, 15, 17, 2], kernel: [3, 3, 2, 7], kernelDilation: [2, 2], padding: same },
  '3-d, one channel': { x: [2, 6, 7, 8, 1], kernel: [2, 3, 3, 1, 10], padding: [...same, [1, 1]] },
  'much padding': {
    x: [2, 6, 30, 9],
    kernel: [5, 7, 9, 6],
    padding: [
      [4, 3],
      [6, 5],
    ],
  },
  'much padding, one image': {
    x: [1, 9, 8, 20],
    kernel: [5, 4, 20, 3],
    padding: [
      [4, 4],
      [3, 3],
    ],
  },
  'places that see nothing': {
    x: [2, 4, 5, 6],
    kernel: [2, 2, 6, 3],
    inputDilation: [3, 4],
    padding: [
      [0, 3],
      [1, 2],
    ],
  },
  '1-d, much padding': { x: [3, 20, 12], kernel: [9, 12, 2], padding: [[8, 8]] },
}

const loops: Readonly<
  Record<string, readonly [readonly Shape[], (inputs: readonly Node[]) => Node | readonly Node[]]>
> = {
  'rows longer than a tile': [[[3, 5000]], ([x]) => [build.reduceSum(x, [1]), build.reduceMax(x, [1])]],
  'columns wider than a tile': [[[7, 5000]], ([x]) => [build.reduceSum(x, [0]), build.reduceMin(x, [0])]],
  'long columns': [[[40000, 6]], ([x]) => build.reduceSum(build.mul(x, x), [0])],
  everything: [[[300, 301]], ([x]) => build.reduceSum(x, [0, 1])],
  'middle axis': [[[20, 50, 30]], ([x]) => build.reduceSum(x, [1])],
  'outer and inner axes': [[[20, 50, 30]], ([x]) => build.reduceSum(x, [0, 2])],
  'short rows': [[[5000, 3]], ([x]) => build.reduceMax(x, [1])],
  'bias and its sum': [
    [[3000, 6], [6]],
    ([x, bias]) => {
      const y = build.add(x, build.expand(build.reshape(bias, [1, 6]), [3000, 6]))
      return [y, build.reduceSum(build.mul(y, y), [0])]
    },
  ],
  'transpose and add': [
    [
      [200, 311],
      [311, 200],
    ],
    ([x, y]) => build.add(x, transposed(y)),
  ],
  'normalised rows': [
    [[300, 129]],
    ([x]) => {
      const wide = (row: Node): Node => build.expand(build.reshape(row, [300, 1]), [300, 129])
      const shifted = build.exp(build.sub(x, wide(build.reduceMax(x, [1]))))
      return build.div(shifted, wide(build.reduceSum(shifted, [1])))
    },
  ],
  'backwards and every third': [
    [[100, 90]],
    ([x]) => build.add(build.slice(x, [99, 0], [33, 30], [-3, 3]), build.slice(x, [0, 1], [33, 30], [1, 1])),
  ],
}

/** `vector`, broadcast to the last axis of `like`. */
const wide = (vector: Node, like: Node): Node =>
  build.expand(build.reshape(vector, [...range(like.rank - 1).map(() => 1), vector.shape[0]]), like.shape)
const positive = (x: Node): Node => build.max(x, build.zerosLike(x))

/** Products with what follows them; `n` is the size of the result's last axis. */
const epilogues: Readonly<
  Record<string, readonly [product: readonly Shape[], make: (inputs: readonly Node[]) => Node, n: number]>
> = {
  'tall matrices': [
    [
      [700, 70],
      [70, 90],
    ],
    ([a, b]) => build.dot(a, b),
    90,
  ],
  'a deep sum': [
    [
      [90, 600],
      [600, 130],
    ],
    ([a, b]) => build.dot(a, b),
    130,
  ],
  'few columns': [
    [
      [3000, 40],
      [40, 5],
    ],
    ([a, b]) => build.dot(a, b),
    5,
  ],
  batches: [
    [
      [12, 40, 30],
      [12, 30, 50],
    ],
    ([a, b]) => build.dot(a, b),
    50,
  ],
  images: [
    [
      [9, 14, 14, 6],
      [5, 5, 6, 16],
    ],
    ([a, b]) => build.conv(a, b, convAttributes(2, {})),
    16,
  ],
  'images of few channels': [
    [
      [9, 20, 20, 1],
      [3, 3, 1, 5],
    ],
    ([a, b]) => build.conv(a, b, convAttributes(2, { padding: same })),
    5,
  ],
  // Larger than what stays in a cache, so that they run block by block:
  'taller matrices': [
    [
      [7000, 20],
      [20, 90],
    ],
    ([a, b]) => build.dot(a, b),
    90,
  ],
  'more batches': [
    [
      [100, 80, 10],
      [100, 10, 80],
    ],
    ([a, b]) => build.dot(a, b),
    80,
  ],
  'more images': [
    [
      [10, 65, 63, 3],
      [3, 3, 3, 16],
    ],
    ([a, b]) => build.conv(a, b, convAttributes(2, { padding: same })),
    16,
  ],
  'more images of many channels': [
    [
      [41, 32, 33, 16],
      [3, 3, 16, 16],
    ],
    ([a, b]) => build.conv(a, b, convAttributes(2, { padding: same })),
    16,
  ],
  'more images of few channels': [
    [
      [21, 80, 80, 1],
      [3, 3, 1, 5],
    ],
    ([a, b]) => build.conv(a, b, convAttributes(2, { padding: same })),
    5,
  ],
}

for (const { name, kernels } of testedKernels()) {
  describe.skipIf(kernels === undefined)(name, () => {
    if (kernels === undefined) return
    const backend = new CpuBackend(kernels)
    describe('products and their gradients', () => {
      test.each(products)('%i × %i × %i', (m, k, n) => {
        expectLikeInterpreter(
          backend,
          [type([m, k]), type([k, n])],
          ([a, b]) => withGradients([a, b], build.dot(a, b)),
          1e-5,
        )
      })
      test('batches of transposed matrices', () => {
        const types = [type([6, 40, 70]), type([6, 50, 70])]
        expectLikeInterpreter(backend, types, ([a, b]) => build.dot(a, transposed(b)), 1e-5)
      })
      test.each(['float64', 'int32', 'uint8', 'float16'] as const)('%s', (dtype) => {
        const types = [type([20, 70], dtype), type([70, 40], dtype)]
        expectLikeInterpreter(backend, types, ([a, b]) => build.dot(a, b), dtype === 'float16' ? 1e-3 : 1e-14)
      })
      test.each(['float32', 'float16', 'bfloat16'] as const)('%s, stored in another order', (dtype) => {
        const types = [type([7, 5], dtype), type([5, 6], dtype)]
        const tolerance = { float32: 1e-5, float16: 1e-3, bfloat16: 8e-3 }[dtype]
        // Gathering stores what it reads.
        const stored = (x: Node): Node => build.gather(x, build.constant(1, 'int32'))
        expectLikeInterpreter(backend, types, ([a, b]) => stored(transposed(build.dot(a, b))), tolerance)
        const turned = (x: Node): Node => build.slice(x, [6, 5], [7, 6], [-1, -1])
        expectLikeInterpreter(backend, types, ([a, b]) => stored(turned(build.dot(a, b))), tolerance)
      })
    })
    describe('convolutions and their gradients', () => {
      test.each(Object.entries(convolutions))('%s', (_, { x, kernel, ...options }) => {
        const attributes = convAttributes(x.length - 2, options)
        const types = [type(x), type(kernel)]
        expectLikeInterpreter(backend, types, ([a, b]) => withGradients([a, b], build.conv(a, b, attributes)), 2e-5)
      })
      test.each(Object.entries(convolutions))('%s, of one image', (_, { x, kernel, ...options }) => {
        const attributes = convAttributes(x.length - 2, options)
        const types = [type([1, ...x.slice(1)]), type(kernel)]
        expectLikeInterpreter(backend, types, ([a, b]) => withGradients([a, b], build.conv(a, b, attributes)), 2e-5)
      })
      test('rounding of transformed tiles', () => {
        const attributes = convAttributes(2, { padding: same })
        const types = [type([2, 8, 8, 64]), type([3, 3, 64, 64])]
        expectLikeInterpreter(backend, types, ([a, b]) => withGradients([a, b], build.conv(a, b, attributes)), 4e-6)
      })
    })
    describe('products with an epilogue', () => {
      describe.each(Object.entries(epilogues))('%s', (_, [shapes, make, n]) => {
        test.each(['float32', 'float64', 'float16'] as const)('%s', (dtype) => {
          const types = [...shapes, [n]].map((shape) => type(shape, dtype))
          const tolerance = { float32: 1e-5, float64: 1e-13, float16: 3e-3 }[dtype]
          const activated = ([a, b, bias]: readonly Node[]): Node => {
            const product = make([a, b])
            return build.add(product, wide(bias, product))
          }
          expectLikeInterpreter(backend, types, (inputs) => positive(activated(inputs)), tolerance)
          // The product itself, what came before the activation, and bits that rounding cannot turn are kept too.
          const kept = ([a, b, bias]: readonly Node[]): Node[] => {
            const product = make([a, b])
            const sum = build.add(product, wide(bias, product))
            return [positive(sum), sum, build.less(sum, build.add(sum, build.onesLike(sum))), product]
          }
          expectLikeInterpreter(backend, types, kept, tolerance)
          // Statistics of each column, which need the product twice, and sums on the way to it.
          const summed = (inputs: readonly Node[]): Node[] => {
            const y = activated(inputs)
            const axes = range(y.rank - 1)
            const mean = build.div(build.reduceSum(y, axes), build.fill(sizeOf(y.shape) / n, [n], dtype))
            const centered = build.sub(y, wide(mean, y))
            const squares = build.reduceSum(build.mul(centered, centered), axes)
            return [y, mean, squares, build.mul(centered, wide(squares, y)), build.reduceMax(positive(y), axes)]
          }
          if (dtype !== 'float16') expectLikeInterpreter(backend, types, summed, tolerance)
        })
      })
      test('an update in place', () => {
        const types = [type([300, 40]), type([300, 90]), type([40, 90]), type([40, 90])]
        const update = ([x, slope, weights, momentum]: readonly Node[]): Node[] => {
          const next = build.add(
            build.mul(momentum, build.fill(0.9, [40, 90], 'float32')),
            build.dot(transposed(x), slope),
          )
          return [build.sub(weights, next), next]
        }
        expectLikeInterpreter(backend, types, update, 1e-5)
      })
    })
    describe.each(['float64', 'int32'] as const)('convolutions of %s', (dtype) => {
      test.each(['like LeNet, second', 'few channels, stride', 'much padding', '1-d, much padding'])('%s', (name) => {
        const { x, kernel, ...options } = convolutions[name]
        const attributes = convAttributes(x.length - 2, options)
        const make = ([a, b]: readonly Node[]) =>
          dtype === 'int32' ? build.conv(a, b, attributes) : withGradients([a, b], build.conv(a, b, attributes))
        expectLikeInterpreter(backend, [type(x, dtype), type(kernel, dtype)], make, 1e-13)
      })
    })
    describe('loops', () => {
      test.each(Object.entries(loops))('%s', (_, [shapes, make]) => {
        expectLikeInterpreter(
          backend,
          shapes.map((shape) => type(shape)),
          make,
          1e-5,
        )
      })
    })
  })
}
