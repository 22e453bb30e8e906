import { fail } from '../../core/errors.js'
import { isPlainObject } from '../../core/tree.js'
import { damaged } from '../../data/formats/damage.js'
import { isModelClass } from '../keras/graph.js'
import { KerasModel } from '../keras/model.js'
import type { KerasWeight, LayerWeights } from '../keras/weights.js'
import { readTensorFlowFiles, type TensorFlowFiles, type TensorFlowLocation } from './files.js'
import { describeGraph } from './graph/description.js'
import { TensorFlowGraph } from './graph/model.js'

/**
 * Reads a model of TensorFlow.js as a module that runs and can be trained: a `model.json` with its weights, a layers model (as `model.save`
 * writes it) or a graph model (as the converter makes it). What is not known in it is refused by its name.
 *
 * @param location the path or address of `model.json`, or all files by their names
 * @returns the model, in evaluation mode; pictures are [batch, height, width, channels]
 * @throws if a file cannot be read or is damaged, or if a layer or operation is not known
 *
 * Source: TensorFlow.js, "Save and load models", version 4, 2024.
 *
 * @example
 * const predict = async (url: string, pictures: Tensor) => (await fromTensorFlowJs(url)).forward(pictures)
 */
export async function fromTensorFlowJs(location: TensorFlowLocation): Promise<KerasModel | TensorFlowGraph> {
  const files = await readTensorFlowFiles(location)
  const { name, json } = files
  const topology = json.modelTopology
  if (!isPlainObject(topology)) return damaged(name, 'there is no description of the model')
  if (Array.isArray(topology.node)) {
    const model = new TensorFlowGraph(describeGraph(topology.node, json, name), files)
    await model.fill()
    return model.eval()
  }
  const described = isPlainObject(topology.model_config) ? topology.model_config : topology
  const className = String(described.class_name)
  if (!isModelClass(className))
    return fail(`${name}: models of the class ${className} are not known.`, 'Save a layers or graph model.')
  const version = topology.keras_version
  const isKeras3 = typeof version === 'string' && version.startsWith('3')
  const model = new KerasModel(className, described.config, () => weightsByLayer(files), name, isKeras3)
  await model.fill()
  return model.eval()
}

/** Weights are called `layer/kernel`, or `layer_Dense1/kernel`, as TensorFlow.js numbers the layers that it has made itself. */
function weightsByLayer({ weights }: TensorFlowFiles): LayerWeights {
  const byLayer = new Map<string, KerasWeight[]>()
  for (const weight of weights.values()) {
    const parts = weight.name.split('/').slice(0, -1)
    // Also under the last part, for layers in models and in other layers.
    for (const part of new Set([parts[0], parts.at(-1)])) {
      if (part !== undefined) byLayer.set(part, [...(byLayer.get(part) ?? []), weight])
    }
  }
  const own: LayerWeights = {
    of: ({ name }) => byLayer.get(name) ?? [],
    within: () => own,
  }
  return own
}
