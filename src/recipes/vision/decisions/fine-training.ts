import type { Tensor } from 'shapewise'
import { type augment, type Column, type Dataset, dataset, floatColumn, labelColumn } from 'shapewise/data'
import * as nn from 'shapewise/nn'
import { muon, oneCycle } from 'shapewise/optim'
import { fit, predict } from 'shapewise/train'
import { following } from '../../classification.js'
import type { RecipeContext } from '../../recipe.js'

/** Channels of the convolutions of each stage; pictures become half as large between stages. */
const STAGES = [[16], [32, 32], [64, 64], [128, 128]]

/** Pictures, and the kind of each. */
export type LabelledPictures = Dataset<{
  readonly inputs: Column<'float32', readonly number[]>
  readonly labels: Column<'int32', readonly []>
}>

/** Kinds to tell apart, others of the same sort to learn from before, and how pictures of both may be changed without changing the kind. */
export interface Kinds {
  readonly before: LabelledPictures
  readonly train: LabelledPictures
  readonly test: LabelledPictures
  readonly varied: augment.Augmentation
}

export const labelledPictures = (
  pixels: Float32Array | Uint8Array,
  labels: Int32Array,
  shape: readonly number[],
  classes: number,
): LabelledPictures =>
  dataset({
    inputs: floatColumn(pixels, shape, pixels instanceof Uint8Array ? { scale: 1 / 255 } : {}),
    labels: labelColumn(labels, { classes }),
  })

/** Seven convolutions, and the mean over all places: [batch, height, width, channels] → logits [batch, kinds]. */
export class FineNet extends nn.Module {
  readonly features: nn.Layer
  readonly answer: nn.Linear

  constructor(channels: number, kinds: number) {
    super()
    const widths = [channels, ...STAGES.flat()]
    const ends = STAGES.map((_, i) => STAGES.slice(0, i + 1).flat().length)
    const layers = widths
      .slice(1)
      .flatMap((width, i) => [
        nn.conv2d(widths[i]!, width, 3, { padding: 1, bias: false }),
        ...[nn.batchNorm2d(width), nn.relu()],
        ...(i + 1 < ends.at(-1)! && ends.includes(i + 1) ? [nn.maxPool2d(2)] : []),
      ])
    this.features = nn.sequential(...layers, nn.globalAvgPool()) as nn.Layer
    this.answer = nn.linear(widths.at(-1)!, kinds)
  }

  forward(pictures: Tensor): Tensor {
    return this.answer.forward(this.features.forward(pictures) as Tensor) as Tensor
  }
}

/** A network for the kinds of some pictures. */
export function networkFor(data: LabelledPictures): FineNet {
  const { inputs } = data.gather([0])
  return new FineNet(inputs.shape.at(-1)!, new Set(data.values('labels')).size)
}

export interface Learning {
  readonly epochs: number
  readonly batchSize: number
  readonly varied: augment.Augmentation
  /** The highest learning rate of one cycle. */
  readonly learningRate: number
  readonly weightDecay: number
  /** Times the learning rate for all but the last layer; 1. */
  readonly below?: number
}

export async function learn(
  context: RecipeContext,
  stage: string,
  model: FineNet,
  data: LabelledPictures,
  { epochs, batchSize, varied, learningRate, weightDecay, below = 1 }: Learning,
): Promise<void> {
  const steps = epochs * Math.ceil(data.length / batchSize)
  const groups = [{ match: /^features/, learningRateFactor: below }]
  await fit(model, data, {
    loss: nn.crossEntropy,
    optimizer: muon({ learningRate: oneCycle(learningRate, { steps }), weightDecay, adamFactor: 0.1, groups }),
    ...{ epochs, batchSize, augment: varied },
    ...following(context, { stage }),
  })
}

export async function accuracyOf(model: FineNet, data: LabelledPictures): Promise<number> {
  const answers = await ((await predict(model, data)) as Tensor).argMax(-1).data()
  return data.values('labels').filter((label, i) => label === answers[i]).length / data.length
}
