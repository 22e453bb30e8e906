import { describe, expect, test } from 'vitest'
import { CpuBackend } from '../../src/backends/cpu/backend.js'
import { diagnoseKernels } from '../../src/backends/cpu/load.js'
import { interpret } from '../../src/backends/reference/interpret.js'
import { type DType, decodeAll } from '../../src/core/dtype.js'
import type { Shape } from '../../src/core/shape.js'
import { build, makeGraph, type Node } from '../../src/graph/index.js'
import type { Padding, WindowAttributes } from '../../src/graph/primitives.js'
import { windowPlaces } from '../../src/graph/rules/contractions.js'
import { randomElements, runOn } from '../support/runOnKernels.js'

interface PoolCase {
  readonly image: Shape
  readonly window: Shape
  readonly strides?: Shape
  readonly padding?: readonly Padding[]
}

/** Channels on both sides of the widths of vectors; windows that tile, overlap, leave out, and reach over the edges. */
const cases: Readonly<Record<string, PoolCase>> = {
  'like LeNet': { image: [5, 28, 28, 6], window: [2, 2] },
  'like LeNet, second': { image: [5, 10, 10, 16], window: [2, 2] },
  'one channel': { image: [3, 12, 18, 1], window: [2, 2] },
  'three channels, uneven rest': { image: [3, 13, 17, 3], window: [2, 3] },
  'one image': { image: [1, 40, 44, 5], window: [2, 2] },
  'overlapping with padding': {
    image: [2, 15, 16, 20],
    window: [3, 3],
    strides: [2, 2],
    padding: [
      [1, 1],
      [1, 1],
    ],
  },
  'overlapping, one channel': { image: [2, 11, 13, 1], window: [3, 3], strides: [1, 1] },
  'gaps between windows': { image: [2, 14, 13, 33], window: [2, 2], strides: [3, 4] },
  'wide padding': {
    image: [2, 5, 4, 7],
    window: [5, 6],
    strides: [2, 1],
    padding: [
      [4, 3],
      [5, 4],
    ],
  },
  'whole image': { image: [3, 7, 9, 65], window: [7, 9] },
  'rows shorter than a vector': { image: [4, 6, 2, 2], window: [2, 2] },
  '1-d': { image: [3, 101, 9], window: [4], strides: [3], padding: [[2, 3]] },
  '3-d': {
    image: [2, 6, 7, 8, 10],
    window: [2, 3, 2],
    strides: [2, 2, 2],
    padding: [
      [0, 0],
      [1, 1],
      [1, 0],
    ],
  },
}

/** Few different numbers, so that many tie; where floating, with infinities and values that are no numbers. */
const values = (dtype: DType, [a, b]: readonly Node[]): Node =>
  dtype === 'int32' ? a : build.div(build.cast(a, dtype), build.cast(b, dtype))

function expectSame(found: ArrayLike<number>, wanted: ArrayLike<number>): void {
  const differing = Array.from(wanted, (value, i) => [i, value, found[i]] as const).filter(
    ([, value, other]) => !(Object.is(value, other) || Math.abs(value - other) <= 1e-5 * Math.max(1, Math.abs(value))),
  )
  expect(differing.slice(0, 5)).toEqual([])
}

for (const { build: name, kernels, problem } of diagnoseKernels()) {
  describe.skipIf(kernels === undefined)(`${name}${problem ? ` (skipped: ${problem})` : ''}`, () => {
    if (kernels === undefined) return
    const backend = new CpuBackend(kernels)
    describe.each(['float32', 'float64', 'int32'] as const)('pooling of %s', (dtype) => {
      test.each(Object.entries(cases))('%s', (_, { image, window, strides = window, padding }) => {
        const attributes: WindowAttributes = { window, strides, padding: padding ?? window.map((): Padding => [0, 0]) }
        const places = window.map((n, i) => windowPlaces(image[i + 1], n, strides[i], attributes.padding[i]))
        const small = [image[0], ...places, image[image.length - 1]]
        const integers = [image, image, small].map((shape) => ({ dtype: 'int32', shape }) as const)
        const inputs = integers.map(({ shape }) => build.input('int32', shape))
        const x = values(dtype, inputs)
        const plain = build.cast(inputs[0], dtype)
        const g = build.cast(inputs[2], dtype)
        const graph = makeGraph(inputs, [
          build.maxPool(x, attributes),
          build.maxPoolGradient(x, g, attributes),
          build.maxPoolSelect(x, plain, attributes),
          build.sumPool(plain, attributes),
          build.sumPoolGradient(g, { ...attributes, shape: image }),
        ])
        const given = integers.map(randomElements)
        const wanted = interpret(graph, given)
        runOn(backend, graph, given).forEach(({ data }, i) => {
          expectSame(decodeAll(dtype, data), decodeAll(dtype, wanted[i].data))
        })
      })
    })
  })
}
