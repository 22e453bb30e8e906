import { describe, expect, it, test } from 'vitest'
import { CpuBackend } from '../../src/backends/cpu/backend.js'
import { type DType, isFloat } from '../../src/core/dtype.js'
import { range, type Shape } from '../../src/core/shape.js'
import { build, type Node } from '../../src/graph/index.js'
import type { Padding } from '../../src/graph/primitives.js'
import { backendNames, compile, random, setBackend } from '../../src/index.js'
import * as nn from '../../src/nn/index.js'
import { adam } from '../../src/optim/index.js'
import { gradient } from '../../src/transform/gradient.js'
import { convAttributes } from '../conformance/samples/contractions.js'
import { expectLikeInterpreter } from '../support/runOnKernels.js'
import { testedKernels } from '../support/testedKernels.js'

/** A convolution in groups of one or several channels. */
interface Case {
  readonly image: Shape
  readonly window: Shape
  readonly groups: number
  /** Of one group, 1 by default. */
  readonly channels?: number
  readonly outputs?: number
  readonly batch?: number
  readonly strides?: Shape
  readonly padding?: readonly Padding[]
  readonly kernelDilation?: Shape
  readonly inputDilation?: Shape
  readonly dtype?: DType
}

const around = (n: number, rank = 2): Padding[] => range(rank).map(() => [n, n])

const cases: Readonly<Record<string, Case>> = {
  'a depthwise one': { image: [10, 12], window: [3, 3], groups: 20, padding: around(1) },
  '17 channels': { image: [9, 7], window: [3, 3], groups: 17, padding: around(1) },
  '3 channels': { image: [11, 13], window: [3, 3], groups: 3, padding: around(1) },
  '2 channels, even window': { image: [6, 7], window: [2, 4], groups: 2 },
  '64 channels, 5 × 5': { image: [8, 9], window: [5, 5], groups: 64, padding: around(2) },
  '7 × 7 with strides': { image: [16, 15], window: [7, 7], groups: 24, strides: [2, 3], padding: around(3) },
  'a stride': { image: [16, 16], window: [3, 3], groups: 33, strides: [2, 2], padding: around(1) },
  'a stride beyond the window': { image: [11, 10], window: [2, 1], groups: 16, strides: [3, 4] },
  'a dilation': { image: [13, 12], window: [3, 3], groups: 16, kernelDilation: [2, 3], padding: around(2) },
  'dilations and strides': {
    image: [9, 8],
    window: [3, 2],
    groups: 5,
    channels: 2,
    outputs: 3,
    strides: [3, 2],
    inputDilation: [2, 3],
    kernelDilation: [1, 2],
    padding: around(1),
  },
  'an input dilation': { image: [5, 6], window: [4, 4], groups: 19, inputDilation: [2, 2], padding: around(2) },
  'places that see nothing': {
    image: [4, 5],
    window: [2, 2],
    groups: 6,
    inputDilation: [3, 4],
    padding: [
      [0, 3],
      [1, 2],
    ],
  },
  'padding wider than the window': {
    image: [4, 5],
    window: [3, 3],
    groups: 8,
    padding: [
      [5, 4],
      [0, 7],
    ],
  },
  'a multiplier of 2': { image: [7, 8], window: [3, 3], groups: 16, outputs: 2, padding: around(1) },
  'a multiplier of 3, 5 channels': { image: [7, 8], window: [3, 3], groups: 5, outputs: 3, padding: around(1) },
  'several channels for one output': { image: [7, 8], window: [3, 3], groups: 9, channels: 4, padding: around(1) },
  'like ResNeXt': { image: [8, 9], window: [3, 3], groups: 32, channels: 4, outputs: 4, padding: around(1) },
  'like ResNeXt, with strides': {
    image: [8, 9],
    window: [3, 3],
    groups: 32,
    channels: 4,
    outputs: 4,
    strides: [2, 2],
    padding: around(1),
  },
  'like ShuffleNet': { image: [6, 6], window: [1, 1], groups: 3, channels: 20, outputs: 20 },
  'wide groups': { image: [8, 8], window: [3, 3], groups: 2, channels: 32, outputs: 48, padding: around(1) },
  'wide groups with strides': {
    image: [9, 8],
    window: [3, 3],
    groups: 3,
    channels: 16,
    outputs: 33,
    strides: [2, 2],
    padding: around(1),
  },
  '512 groups': { image: [4, 3], window: [3, 3], groups: 512, padding: around(1), batch: 2 },
  'a window of 64 × 64': { image: [64, 64], window: [64, 64], groups: 3, padding: around(3), batch: 1 },
  'a window of 1': { image: [5, 5], window: [1, 1], groups: 33 },
  'pictures of one pixel': { image: [1, 1], window: [3, 3], groups: 12, padding: around(1) },
  'a batch of one': { image: [40, 30], window: [3, 3], groups: 32, padding: around(1), batch: 1 },
  'a batch of none': { image: [4, 4], window: [3, 3], groups: 8, padding: around(1), batch: 0 },
  'many images': { image: [4, 4], window: [3, 3], groups: 8, padding: around(1), batch: 70 },
  '1-d': { image: [100], window: [9], groups: 24, padding: around(4, 1) },
  '1-d, causal and dilated': { image: [50], window: [3], groups: 16, kernelDilation: [4], padding: [[8, 0]] },
  '3-d': { image: [5, 6, 7], window: [3, 2, 3], groups: 10, padding: around(1, 3) },
  '3-d with strides': { image: [5, 6, 7], window: [3, 3, 3], groups: 4, channels: 2, outputs: 2, strides: [2, 1, 2] },
  '4-d': { image: [3, 4, 3, 4], window: [2, 2, 2, 2], groups: 5 },
  doubles: { image: [9, 10], window: [3, 3], groups: 11, dtype: 'float64', padding: around(1) },
  'whole numbers': { image: [9, 10], window: [3, 3], groups: 11, outputs: 2, dtype: 'int32', padding: around(1) },
  'half precision': { image: [6, 6], window: [3, 3], groups: 16, dtype: 'float16', padding: around(1) },
}

