import type { DType } from '../../../src/core/dtype.js'
import type { Node } from '../../../src/graph/node.js'
import { float, type Sample, type SampleInput, SPECIAL, sample } from '../sample.js'

/** Where floats are special: zeros, infinities, NaN, halves, and for each dtype the smallest and largest, and what rounds to them. */
export const specialFloats: readonly number[] = [
  ...[0, 1, 0.5, 1.5, 2.5, 2, 3, 7.25, 64, 100, 1e10, 2 ** 31, 2 ** 32, 2 ** 53, 1e22, Infinity],
  ...[2 ** -24, 2 ** -133, 2 ** -149, 2 ** -1074, 2 ** -126, 2 ** -1022, 1e-20],
  ...[65_504, 3.3895313892515355e38, 3.4028234663852886e38, Number.MAX_VALUE],
]
  .flatMap((value) => [value, -value])
  .concat(Number.NaN)

const integers: { readonly [D in DType]?: readonly number[] } = {
  int32: [0, 1, -1, 2, -2, 7, -7, 31, 32, 65_537, 2 ** 31 - 1, -(2 ** 31)],
  uint32: [0, 1, 2, 7, 31, 32, 65_537, 2 ** 31, 2 ** 32 - 1],
  uint8: [0, 1, 2, 7, 8, 128, 255],
  bool: [0, 1],
}

const input = (dtype: DType, values: readonly number[]): SampleInput => ({
  dtype,
  shape: [values.length],
  values,
  fixed: true,
})

/** Each value of the list alone. */
const single = (dtype: DType, values: readonly number[], run: (x: Node) => Node): Sample =>
  sample(`special ${dtype}`, [input(dtype, values)], ([x]) => run(x), SPECIAL)

/** Every value of the list with every other. */
const crossed = (dtype: DType, values: readonly number[], run: (a: Node, b: Node) => Node): Sample =>
  sample(
    `special ${dtype}`,
    [
      input(
        dtype,
        values.flatMap((a) => values.map(() => a)),
      ),
      input(
        dtype,
        values.flatMap(() => values),
      ),
    ],
    ([a, b]) => run(a, b),
    SPECIAL,
  )

export const specialUnary = (run: (x: Node) => Node): Sample[] => [single('float64', specialFloats, run)]

export const specialBinary = (run: (a: Node, b: Node) => Node): Sample[] => [crossed('float64', specialFloats, run)]

const whole = Object.entries(integers) as readonly [DType, readonly number[]][]

export const specialIntegers = (run: (x: Node) => Node, withBool = false): Sample[] =>
  whole.filter(([dtype]) => withBool || dtype !== 'bool').map(([dtype, values]) => single(dtype, values, run))

export const specialIntegerPairs = (run: (a: Node, b: Node) => Node, withBool = false): Sample[] =>
  whole.filter(([dtype]) => withBool || dtype !== 'bool').map(([dtype, values]) => crossed(dtype, values, run))

/**
 * Rows of a reduction, whose special elements lie first, last, in the middle, or are all there is; long ones are folded by vectors.
 */
export const specialRows = (run: (x: Node, axis: number) => Node): Sample[] => {
  const rows: number[][] = [
    [0, 0, 0],
    [-0, -0, -0],
    [0, -0, -0],
    [-0, 0, -0],
    [-0, -0, 0],
    [Number.NaN, 1, 2],
    [1, Number.NaN, 2],
    [1, 2, Number.NaN],
    [Infinity, -Infinity, 0],
    [-Infinity, -Infinity, -Infinity],
    [1, Infinity, 1],
  ]
  const long = rows.map(([first, middle, last]) =>
    Array.from({ length: 75 }, (_, i) => (i === 0 ? first : i === 74 ? last : i === 37 ? middle : -0)),
  )
  return [rows, long].flatMap((all) => {
    const [count, length] = [all.length, all[0].length]
    const columns = Array.from({ length }, (_, i) => all.map((row) => row[i]))
    return [
      sample(
        `special rows of ${length}`,
        [float([count, length], { values: all.flat() })],
        ([x]) => run(x, 1),
        SPECIAL,
      ),
      sample(
        `special columns of ${length}`,
        [float([length, count], { values: columns.flat() })],
        ([x]) => run(x, 0),
        SPECIAL,
      ),
    ]
  })
}
