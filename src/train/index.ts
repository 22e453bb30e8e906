export {
  type ClassEvaluation,
  type EvaluateOptions,
  type Evaluation,
  type EvaluationOf,
  evaluate,
  type Mistake,
  mistakes,
} from './evaluate.js'
export { fit } from './fit.js'
export type { BatchProgress, FitOptions } from './options.js'
export { type Epoch, type History, Run, type Score } from './run.js'
export type { ColumnNames, DefaultTargets, Loss, Model, Task, TaskOf } from './task.js'
