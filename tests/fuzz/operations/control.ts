import { sizeOf } from '../../../src/core/shape.js'
import { type Block, Draw, type Expression, type Value } from '../draw.js'
import { code } from '../program.js'
import type { Row, Rows } from './row.js'

/** A body of some statements, whose result is made by `end` from what they have computed. */
function body(
  d: Draw,
  header: Expression,
  parameters: readonly Value[],
  length: number,
  end: (inner: Draw) => Expression | undefined,
): Block | undefined {
  const inner = new Draw(d.shop, [...d.all, ...parameters], d.depth + 1)
  for (let i = 0; i < length; i++) makeStatement(inner)
  const result = end(inner)
  if (result === undefined) return undefined
  return { header, statements: inner.statements, result }
}

/** Set by the table, which knows all rows. */
let makeStatement: (d: Draw) => void = () => {}
export const setStatementMaker = (make: (d: Draw) => void): void => {
  makeStatement = make
}

const length = (d: Draw): number => d.between(1, 5)

const parameter = (d: Draw, sample: Expression): Value | undefined => d.shop.bind(d.shop.name('p'), sample)

/** A late value, to be made into what is asked for. */
const late = (d: Draw): Value => d.find(({ dtype }) => dtype.includes('float')) ?? d.float()

const scalar = (d: Draw): Expression => {
  const x = late(d)
  return code`${x}${x.shape.length === 0 ? '' : '.mean()'}`
}

const loop: Row = (d) => {
  const xs = d.float(1, 4, ({ shape }) => shape[0] <= 12 && sizeOf(shape) > 0)
  if ((xs.shape[0] ?? 0) > 12) return undefined
  const init = d.float(0, 3)
  const [c, x] = [parameter(d, code`${init}.mul(1)`), parameter(d, code`${xs}.at(0)`)]
  if (c === undefined || x === undefined) return undefined
  const block = body(d, code`${c}, ${x}`, [c, x], length(d), (inner) => {
    const [next, out] = [late(inner), late(inner)]
    return code`[${inner.fit(next, c.dtype, c.shape)}.tanh(), ${out}]`
  })
  return block && code`scan(${block}, ${init}, ${xs}${d.chance(0.3) ? ', { reverse: true }' : ''})[${d.between(0, 1)}]`
}

const branch: Row = (d) => {
  const x = d.float()
  const [a, b] = [parameter(d, code`${x}.mul(1)`), parameter(d, code`${x}.mul(1)`)]
  if (a === undefined || b === undefined) return undefined
  const type = late(d)
  const end = (inner: Draw): Expression => inner.fit(late(inner), type.dtype, type.shape)
  const first = body(d, code`${a}`, [a], length(d), end)
  const second = body(d, code`${b}`, [b], length(d), end)
  return first && second && code`cond(${scalar(d)}.greater(${d.number(-0.5, 0.5)}), ${first}, ${second}, ${x})`
}

const repeated: Row = (d) => {
  const init = d.float(0, 3)
  const [i, j, s, u] = [
    parameter(d, code`zeros([], 'int32')`),
    parameter(d, code`zeros([], 'int32')`),
    parameter(d, code`${init}.mul(1)`),
    parameter(d, code`${init}.mul(1)`),
  ]
  if (i === undefined || j === undefined || s === undefined || u === undefined) return undefined
  const condition: Block = { header: code`[${i}, ${u}]`, statements: [], result: code`${i}.less(${d.between(0, 4)})` }
  const block = body(
    d,
    code`[${j}, ${s}]`,
    [j, s],
    d.between(1, 3),
    (inner) => code`[${j}.add(1), ${inner.fit(late(inner), s.dtype, s.shape)}.tanh()]`,
  )
  return block && code`whileLoop(${condition}, ${block}, [zeros([], 'int32'), ${init}])[1].stopGradient()`
}

/** `make((x) => …)(x)` for a function of one tensor. */
const applied =
  (
    make: (d: Draw, block: Block, x: Value) => Expression,
    end: (inner: Draw) => Expression,
    fits?: (x: Value) => boolean,
  ): Row =>
  (d) => {
    const x = d.float(0, 4, fits)
    if (fits !== undefined && !fits(x)) return undefined
    const p = parameter(d, code`${x}.mul(1)`)
    const block = p && body(d, code`${p}`, [p], length(d), end)
    return block && make(d, block, x)
  }

