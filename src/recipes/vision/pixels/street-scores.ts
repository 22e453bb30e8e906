import type { Tensor } from 'shapewise'
import { ConfusionMatrix } from 'shapewise/metrics'
import { type Model, predict } from 'shapewise/train'
import { CLASSES, OUTPUTS, type Streets } from './streets.js'

/** Sky, building and road, and all else as one: what can be told apart with few pictures. */
const kindOf = (label: number): number => [0, 1, 3].indexOf(label)
/** The side of the squares of a small picture for which {@link byPlace} counts. */
const SQUARE = 8

export interface StreetScores {
  /** The part of all pixels that is named right. */
  readonly pixelAccuracy: number
  /** The mean over classes of the part of their pixels that is named right. */
  readonly classAccuracy: number
  readonly meanIou: number
  /** As pixelAccuracy, of sky, building, road and anything else. */
  readonly fourKindsAccuracy: number
  /** Intersection over union of each class; NaN for one that is nowhere. */
  readonly iou: readonly number[]
  /** What is named at each pixel of the small pictures. */
  readonly named: Int32Array
}

/** What a network says of the small test pictures: [pictures, height, width, classes]. */
export const opinions = async (model: Model, { test }: Streets, signal: AbortSignal): Promise<Tensor> =>
  ((await predict(model, test, { batchSize: 2, signal })) as Tensor).slice('...', [0, CLASSES]) as Tensor

/** How often each class is at each place of the pictures to learn from, said of each picture to test on. */
export function byPlace({ train, test }: Streets): Tensor {
  const { labels } = train.gather([...Array(train.length).keys()]).tensors()
  const often = (labels as Tensor).oneHot(OUTPUTS).slice('...', [0, CLASSES]).mean(0, { keepDims: true }) as Tensor
  const [, height, width] = often.shape as readonly number[]
  const squares = often.avgPool(SQUARE).resize([height!, width!], { mode: 'bilinear' }) as Tensor
  return squares.expand([test.length, -1, -1, -1]) as Tensor
}

/** Scores of classes are enlarged to the size of the pictures, and the highest is compared with their own labels, where there are any. */
export async function judge(scores: Tensor, { whole }: Streets): Promise<StreetScores> {
  const confusion = new ConfusionMatrix({ classes: CLASSES })
  for (let i = 0; i < whole.length; i++) {
    const { labels } = whole.example(i)
    const size = whole.columns.labels.shape
    const larger = scores.slice([i, i + 1]).resize(size, { mode: 'bilinear' }) as Tensor
    const named = (await larger.argMax(-1).data()) as Int32Array
    const isKnown = (_: number, pixel: number): boolean => labels[pixel]! < CLASSES
    confusion.update(named.filter(isKnown), labels.filter(isKnown))
  }
  const matrix = confusion.result()
  const there = matrix.map(sum)
  const right = matrix.map((row, i) => row[i]!)
  const iou = right.map((count, i) => count / (there[i]! + sum(matrix.map((row) => row[i]!)) - count))
  const ofKinds = matrix.map((row, i) => sum(row.filter((_, j) => kindOf(i) === kindOf(j))))
  return {
    pixelAccuracy: sum(right) / sum(there),
    classAccuracy: mean(right.map((count, i) => count / there[i]!)),
    fourKindsAccuracy: sum(ofKinds) / sum(there),
    ...{ meanIou: mean(iou), iou },
    named: (await scores.argMax(-1).data()) as Int32Array,
  }
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)

/** Of what is a number. */
const mean = (values: readonly number[]): number => {
  const known = values.filter((value) => !Number.isNaN(value))
  return sum(known) / known.length
}
