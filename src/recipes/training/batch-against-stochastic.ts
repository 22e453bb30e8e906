import { compile, seed, type Tensor } from 'shapewise'
import type { DigitDataset } from 'shapewise/data'
import { mlp } from 'shapewise/models'
import * as nn from 'shapewise/nn'
import { sgd } from 'shapewise/optim'
import { trainLoop } from 'shapewise/train'
import { figure } from '../figure.js'
import type { RecipeContext } from '../recipe.js'

const HIDDEN = 32
const rates = [0.03, 0.1, 0.3, 1]
const MEASURED = 1000
/** The loss is measured when the examples seen are so many times as many as the last time. */
const SPACING = 1.25

/** A training: the loss on examples that it does not learn from, after so many examples and seconds. */
interface Curve {
  readonly rate: number
  readonly examples: number[]
  readonly seconds: number[]
  readonly losses: number[]
}

/**
 * The same network by the gradient of all examples and by those of small batches, for equally many examples, each with the best of four rates.
 *
 * @returns the loss of both at the end
 */
export async function batchAgainstStochastic(
  context: RecipeContext,
  data: DigitDataset,
  passes: number,
): Promise<Record<'batchLoss' | 'stochasticLoss', number>> {
  const [measured, train] = data.split(Math.min(0.5, MEASURED / data.length), { seed: context.seed })
  const sizes = [train.length, 64, 8]
  const best: Curve[] = []
  for (const size of sizes) {
    const curves: Curve[] = []
    for (const rate of rates) curves.push(await trained(context, train, measured, { size, rate, passes }))
    const end = ({ losses }: Curve) => (Number.isFinite(losses.at(-1)) ? losses.at(-1)! : Infinity)
    best.push(curves.reduce((a, b) => (end(b) < end(a) ? b : a)))
  }
  const names = [
    `all ${train.length.toLocaleString('en-US')} (batch)`,
    ...sizes.slice(1).map((size) => `${size} at a time`),
  ]
  const series = (x: 'examples' | 'seconds') =>
    best.map((curve, i) => ({ name: `${names[i]}, rate ${curve.rate}`, x: curve[x], y: curve.losses }))
  const y = { label: 'loss on other digits', scale: 'log' as const, from: 0.1, to: 3 }
  await figure(context, '8-loss-over-examples-seen', {
    title: 'Small batches learn more from each example',
    ...{ x: { label: 'examples seen', scale: 'log' }, y, series: series('examples') },
  })
  await figure(context, '9-loss-over-time', {
    title: 'The same over time: all at once is far behind',
    ...{ x: { label: 'seconds', scale: 'log' }, y, series: series('seconds') },
  })
  const last = best.map(({ losses }) => losses.at(-1)!)
  return { batchLoss: last[0]!, stochasticLoss: last[1]! }
}

async function trained(
  { seed: start, report, signal }: RecipeContext,
  train: DigitDataset,
  measured: DigitDataset,
  { size, rate, passes }: { readonly size: number; readonly rate: number; readonly passes: number },
): Promise<Curve> {
  seed(start)
  const model = mlp([784, HIDDEN, 10])
  const optimizer = sgd(model, { learningRate: 0 })
  const step = compile((x: Tensor<[number, 28, 28, 1]>, labels: Tensor<[number]>) => {
    const loss = nn.crossEntropy(model.forward(x), labels)
    optimizer.minimize(loss)
    return loss
  })
  const others = measured.gather(Array.from({ length: measured.length }, (_, i) => i)).tensors()
  const measure = compile(() => nn.crossEntropy(model.forward(others.inputs), others.labels))
  // The programs are made before the clock starts: a first step with rate 0.
  const { inputs, labels } = train
    .take(size)
    .gather(Array.from({ length: size }, (_, i) => i))
    .tensors()
  await step(inputs, labels).item()
  await measure().item()
  optimizer.learningRate = rate
  const curve: Curve = { rate, examples: [], seconds: [], losses: [] }
  let [seen, next, seconds, began] = [0, 0, 0, performance.now()]
  await trainLoop(
    async (batch) => {
      const { inputs, labels } = batch.tensors()
      const loss = step(inputs, labels)
      seen += batch.size
      if (seen < next) return loss
      await loss.item()
      seconds += (performance.now() - began) / 1000
      curve.examples.push(seen)
      curve.seconds.push(seconds)
      curve.losses.push(await measure().item())
      next = seen * SPACING
      began = performance.now()
      return loss
    },
    train,
    {
      ...{ parts: { model, optimizer }, epochs: passes, batchSize: size, seed: start, signal, stopOnNaN: false },
      onBatch: (event) => report.progress({ stage: `${size} at a time, rate ${rate}`, ...event }),
    },
  )
  return curve
}
