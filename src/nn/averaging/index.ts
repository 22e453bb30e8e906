export { type MovingAverageOptions, movingAverage, stochasticWeightAverage } from './averages.js'
export { updateBatchNorm } from './batch-norm.js'
export { type AverageOptions, type Decay, ModelAverage } from './model-average.js'
