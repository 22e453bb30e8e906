export { type NpyArray, type NpyData, parseNpy, readNpz, writeNpy, writeNpz } from '../data/formats/npy.js'
export { type BundleOptions, bundle } from './bundle/bundle.js'
export type { BundledWeights } from './bundle/weights.js'
export type { ByteLocation } from './bytes/source.js'
export { type Checkpoint, encodeCheckpoint, readCheckpoint, writeCheckpoint } from './checkpoint.js'
export { type GgufDType, type GgufFile, openGguf } from './gguf/file.js'
export type { GgufValue } from './gguf/header.js'
export { FileContents, type FileFormat, type ListedTensor } from './inspect/contents.js'
export { inspectFile } from './inspect/inspect.js'
export { provideH5wasm } from './keras/h5.js'
export { loadKeras } from './keras/load.js'
export { KerasModel } from './keras/model.js'
export { fromKeras, openKeras } from './keras/read.js'
export * from './onnx/index.js'
export { openPyTorch, type PyTorchFile, type PyTorchValue } from './pytorch/file.js'
export { type LoadPyTorchOptions, loadPyTorch } from './pytorch/load.js'
export type { Flattened } from './pytorch/names.js'
export type { SafetensorsDType } from './safetensors/elements.js'
export { openSafetensors, readSafetensors, type SafetensorsFile } from './safetensors/file.js'
export {
  encodeSafetensors,
  type SafetensorsContent,
  type SafetensorsOptions,
  type WriteSafetensorsOptions,
  writeSafetensors,
} from './safetensors/write.js'
export { type RawTensor, TensorFile, type TensorPlace } from './tensor-file.js'
export { encodeTensorBoard, type Hyperparameter } from './tensorboard/encode.js'
export {
  type Histogram,
  histogramOf,
  type Summary,
  type TaggedSummary,
  type TensorBoardEvent,
} from './tensorboard/events.js'
export { type ReadTensorBoardOptions, readTensorBoard } from './tensorboard/read.js'
export { openTensorBoard, TensorBoardWriter } from './tensorboard/writer.js'
export type { TensorFlowLocation } from './tensorflow/files.js'
export { TensorFlowGraph } from './tensorflow/graph/model.js'
export { fromTensorFlowJs } from './tensorflow/read.js'
export type { LoadWeightsOptions } from './weights/load.js'
