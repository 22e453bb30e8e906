import { fail } from '../core/errors.js'
import { type Batch, batches, type Columns, type Dataset } from '../data/index.js'
import { type Optimizer, Sam } from '../optim/index.js'
import { compile } from '../tensor/compile.js'
import type { Tensor } from '../tensor/tensor.js'
import { rememberMode } from './mode.js'
import { checkOptions, type FitOptions } from './options.js'
import { Pace } from './pace.js'
import { Pauses } from './pause.js'
import type { Epoch, Score } from './run.js'
import { Scorer } from './scorer.js'
import {
  type Chosen,
  checkClasses,
  chooseColumns,
  columnTensor,
  countRight,
  expectModel,
  type Model,
  type Task,
} from './task.js'
import { Totals } from './totals.js'

/** What a step leaves behind to be read. */
interface Outcome {
  readonly loss: Tensor
  readonly right: Tensor | undefined
}

/** With how much it was made of. */
interface Done extends Outcome {
  readonly examples: number
  readonly labels: number
}

/** The loop behind `fit`. */
export class Training<C extends Columns, T extends Task> {
  readonly #model: Model
  readonly #data: Dataset<C>
  readonly #options: FitOptions<C, T>
  readonly #columns: Chosen
  readonly #epochs: number
  readonly #batchSize: number
  /** Batches and examples of one epoch. */
  readonly #batches: number
  readonly #examples: number
  readonly #pace: Pace
  readonly #pauses = new Pauses()
  readonly #step: (inputs: Tensor, targets: Tensor) => Outcome

