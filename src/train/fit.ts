import type { Columns, Dataset } from '../data/index.js'
import type { Unless } from '../tensor/types/index.js'
import type { FitOptions } from './options.js'
import { Run } from './run.js'
import type {
  BatchShape,
  ColumnProblem,
  DefaultTargets,
  Loss,
  Model,
  ModelProblem,
  OutputShape,
  TaskOf,
} from './task.js'
import { Training } from './training.js'

/**
 * Trains a model on examples: epochs of batches in random order, each one compiled step of forward pass, gradients and update.
 *
 * Nothing happens before the run is awaited (`await run`: all epochs) or iterated over (`for await (const epoch of run)`,
 * which may be left early). Afterwards the model's modules are in the modes (training, evaluation) that they were in.
 *
 * @param model with `forward` for a batch of the column of inputs
 * @param data with a column `inputs`, and `labels` (classes) or `targets`, unless the options name others
 * @throws if an option is out of range or a column is missing; while running, if the loss becomes NaN or a label has no output
 * @example
 * const run = fit(model, train, { loss: nn.crossEntropy, optimizer: adam(), epochs: 5, validation: test })
 * for await (const { epoch, accuracy, validation } of run) console.log(epoch, accuracy, validation?.accuracy)
 */
export function fit<
  M extends Model,
  C extends Columns,
  const Inputs extends string = 'inputs',
  const Targets extends string = DefaultTargets<C>,
>(
  model: M & Unless<ModelProblem<M, C, Inputs>, unknown>,
  data: Dataset<C> & Unless<ColumnProblem<'fit', C, Inputs | Targets>, unknown>,
  options: FitOptions<
    C,
    TaskOf<C, Targets>,
    Inputs,
    Targets,
    Loss<OutputShape<M, BatchShape<C, Inputs>>, BatchShape<C, Targets>>
  >,
): Run<TaskOf<C, Targets>> {
  return new Run(new Training<C, TaskOf<C, Targets>>(model, data, options).epochs())
}
