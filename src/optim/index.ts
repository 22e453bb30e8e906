export { Adagrad, type AdagradOptions, adagrad } from './adagrad.js'
export { Adam, type AdamOptions, adam, adamW } from './adam.js'
export { Optimizer, type OptimizerOptions, type Step, type Trainable, type Update } from './optimizer.js'
export { RmsProp, type RmsPropOptions, rmsProp } from './rms-prop.js'
export {
  type CosineOptions,
  constantRate,
  cosineDecay,
  exponentialDecay,
  type OneCycleOptions,
  oneCycle,
  type Schedule,
  stepDecay,
} from './schedules.js'
export { Sgd, type SgdOptions, sgd } from './sgd.js'