const result = (inner: Draw): Expression => code`${late(inner)}`
const small = (x: Value): boolean => sizeOf(x.shape) <= 24
/** Small enough for a Jacobian. */
const few = (inner: Draw): Expression => {
  const y = late(inner)
  return sizeOf(y.shape) <= 24 ? code`${y}` : code`${y}.sum()`
}

export const controlRows: Rows = {
  scan: loop,
  cond: branch,
  whileLoop: repeated,
  checkpoint: applied((_, block, x) => code`checkpoint(${block})(${x})`, result),
  compile: applied((_, block, x) => code`compile(${block})(${x})`, result),
  grad: applied((_, block, x) => code`grad(${block})(${x})`, scalar),
  valueAndGrad: applied((d, block, x) => code`valueAndGrad(${block})(${x})[${d.between(0, 1)}]`, scalar),
  jvp: applied((d, block, x) => code`jvp(${block}, ${x}, ${d.floatOf(x.shape, x.dtype)})[${d.between(0, 1)}]`, result),
  vjp: applied(
    (d, block, x) => code`(([y, pullback]) => pullback(y.mul(${d.number(-1, 1)})))(vjp(${block}, ${x}))`,
    result,
  ),
  treeMap: (d) => {
    const x = d.float()
    return code`treeMap((a, b) => a.mul(b), [${x}, { y: ${x} }], [${d.partner(x)}, { y: ${x} }])${d.pick(['[0]', '[1].y'])}`
  },
  jacobian: applied((_, block, x) => code`jacobian(${block})(${x})`, few, small),
  hessian: applied((_, block, x) => code`hessian(${block})(${x})`, scalar, small),
  customGradient: (d) => {
    const x = d.float(0, 4)
    const [p, q, y, g] = ['p', 'p', 'p', 'p'].map(() => parameter(d, code`${x}.mul(1)`))
    if (p === undefined || q === undefined || y === undefined || g === undefined) return undefined
    const forward = body(d, code`${p}`, [p], d.between(1, 3), (inner) => inner.fit(late(inner), x.dtype, x.shape))
    const backward = body(
      d,
      code`[${q}], [${y}], [${g}]`,
      [q, y, g],
      d.between(1, 3),
      (inner) =>
        code`[${d.chance(0.5) ? code`${g}.clip(-1, 1)` : code`${g}.mul(${inner.fit(late(inner), x.dtype, x.shape)})`}]`,
    )
    return forward && backward && code`customGradient(${forward}, ${backward})(${x})`
  },
  vmap: (d) => {
    const xs = d.float(1, 4, ({ shape }) => shape[0] > 0 && shape[0] <= 8)
    if ((xs.shape[0] ?? 0) === 0) return undefined
    const p = parameter(d, code`${xs}.at(0)`)
    if (p === undefined) return undefined
    const block = body(d, code`${p}`, [p], length(d), result)
    return block && code`vmap(${block})(${xs})`
  },
}

const shapeOf = (d: Draw): number[] => d.shape(d.rank(0, 3), 256)
const key = (d: Draw): string => (d.chance(0.8) ? `{ key: random.key(${d.between(0, 99)}) }` : '')

export const randomRows: Rows = {
  'random.normal': (d) => code`random.normal(${shapeOf(d)}, ${key(d)})`,
  'random.uniform': (d) => code`random.uniform(${shapeOf(d)}, ${key(d)})`,
  'random.truncatedNormal': (d) => code`random.truncatedNormal(${shapeOf(d)}, ${key(d)})`,
  'random.gumbel': (d) => code`random.gumbel(${shapeOf(d)}, ${key(d)})`,
  'random.exponential': (d) => code`random.exponential(${shapeOf(d)}, ${key(d)})`,
  'random.bernoulli': (d) => code`random.bernoulli(0.4, ${shapeOf(d)}, ${key(d)})`,
  'random.randint': (d) => code`random.randint(${shapeOf(d)}, -3, 9, ${key(d)})`,
  'random.permutation': (d) => code`random.permutation(${d.size(64)}, ${key(d)})`,
  'random.shuffle': (d) => code`random.shuffle(${d.float(1)}, ${key(d)})`,
  'random.categorical': (d) => {
    const x = d.float(1, 3, ({ shape }) => sizeOf(shape) > 0)
    return code`random.categorical(${x}, ${key(d)})`
  },
  'random.split': (d) => code`random.split(random.key(${d.between(0, 9)}), ${d.between(1, 4)})`,
}
