import { omniglotOneShot } from 'shapewise/data'
import { figure } from '../../figure.js'
import { integer, number } from '../../option.js'
import { type RecipeContext, recipe } from '../../recipe.js'
import { percent } from '../../report.js'
import { type Character, characters, inkOf, shrunk } from './characters.js'
import { prototypical, siamese, trainEmbedding, triplet } from './embedding.js'
import { centred, modifiedHausdorff } from './hausdorff.js'
import { showMatches } from './matches.js'
import { nearestBy, nearestByVectors, shareRight, type Trial, trialsOf, withDrawings } from './trials.js'

/** Alphabets that are not learned from: settings were chosen by trials with them. */
const heldOut = ['Balinese', 'Early_Aramaic']
const losses = { siamese, triplet, prototypical }
const PEOPLE = 4.5

export const oneShot = recipe({
  name: 'one-shot',
  title: 'One drawing of each of twenty characters: which one is this?',
  source:
    'Lake et al., Human-level concept learning, 2015; Dubuisson and Jain, A modified Hausdorff distance, 1994; Hadsell et al., Dimensionality reduction by learning an invariant mapping, 2006; Schroff et al., FaceNet, 2015; Snell et al., Prototypical networks, 2017',
  literature: {
    hausdorffError: { value: 0.388, source: 'Lake et al., the demonstration beside the 20 runs' },
    siameseAccuracy: { value: 0.92, source: 'Koch et al. 2015, 30 alphabets to learn from' },
  },
  options: {
    batches: integer(200, 'batches of 240 drawings that each network learns from'),
    learningRate: number(3e-3, 'the highest on the way'),
    trials: integer(20, 'trials with alphabets that are not learned from'),
  },
  shortfall: 'Six alphabets to learn from and a minute of training stand against thirty alphabets.',
  async run(context) {
    const { report, options, seed } = context
    const all = await characters(report)
    const { runs } = await omniglotOneShot()
    const isUnseen = ({ alphabet }: Character) => heldOut.includes(alphabet)
    const unseen = trialsOf(all.filter(isUnseen), options.trials, seed)
    const published = runs.map((run) => withDrawings(run, shrunk))
    const clouds = runs.map((run) => withDrawings(run, (drawing) => centred(inkOf(drawing))))
    const places: Record<string, number[][]> = {
      Hausdorff: clouds.map((trial) => nearestBy(trial, modifiedHausdorff)),
    }
    const courses: { name: string; y: number[] }[] = []
    for (const [name, loss] of Object.entries(losses)) {
      const { model, course } = await trainEmbedding(context, name, loss, {
        ...options,
        characters: all.filter((one) => !isUnseen(one)),
        measure: async (model) => shareRight(await nearestByVectors(model, unseen), unseen),
      })
      places[name] = await nearestByVectors(model, published)
      courses.push({ name, y: course.map((share) => 100 * share) })
      report.log(
        `${name}: ${percent(course.at(-1)!)} of unseen alphabets, ${percent(shareRight(places[name], runs))} of the runs`,
      )
    }
    await show(context, places, runs, courses)
    const first = Object.entries(places).map(([name, [run = []]]) => [name, run] as const)
    await showMatches(context, published[0]!, Object.fromEntries(first))
    const accuracies = Object.keys(losses).map((name) => [`${name}Accuracy`, shareRight(places[name]!, runs)] as const)
    return { hausdorffError: 1 - shareRight(places.Hausdorff!, runs), ...Object.fromEntries(accuracies) }
  },
})

/** The errors of all, and how the networks came to theirs. */
async function show(
  context: RecipeContext,
  places: Readonly<Record<string, number[][]>>,
  runs: readonly Trial<unknown>[],
  courses: readonly { readonly name: string; readonly y: number[] }[],
): Promise<void> {
  const names = Object.keys(places)
  const errors = names.map((name) => 100 * (1 - shareRight(places[name]!, runs)))
  const of = (name: string, i: number) => 100 * (1 - shareRight([places[name]![i]!], [runs[i]!]))
  context.report.table({
    title: 'Errors on the 20 published runs with 20 characters each, %',
    columns: ['', 'all runs', 'best run', 'worst run'],
    rows: names.map((name, k) => {
      const each = runs.map((_, i) => of(name, i))
      return [name, errors[k]!.toFixed(1), Math.min(...each).toFixed(0), Math.max(...each).toFixed(0)]
    }),
  })
  const x = names.map((_, i) => i)
  await figure(context, '1-errors', {
    title: 'One drawing to learn from: what is learned on other alphabets helps',
    x: { names },
    y: { label: 'errors on the 20 runs, %' },
    series: [
      { name: 'measured', x, y: errors, kind: 'bars' },
      { name: 'people', x: [-0.5, names.length - 0.5], y: [PEOPLE, PEOPLE], kind: 'dashes' },
    ],
  })
  const step = context.options.batches as number
  await figure(context, '2-unseen-alphabets', {
    title: 'Recognised of two alphabets that are not learned from',
    x: { label: 'batches' },
    y: { label: 'drawings recognised, %' },
    series: courses.map(({ name, y }) => ({ name, x: y.map((_, i) => (step * (i + 1)) / y.length), y })),
  })
}
