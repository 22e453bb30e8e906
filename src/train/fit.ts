import type { Unless } from '../tensor/types/index.js'
import { fitting } from './fitting.js'
import type { FitOptions } from './options.js'
import type { Run } from './run.js'
import type { Epoch } from './score.js'
import type {
  BatchShape,
  ColumnProblem,
  ColumnsIn,
  DefaultTargets,
  Examples,
  Loss,
  Model,
  ModelProblem,
  OutputShape,
  TaskOf,
} from './task.js'

/**
 * Trains a model on examples: epochs of batches in random order, each one compiled step of forward pass, gradients and update.
 *
 * Nothing happens before the run is awaited (`await run`: all epochs) or iterated over (`for await (const epoch of run)`,
 * which may be left early). Afterwards the model's modules are in the modes (training, evaluation) that they were in.
 *
 * With `folder` the run is stored, and with `resume` it goes on where it stands: the weights are in the end the same, bit for bit, as
 * without the break. For steps of another form there is {@link trainLoop}.
 *
 * @param model with `forward` for a batch of the column of inputs
 * @param data a data set with a column `inputs`, and `labels` (classes) or `targets`, unless the options name others; or a stream of
 *   batches with such columns, in the order of the stream, which is the same or another in each epoch
 * @throws if an option is out of range or a column is missing; while running, if the loss becomes NaN or a label has no output
 * @example
 * const run = fit(model, train, { loss: nn.crossEntropy, optimizer: adam(), epochs: 5, validation: test })
 * for await (const { epoch, accuracy, validation } of run) console.log(epoch, accuracy, validation?.accuracy)
 */
export function fit<
  M extends Model,
  D extends Examples,
  const Inputs extends string = 'inputs',
  const Targets extends string = DefaultTargets<ColumnsIn<D>>,
>(
  model: M & Unless<ModelProblem<M, ColumnsIn<D>, Inputs>, unknown>,
  data: D & Unless<ColumnProblem<'fit', ColumnsIn<D>, Inputs | Targets>, unknown>,
  options: FitOptions<
    ColumnsIn<D>,
    TaskOf<ColumnsIn<D>, Targets>,
    Inputs,
    Targets,
    Loss<OutputShape<M, BatchShape<ColumnsIn<D>, Inputs>>, BatchShape<ColumnsIn<D>, Targets>>
  >,
): Run<Epoch<TaskOf<ColumnsIn<D>, Targets>>> {
  return fitting(model, data, options)
}
