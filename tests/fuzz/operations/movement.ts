import { sizeOf } from '../../../src/core/shape.js'
import type { Draw, Value } from '../draw.js'
import { code, list, literal } from '../program.js'
import type { Rows } from './row.js'

/** Mostly floats: they have gradients. */
const source = (d: Draw, least = 0): Value => (d.chance(0.85) ? d.float(least) : d.any(least))

/** Another shape of as many elements. */
function factors(d: Draw, size: number): number[] {
  const shape: number[] = []
  let rest = size
  while (rest > 1 && shape.length < 5) {
    const divisors = Array.from({ length: Math.min(rest, 64) }, (_, i) => i + 1).filter((n) => rest % n === 0)
    const next = d.chance(0.3) ? rest : d.pick(divisors)
    shape.push(next)
    rest /= next
  }
  if (rest > 1) shape.push(rest)
  if (d.chance(0.15)) shape.push(1)
  return d.random.shuffle(shape)
}

function range(d: Draw, n: number): (number | null)[] {
  const step = d.pick([1, 1, 1, 2, 3, -1, -1, -2])
  const ends = [d.between(0, n), d.between(0, n)].sort((a, b) => a - b)
  const [from, to] = d.chance(0.5) ? [null, null] : step > 0 ? ends : [ends[1], ends[0] === 0 ? null : ends[0] - 1]
  return [from, to, step]
}

