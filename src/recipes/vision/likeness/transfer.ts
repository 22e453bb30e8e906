import { RandomStream } from 'shapewise/data'
import { figure } from '../../figure.js'
import { gallery } from '../../gallery.js'
import { integer } from '../../option.js'
import { type RecipeContext, recipe } from '../../recipe.js'
import { pretrainedSqueezenet } from '../squeezenet.js'
import { alphabets, emojiCategories, type Kinds, SIDE, textureCrops } from './kinds.js'
import { learn, type Way, ways } from './learn-kinds.js'

const counts = [5, 20, 100]
const SHOWN = 8

const options = {
  pictures: integer(100, 'pictures of each kind to learn from, at most'),
  testing: integer(50, 'pictures of each kind to test on'),
  steps: integer(60, 'steps of 32 pictures of each fine-tuning'),
}
type Context = RecipeContext<typeof options>

/** What came out for each task, way and number of pictures. */
type Accuracies = ReadonlyMap<Kinds, Readonly<Record<Way, readonly number[]>>>

export const transfer = recipe({
  name: 'transfer',
  title: 'What was learned on photographs serves for emoji, alphabets and textures',
  source:
    'Yosinski et al., How transferable are features in deep neural networks?, 2014; Iandola et al., SqueezeNet, 2016',
  literature: {
    gain: { value: 0.48, source: 'birds: 24.4 % from scratch, 72.4 % with pre-training; flowers 59.5 and 89.5 %' },
  },
  shortfall:
    'A network from scratch that is made for few pictures stands against the pre-trained one, and drawings of 64 pixels are far from photographs.',
  options,
  async run(context) {
    const { report, options, seed } = context
    const random = new RandomStream(seed)
    const sizes = { training: options.pictures, testing: options.testing }
    const network = await pretrainedSqueezenet()
    const tasks = [
      await emojiCategories(report, sizes, random),
      await alphabets(report, sizes, random),
      await textureCrops(sizes, random),
    ]
    const some = counts.filter((count) => count < options.pictures).concat(options.pictures)
    const found = new Map<Kinds, Record<Way, number[]>>()
    for (const task of tasks) {
      const accuracies: Record<Way, number[]> = { 'from scratch': [], frozen: [], 'fine-tuned': [] }
      found.set(task, accuracies)
      for (const count of some) {
        const reached = await learn(context, network, task, count)
        for (const way of ways) accuracies[way].push(reached[way])
      }
    }
    await show(context, found, some)
    await showExamples(context, tasks)
    const last = (way: Way) => mean([...found.values()].map((accuracies) => accuracies[way].at(-1)!))
    return {
      pretrainedAccuracy: last('fine-tuned'),
      frozenAccuracy: last('frozen'),
      scratchAccuracy: last('from scratch'),
      gain: last('fine-tuned') - last('from scratch'),
    }
  },
})

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

async function show(context: Context, found: Accuracies, counts: readonly number[]): Promise<void> {
  context.report.table({
    title: `Accuracy in %: ${ways.join(' / ')}`,
    columns: ['pictures of each kind', ...[...found.keys()].map(({ name, classes }) => `${classes.length} ${name}`)],
    rows: counts.map((count, i) => [
      String(count),
      ...[...found.values()].map((accuracies) => ways.map((way) => (100 * accuracies[way][i]!).toFixed(1)).join(' / ')),
    ]),
  })
  await figure(context, '1-accuracy-by-pictures', {
    title: 'What was learned on photographs is worth five times as many pictures',
    x: { label: 'pictures of each kind to learn from', scale: 'log', to: counts.at(-1)! },
    y: { label: 'accuracy, mean of three tasks, %', from: 0 },
    series: ways.map((name) => ({
      ...{ name, x: counts },
      y: counts.map((_, i) => 100 * mean([...found.values()].map((accuracies) => accuracies[name][i]!))),
    })),
  })
  const x = [...found.keys()].map((_, i) => i)
  await figure(context, '2-accuracy-by-task', {
    title: `With ${counts.at(-1)} pictures of each kind`,
    x: { names: [...found.keys()].map(({ name }) => name) },
    y: { label: 'accuracy, %', from: 0, to: 100 },
    series: ways.map((name) => ({
      ...{ name, x, kind: 'bars' as const },
      y: [...found.values()].map((accuracies) => 100 * accuracies[name].at(-1)!),
    })),
  })
}

/** One picture of some kinds of each task. */
async function showExamples(context: Context, tasks: readonly Kinds[]): Promise<void> {
  const pictures = tasks.flatMap(({ classes, train }) => {
    const inputs = train(1).values('inputs')
    const size = SIDE * SIDE * 3
    return classes.slice(0, SHOWN).map((name, i) => ({
      ...{ caption: name.replaceAll('_', ' ').slice(0, 17), width: SIDE, height: SIDE, channels: 3 as const },
      values: inputs.slice(i * size, (i + 1) * size),
    }))
  })
  const title = 'Which category of emoji, which alphabet, which photograph or painting?'
  await gallery(context, '3-the-three-tasks', { title, scale: 'ink', columns: SHOWN, pictures })
}
