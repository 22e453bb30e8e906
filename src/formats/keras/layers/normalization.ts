import { fail } from '../../../core/errors.js'
import { sizeOf } from '../../../core/shape.js'
import { zeros } from '../../../nn/initializers.js'
import { batchNorm1d } from '../../../nn/layers/normalization/batch.js'
import { layerNorm } from '../../../nn/layers/normalization/features.js'
import { groupNorm } from '../../../nn/layers/normalization/groups.js'
import { Module } from '../../../nn/module.js'
import * as ops from '../../../operations/index.js'
import { Buffer } from '../../../tensor/variable.js'
import type { Config } from '../config.js'
import { type Build, inOrder, shapeOf, through } from './layer.js'

/** Throws unless a layer works along the last axis. Which one that is when it is counted from the front, the layer's input tells. */
function lastAxis(config: Config): (rank: number) => void {
  const given = config.get('axis')
  const axis = Array.isArray(given) && given.length === 1 ? given[0] : (given ?? -1)
  if (typeof axis !== 'number') config.wrong('axis', given)
  return (rank) => {
    if (axis !== -1 && axis !== rank - 1) {
      fail(`${config.label}: it normalises along axis ${axis} of ${rank}.`, 'Only the last one is supported.')
    }
  }
}

class Statistics extends Module {
  readonly mean: Buffer
  readonly variance: Buffer

  constructor(shape: readonly number[]) {
    super()
    this.mean = new Buffer(zeros()(shape, 'float32'), 'mean')
    this.variance = new Buffer(zeros()(shape, 'float32'), 'variance')
  }
}

export const normalizationLayers: Readonly<Record<string, Build>> = {
  BatchNormalization(config, shapes) {
    const check = lastAxis(config)
    const [channels] = shapeOf(config, shapes, shapes.length - 1, 1)
    const momentum = 1 - config.number('momentum', 0.99)
    const module = batchNorm1d(channels, { epsilon: config.number('epsilon', 1e-3), momentum })
    const { weight, bias, runningMean, runningVariance } = module
    const scale = config.flag('scale', true) ? weight : undefined
    const shift = config.flag('center', true) ? bias : undefined
    return {
      module,
      places: inOrder(scale, shift, runningMean, runningVariance),
      run([x]) {
        check(x.rank)
        // The places of pictures side by side: each channel has one mean.
        const flat = ops.reshape(x, [sizeOf(x.shape.slice(0, -1)), channels])
        return ops.reshape(through(module, flat), x.shape)
      },
    }
  },
  LayerNormalization(config, shapes) {
    const check = lastAxis(config)
    config.expect('rms_scaling', false, undefined)
    const [scale, center] = [config.flag('scale', true), config.flag('center', true)]
    if (!scale && !center)
      return {
        run: ([x]) =>
          ops.layerNorm(x, undefined, undefined, { axes: [x.rank - 1], epsilon: config.number('epsilon', 1e-3) }),
      }
    const [features] = shapeOf(config, shapes, 0, 1)
    const module = layerNorm(features, { epsilon: config.number('epsilon', 1e-3) })
    return {
      module,
      places: inOrder(scale ? module.weight : undefined, center ? module.bias : undefined),
      run([x]) {
        check(x.rank)
        return through(module, x)
      },
    }
  },
  GroupNormalization(config, shapes) {
    const check = lastAxis(config)
    const [channels] = shapeOf(config, shapes, 0, 1)
    const groups = config.number('groups', 32)
    const module = groupNorm(groups === -1 ? channels : groups, channels, { epsilon: config.number('epsilon', 1e-3) })
    const { weight, bias } = module
    return {
      module,
      places: inOrder(config.flag('scale', true) ? weight : undefined, config.flag('center', true) ? bias : undefined),
      run([x]) {
        check(x.rank)
        return through(module, x)
      },
    }
  },
  Normalization(config, shapes) {
    lastAxis(config)
    config.expect('invert', false, undefined)
    const module = new Statistics(shapes[0] ?? config.wrong('the mean', undefined))
    return {
      module,
      places: inOrder(module.mean, module.variance),
      run: ([x]) => ops.div(ops.sub(x, module.mean.node), ops.maximum(ops.sqrt(module.variance.node), 1e-7)),
    }
  },
}
