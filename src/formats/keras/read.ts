import { fail } from '../../core/errors.js'
import { isPlainObject } from '../../core/tree.js'
import { damaged, decodeUtf8 } from '../../data/formats/damage.js'
import { openZip } from '../../data/formats/zip.js'
import { checkUnpacked } from '../bytes/archive.js'
import { type ByteLocation, openBytes, readAll } from '../bytes/source.js'
import { isZip } from '../pytorch/file.js'
import { TensorFile, type TensorPlace } from '../tensor-file.js'
import { isModelClass } from './graph.js'
import { type H5File, isH5, openH5 } from './h5.js'
import { KerasModel } from './model.js'
import { storedByClass, storedByName } from './weights.js'

/** What a file says of a model. */
interface Described {
  readonly className: string
  readonly config: unknown
}

/**
 * Reads a model of Keras as a module that runs and can be trained: a `.keras` file (Keras 3), or an `.h5` file of a whole model. Sequential and
 * functional models of the usual layers; a layer that is not known is refused by its name.
 *
 * Needs the optional package `h5wasm`.
 *
 * @returns the model, in evaluation mode
 * @throws if the file cannot be read or is damaged, or has layers or settings that are not known
 *
 * Source: Keras, "Whole model saving and loading", version 3.6, 2024.
 *
 * @example
 * const predict = async (file: string, pictures: Tensor) => (await fromKeras(file)).forward(pictures)
 */
export async function fromKeras(location: ByteLocation, name?: string): Promise<KerasModel> {
  const source = await openBytes(location, name)
  try {
    const bytes = await readAll(source)
    const file = isZip(bytes) ? await openArchive(bytes, source.name) : await openWhole(bytes, source.name)
    try {
      const { className, config } = file.described
      if (!isModelClass(className)) {
        fail(
          `${source.name}: the model is of the class ${className}, which only Keras has.`,
          'Build it here, and fill it from openKeras.',
        )
      }
      const model = new KerasModel(className, config, ({ layers }) => file.weights(layers), source.name, file.isKeras3)
      await model.fill()
      return model.eval()
    } finally {
      file.h5.close()
    }
  } finally {
    await source.close()
  }
}

/**
 * Opens the weights of a Keras file (`.keras`, `.h5`, `.weights.h5`) by the names of their arrays, in Keras's layout.
 *
 * Needs the optional package `h5wasm`.
 *
 * @throws if the file cannot be read, or is damaged
 * @example
 * const list = async (file: string) => (await openKeras(file)).names
 */
export async function openKeras(location: ByteLocation, name?: string): Promise<TensorFile> {
  const source = await openBytes(location, name)
  try {
    const bytes = await readAll(source)
    const file = await openH5(isZip(bytes) ? (await partsOf(bytes, source.name)).weights : bytes, source.name)
    const places = [...file.datasets.values()].map(({ path, shape, dtype, read }): [string, TensorPlace] => {
      const bytesOf = async () => {
        const { data } = read()
        return { dtype, shape, bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) }
      }
      const size = shape.reduce((product, n) => product * n, dtype === '<d' || dtype === '<q' ? 8 : 4)
      return [path, { dtype, shape, bytes: size, raw: bytesOf, read: async () => read() }]
    })
    return new TensorFile(source.name, undefined, new Map(places), async () => file.close())
  } finally {
    await source.close()
  }
}

interface OpenModel {
  readonly h5: H5File
  readonly described: Described
  readonly isKeras3: boolean
  readonly weights: (layers: Parameters<typeof storedByClass>[1]) => ReturnType<typeof storedByClass>
}

/** The files in a `.keras` archive. */
async function partsOf(
  bytes: Uint8Array,
  name: string,
): Promise<{ readonly config: Uint8Array; readonly weights: Uint8Array }> {
  const zip = openZip(bytes, name)
  checkUnpacked(zip, bytes.length, name)
  for (const path of ['config.json', 'model.weights.h5']) {
    if (!zip.has(path)) fail(`${name}: the archive has no ${path}.`, 'It was not written by model.save of Keras 3.')
  }
  return { config: await zip.read('config.json'), weights: await zip.read('model.weights.h5') }
}

async function openArchive(bytes: Uint8Array, name: string): Promise<OpenModel> {
  const { config, weights } = await partsOf(bytes, name)
  const described = describedBy(decodeUtf8(config, name), name)
  const h5 = await openH5(weights, name)
  return { h5, described, isKeras3: true, weights: (layers) => storedByClass(h5, layers) }
}

async function openWhole(bytes: Uint8Array, name: string): Promise<OpenModel> {
  if (!isH5(bytes)) damaged(name, 'this is neither a .keras nor an .h5 file')
  const h5 = await openH5(bytes, name)
  try {
    const config = h5.attribute('', 'model_config')
    if (typeof config !== 'string') {
      fail(
        `${name}: the file has weights only.`,
        'Build the model here, and fill it from openKeras; or save it whole, with model.save.',
      )
    }
    const version = h5.attribute('', 'keras_version')
    const isKeras3 = typeof version === 'string' && version.startsWith('3')
    return { h5, described: describedBy(config, name), isKeras3, weights: () => storedByName(h5) }
  } catch (error) {
    h5.close()
    throw error
  }
}

function describedBy(text: string, name: string): Described {
  let config: unknown
  try {
    config = JSON.parse(text)
  } catch (error) {
    return damaged(name, `its description is no JSON (${error instanceof Error ? error.message : error})`)
  }
  if (!isPlainObject(config) || typeof config.class_name !== 'string')
    return damaged(name, 'its description has no class')
  return { className: config.class_name, config: config.config }
}
