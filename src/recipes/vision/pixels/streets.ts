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
import { flag, integer } from '../../option.js'
import type { Picture, Reporter } from '../../report.js'

/** 3.75 times smaller than CamVid's pictures; sides are multiples of 32. */
export const [HEIGHT, WIDTH] = [96, 128]
export const PIXELS = HEIGHT * WIDTH
/** All but unlabelled, which no network learns and no figure counts. */
export const CLASSES = 11
const UNLABELLED = CLASSES
/** What networks have outputs for: the last one is for what has no label, is never taught, and is not looked at. */
export const OUTPUTS = CLASSES + 1
/** Small pictures of streets, and what is at each pixel. */
export type StreetExamples = Dataset<{
  readonly inputs: Column<'float32', readonly [number, number, 3]>
  readonly labels: Column<'int32', readonly [number, number]>
}>

export interface Streets {
  readonly train: StreetExamples
  /** Pictures that are judged by. */
  readonly test: StreetExamples
  /** These in their own size. */
  readonly whole: CamVid['test']
  readonly classes: readonly string[]
}

/** What the recipes on streets have in common. */
export const streetOptions = {
  limit: integer(0, 'learn from the first so many pictures; 0 for all', { minimum: 0 }),
  validation: flag(false, 'measure on the validation pictures instead of the test set'),
}

/** CamVid's streets made small. Says where they come from. */
export async function streets(
  report: Reporter,
  { limit, validation }: { readonly limit: number; readonly validation: boolean },
): Promise<Streets> {
  const { classes, source, ...parts } = await camVid()
  report.data({ name: 'CamVid, a subset', description: source.description, genuine: source.genuine })
  const learned = limit === 0 ? parts.train : parts.train.take(limit)
  const whole = validation ? parts.validation : parts.test
  return { train: await small(learned), test: await small(whole), whole, classes }
}

/** Colours with mean 0 and variance 1 over each picture, whatever its light; labels as they are at the nearest place. */
export async function small(data: SegmentationDataset<360, 480>): Promise<StreetExamples> {
  const { inputs, labels } = data.gather([...Array(data.length).keys()]).tensors()
  const colours = (inputs as Tensor).resize([HEIGHT, WIDTH], { mode: 'bilinear', antialias: true }) as Tensor
  const over = { keepDims: true }
  const { mean, deviation } = {
    mean: colours.mean([1, 2, 3], over) as Tensor,
    deviation: colours.std([1, 2, 3], over) as Tensor,
  }
  const kinds = (labels as Tensor).unsqueeze(-1).cast('float32').resize([HEIGHT, WIDTH]).cast('int32')
  return dataset({
    inputs: floatColumn((await colours.sub(mean).div(deviation).data()) as Float32Array, [HEIGHT, WIDTH, 3]),
    labels: integerColumn((await kinds.data()) as Int32Array, [HEIGHT, WIDTH]),
  })
}

/** How far brightness and contrast are changed. */
const LIGHT = 0.3

/** Brighter or darker, with more or less contrast. */
const otherLight = augment.augmentation(({ inputs, targets }, draws) => {
  const each = (low: number, high: number) => draws.uniform(inputs, low, high).reshape([-1, 1, 1, 1]) as Tensor
  return { inputs: inputs.mul(each(1 - LIGHT, 1 + LIGHT)).add(each(-LIGHT, LIGHT)) as Tensor, targets }
})

/** Streets as they might be seen from another car, in another light. */
export const otherStreets = augment.compose(
  augment.affine({ scale: [0.8, 1.3], translate: 0.1, maskFill: UNLABELLED }),
  augment.flip(),
  otherLight,
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

/** A small picture, with its mean brightness where it is well seen. */
export const photograph = (caption: string, inputs: Float32Array): Picture => ({
  ...{ caption, width: WIDTH, height: HEIGHT, channels: 3 },
  values: inputs.map((value) => Math.min(1, Math.max(0, 0.4 + 0.3 * value))),
})
