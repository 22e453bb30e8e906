import { build } from '../../../src/graph/index.js'
import type { Node } from '../../../src/graph/node.js'
import type { Primitive } from '../../../src/graph/primitives.js'
import { bool, float, int, type Sample, type SampleInput, sample } from '../sample.js'
import { specialRows } from './special.js'

const INTEGERS = 'integers'
const TIES = 'the derivative jumps where values tie'

type Reduction = (x: Node, axes: readonly number[]) => Node

const reduction = (run: Reduction, options: Partial<SampleInput> = {}): Sample[] => [
  sample('last axis', [float([2, 3], options)], ([x]) => run(x, [1])),
  sample('first axis', [float([2, 3], options)], ([x]) => run(x, [0])),
  sample('all axes', [float([2, 3], options)], ([x]) => run(x, [0, 1])),
  sample('middle axis', [float([2, 3, 2], options)], ([x]) => run(x, [1])),
  sample('outer axes', [float([2, 3, 2], options)], ([x]) => run(x, [0, 2])),
  sample('size 1', [float([1, 3], options)], ([x]) => run(x, [0])),
  sample('to an empty one', [float([0, 3], options)], ([x]) => run(x, [1])),
  sample('int32', [int([2, 3])], ([x]) => run(x, [1]), INTEGERS),
  ...specialRows((x, axis) => run(x, [axis])),
]

const extremum = (run: Reduction): Sample[] => [
  ...reduction(run, { distinct: true }),
  sample('ties', [float([2, 3], { values: [1, 1, 0, -2, -2, -2] })], ([x]) => run(x, [1]), TIES),
  sample('NaN', [float([2, 2], { values: [1, Number.NaN, 0, 2] })], ([x]) => run(x, [1]), 'not a number'),
  sample('bool', [bool([2, 3])], ([x]) => run(x, [1]), INTEGERS),
  sample('uint8', [{ dtype: 'uint8', shape: [2, 3], fixed: true }], ([x]) => run(x, [0]), INTEGERS),
]

const index = (run: (x: Node, axis: number) => Node): Sample[] => [
  sample('last axis', [float([2, 3], { distinct: true })], ([x]) => run(x, 1), INTEGERS),
  sample('first axis', [float([3, 2], { distinct: true })], ([x]) => run(x, 0), INTEGERS),
  sample('middle axis', [float([2, 3, 2], { distinct: true })], ([x]) => run(x, 1), INTEGERS),
  sample('first of ties', [float([2, 3], { values: [0, 1, 1, 2, 2, 2] })], ([x]) => run(x, 1), INTEGERS),
  sample('NaN', [float([2, 3], { values: [0, Number.NaN, 1, 2, 2, 2] })], ([x]) => run(x, 1), INTEGERS),
  sample('int32', [int([2, 3])], ([x]) => run(x, 1), INTEGERS),
  sample('bool', [bool([2, 3])], ([x]) => run(x, 1), INTEGERS),
  sample('to an empty one', [float([0, 3])], ([x]) => run(x, 1), INTEGERS),
  ...specialRows(run),
]

export const reductionSamples = {
  reduceSum: [
    ...reduction(build.reduceSum),
    sample('of nothing', [float([2, 0])], ([x]) => build.reduceSum(x, [1])),
    sample('wraps', [int([2], { values: [2 ** 31 - 1, 1] })], ([x]) => build.reduceSum(x, [0]), INTEGERS),
  ],
  reduceProd: [
    ...reduction(build.reduceProd, { low: 0.5, high: 2 }),
    sample('negative', [float([2, 3])], ([x]) => build.reduceProd(x, [1])),
    sample('of nothing', [float([2, 0])], ([x]) => build.reduceProd(x, [1])),
    sample('one zero', [float([3], { values: [2, 0, 3] })], ([x]) => build.reduceProd(x, [0])),
    sample('wraps', [int([4], { values: [65537, 65537, 65537, 3] })], ([x]) => build.reduceProd(x, [0]), INTEGERS),
  ],
  reduceMax: extremum(build.reduceMax),
  reduceMin: extremum(build.reduceMin),
  argMax: index(build.argMax),
  argMin: index(build.argMin),
  cumSum: [
    sample('last axis', [float([2, 3])], ([x]) => build.cumSum(x, 1)),
    sample('first axis', [float([3, 2])], ([x]) => build.cumSum(x, 0)),
    sample('reverse', [float([2, 3, 2])], ([x]) => build.cumSum(x, 1, true)),
    sample('size 1', [float([3, 1])], ([x]) => build.cumSum(x, 1)),
    sample('empty', [float([0, 3])], ([x]) => build.cumSum(x, 0)),
    sample('int32', [int([4])], ([x]) => build.cumSum(x, 0), INTEGERS),
    ...specialRows(build.cumSum),
  ],
} as const satisfies { readonly [P in Primitive]?: readonly Sample[] }
