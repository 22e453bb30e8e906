import { fail } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import type { Module } from '../../nn/module.js'
import type { WeightReport } from '../../nn/surgery/weight-report.js'
import type { ByteLocation } from '../bytes/source.js'
import { type LoadWeightsOptions, loadWeights } from '../weights/load.js'
import { kerasRules } from './names.js'
import { openKeras } from './read.js'

/**
 * Puts the weights of Keras 3 (`.weights.h5` of `save_weights`, or `.keras`) into a model of your own with the same layers in the same order:
 * Keras stores layers by their classes, numbered. All or nothing. A model that the file describes is made by {@link fromKeras}.
 *
 * Needs the optional package `h5wasm`.
 *
 * @returns what became of each weight; as text, a line for each
 * @throws if the file cannot be read, if a weight does not fit, is missing or left over (unless `partial`)
 * @example
 * const net = nn.sequential(nn.linear(2, 1))
 * const load = async (file: string) => console.log(String(await loadKeras(net, file)))
 */
export async function loadKeras(
  model: Module,
  location: ByteLocation,
  options: LoadWeightsOptions = {},
): Promise<WeightReport> {
  checkOptions<LoadWeightsOptions>('loadKeras', options, { partial: true })
  const file = await openKeras(location)
  try {
    const names = file.names.filter((name) => !name.includes('seed_generator') && !name.startsWith('optimizer/'))
    if (!names.some((name) => name.startsWith('layers/'))) {
      fail(
        `loadKeras: ${file.name} has no weights of Keras 3.`,
        'Save them with Keras 3, or read a whole model with fromKeras.',
      )
    }
    const source = {
      name: file.name,
      names,
      shapeOf: (name: string) => file.info(name).shape,
      read: (name: string) => file.read(name),
    }
    return await loadWeights('loadKeras', model, kerasRules(model), source, options)
  } finally {
    await file.close()
  }
}
