import { batches, Dataset } from '../data/index.js'
import { type Compiled, compile } from '../tensor/compile.js'
import type { Tensor } from '../tensor/tensor.js'
import type { Metrics } from './loop/events.js'
import { readOutcome, Totals } from './loop/outcome.js'
import { Pauses } from './pause.js'
import { type AnyBatch, type Columnar, columnTensor, type Examples, type Loss, type Model, shareRight } from './task.js'

export interface ScoreOptions {
  readonly batchSize: number
  readonly limitBatches?: number
  readonly signal?: AbortSignal
}

/** Measures loss and accuracy without learning. */
export class Scorer {
  readonly #model: Model
  readonly #columns: Columnar
  readonly #measure: Compiled<[Tensor, Tensor], ReturnType<typeof measured>>
  readonly #pauses = new Pauses()

  constructor(model: Model, loss: Loss, columns: Columnar) {
    this.#model = model
    this.#columns = columns
    this.#measure = compile(
      (inputs: Tensor, targets: Tensor) => {
        const outputs = model.forward(inputs)
        return measured(loss(outputs, targets), outputs, targets)
      },
      { name: 'validation' },
    )
  }

  /** Puts the model into evaluation mode. */
  async score(data: Examples, options: ScoreOptions): Promise<Metrics> {
    const { batchSize, limitBatches = Infinity, signal } = options
    this.#model.eval()
    const totals = new Totals()
    let done = 0
    for await (const batch of batchesOf(data, batchSize)) {
      if (done++ === limitBatches) break
      signal?.throwIfAborted()
      const { inputs, targets } = this.#columns(batch)
      const outcome = this.#measure(columnTensor(batch, inputs), columnTensor(batch, targets))
      const size = batch.size as number
      totals.add(size, await readOutcome('validation', outcome, size))
      await this.#pauses.take()
    }
    return totals.means()
  }
}

/** The batches of a data set in order, or of the first epoch of a stream. */
export const batchesOf = (data: Examples, batchSize: number): Iterable<AnyBatch> | AsyncIterable<AnyBatch> =>
  data instanceof Dataset ? (batches(data, { batchSize }) as Iterable<AnyBatch>) : data.epoch(0)

/** The loss, and the part of the labels that are named right. */
export const measured = (loss: Tensor, outputs: Tensor, targets: Tensor) => ({
  loss,
  accuracy: shareRight(outputs, targets),
})
