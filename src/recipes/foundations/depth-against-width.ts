import { linspace, ones, random, type Tensor, tensor } from 'shapewise'
import { dataset, floatColumn } from 'shapewise/data'
import * as nn from 'shapewise/nn'
import { adam, cosineDecay } from 'shapewise/optim'
import { fit } from 'shapewise/train'
import { figure } from '../figure.js'
import { integer } from '../option.js'
import { type RecipeContext, recipe } from '../recipe.js'

const POINTS = 4096
const BATCH = 256
const LEARNING_RATE = 0.02
const scales = Array.from({ length: 25 }, (_, i) => 2 ** (2 - i / 1.5))
const counts = [2, 4, 8] as const
/** Of products of many numbers: small enough for the next term of the series, large enough for the rounding. */
const SCALE = 0.05

const options = {
  layers: integer(6, 'layers of two units that fold the sawtooth'),
  passes: integer(300, 'passes of the shallow network through the sawtooth'),
}
type Context = RecipeContext<typeof options>

export const depthAgainstWidth = recipe({
  name: 'depth-against-width',
  title: 'A few layers do what only exponentially many units do side by side',
  source:
    'Telgarsky, Benefits of depth in neural networks, 2016; Lin, Tegmark, Rolnick, Why does deep and cheap learning work so well?, 2017',
  literature: {
    sawtoothDeepError: { value: 0, source: 'Telgarsky 2016: constructed' },
    productError: { value: 0, source: 'Lin, Tegmark, Rolnick 2017: as the scale goes to 0' },
  },
  options,
  async run(context) {
    return { ...(await sawtooth(context)), ...(await product(context)), ...(await products(context)) }
  },
})

/** A fold by two units: up to 1 at ½ and down again. */
const tent = (x: Tensor) =>
  nn
    .relu(x)
    .mul(2)
    .sub(nn.relu(x.sub(0.5)).mul(4))

/** 2^(k − 1) teeth: k folds one after the other, one unit for each of the 2^k edges side by side, and what as few units as the folds have can learn. */
async function sawtooth(context: Context) {
  const { layers, passes } = context.options
  const edges = 2 ** layers
  const x = linspace(0, 1, POINTS + 1)
  const inputs = (await x.data()) as Float32Array
  const truth = Float32Array.from(
    inputs,
    (at) => 1 - Math.abs(2 * ((at * edges) / 2 - Math.floor((at * edges) / 2)) - 1),
  )
  let deep: Tensor = x
  for (let layer = 0; layer < layers; layer++) deep = tent(deep)
  const units = Array.from({ length: edges }, (_, i) => i)
  const slopes = tensor(units.map((i) => (i === 0 ? edges : (i % 2 === 1 ? -2 : 2) * edges)))
  const wide = nn.relu(x.reshape([-1, 1]).sub(tensor(units).div(edges))).matmul(slopes)
  const data = dataset({ inputs: floatColumn(inputs, [1]), targets: floatColumn(truth, [1]) })
  // Edges that lie evenly from the start, so that no unit is lost.
  const hidden = nn.linear(1, 2 * layers)
  hidden.weight.assign(ones(hidden.weight.shape))
  hidden.bias?.assign(linspace(0, 1 - 0.5 / layers, 2 * layers).neg())
  const model = nn.sequential(hidden, nn.relu, nn.linear(2 * layers, 1))
  await fit(model, data, {
    loss: nn.meanSquaredError,
    optimizer: adam({ learningRate: cosineDecay(LEARNING_RATE, { steps: Math.ceil((passes * POINTS) / BATCH) }) }),
    ...{ epochs: passes, batchSize: BATCH, seed: context.seed, signal: context.signal },
    onBatch: (event) => context.report.progress({ ...event, stage: 'shallow network', metrics: { loss: event.loss } }),
  })
  const shallow = model.forward(x.reshape([-1, 1])).reshape([-1])
  const error = (values: Tensor) => values.sub(tensor(truth)).abs().mean().item()
  const [deepError, wideError, shallowError] = [await error(deep), await error(wide), await error(shallow)]
  const row = (name: string, count: number, value: number) => [name, String(count), value.toExponential(1)]
  context.report.table({
    title: `${edges / 2} teeth: ${edges} straight pieces; m units side by side make at most m + 1`,
    columns: ['network', 'units', 'mean error'],
    rows: [
      row(`${layers} layers of 2, constructed`, 2 * layers, deepError),
      row('one layer, constructed', edges, wideError),
      row('one layer, trained', 2 * layers, shallowError),
    ],
  })
  await figure(context, '1-sawtooth', {
    title: `${2 * layers} units: folded ${layers} times, or side by side`,
    x: { label: 'x' },
    series: [
      { name: `${layers} layers of 2`, x: inputs, y: (await deep.data()) as Float32Array },
      { name: `one layer of ${2 * layers}, trained`, x: inputs, y: (await shallow.data()) as Float32Array },
    ],
  })
  return { sawtoothDeepError: deepError, sawtoothWideError: wideError, sawtoothShallowError: shallowError }
}

