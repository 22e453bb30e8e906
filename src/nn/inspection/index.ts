export { type Layers, type Outputs, type OutputsOfOptions, outputsOf } from './outputs-of.js'
