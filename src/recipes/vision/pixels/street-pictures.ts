import { figure } from '../../figure.js'
import { gallery } from '../../gallery.js'
import type { RecipeContext } from '../../recipe.js'
import { CLASSES, coloured, legend, PIXELS, photograph, type StreetScores, type Streets } from './streets.js'

/** Test pictures that are shown. */
const SHOWN = 4

/** What is in some test pictures and what networks see there, in colours, and the overlap with the truth for each class. */
export async function showStreets(
  context: RecipeContext,
  { test, classes }: Streets,
  seen: readonly { readonly name: string; readonly scores: StreetScores }[],
  titles: { readonly classes: string; readonly pictures: string },
): Promise<void> {
  await figure(context, '1-overlap-by-class', {
    title: titles.classes,
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
      photograph('the street', inputs),
      coloured('what is there', labels),
      ...seen.map(({ name, scores }) => coloured(name, named(scores.named))),
    ]
  })
  await gallery(context, '2-streets-in-colours', {
    ...{ title: titles.pictures, scale: 'ink', columns: rows[0]!.length, legend: legend({ classes }) },
    pictures: rows.flat(),
  })
}

/** Shares in percent, as rows of a table. */
export const percents = ({ pixelAccuracy, classAccuracy, meanIou }: StreetScores): string[] =>
  [pixelAccuracy, classAccuracy, meanIou].map((share) => (100 * share).toFixed(1))
