import type { Draw } from '../draw.js'
import { code } from '../program.js'
import type { Row, Rows } from './row.js'

const unary =
  (name: string, low = -Infinity, high = Infinity): Row =>
  (d) => {
    const x = d.float()
    return low === -Infinity && high === Infinity ? code`${x}.${name}()` : code`${d.within(x, low, high)}.${name}()`
  }

/** For integers too. */
const numeric =
  (name: string): Row =>
  (d) =>
    code`${d.chance(0.8) ? d.float() : d.integer()}.${name}()`

const number = (d: Draw): number => (d.chance(0.5) ? d.pick([0, 1, -1, 2, 0.5, 3]) : d.number(-2, 2))

const binary =
  (name: string): Row =>
  (d) => {
    if (d.chance(0.1)) {
      const x = d.integer()
      return d.chance(0.4) ? code`${x}.${name}(${d.between(0, 4)})` : code`${x}.${name}(${d.partner(x)})`
    }
    const x = d.float()
    if (d.chance(0.25)) return code`${x}.${name}(${number(d)})`
    const y = d.chance(0.05) ? d.integer() : d.partner(x)
    return d.chance(0.2) ? code`${y}.${name}(${x})` : code`${x}.${name}(${y})`
  }

/** The second operand keeps away from 0. */
const division =
  (name: string): Row =>
  (d) => {
    if (d.chance(0.25)) {
      const x = d.integer()
      return code`${x}.${name}(${d.chance(0.5) ? d.pick([1, 2, 3, 7]) : d.partner(x)})`
    }
    const x = d.float()
    if (d.chance(0.25)) return code`${x}.${name}(${d.pick([2, -3, 0.7, 1])})`
    return code`${x}.${name}(${d.within(d.partner(x), 0.3, 20)})`
  }

const compare =
  (name: string): Row =>
  (d) => {
    const x = d.chance(0.7) ? d.float() : d.integer()
    return d.chance(0.5) ? code`${x}.${name}(${number(d)})` : code`${x}.${name}(${d.partner(x)})`
  }

const logical =
  (name: string): Row =>
  (d) => {
    const x = d.chance(0.8) ? d.bool() : d.float()
    return code`${x}.${name}(${d.chance(0.1) ? d.chance(0.5) : d.partner(x, ({ dtype }) => dtype === 'bool')})`
  }

const bitwise =
  (name: string): Row =>
  (d) => {
    const x = d.integer()
    return code`${x}.${name}(${d.chance(0.3) ? d.between(0, 7) : d.partner(x, ({ dtype }) => dtype === x.dtype)})`
  }

const shift =
  (name: string): Row =>
  (d) =>
    code`${d.integer()}.${name}(${d.between(0, 5)})`

const free = [
  'tanh',
  'sigmoid',
  'softplus',
  'relu',
  'erf',
  'sin',
  'cos',
  'atan',
  'cosh',
  'asinh',
  'expm1',
  'exp',
  'exp2',
  'sinh',
]
const rounding = ['floor', 'ceil', 'round', 'trunc']

export const elementwiseRows: Rows = {
  ...Object.fromEntries(free.map((name) => [name, unary(name)])),
  ...Object.fromEntries(rounding.map((name) => [name, numeric(name)])),
  ...Object.fromEntries(['abs', 'neg', 'sign', 'square'].map((name) => [name, numeric(name)])),
  ...Object.fromEntries(['add', 'sub', 'mul', 'maximum', 'minimum'].map((name) => [name, binary(name)])),
  ...Object.fromEntries(['div', 'floorDiv', 'mod'].map((name) => [name, division(name)])),
  ...Object.fromEntries(
    ['equal', 'notEqual', 'less', 'lessEqual', 'greater', 'greaterEqual', 'isClose', 'allClose'].map((name) => [
      name,
      compare(name),
    ]),
  ),
  ...Object.fromEntries(['logicalAnd', 'logicalOr', 'logicalXor'].map((name) => [name, logical(name)])),
  ...Object.fromEntries(['bitwiseAnd', 'bitwiseOr', 'bitwiseXor'].map((name) => [name, bitwise(name)])),
  ...Object.fromEntries(['leftShift', 'rightShift'].map((name) => [name, shift(name)])),
  ...Object.fromEntries(['isNaN', 'isFinite', 'isInfinite'].map((name) => [name, unary(name)])),
  log: unary('log', 0.02, Infinity),
  log2: unary('log2', 0.02, Infinity),
  log10: unary('log10', 0.02, Infinity),
  log1p: unary('log1p', -0.8, Infinity),
  sqrt: unary('sqrt', 0.01, Infinity),
  rsqrt: unary('rsqrt', 0.05, Infinity),
  reciprocal: unary('reciprocal', 0.1, Infinity),
  asin: unary('asin', -0.95, 0.95),
  acos: unary('acos', -0.95, 0.95),
  atanh: unary('atanh', -0.95, 0.95),
  erfInv: unary('erfInv', -0.95, 0.95),
  tan: unary('tan', -1.3, 1.3),
  acosh: unary('acosh', 1.1, Infinity),
  bitwiseNot: (d) => code`${d.integer()}.bitwiseNot()`,
  logicalNot: (d) => code`${d.bool()}.logicalNot()`,
  stopGradient: (d) => code`${d.float()}.stopGradient()`,
  pow: (d) => {
    const x = d.float()
    if (d.chance(0.5)) return code`${x}.pow(${d.pick([0, 1, 2, 3])})`
    const base = d.within(x, 0.1, 5)
    return d.chance(0.4)
      ? code`${base}.pow(${d.pick([0.5, -1, 1.7, -0.3])})`
      : code`${base}.pow(${d.within(d.partner(x), -2, 2)})`
  },
  atan2: (d) => {
    const x = d.float()
    return code`${x}.atan2(${d.chance(0.5) ? d.partner(x) : d.within(d.partner(x), 0.2, 5)})`
  },
  clip: (d) => {
    const x = d.float()
    return d.pick([
      code`${x}.clip(-1, 1)`,
      code`${x}.clip(undefined, 0.5)`,
      code`${x}.clip(0)`,
      code`${x}.clip(${d.number(-2, 0)}, ${d.number(0.1, 2)})`,
    ])
  },
  where: (d) => {
    const x = d.float()
    const condition = d.chance(0.5) ? d.bool() : code`${x}.greater(${number(d)})`
    const a = d.chance(0.3) ? number(d) : x
    const b = d.chance(0.3) ? number(d) : d.partner(x)
    return d.chance(0.5) ? code`where(${condition}, ${a}, ${b})` : code`where(${condition}, ${b}, ${a})`
  },
  'Tensor.where': (d) => {
    const x = d.float()
    return code`${x}.less(${d.partner(x)}).where(${x}, ${number(d)})`
  },
  cast: (d) =>
    code`${d.any()}.cast('${d.pick(['float32', 'float64', 'float16', 'bfloat16', 'int32', 'float32', 'bool'])}')`,
  erfc: unary('erfc'),
  logSigmoid: unary('logSigmoid'),
  frac: unary('frac'),
  logit: unary('logit', 0.05, 0.95),
  logAddExp: (d) => {
    const x = d.float()
    return code`${x}.logAddExp(${d.partner(x)})`
  },
  lerp: (d) => {
    const x = d.float()
    return code`${x}.lerp(${d.partner(x)}, ${d.chance(0.5) ? d.number(0, 1) : code`${d.partner(x)}`})`
  },
  nanToNum: (d) => code`${d.float()}.nanToNum()`,
}
