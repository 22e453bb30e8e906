import { describe, test } from 'vitest'
import { CpuBackend } from '../../src/backends/cpu/backend.js'
import { range, type Shape } from '../../src/core/shape.js'
import { build, makeGraph, type Node } from '../../src/graph/index.js'
import { gradient } from '../../src/transform/gradient.js'
import { convAttributes } from '../conformance/samples/contractions.js'
import { expectLikeInterpreter } from '../support/runOnKernels.js'
import { testedKernels } from '../support/testedKernels.js'

type Program = readonly [shapes: readonly Shape[], make: (inputs: readonly Node[]) => Node | readonly Node[]]

const many = (count: number, shape: Shape): Shape[] => range(count).map(() => shape)
const twos = (count: number): Shape => range(count).map(() => 2)
const backwards = (x: Node): Node => build.permute(x, range(x.rank).reverse())
const total = (x: Node): Node => build.reduceSum(x, range(x.rank))

/** Every state by the next one and the row of a sequence. */
const turned = (states: readonly Node[], row: Node): Node[] =>
  states.map((state, i) => build.tanh(build.add(row, build.sub(state, states[(i + 1) % states.length]))))

const programs: Readonly<Record<string, Program>> = {
  'a chain of 1,000 operations over 60 inputs': [
    many(60, [37]),
    (inputs) => range(1000).reduce((sum, i) => build.sin(build.add(sum, inputs[i % 60])), inputs[0]),
  ],
  'one sum of 300 inputs': [many(300, [5, 7]), (inputs) => inputs.reduce((a, b) => build.add(a, b))],
  '300 outputs of one input': [[[65]], ([x]) => range(300).map((i) => build.mul(x, build.fill(i, [65], 'float32')))],
  '200 sums over one picture': [
    [[40, 30]],
    ([x]) => range(200).map((i) => build.reduceSum(build.mul(x, build.fill(i, [40, 30], 'float32')), [i % 2])),
  ],
  '200 parts of one tensor': [many(200, [3, 2]), (inputs) => build.concat(inputs, 1)],
  '200 computed parts, and what is read of them': [
    many(200, [3, 2]),
    (inputs) => {
      const whole = build.concat(
        inputs.map((x) => build.sin(x)),
        1,
      )
      return [
        whole,
        ...gradient([total(build.mul(whole, whole))], [build.onesLike(build.constant(1, 'float32'))], inputs).map(
          (g) => g ?? whole,
        ),
      ]
    },
  ],
  'tensors of 10 axes': [
    [twos(10), twos(10)],
    ([x, y]) => [build.add(backwards(x), y), build.reduceSum(backwards(x), [1, 4, 8])],
  ],
  'tensors of 15 axes': [
    [twos(15), twos(15)],
    ([x, y]) => [build.add(backwards(x), y), build.reduceMax(build.mul(backwards(x), y), [0, 3, 14])],
  ],
  'products of 14 batch axes': [
    [
      [...twos(12), 3, 4],
      [...twos(12), 4, 5],
    ],
    ([x, y]) => build.dot(x, y),
  ],
  'axes of one element, 18 of them': [
    [[...range(9).map(() => 1), 3, ...range(9).map(() => 1), 4]],
    ([x]) => {
      const y = backwards(x)
      return [
        build.sin(y),
        build.reduceSum(y, [0, 3]),
        build.concat([y, y], 7),
        build.pad(
          y,
          y.shape.map(() => 0),
          y.shape.map((n) => n - 1),
        ),
      ]
    },
  ],
  'products of 18 batch axes of one element': [
    [
      [...range(18).map(() => 1), 3, 4],
      [...range(18).map(() => 1), 4, 5],
    ],
    ([x, y]) => build.dot(x, y),
  ],
  'a padded picture of 13 axes': [
    [twos(13)],
    ([x]) =>
      build.pad(
        x,
        range(13).map((i) => i % 2),
        range(13).map(() => 0),
        range(13).map((i) => (i === 4 ? 1 : 0)),
        3,
      ),
  ],
  'a convolution of 9 spatial axes': [
    [
      [2, ...twos(9), 3],
      [...range(9).map((i) => (i % 3 === 0 ? 2 : 1)), 3, 4],
    ],
    ([x, kernel]) => build.conv(x, kernel, convAttributes(9)),
  ],
  'strides and dilations beyond the picture': [
    [
      [2, 5, 3],
      [1, 3, 4],
      [2, 3, 4],
    ],
    ([x, kernel, wide]) => {
      const far = { strides: [50_000], kernelDilation: [50_000] }
      const y = build.conv(x, kernel, convAttributes(1, far))
      const z = build.conv(x, wide, convAttributes(1, { inputDilation: [20_000] }))
      return [y, z, ...gradient([y], [y], [x, kernel]).map((found) => found ?? y)]
    },
  ],
  'a scan with 100 carries': [
    [...many(100, [6]), [5, 6]],
    (inputs) => {
      const row = build.input('float32', [6])
      const states = range(100).map(() => build.input('float32', [6]))
      const body = makeGraph([...states, row], [...turned(states, row), states[3]])
      return build.scan(inputs, { body, carries: 100, sequences: 1, length: 5, reverse: false })
    },
  ],
  'calls within calls, 20 deep': [
    [[8]],
    ([x]) => {
      const nested = (depth: number, y: Node): Node => {
        if (depth === 0) return build.sin(y)
        const inner = build.input('float32', [8])
        const one = build.constant(1, 'int32')
        const count = build.input('int32', [])
        const start = build.constant(0, 'int32')
        const condition = makeGraph([count, inner], [build.less(count, one)])
        const body = makeGraph([count, inner], [build.add(count, one), nested(depth - 1, inner)])
        return build.whileLoop([start, y], { condition, body, carries: 2 })[1]
      }
      return nested(20, x)
    },
  ],
  'rows of 100,000 with several sweeps': [
    [[2, 100_000]],
    ([x]) => {
      const wide = (row: Node): Node => build.expand(build.reshape(row, [2, 1]), [2, 100_000])
      const shifted = build.exp(build.sub(x, wide(build.reduceMax(x, [1]))))
      return build.div(shifted, wide(build.reduceSum(shifted, [1])))
    },
  ],
}

for (const { name, kernels } of testedKernels()) {
  describe.skipIf(kernels === undefined)(`programs beyond everyday sizes, ${name}`, () => {
    const backend = kernels && new CpuBackend(kernels)
    test.for(Object.entries(programs))('%s', ([, [shapes, make]]) => {
      if (backend === undefined) return
      const types = shapes.map((shape) => ({ dtype: 'float32' as const, shape }))
      expectLikeInterpreter(backend, types, make, 1e-5)
    })
  })
}
