import { sizeOf } from '../../../src/core/shape.js'
import type { Draw, Value } from '../draw.js'
import { code } from '../program.js'
import type { Rows } from './row.js'

const factor = (d: Draw, x: Value, shape: readonly number[]): Value => d.floatOf(shape, x.dtype)

/** A size for the free axis, so that the product stays within the work allowed. */
const width = (d: Draw, rows: number): number =>
  Math.min(d.size(), Math.max(1, Math.floor(d.shop.limits.work / Math.max(1, rows))))

const spatial = (d: Draw, x: Value): readonly number[] => x.shape.slice(1, -1).map(() => d.between(1, 3))

/** [batch, …spatial, channels] */
export function image(d: Draw, most = 5): Value {
  const found = d.find(
    ({ shape, dtype }) =>
      dtype.includes('float') &&
      shape.length >= 3 &&
      shape.length <= most &&
      sizeOf(shape) > 0 &&
      (shape.at(-1) ?? 0) <= 64,
  )
  if (found !== undefined && d.chance(0.6)) return found
  const rank = most >= 5 ? d.pick([1, 2, 2, 2, 2, 3]) : 2
  const sizes = Array.from({ length: rank }, () => d.between(1, rank === 1 ? 40 : rank === 2 ? 12 : 5))
  return d.input(d.dtype(), [d.chance(0.03) ? 0 : d.between(1, 4), ...sizes, d.pick([1, 2, 3, 4, 6, 8, 16])])
}

function windows(d: Draw, x: Value): { kernel: number[]; stride: number[]; dilation: number[]; padding: unknown } {
  const sizes = x.shape.slice(1, -1)
  const kernel = d.chance(0.25) ? sizes.map(() => 3) : sizes.map(() => d.between(1, 4))
  const dilation = sizes.map(() => (d.chance(0.2) ? 2 : 1))
  const stride = d.chance(0.5) ? sizes.map(() => 1) : sizes.map(() => d.between(1, 3))
  const padding = d.pick(['valid', 'same', 'same', 1, 2, sizes.map(() => [d.between(0, 2), d.between(0, 2)])])
  return { kernel, stride, dilation, padding }
}

function convolution(d: Draw, name: string): ReturnType<Rows[string]> {
  const x = image(d)
  const channels = x.shape.at(-1) ?? 1
  const divisors = [1, 2, 3, 4, 6, 8, 16].filter((n) => channels % n === 0)
  const groups = d.chance(0.5) ? 1 : d.chance(0.5) ? channels : d.pick(divisors)
  const outputs = groups * d.pick([1, 1, 2, 3, 4])
  const { kernel, stride, dilation, padding } = windows(d, x)
  const work = sizeOf(x.shape) * sizeOf(kernel) * outputs
  if (work > d.shop.limits.work * 4) return undefined
  const weights = d.floatOf([...kernel, channels / groups, outputs], x.dtype)
  const options = { stride, padding, ...(d.chance(0.4) ? { dilation } : {}), ...(groups > 1 ? { groups } : {}) }
  return code`${name}(${x}, ${weights}, ${options})`
}

export function pool(d: Draw, name: string): ReturnType<Rows[string]> {
  const x = image(d)
  const window = spatial(d, x)
  const stride = d.chance(0.5) ? {} : { stride: window.map(() => d.between(1, 3)) }
  const padding = d.pick([
    {},
    { padding: 'same' },
    { padding: window.map((n) => [d.between(0, n - 1), d.between(0, n - 1)]) },
  ])
  const count = name === 'avgPool' && d.chance(0.4) ? { countPadding: false } : {}
  return code`${x}.${name}(${window}, ${{ ...stride, ...padding, ...count }})`
}

