import { compile, Parameter, ShapewiseError, scan, type Tensor, tensor, valueAndGrad, zeros } from 'shapewise'
import type { DigitDataset } from 'shapewise/data'
import { Module } from 'shapewise/nn'
import { trainLoop } from 'shapewise/train'
import { digits } from '../digits.js'
import { text, trainingOptions } from '../option.js'
import { type RecipeContext, recipe } from '../recipe.js'
import type { Picture } from '../report.js'

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
  { name, rule, reported }: (typeof rules)[number],
  stage: string,
  { options, seed, report, folder, resume, signal }: RecipeContext<typeof perceptron.options>,
): Promise<{ unit: Unit; accuracy: number }> {
  const signs = (labels: Int32Array) => tensor(Float32Array.from(labels, (label) => (label === pair.positive ? 1 : -1)))
  const testInputs = tensor(pair.test.values('inputs'), [pair.test.length, 784])
  const testSigns = signs(pair.test.values('labels'))
  const trained = new TrainedUnit()
  const step = compile(
    (x: Tensor<[number, 784]>, y: Tensor<[number]>) => {
      const [next, values] = rule(trained.unit, x, y, tensor(options.learningRate))
      trained.assign(next)
      return { [reported]: values.mean() }
    },
    { name: stage },
  )
  const run = trainLoop(
    ({ inputs, labels, size }) => step(tensor(inputs.data, [size, 784]), signs(labels.data)),
    pair.train,
    {
      ...{ parts: { unit: trained }, epochs: options.epochs, batchSize: options.batchSize, seed, resume, signal },
      folder: folder.within(`${name}-${stage.replace(/\D+/g, '')}`),
      name: stage,
      validate: async () => {
        const { weight, bias } = trained.unit
        const right = testInputs.matmul(weight).add(bias).mul(testSigns).greater(0)
        return { accuracy: await right.cast('float32').mean().item() }
      },
      onBatch: (event) => report.progress({ stage, ...event }),
      onEpoch: ({ epoch, epochs, metrics, validation }) =>
        report.epoch({ stage, epoch, epochs, metrics: { ...metrics, testAccuracy: validation?.accuracy ?? 0 } }),
    },
  )
  const accuracy = (await run).at(-1)?.validation?.accuracy ?? 0
  return { unit: trained.unit, accuracy }
}

/** The weights of a unit, which begin at 0. */
class TrainedUnit extends Module {
  readonly weight = new Parameter(zeros([784]), 'weight')
  readonly bias = new Parameter(zeros([]), 'bias')

  get unit(): Unit {
    return { weight: this.weight.value, bias: this.bias.value }
  }

  assign({ weight, bias }: Unit): void {
    this.weight.assign(weight)
    this.bias.assign(bias)
  }
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
