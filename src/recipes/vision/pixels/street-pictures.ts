import { figure } from '../../figure.js'
import { gallery } from '../../gallery.js'
import type { RecipeContext } from '../../recipe.js'
import type { Picture } from '../../report.js'
import type { StreetScores } from './street-scores.js'
import { CLASSES, HEIGHT, type Streets, WIDTH } from './streets.js'

/** Test pictures that are shown. */
const SHOWN = 4
const PIXELS = HEIGHT * WIDTH

/** Colours of the classes, near to those of the things; black has no label. */
const palette = [
  ...['#9bd3f5', '#8c5a3c', '#f5d800', '#77777f', '#d9a0d0', '#2e8b3d'],
  ...['#ff7f0e', '#c9b27c', '#2f4fd8', '#e8202a', '#00c8c0', '#000000'],
]

/** A way to label pixels, and what came of it. */
export interface Seen {
  readonly name: string
  readonly scores: StreetScores
}

/** What is in some test pictures and what was seen there, in colours, and the overlap with the truth for each class. */
export async function showStreets(
  context: RecipeContext,
  { test, classes }: Streets,
  seen: readonly Seen[],
  titles: { readonly classes: string; readonly pictures: string },
): Promise<void> {
  await figure(context, '1-overlap-by-class', {
    ...{ title: titles.classes, width: 860 },
    x: { names: classes.slice(0, CLASSES) },
    y: { label: 'intersection / union, %', from: 0, to: 100 },
    series: seen.map(({ name, scores }) => ({
      ...{ name, kind: 'bars' as const, x: scores.iou.map((_, i) => i) },
      y: scores.iou.map((share) => 100 * (share || 0)),
    })),
  })
  const rows = Array.from({ length: Math.min(SHOWN, test.length) }, (_, i) => {
    const example = Math.floor(((i + 0.5) * test.length) / SHOWN) % test.length
    const { inputs, labels } = test.example(example)
    const named = (all: Int32Array) => all.subarray(example * PIXELS, (example + 1) * PIXELS)
    return [
      { caption: 'the street', width: WIDTH, height: HEIGHT, channels: 3 as const, values: inputs },
      coloured('what is there', labels),
      ...seen.map(({ name, scores }) => coloured(name, named(scores.named))),
    ]
  })
  await gallery(context, '2-streets-in-colours', {
    ...{ title: titles.pictures, scale: 'ink', columns: rows[0]!.length },
    legend: classes.map((name, i) => ({ name, color: palette[i]! })),
    pictures: rows.flat(),
  })
}

/** Labels as a picture in the colours of their classes. */
const coloured = (caption: string, labels: ArrayLike<number>): Picture => ({
  ...{ caption, width: WIDTH, height: HEIGHT, channels: 3 },
  values: Array.from(labels).flatMap((label) =>
    [1, 3, 5].map((at) => Number.parseInt(palette[label]!.slice(at, at + 2), 16) / 255),
  ),
})

/** Shares in percent, as rows of a table. */
export const percents = ({ pixelAccuracy, fourKindsAccuracy, classAccuracy, meanIou }: StreetScores): string[] =>
  [pixelAccuracy, fourKindsAccuracy, classAccuracy, meanIou].map((share) => (100 * share).toFixed(1))
