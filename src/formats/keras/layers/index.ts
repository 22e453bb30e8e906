import { fail } from '../../../core/errors.js'
import { didYouMean } from '../../../core/suggestion.js'
import { isPlainObject } from '../../../core/tree.js'
import * as ops from '../../../operations/index.js'
import { Config } from '../config.js'
import { activationLayers } from './activations.js'
import { convolutionLayers } from './convolutions.js'
import { denseLayers } from './dense.js'
import type { Build, BuiltLayer } from './layer.js'
import { mergingLayers } from './merging.js'
import { movementLayers } from './movement.js'
import { normalizationLayers } from './normalization.js'
import { poolingLayers } from './pooling.js'
import { recurrentLayers } from './recurrent.js'

const layers: Readonly<Record<string, Build>> = {
  ...activationLayers,
  ...convolutionLayers,
  ...denseLayers,
  ...mergingLayers,
  ...movementLayers,
  ...normalizationLayers,
  ...poolingLayers,
  ...recurrentLayers,
  /** All steps as one batch. */
  TimeDistributed(config, shapes) {
    const layer = config.get('layer')
    if (!isPlainObject(layer)) return config.wrong('layer', layer)
    const inner = buildLayer(String(layer.class_name), new Config(layer.config, config.label, config.isKeras3), shapes)
    return {
      ...inner,
      run([x]) {
        const [batch, time, ...rest] = x.shape
        const out = inner.run([ops.reshape(x, [batch * time, ...rest])])
        return ops.reshape(out, [batch, time, ...out.shape.slice(1)])
      },
    }
  },
}

/** The names of the layers that can be read. */
export const layerNames: readonly string[] = Object.keys(layers)

/** A layer of Keras by its class. */
export function buildLayer(className: string, config: Config, shapes: readonly (readonly number[])[]): BuiltLayer {
  if (Object.hasOwn(layers, className)) return layers[className](config, shapes)
  const cure = didYouMean(className, layerNames) || 'Replace it in Keras, or read the weights alone with openKeras.'
  return fail(`${config.label}: layers of the class ${className} are not supported.`, cure)
}
