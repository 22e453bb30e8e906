export { lenet } from './lenet.js'
export { type MlpOptions, mlp } from './mlp.js'
