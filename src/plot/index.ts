export type { AxisOptions, ScaleKind } from './axis.js'
export { type ChartOptions, chart, type Numbers, type Series } from './chart.js'
export { type ContourPath, type ContoursOptions, contours } from './contours.js'
export { type HeatmapOptions, heatmap } from './heatmap.js'
