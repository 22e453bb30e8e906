import { type Tensor, tensor } from 'shapewise'
import type { DigitDataset } from 'shapewise/data'
import { figure } from '../figure.js'
import { gallery } from '../gallery.js'
import type { RecipeContext } from '../recipe.js'
import { distortion } from './distortion.js'
import type { Accuracies, Measured } from './side-by-side.js'

const COPIES = 6

/** What networks know of the digits that they have learned, and of those of the test. */
export interface Result {
  readonly name: string
  readonly strength: string
  readonly seen: Accuracies
  readonly test: Accuracies
}

export const mean = (values: Accuracies): number => values.reduce((sum, value) => sum + value, 0) / values.length
const deviation = (values: Accuracies): number =>
  Math.sqrt(values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0) / (values.length - 1))
const percent = (share: number): string => (100 * share).toFixed(1)

/** Each network as it was when it did best on the digits held out. */
export function stopped(course: readonly Measured[]): Result {
  const moments = course[0]!.seen.map((_, draw) =>
    course.reduce((best, one) => (one.unseen[0]![draw]! > best.unseen[0]![draw]! ? one : best)),
  )
  return {
    ...{ name: 'early stop', strength: `${mean(moments.map(({ pass }) => pass)).toFixed(0)} passes` },
    seen: moments.map(({ seen }, draw) => seen[draw]!),
    test: moments.map(({ unseen }, draw) => unseen[1]![draw]!),
  }
}

export async function showGap(
  context: RecipeContext,
  results: readonly Result[],
  courses: ReadonlyMap<string, Measured[]>,
) {
  context.report.table({
    title: `Accuracy in %, mean ± standard deviation of ${results[0]!.test.length} networks, each with digits of its own`,
    columns: ['', 'strength', 'training', 'test', 'gap'],
    rows: results.map(({ name, strength, seen, test }) => [
      ...[name, strength, percent(mean(seen)), `${percent(mean(test))} ± ${percent(deviation(test))}`],
      percent(mean(seen) - mean(test)),
    ]),
  })
  const errors = (kind: 'seen' | 'test') => results.map((result) => 100 * (1 - mean(result[kind])))
  await figure(context, '1-errors-by-regulariser', {
    title: 'More digits, even invented ones, beat every penalty',
    x: { names: results.map(({ name }) => name) },
    y: { label: 'error, %', from: 0 },
    width: 900,
    series: [
      { name: 'training digits', kind: 'bars', x: results.map((_, i) => i), y: errors('seen') },
      { name: 'test digits', kind: 'bars', x: results.map((_, i) => i), y: errors('test') },
    ],
  })
  // Before eight passes, all errors are large and the same.
  const late = (name: string) => courses.get(name)!.slice(-Math.max(2, courses.get(name)!.length - 3))
  const shown = late('none')
  const curves = (name: string, color: string) => {
    const measured = late(name)
    const x = measured.map(({ pass }) => pass)
    const error = (values: readonly Accuracies[]) => values.map((value) => 100 * (1 - mean(value)))
    return [
      { name: `${name}: test`, x, y: error(measured.map(({ unseen }) => unseen[1]!)), color },
      { name: `${name}: training`, x, y: error(measured.map(({ seen }) => seen)), color, kind: 'dashes' as const },
    ]
  }
  await figure(context, '2-the-gap-between-training-and-test', {
    title: 'The gap between dashes and line was learned by heart',
    x: { label: 'passes through the training digits', scale: 'log', from: shown[0]!.pass, to: shown.at(-1)!.pass },
    y: { label: 'error, %', from: 0 },
    series: [...curves('none', '#d55e00'), ...curves('distortion', '#0072b2')],
  })
}

/** Three digits, and what the network sees instead of them. */
export async function showDistorted(context: RecipeContext, sample: DigitDataset): Promise<void> {
  const distort = distortion()
  const pictures = []
  for (const label of [2, 5, 8]) {
    const original = sample.filter(({ labels }) => labels === label).gather([0]).inputs
    const copies = tensor(original.data, [1, 28, 28, 1]).expand([COPIES, 28, 28, 1])
    const values = await distort(copies as Tensor).data()
    const all = [original.data, ...Array.from({ length: COPIES }, (_, k) => values.slice(784 * k, 784 * (k + 1)))]
    pictures.push(...all.map((one, k) => ({ caption: k > 0 ? '' : 'as written', width: 28, height: 28, values: one })))
  }
  await gallery(context, '3-distorted-digits', {
    title: 'As written, and as other hands might have written them',
    ...{ scale: 'ink', columns: COPIES + 1, pictures },
  })
}
