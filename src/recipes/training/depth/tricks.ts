import type { Tensor } from 'shapewise'
import * as nn from 'shapewise/nn'
import { layerStatistics } from 'shapewise/train'
import type { Examples } from './again.js'

export const LAYERS = 4
export const UNITS = 128
/** Of the naive first weights, whatever the size of the layer. */
const NAIVE_DEVIATION = 0.01
const DROPPED = 0.1
/** Pictures whose way through the layers is looked at. */
const LOOKED_AT = 500

export const tricks = ['initialisation', 'batch norm', 'Adam', 'ReLU', 'dropout'] as const
export type Tricks = readonly (typeof tricks)[number][]

export const nameOf = (chosen: Tricks): string =>
  chosen.length === tricks.length ? 'all of them' : chosen.join(' + ') || 'none of them'

/** A perceptron of several layers, with some of the tricks. */
export function network(chosen: Tricks) {
  const { normal, heNormal, glorotNormal, zeros } = nn.initializers
  const fitted = chosen.includes('ReLU') ? heNormal() : glorotNormal()
  const initializer = chosen.includes('initialisation') ? fitted : normal(NAIVE_DEVIATION)
  const options = { initializer, biasInitializer: zeros() }
  const layers = Array.from({ length: LAYERS }, (_, layer): nn.Link[] => [
    nn.linear(layer === 0 ? 784 : UNITS, UNITS, options),
    ...(chosen.includes('batch norm') ? [nn.batchNorm1d(UNITS)] : []),
    chosen.includes('ReLU') ? nn.relu() : nn.sigmoid(),
    ...(chosen.includes('dropout') ? [nn.dropout(DROPPED)] : []),
  ])
  return new nn.Sequential<readonly nn.Link[]>([...layers.flat(), nn.linear(UNITS, 10, options)])
}

/** What a layer does before anything is learned. */
export interface HiddenLayer {
  readonly outputs: Float32Array
  /** How far the outputs of a unit lie apart for different pictures. */
  readonly spread: number
  /** Root mean square of the gradient of the weights. */
  readonly gradient: number
}

export async function lookInto(
  model: ReturnType<typeof network>,
  { inputs: all, labels }: Examples,
): Promise<HiddenLayer[]> {
  const inputs = all.slice([0, LOOKED_AT])
  const statistics = await layerStatistics(model, nn.crossEntropy, inputs, labels.slice([0, LOOKED_AT]))
  const weighted = statistics.filter(({ kind }) => kind === 'Linear').slice(0, LAYERS)
  const paths = statistics.filter(({ kind }) => kind === 'relu' || kind === 'sigmoid').map(({ path }) => path)
  model.train()
  const { outputs } = nn.outputsOf(model, paths, () => model.forward(inputs))
  const layers = paths.map(async (path, i) => {
    const [values] = (outputs as Readonly<Record<string, readonly Tensor[]>>)[path]!
    const spread = await values!.sub(values!.mean(0)).square().mean().sqrt().item()
    const gradient = weighted[i]!.parameters.find(({ name }) => name === 'weight')!.gradient.rms
    return { outputs: (await values!.data()) as Float32Array, spread, gradient }
  })
  return Promise.all(layers)
}
