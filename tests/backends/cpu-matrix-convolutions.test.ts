import { describe, expect, test } from 'vitest'
import { CpuBackend } from '../../src/backends/cpu/backend.js'
import { fuse } from '../../src/compiler/fuse/fuse.js'
import { simplify } from '../../src/compiler/simplify.js'
import { type DType, isFloat } from '../../src/core/dtype.js'
import type { Shape } from '../../src/core/shape.js'
import { build, makeGraph, type Node } from '../../src/graph/index.js'
import type { ConvAttributes } from '../../src/graph/primitives.js'
import { gradient } from '../../src/transform/gradient.js'
import { convAttributes } from '../conformance/samples/contractions.js'
import { expectLikeInterpreter } from '../support/runOnKernels.js'
import { testedKernels } from '../support/testedKernels.js'

// Convolutions that are products of matrices, and those that only look like some.

interface Case {
  readonly image: Shape
  readonly kernel: Shape
  /** How many of y and its two gradients are products of matrices. */
  readonly products: number
  readonly dtype?: DType
  readonly attributes?: Partial<ConvAttributes>
  /** What is convolved instead of the image itself. */
  readonly see?: (x: Node) => Node
}

const cases: Readonly<Record<string, Case>> = {
  pointwise: { image: [2, 3, 5, 160], kernel: [1, 1, 160, 224], products: 3 },
  'pointwise, one pixel': { image: [1, 1, 1, 512], kernel: [1, 1, 512, 65], products: 2 },
  'pointwise, more rows than the caches hold': { image: [2, 50, 50, 128], kernel: [1, 1, 128, 256], products: 3 },
  'pointwise on sequences': { image: [3, 7, 129], kernel: [1, 129, 257], products: 3 },
  'pointwise in three dimensions': { image: [2, 2, 3, 2, 256], kernel: [1, 1, 1, 256, 128], products: 3 },
  'pointwise, few channels': { image: [2, 3, 5, 16], kernel: [1, 1, 16, 32], products: 0 },
  'pointwise with a stride': {
    image: [2, 4, 4, 256],
    kernel: [1, 1, 256, 128],
    products: 0,
    attributes: { strides: [2, 2] },
  },
  'pointwise with padding': {
    image: [2, 3, 3, 256],
    kernel: [1, 1, 256, 128],
    products: 0,
    attributes: {
      padding: [
        [0, 1],
        [0, 0],
      ],
    },
  },
  'pointwise in groups': {
    image: [2, 3, 3, 512],
    kernel: [1, 1, 256, 256],
    products: 0,
    attributes: { groups: 2 },
  },
  'pointwise, whole numbers': { image: [2, 3, 3, 256], kernel: [1, 1, 256, 128], products: 1, dtype: 'int32' },
  'pointwise, doubles': { image: [2, 3, 3, 256], kernel: [1, 1, 256, 128], products: 3, dtype: 'float64' },
  'pointwise, half precision': { image: [2, 3, 3, 256], kernel: [1, 1, 256, 128], products: 3, dtype: 'float16' },
  'pointwise, every other row': {
    image: [2, 6, 3, 256],
    kernel: [1, 1, 256, 128],
    products: 1,
    see: (x) => build.slice(x, [0, 1, 0, 0], [2, 3, 3, 256], [1, 2, 1, 1]),
  },
  'pointwise, channels first': {
    image: [2, 256, 3, 4],
    kernel: [1, 1, 256, 128],
    products: 1,
    see: (x) => build.permute(x, [0, 2, 3, 1]),
  },
  'pointwise, backwards': {
    image: [2, 3, 4, 256],
    kernel: [1, 1, 256, 128],
    products: 3,
    see: (x) => build.slice(x, [1, 2, 3, 0], [2, 3, 4, 256], [-1, -1, -1, 1]),
  },
  'the whole picture': { image: [256, 3, 4, 5], kernel: [3, 4, 5, 128], products: 1 },
  'the whole picture, dilated': {
    image: [256, 3, 3, 2],
    kernel: [2, 2, 2, 128],
    products: 0,
    attributes: { kernelDilation: [2, 2] },
  },
}

function convolved({ attributes, see = (x) => x }: Case, [x, kernel]: readonly Node[]): Node[] {
  const y = build.conv(see(x), kernel, convAttributes(x.rank - 2, attributes))
  if (!isFloat(y.dtype)) return [y]
  const gradients = gradient([y], [y], [x, kernel])
  return [y, ...gradients.map((found) => found ?? y)]
}

const typesOf = ({ image, kernel, dtype = 'float32' }: Case) => [image, kernel].map((shape) => ({ dtype, shape }))

describe('what becomes a product of matrices', () => {
  test.each(Object.entries(cases))('%s', (_, one) => {
    const inputs = typesOf(one).map(({ dtype, shape }) => build.input(dtype, shape))
    const { calls } = fuse(simplify(makeGraph(inputs, convolved(one, inputs))))
    expect(calls.filter(({ kernel }) => kernel.kind === 'contraction')).toHaveLength(one.products)
  })
})

for (const { name, kernels } of testedKernels()) {
  describe.skipIf(kernels === undefined)(`convolutions as products of matrices, ${name}`, () => {
    const backend = kernels && new CpuBackend(kernels)
    test.for(Object.entries(cases))('%s', ([, one]) => {
      if (backend === undefined) return
      const tolerance = { float64: 1e-12, int32: 0, float16: 4e-3 }[String(one.dtype)] ?? 2e-5
      expectLikeInterpreter(backend, typesOf(one), (inputs) => convolved(one, inputs), tolerance)
    })

    test('with an epilogue, and stored with the channels first', () => {
      if (backend === undefined) return
      const one = cases.pointwise
      const make = (inputs: readonly Node[]): Node[] => {
        const [y, ...gradients] = convolved(one, inputs)
        const relu = build.max(y, build.zerosLike(y))
        return [relu, build.permute(relu, [0, 3, 1, 2]), build.permute(y, [3, 2, 1, 0]), ...gradients.map(build.neg)]
      }
      expectLikeInterpreter(backend, typesOf(one), make, 2e-5)
    })
  })
}
