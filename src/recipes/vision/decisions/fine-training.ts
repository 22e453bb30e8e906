import type { Tensor } from 'shapewise'
import { augment, type Column, type Dataset, dataset, floatColumn, labelColumn } from 'shapewise/data'
import * as nn from 'shapewise/nn'
import { muon, oneCycle } from 'shapewise/optim'
import { fit, predict } from 'shapewise/train'
import { following } from '../../classification.js'
import type { RecipeContext } from '../../recipe.js'

const BATCH = 50
const WIDTHS = [24, 48, 96]
/** Rows and columns of places that the last layer sees. */
const GRID = 2

/** Pictures, and the kind of each. */
export type LabelledPictures = Dataset<{
  readonly inputs: Column<'float32', readonly number[]>
  readonly labels: Column<'int32', readonly []>
}>

/** Kinds to tell apart, and others of the same sort to learn from before. */
export interface Kinds {
  readonly before: LabelledPictures
  readonly train: LabelledPictures
  readonly test: LabelledPictures
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

/** Three convolutions, and what they find in each quarter of the picture: [batch, height, width, channels] → logits [batch, kinds]. */
export class FineNet extends nn.Module {
  readonly features: nn.Layer
  readonly answer: nn.Linear

  constructor(channels: number, kinds: number) {
    super()
    const stages = WIDTHS.map((width, i) =>
      nn.sequential(
        nn.conv2d(WIDTHS[i - 1] ?? channels, width, 3, { padding: 1, bias: false }),
        ...[nn.batchNorm2d(width), nn.relu(), i === WIDTHS.length - 1 ? nn.adaptiveAvgPool2d(GRID) : nn.maxPool2d(2)],
      ),
    )
    this.features = nn.sequential(...stages, nn.flatten())
    this.answer = nn.linear(WIDTHS.at(-1)! * GRID ** 2, kinds)
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

/**
 * Pictures moved by whole pixels, in more or less light. Turning or resizing would smooth them: then a network learns from pictures without the grain and the
 * fine veins of those that it is asked about.
 */
const varied = augment.compose(augment.crop({ padding: 2, mode: 'edge' }), augment.colourJitter({ brightness: 0.2 }))

export async function learn(
  context: RecipeContext,
  stage: string,
  model: FineNet,
  data: LabelledPictures,
  epochs: number,
): Promise<void> {
  const steps = epochs * Math.ceil(data.length / BATCH)
  await fit(model, data, {
    loss: nn.crossEntropy,
    optimizer: muon({ learningRate: oneCycle(0.02, { steps }), weightDecay: 0.01, adamFactor: 0.1 }),
    ...{ epochs, batchSize: BATCH, augment: varied },
    ...following(context, { stage }),
  })
}

export async function accuracyOf(model: FineNet, data: LabelledPictures): Promise<number> {
  const answers = await ((await predict(model, data)) as Tensor).argMax(-1).data()
  return data.values('labels').filter((label, i) => label === answers[i]).length / data.length
}
