import { describe, expect, test } from 'vitest'
import { CpuBackend } from '../../src/backends/cpu/backend.js'
import { interpret } from '../../src/backends/reference/interpret.js'
import type { Shape } from '../../src/core/shape.js'
import { build, makeGraph, type Node } from '../../src/graph/index.js'
import * as ops from '../../src/operations/index.js'
import { expectLikeInterpreter, runOn } from '../support/runOnKernels.js'
import { testedKernels } from '../support/testedKernels.js'

// What is the same for many rows is computed once, where a loop is large; these are around that size.

interface Case {
  readonly shapes: readonly Shape[]
  readonly make: (inputs: readonly Node[]) => Node | readonly Node[]
}

const along = (x: Node, shape: Shape): Node => build.expand(x, shape)

const cases: Readonly<Record<string, Case>> = {
  'a scale of channels made of two': {
    shapes: [[600, 64], [64], [64]],
    make: ([x, a, b]) => ops.add(ops.mul(x, ops.mul(ops.exp(a), b)), a),
  },
  'the same in a loop that is small': {
    shapes: [[3, 64], [64], [64]],
    make: ([x, a, b]) => ops.mul(x, ops.mul(ops.exp(a), b)),
  },
  'a number of all elements': { shapes: [[30_000], []], make: ([x, a]) => ops.mul(x, ops.exp(ops.neg(a))) },
  'numbers, channels and rows together': {
    shapes: [[20, 40, 65], [65], [40, 1], []],
    make: ([x, a, b, c]) => ops.add(ops.mul(x, ops.exp(ops.mul(a, c))), ops.mul(ops.sin(b), ops.exp(c))),
  },
  'in the middle': {
    shapes: [
      [40, 30, 40],
      [30, 1],
    ],
    make: ([x, a]) => ops.mul(x, ops.exp(a)),
  },
  'axes of one': { shapes: [[1, 700, 1, 33], [33]], make: ([x, a]) => ops.mul(x, ops.exp(a)) },
  'stored as it is, beside what it is for': {
    shapes: [[500, 33], [33]],
    make: ([x, a]) => {
      const wave = along(build.reshape(build.exp(a), [1, 33]), [500, 33])
      return [build.mul(x, wave), wave, build.permute(build.add(x, wave), [1, 0])]
    },
  },
  'nothing but what is repeated': {
    shapes: [[7]],
    make: ([a]) => along(build.reshape(build.exp(a), [1, 7]), [5000, 7]),
  },
  'places and choices': {
    shapes: [[400, 50], [50]],
    make: ([x, a]) => {
      const column = ops.cast(build.iota('int32', [400, 50], 1), 'float32')
      return ops.where(ops.less(ops.mul(column, a), 3), x, ops.exp(a))
    },
  },
}

const threads = testedKernels()

for (const { name, kernels } of threads) {
  describe.skipIf(kernels === undefined)(`repeated values, ${name}`, () => {
    const backend = kernels && new CpuBackend(kernels)
    test.for(Object.entries(cases))('%s', ([, { shapes, make }]) => {
      if (backend === undefined) return
      const types = shapes.map((shape) => ({ dtype: 'float32' as const, shape }))
      expectLikeInterpreter(backend, types, make, 1e-6)
    })

    test('random words of every rest of a vector', () => {
      if (backend === undefined) return
      const key = { dtype: 'uint32' as const, shape: [2], data: Uint32Array.of(7, 0xfedcba98) }
      for (const count of [1, 2, 3, 15, 31, 32, 33, 63, 64, 65, 127, 129, 8191, 8192, 8193, 40_001]) {
        const input = build.input('uint32', [2])
        const graph = makeGraph([input], [build.randomBits(input, [count])])
        expect(runOn(backend, graph, [key])[0].data).toEqual(interpret(graph, [key])[0].data)
      }
    })
  })
}
