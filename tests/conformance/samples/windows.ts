import type { Shape } from '../../../src/core/shape.js'
import { build } from '../../../src/graph/index.js'
import type { Padding, Primitive, WindowAttributes } from '../../../src/graph/primitives.js'
import { windowPlaces } from '../../../src/graph/rules/contractions.js'
import { float, int, type Sample, SPECIAL, sample } from '../sample.js'

interface Case {
  readonly name: string
  readonly shape: Shape
  readonly attributes: WindowAttributes
}

const windows = (name: string, shape: Shape, window: Shape, strides: Shape, padding?: readonly Padding[]): Case => ({
  name,
  shape,
  attributes: { window, strides, padding: padding ?? window.map((): Padding => [0, 0]) },
})

const cases: readonly Case[] = [
  windows('2-d', [2, 4, 4, 2], [2, 2], [2, 2]),
  windows('2-d, overlapping', [1, 5, 5, 1], [3, 3], [2, 2]),
  windows('2-d, rest left out', [1, 5, 4, 2], [2, 3], [2, 1]),
  windows(
    '2-d, padding',
    [1, 4, 3, 2],
    [3, 2],
    [2, 1],
    [
      [1, 1],
      [0, 1],
    ],
  ),
  windows('1-d', [2, 6, 3], [3], [1]),
  windows('3-d', [1, 2, 3, 4, 1], [2, 2, 2], [1, 1, 2]),
  windows('window of 1', [1, 2, 2, 1], [1, 1], [1, 1]),
  windows('no images', [0, 4, 4, 1], [2, 2], [2, 2]),
]

const pooled = ({ shape, attributes: { window, strides, padding } }: Case): Shape => [
  shape[0],
  ...window.map((n, i) => windowPlaces(shape[i + 1], n, strides[i], padding[i])),
  shape[shape.length - 1],
]

const touching = windows('special, touching', [1, 2, 6, 1], [1, 3], [1, 3])
const overlapping = windows(
  'special, overlapping',
  [1, 2, 6, 1],
  [1, 3],
  [1, 1],
  [
    [0, 0],
    [1, 1],
  ],
)
const specialImage = {
  values: [0, -0, 0, -0, -0, -0, Number.NaN, 1, Infinity, -Infinity, Number.NaN, 2],
}
const zerosOfBothSigns = (size: number): { values: readonly number[] } => ({
  values: Array.from({ length: size }, (_, i) => (i % 3 === 0 ? -0 : i % 3 === 1 ? 0 : i - 4)),
})
/** A use of special values, where windows share elements and where they do not. */
const special = (run: (each: Case) => Sample): Sample[] =>
  [touching, overlapping].map((each) => ({ ...run(each), name: each.name, notDifferentiable: SPECIAL }))
const placesOf = (each: Case): number => pooled(each).reduce((a, b) => a * b, 1)

const TIES = 'the derivative jumps where values tie'
const tied = windows('ties', [1, 2, 4, 1], [2, 2], [1, 1])
const tiedImage = { values: [1, 1, 0, 1, 1, 0, 1, 1] }

export const windowSamples = {
  maxPool: [
    ...cases.map(({ name, shape, attributes }) =>
      sample(name, [float(shape, { distinct: true })], ([x]) => build.maxPool(x, attributes)),
    ),
    sample(tied.name, [float(tied.shape, tiedImage)], ([x]) => build.maxPool(x, tied.attributes), TIES),
    sample('int32', [int([1, 4, 4, 1])], ([x]) => build.maxPool(x, cases[0].attributes), 'integers'),
    sample(
      'NaN',
      [float([1, 2, 2, 1], { values: [1, Number.NaN, 3, 2] })],
      ([x]) => build.maxPool(x, cases[0].attributes),
      'not a number',
    ),
    ...special(({ name, shape, attributes }) =>
      sample(name, [float(shape, specialImage)], ([x]) => build.maxPool(x, attributes)),
    ),
  ],
  maxPoolGradient: [
    ...cases.map((each) =>
      sample(each.name, [float(each.shape, { distinct: true }), float(pooled(each))], ([x, g]) =>
        build.maxPoolGradient(x, g, each.attributes),
      ),
    ),
    sample(
      tied.name,
      [float(tied.shape, tiedImage), float(pooled(tied))],
      ([x, g]) => build.maxPoolGradient(x, g, tied.attributes),
      TIES,
    ),
    ...special((each) =>
      sample(
        each.name,
        [float(each.shape, specialImage), float(pooled(each), zerosOfBothSigns(placesOf(each)))],
        ([x, g]) => build.maxPoolGradient(x, g, each.attributes),
      ),
    ),
  ],
  maxPoolSelect: [
    ...cases.map(({ name, shape, attributes }) =>
      sample(name, [float(shape, { distinct: true }), float(shape)], ([x, t]) => build.maxPoolSelect(x, t, attributes)),
    ),
    sample(
      tied.name,
      [float(tied.shape, tiedImage), float(tied.shape)],
      ([x, t]) => build.maxPoolSelect(x, t, tied.attributes),
      TIES,
    ),
    ...special(({ name, shape, attributes }) =>
      sample(name, [float(shape, specialImage), float(shape, zerosOfBothSigns(12))], ([x, t]) =>
        build.maxPoolSelect(x, t, attributes),
      ),
    ),
  ],
  sumPool: [
    ...cases.map(({ name, shape, attributes }) => sample(name, [float(shape)], ([x]) => build.sumPool(x, attributes))),
    sample('int32', [int([1, 4, 4, 1])], ([x]) => build.sumPool(x, cases[0].attributes), 'integers'),
    ...special(({ name, shape, attributes }) =>
      sample(name, [float(shape, specialImage)], ([x]) => build.sumPool(x, attributes)),
    ),
  ],
  sumPoolGradient: [
    ...cases.map((each) =>
      sample(each.name, [float(pooled(each))], ([g]) =>
        build.sumPoolGradient(g, { ...each.attributes, shape: each.shape }),
      ),
    ),
    ...special((each) =>
      sample(each.name, [float(pooled(each), zerosOfBothSigns(placesOf(each)))], ([g]) =>
        build.sumPoolGradient(g, { ...each.attributes, shape: each.shape }),
      ),
    ),
  ],
} as const satisfies { readonly [P in Primitive]?: readonly Sample[] }
