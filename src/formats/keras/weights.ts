import { fail } from '../../core/errors.js'
import type { StoredValue } from '../../nn/state.js'
import type { H5Dataset, H5File } from './h5.js'

/** A layer in a file: its class, and what it is called there. */
export interface LayerEntry {
  readonly className: string
  readonly name: string
}

/** A weight that can be read. */
export interface KerasWeight {
  readonly name: string
  readonly shape: readonly number[]
  read(): Promise<StoredValue>
}

/** Where the weights of the layers of a model are. */
export interface LayerWeights {
  /** Those of a layer, in its order. */
  of(layer: LayerEntry): readonly KerasWeight[]
  /** Those of the layers of a model in the model. */
  within(layer: LayerEntry, layers: readonly LayerEntry[]): LayerWeights
}

const weightOf = ({ path, shape, read }: H5Dataset): KerasWeight => ({ name: path, shape, read: async () => read() })

/** `BatchNormalization` → `batch_normalization`, as Keras does it. */
export const snakeCase = (className: string): string =>
  className
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()

/** The names that Keras 3 stores layers under: their classes, numbered where there are several. */
export function numberedByClass(layers: readonly LayerEntry[]): readonly string[] {
  const counts = new Map<string, number>()
  return layers.map(({ className }) => {
    const name = snakeCase(className)
    const count = counts.get(name)
    counts.set(name, (count ?? -1) + 1)
    return count === undefined ? name : `${name}_${count + 1}`
  })
}

/** The order of what a layer holds: the way forward before the way back, numbers by their size. */
const orderOf = (path: string): string =>
  path
    .replace('forward_layer', '0')
    .replace('backward_layer', '1')
    .replace(/\d+$/, (digits) => digits.padStart(6, '0'))

/** The groups directly in a folder. */
const groupsIn = (file: H5File, folder: string): ReadonlySet<string> =>
  new Set(
    [...file.datasets.keys()]
      .filter((path) => path.startsWith(folder))
      .map((path) => folder + path.slice(folder.length).split('/')[0]),
  )

/** The weights of a file of Keras 3. */
export function storedByClass(file: H5File, layers: readonly LayerEntry[], prefix = ''): LayerWeights {
  const folder = `${prefix}layers/`
  const keys = new Map(numberedByClass(layers).map((key, i) => [layers[i].name, key]))
  /** Newer versions note the name of the layer; where it is another one, the classes were numbered otherwise. */
  const placeOf = ({ name }: LayerEntry): string => {
    const usual = `${folder}${keys.get(name) ?? name}`
    const groups = groupsIn(file, folder)
    const noted = groups.has(usual) ? file.attribute(usual, 'name') : ''
    if (noted === undefined || noted === name) return usual
    return [...groups].find((group) => file.attribute(group, 'name') === name) ?? usual
  }
  return {
    of(layer) {
      const start = `${placeOf(layer)}/`
      const found = [...file.datasets.values()].filter(
        ({ path }) => path.startsWith(start) && /(^|\/)vars\/\d+$/.test(path) && !path.includes('seed_generator'),
      )
      return found.sort((a, b) => (orderOf(a.path) < orderOf(b.path) ? -1 : 1)).map(weightOf)
    },
    within: (layer, inner) => storedByClass(file, inner, `${placeOf(layer)}/`),
  }
}

/** The weights of an HDF5 file of Keras 2, or of the same form: each layer has a group of its name. */
export function storedByName(file: H5File, outer?: LayerEntry): LayerWeights {
  const root = [...file.datasets.keys()].some((path) => path.startsWith('model_weights/')) ? 'model_weights/' : ''
  return {
    of(layer) {
      const group = `${root}${(outer ?? layer).name}`
      const given = file.attribute(group, 'weight_names')
      const names = typeof given === 'string' ? [given] : (given ?? [])
      const own = outer === undefined ? names : names.filter((name) => name.split('/').includes(layer.name))
      return own.map((name) => {
        const dataset = file.datasets.get(`${group}/${name}`)
        return dataset === undefined
          ? fail(`${file.name}: the weight '${name}' is missing.`, 'Save the model again.')
          : weightOf(dataset)
      })
    },
    within: (layer) => storedByName(file, outer ?? layer),
  }
}
