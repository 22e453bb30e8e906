import { figure } from '../../figure.js'
import { gallery } from '../../gallery.js'
import { SIDE } from './drawn-species.js'
import type { Contest, Context } from './fine-grained.js'
import type { LabelledPictures } from './fine-training.js'
import { type Measure, measures, type Refusal } from './open-set.js'

const COLUMNS = 8
const BINS = 20

/** Individuals of some species, one species a column. */
export async function showSpecies(context: Context, data: LabelledPictures, each: number): Promise<void> {
  const columns = Math.min(COLUMNS, context.options.species)
  const pictures = Array.from({ length: 3 * columns }, (_, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns]
    const values = data.example(column * each + row).inputs
    return { caption: `species ${column + 1}`, width: SIDE, height: SIDE, channels: 3 as const, values }
  })
  const title = `${columns} of ${context.options.species} species, three individuals of each`
  await gallery(context, '1-species', { title, scale: 'ink', pictures, columns, zoom: 2.5 })
}

export async function showGains(context: Context, results: Readonly<Record<string, Contest>>): Promise<void> {
  const x = Object.keys(results).map((_, i) => i)
  const bars = (name: string, which: keyof Contest) => {
    return { name, kind: 'bars' as const, x, y: Object.values(results).map((each) => 100 * each[which]) }
  }
  await figure(context, '2-what-other-kinds-teach', {
    title: 'What few pictures teach, to a network that has seen others or none',
    x: { names: Object.keys(results) },
    y: { label: 'right, of new pictures, %', from: 0, to: 100 },
    series: [bars('from nothing', 'fromNothing'), bars('features learned from other kinds', 'pretrained')],
  })
}

const names: Readonly<Record<Measure, string>> = {
  confidence: 'by confidence',
  nearness: 'by nearness',
}

/** How sure the network is of species that it knows and of others, and what refusing costs. */
export async function showRefusal(context: Context, refusals: Readonly<Record<Measure, Refusal>>): Promise<void> {
  const { scores, threshold } = refusals.confidence
  const { known, unknown } = scores
  const x = Array.from({ length: BINS }, (_, bin) => (100 * (bin + 0.5)) / BINS)
  await figure(context, '3-how-sure-it-is', {
    title: 'How sure it is of species that it knows, and of others',
    x: { label: 'how sure it is, %', from: 0, to: 100 },
    y: { label: 'part of the pictures, %' },
    series: Object.entries({ known, unknown }).map(([name, list]) => ({
      ...{ name: `${name} species`, x },
      y: x.map((_, bin) => {
        const inside = list.filter((score) => Math.min(BINS - 1, Math.floor(score * BINS)) === bin)
        return (100 * inside.length) / list.length
      }),
    })),
    marks: [{ x: 100 * threshold, text: 'refuses below' }],
  })
  await figure(context, '4-what-refusing-costs', {
    title: 'To refuse the unknown it must refuse some that it knows',
    x: { label: 'known species refused, %', from: 0, to: 100 },
    y: { label: 'unknown species refused, %', from: 0, to: 100 },
    series: [
      ...measures.map((measure) => {
        const { falsePositiveRates, truePositiveRates, area } = refusals[measure].curve
        return {
          name: `${names[measure]}, area ${area.toFixed(2)}`,
          x: truePositiveRates.map((rate) => 100 * (1 - rate)),
          y: falsePositiveRates.map((rate) => 100 * (1 - rate)),
        }
      }),
      { name: 'by chance', kind: 'dashes' as const, x: [0, 100], y: [0, 100] },
    ],
  })
}
