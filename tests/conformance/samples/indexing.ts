import { build } from '../../../src/graph/index.js'
import type { Node } from '../../../src/graph/node.js'
import type { Attributes, Primitive } from '../../../src/graph/primitives.js'
import { bool, float, int, type Sample, SPECIAL, sample } from '../sample.js'

const INTEGERS = 'integers'
const TIES = 'the derivative jumps where values tie'

const specialRows: readonly number[] = [
  0,
  -0,
  1,
  -0,
  0,
  -0,
  Number.NaN,
  -0,
  2,
  Infinity,
  -Infinity,
  0,
  0,
  0,
  0,
  -0,
  -0,
  -0,
]
const everyRow: readonly number[] = Array.from({ length: 18 }, (_, i) => i % 6)

type Mode = Attributes['scatter']['mode']

/** Every mode with places that are distinct, so that all of them are smooth. */
const scatterModes = (mode: Mode): Sample[] => [
  sample(
    `${mode}, rows`,
    [
      float([4, 3], { distinct: true }),
      int([2], { values: [3, 1] }),
      float([2, 3], { low: -1.9, high: 2.2, distinct: true }),
    ],
    ([x, indices, updates]) => build.scatter(x, indices, updates, mode),
  ),
  sample(
    `${mode}, batch`,
    [
      float([2, 3, 2], { distinct: true }),
      int([2, 2], { values: [0, 2, 2, 1] }),
      float([2, 2, 2], { low: -1.9, high: 2.2, distinct: true }),
    ],
    ([x, indices, updates]) => build.scatter(x, indices, updates, mode, 1),
  ),
  sample(
    `${mode}, one place`,
    [float([3], { values: [1, 2, 3] }), int([], { values: [1] }), float([], { values: [2.5] })],
    ([x, indices, updates]) => build.scatter(x, indices, updates, mode),
  ),
  sample(`${mode}, nowhere`, [float([3, 2]), int([0]), float([0, 2])], ([x, indices, updates]) =>
    build.scatter(x, indices, updates, mode),
  ),
  sample(
    `${mode}, int32`,
    [int([3]), int([4], { values: [0, 1, 0, 1] }), int([4])],
    ([x, indices, updates]) => build.scatter(x, indices, updates, mode),
    INTEGERS,
  ),
]

const repeated = (mode: Mode, notDifferentiable?: string): Sample =>
  sample(
    `${mode}, places named twice`,
    [float([3, 2]), int([4], { values: [2, 0, 2, 2] }), float([4, 2])],
    ([x, indices, updates]) => build.scatter(x, indices, updates, mode),
    notDifferentiable,
  )

/** The values in their order, which is differentiable although the order is not. */
const sorted = (x: Node, descending: boolean): Node => build.gather(x, build.argSort(x, descending), x.rank - 1)

export const indexingSamples = {
  gather: [
    sample('rows', [float([4, 3]), int([2], { values: [3, 1] })], ([x, indices]) => build.gather(x, indices)),
    sample('rows twice', [float([3, 2]), int([2, 2], { values: [0, 0, 2, 0] })], ([x, indices]) =>
      build.gather(x, indices),
    ),
    sample('one', [float([3]), int([], { values: [1] })], ([x, indices]) => build.gather(x, indices)),
    sample('batch', [float([2, 3, 2]), int([2, 2], { values: [0, 2, 1, 1] })], ([x, indices]) =>
      build.gather(x, indices, 1),
    ),
    sample('one per batch', [float([2, 3]), int([2], { values: [2, 0] })], ([x, indices]) =>
      build.gather(x, indices, 1),
    ),
    sample('two batch axes', [float([2, 2, 3]), int([2, 2, 1], { values: [2, 0, 1, 1] })], ([x, indices]) =>
      build.gather(x, indices, 2),
    ),
    sample('nothing', [float([3, 2]), int([0])], ([x, indices]) => build.gather(x, indices)),
    sample('nothing of nothing', [float([0, 2]), int([0])], ([x, indices]) => build.gather(x, indices)),
    sample('bool', [bool([3]), int([2], { values: [2, 0] })], ([x, indices]) => build.gather(x, indices), INTEGERS),
    // Fusion finds an element of something computed by comparing all indices.
    sample(
      'special values of something computed',
      [float([6, 3], { values: specialRows }), int([6, 1], { values: [0, 1, 2, 0, 1, 2] })],
      ([x, indices]) => build.gather(build.neg(x), indices, 1),
      SPECIAL,
    ),
  ],
  scatter: [
    ...scatterModes('set'),
    ...scatterModes('add'),
    ...scatterModes('max'),
    ...scatterModes('min'),
    ...(['set', 'add', 'max', 'min'] as const).flatMap((mode) => [
      sample(
        `special values, ${mode}`,
        [
          float([6], { values: specialRows.slice(0, 6) }),
          int([18], { values: everyRow }),
          float([18], { values: specialRows }),
        ],
        ([x, indices, updates]) => build.scatter(x, indices, updates, mode),
        SPECIAL,
      ),
      sample(
        `special values into something computed, ${mode}`,
        [
          float([6, 3], { values: specialRows }),
          int([6, 1], { values: [0, 1, 2, 0, 1, 2] }),
          float([6, 1], { values: [-0, 0, Number.NaN, -0, Infinity, -0] }),
        ],
        ([x, indices, updates]) => build.scatter(build.neg(x), indices, updates, mode, 1),
        SPECIAL,
      ),
    ]),
    repeated('add'),
    repeated('max', 'the updates of one place may tie with it'),
    repeated('set', 'the last of several updates wins'),
    sample(
      'max, ties',
      [float([2], { values: [1, 1] }), int([2], { values: [0, 0] }), float([2], { values: [1, 1] })],
      ([x, indices, updates]) => build.scatter(x, indices, updates, 'max'),
      TIES,
    ),
  ],
  argSort: [
    sample('ascending', [float([2, 4], { distinct: true })], ([x]) => build.argSort(x), INTEGERS),
    sample('descending', [float([2, 4], { distinct: true })], ([x]) => build.argSort(x, true), INTEGERS),
    sample('ties', [float([6], { values: [1, 0, 1, 0, -0, 1] })], ([x]) => build.argSort(x), INTEGERS),
    sample('ties, descending', [int([6], { values: [1, 0, 1, 0, 0, 1] })], ([x]) => build.argSort(x, true), INTEGERS),
    sample(
      'NaN',
      [float([5], { values: [Number.NaN, 1, -Infinity, Number.NaN, Infinity] })],
      ([x]) => build.concat([build.argSort(x), build.argSort(x, true)], 0),
      INTEGERS,
    ),
    sample('sorted values', [float([2, 3], { distinct: true })], ([x]) => sorted(x, false)),
    sample('sorted values, descending', [float([4], { distinct: true })], ([x]) => sorted(x, true)),
    sample('size 1', [float([3, 1])], ([x]) => build.argSort(x), INTEGERS),
    sample('empty', [float([2, 0])], ([x]) => build.argSort(x), INTEGERS),
    sample('bool', [bool([5])], ([x]) => build.argSort(x), INTEGERS),
  ],
} as const satisfies { readonly [P in Primitive]?: readonly Sample[] }
