import { sizeOf } from '../../../src/core/shape.js'
import type { Value } from '../draw.js'
import { code } from '../program.js'
import type { Rows } from './row.js'

const full = ({ shape }: Value): boolean => sizeOf(shape) > 0

/** What people write in several operations, so that the compiler meets it more often than by chance. */
export const idiomRows: Rows = {
  centred: (d) => {
    const x = d.float(1, 6, full)
    const axis = d.axis(x)
    return code`${x}.sub(${x}.mean(${axis}, { keepDims: true }))`
  },
  'centred, less a shift': (d) => {
    const x = d.float(1, 6, full)
    const shift = d.floatOf(d.chance(0.5) ? [] : x.shape.slice(-1), x.dtype)
    return code`${x}.sub(${x}.mean(${d.axis(x)}, { keepDims: true })).sub(${shift}.mul(${d.pick([0.5, 2])})).square()${d.chance(0.5) ? '.mean()' : ''}`
  },
  standardized: (d) => {
    const x = d.float(1, 6, full)
    const axis = d.axis(x)
    const gain = d.floatOf(x.shape.slice(-1), x.dtype)
    return code`${x}.sub(${x}.mean(${axis}, { keepDims: true })).div(${x}.variance(${axis}, { keepDims: true }).add(1e-3).sqrt()).mul(${gain}.add(1))`
  },
  'softmax by hand': (d) => {
    const x = d.float(1, 6, full)
    const axis = d.axis(x)
    const e = code`${x}.sub(${x}.max(${axis}, { keepDims: true }).stopGradient()).exp()`
    return code`${e}.div(${e}.sum(${axis}, { keepDims: true }))`
  },
  'unit length': (d) => {
    const x = d.float(1, 6, full)
    return code`${x}.mul(${x}.square().sum(${d.axis(x)}, { keepDims: true }).add(0.1).rsqrt())`
  },
  masked: (d) => {
    const x = d.float(1, 6)
    const mask = code`${d.partner(x)}.greater(0)`
    return d.pick([
      code`where(${mask}, ${x}.flip(${d.axis(x)}), 0)`,
      code`where(${mask}, 1, 0).add(where(${mask}, 0, ${x}))`,
      code`${x}.mul(${mask}.cast('${x.dtype}'))`,
    ])
  },
  residual: (d) => {
    const x = d.float(2, 4, full)
    const n = x.shape.at(-1) ?? 1
    return n > 128 ? undefined : code`${x}.add(${x}.matmul(${d.floatOf([n, n], x.dtype)}).tanh().mul(0.5))`
  },
  dense: (d) => {
    const x = d.float(2, 3, full)
    const n = d.size(64)
    return code`nn.${d.pick(['relu', 'tanh', 'gelu', 'silu'])}(${x}.matmul(${d.floatOf([x.shape.at(-1) ?? 1, n], x.dtype)}).add(${d.floatOf([n], x.dtype)}))`
  },
  attention: (d) => {
    const q = d.float(3, 3, (x) => full(x) && sizeOf(x.shape) <= 4000 && x.shape[1] <= 64)
    if (q.shape[1] > 64) return undefined
    const [b, , n] = q.shape
    const shape = [b, d.between(1, 9), n]
    return code`${q}.matmul(${d.floatOf(shape, q.dtype)}.transpose()).div(${Math.sqrt(n)}).softmax(-1).matmul(${d.floatOf(shape, q.dtype)})`
  },
  distances: (d) => {
    const x = d.float(2, 2, ({ shape }) => shape[0] <= 32 && shape[1] <= 32)
    return x.shape[0] > 32 || x.shape[1] > 32
      ? undefined
      : code`${x}.unsqueeze(1).sub(${x}.unsqueeze(0)).square().sum(-1)`
  },
  'one window of two': (d) => {
    const x = d.float(2, 4, ({ shape }) => shape[0] > 2)
    return x.shape[0] < 2 ? undefined : code`${x}.slice([1, null]).sub(${x}.slice([null, -1])).abs()`
  },
}
