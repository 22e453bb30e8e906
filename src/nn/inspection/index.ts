export { type Flow, type FlowEdge, flowOf, type Stage } from './flow.js'
export type { InputShape, SummaryInput } from './inputs.js'
export { type Layers, type Outputs, type OutputsOfOptions, outputsOf } from './outputs-of.js'
export { type LayerSummary, Summary, type SummaryOptions, summary } from './summary.js'
