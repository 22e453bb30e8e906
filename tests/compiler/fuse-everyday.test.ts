import {
  backend,
  compile,
  customGradient,
  grad,
  ones,
  random,
  seed,
  setBackend,
  type Tensor,
  tensor,
  where,
} from 'shapewise'
import * as nn from 'shapewise/nn'
import { afterEach, describe, expect, it } from 'vitest'

type Program = (...inputs: Tensor[]) => Tensor | readonly Tensor[]

const norm = (x: Tensor): Tensor =>
  x.sub(x.mean(-1, { keepDims: true })).div(x.variance(-1, { keepDims: true }).add(1e-5).sqrt())
const clipped = customGradient(
  (x: Tensor) => x.mul(1),
  (_x, _y, [g]) => [g.clip(-1, 1)],
)

/** Small programs in which what one group computes is read by others in ways that are decided late. */
const programs: readonly (readonly [name: string, shapes: readonly (readonly number[])[], program: Program])[] = [
  [
    'a scalar product inside a loop over rows',
    [[64, 100], []],
    (x, s) =>
      x
        .sub(x.mean(1, { keepDims: true }))
        .sub(s.mul(0.5))
        .square()
        .mean(),
  ],
  [
    'a small row inside a loop over rows',
    [[64, 100], [100]],
    (x, b) =>
      x
        .sub(x.mean(1, { keepDims: true }))
        .sub(b.mul(2))
        .square()
        .mean(),
  ],
  [
    'a layer norm whose gain is 1 + g, and its gradient',
    [[64, 16], [16], [16, 5]],
    (x, g, w) =>
      grad((gain: Tensor) =>
        nn
          .relu(norm(x).mul(gain.add(1)))
          .matmul(w)
          .square()
          .mean(),
      )(g),
  ],
  [
    'a masked flip and its gradient',
    [[4, 4], [4, 4], []],
    (x, p, c) => {
      const f = (x: Tensor): Tensor => where(p.greater(0), x.flip(1), 0).sum(-1).mean()
      return [f(x), grad((x: Tensor) => f(x).mul(c))(x)]
    },
  ],
  ['the diagonal of sums of nothing', [[5, 0, 4]], (x) => x.sum(1).diagonal().add(1).cos()],
  [
    'what is cut out of a frame of known values',
    [[3]],
    (x) => x.mul(0).exp().pad(2).reshape([7]).slice([0, 6, 2]).add(x),
  ],
  [
    'a frame around ones, cut and turned',
    [[2, 3]],
    (x) =>
      ones([4])
        .pad([[1, 2]])
        .slice([0, 6])
        .reshape([2, 3])
        .flip(1)
        .add(x)
        .exp(),
  ],
  [
    'the trace of sums of nothing',
    [[4, 0], []],
    (x, s) => x.unsqueeze(1).sub(x.unsqueeze(0)).square().sum(-1).trace().add(s.tanh()),
  ],
  [
    'masks, a triangle and a scatter',
    [[2, 8]],
    (u) => {
      const m = u.greater(0)
      return where(m, 1, 0)
        .add(where(m, 0, 1))
        .flip(0)
        .triu()
        .scatterSet(tensor([0, 1], [2], 'int32'), 0)
        .transpose()
    },
  ],
  [
    'fourteen axes in another order, as one',
    [[2 ** 14], [2 ** 14]],
    (x, y) => {
      const turned = x.reshape(new Array(14).fill(2)).permute([...new Array(14).keys()].reverse())
      return turned
        .reshape([-1])
        .add(y)
        .add(turned.add(1).reshape([-1]).flip(0))
    },
  ],
  ['a gradient written by hand', [[2]], (x) => grad((x: Tensor) => clipped(x).square().sum())(x)],
]

const native = backend().name
afterEach(() => setBackend(native))

/** The results on a backend, for the same random inputs everywhere. */
function results(on: string, shapes: readonly (readonly number[])[], program: Program): number[][] {
  setBackend(on)
  seed(5)
  const inputs = shapes.map((shape) => random.normal(shape) as Tensor)
  return [program(...inputs)].flat().map((value) => [...value.dataSync()])
}

function expectClose(found: readonly number[][], wanted: readonly number[][]): void {
  expect(found.map(({ length }) => length)).toEqual(wanted.map(({ length }) => length))
  const right = wanted.flat()
  found.flat().forEach((value, i) => {
    const error = Math.abs(value - right[i]) / Math.max(1, Math.abs(right[i]))
    if (!(error < 1e-5)) expect.fail(`element ${i} is ${value}, it should be ${right[i]}`)
  })
}

describe('programs compute on the kernels what the reference computes', () => {
  it.each(programs)('%s, compiled and uncompiled', (_, shapes, program) => {
    const wanted = results('reference', shapes, program)
    expectClose(results(native, shapes, compile(program)), wanted)
    expectClose(results(native, shapes, program), wanted)
  })
})
