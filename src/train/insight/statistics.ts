import { Activation } from '../../nn/index.js'
import { compile } from '../../tensor/compile.js'
import { stack } from '../../tensor/functions.js'
import type { Tensor } from '../../tensor/tensor.js'
import type { Parameter } from '../../tensor/variable.js'
import type { Loss, Model } from '../task.js'
import { type Leaves, pass, unchanged } from './passing.js'

/** How values are spread. */
export interface Spread {
  readonly mean: number
  readonly deviation: number
  /** Root mean square. */
  readonly rms: number
  readonly largest: number
}

/** What a parameter is, and the gradient that it gets. */
export interface ParameterStatistics {
  readonly name: string
  readonly value: Spread
  readonly gradient: Spread
}

/** What a layer does with a batch, and what comes back through it. */
export interface LayerStatistics {
  /** As `model.modules()` lists it. */
  readonly path: string
  /** Its class, or the function that it is. */
  readonly kind: string
  readonly output: Spread
  /** The part of the outputs that is 0. */
  readonly zeros: number
  /** The part of the units (places on the last axis) whose outputs are 0 for the whole batch. */
  readonly dead: number
  /** The part of the outputs within 3 % of −1 or 1, and of 0 or 1: where tanh and the logistic function are flat. */
  readonly nearSignedEnds: number
  readonly nearUnitEnds: number
  /** Of the loss with respect to the outputs. */
  readonly gradient: Spread
  readonly parameters: readonly ParameterStatistics[]
}

/**
 * What each layer gives for a batch, and what gradients come back: to see why a network does not learn; {@link adviceOn} says it in
 * words. In training mode; parameters, running statistics and random numbers stay as they are.
 *
 * @returns the layers that hold no others, in the order in which they run
 * @throws if the model does not take the inputs, or the loss depends on no layer
 * @example
 * const model = nn.sequential(nn.linear(4, 8), nn.relu(), nn.linear(8, 2))
 * const layers = await layerStatistics(model, nn.meanSquaredError, random.normal([16, 4]), zeros([16, 2]))
 * layers.map(({ path }) => path) // ['layers.0', 'layers.1', 'layers.2']
 */
export function layerStatistics(
  model: Model,
  loss: Loss,
  inputs: Tensor,
  targets: Tensor,
): Promise<readonly LayerStatistics[]> {
  return unchanged('layerStatistics', model, async (leaves) => {
    const names: string[] = []
    const rows = compile(measuring(model, leaves, loss, names), { name: 'layer statistics' })(inputs, targets)
    const values = new Map(await Promise.all(rows.map(async (row, i) => [names[i], [...(await row.data())]] as const)))
    return layersOf(leaves, values)
  })
}

/** A row for each layer, in the order in which they run, and for each parameter; their `names` come apart, since the keys of an object have no such order. */
const measuring = (model: Model, leaves: Leaves, loss: Loss, names: string[]) => (inputs: Tensor, targets: Tensor) => {
  const { outputs, parameters, gradients } = pass(model, leaves, loss, inputs, targets)
  const ofLayers = outputs.map(([, output], i) =>
    stack([...spread(output), ...shares(output), ...spread(gradients[i])]),
  )
  const ofParameters = parameters.map(([, { value }], i) =>
    stack([...spread(value), ...spread(gradients[outputs.length + i])]),
  )
  names.splice(
    0,
    names.length,
    ...outputs.map(([path]) => `layer ${path}`),
    ...parameters.map(([name]) => `parameter ${name}`),
  )
  return [...ofLayers, ...ofParameters]
}

function spread(x: Tensor): Tensor[] {
  const wide = x.cast('float32')
  const mean = wide.mean()
  return [mean, wide.sub(mean).square().mean().sqrt(), wide.square().mean().sqrt(), wide.abs().max()] as Tensor[]
}

function shares(x: Tensor): Tensor[] {
  const share = (mask: Tensor): Tensor => mask.cast('float32').mean() as Tensor
  const wide = x.cast('float32')
  const axes = wide.shape.slice(0, -1).map((_, i) => i)
  const units = axes.length === 0 ? wide.abs() : (wide.abs().max(axes) as Tensor)
  const [low, high] = [wide.less(0.03), wide.greater(0.97)]
  return [
    share(wide.equal(0)),
    share(units.equal(0)),
    share(wide.abs().greater(0.97)),
    share(low.logicalOr(high) as Tensor),
  ]
}

function layersOf(leaves: Leaves, values: ReadonlyMap<string, readonly number[]>): readonly LayerStatistics[] {
  const spreadOf = ([mean, deviation, rms, largest]: readonly number[]): Spread => ({ mean, deviation, rms, largest })
  return [...values].flatMap(([key, row]): LayerStatistics[] => {
    const path = key.replace(/^layer /, '')
    const module = leaves.get(path)
    if (module === undefined || path === key) return []
    const own = [...module.namedParameters()] as readonly (readonly [string, Parameter])[]
    const parameters = own.flatMap(([name]): ParameterStatistics[] => {
      const found = values.get(`parameter ${path}.${name}`)
      return found === undefined ? [] : [{ name, value: spreadOf(found), gradient: spreadOf(found.slice(4)) }]
    })
    const [zeros, dead, nearSignedEnds, nearUnitEnds] = row.slice(4)
    return [
      {
        ...{
          path,
          kind: module instanceof Activation ? module.name : module.constructor.name,
          output: spreadOf(row),
          zeros,
          dead,
          nearSignedEnds,
          nearUnitEnds,
        },
        ...{ gradient: spreadOf(row.slice(8)), parameters },
      },
    ]
  })
}
