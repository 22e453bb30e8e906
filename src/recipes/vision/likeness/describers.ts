import * as nn from 'shapewise/nn'
import { pairWhitening } from 'shapewise/projections'
import type { Model } from 'shapewise/train'
import type { RecipeContext } from '../../recipe.js'
import type { PretrainedSqueezenet } from '../squeezenet.js'
import type { Collection } from './collections.js'
import {
  AttentionPool,
  type Described,
  Descriptor,
  described,
  features,
  type Pooling,
  QuarterPool,
  whiteningLayer,
} from './descriptors.js'
import { trainByPairs } from './pair-training.js'
import { SHRINKAGE } from './searching.js'

type Context = Pick<RecipeContext, 'report' | 'seed' | 'signal'>

/** Channels of the maps that are pooled. */
const CHANNELS = 256

/** A collection by what SqueezeNet, as it was trained on photographs, sees in its pictures, made to vectors in several ways. */
export async function pooled(
  context: Context,
  network: PretrainedSqueezenet,
  collection: Collection,
): Promise<Record<string, Described>> {
  const attention = new AttentionPool(CHANNELS)
  const attending = new Descriptor(network, ['fire5'], [attention])
  const stage = `attention on ${collection.name}`
  await trainByPairs(context, attending, collection, { stage, passes: 2, learningRate: 0.01 })
  const poolings: Readonly<Record<string, Pooling>> = {
    ...{ mean: nn.globalAvgPool(), max: nn.globalMaxPool(), GeM: nn.gemPool(), 'R-MAC': nn.rmacPool(), attention },
  }
  // The maps are the same for all.
  const all = await described(new Descriptor(network, ['fire5'], Object.values(poolings)), collection)
  const parts = Object.keys(poolings).map((name, k) => [name, features(all, CHANNELS * k, CHANNELS * (k + 1))] as const)
  return { ...Object.fromEntries(parts), quarters: await described(inQuarters(network), collection) }
}

/** Quarters of the maps of two depths: where something is counts, too. */
const inQuarters = (network: PretrainedSqueezenet) => new Descriptor(network, ['fire3', 'fire5'], [new QuarterPool()])

/** SqueezeNet trained further so that its maps, whitened as they were before, find each other. */
export async function trainedFurther(
  context: Context,
  network: PretrainedSqueezenet,
  collection: Collection,
  options: { readonly before: Described; readonly passes: number },
): Promise<Model> {
  const whitening = await pairWhitening(...options.before.pairs, { shrinkage: SHRINKAGE })
  const layers = [inQuarters(await network.copy()), whiteningLayer(whitening).freeze()] as const
  const model = nn.sequential(...(layers as readonly nn.Layer[])) as nn.Layer as Model
  const stage = `SqueezeNet on ${collection.name}`
  await trainByPairs(context, model, collection, { stage, passes: options.passes, learningRate: 1e-3 })
  return model
}
