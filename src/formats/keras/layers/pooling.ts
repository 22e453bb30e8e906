import { range } from '../../../core/shape.js'
import type { Node } from '../../../graph/node.js'
import * as ops from '../../../operations/index.js'
import type { Config } from '../config.js'
import { windowOf } from './convolutions.js'
import { type Build, plain } from './layer.js'

function pooled(x: Node, config: Config, kind: 'max' | 'mean'): Node {
  const window = config.sizes('pool_size', 2)
  const { padding } = windowOf(config)
  if (padding === 'causal') config.wrong('padding', padding)
  const options = { stride: config.sizes('strides', window), padding: padding as 'valid' | 'same' }
  // Margins do not count in TensorFlow.
  return kind === 'max' ? ops.maxPool(x, window, options) : ops.avgPool(x, window, { ...options, countPadding: false })
}

function overall(x: Node, config: Config, kind: 'max' | 'mean'): Node {
  config.expect('data_format', 'channels_last', 'channelsLast', undefined)
  const axes = range(x.rank).slice(1, -1)
  const keepDims = config.flag('keepdims', false)
  const reduced = kind === 'max' ? ops.max(x, axes) : ops.mean(x, axes)
  return keepDims ? ops.reshape(reduced, [x.shape[0], ...axes.map(() => 1), x.shape[x.rank - 1]]) : reduced
}

const kinds = ['1D', '2D', '3D'].flatMap((axes): [string, Build][] => [
  [`MaxPooling${axes}`, plain((x, config) => pooled(x, config, 'max'))],
  [`AveragePooling${axes}`, plain((x, config) => pooled(x, config, 'mean'))],
  [`GlobalMaxPooling${axes}`, plain((x, config) => overall(x, config, 'max'))],
  [`GlobalAveragePooling${axes}`, plain((x, config) => overall(x, config, 'mean'))],
])

export const poolingLayers: Readonly<Record<string, Build>> = Object.fromEntries(kinds)
