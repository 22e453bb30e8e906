export * from './classification/accuracy.js'
export { accuracy, topKAccuracy } from './classification/compiled.js'
export * from './classification/confusion.js'
export * from './classification/curves.js'
export * from './classification/f-score.js'
export * from './classification/probabilities.js'
export * from './classification/roc-auc.js'
export {
  NormalizedMutualInformation,
  normalizedMutualInformation,
  Silhouette,
  silhouette,
} from './features/clusters.js'
export * from './features/generation.js'
export * from './features/neighbours.js'
export * from './features/retrieval.js'
export type { Metric, Values } from './metric.js'
export {
  type Box,
  boxIou,
  type Detection,
  matchDetections,
  nonMaximumSuppression,
  type SuppressionOptions,
  type TrueObject,
} from './pictures/boxes.js'
export * from './pictures/detection.js'
export * from './pictures/masks.js'
export * from './pictures/objects.js'
export * from './pictures/quality.js'
export * from './regression.js'
export {
  CharacterErrorRate,
  characterErrorRate,
  editDistance,
  type Tokens,
  WordErrorRate,
  wordErrorRate,
} from './text/edit-distance.js'
export * from './text/overlap.js'
export * from './text/perplexity.js'
