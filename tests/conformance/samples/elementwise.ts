import { dtypeNames } from '../../../src/core/dtype.js'
import { build } from '../../../src/graph/index.js'
import type { Node } from '../../../src/graph/node.js'
import type { Elementwise } from '../../../src/graph/scalar.js'
import { bool, float, int, type Sample, type SampleInput, sample } from '../sample.js'
import { specialBinary, specialIntegerPairs, specialIntegers, specialUnary } from './special.js'

const INTEGERS = 'integers'
const BOOLEAN_RESULT = 'the result is not a floating-point number'
const TIES = 'the derivative jumps where values tie'

type Unary = (x: Node) => Node
type Binary = (a: Node, b: Node) => Node

const uint32 = (shape: readonly number[], values?: readonly number[]): SampleInput => ({
  dtype: 'uint32',
  shape,
  values,
  fixed: true,
})
const uint8 = (shape: readonly number[], values?: readonly number[]): SampleInput => ({
  dtype: 'uint8',
  shape,
  values,
  fixed: true,
})

const unary = (run: Unary, low = -2, high = 2): Sample[] => [
  ...[[2, 3], [], [0, 3], [1, 1, 4]].map((shape) =>
    sample(`[${shape}]`, [float(shape, { low, high })], ([x]) => run(x)),
  ),
  ...specialUnary(run),
]

const binary = (run: Binary, first: Partial<SampleInput> = {}, second: Partial<SampleInput> = {}): Sample[] => [
  ...[[2, 3], [], [0, 3], [1, 4]].map((shape) =>
    sample(`[${shape}]`, [float(shape, first), float(shape, second)], ([a, b]) => run(a, b)),
  ),
  ...specialBinary(run),
]

const integerBinary = (run: Binary, divisor = false): Sample[] => {
  const b = divisor ? [3, -3, 3, -3, 0, 1, -1] : [3, -3, 3, -3, 7, -(2 ** 31), -1]
  return [
    sample(
      'int32',
      [int([7], { values: [7, 7, -7, -7, 5, 2 ** 31 - 1, -(2 ** 31)] }), int([7], { values: b })],
      ([x, y]) => run(x, y),
      INTEGERS,
    ),
    sample(
      'uint32',
      [uint32([4], [2 ** 32 - 1, 7, 0, 2 ** 31]), uint32([4], [2 ** 32 - 1, 3, 1, 2 ** 31 + 1])],
      ([x, y]) => run(x, y),
      INTEGERS,
    ),
    sample('uint8', [uint8([3], [200, 7, 255]), uint8([3], [100, 3, 255])], ([x, y]) => run(x, y), INTEGERS),
    ...specialIntegerPairs(run),
  ]
}

/** The sides of a tie are far from it: FD steps do not cross. */
const apart = (run: Binary): Sample[] => [
  sample(
    'apart',
    [float([2, 2], { values: [1, -2, 0.5, 3] }), float([2, 2], { values: [1.5, -3, -0.5, 2] })],
    ([a, b]) => run(a, b),
  ),
  sample('scalars', [float([], { values: [1.25] }), float([], { values: [-1] })], ([a, b]) => run(a, b)),
  sample('empty', [float([0]), float([0])], ([a, b]) => run(a, b)),
  sample(
    'ties and NaN',
    [float([4], { values: [1, Number.NaN, 0, Infinity] }), float([4], { values: [1, 1, Number.NaN, -Infinity] })],
    ([a, b]) => run(a, b),
    TIES,
  ),
  sample(
    'bool',
    [bool([4], { values: [0, 0, 1, 1] }), bool([4], { values: [0, 1, 0, 1] })],
    ([a, b]) => run(a, b),
    INTEGERS,
  ),
  ...specialBinary(run),
  ...integerBinary(run),
]

const comparison = (run: Binary): Sample[] => apart(run).map((each) => ({ ...each, notDifferentiable: BOOLEAN_RESULT }))

const bits = (run: Binary): Sample[] => [
  sample('int32', [int([2, 3]), int([2, 3])], ([a, b]) => run(a, b), INTEGERS),
  sample('uint32', [uint32([2], [0xdeadbeef, 5]), uint32([2], [0xffff0000, 3])], ([a, b]) => run(a, b), INTEGERS),
  sample('uint8', [uint8([2], [0xa5, 255]), uint8([2], [0x0f, 1])], ([a, b]) => run(a, b), INTEGERS),
  sample(
    'bool',
    [bool([4], { values: [0, 0, 1, 1] }), bool([4], { values: [0, 1, 0, 1] })],
    ([a, b]) => run(a, b),
    INTEGERS,
  ),
  sample('empty', [int([0]), int([0])], ([a, b]) => run(a, b), INTEGERS),
  ...specialIntegerPairs(run, true),
]

