import type { Convolution } from '../../nn/layers/convolution/convolution.js'
import { DepthwiseConv } from '../../nn/layers/convolution/depthwise.js'
import { Conv } from '../../nn/layers/convolution/plain.js'
import { SeparableConv } from '../../nn/layers/convolution/separable.js'
import { ConvTranspose } from '../../nn/layers/convolution/transposed.js'
import { Embedding } from '../../nn/layers/embedding/embedding.js'
import { Linear } from '../../nn/layers/linear/linear.js'
import { BatchNorm } from '../../nn/layers/normalization/batch.js'
import { LayerNorm } from '../../nn/layers/normalization/features.js'
import { GroupNorm } from '../../nn/layers/normalization/groups.js'
import type { RecurrentCell } from '../../nn/layers/recurrent/cell.js'
import { Recurrent } from '../../nn/layers/recurrent/recurrent.js'
import type { Module } from '../../nn/module.js'
import type { ShapeFunction } from '../../tensor/types/index.js'
import type { Variable } from '../../tensor/variable.js'
import type { Layout } from '../weights/layout.js'
import type { WeightRule } from '../weights/load.js'
import { numberedByClass } from './weights.js'

/** A variable and where its weight is in the group of its layer. */
interface Place extends Partial<Layout> {
  readonly variable: Variable | undefined
  readonly at: string
  readonly change?: string
  readonly zeros?: true
}

/** A layer of Keras that a module, or a part of one, stands for. */
interface Counterpart {
  readonly className: string
  readonly places: readonly Place[]
}

/** What Keras 3 calls the weights of a model in its files: layers by their classes, numbered where there are several. */
export function kerasRules(model: Module): readonly WeightRule[] {
  const paths = new Map([...model.variables()].map(([path, variable]): [Variable, string] => [variable, path]))
  const parts = new Set<Module>()
  const found: Counterpart[] = []
  for (const module of model.modules().values()) {
    if (parts.has(module)) continue
    found.push(...counterparts(module))
    // What is in a separable convolution is no layer of its own.
    if (module instanceof SeparableConv) for (const part of module.modules().values()) parts.add(part)
  }
  const keys = numberedByClass(found.map(({ className }) => ({ className, name: '' })))
  return found.flatMap(({ places }, i) =>
    places.flatMap(({ variable, at, shape, ...rest }): WeightRule[] => {
      const path = variable && paths.get(variable)
      if (variable === undefined || path === undefined) return []
      return [{ ...rest, path, name: `layers/${keys[i]}/${at}`, shape: shape ?? variable.shape }]
    }),
  )
}

/** Weights as they are, in their order. */
const plain = (className: string, ...variables: readonly (Variable | undefined)[]): Counterpart => ({
  className,
  places: variables.filter((each) => each !== undefined).map((variable, i) => ({ variable, at: `vars/${i}` })),
})

function counterparts(module: Module): readonly Counterpart[] {
  if (module instanceof Linear) return [plain('Dense', module.weight, module.bias)]
  if (module instanceof Embedding) return [plain('Embedding', module.weight)]
  if (module instanceof LayerNorm) return [plain('LayerNormalization', module.weight, module.bias)]
  if (module instanceof GroupNorm) return [plain('GroupNormalization', module.weight, module.bias)]
  if (module instanceof BatchNorm) {
    return [plain('BatchNormalization', module.weight, module.bias, module.runningMean, module.runningVariance)]
  }
  if (module instanceof SeparableConv) {
    const { depthwise, pointwise } = module
    const [first] = depthwisePlaces(depthwise)
    const places = [first, { variable: pointwise.weight, at: 'vars/1' }, { variable: pointwise.bias, at: 'vars/2' }]
    return [{ className: `SeparableConv${axesOf(depthwise)}D`, places }]
  }
  if (module instanceof DepthwiseConv) {
    return [{ className: `DepthwiseConv${axesOf(module)}D`, places: depthwisePlaces(module) }]
  }
  if (module instanceof ConvTranspose) return [transposed(module)]
  if (module instanceof Conv) return [plain(`Conv${axesOf(module)}D`, module.weight, module.bias)]
  return module instanceof Recurrent ? recurrent(module) : []
}

const axesOf = ({ weight }: Pick<Convolution<ShapeFunction>, 'weight'>): number => weight.shape.length - 2

/** Keras has the outputs of each channel apart. */
function depthwisePlaces({ weight, bias, inChannels }: Convolution<ShapeFunction>): readonly [Place, Place] {
  const window = weight.shape.slice(0, -2)
  const shape = [...window, inChannels, weight.shape[window.length + 1] / inChannels]
  return [
    { variable: weight, at: 'vars/0', shape },
    { variable: bias, at: 'vars/1' },
  ]
}

/** Keras has the outputs before the inputs. */
function transposed(module: Convolution<ShapeFunction>): Counterpart {
  const { weight, bias } = module
  const axes = axesOf(module)
  const [inputs, outputs] = weight.shape.slice(axes)
  const order = [...Array.from({ length: axes }, (_, i) => i), axes + 1, axes]
  const shape = [...weight.shape.slice(0, axes), outputs, inputs]
  const places: Place[] = [
    { variable: weight, at: 'vars/0', shape, axes: order, change: 'inputs before outputs' },
    { variable: bias, at: 'vars/1' },
  ]
  return { className: `Conv${axes}DTranspose`, places }
}

const classes = { lstm: 'LSTM', gru: 'GRU', rnn: 'SimpleRNN' } as const

/** Layers on top of each other are layers of their own in Keras. */
function recurrent({ kind, cells, bidirectional }: Recurrent<'lstm' | 'gru' | 'rnn'>): readonly Counterpart[] {
  if (!bidirectional) {
    return cells.map((cell) => ({ className: classes[kind], places: cellPlaces(cell, kind, 'cell') }))
  }
  return cells.flatMap((cell, i) => {
    if (i % 2 === 1) return []
    const [forward, backward] = [
      cellPlaces(cell, kind, 'forward_layer/cell'),
      cellPlaces(cells[i + 1], kind, 'backward_layer/cell'),
    ]
    return [{ className: 'Bidirectional', places: [...forward, ...backward] }]
  })
}

function cellPlaces(
  cell: Pick<RecurrentCell, 'inputWeight' | 'stateWeight' | 'inputBias' | 'stateBias'>,
  kind: keyof typeof classes,
  at: string,
): readonly Place[] {
  const { inputWeight, stateWeight, inputBias, stateBias } = cell
  // Keras has update, reset, candidate in a GRU, and both of its biases in one.
  const isGru = kind === 'gru'
  const order = isGru ? { parts: [1, 0, 2], change: 'gates in our order' } : {}
  const bias = (variable: Variable | undefined, row: number): Place => ({
    ...{ variable, at: `${at}/vars/2`, ...order },
    ...(isGru && { shape: [2, ...(variable?.shape ?? [])], rows: [row, row + 1] as const }),
  })
  return [
    { variable: inputWeight, at: `${at}/vars/0`, ...order },
    { variable: stateWeight, at: `${at}/vars/1`, ...order },
    bias(inputBias, 0),
    isGru ? bias(stateBias, 1) : { variable: stateBias, at: `${at}/vars/2`, zeros: true },
  ]
}
