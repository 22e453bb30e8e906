export type { ByteLocation } from './bytes/source.js'
export { type Checkpoint, readCheckpoint, writeCheckpoint } from './checkpoint.js'
export { type FromOnnxOptions, fromOnnx, OnnxModel, type OnnxPort } from './onnx/index.js'
export type { RawTensor, SafetensorsDType } from './safetensors/elements.js'
export { openSafetensors, readSafetensors, SafetensorsFile } from './safetensors/file.js'
export {
  encodeSafetensors,
  type SafetensorsContent,
  type SafetensorsOptions,
  type WriteSafetensorsOptions,
  writeSafetensors,
} from './safetensors/write.js'
