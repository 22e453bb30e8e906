import { compile, ShapewiseError, scan, type Tensor, tensor, valueAndGrad } from 'shapewise'
import { batches, type DigitDataset } from 'shapewise/data'
import { digits } from './digits.js'
import { text, trainingOptions } from './option.js'
import { type RecipeContext, recipe } from './recipe.js'
import type { Picture } from './report.js'

/** A unit that says +1 where w · x + b > 0 and −1 elsewhere. */
type Unit = { weight: Tensor<[784]>; bias: Tensor<[]> }

/** Changes a unit by some examples; the second tensor is what the epoch reports: mistakes or loss, one per example. */
type Rule = (unit: Unit, x: Tensor<[number, 784]>, sign: Tensor<[number]>, rate: Tensor<[]>) => [Unit, Tensor]

/** Rosenblatt's rule, one example after the other: if the unit is wrong, w ← w + y · x and b ← b + y. */
const rosenblatt: Rule = (unit, x, sign) =>
  scan(
    ({ weight, bias }: Unit, { x, y }: { x: Tensor; y: Tensor }) => {
      const wrong = weight.dot(x).add(bias).mul(y).lessEqual(0).cast('float32')
      const step = wrong.mul(y)
      return [{ weight: weight.add(x.mul(step)), bias: bias.add(step) }, wrong]
    },
    unit,
    { x, y: sign },
  )

/** Logistic regression: a step down the gradient of log(1 + exp(−y · (w · x + b))). */
const logistic: Rule = (unit, x, sign, rate) => {
  const perExample = ({ weight, bias }: Unit) => x.matmul(weight).add(bias).mul(sign).neg().softplus()
  const [, slope] = valueAndGrad((at: Unit) => perExample(at).mean())(unit)
  const next = { weight: unit.weight.sub(slope.weight.mul(rate)), bias: unit.bias.sub(slope.bias.mul(rate)) }
  return [next, perExample(unit)]
}

const rules = [
  { name: 'perceptron', reported: 'mistakes', rule: rosenblatt },
  { name: 'logistic', reported: 'loss', rule: logistic },
] as const

export const perceptron = recipe({
  name: 'perceptron',
  title: "One unit tells two digits apart: Rosenblatt's rule and logistic regression",
  source:
    'Rosenblatt, The perceptron: a probabilistic model for information storage and organization in the brain, 1958',
  literature: {},
  options: {
    ...trainingOptions({ epochs: 3, batchSize: 50, learningRate: 0.1, limit: 0 }),
    digits: text('01,49', 'pairs of digits to tell apart'),
  },
  async run(context) {
    const { report, options } = context
    const { train, test } = await digits(report, options.limit)
    const metrics: Record<string, number> = {}
    const pictures: Picture[] = []
    for (const [negative, positive] of parsePairs(options.digits)) {
      const pair = { train: pick(train, negative, positive), test: pick(test, negative, positive), positive }
      for (const rule of rules) {
        const stage = `${rule.name} ${negative}/${positive}`
        const { unit, accuracy } = await learn(pair, rule, stage, context)
        metrics[`${rule.name}Accuracy${negative}${positive}`] = accuracy
        pictures.push({ caption: stage, width: 28, height: 28, values: await unit.weight.data() })
      }
    }
    report.pictures({
      title: 'Weights: red speaks for the second digit, blue for the first',
      scale: 'signed',
      pictures,
    })
    return metrics
  },
})

async function learn(
  pair: { readonly train: DigitDataset; readonly test: DigitDataset; readonly positive: number },
  { rule, reported }: (typeof rules)[number],
  stage: string,
  { options, seed, report }: RecipeContext<typeof perceptron.options>,
): Promise<{ unit: Unit; accuracy: number }> {
  const { epochs, batchSize } = options
  const step = compile(rule, { name: stage })
  const rate = tensor(options.learningRate)
  const signs = (labels: Int32Array) => tensor(Float32Array.from(labels, (label) => (label === pair.positive ? 1 : -1)))
  const testInputs = tensor(pair.test.values('inputs'), [pair.test.length, 784])
  const testSigns = signs(pair.test.values('labels'))

  let unit: Unit = { weight: tensor(new Float32Array(784)), bias: tensor(0) }
  let accuracy = 0
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const order = batches(pair.train, { batchSize, shuffle: true, seed, epoch })
    let [batch, examples, total] = [0, 0, 0]
    for (const { inputs, labels, size } of order) {
      const [next, values] = step(unit, tensor(inputs.data, [size, 784]), signs(labels.data), rate)
      unit = next
      batch++
      examples += size
      total += await values.sum().item()
      const metrics = { [reported]: total / examples }
      report.progress({ stage, epoch, epochs, batch, batches: order.length, examples, metrics })
    }
    const right = testInputs.matmul(unit.weight).add(unit.bias).mul(testSigns).greater(0)
    accuracy = await right.cast('float32').mean().item()
    await report.epoch({ stage, epoch, epochs, metrics: { [reported]: total / examples, testAccuracy: accuracy } })
  }
  return { unit, accuracy }
}

/** `01,49` → [[0, 1], [4, 9]]. */
function parsePairs(given: string): [number, number][] {
  return given.split(',').map((pair) => {
    const match = /^\s*(\d)\D?(\d)\s*$/.exec(pair)
    const [first, second] = [Number(match?.[1]), Number(match?.[2])]
    if (match === null || first === second) {
      throw new ShapewiseError(`--digits: '${pair}' is not a pair of different digits. Write pairs such as 01,49.`)
    }
    return [first, second]
  })
}

/** The examples with one of two labels. */
function pick(data: DigitDataset, first: number, second: number): DigitDataset {
  const chosen: number[] = []
  data.values('labels').forEach((label, i) => {
    if (label === first || label === second) chosen.push(i)
  })
  return data.subset(chosen)
}
