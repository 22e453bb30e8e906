export type { AnyShape, SameShape, ShapeFunction, WithShapes } from '../tensor/types/index.js'
export {
  assignValues,
  buffersOf,
  functionalCall,
  functionalCallWithValues,
  parametersOf,
  type ValuesByPath,
} from './functional.js'
export * as initializers from './initializers.js'
export { fans, type Initializer } from './initializers.js'
export { Layer } from './layer.js'
export * from './layers/activations.js'
export * from './layers/attention/index.js'
export type { ConvolutionOptions } from './layers/convolution/convolution.js'
export * from './layers/convolution/depthwise.js'
export * from './layers/convolution/plain.js'
export * from './layers/convolution/separable.js'
export * from './layers/convolution/transposed.js'
export * from './layers/embedding/index.js'
export { Flatten, flatten } from './layers/flatten.js'
export { Linear, type LinearOptions, linear } from './layers/linear.js'
export * from './layers/normalization/batch.js'
export * from './layers/normalization/features.js'
export * from './layers/normalization/groups.js'
export * from './layers/normalization/local-response.js'
export type { AffineOptions } from './layers/normalization/options.js'
export * from './layers/normalization/weights.js'
export { AvgPool2d, avgPool2d, MaxPool2d, maxPool2d, type Pool2dOptions } from './layers/pooling/pooling.js'
export * from './layers/recurrent/index.js'
export * from './layers/regularization/drop-connect.js'
export * from './layers/regularization/dropout.js'
export { Sequential, sequential } from './layers/sequential.js'
export * from './layers/transformer/index.js'
export * from './losses.js'
export { Module } from './module.js'
export type { State, StoredValue } from './state.js'
export type { ChainShape, Link } from './types/chain.js'
