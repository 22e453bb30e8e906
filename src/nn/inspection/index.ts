export { type Layers, type Outputs, type OutputsOfOptions, outputsOf } from './outputs-of.js'
export {
  type InputShape,
  type LayerSummary,
  Summary,
  type SummaryInput,
  type SummaryOptions,
  summary,
} from './summary.js'
