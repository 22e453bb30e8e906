import { sizeOf } from '../../../src/core/shape.js'
import type { Draw, Value } from '../draw.js'
import { code } from '../program.js'
import type { Row, Rows } from './row.js'

const activations = [
  'relu',
  'relu6',
  'sigmoid',
  'tanh',
  'softplus',
  'softsign',
  'silu',
  'mish',
  'selu',
  'hardTanh',
  'hardSigmoid',
  'hardSwish',
  'gelu',
  'elu',
  'leakyRelu',
  'celu',
  'logSigmoid',
  'tanhShrink',
  'hardShrink',
  'softShrink',
]
const functions = ['softmax', 'logSoftmax']

const onLast = (d: Draw, x: Value): string => (d.chance(0.5) ? '' : `, ${d.axis(x)}`)

const reduction = (d: Draw): string => d.pick(['', '', ", { reduction: 'sum' }", ", { reduction: 'none' }"])

const compared =
  (name: string): Row =>
  (d) => {
    const x = d.float()
    return code`${name}(${x}, ${d.floatOf(x.shape, x.dtype)}${reduction(d)})`
  }

const full = ({ shape }: Value): boolean => sizeOf(shape) > 0

export const networkRows: Rows = {
  ...Object.fromEntries(
    activations.map((name): [string, Row] => [`nn.${name}`, (d) => code`nn.${name}(${d.float()})`]),
  ),
  ...Object.fromEntries(
    functions.map((name): [string, Row] => [
      `nn.${name}`,
      (d) => {
        const x = d.float(1)
        return code`nn.${name}(${x}${onLast(d, x)})`
      },
    ]),
  ),
  'nn.leakyRelu': (d) => code`nn.leakyRelu(${d.float()}, 0.2)`,
  'nn.gelu': (d) => code`nn.gelu(${d.float()}, '${d.pick(['exact', 'tanh'])}')`,
  'ops.glu': (d) => {
    const x = d.float(1, 6, ({ shape }) => (shape.at(-1) ?? 1) % 2 === 0)
    return code`ops.glu(${x})`
  },
  'nn.crossEntropy': (d) => {
    const logits = d.float(1, 4, (x) => full(x))
    const classes = logits.shape.at(-1) ?? 1
    if (d.chance(0.25))
      return code`nn.crossEntropy(${logits}, ${d.floatOf(logits.shape, logits.dtype)}.softmax()${reduction(d)})`
    const labels = d.input('int32', logits.shape.slice(0, -1), 0, classes - 1)
    const weight = d.chance(0.2)
      ? code`, { weight: ${d.input(logits.dtype, [classes], 0.5, 2)} }`
      : code`${d.pick(['', '', ', { labelSmoothing: 0.1 }', ", { reduction: 'none' }"])}`
    return code`nn.crossEntropy(${logits}, ${labels}${weight})`
  },
  'nn.binaryCrossEntropy': (d) => {
    const x = d.float()
    return code`nn.binaryCrossEntropy(${x}, ${d.floatOf(x.shape, x.dtype)}.sigmoid()${reduction(d)})`
  },
  'nn.meanSquaredError': compared('nn.meanSquaredError'),
  'nn.meanAbsoluteError': compared('nn.meanAbsoluteError'),
  'nn.huber': compared('nn.huber'),
  'ops.klDivergence': (d) => {
    const x = d.float(1)
    return code`ops.klDivergence(${x}.logSoftmax(), ${d.floatOf(x.shape, x.dtype)}.softmax()${reduction(d)})`
  },
  'ops.layerNorm': (d) => {
    const x = d.float(1, 5, full)
    const n = x.shape.at(-1) ?? 1
    const r = d.random.integer(4)
    if (r === 0) return code`ops.layerNorm(${x})`
    if (r === 1) return code`ops.layerNorm(${x}, ${d.floatOf([n], x.dtype)}, ${d.floatOf([n], x.dtype)})`
    if (r === 2) return code`ops.layerNorm(${x}, ${d.floatOf([n], x.dtype)}.add(1), undefined, ${{ axes: d.axes(x) }})`
    return code`${x}.sub(${x}.mean(-1, { keepDims: true })).div(${x}.variance(-1, { keepDims: true }).add(1e-3).sqrt())`
  },
  'ops.rmsNorm': (d) => {
    const x = d.float(1, 5, full)
    return d.chance(0.5)
      ? code`ops.rmsNorm(${x})`
      : code`ops.rmsNorm(${x}, ${d.floatOf([x.shape.at(-1) ?? 1], x.dtype)})`
  },
  'ops.groupNorm': (d) => {
    const x = d.float(2, 5, full)
    const n = x.shape.at(-1) ?? 1
    const groups = d.pick([1, n, ...[2, 3, 4].filter((k) => n % k === 0)])
    return d.chance(0.5)
      ? code`ops.groupNorm(${x}, ${groups})`
      : code`ops.groupNorm(${x}, ${groups}, ${d.floatOf([n], x.dtype)}, ${d.floatOf([n], x.dtype)})`
  },
  'ops.normalize': (d) => {
    const x = d.float(2, 4, full)
    const n = x.shape.at(-1) ?? 1
    return code`ops.normalize(${x}, ${d.floatOf([n], x.dtype)}, ${d.floatOf([n], x.dtype)}.square().add(0.1))`
  },
}
