import { batches, type Columns, type Dataset } from '../data/index.js'
import { type Compiled, compile } from '../tensor/compile.js'
import type { Tensor } from '../tensor/tensor.js'
import { Pauses } from './pause.js'
import type { Score } from './run.js'
import { type Chosen, columnTensor, countRight, type Loss, type Model, type Task } from './task.js'
import { Totals } from './totals.js'

export interface ScoreOptions {
  readonly batchSize: number
  readonly limitBatches?: number
  readonly signal?: AbortSignal
}

/** Measures loss and accuracy without learning. */
export class Scorer<C extends Columns, T extends Task> {
  readonly #model: Model
  readonly #columns: Chosen
  readonly #measure: Compiled<[Tensor, Tensor], { loss: Tensor; right: Tensor | undefined }>
  readonly #pauses = new Pauses()

  constructor(model: Model, loss: Loss, columns: Chosen) {
    this.#model = model
    this.#columns = columns
    const measure = (inputs: Tensor, targets: Tensor) => {
      const outputs = model.forward(inputs)
      return { loss: loss(outputs, targets), right: countRight(outputs, targets) }
    }
    this.#measure = compile(measure, { name: 'validation' })
  }

  /** Puts the model into evaluation mode. */
  async score(data: Dataset<C>, options: ScoreOptions): Promise<Score<T>> {
    const { batchSize, limitBatches = Infinity, signal } = options
    this.#model.eval()
    const totals = new Totals<T>()
    let done = 0
    for (const batch of batches(data, { batchSize })) {
      if (done++ === limitBatches) break
      signal?.throwIfAborted()
      const targets = columnTensor(batch, this.#columns.targets)
      const { loss, right } = this.#measure(columnTensor(batch, this.#columns.inputs), targets)
      const values = await Promise.all([loss.item(), right?.item()])
      totals.add(batch.size, ...values, targets.size)
      await this.#pauses.take()
    }
    return totals.score()
  }
}
