import { sizeOf } from '../../../src/core/shape.js'
import type { Draw, Value } from '../draw.js'
import { code, type Expression } from '../program.js'
import type { Rows } from './row.js'

/** Linear algebra is for float32 and float64. */
const wide = ({ dtype }: Value): boolean => dtype === 'float32' || dtype === 'float64'

function matrices(d: Draw): { x: Value; n: number } {
  const found = d.find(
    (value) =>
      wide(value) &&
      value.shape.length >= 2 &&
      value.shape.length <= 4 &&
      value.shape.at(-1) === value.shape.at(-2) &&
      (value.shape.at(-1) ?? 0) <= 24,
  )
  const n = d.chance(0.1) ? d.between(9, 24) : d.between(1, 6)
  const x = found ?? d.input(d.chance(0.8) ? 'float32' : 'float64', [...(d.chance(0.4) ? [d.between(1, 4)] : []), n, n])
  return { x, n: x.shape.at(-1) ?? 0 }
}

const identity = (x: Value, n: number, factor: number): Expression => code`eye(${n}, ${n}, '${x.dtype}').mul(${factor})`

/** Far from singular. */
function regular(d: Draw): { a: Expression; x: Value; n: number } {
  const { x, n } = matrices(d)
  return { a: code`${x}.tanh().div(${Math.max(1, n)}).add(${identity(x, n, 1.7)})`, x, n }
}

/** Symmetric and positive definite. */
function positive(d: Draw): Expression {
  const { x, n } = matrices(d)
  return code`${x}.tanh().matmul(${x}.tanh().transpose()).div(${Math.max(1, n)}).add(${identity(x, n, 1)})`
}

/** Symmetric with eigenvalues apart. */
function spread(d: Draw): Expression {
  const { x, n } = matrices(d)
  return code`${x}.tanh().add(${x}.tanh().transpose()).mul(${0.2 / Math.max(1, n)}).add(arange(${n}).cast('${x.dtype}').diagonalMatrix())`
}

const right = (d: Draw, x: Value, n: number): Value => d.floatOf([...x.shape.slice(0, -2), n, d.between(1, 4)], x.dtype)

const complex = (d: Draw): Value => {
  const found = d.find(
    (value) => wide(value) && value.shape.length >= 2 && value.shape.at(-1) === 2 && sizeOf(value.shape) > 0,
  )
  return found !== undefined && d.chance(0.6)
    ? found
    : d.input(d.chance(0.8) ? 'float32' : 'float64', [...(d.chance(0.5) ? [d.between(1, 4)] : []), d.between(1, 40), 2])
}

export const linearRows: Rows = {
  determinant: (d) => code`${regular(d).a}.determinant()`,
  logDeterminant: (d) => code`${regular(d).a}.logDeterminant().${d.pick(['sign', 'logAbsolute', 'logAbsolute'])}`,
  inverse: (d) => code`${regular(d).a}.inverse()`,
  matrixPower: (d) => code`${regular(d).a}.matrixPower(${d.between(-2, 3)})`,
  cholesky: (d) => code`${positive(d)}.cholesky()`,
  solve: (d) => {
    const { a, x, n } = regular(d)
    return code`${a}.solve(${right(d, x, n)})`
  },
  triangularSolve: (d) => {
    const { a, x, n } = regular(d)
    const options = d.pick([{}, { lower: false }, { transpose: true }, { unitDiagonal: true }])
    return code`${a}.triangularSolve(${right(d, x, n)}, ${options})`
  },
  lu: (d) => code`${regular(d).a}.lu().${d.pick(['lower', 'upper', 'permutation'])}`,
  qr: (d) => code`${regular(d).a}.qr().${d.pick(['r', 'q'])}.abs()`,
  eigh: (d) => (d.chance(0.6) ? code`${spread(d)}.eigh().values` : code`${spread(d)}.eigh().vectors.square()`),
  svd: (d) => code`${regular(d).a}.svd().s`,
  pinv: (d) => code`${regular(d).a}.pinv()`,
  lstsq: (d) => {
    const { a, x, n } = regular(d)
    return code`${a}.lstsq(${right(d, x, n)})`
  },
  matrixRank: (d) => code`${regular(d).a}.matrixRank()`,
  matrixNorm: (d) =>
    code`${regular(d).a}.matrixNorm('${d.pick(['frobenius', 'nuclear', 'spectral', 'columns', 'rows'])}')`,
  covariance: (d) => code`${matrices(d).x}.covariance({ correction: 0 })`,
  correlation: (d) => {
    const { x, n } = matrices(d)
    return n < 2 ? undefined : code`${x}.tanh().add(${identity(x, n, 2)}).correlation()`
  },
  fft: (d) => code`${complex(d)}.fft()`,
  ifft: (d) => code`${complex(d)}.ifft()`,
  rfft: (d) => {
    const x = d.float(1, 4, (value) => wide(value) && sizeOf(value.shape) > 0 && value.shape.every((n) => n <= 200))
    return wide(x) ? code`${x}.rfft(${d.axis(x)})` : undefined
  },
  irfft: (d) => code`${complex(d)}.irfft(${d.chance(0.5) ? 'undefined' : d.between(1, 12)})`,
  fft2: (d) => code`${d.input('float32', [d.between(1, 6), d.between(1, 6), 2])}.fft2()`,
  ifft2: (d) => code`${d.input('float32', [d.between(1, 6), d.between(1, 6), 2])}.ifft2()`,
}
