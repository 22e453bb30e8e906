import { cureFor, describe } from '../core/describe.js'
import { fail } from '../core/errors.js'
import { checkOptions } from '../core/options.js'
import { Dataset, Stream } from '../data/index.js'
import { compile } from '../tensor/compile.js'
import { tensor } from '../tensor/create.js'
import { concat } from '../tensor/functions.js'
import { Tensor } from '../tensor/tensor.js'
import type { Unless } from '../tensor/types/index.js'
import { rememberMode } from './mode.js'
import { Pauses } from './pause.js'
import { batchesOf } from './scorer.js'
import {
  type BatchShape,
  type ColumnProblem,
  type ColumnsIn,
  columnTensor,
  type Examples,
  expectModel,
  type Model,
  type ModelProblem,
  type OutputShape,
} from './task.js'

export interface PredictOptions<Inputs extends string = string> {
  /** The column that the model sees; 'inputs'. */
  readonly inputs?: Inputs
  /** Examples of a data set that are computed together; 256. */
  readonly batchSize?: number
  /** After every batch, with how many examples are done. */
  readonly onBatch?: (examples: number) => void
  /** Ends the prediction between two batches with the signal's reason as error. */
  readonly signal?: AbortSignal
}

/**
 * What a model makes of all examples, in evaluation mode: one tensor `[examples, …output for one]`. Targets are not needed.
 *
 * @param data a data set or a stream of batches with a column of inputs
 * @throws if the column is missing or there are no examples
 * @example
 * const logits = await predict(lenet, test)
 * const named = await logits.argMax(-1).array()
 */
export async function predict<M extends Model, D extends Examples, const Inputs extends string = 'inputs'>(
  model: M & Unless<ModelProblem<M, ColumnsIn<D>, Inputs>, unknown>,
  data: D & Unless<ColumnProblem<'predict', ColumnsIn<D>, Inputs>, unknown>,
  options: PredictOptions<Inputs> = {},
): Promise<Tensor<OutputShape<M, BatchShape<ColumnsIn<D>, Inputs>>>> {
  checkOptions<PredictOptions>('predict', options, { inputs: true, batchSize: true, onBatch: true, signal: true })
  expectModel('predict', model)
  expectExamples(data)
  const { inputs = 'inputs', batchSize = 256, onBatch, signal } = options
  const restoreMode = rememberMode(model)
  const forward = compile((x: Tensor) => model.forward(x), { name: 'prediction' })
  const pauses = new Pauses()
  const outputs: Tensor[] = []
  let examples = 0
  try {
    model.eval()
    for await (const batch of batchesOf(data, batchSize)) {
      signal?.throwIfAborted()
      if (typeof batch?.[inputs] !== 'object') failColumn(inputs, batch)
      outputs.push(await settled(forward(columnTensor(batch, inputs))))
      examples += batch.size as number
      onBatch?.(examples)
      await pauses.take()
    }
  } finally {
    restoreMode()
  }
  if (outputs.length === 0) fail('predict: there are no examples', 'Give at least one.')
  return concat(outputs) as Tensor<OutputShape<M, BatchShape<ColumnsIn<D>, Inputs>>>
}

function expectExamples(data: unknown): void {
  if (data instanceof Dataset || data instanceof Stream) return
  const cure =
    data instanceof Tensor ? 'Call the model: model.forward(x).' : 'Make a data set of them: dataset({ inputs }).'
  fail(`predict: the examples are ${describe(data)}`, cureFor(data, cure))
}

function failColumn(name: string, batch: unknown): never {
  const there = typeof batch === 'object' && batch !== null ? Object.keys(batch).filter((key) => key !== 'size') : []
  fail(
    `predict: there is no column '${name}'`,
    `Name the column of inputs with the option inputs; there are: ${there.join(', ')}.`,
  )
}

/** A batch that has been computed holds nothing but its values. */
const settled = async (output: Tensor): Promise<Tensor> => tensor(await output.data(), output.shape, output.dtype)
