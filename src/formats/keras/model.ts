import { fail } from '../../core/errors.js'
import { damaged } from '../../data/formats/damage.js'
import type { Node } from '../../graph/node.js'
import { Module } from '../../nn/module.js'
import type { State, StoredValue } from '../../nn/state.js'
import { type Match, WeightReport } from '../../nn/surgery/weight-report.js'
import { expectTensor } from '../../tensor/methods/operand.js'
import { Tensor } from '../../tensor/tensor.js'
import type { Variable } from '../../tensor/variable.js'
import { wrap } from '../../tensor/wrap.js'
import { arranged } from '../weights/layout.js'
import { describeModel, isModelClass, type LayerDescription, type ModelDescription, type Source } from './graph.js'
import { buildLayer } from './layers/index.js'
import { type BuiltLayer, checkPlace, type WeightPlace } from './layers/layer.js'
import type { KerasWeight, LayerWeights } from './weights.js'

interface Fill {
  readonly place: WeightPlace
  readonly weight: KerasWeight | undefined
}

/**
 * A model of Keras or TensorFlow.js as a module: its layers under the names that they have in the file, their variables with the names and
 * layouts of this library. Pictures have their channels last, as there. It starts in evaluation mode; a step of training with it is like
 * that of any other.
 */
export class KerasModel extends Module {
  /** Those that have variables, or behave differently while training. */
  readonly layers: ReadonlyMap<string, Module>
  /** The names of what {@link outputs} takes and gives. */
  readonly inputNames: readonly string[]
  readonly outputNames: readonly string[]
  /** The shape of each input as far as the file says it, null where it leaves a size open. */
  readonly inputShapes: readonly (readonly (number | null)[] | undefined)[]
  readonly #description: ModelDescription
  readonly #built: ReadonlyMap<string, BuiltLayer>
  readonly #fills: readonly Fill[]
  readonly #label: string

  /** Use {@link fromKeras} or {@link fromTensorFlowJs}. */
  constructor(
    className: string,
    config: unknown,
    weights: (description: ModelDescription) => LayerWeights,
    label: string,
    isKeras3: boolean,
  ) {
    super()
    const description = describeModel(className, config, label, isKeras3)
    const stored = weights(description)
    const fills: Fill[] = []
    const built = new Map<string, BuiltLayer>()
    for (const layer of description.layers) {
      const one = isModelClass(layer.className)
        ? innerModel(layer, stored, label, isKeras3)
        : build(layer, stored, fills)
      built.set(layer.name, one)
      if (one.module instanceof KerasModel) fills.push(...one.module.#fills)
    }
    const modules = [...built].flatMap(([name, { module }]) => (module === undefined ? [] : [[name, module] as const]))
    this.layers = new Map(modules)
    this.inputNames = description.inputs.map(({ layer }) => layer || 'input')
    this.outputNames = description.outputs.map(({ layer }) => layer)
    this.inputShapes = description.inputShapes
    this.#description = description
    this.#built = built
    this.#fills = fills
    this.#label = label
  }

  /** The output for one input or several. Throws if the model has several outputs. */
  forward(...inputs: readonly Tensor[]): Tensor {
    const outputs = this.outputs(...inputs)
    if (outputs.length === 1) return outputs[0]
    return fail(`${this.#label}: the model has ${outputs.length} outputs.`, 'Take them from outputs().')
  }

  /** All outputs for the inputs. */
  outputs(...inputs: readonly Tensor[]): readonly Tensor[] {
    const { inputs: wanted, outputs } = this.#description
    if (inputs.length !== wanted.length) {
      fail(
        `${this.#label}: the model takes ${wanted.length} inputs (${this.inputNames.join(', ')}), not ${inputs.length}.`,
      )
    }
    const values = new Map<string, Node>()
    for (const [i, source] of wanted.entries()) {
      values.set(keyOf(source), expectTensor('forward', `input ${i}`, inputs[i]))
    }
    return outputs.map((source) => wrap(this.#value(source, values, new Set())))
  }

  /** Puts the weights of the file into the variables. */
  async fill(): Promise<WeightReport> {
    const paths = new Map([...this.variables()].map(([path, variable]): [Variable, string] => [variable, path]))
    const filled: [string, StoredValue][] = []
    const matched: Match[] = []
    for (const { place, weight } of this.#fills) {
      const path = paths.get(place.variable)
      if (path === undefined) continue
      const { variable } = place
      if (weight === undefined) {
        filled.push([path, { ...variable, data: new Float32Array(variable.shape.reduce((a, b) => a * b, 1)) }])
        continue
      }
      const value = arranged(await weight.read(), { ...place, shape: weight.shape }, variable)
      if (value === undefined) return damaged(this.#label, `the weight '${weight.name}' has no floating point elements`)
      filled.push([path, value])
      const change =
        place.axes !== undefined || place.parts !== undefined || place.rows !== undefined ? 'rearranged' : ''
      matched.push({ path, name: weight.name, shape: variable.shape, change })
    }
    const state: State = { ...(await this.state()), ...Object.fromEntries(filled) }
    this.loadState(state)
    const known = new Set(filled.map(([path]) => path))
    const missing = [...paths.values()].filter((path) => !known.has(path))
    return new WeightReport(
      this.#label,
      matched,
      [],
      missing.map((path) => ({ path, name: path, similar: undefined })),
      [],
    )
  }

  #value(source: Source, values: Map<string, Node>, open: Set<string>): Node {
    const key = keyOf(source)
    const known = values.get(key)
    if (known !== undefined) return known
    if (open.has(key)) return damaged(this.#label, `the layer '${source.layer}' takes what it gives`)
    open.add(key)
    const layer = this.#description.layers.find(({ name }) => name === source.layer)
    const call = layer?.calls[source.call]
    const built = this.#built.get(source.layer)
    if (call === undefined || call.length === 0 || built === undefined)
      return damaged(this.#label, `the layer '${source.layer}' has no input`)
    const value = built.run(call.map((each) => this.#value(each, values, open)))
    open.delete(key)
    values.set(key, value)
    return value
  }
}

const keyOf = ({ layer, call }: Source): string => `${call} ${layer}`

function build(layer: LayerDescription, stored: LayerWeights, fills: Fill[]): BuiltLayer {
  const { className, config } = layer
  const weights = stored.of(layer)
  const built = buildLayer(
    className,
    config,
    weights.map(({ shape }) => shape),
  )
  for (const place of built.places ?? []) {
    const weight = place.weight === 'zeros' ? undefined : weights[place.weight]
    if (place.weight !== 'zeros') {
      if (weight === undefined) return damaged(config.label, `weight ${place.weight} is missing`)
      checkPlace(place, weight.shape, config.label)
    }
    fills.push({ place, weight })
  }
  const used = new Set(built.places?.map(({ weight }) => weight))
  const unused = weights.filter((_, i) => !used.has(i)).filter(({ shape }) => shape.length > 0)
  if (unused.length > 0 && className !== 'Normalization') {
    damaged(
      config.label,
      `there are weights that such a layer does not have: ${unused.map(({ name }) => name).join(', ')}`,
    )
  }
  return built
}

function innerModel(layer: LayerDescription, stored: LayerWeights, label: string, isKeras3: boolean): BuiltLayer {
  const config = layer.config.raw
  const module = new KerasModel(
    layer.className,
    config,
    ({ layers }) => stored.within(layer, layers),
    `${label}: ${layer.name}`,
    isKeras3,
  )
  return { module, run: (inputs) => module.forward(...inputs.map((node) => new Tensor(node))).node }
}
