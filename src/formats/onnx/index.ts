export { type FromOnnxOptions, fromOnnx } from './import/from-onnx.js'
export { OnnxModel, type OnnxPort } from './import/model.js'
