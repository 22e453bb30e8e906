import type { Shape } from '../../../src/core/shape.js'
import { build } from '../../../src/graph/index.js'
import type { Node } from '../../../src/graph/node.js'
import type { Attributes, Primitive } from '../../../src/graph/primitives.js'
import { float, type Sample, sample } from '../sample.js'

const transposed = (x: Node): Node => build.permute(x, [...x.shape.slice(0, -2).keys(), x.rank - 1, x.rank - 2])

/** (x + xᵀ) / 2, so that single elements may be moved by finite differences. */
const symmetric = (x: Node): Node => build.mul(build.add(x, transposed(x)), build.fill(0.5, x.shape, x.dtype))

const spd = (name: string, shape: Shape, run: (x: Node) => Node | readonly Node[]): Sample =>
  sample(name, [float(shape, { matrix: 'spd' })], ([x]) => run(symmetric(x)))

const general = (name: string, shape: Shape, run: (x: Node) => Node | readonly Node[], why?: string): Sample =>
  sample(name, [float(shape, { matrix: 'general' })], ([x]) => run(x), why)

const solve = (
  name: string,
  attributes: Attributes['triangularSolve'],
  n = 3,
  columns = 2,
  batch: Shape = [],
): Sample =>
  sample(name, [float([...batch, n, n], { matrix: 'lower' }), float([...batch, n, columns])], ([a, b]) =>
    build.triangularSolve(a, b, attributes),
  )

const fft = (name: string, shape: Shape, inverse = false): Sample =>
  sample(name, [float(shape)], ([x]) => build.fft(x, inverse))

export const linearAlgebraSamples = {
  cholesky: [
    spd('3 × 3', [3, 3], build.cholesky),
    spd('1 × 1', [1, 1], build.cholesky),
    spd('batch', [2, 2, 2], build.cholesky),
    spd('no batch', [0, 2, 2], build.cholesky),
    spd('empty', [0, 0], build.cholesky),
  ],
  triangularSolve: [
    ...[true, false].flatMap((lower) =>
      [true, false].flatMap((transpose) =>
        [true, false].map((unitDiagonal) =>
          solve(
            `${lower ? 'lower' : 'upper'}${transpose ? ', transposed' : ''}${unitDiagonal ? ', unit diagonal' : ''}`,
            {
              lower,
              transpose,
              unitDiagonal,
            },
          ),
        ),
      ),
    ),
    solve('1 × 1', { lower: true, transpose: false, unitDiagonal: false }, 1, 1),
    solve('batch', { lower: true, transpose: true, unitDiagonal: false }, 2, 3, [2]),
    solve('no columns', { lower: true, transpose: false, unitDiagonal: false }, 2, 0),
  ],
  lu: [
    general('3 × 3', [3, 3], build.lu),
    general('1 × 1', [1, 1], build.lu),
    general('batch', [2, 3, 3], build.lu),
    general('no batch', [0, 2, 2], build.lu),
    sample('rows exchanged', [float([3, 3], { values: [0.1, 2, 0.3, 3, 0.4, 0.5, 0.6, 0.7, 4] })], ([x]) =>
      build.lu(x),
    ),
    sample(
      'singular',
      [float([2, 2], { values: [1, 2, 2, 4] })],
      ([x]) => build.lu(x),
      'the gradient does not exist at singular matrices',
    ),
  ],
  qr: [
    general('3 × 3', [3, 3], build.qr),
    general('tall', [4, 2], build.qr),
    general('wide', [2, 3], build.qr, 'only defined for at least as many rows as columns'),
    general('1 × 1', [1, 1], build.qr),
    general('batch', [2, 3, 2], build.qr),
    general('no batch', [0, 3, 2], build.qr),
  ],
  eigh: [
    spd('3 × 3', [3, 3], build.eigh),
    spd('1 × 1', [1, 1], build.eigh),
    spd('batch', [2, 3, 3], build.eigh),
    spd('no batch', [0, 2, 2], build.eigh),
    sample('indefinite', [float([2, 2], { values: [1, 2, 2, -1] })], ([x]) => build.eigh(symmetric(x))),
  ],
  svd: [
    general('3 × 3', [3, 3], build.svd),
    general('tall', [4, 2], build.svd),
    general('wide', [2, 4], build.svd),
    general('1 × 1', [1, 1], build.svd),
    general('batch', [2, 3, 2], build.svd),
    general('no batch', [0, 3, 2], build.svd),
  ],
  fft: [
    fft('8', [8, 2]),
    fft('8, inverse', [8, 2], true),
    fft('6', [6, 2]),
    fft('7, inverse', [7, 2], true),
    fft('1', [1, 2]),
    fft('batch', [2, 3, 5, 2]),
    fft('no batch', [0, 4, 2]),
    fft('length 0', [2, 0, 2]),
  ],
} as const satisfies { readonly [P in Primitive]?: readonly Sample[] }
