import { build } from '../../../src/graph/index.js'
import type { Primitive } from '../../../src/graph/primitives.js'
import { bool, float, int, type Sample, sample } from '../sample.js'

const NO_INPUT = 'there is nothing to differentiate'
const INTEGERS = 'integers'

const key = { dtype: 'uint32', shape: [2], values: [0x13198a2e, 0x03707344], fixed: true } as const

export const movementSamples = {
  constant: [
    sample('float64', [], () => build.constant(0.1, 'float64'), NO_INPUT),
    sample('int32', [], () => build.constant(-3, 'int32'), NO_INPUT),
    sample('bool', [], () => build.constant(1, 'bool'), NO_INPUT),
    sample('float16', [], () => build.constant(0.1, 'float16'), NO_INPUT),
    sample('beside an input', [float([])], ([x]) => build.mul(x, build.constant(3, x.dtype))),
  ],
  input: [
    sample('[2, 3]', [float([2, 3])], ([x]) => x),
    sample('scalar', [float([])], ([x]) => x),
    sample('int32', [int([2])], ([x]) => x, INTEGERS),
  ],
  iota: [
    sample('rows', [], () => build.iota('int32', [2, 3], 0), NO_INPUT),
    sample('columns', [], () => build.iota('float64', [2, 3], 1), NO_INPUT),
    sample('middle', [], () => build.iota('uint8', [2, 3, 2], 1), NO_INPUT),
    sample('empty', [], () => build.iota('int32', [0, 3], 1), NO_INPUT),
    sample('beside an input', [float([2, 3])], ([x]) => build.mul(x, build.iota(x.dtype, [2, 3], 1))),
  ],
  randomBits: [
    sample('odd count', [key], ([x]) => build.randomBits(x, [3, 3]), INTEGERS),
    sample('scalar', [key], ([x]) => build.randomBits(x, []), INTEGERS),
    sample('empty', [key], ([x]) => build.randomBits(x, [0]), INTEGERS),
  ],
  reshape: [
    sample('[2, 6] to [3, 4]', [float([2, 6])], ([x]) => build.reshape(x, [3, 4])),
    sample('scalar to [1, 1]', [float([])], ([x]) => build.reshape(x, [1, 1])),
    sample('[1] to scalar', [float([1])], ([x]) => build.reshape(x, [])),
    sample('empty', [float([0, 3])], ([x]) => build.reshape(x, [3, 0, 2])),
    sample('of a permuted one', [float([2, 3])], ([x]) => build.reshape(build.permute(x, [1, 0]), [6])),
    sample('int32', [int([4])], ([x]) => build.reshape(x, [2, 2]), INTEGERS),
  ],
  permute: [
    sample('transpose', [float([2, 3])], ([x]) => build.permute(x, [1, 0])),
    sample('three axes', [float([2, 3, 4])], ([x]) => build.permute(x, [2, 0, 1])),
    sample('size 1', [float([1, 3, 1])], ([x]) => build.permute(x, [1, 2, 0])),
    sample('empty', [float([0, 3])], ([x]) => build.permute(x, [1, 0])),
    sample('bool', [bool([2, 3])], ([x]) => build.permute(x, [1, 0]), INTEGERS),
  ],
  expand: [
    sample('rows', [float([1, 3])], ([x]) => build.expand(x, [2, 3])),
    sample('columns', [float([2, 1])], ([x]) => build.expand(x, [2, 3])),
    sample('several', [float([1, 3, 1])], ([x]) => build.expand(x, [2, 3, 4])),
    sample('to nothing', [float([1, 3])], ([x]) => build.expand(x, [0, 3])),
    sample('int32', [int([1])], ([x]) => build.expand(x, [5]), INTEGERS),
  ],
  slice: [
    sample('part', [float([4, 5])], ([x]) => build.slice(x, [1, 2], [2, 3])),
    sample('steps', [float([7])], ([x]) => build.slice(x, [1], [3], [2])),
    sample('negative steps', [float([3, 5])], ([x]) => build.slice(x, [2, 4], [3, 3], [-1, -2])),
    sample('nothing', [float([3, 2])], ([x]) => build.slice(x, [0, 0], [0, 2])),
    sample('from an empty one', [float([0, 3])], ([x]) => build.slice(x, [0, 1], [0, 2])),
    sample('int32', [int([6])], ([x]) => build.slice(x, [5], [6], [-1]), INTEGERS),
  ],
  pad: [
    sample('sides', [float([2, 3])], ([x]) => build.pad(x, [1, 0], [0, 2])),
    sample('interior', [float([3])], ([x]) => build.pad(x, [1], [2], [2])),
    sample('value', [float([2, 2])], ([x]) => build.pad(x, [0, 1], [1, 0], [1, 0], -1.5)),
    sample('empty', [float([0, 2])], ([x]) => build.pad(x, [1, 0], [1, 1], [3, 0], 7)),
    sample('scalar', [float([])], ([x]) => build.pad(build.reshape(x, [1]), [1], [1])),
    sample('int32', [int([2])], ([x]) => build.pad(x, [1], [1], [1], -1), INTEGERS),
    sample('bool', [bool([2])], ([x]) => build.pad(x, [1], [1], [0], 1), INTEGERS),
  ],
  concat: [
    sample('rows', [float([2, 3]), float([1, 3])], (xs) => build.concat(xs, 0)),
    sample('columns', [float([2, 3]), float([2, 1]), float([2, 2])], (xs) => build.concat(xs, 1)),
    sample('with an empty one', [float([0, 3]), float([2, 3])], (xs) => build.concat(xs, 0)),
    sample('twice the same', [float([2, 2])], ([x]) => build.concat([x, x], 1)),
    sample('int32', [int([2]), int([3])], (xs) => build.concat(xs, 0), INTEGERS),
  ],
} as const satisfies { readonly [P in Primitive]?: readonly Sample[] }
