import { isPlainObject } from '../../core/tree.js'
import { damaged } from '../../data/formats/damage.js'
import { Config } from './config.js'

/** A layer as a model's description has it. */
export interface LayerDescription {
  readonly className: string
  readonly name: string
  readonly config: Config
  /** What goes into each of its calls. */
  readonly calls: readonly (readonly Source[])[]
}

/** An output of a layer: of which of its calls. */
export interface Source {
  readonly layer: string
  readonly call: number
}

/** A model as a description has it: its layers, and what goes in and comes out. */
export interface ModelDescription {
  readonly layers: readonly LayerDescription[]
  readonly inputs: readonly Source[]
  readonly outputs: readonly Source[]
  /** The shape of each input as far as it is told, with null for sizes that are left open. */
  readonly inputShapes: readonly (InputShape | undefined)[]
}

type InputShape = readonly (number | null)[]

/** The classes of models made of layers. */
export const isModelClass = (className: string): boolean => ['Sequential', 'Functional', 'Model'].includes(className)

/** What a layer that takes an input of the model says of its shape, with null for the batch; undefined if it says nothing. */
function declaredShape({ config }: LayerDescription): InputShape | undefined {
  const shape = config.get('batch_shape') ?? config.get('batch_input_shape')
  const isShape = Array.isArray(shape) && shape.every((size) => size === null || Number.isSafeInteger(size))
  return isShape ? (shape as InputShape) : undefined
}

/** Reads the description of a model, sequential or functional, of Keras 2, Keras 3 or TensorFlow.js. */
export function describeModel(className: string, config: unknown, label: string, isKeras3: boolean): ModelDescription {
  // Some versions list the layers without more.
  const settings = Array.isArray(config) ? { layers: config } : config
  if (!isPlainObject(settings) || !Array.isArray(settings.layers))
    return damaged(label, 'the model has no list of layers')
  const layers = settings.layers.map((layer: unknown) => layerOf(layer, label, isKeras3))
  if (new Set(layers.map(({ name }) => name)).size < layers.length) damaged(label, 'two layers have one name')
  if (className === 'Sequential') return sequential(layers, label)
  const [inputs, outputs] = [settings.input_layers, settings.output_layers].map((list) => sourcesIn(list, label))
  const inputShapes = inputs.map((input) => {
    const layer = layers.find(({ name }) => name === input.layer)
    return layer && declaredShape(layer)
  })
  return { layers, inputs, outputs, inputShapes }
}

function layerOf(layer: unknown, label: string, isKeras3: boolean): LayerDescription {
  if (!isPlainObject(layer) || typeof layer.class_name !== 'string') return damaged(label, 'a layer has no class')
  const inner = isPlainObject(layer.config) ? layer.config.name : undefined
  const name = layer.name ?? inner
  if (typeof name !== 'string') return damaged(label, `a layer of the class ${layer.class_name} has no name`)
  const calls = Array.isArray(layer.inbound_nodes) ? layer.inbound_nodes : []
  return {
    className: layer.class_name,
    name,
    config: new Config(layer.config, `${label}: layer '${name}'`, isKeras3),
    calls: calls.map((call: unknown) =>
      isPlainObject(call) ? tensorsIn(call.args, label, 0) : sourcesIn(call, label),
    ),
  }
}

/** Each layer takes what the one before gives. */
function sequential(layers: readonly LayerDescription[], label: string): ModelDescription {
  const start = layers[0]?.className === 'InputLayer' ? layers[0].name : ''
  const rest = start === '' ? layers : layers.slice(1)
  const last = layers.at(-1) ?? damaged(label, 'the model has no layers')
  const chained = rest.map((layer, i) => ({
    ...layer,
    calls: [[{ layer: i === 0 ? start : rest[i - 1].name, call: 0 }]],
  }))
  return {
    layers: chained,
    inputs: [{ layer: start, call: 0 }],
    outputs: [{ layer: last.name, call: 0 }],
    inputShapes: [declaredShape(layers[0])],
  }
}

/** `['conv', 0, 0]`, or lists of such. */
function sourcesIn(value: unknown, label: string): readonly Source[] {
  if (!Array.isArray(value)) return damaged(label, 'the connections of its layers are damaged')
  if (typeof value[0] === 'string') return [sourceOf(value, label)]
  return value.map((each) => sourceOf(each, label))
}

function sourceOf(value: unknown, label: string): Source {
  const [layer, call, output] = Array.isArray(value) ? value : []
  if (typeof layer !== 'string' || !Number.isSafeInteger(call))
    return damaged(label, 'the connections of its layers are damaged')
  if (output !== 0) return damaged(label, `the layer '${layer}' has several outputs`, 'Such layers are not supported.')
  return { layer, call }
}

/** The tensors among the arguments of a call in Keras 3. */
function tensorsIn(value: unknown, label: string, depth: number): readonly Source[] {
  if (depth > 8) return damaged(label, 'the connections of its layers are damaged')
  if (Array.isArray(value)) return value.flatMap((each) => tensorsIn(each, label, depth + 1))
  if (!isPlainObject(value) || value.class_name !== '__keras_tensor__') return []
  const history = isPlainObject(value.config) ? value.config.keras_history : undefined
  return [sourceOf(history, label)]
}
