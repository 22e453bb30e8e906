export type { Exportable } from '../tracing/model.js'
export { type ToOnnxOptions, toOnnx, type WriteOnnxOptions, writeOnnx } from './export/to-onnx.js'
export { type FromOnnxOptions, fromOnnx } from './import/from-onnx.js'
export { OnnxModel, type OnnxNode, type OnnxPort } from './import/model.js'
