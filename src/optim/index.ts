export { defineOptimizer, type OptimizerFactory } from './define.js'
export type { DecayKind, Definition } from './definition.js'
export type { Accumulate } from './gradients/accumulation.js'
export type { GradientNoise } from './gradients/noise.js'
export { type MinimizeOptions, Optimizer } from './optimizer.js'
export type { CommonOptions, OptimizerOptions, ParameterGroup } from './options.js'
export type { Trainable } from './parameters.js'
export type { Rule, Slot, Step, Update } from './rule.js'
export { type AdadeltaOptions, adadelta } from './rules/adadelta.js'
export { type AdafactorOptions, adafactor } from './rules/adafactor.js'
export { type AdagradOptions, adagrad } from './rules/adagrad.js'
export { type AdamOptions, adam, adamW } from './rules/adam.js'
export { type AdamaxOptions, adamax } from './rules/adamax.js'
export { type LambOptions, lamb } from './rules/lamb.js'
export { type LarsOptions, lars } from './rules/lars.js'
export { type LionOptions, lion } from './rules/lion.js'
export { type MuonOptions, muon } from './rules/muon.js'
export { type NadamOptions, nadam } from './rules/nadam.js'
export { type RadamOptions, radam } from './rules/radam.js'
export { type RmsPropOptions, rmsProp } from './rules/rms-prop.js'
export { type RpropOptions, rprop } from './rules/rprop.js'
export { type ScheduleFreeOptions, scheduleFreeAdamW } from './rules/schedule-free.js'
export { type SgdOptions, sgd } from './rules/sgd.js'
export * from './schedules/index.js'
export { Lbfgs, type LbfgsOptions, type LbfgsResult, lbfgs } from './second-order/lbfgs.js'
export type { Setting, SettingTable } from './settings.js'
export * as setting from './settings.js'
export {
  beale,
  type Pair,
  RAVINE_CONDITION,
  rastrigin,
  ravine,
  rosenbrock,
  type Surface,
  saddle,
  surfaces,
} from './surfaces.js'
export { type LookaheadOptions, lookahead } from './wrappers/lookahead.js'
export { Sam, type SamOptions, sam } from './wrappers/sam.js'
