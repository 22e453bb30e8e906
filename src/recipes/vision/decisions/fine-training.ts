import type { Tensor } from 'shapewise'
import { augment, type Column, type Dataset, dataset, floatColumn, labelColumn } from 'shapewise/data'
import * as nn from 'shapewise/nn'
import { adamW, oneCycle } from 'shapewise/optim'
import { fit, predict } from 'shapewise/train'
import { following } from '../../classification.js'
import type { RecipeContext } from '../../recipe.js'
import { LookingNet } from './looking-net.js'

const BATCH = 50

/** Pictures, and the species of each. */
export type LabelledPictures = Dataset<{
  readonly inputs: Column<'float32', readonly number[]>
  readonly labels: Column<'int32', readonly []>
}>

export const labelledPictures = (
  pixels: Float32Array,
  labels: Int32Array,
  shape: readonly number[],
  classes: number,
): LabelledPictures => dataset({ inputs: floatColumn(pixels, shape), labels: labelColumn(labels, { classes }) })

/** A network for so many species, with its features from another one, if any. */
export function network(channels: number, classes: number): LookingNet {
  return new LookingNet({ channels, classes, widths: [24, 48, 96] })
}

/** Takes over all but the last layer, whose answers are about other species. */
export async function takeFeatures(to: LookingNet, from: LookingNet): Promise<void> {
  nn.copyMatching(to.features, await from.features.state(), { strict: true })
}

/** Pictures moved, turned and resized a little; never mirrored, since that makes another character of some. */
const varied = augment.affine({ degrees: 12, translate: 0.08, scale: [0.9, 1.1], padding: 'border' })

export async function learn(
  context: RecipeContext,
  stage: string,
  model: LookingNet,
  data: LabelledPictures,
  { epochs, learningRate }: { readonly epochs: number; readonly learningRate: number },
): Promise<void> {
  const steps = epochs * Math.ceil(data.length / BATCH)
  await fit(model, data, {
    loss: (outputs, targets) => nn.crossEntropy(outputs, targets, { labelSmoothing: 0.1 }),
    optimizer: adamW({ learningRate: oneCycle(learningRate, { steps }), weightDecay: 0.02 }),
    ...{ epochs, batchSize: BATCH, augment: varied },
    ...following(context, { stage }),
  })
}

/** What a network says of each picture, and how sure it is. */
export async function said(model: LookingNet, data: LabelledPictures) {
  const probabilities = (await predict(model, data)).softmax(-1) as Tensor
  const [answers, confidences] = await Promise.all([probabilities.argMax(-1).data(), probabilities.max(-1).data()])
  return { answers, confidences: Array.from(confidences) }
}

export async function accuracyOf(model: LookingNet, data: LabelledPictures): Promise<number> {
  const { answers } = await said(model, data)
  return data.values('labels').filter((label, i) => label === answers[i]).length / data.length
}