  /** @throws if an option is out of range or a column is missing */
  constructor(model: Model, data: Dataset<C>, options: FitOptions<C, T>) {
    checkOptions(options)
    expectModel('fit', model)
    const { epochs = 1, batchSize = 128, limit, overfitBatches, dryRun, validation } = options
    this.#model = model
    this.#options = options
    this.#columns = chooseColumns('fit', data, options)
    if (validation !== undefined) chooseColumns('fit: validation', validation, options)
    const used = Math.min(limit ?? Infinity, (overfitBatches ?? Infinity) * batchSize)
    this.#data = used < data.length ? data.take(used) : data
    this.#epochs = dryRun ? 1 : epochs
    this.#batchSize = batchSize
    this.#batches = Math.min(Math.ceil(this.#data.length / batchSize), this.#limitBatches)
    this.#examples = Math.min(this.#data.length, this.#batches * batchSize)
    this.#pace = new Pace(this.#epochs * this.#examples)
    // A wrong seed is reported where it is given rather than at the first epoch.
    this.#order(1)
    this.#step = compile((inputs: Tensor, targets: Tensor) => this.#learn(inputs, targets), {
      name: 'training step',
      check: options.check,
    })
  }

  /** What makes the steps in the end. */
  get #stepper(): Optimizer {
    const { optimizer } = this.#options
    return optimizer instanceof Sam ? optimizer.optimizer : optimizer
  }

  get #limitBatches(): number {
    const { dryRun, limitBatches = Infinity } = this.#options
    return dryRun ? 1 : limitBatches
  }

  async *epochs(): AsyncGenerator<Epoch<T>> {
    const { onEpoch, loss } = this.#options
    const optimizer = this.#stepper
    checkClasses('fit', this.#model, this.#data, this.#columns)
    const restoreMode = rememberMode(this.#model)
    const scorer = new Scorer<C, T>(this.#model, loss, this.#columns)
    const trained = optimizer.trainable ?? this.#model
    try {
      for (let number = 1; number <= this.#epochs; number++) {
        this.#pace.resume()
        const start = performance.now()
        const secondsSoFar = () => (performance.now() - start) / 1000
        this.#model.train()
        optimizer.train(trained)
        const score = await this.#epoch(number)
        optimizer.eval(trained)
        const examplesPerSecond = this.#examples / secondsSoFar()
        const validation = await this.#validate(scorer)
        const learningRate = await optimizer.currentLearningRate()
        const speed = { examplesPerSecond, seconds: secondsSoFar() }
        const epoch: Epoch<T> = { epoch: number, epochs: this.#epochs, ...score, validation, learningRate, ...speed }
        restoreMode()
        await onEpoch?.(epoch)
        yield epoch
      }
    } finally {
      optimizer.eval(trained)
      restoreMode()
    }
  }

  /** One pass through the examples. */
  async #epoch(epoch: number): Promise<Score<T>> {
    const { signal } = this.#options
    const totals = new Totals<T>()
    // Each batch is read while the next one is computed, on backends that compute on their own.
    let previous: Done | undefined
    let started = 0
    for (const batch of this.#order(epoch)) {
      if (started++ === this.#batches) break
      signal?.throwIfAborted()
      const done = this.#run(batch)
      if (previous !== undefined) await this.#report(previous, totals, epoch, started - 1)
      previous = done
      await this.#pauses.take()
    }
    if (previous !== undefined) await this.#report(previous, totals, epoch, this.#batches)
    signal?.throwIfAborted()
    return totals.score()
  }

  #order(epoch: number): Iterable<Batch<C>> {
    const { seed = 0, shuffle = true, overfitBatches } = this.#options
    const shuffled = shuffle && overfitBatches === undefined
    return batches(this.#data, { batchSize: this.#batchSize, shuffle: shuffled, seed, epoch })
  }

  #run(batch: Batch<C>): Done {
    const targets = columnTensor(batch, this.#columns.targets)
    const outcome = this.#step(columnTensor(batch, this.#columns.inputs), targets)
    return { ...outcome, examples: batch.size, labels: targets.size }
  }

  /** The step as it is traced. */
  #learn(inputs: Tensor, targets: Tensor): Outcome {
    const { loss: lossOf, optimizer } = this.#options
    const outputs = this.#model.forward(inputs)
    const loss = lossOf(outputs, targets)
    const trained = this.#stepper.trainable ?? this.#model
    if (optimizer instanceof Sam) optimizer.follow(loss, () => lossOf(this.#model.forward(inputs), targets), trained)
    else optimizer.minimize(loss, trained)
    return { loss, right: countRight(outputs, targets) }
  }

  /** Reads what a step has left and tells how far the training is. */
  async #report(done: Done, totals: Totals<T>, epoch: number, batch: number): Promise<void> {
    const [batchLoss, right] = await Promise.all([done.loss.item(), done.right?.item()])
    if (Number.isNaN(batchLoss)) await this.#failNaN(epoch, batch)
    totals.add(done.examples, batchLoss, right, done.labels)
    const { examples } = totals
    const place = { epoch, epochs: this.#epochs, batch, batches: this.#batches, examples }
    const speed = this.#pace.measure((epoch - 1) * this.#examples + examples)
    this.#options.onBatch?.({ ...place, ...totals.score(), batchLoss, ...speed })
  }

  async #failNaN(epoch: number, batch: number): Promise<never> {
    const rate = Number((await this.#stepper.currentLearningRate()).toPrecision(6))
    return fail(
      `fit: the loss is NaN at epoch ${epoch}, batch ${batch} of ${this.#batches}`,
      `Usual cures: a smaller learning rate (it is ${rate}), clipNorm in the optimizer, inputs scaled to about −1 … 1, ` +
        'no log, sqrt or division of what may be 0; check: true names the operation that gives the first NaN.',
    )
  }

  async #validate(scorer: Scorer<C, T>): Promise<Score<T> | undefined> {
    const { validation, overfitBatches, signal } = this.#options
    if (validation === undefined) return undefined
    const data = overfitBatches === undefined ? validation : this.#data
    return scorer.score(data, { batchSize: this.#batchSize, limitBatches: this.#limitBatches, signal })
  }
}
