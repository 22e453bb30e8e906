import type { Tensor } from 'shapewise'
import { type RocResult, rocCurve } from 'shapewise/metrics'
import * as nn from 'shapewise/nn'
import { predict } from 'shapewise/train'
import type { FineNet, LabelledPictures } from './fine-training.js'

/** The part of known kinds that may be refused. */
const REFUSED = 0.1

/** Ways to tell what is known: the largest probability, and the largest cosine with the mean features of a kind. */
export const measures = ['confidence', 'nearness'] as const
export type Measure = (typeof measures)[number]

interface Said extends Readonly<Record<Measure, readonly number[]>> {
  readonly answers: ArrayLike<number>
}

/** How well a network knows pictures: of known species for the threshold and for the test, and of species that it has never seen. */
export type Scores = Readonly<Record<'aside' | 'known' | 'unknown', readonly number[]>>

/** What comes of refusing to name what scores below a threshold. */
export interface Refusal {
  readonly scores: Scores
  readonly threshold: number
  readonly curve: RocResult
  /** Parts of the known pictures that it names, of those that it names rightly, and of the unknown that it refuses. */
  readonly accepted: number
  readonly accuracy: number
  readonly refused: number
}

/**
 * Lets a network refuse.
 *
 * (Hendrycks and Gimpel, "A baseline for detecting misclassified and out-of-distribution examples in neural networks", 2017, for confidence; distances to
 * means of classes as in Mensink et al., "Distance-based image classification", 2013.)
 */
export async function openSet(
  model: FineNet,
  sets: Readonly<Record<'train' | 'aside' | 'test' | 'strangers', LabelledPictures>>,
): Promise<Readonly<Record<Measure, Refusal>>> {
  const means = await meansOf(model, sets.train)
  const aside = await said(model, means, sets.aside)
  const known = await said(model, means, sets.test)
  const unknown = await said(model, means, sets.strangers)
  const isRight = Array.from(sets.test.values('labels'), (label, i) => known.answers[i] === label)
  const by = (measure: Measure) =>
    refusal({ aside: aside[measure], known: known[measure], unknown: unknown[measure] }, isRight)
  return { confidence: by('confidence'), nearness: by('nearness') }
}

/**
 * Refuses below the score that a tenth of `aside` do not reach.
 *
 * @param isRight which of the known are named rightly
 */
export function refusal(scores: Scores, isRight: readonly boolean[]): Refusal {
  const { aside, known, unknown } = scores
  const threshold = [...aside].sort((a, b) => a - b)[Math.floor(REFUSED * aside.length)]!
  const named = known.flatMap((score, i) => (score >= threshold ? [i] : []))
  return {
    ...{ scores, threshold },
    curve: rocCurve([...known, ...unknown], [...known.map(() => 1), ...unknown.map(() => 0)]),
    accepted: named.length / known.length,
    accuracy: named.filter((i) => isRight[i]).length / named.length,
    refused: unknown.filter((score) => score < threshold).length / unknown.length,
  }
}

/** Features of length 1. */
async function directions(model: FineNet, data: LabelledPictures): Promise<Tensor> {
  const features = (await predict(model.features, data)) as Tensor
  return features.div(features.square().sum(-1, { keepDims: true }).add(1e-12).sqrt()) as Tensor
}

/** The mean direction of each kind, [kinds, features]. */
async function meansOf(model: FineNet, data: LabelledPictures): Promise<Tensor> {
  const { labels } = data.gather(Array.from({ length: data.length }, (_, i) => i)).tensors()
  const kinds = new Set(data.values('labels')).size
  const sums = (labels.oneHot(kinds) as Tensor).transpose().matmul(await directions(model, data)) as Tensor
  return sums.div(sums.square().sum(-1, { keepDims: true }).sqrt()) as Tensor
}

async function said(model: FineNet, means: Tensor, data: LabelledPictures): Promise<Said> {
  const probabilities = nn.softmax((await predict(model, data)) as Tensor) as Tensor
  const cosines = (await directions(model, data)).matmul(means.transpose()) as Tensor
  return {
    answers: await probabilities.argMax(-1).data(),
    confidence: Array.from(await probabilities.max(-1).data()),
    nearness: Array.from(await cosines.max(-1).data()),
  }
}
