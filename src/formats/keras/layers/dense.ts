import { embedding } from '../../../nn/layers/embedding/embedding.js'
import { linear } from '../../../nn/layers/linear/linear.js'
import { dropout } from '../../../nn/layers/regularization/dropout.js'
import * as ops from '../../../operations/index.js'
import { activationOf } from './activations.js'
import { type Build, inOrder, plain, shapeOf, through } from './layer.js'

export const denseLayers: Readonly<Record<string, Build>> = {
  Dense(config, shapes) {
    const [inputs, outputs] = shapeOf(config, shapes, 0, 2)
    const module = linear(inputs, outputs, { bias: config.flag('use_bias', true) })
    const activation = activationOf(config)
    return { module, places: inOrder(module.weight, module.bias), run: ([x]) => activation(through(module, x)) }
  },
  Embedding(config, shapes) {
    // Layers behind would have to leave out what is masked.
    config.expect('mask_zero', false, undefined)
    const [count, width] = shapeOf(config, shapes, 0, 2)
    const module = embedding(count, width)
    return { module, places: inOrder(module.weight), run: ([x]) => through(module, ops.cast(x, 'int32')) }
  },
  Dropout(config) {
    const module = dropout(config.number('rate'))
    return { module, run: ([x]) => through(module, x) }
  },
  // Noise for training only.
  ...Object.fromEntries(
    [
      'SpatialDropout1D',
      'SpatialDropout2D',
      'SpatialDropout3D',
      'GaussianNoise',
      'GaussianDropout',
      'AlphaDropout',
      'ActivityRegularization',
      'InputLayer',
    ].map((name): [string, Build] => [name, plain((x) => x)]),
  ),
}