export const movementRows: Rows = {
  reshape: (d) => {
    const x = source(d)
    const size = sizeOf(x.shape)
    if (size === 0) return code`${x}.reshape(${d.pick([[0], [0, d.size()], [2, 0, 3]])})`
    const shape = factors(d, size)
    const open = d.chance(0.3) && shape.length > 0 ? d.random.integer(shape.length) : -1
    return code`${x}.reshape(${shape.map((n, i) => (i === open ? -1 : n))})`
  },
  flatten: (d) => {
    const x = source(d, 1)
    if (d.chance(0.5)) return code`${x}.flatten()`
    const start = d.random.integer(x.shape.length)
    return code`${x}.flatten(${start}, ${d.between(start, x.shape.length - 1)})`
  },
  permute: (d) => {
    const x = source(d, 1)
    return code`${x}.permute(${d.random.shuffle(x.shape.map((_, i) => i))})`
  },
  transpose: (d) => {
    const x = source(d, 2)
    return d.chance(0.6) ? code`${x}.transpose()` : code`${x}.transpose(${d.axis(x)}, ${d.axis(x)})`
  },
  moveAxis: (d) => {
    const x = source(d, 1)
    return code`${x}.moveAxis(${d.axis(x)}, ${d.axis(x)})`
  },
  expand: (d) => {
    const x = source(d)
    if (d.chance(0.4)) return code`${x}.unsqueeze(0).expand(${[d.between(1, 5), ...x.shape.map(() => -1)]})`
    const shape = x.shape.map((n) => (n === 1 ? d.size(16) : n))
    return code`${x}.expand(${d.chance(0.5) ? shape : [d.between(1, 4), ...shape]})`
  },
  squeeze: (d) => {
    const x = source(d)
    const single = x.shape.flatMap((n, i) => (n === 1 ? [i] : []))
    return single.length > 0 && d.chance(0.5) ? code`${x}.squeeze(${d.pick(single)})` : code`${x}.squeeze()`
  },
  unsqueeze: (d) => {
    const x = source(d)
    return code`${x}.unsqueeze(${d.between(-x.shape.length - 1, x.shape.length)})`
  },
  flip: (d) => {
    const x = source(d, 1)
    return d.chance(0.3)
      ? code`${x}.flip()`
      : d.chance(0.5)
        ? code`${x}.flip(${d.axis(x)})`
        : code`${x}.flip(${d.axes(x)})`
  },
  roll: (d) => {
    const x = source(d, 1)
    if (d.chance(0.2)) return code`${x}.roll(${d.between(-5, 5)})`
    return code`${x}.roll(${d.between(-5, 5)}, ${d.axis(x)})`
  },
  tile: (d) => {
    const x = source(d)
    return code`${x}.tile(${x.shape.map(() => d.between(1, 3))})`
  },
  repeat: (d) => {
    const x = source(d, 1)
    return d.chance(0.2) ? code`${x}.repeat(${d.between(1, 3)})` : code`${x}.repeat(${d.between(1, 3)}, ${d.axis(x)})`
  },
  pad: (d) => {
    const x = source(d, 1)
    const mode = d.pick(['constant', 'constant', 'constant', 'reflect', 'edge', 'wrap'])
    const paddings = x.shape.map((n) => {
      const most = mode === 'constant' ? 3 : mode === 'edge' ? (n > 0 ? 3 : 0) : Math.min(3, Math.max(0, n - 1))
      return d.chance(0.4) ? 0 : [d.between(0, most), d.between(0, most)]
    })
    if (mode === 'constant' && d.chance(0.5)) return code`${x}.pad(${paddings})`
    const options = mode === 'constant' ? code`{ value: ${d.pick([1, -1, 0.5, 0.1])} }` : code`{ mode: '${mode}' }`
    return code`${x}.pad(${paddings}, ${options})`
  },
  slice: (d) => {
    const x = source(d, 1)
    const specs = x.shape.map((n) => {
      if (d.chance(0.35)) return 'null'
      if (n > 0 && d.chance(0.2)) return String(d.between(-n, n - 1))
      return literal(range(d, n))
    })
    const shown = d.chance(0.2) ? [...specs.slice(0, 1), "'...'"] : specs
    return code`${x}.slice(${shown.join(', ')})`
  },
  at: (d) => {
    const x = d.chance(0.9) ? d.float(1, 8, ({ shape }) => sizeOf(shape) > 0) : source(d, 1)
    const axis = d.axis(x)
    const n = x.shape.at(axis) ?? 0
    return n === 0 ? undefined : code`${x}.at(${d.between(-n, n - 1)}, ${axis})`
  },
  split: (d) => {
    const x = source(d, 1)
    const axis = d.axis(x)
    const n = x.shape.at(axis) ?? 0
    if (n > 1 && n % 2 === 0 && d.chance(0.5)) return code`${x}.split(2, ${axis})[${d.between(0, 1)}]`
    const first = d.between(0, n)
    return code`${x}.split([${first}, -1], ${axis})[${d.between(0, 1)}]`
  },
  concat: (d) => {
    const x = d.chance(0.9) ? d.float(1) : d.any(1)
    const axis = d.random.integer(x.shape.length)
    const parts = Array.from({ length: d.between(0, 3) }, () => {
      const found = d.find(
        (value) =>
          value.shape.length === x.shape.length &&
          value.dtype === x.dtype &&
          value.shape.every((n, i) => i === axis || n === x.shape[i]),
      )
      return found !== undefined && d.chance(0.7)
        ? found
        : x.dtype === 'bool'
          ? x
          : d.input(
              x.dtype,
              x.shape.map((n, i) => (i === axis ? d.between(0, 4) : n)),
            )
    })
    return code`concat([${list(d.random.shuffle([x, ...parts]))}], ${d.chance(0.3) ? axis - x.shape.length : axis})`
  },
  stack: (d) => {
    const x = d.chance(0.9) ? d.float() : d.any()
    const parts = Array.from({ length: d.between(0, 2) }, () =>
      x.dtype.includes('float') ? d.floatOf(x.shape, x.dtype) : x,
    )
    return code`stack([${list([x, ...parts])}], ${d.between(0, x.shape.length)})`
  },
  pipe: (d) => code`${d.float()}.pipe((y) => y.mul(2), nn.tanh())`,
  tril: (d) => code`${d.float(2)}.tril(${d.between(-2, 2)})`,
  triu: (d) => code`${d.float(2)}.triu(${d.between(-2, 2)})`,
  diagonal: (d) => code`${d.float(2)}.diagonal()`,
  diagonalMatrix: (d) => code`${d.float(1)}.diagonalMatrix()`,
  trace: (d) => code`${d.float(2)}.trace()`,
  meshgrid: (d) => code`meshgrid([${d.float(1, 1)}, ${d.float(1, 1)}], '${d.pick(['xy', 'ij'])}')[${d.between(0, 1)}]`,
  'ops.diag': (d) => code`ops.diag(${d.float(1, 2)}, ${d.between(-1, 2)})`,
  'ops.broadcast': (d) => {
    const x = d.float()
    return code`ops.broadcast(${x}, ${d.partner(x)})[${d.between(0, 1)}]`
  },
  'ops.broadcastTo': (d) => {
    const x = d.float()
    return code`ops.broadcastTo(${x}, ${[2, ...x.shape]})`
  },
  zeros: (d) => code`zeros(${d.shape(d.rank(0, 4))}, '${d.dtype()}')`,
  ones: (d) => code`ones(${d.shape(d.rank(0, 4))}, '${d.dtype()}')`,
  full: (d) => code`full(${d.shape(d.rank(0, 4))}, ${d.chance(0.6) ? d.number(-2, 2) : d.float(0, 0)})`,
  zerosLike: (d) => code`zerosLike(${d.any()})`,
  onesLike: (d) => code`onesLike(${d.any()})`,
  fullLike: (d) => code`fullLike(${d.float()}, ${d.number(-2, 2)})`,
  arange: (d) =>
    d.chance(0.5)
      ? code`arange(${d.size()})`
      : code`arange(${d.between(-3, 3)}, ${d.between(4, 20)}, ${d.pick([1, 2, 0.5])}, '${d.dtype()}')`,
  linspace: (d) => code`linspace(${d.number(-2, 0)}, ${d.number(0.5, 3)}, ${d.between(1, 40)}, '${d.dtype()}')`,
  eye: (d) => code`eye(${d.size(32)}, ${d.size(32)}, '${d.dtype()}', ${d.between(-2, 2)})`,
}
