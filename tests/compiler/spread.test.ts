import { describe, expect, test } from 'vitest'
import { interpret } from '../../src/backends/reference/interpret.js'
import { gatherSpread } from '../../src/compiler/passes/spread.js'
import type { Shape } from '../../src/core/shape.js'
import { build, makeGraph } from '../../src/graph/index.js'
import type { ConvAttributes } from '../../src/graph/primitives.js'
import { convAttributes } from '../conformance/samples/contractions.js'
import { randomElements } from '../support/runOnKernels.js'

/** Image, kernel and attributes; whether it is rewritten. */
const cases: readonly [string, Shape, Shape, Partial<ConvAttributes>, boolean][] = [
  [
    'doubled, a window of 4',
    [2, 5, 6, 3],
    [4, 4, 3, 1],
    {
      inputDilation: [2, 2],
      padding: [
        [2, 2],
        [2, 2],
      ],
    },
    true,
  ],
  [
    'uneven padding',
    [2, 3, 4, 2],
    [4, 2, 2, 3],
    {
      inputDilation: [2, 2],
      padding: [
        [3, 2],
        [1, 0],
      ],
    },
    true,
  ],
  ['no padding', [1, 4, 4, 2], [2, 2, 2, 2], { inputDilation: [2, 2] }, true],
  [
    'more padding than the window',
    [1, 2, 3, 1],
    [2, 4, 1, 1],
    {
      inputDilation: [2, 2],
      padding: [
        [5, 4],
        [7, 9],
      ],
    },
    true,
  ],
  [
    'three and two',
    [2, 3, 3, 2],
    [6, 2, 2, 5],
    {
      inputDilation: [3, 2],
      padding: [
        [4, 1],
        [0, 3],
      ],
    },
    true,
  ],
  [
    'along one axis',
    [2, 3, 5, 2],
    [3, 4, 2, 2],
    {
      inputDilation: [1, 2],
      padding: [
        [1, 1],
        [2, 2],
      ],
    },
    true,
  ],
  ['sequences', [2, 7, 3], [8, 3, 2], { inputDilation: [4], padding: [[5, 6]] }, true],
  [
    'volumes',
    [1, 2, 3, 2, 2],
    [2, 2, 4, 2, 1],
    {
      inputDilation: [2, 1, 2],
      padding: [
        [1, 1],
        [0, 1],
        [3, 3],
      ],
    },
    true,
  ],
  [
    'one pixel',
    [1, 1, 1, 4],
    [4, 4, 4, 3],
    {
      inputDilation: [2, 2],
      padding: [
        [3, 3],
        [3, 3],
      ],
    },
    true,
  ],
  [
    'a window that is no multiple',
    [1, 3, 3, 2],
    [3, 3, 2, 1],
    {
      inputDilation: [2, 2],
      padding: [
        [1, 1],
        [1, 1],
      ],
    },
    false,
  ],
  ['many outputs', [1, 3, 3, 2], [2, 2, 2, 12], { inputDilation: [2, 2] }, false],
  ['groups', [1, 3, 3, 2], [2, 2, 1, 2], { inputDilation: [2, 2], groups: 2 }, false],
  ['a dilated kernel', [1, 3, 3, 2], [2, 2, 2, 1], { inputDilation: [2, 2], kernelDilation: [2, 1] }, false],
  ['strides', [1, 3, 3, 2], [2, 2, 2, 1], { inputDilation: [2, 2], strides: [1, 2] }, false],
  ['not spread', [1, 3, 3, 2], [2, 2, 2, 1], {}, false],
]

describe('convolutions of spread images', () => {
  test.each(cases)('%s', (_, image, window, attributes, isRewritten) => {
    const inputs = [image, window].map((shape) => build.input('int32', shape))
    const graph = makeGraph(inputs, [build.conv(inputs[0], inputs[1], convAttributes(image.length - 2, attributes))])
    const gathered = gatherSpread(graph)
    expect(gathered !== graph).toBe(isRewritten)
    // Whole numbers, so that the order of the sums does not matter.
    const values = [image, window].map((shape, i) => randomElements({ dtype: 'int32', shape }, i))
    expect(interpret(gathered, values)).toEqual(interpret(graph, values))
  })

  test('infinities stay where they are seen', () => {
    const inputs = [build.input('float32', [1, 3, 1]), build.input('float32', [2, 1, 1])]
    const graph = makeGraph(inputs, [
      build.conv(inputs[0], inputs[1], convAttributes(1, { inputDilation: [2], padding: [[1, 1]] })),
    ])
    const x = { dtype: 'float32' as const, shape: [1, 3, 1], data: Float32Array.of(1, Infinity, -2) }
    const w = { dtype: 'float32' as const, shape: [2, 1, 1], data: Float32Array.of(3, 5) }
    expect([...interpret(gatherSpread(graph), [x, w])[0].data]).toEqual([5, 3, Infinity, Infinity, -10, -6])
  })
})
