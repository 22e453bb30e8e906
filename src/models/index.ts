export { lenet } from './lenet.js'
export { type MlpOptions, mlp } from './mlp.js'
export { PeriodicNumbers, TabularNetwork, type TabularNetworkOptions } from './tabular.js'