export const contractionRows: Rows = {
  matmul: (d) => {
    const a = d.float(1, 5)
    const k = a.shape.at(-1) ?? 1
    const r = d.random.uniform()
    if (r < 0.15) return code`${a}.matmul(${factor(d, a, [k])})`
    if (r < 0.35 && a.shape.length >= 2) return code`${a}.matmul(${a}.transpose())`
    const n = width(d, sizeOf(a.shape))
    const batch =
      a.shape.length > 2 && d.chance(0.5) ? a.shape.slice(0, -2).map((size) => (d.chance(0.2) ? 1 : size)) : []
    const b = factor(d, a, d.chance(0.25) ? [...batch, n, k] : [...batch, k, n])
    return b.shape.at(-1) === n ? code`${a}.matmul(${b})` : code`${a}.matmul(${b}.transpose())`
  },
  dot: (d) => {
    const a = d.float(1, 3)
    return code`${a}.dot(${factor(d, a, d.chance(0.5) ? [a.shape.at(-1) ?? 1] : [a.shape.at(-1) ?? 1, width(d, sizeOf(a.shape))])})`
  },
  kron: (d) => {
    const small = (value: Value): boolean => sizeOf(value.shape) <= 64
    const a = d.float(0, 3, small)
    return code`kron(${a}, ${d.float(0, 3, (value) => small(value) && value.dtype === a.dtype)})`
  },
  cross: (d) => {
    const dtype = d.dtype()
    const a = d.floatOf([...d.shape(d.between(0, 2), 100), 3], dtype)
    return code`cross(${a}, ${d.floatOf(d.chance(0.5) ? [3] : a.shape, dtype)})`
  },
  cosineSimilarity: (d) => {
    const a = d.float(1, 4, (value) => sizeOf(value.shape) > 0)
    return code`cosineSimilarity(${a}.add(3), ${d.floatOf(a.shape, a.dtype)}, ${d.axis(a)})`
  },
  pairwiseDistances: (d) => {
    const a = d.float(2, 3, (value) => sizeOf(value.shape) <= 200)
    const metric = d.pick(['squaredEuclidean', 'manhattan', 'chebyshev', 'squaredEuclidean', 'euclidean'])
    return code`pairwiseDistances(${a}, ${factor(d, a, [d.between(1, 8), a.shape.at(-1) ?? 1])}, { metric: '${metric}' })`
  },
  outer: (d) => {
    const a = d.float(0, 2, ({ shape }) => sizeOf(shape) <= 64)
    return code`${a}.outer(${d.float(0, 2, ({ shape }) => sizeOf(shape) <= 64)})`
  },
  einsum: (d) => {
    const a = d.float(2, 4)
    const { length } = a.shape
    const n = width(d, sizeOf(a.shape))
    const k = a.shape.at(-1) ?? 1
    if (length === 2) {
      const [equation, shape] = d.pick<[string, number[]]>([
        ['ij,jk->ik', [k, n]],
        ['ij,kj->ki', [n, k]],
        ['ij,ij->i', [...a.shape]],
        ['ij,ik->jk', [a.shape[0], n]],
        ['ij,j->', [k]],
        ['ij,ij->ji', [...a.shape]],
      ])
      return code`einsum('${equation}', ${a}, ${factor(d, a, shape)})`
    }
    if (length === 3) {
      const [equation, shape] = d.pick<[string, number[]]>([
        ['bij,bjk->bik', [a.shape[0], k, n]],
        ['bij,bkj->bik', [a.shape[0], n, k]],
        ['bij,jk->bki', [k, n]],
        ['bij,bij->ij', [...a.shape]],
        ['...ij,...kj->...ik', [n, k]],
      ])
      return code`einsum('${equation}', ${a}, ${factor(d, a, shape)})`
    }
    return d.chance(0.5)
      ? code`einsum('bqhd,bkhd->bhqk', ${a}, ${factor(d, a, [a.shape[0], d.between(1, 5), ...a.shape.slice(2)])})`
      : code`einsum('abcd->dbac', ${a})`
  },
  tensorDot: (d) => {
    const a = d.float(2, 4)
    const n = width(d, sizeOf(a.shape))
    return d.chance(0.5)
      ? code`tensorDot(${a}, ${factor(d, a, [a.shape.at(-1) ?? 1, n])}, 1)`
      : code`tensorDot(${a}, ${factor(d, a, [n, a.shape[0]])}, [[0], [1]])`
  },
  vecDot: (d) => {
    const a = d.float(1)
    return code`vecDot(${a}, ${d.floatOf(a.shape, a.dtype)}, ${d.axis(a)})`
  },
  conv: (d) => convolution(d, 'conv'),
  convTranspose: (d) => convolution(d, 'convTranspose'),
  maxPool: (d) => pool(d, 'maxPool'),
  avgPool: (d) => pool(d, 'avgPool'),
  'ops.globalAveragePool': (d) => code`ops.globalAveragePool(${image(d)})`,
  resize: (d) => {
    const x = image(d, 4)
    const size = x.shape.slice(1, -1).map((n) => d.pick([n * 2, d.between(1, 9)]))
    const mode = d.pick(['bilinear', 'bicubic'])
    const options = d.pick([{}, { mode }, { mode, alignCorners: true }, { mode, antialias: true }])
    return code`${x}.resize(${size}, ${options})`
  },
}