/** u · v by four units: (σ(s) + σ(−s) − σ(d) − σ(−d)) / 4 σ″(0) λ², s = λ (u + v), d = λ (u − v); softplus has σ″(0) = ¼. */
function multiply(u: Tensor, v: Tensor, scale: number): Tensor {
  const pair = (x: Tensor) => x.softplus().add(x.neg().softplus())
  return pair(u.add(v).mul(scale))
    .sub(pair(u.sub(v).mul(scale)))
    .div(scale ** 2)
}

async function product(context: Context) {
  const errors: Record<'float32' | 'float64', number[]> = { float32: [], float64: [] }
  for (const dtype of ['float32', 'float64'] as const) {
    const [u, v] = [0, 1].map(() => random.uniform([1000], { low: -1, high: 1 }).cast(dtype)) as [Tensor, Tensor]
    for (const scale of scales) errors[dtype].push(await multiply(u, v, scale).sub(u.mul(v)).abs().max().item())
  }
  await figure(context, '2-product-by-four-units', {
    title: 'u · v by four units: exact as the scale falls, until rounding wins',
    x: { label: 'scale λ of the weights', scale: 'log' },
    y: { label: 'largest error', scale: 'log' },
    series: Object.entries(errors).map(([name, y]) => ({ name, x: scales, y })),
  })
  return { productError: Math.min(...errors.float64) }
}

/** x₁ ⋯ xₙ by a tree of pairs, 4 (n − 1) units in log₂ n layers, and by one layer: Σ over all signs of ∏ sᵢ · exp(λ Σ sᵢ xᵢ) / (2 λ)ⁿ. */
async function products(context: Context) {
  const rows: string[][] = []
  const worst = { tree: 0, flat: 0 }
  for (const n of counts) {
    const x = random.uniform([200, n], { low: -1, high: 1 }).cast('float64')
    const truth = x.prod(1)
    let factors: Tensor[] = Array.from({ length: n }, (_, i) => x.transpose().at(i))
    while (factors.length > 1) {
      factors = Array.from({ length: factors.length / 2 }, (_, i) =>
        multiply(factors[2 * i]!, factors[2 * i + 1]!, SCALE),
      )
    }
    const signs = Array.from({ length: 2 ** n }, (_, k) => Array.from({ length: n }, (_, i) => ((k >> i) & 1 ? -1 : 1)))
    const s = tensor(signs).cast('float64')
    const flat = x
      .matmul(s.transpose())
      .mul(SCALE)
      .exp()
      .matmul(s.prod(1))
      .div((2 * SCALE) ** n)
    const errors = {
      tree: await factors[0]!.sub(truth).abs().max().item(),
      flat: await flat.sub(truth).abs().max().item(),
    }
    worst.tree = Math.max(worst.tree, errors.tree)
    worst.flat = Math.max(worst.flat, errors.flat)
    rows.push(
      [n, Math.log2(n), 4 * (n - 1), errors.tree.toExponential(1), 2 ** n, errors.flat.toExponential(1)].map(String),
    )
  }
  context.report.table({
    title: 'Products of n numbers',
    columns: ['n', 'layers', 'units', 'error', 'units of one layer', 'error'],
    rows,
  })
  const numbers = [2, 4, 8, 16, 32, 64]
  await figure(context, '3-product-of-n-numbers', {
    title: 'Units for the product of n numbers',
    x: { label: 'n', scale: 'log' },
    y: { label: 'units', scale: 'log' },
    series: [
      { name: 'log n layers: 4 (n − 1)', x: numbers, y: numbers.map((n) => 4 * (n - 1)) },
      { name: 'one layer: 2^n', x: numbers, y: numbers.map((n) => 2 ** n) },
    ],
  })
  return { treeError: worst.tree, flatError: worst.flat }
}