const shift = (run: Binary): Sample[] => [
  sample(
    'int32',
    [int([6], { values: [1, -1, -8, 5, 2 ** 30, -1] }), int([6], { values: [3, 1, 2, 0, 2, 32] })],
    ([a, b]) => run(a, b),
    INTEGERS,
  ),
  sample('uint32', [uint32([3], [0xdeadbeef, 1, 7]), uint32([3], [4, 31, 40])], ([a, b]) => run(a, b), INTEGERS),
  sample('uint8', [uint8([3], [0xa5, 255, 1]), uint8([3], [1, 7, 8])], ([a, b]) => run(a, b), INTEGERS),
  sample('scalar', [int([], { values: [6] }), int([], { values: [1] })], ([a, b]) => run(a, b), INTEGERS),
  ...specialIntegerPairs(run, true),
]

export const elementwiseSamples: { readonly [P in Elementwise]: readonly Sample[] } = {
  neg: [
    ...unary(build.neg),
    sample('int32', [int([3])], ([x]) => build.neg(x), INTEGERS),
    ...specialIntegers(build.neg),
  ],
  exp: unary(build.exp),
  expm1: [...unary(build.expm1), sample('small', [float([3], { low: -1e-6, high: 1e-6 })], ([x]) => build.expm1(x))],
  log: unary(build.log, 0.3, 3),
  log1p: [
    ...unary(build.log1p, -0.7, 3),
    sample('small', [float([3], { low: -1e-6, high: 1e-6 })], ([x]) => build.log1p(x)),
  ],
  sqrt: unary(build.sqrt, 0.3, 3),
  reciprocal: [...unary(build.reciprocal, 0.4, 2), ...unary(build.reciprocal, -2, -0.4).slice(0, 1)],
  sin: unary(build.sin),
  cos: unary(build.cos),
  atan: unary(build.atan, -4, 4),
  tanh: unary(build.tanh),
  erf: unary(build.erf, -3, 3),
  floor: [
    sample('[2, 2]', [float([2, 2], { values: [-1.5, 0.3, 2.7, -0.2] })], ([x]) => build.floor(x)),
    sample('whole', [float([3], { values: [-1, 0, 2] })], ([x]) => build.floor(x), 'the function jumps there'),
    sample('empty', [float([0])], ([x]) => build.floor(x)),
    ...specialUnary(build.floor),
  ],
  not: [
    sample('bool', [bool([2, 2])], ([x]) => build.not(x), INTEGERS),
    sample('int32', [int([4])], ([x]) => build.not(x), INTEGERS),
    sample('uint32', [uint32([2], [0, 7])], ([x]) => build.not(x), INTEGERS),
    sample('uint8', [uint8([2], [0, 7])], ([x]) => build.not(x), INTEGERS),
    ...specialIntegers(build.not, true),
  ],
  cast: [
    sample('float64 to float32', [float([2, 3])], ([x]) => build.cast(x, 'float32'), 'single precision'),
    sample(
      'there and back',
      [float([2, 3], { values: [0.5, 1, -2, 3, 0, 1.5] })],
      ([x]) => build.cast(build.cast(x, 'float32'), 'float64'),
      'single precision',
    ),
    sample(
      'float64 to int32',
      [float([5], { values: [1.7, -1.7, 0, Number.NaN, 3e9] })],
      ([x]) => build.cast(x, 'int32'),
      INTEGERS,
    ),
    sample('float64 to bool', [float([4], { values: [0, 0.5, -1, 0] })], ([x]) => build.cast(x, 'bool'), INTEGERS),
    sample('int32 to uint8', [int([4], { values: [-1, 256, 255, 7] })], ([x]) => build.cast(x, 'uint8'), INTEGERS),
    sample('int32 to uint32', [int([2], { values: [-1, 7] })], ([x]) => build.cast(x, 'uint32'), INTEGERS),
    sample('bool to float64', [bool([2, 2])], ([x]) => build.cast(x, 'float64'), INTEGERS),
    sample(
      'float64 to float16',
      [float([4], { values: [1 / 3, 65504, 1e-7, -2] })],
      ([x]) => build.cast(x, 'float16'),
      'half precision',
    ),
    sample(
      'float64 to bfloat16',
      [float([4], { values: [1 / 3, 65504, 1e-7, -2] })],
      ([x]) => build.cast(x, 'bfloat16'),
      'half precision',
    ),
    sample('scalar', [int([])], ([x]) => build.cast(x, 'float32'), INTEGERS),
    sample('empty', [int([0, 3])], ([x]) => build.cast(x, 'float64'), INTEGERS),
    ...dtypeNames.flatMap((dtype) =>
      [...specialUnary((x) => build.cast(x, dtype)), ...specialIntegers((x) => build.cast(x, dtype), true)].map(
        (each) => ({
          ...each,
          name: `${each.name} to ${dtype}`,
        }),
      ),
    ),
  ],
  bitcast: [
    sample(
      'float32 to uint32',
      [{ dtype: 'float32', shape: [2, 2], fixed: true }],
      ([x]) => build.bitcast(x, 'uint32'),
      INTEGERS,
    ),
    sample(
      'uint32 to float32',
      [uint32([2], [0x3f800000, 0xc0000000])],
      ([x]) => build.bitcast(x, 'float32'),
      INTEGERS,
    ),
    sample('int32 to uint32', [int([3])], ([x]) => build.bitcast(x, 'uint32'), INTEGERS),
  ],
  stopGradient: [
    sample('[2, 3]', [float([2, 3])], ([x]) => build.stopGradient(x), 'the gradient is defined to be zero'),
    sample('int32', [int([3])], ([x]) => build.stopGradient(x), INTEGERS),
    sample('beside a path', [float([3], { fixed: true }), float([3])], ([x, y]) => build.mul(build.stopGradient(x), y)),
  ],
  add: [...binary(build.add), ...integerBinary(build.add)],
  sub: [...binary(build.sub), ...integerBinary(build.sub)],
  mul: [...binary(build.mul), ...integerBinary(build.mul)],
  div: [...binary(build.div, {}, { low: 0.4, high: 2 }), ...integerBinary(build.div, true)],
  mod: [
    sample(
      'between the jumps',
      [float([4], { values: [5.5, -5.5, 5.5, -5.5] }), float([4], { values: [2, 2, -2, -2] })],
      ([a, b]) => build.mod(a, b),
    ),
    sample('scalars', [float([], { values: [7.3] }), float([], { values: [2] })], ([a, b]) => build.mod(a, b)),
    sample(
      'multiples',
      [float([2], { values: [4, -4] }), float([2], { values: [2, 2] })],
      ([a, b]) => build.mod(a, b),
      'the function jumps there',
    ),
    ...specialBinary(build.mod),
    ...integerBinary(build.mod, true),
  ],
  pow: [
    ...binary(build.pow, { low: 0.3, high: 2 }),
    sample(
      'negative base, whole exponent',
      [float([3], { values: [-2, -1.5, 0.5] }), float([3], { values: [3, 2, -1], fixed: true })],
      ([a, b]) => build.pow(a, b),
    ),
    sample(
      'int32',
      [int([5], { values: [2, -3, 5, 1, 0] }), int([5], { values: [10, 3, -1, -4, 0] })],
      ([a, b]) => build.pow(a, b),
      INTEGERS,
    ),
    ...specialIntegerPairs(build.pow),
  ],
  max: apart(build.max),
  min: apart(build.min),
  less: comparison(build.less),
  lessEqual: comparison(build.lessEqual),
  equal: comparison(build.equal),
  and: bits(build.and),
  or: bits(build.or),
  xor: bits(build.xor),
  shiftLeft: shift(build.shiftLeft),
  shiftRight: shift(build.shiftRight),
  where: [
    ...[[2, 3], [], [0, 3]].map((shape) =>
      sample(`[${shape}]`, [bool(shape), float(shape), float(shape)], ([condition, a, b]) =>
        build.where(condition, a, b),
      ),
    ),
    sample('int32', [bool([4]), int([4]), int([4])], ([condition, a, b]) => build.where(condition, a, b), INTEGERS),
    sample('bool', [bool([4]), bool([4]), bool([4])], ([condition, a, b]) => build.where(condition, a, b), INTEGERS),
  ],
}
