import { compile, type Tensor, tensor } from 'shapewise'
import { type DigitDataset, generate, RandomStream } from 'shapewise/data'
import * as nn from 'shapewise/nn'
import type { Optimizer } from 'shapewise/optim'
import { trainLoop } from 'shapewise/train'
import { digits } from '../../digits.js'
import type { RecipeContext } from '../../recipe.js'

/** Of the digits to learn from, those that choose and count: a sixth, at most so many. */
const VALIDATION = 5000

/** Pictures [count, 784] and their labels [count]. */
export interface Examples {
  readonly inputs: Tensor
  readonly labels: Tensor
}

/** The digits as tensors, so that a step picks its examples itself: to learn from, to choose by, to test on. */
export async function digitTensors(report: RecipeContext['report'], limit: number) {
  const { train, test } = await digits(report, limit)
  const validation = Math.min(VALIDATION, Math.floor(train.length / 6))
  const learned = train.length - validation
  const rest = Array.from({ length: validation }, (_, i) => learned + i)
  return { train: examples(train.take(learned)), validation: examples(train.subset(rest)), test: examples(test) }
}

function examples(data: DigitDataset): Examples {
  const { inputs, labels } = data.gather(Array.from({ length: data.length }, (_, i) => i))
  return { inputs: tensor(inputs.data, [data.length, 784]), labels: tensor(labels.data, [data.length], 'int32') }
}

/** What became of a training. */
export interface Course {
  readonly rate: number
  /** On the validation, after every so many steps. */
  readonly accuracy: readonly number[]
  /** On the validation in the end; Infinity if it ran away. */
  readonly loss: number
}

export interface TrainOptions {
  /** So many of the steps are the last, in which the rate goes down to 0; none. */
  readonly coolDown?: number
  /** Ends it earlier, once an accuracy is reached. */
  readonly goal?: number
}

/**
 * A training of a classifier that can be begun again, with the same first weights and the same batches but another learning rate: its step is
 * compiled once.
 *
 * @param options.every steps from one look at the validation to the next
 */
export async function again(
  model: nn.Module & { forward(x: Tensor): Tensor },
  optimizer: Optimizer,
  data: { readonly train: Examples; readonly validation: Examples },
  { report, signal, seed }: Pick<RecipeContext, 'report' | 'signal' | 'seed'>,
  { name, batchSize, every }: { readonly name: string; readonly batchSize: number; readonly every: number },
) {
  const step = compile(({ inputs, labels }: Examples, chosen: Tensor) => {
    const loss = nn.crossEntropy(model.forward(inputs.take(chosen)), labels.take(chosen))
    optimizer.minimize(loss, model)
    return loss
  })
  const measure = compile(({ inputs, labels }: Examples) => {
    const logits = model.forward(inputs)
    const right = logits.argMax(-1).equal(labels)
    return { loss: nn.crossEntropy(logits, labels), accuracy: right.cast('float32').mean() }
  })
  const score = async (on: Examples) => {
    model.eval()
    const { loss, accuracy } = measure(on)
    return { loss: await loss.item(), accuracy: await accuracy.item() }
  }
  const count = data.train.labels.shape[0]!
  const batches = generate(
    (place) => {
      const stream = new RandomStream(place.seed)
      return Int32Array.from({ length: batchSize }, () => Math.floor(stream.uniform() * count))
    },
    { length: every, seed },
  )
  const start = { model: await model.state(), optimizer: await optimizer.state() }

  const train = async (rate: number, steps: number, { coolDown = 0, goal = 1 }: TrainOptions = {}): Promise<Course> => {
    model.loadState(start.model)
    optimizer.loadState(start.optimizer)
    optimizer.learningRate = rate
    const run = trainLoop((chosen) => step(data.train, tensor(chosen, [batchSize], 'int32')), batches, {
      ...{ parts: { model, optimizer }, epochs: Math.ceil(steps / every), validate: () => score(data.validation) },
      ...{ signal, stopOnNaN: false },
      onBatch({ step: batch, values }) {
        const examples = batch * batchSize
        report.progress({ stage: `${name}, rate ${rate}`, batch, batches: steps, examples, metrics: values })
      },
    })
    const accuracy: number[] = []
    let loss = Infinity
    for await (const { step: done, validation } of run) {
      accuracy.push(validation!.accuracy!)
      loss = Number.isNaN(validation!.loss) ? Infinity : validation!.loss!
      if (loss === Infinity || accuracy.at(-1)! >= goal) break
      if (coolDown > 0) optimizer.learningRate = rate * Math.min(1, Math.max(1, steps - done) / coolDown)
    }
    return { rate, accuracy, loss }
  }
  return { train, score }
}
