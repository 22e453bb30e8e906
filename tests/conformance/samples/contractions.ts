import type { Shape } from '../../../src/core/shape.js'
import { build } from '../../../src/graph/index.js'
import type { ConvAttributes, Padding, Primitive } from '../../../src/graph/primitives.js'
import { float, int, type Sample, SPECIAL, sample } from '../sample.js'

const INTEGERS = 'integers'

interface ConvOptions {
  readonly strides?: Shape
  readonly padding?: readonly Padding[]
  readonly inputDilation?: Shape
  readonly kernelDilation?: Shape
  readonly groups?: number
}

/** Attributes for an image of `rank` spatial axes; what is left out does nothing. */
export function convAttributes(rank: number, options: ConvOptions = {}): ConvAttributes {
  const ones = Array.from({ length: rank }, () => 1)
  return {
    strides: options.strides ?? ones,
    padding: options.padding ?? ones.map((): Padding => [0, 0]),
    inputDilation: options.inputDilation ?? ones,
    kernelDilation: options.kernelDilation ?? ones,
    groups: options.groups ?? 1,
  }
}

const conv = (name: string, x: Shape, kernel: Shape, options: ConvOptions = {}): Sample =>
  sample(name, [float(x), float(kernel)], ([image, weights]) =>
    build.conv(image, weights, convAttributes(x.length - 2, options)),
  )

/** Zeros of both signs among other numbers, and rarely NaN and infinity. */
const special = (size: number): readonly number[] =>
  Array.from(
    { length: size },
    (_, i) => [0, -0, -1, 2, -0, 0][i % 6] + (i % 17 === 16 ? Infinity : i % 23 === 22 ? Number.NaN : -0),
  )

export const contractionSamples = {
  dot: [
    sample('[2, 3] × [3, 4]', [float([2, 3]), float([3, 4])], ([a, b]) => build.dot(a, b)),
    sample('larger than a tile', [float([5, 6]), float([6, 7])], ([a, b]) => build.dot(a, b)),
    sample('row × column', [float([1, 3]), float([3, 1])], ([a, b]) => build.dot(a, b)),
    sample('column × row', [float([3, 1]), float([1, 2])], ([a, b]) => build.dot(a, b)),
    ...[1, 2, 9].map((depth) =>
      sample(
        `special values, ${depth} deep`,
        [float([9, depth], { values: special(9 * depth) }), float([depth, 10], { values: special(10 * depth) })],
        ([a, b]) => build.dot(a, b),
        SPECIAL,
      ),
    ),
    sample('batch', [float([2, 2, 3]), float([2, 3, 2])], ([a, b]) => build.dot(a, b)),
    sample('two batch axes', [float([2, 1, 2, 3]), float([2, 1, 3, 2])], ([a, b]) => build.dot(a, b)),
    sample('by itself', [float([3, 3])], ([a]) => build.dot(a, a)),
    sample('over nothing', [float([2, 0]), float([0, 3])], ([a, b]) => build.dot(a, b)),
    sample('no rows', [float([0, 2]), float([2, 3])], ([a, b]) => build.dot(a, b)),
    sample('no batch', [float([0, 2, 2]), float([0, 2, 3])], ([a, b]) => build.dot(a, b)),
    sample('int32', [int([2, 3]), int([3, 2])], ([a, b]) => build.dot(a, b), INTEGERS),
    sample(
      'int32 wraps',
      [int([1, 2], { values: [2 ** 31 - 1, 65537] }), int([2, 1], { values: [3, 65537] })],
      ([a, b]) => build.dot(a, b),
      INTEGERS,
    ),
  ],
  conv: [
    conv('2-d', [2, 4, 5, 2], [3, 2, 2, 3]),
    conv('2-d, one channel', [1, 4, 4, 1], [2, 2, 1, 1]),
    conv('2-d, stride', [1, 5, 6, 2], [3, 3, 2, 2], { strides: [2, 2] }),
    conv('2-d, stride that leaves a rest', [1, 6, 6, 1], [3, 3, 1, 2], { strides: [2, 2] }),
    conv('2-d, padding', [1, 3, 4, 2], [3, 3, 2, 2], {
      padding: [
        [1, 1],
        [0, 2],
      ],
    }),
    conv('2-d, padding past the kernel', [1, 3, 3, 1], [2, 2, 1, 1], {
      padding: [
        [3, 2],
        [2, 3],
      ],
    }),
    conv('2-d, kernel dilation', [1, 5, 5, 1], [2, 3, 1, 2], { kernelDilation: [2, 2] }),
    conv('2-d, input dilation', [1, 3, 3, 2], [2, 2, 2, 1], {
      inputDilation: [2, 3],
      padding: [
        [1, 1],
        [1, 0],
      ],
    }),
    conv('2-d, input and kernel dilation in groups, more padding than they reach', [2, 3, 2, 4], [2, 3, 2, 6], {
      padding: [
        [4, 2],
        [3, 5],
      ],
      inputDilation: [2, 3],
      kernelDilation: [2, 1],
      groups: 2,
    }),
    conv('1-d, input dilation', [2, 4, 2], [3, 2, 2], { padding: [[0, 1]], inputDilation: [2] }),
    conv('2-d, groups', [2, 3, 3, 4], [2, 2, 2, 6], { groups: 2 }),
    conv('2-d, depthwise', [1, 3, 3, 3], [2, 2, 1, 3], { groups: 3 }),
    conv('2-d, all together', [2, 5, 4, 4], [2, 2, 2, 4], {
      strides: [2, 1],
      padding: [
        [1, 2],
        [0, 1],
      ],
      inputDilation: [1, 2],
      kernelDilation: [2, 1],
      groups: 2,
    }),
    conv('2-d, pointwise', [1, 2, 2, 3], [1, 1, 3, 2]),
    conv('2-d, kernel as large as the image', [1, 3, 3, 2], [3, 3, 2, 2]),
    conv('1-d', [2, 6, 2], [3, 2, 3], { padding: [[2, 0]] }),
    conv('1-d, stride and dilation', [1, 9, 1], [3, 1, 2], { strides: [2], kernelDilation: [2] }),
    conv('3-d', [1, 3, 3, 4, 2], [2, 2, 2, 2, 1], {
      strides: [1, 1, 2],
      padding: [
        [0, 1],
        [1, 0],
        [0, 0],
      ],
    }),
    conv('no images', [0, 3, 3, 1], [2, 2, 1, 2]),
    sample(
      'int32',
      [int([1, 4, 4, 2]), int([3, 3, 2, 2])],
      ([x, kernel]) => build.conv(x, kernel, convAttributes(2)),
      INTEGERS,
    ),
  ],
} as const satisfies { readonly [P in Primitive]?: readonly Sample[] }
