import type { Tensor } from 'shapewise'
import {
  augment,
  type CamVid,
  type Column,
  camVid,
  type Dataset,
  dataset,
  floatColumn,
  integerColumn,
  type SegmentationDataset,
} from 'shapewise/data'
import { ConfusionMatrix } from 'shapewise/metrics'
import * as nn from 'shapewise/nn'
import { type Model, predict } from 'shapewise/train'
import type { Picture, Reporter } from '../../report.js'

/** 2.5 times smaller than CamVid's pictures; sides are multiples of 16. */
export const [HEIGHT, WIDTH] = [144, 192]
export const PIXELS = HEIGHT * WIDTH
/** All but unlabelled, which no network learns and no figure counts. */
export const CLASSES = 11
const UNLABELLED = CLASSES
/** What networks have outputs for: the last one is for what has no label, is never taught, and is not looked at. */
export const OUTPUTS = CLASSES + 1
/** Mean and deviation of bytes of these pictures, over all colours. */
const [MEAN, DEVIATION] = [0.41, 0.3]

/** Small pictures of streets, and what is at each pixel. */
export type StreetExamples = Dataset<{
  readonly inputs: Column<'float32', readonly [144, 192, 3]>
  readonly labels: Column<'int32', readonly [144, 192]>
}>

export interface Streets {
  readonly train: StreetExamples
  readonly test: StreetExamples
  /** The test pictures in their own size. */
  readonly whole: CamVid['test']
  readonly classes: readonly string[]
}

/** CamVid's streets made small. Says where they come from. */
export async function streets(report: Reporter, limit = 0): Promise<Streets> {
  const { train, test, classes, source } = await camVid()
  report.data({ name: 'CamVid, a subset', description: source.description, genuine: source.genuine })
  const learned = limit === 0 ? train : train.take(limit)
  return { train: await small(learned), test: await small(test), whole: test, classes }
}

/** Colours as means around each place, labels as they are at the nearest. */
export async function small(data: SegmentationDataset<360, 480>): Promise<StreetExamples> {
  const { inputs, labels } = data.gather([...Array(data.length).keys()]).tensors()
  const colours = (inputs as Tensor).sub(MEAN).div(DEVIATION).avgPool(2).resize([HEIGHT, WIDTH], { mode: 'bilinear' })
  const kinds = (labels as Tensor).unsqueeze(-1).cast('float32').resize([HEIGHT, WIDTH]).cast('int32')
  return dataset({
    inputs: floatColumn((await colours.data()) as Float32Array, [144, 192, 3] as const),
    labels: integerColumn((await kinds.data()) as Int32Array, [144, 192] as const),
  })
}

/** Pieces of streets as they might be seen from another car, in another light. */
export const otherStreets = augment.compose(
  augment.affine({ scale: [0.8, 1.3], maskFill: UNLABELLED }),
  augment.flip(),
  augment.crop({ size: [96, 128] }),
)

/** Cross-entropy of all pixels that have a label; with weights, rare classes count for more. */
export const pixelLoss = (logits: Tensor, labels: Tensor, weight?: Tensor): Tensor<[]> =>
  nn.crossEntropy(logits, labels, { ignoreIndex: UNLABELLED, ...(weight && { weight }) }) as Tensor<[]>

export interface StreetScores {
  /** The part of all pixels that is named right. */
  readonly pixelAccuracy: number
  /** The mean over classes of the part of their pixels that is named right. */
  readonly classAccuracy: number
  readonly meanIou: number
  /** Intersection over union of each class; NaN for one that is nowhere. */
  readonly iou: readonly number[]
  /** What is named at each pixel of the small pictures. */
  readonly named: Int32Array
}

/** What a network sees in the test pictures: its scores are enlarged to the size of these, and compared with all of their labels. */
export async function score(model: Model, { test, whole }: Streets, signal: AbortSignal): Promise<StreetScores> {
  const logits = ((await predict(model, test, { batchSize: 2, signal })) as Tensor).slice('...', [0, CLASSES]) as Tensor
  const confusion = new ConfusionMatrix({ classes: CLASSES })
  for (let i = 0; i < whole.length; i++) {
    const named = await logits
      .slice([i, i + 1])
      .resize([360, 480], { mode: 'bilinear' })
      .argMax(-1)
      .data()
    const { labels } = whole.example(i)
    const known = Array.from(labels.keys()).filter((pixel) => labels[pixel] !== UNLABELLED)
    confusion.update(
      known.map((pixel) => Number(named[pixel])),
      known.map((pixel) => labels[pixel]!),
    )
  }
  const matrix = confusion.result()
  const there = matrix.map(sum)
  const right = matrix.map((row, i) => row[i]!)
  const iou = right.map((count, i) => count / (there[i]! + sum(matrix.map((row) => row[i]!)) - count))
  return {
    pixelAccuracy: sum(right) / sum(there),
    classAccuracy: mean(right.map((count, i) => count / there[i]!)),
    ...{ meanIou: mean(iou), iou },
    named: (await logits.argMax(-1).data()) as Int32Array,
  }
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)
/** Of what is a number. */
const mean = (values: readonly number[]): number => {
  const known = values.filter((value) => !Number.isNaN(value))
  return sum(known) / known.length
}

/** Colours of the classes, near to those of the things. */
const palette = [
  ...['#9bd3f5', '#8c5a3c', '#f5d800', '#77777f', '#d9a0d0', '#2e8b3d'],
  ...['#ff7f0e', '#c9b27c', '#2f4fd8', '#e8202a', '#00c8c0', '#000000'],
]

/** What the colours of {@link coloured} mean. */
export const legend = ({ classes }: Pick<Streets, 'classes'>) =>
  classes.map((name, i) => ({ name, color: palette[i]! }))

/** Labels as a picture in the colours of their classes. */
export const coloured = (caption: string, labels: ArrayLike<number>): Picture => ({
  ...{ caption, width: WIDTH, height: HEIGHT, channels: 3 },
  values: Array.from(labels).flatMap((label) =>
    [1, 3, 5].map((at) => Number.parseInt(palette[label]!.slice(at, at + 2), 16) / 255),
  ),
})

/** A small picture as it was. */
export const photograph = (caption: string, inputs: Float32Array): Picture => ({
  ...{ caption, width: WIDTH, height: HEIGHT, channels: 3 },
  values: inputs.map((value) => value * DEVIATION + MEAN),
})
