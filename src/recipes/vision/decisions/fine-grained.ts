import { rocCurve } from 'shapewise/metrics'
import { figure } from '../../figure.js'
import { gallery } from '../../gallery.js'
import { integer } from '../../option.js'
import { type RecipeContext, recipe } from '../../recipe.js'
import { alphabets } from './alphabets.js'
import { accuracyOf, type LabelledPictures, learn, network, said, takeFeatures } from './fine-training.js'
import type { LookingNet } from './looking-net.js'
import { SIDE, speciesPictures } from './species.js'

/** Individuals of which a network has learned, and others to choose the confidence with, and to test on. */
const [EACH, ASIDE, TESTED] = [15, 5, 10]
/** The part of known species that may be refused. */
const REFUSED = 0.1

export const fineGrained = recipe({
  name: 'fine-grained',
  title: 'A hundred species, fifteen pictures of each: what learning from others before is worth',
  source:
    'Yosinski, Clune, Bengio, Lipson, How transferable are features in deep neural networks?, 2014; Hendrycks, Gimpel, A baseline for detecting misclassified and out-of-distribution examples, 2017; Lake, Salakhutdinov, Tenenbaum, Human-level concept learning, 2015',
  literature: {
    gain: {
      value: 0.436,
      source: 'lecture: rice seeds, 8.8 % alone, 52.4 % with a network trained on ImageNet before',
    },
  },
  options: {
    species: integer(100, 'species to tell apart'),
    others: integer(100, 'other species, to learn from before, 30 pictures each'),
    unknown: integer(50, 'species that it should refuse to name'),
    epochs: integer(12, 'passes, before and afterwards'),
  },
  shortfall:
    'The networks before have seen a hundred other species drawn by the same program, not a million photographs.',
  async run(context) {
    const { options, seed } = context
    const { species, others, unknown } = options
    const drawn = (first: number, count: number, each: number, from: number) =>
      speciesPictures({ seed, first, species: count, each, from })
    const before = drawn(1000, others, 2 * EACH, 0)
    const sets = {
      train: drawn(0, species, EACH, 0),
      aside: drawn(0, species, ASIDE, 100),
      test: drawn(0, species, TESTED, 200),
      strangers: drawn(2000, unknown, TESTED, 0),
    }
    await showSpecies(context, sets.train)
    const things = await contest(context, 'species', { before, ...sets }, { before: others, own: species })

    const characters = await alphabets(context.report)
    const letters = characters && (await contest(context, 'characters', characters, characters.classes))
    await showGains(context, { 'leaves and seeds': things, ...(letters && { characters: letters }) })
    return {
      ...{ gain: things.with - things.without, accuracyWith: things.with, accuracyWithout: things.without },
      ...(letters && { charactersGain: letters.with - letters.without, charactersWith: letters.with }),
      ...(letters && { charactersWithout: letters.without }),
      ...(await openSet(context, things.model, sets)),
    }
  },
})

interface Sets {
  readonly before: LabelledPictures
  readonly train: LabelledPictures
  readonly test: LabelledPictures
}

/** The same network, for as many passes, from nothing and from what it has learned of other species. */
async function contest(
  context: RecipeContext,
  name: string,
  { before, train, test }: Sets,
  classes: { readonly before: number; readonly own: number },
) {
  const channels = train.example(0).inputs.length === SIDE * SIDE * 3 ? 3 : 1
  const epochs = Number(context.options.epochs)
  const [first, model, alone] = [classes.before, classes.own, classes.own].map((count) => network(channels, count)) as [
    LookingNet,
    LookingNet,
    LookingNet,
  ]
  await learn(context, `${name}-alone`, alone, train, { epochs, learningRate: 4e-3 })
  await learn(context, `${name}-before`, first, before, { epochs, learningRate: 4e-3 })
  await takeFeatures(model, first)
  await learn(context, `${name}-afterwards`, model, train, { epochs, learningRate: 4e-3 })
  return { model, with: await accuracyOf(model, test), without: await accuracyOf(alone, test) }
}

/** What happens when it may say that it does not know: below the confidence that a tenth of known species does not reach. */
async function openSet(
  context: RecipeContext,
  model: LookingNet,
  { aside, test, strangers }: Record<'aside' | 'test' | 'strangers', LabelledPictures>,
) {
  const [chosen, known, unknown] = [await said(model, aside), await said(model, test), await said(model, strangers)]
  const threshold = [...chosen.confidences].sort((a, b) => a - b)[Math.floor(REFUSED * aside.length)]!
  const labels = test.values('labels')
  const isSure = (confidence: number) => confidence >= threshold
  const sure = known.confidences.flatMap((confidence, i) => (isSure(confidence) ? [i] : []))
  const right = sure.filter((i) => known.answers[i] === labels[i]).length
  const scores = [...known.confidences, ...unknown.confidences]
  const area = rocCurve(
    scores,
    scores.map((_, i) => Number(i < known.confidences.length)),
  ).area
  await showConfidences(context, { known: known.confidences, unknown: unknown.confidences }, threshold)
  return {
    ...{ openSetArea: area, knownAccepted: sure.length / test.length, accuracyWhereSure: right / sure.length },
    unknownRefused: unknown.confidences.filter((confidence) => !isSure(confidence)).length / strangers.length,
  }
}

/** Individuals of some species, one species a column. */
async function showSpecies(context: RecipeContext, data: LabelledPictures): Promise<void> {
  const columns = Math.min(8, Number(context.options.species))
  const pictures = Array.from({ length: 3 * columns }, (_, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns]
    const values = data.example(column * EACH + row).inputs
    return { caption: `species ${column + 1}`, width: SIDE, height: SIDE, channels: 3 as const, values }
  })
  const title = `${columns} of ${context.options.species} species, three individuals of each`
  await gallery(context, '1-species', { title, scale: 'ink', pictures, columns, zoom: 2.5 })
}

async function showGains(
  context: RecipeContext,
  results: Readonly<Record<string, { readonly with: number; readonly without: number }>>,
): Promise<void> {
  const x = Object.keys(results).map((_, i) => i)
  const bars = (name: string, which: 'with' | 'without') => {
    return { name, kind: 'bars' as const, x, y: Object.values(results).map((each) => 100 * each[which]) }
  }
  await figure(context, '2-what-other-species-teach', {
    title: `${EACH} pictures a species suffice where others were seen before`,
    x: { names: Object.keys(results) },
    y: { label: 'right, of new pictures, %', from: 0, to: 100 },
    series: [bars('from nothing', 'without'), bars('features learned from other species', 'with')],
  })
}

/** How sure the network is of species that it knows and that it does not. */
async function showConfidences(
  context: RecipeContext,
  confidences: Readonly<Record<'known' | 'unknown', readonly number[]>>,
  threshold: number,
): Promise<void> {
  const BINS = 20
  const series = Object.entries(confidences).map(([name, list]) => {
    const share = Array.from({ length: BINS }, (_, bin) => {
      const inside = list.filter((one) => Math.min(BINS - 1, Math.floor(one * BINS)) === bin)
      return (100 * inside.length) / list.length
    })
    return {
      name: `${name} species`,
      kind: 'bars' as const,
      x: share.map((_, bin) => (100 * (bin + 0.5)) / BINS),
      y: share,
    }
  })
  await figure(context, '3-not-to-know-and-to-say-so', {
    title: 'It is less sure of species that it has never seen, and may refuse to name them',
    x: { label: 'how sure it is, %', from: 0, to: 100 },
    y: { label: 'part of the pictures, %' },
    series,
    marks: [{ x: 100 * threshold, text: 'refuses below' }],
  })
}
