import { compile, concat, type Tensor } from 'shapewise'
import { augment, batchStream, dataset, floatColumn } from 'shapewise/data'
import * as nn from 'shapewise/nn'
import { adamW, oneCycle } from 'shapewise/optim'
import { type Model, trainLoop } from 'shapewise/train'
import type { RecipeContext } from '../../recipe.js'
import { type Collection, together } from './collections.js'

const BATCH = 96
/** Cosines are divided by it. */
const TEMPERATURE = 0.1

/** Drawings of the same by the same hand, on white, with other colours. */
const redrawn = augment.compose(
  augment.affine({ degrees: 8, translate: 0.06, scale: [0.88, 1.12], fill: 1 }),
  augment.colourJitter({ brightness: 0.2, contrast: 0.2, saturation: 0.3, hue: 0.04 }),
)

export interface PairTraining {
  readonly stage: string
  readonly passes: number
  readonly learningRate: number
}

/** Trains a model so that by its vectors the two pictures of a pair find each other among those of a batch. */
export async function trainByPairs(
  { report, seed, signal }: Pick<RecipeContext, 'report' | 'seed' | 'signal'>,
  model: Model,
  { pairs, side, channels }: Collection,
  { stage, passes, learningRate }: PairTraining,
): Promise<void> {
  const column = (k: 0 | 1) => floatColumn(together(pairs.map((pair) => pair[k])), [side, side, channels])
  // A few steps even where there are few pairs.
  const batchSize = Math.min(BATCH, Math.ceil(pairs.length / 4))
  const data = batchStream(dataset({ one: column(0), other: column(1) }), {
    batchSize,
    dropLast: true,
    shuffle: true,
    seed,
  })
  const batches = Math.floor(pairs.length / batchSize)
  const optimizer = adamW(model, {
    learningRate: oneCycle(learningRate, { steps: passes * batches }),
    weightDecay: 0.01,
  })
  const step = compile((one: Tensor, other: Tensor) => {
    const both = concat([one, other]) as Tensor
    const vectors = model.forward(channels === 3 ? (redrawn(both) as Tensor) : both)
    const halves = [vectors.slice([0, batchSize]), vectors.slice([batchSize, null])] as [Tensor, Tensor]
    const loss = nn.infoNce(...halves, { temperature: TEMPERATURE, symmetric: true })
    optimizer.minimize(loss)
    return loss
  })
  await trainLoop((batch) => step(batch.tensors().one as Tensor, batch.tensors().other as Tensor), data, {
    ...{ parts: { model, optimizer }, epochs: passes, signal },
    onBatch: (event) => report.progress({ stage, ...event, batches, metrics: event.metrics }),
  })
}
