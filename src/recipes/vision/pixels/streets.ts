import type { Tensor } from 'shapewise'
import {
  augment,
  type Column,
  camVid,
  type Dataset,
  dataset,
  floatColumn,
  integerColumn,
  type SegmentationDataset,
} from 'shapewise/data'
import * as nn from 'shapewise/nn'
import { flag, integer } from '../../option.js'
import type { Reporter } from '../../report.js'

/** 3.75 times smaller than CamVid's pictures; sides are multiples of 32. */
export const [HEIGHT, WIDTH] = [96, 128]
/** All but unlabelled, which no network learns and no figure counts. */
export const CLASSES = 11
const UNLABELLED = CLASSES
/** What networks have outputs for: the last one is for what has no label, is never taught, and is not looked at. */
export const OUTPUTS = CLASSES + 1

/** Small pictures of streets, colours from 0 to 1, and what is at each pixel. */
export type StreetExamples = Dataset<{
  readonly inputs: Column<'float32', readonly [number, number, 3]>
  readonly labels: Column<'int32', readonly [number, number]>
}>
export type WholeStreets = SegmentationDataset<360, 480>

export interface Streets {
  readonly train: StreetExamples
  /** Pictures that are judged by. */
  readonly test: StreetExamples
  /** These in their own size. */
  readonly whole: WholeStreets
  readonly classes: readonly string[]
}

/** What the recipes on streets have in common. */
export const streetOptions = {
  limit: integer(0, 'learn from the first so many pictures; 0 for all', { minimum: 0 }),
  validation: flag(
    false,
    'hold out a third of the pictures to learn from; measure on them and the validation pictures',
  ),
}

/** The end of the first of the three drives on which the training pictures were taken, and the second. */
const HELD = { from: 5, to: 18 }

/**
 * CamVid's streets made small. Says where they come from.
 *
 * The validation pictures show eight seconds of one street, which is among those to learn from, and most of the test is a drive through others. So
 * settings were chosen on the validation pictures and on drives that were held out; what is tested has learned from all.
 */
export async function streets(
  report: Reporter,
  { limit, validation }: { readonly limit: number; readonly validation: boolean },
): Promise<Streets> {
  const { classes, source, ...parts } = await camVid()
  report.data({ name: 'CamVid, a subset', description: source.description, genuine: source.genuine })
  const numbers = Array.from({ length: parts.train.length }, (_, i) => i)
  const isHeld = (i: number): boolean => i >= HELD.from && i < HELD.to
  const learned = validation
    ? parts.train.subset(numbers.filter((i) => !isHeld(i)))
    : parts.train.concat(parts.validation)
  const whole = validation ? parts.validation.concat(parts.train.subset(numbers.filter(isHeld))) : parts.test
  return { train: await small(limit === 0 ? learned : learned.take(limit)), test: await small(whole), whole, classes }
}

/** Colours as means of what is around; labels as they are at the nearest place. */
async function small(data: WholeStreets): Promise<StreetExamples> {
  const { inputs, labels } = data.gather([...Array(data.length).keys()]).tensors()
  const colours = (inputs as Tensor).resize([HEIGHT, WIDTH], { mode: 'bilinear', antialias: true })
  const kinds = (labels as Tensor).unsqueeze(-1).cast('float32').resize([HEIGHT, WIDTH]).cast('int32')
  return dataset({
    inputs: floatColumn((await colours.data()) as Float32Array, [HEIGHT, WIDTH, 3]),
    labels: integerColumn((await kinds.data()) as Int32Array, [HEIGHT, WIDTH]),
  })
}

/** Streets as they might be seen from another car, on another day. */
export const otherStreets = augment.compose(
  augment.affine({ scale: [0.7, 1.6], translate: 0.1, degrees: 3, fill: 0.4, maskFill: UNLABELLED }),
  augment.flip(),
  augment.colourJitter({ brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.08 }),
)

/** Cross-entropy of all pixels that have a label. */
export const pixelLoss = (logits: Tensor, labels: Tensor): Tensor<[]> =>
  nn.crossEntropy(logits, labels, { ignoreIndex: UNLABELLED }) as Tensor<[]>
