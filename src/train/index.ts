export { type AveragingOptions, averaging } from './callbacks/averaging.js'
export type { Callback, Ending } from './callbacks/callback.js'
export { type BestWeightsOptions, bestWeights, type CheckpointsOptions, checkpoints } from './callbacks/checkpoints.js'
export { type EarlyStoppingOptions, earlyStopping } from './callbacks/early-stopping.js'
export { type PlateauScheduleOptions, plateauSchedule } from './callbacks/plateau.js'
export { type SamplesOptions, samples } from './callbacks/samples.js'
export { type SpikesOptions, spikes } from './callbacks/spikes.js'
export { jsonLines, notify } from './callbacks/telling.js'
export { type TensorBoardOptions, tensorBoard } from './callbacks/tensorboard.js'
export type { WatchOptions } from './callbacks/watched.js'
export { type TerminalOptions, type TextOutput, terminal } from './display/terminal.js'
export {
  type ClassEvaluation,
  type EvaluateOptions,
  type Evaluation,
  type EvaluationOf,
  evaluate,
  type Mistake,
  mistakes,
} from './evaluate.js'
export {
  type BatchSizeOptions,
  type BatchSizeSearch,
  type BatchSizeTrial,
  findBatchSize,
} from './finders/batch-size.js'
export { findLearningRate, type LearningRateOptions, type LearningRateSearch } from './finders/learning-rate.js'
export { fit } from './fit.js'
export { adviceOn, type LayerAdviceOptions, layerAdvice } from './insight/advice.js'
export {
  type Histogram,
  type HistogramLine,
  type HistogramsOptions,
  histograms,
  layerHistograms,
} from './insight/histograms.js'
export { type LayerStatistics, layerStatistics, type ParameterStatistics, type Spread } from './insight/statistics.js'
export type { EpochEvent, Metrics, StepEvent } from './loop/events.js'
export type { StepPlace } from './loop/loop.js'
export type { TrainingOptions } from './loop/options.js'
export type { Measured, MetricsOf, Outcome, Share } from './loop/outcome.js'
export type { Part, Parts } from './loop/parts.js'
export type { Training } from './loop/training.js'
export type { Augment, BatchProgress, FitOptions } from './options.js'
export { type PredictOptions, predict } from './predict.js'
export type { Assessment, AssessmentOptions } from './report/assessment.js'
export type { Cells } from './report/cells.js'
export { writeReport } from './report/report.js'
export { Run } from './run.js'
export type { Epoch, History, Score } from './score.js'
export { browserStorage } from './store/browser.js'
export { type FolderStorage, folderStorage } from './store/folder.js'
export { type RunBeginning, RunFolder } from './store/run-folder.js'
export type { RunEnvironment, RunInfo, RunStatus } from './store/run-info.js'
export type { EpochLine, NoteLine, RunLine, StepLine } from './store/run-lines.js'
export { memoryStorage, type Storage } from './store/storage.js'
export type { Stored } from './store/stored.js'
export type { ColumnNames, DefaultTargets, Loss, Model, Task, TaskOf } from './task.js'
export { type TrainLoopOptions, trainLoop } from './train-loop.js'