function typesOf({ image, window, groups, channels = 1, outputs = 1, batch = 3, dtype = 'float32' }: Case) {
  return [
    { dtype, shape: [batch, ...image, groups * channels] },
    { dtype, shape: [...window, channels, groups * outputs] },
  ]
}

/** y and the gradients of Σ y² by image and kernel, which are convolutions in the other two directions. */
function convolved(
  { image, groups, strides, padding, kernelDilation, inputDilation }: Case,
  inputs: readonly Node[],
): Node[] {
  const attributes = convAttributes(image.length, { groups, strides, padding, kernelDilation, inputDilation })
  const y = build.conv(inputs[0], inputs[1], attributes)
  if (!isFloat(y.dtype)) return [y]
  return [y, ...gradient([y], [y], inputs).map((found, i) => found ?? build.zerosLike(inputs[i]))]
}

for (const { name, kernels } of testedKernels()) {
  describe.skipIf(kernels === undefined)(`convolutions in groups, ${name}`, () => {
    const backend = kernels && new CpuBackend(kernels)
    test.for(Object.entries(cases))('%s', ([, one]) => {
      if (backend === undefined) return
      const tolerance = { float64: 1e-12, int32: 0, float16: 4e-3 }[String(one.dtype)] ?? 1e-5
      const make = (inputs: readonly Node[]): Node[] => convolved(one, inputs)
      expectLikeInterpreter(backend, typesOf(one), make, tolerance)
    })

    it('runs those larger than a cache by blocks of images, whatever follows them', () => {
      if (backend === undefined) return
      for (const [groups, size] of [
        [64, 1],
        [16, 4],
        [2, 32],
      ]) {
        const one: Case = { image: [32, 32], window: [1, 1], groups, channels: size, outputs: size, batch: 9 }
        const make = (inputs: readonly Node[]): Node[] => {
          const [y, ...gradients] = convolved(one, inputs)
          return [build.max(y, build.zerosLike(y)), ...gradients.map((g) => build.mul(g, g))]
        }
        expectLikeInterpreter(backend, typesOf(one), make, 1e-4)
      }
    })

    it('finds channels that other views have shuffled', () => {
      if (backend === undefined) return
      // The shuffle of ShuffleNet: what lies like [channels, groups] is read as [groups, channels].
      const make = ([x, kernel, weights]: readonly Node[]): Node[] => {
        const shuffled = build.reshape(build.permute(build.reshape(x, [2, 6, 6, 5, 4]), [0, 1, 2, 4, 3]), [2, 6, 6, 20])
        const y = build.conv(shuffled, kernel, convAttributes(2, { groups: 4, padding: around(1) }))
        const back = build.reshape(build.permute(build.reshape(y, [2, 6, 6, 4, 2]), [0, 3, 4, 1, 2]), [2, 8, 36])
        const z = build.mul(back, weights)
        return [z, ...gradient([z], [z], [x, kernel]).map((found) => found ?? z)]
      }
      const float32 = (shape: Shape) => ({ dtype: 'float32' as const, shape })
      expectLikeInterpreter(backend, [float32([2, 6, 6, 20]), float32([3, 3, 5, 8]), float32([2, 8, 36])], make, 1e-5)
    })
  })
}

it('trains a network of depthwise and pointwise convolutions', async () => {
  setBackend(backendNames().includes('native') ? 'native' : 'wasm')
  const model = nn.sequential(
    nn.conv2d(3, 64, 3),
    nn.relu,
    nn.conv2d(64, 64, 3, { groups: 64 }),
    nn.relu,
    nn.conv2d(64, 64, 1),
  )
  const optimizer = adam(model)
  const step = compile(() => {
    const loss = model
      .forward(random.normal([64, 32, 32, 3]))
      .square()
      .mean()
    optimizer.minimize(loss)
    return loss
  })
  const losses = await Promise.all([step().item(), step().item(), step().item(), step().item()])
  expect(losses[3]).toBeLessThan(losses[0])
})
