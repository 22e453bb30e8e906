import { compile, type Tensor, zeros } from 'shapewise'
import { augment } from 'shapewise/data'
import type { Enlarging } from 'shapewise/models'
import * as nn from 'shapewise/nn'
import { muon, oneCycle } from 'shapewise/optim'
import { trainLoop } from 'shapewise/train'
import type { RecipeContext } from '../../recipe.js'
import { enlarged, type SharpPictures, shrunk } from './sharp-pictures.js'

export const SCALE = 4

/**
 * What a network adds to bicubic interpolation: at first nothing, since its last layer begins with zeros. (Kim, Lee and Lee, "Accurate image
 * super-resolution using very deep convolutional networks", 2016.)
 */
export class OverBicubic extends nn.Module {
  constructor(
    readonly network: Enlarging<3, number>,
    /** Whether the network sees the small picture, or the one that was enlarged already. */
    readonly sees: 'small' | 'enlarged' = 'small',
  ) {
    super()
    for (const parameter of Object.values(network.stages).at(-1)!.parameters()) parameter.assign(zeros(parameter.shape))
  }

  forward(small: Tensor): Tensor {
    const bicubic = enlarged(small, SCALE)
    return bicubic.add(this.network.forward((this.sees === 'small' ? small : bicubic) as never)) as Tensor
  }
}

export interface EnlargerTraining {
  readonly stage: string
  /** About so many: passes are whole ones. */
  readonly steps: number
  readonly batchSize: number
  readonly learningRate: number
}

type Context = Pick<RecipeContext, 'report' | 'seed' | 'signal'>

/** Whole batches, and as many passes as come nearest to the steps that are wanted. */
export function courseOf(train: SharpPictures, { steps, batchSize }: Pick<EnlargerTraining, 'steps' | 'batchSize'>) {
  const limitBatches = Math.floor(train.length / batchSize)
  const epochs = Math.max(1, Math.round(steps / limitBatches))
  return { batchSize, epochs, limitBatches, steps: epochs * limitBatches }
}

/** Teaches a network to bring back pictures that were shrunk: the mean absolute difference becomes small. */
export async function learn(
  { report, seed, signal }: Context,
  model: OverBicubic,
  train: SharpPictures,
  { stage, learningRate, ...wanted }: EnlargerTraining,
): Promise<OverBicubic> {
  const { steps, ...course } = courseOf(train, wanted)
  const optimizer = muon(model, { learningRate: oneCycle(learningRate, { steps }), adamFactor: 0.1, clipNorm: 1 })
  const mirrored = augment.flip({ vertical: 0.5, diagonal: 0.5 })
  const step = compile((given: Tensor) => {
    const sharp = mirrored(given) as Tensor
    const loss = nn.meanAbsoluteError(model.forward(shrunk(sharp, SCALE)), sharp) as Tensor<[]>
    optimizer.minimize(loss)
    return loss
  })
  await trainLoop((batch) => step(batch.tensors().sharp), train, {
    parts: { model, optimizer },
    ...{ ...course, seed, signal },
    onBatch: ({ batch, batches, epoch, examples, metrics }) =>
      report.progress({ stage, epoch, epochs: course.epochs, batch, batches: batches ?? batch, examples, metrics }),
  })
  return model.eval() as OverBicubic
}
