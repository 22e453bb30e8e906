import { concat, eye, ones, random, stack, type Tensor, tensor } from 'shapewise'
import type { DigitDataset } from 'shapewise/data'
import { digits } from '../digits.js'
import { figure } from '../figure.js'
import { gallery } from '../gallery.js'
import { integer } from '../option.js'
import { type RecipeContext, recipe } from '../recipe.js'
import { slant, thickness } from './multi-task/strokes.js'
import { OneLayerNetworks, trainTogether } from './one-layer/networks.js'
import { smallPictures } from './one-layer/small-pictures.js'

const SIDE = 14
const CLASSES = 10
const TEST_PICTURES = 2000
const LEARNING_RATE = 0.005
const tasks = ['class', 'parity', 'slant', 'thickness'] as const
const labelCounts = [25, 50, 100, 200, 400, 1000]

const options = {
  draws: integer(5, 'sets of labelled digits, each with networks of its own'),
  labels: integer(1000, 'labelled digits of the largest sets'),
  steps: integer(200, 'steps of training, each on all labelled digits'),
  units: integer(128, 'hidden units of all tasks together'),
}
type Context = RecipeContext<typeof options>

export const multiTask = recipe({
  name: 'multi-task',
  title: 'Four tasks share one hidden layer, or have one each',
  source: 'Caruana, Multitask learning, 1997',
  literature: {},
  options,
  async run(context) {
    const { report, options } = context
    const data = await digits(report)
    const counts = labelCounts.filter((count) => count < options.labels).concat(options.labels)
    const order = await random
      .permutation(data.train.length)
      .slice([0, options.draws * options.labels])
      .data()
    const values = strokesOf(data.train.subset(Array.from(order)))
    const halves = { slant: values.slant.median(), thickness: values.thickness.median() }
    await showStrokes(context, data.test)
    const train = examples(data.train.subset(Array.from(order)), halves, options.draws)
    const test = examples(data.test.take(TEST_PICTURES), halves, 1)
    const accuracies = { shared: [] as Tensor[], separate: [] as Tensor[] }
    for (const count of counts) {
      const some = first(train, count)
      accuracies.shared.push(await trainOn(some, test, 'shared', context))
      accuracies.separate.push(await trainOn(some, test, 'separate', context))
    }
    const shared = await Promise.all(accuracies.shared.map(overDraws))
    const separate = await Promise.all(accuracies.separate.map(overDraws))
    const gains = await Promise.all(counts.map((_, i) => overDraws(accuracies.shared[i]!.sub(accuracies.separate[i]!))))
    const percent = (share: number): string => (100 * share).toFixed(1)
    report.table({
      title: `Accuracy in % on ${TEST_PICTURES} other digits: shared layer / layers of their own; gain ± standard error over ${options.draws} draws`,
      columns: ['labels', ...tasks, 'mean', 'gain'],
      rows: counts.map((count, i) => [
        String(count),
        ...[...tasks.keys(), tasks.length].map(
          (t) => `${percent(shared[i]!.mean[t]!)} / ${percent(separate[i]!.mean[t]!)}`,
        ),
        `${percent(gains[i]!.mean.at(-1)!)} ± ${percent(gains[i]!.error.at(-1)!)}`,
      ]),
    })
    report.log(
      'The shared layer has as many units as the four others have together: equal numbers of weights, equal time.',
    )
    const x = { label: 'labelled digits', scale: 'log', to: counts.at(-1)! } as const
    const curve = (name: string, y: number[]) => ({ name, x: counts, y })
    await figure(context, '2-accuracy-by-labels', {
      title: 'A shared layer gains little over all four tasks',
      ...{ x, y: { label: 'accuracy' } },
      series: [
        curve(
          'one layer for all tasks',
          shared.map(({ mean }) => mean.at(-1)!),
        ),
        curve(
          'a layer for each task',
          separate.map(({ mean }) => mean.at(-1)!),
        ),
      ],
    })
    await figure(context, '3-gain-by-task', {
      title: 'Parity gains from the classes, the others hardly anything',
      ...{ x, y: { label: 'accuracy shared − own, points' } },
      series: [
        ...tasks.map((task, t) =>
          curve(
            task,
            gains.map(({ mean }) => 100 * mean[t]!),
          ),
        ),
        { x: [counts[0]!, counts.at(-1)!], y: [0, 0], kind: 'dashes', color: '#888888' },
      ],
    })
    const gainAt = (i: number) => gains.at(i)!.mean.at(-1)!
    return {
      sharedAccuracy: shared.at(-1)!.mean.at(-1)!,
      separateAccuracy: separate.at(-1)!.mean.at(-1)!,
      gainWithFewLabels: gainAt(0),
      gainWithManyLabels: gainAt(-1),
      parityGain: gains.reduce((sum, { mean }) => sum + mean[1]!, 0) / gains.length,
      labels: counts.at(-1)!,
    }
  },
})

/** Pictures [sets, count, pixels] with their classes [sets, count], and for the other tasks 0 or 1 [sets, count, 3]. */
interface Examples {
  readonly x: Tensor
  readonly classes: Tensor
  readonly halves: Tensor
}

function strokesOf(data: DigitDataset) {
  const ink = tensor(data.values('inputs'), [data.length, 28, 28])
  return { slant: slant(ink), thickness: thickness(ink) }
}

/** Slant and thickness are told as above or below the median of what is learned from. */
function examples(
  data: DigitDataset,
  medians: Readonly<Record<'slant' | 'thickness', Tensor>>,
  sets: number,
): Examples {
  const values = strokesOf(data)
  const classes = tensor(data.values('labels')).cast('int32')
  const halves = [
    classes.mod(2).equal(1),
    values.slant.greater(medians.slant),
    values.thickness.greater(medians.thickness),
  ]
  return {
    x: smallPictures(data, SIDE).reshape([sets, -1, SIDE * SIDE]),
    classes: classes.reshape([sets, -1]),
    halves: stack(halves, -1).cast('float32').reshape([sets, -1, halves.length]),
  }
}

const first = ({ x, classes, halves }: Examples, count: number): Examples => ({
  x: x.slice(':', [0, count]),
  classes: classes.slice(':', [0, count]),
  halves: halves.slice(':', [0, count]),
})

/** Ten outputs for the class and one for each other task; what `of` makes of them, by network and task: [networks, 4]. */
function perTask(
  outputs: Tensor,
  of: { classes: (logits: Tensor) => Tensor; halves: (logits: Tensor) => Tensor },
): Tensor {
  const [classes, halves] = [outputs.slice('...', [0, CLASSES]), outputs.slice('...', [CLASSES])]
  return concat([of.classes(classes).mean(1).unsqueeze(1), of.halves(halves).mean(1)], 1)
}

/** Trains networks on each set, and tells how often they are right about new digits: [sets, 4]. */
async function trainOn(
  train: Examples,
  test: Examples,
  kind: 'shared' | 'separate',
  context: Context,
): Promise<Tensor> {
  const { draws, steps, units } = context.options
  // A network of its own learns one task only, although it has outputs for all.
  const mine: Tensor = kind === 'shared' ? ones([draws, tasks.length]) : eye(tasks.length).tile([draws, 1])
  const [networks = 0]: readonly number[] = mine.shape
  const each = Math.ceil((units * draws) / networks)
  const model = new OneLayerNetworks({
    networks,
    units: each,
    inputs: SIDE * SIDE,
    outputs: CLASSES + tasks.length - 1,
  })
  const repeated = (x: Tensor) => x.repeat(networks / draws, 0)
  const [x, wanted, halves] = [repeated(train.x), repeated(train.classes).oneHot(CLASSES), repeated(train.halves)]
  const loss = () =>
    perTask(model.forward(x), {
      classes: (logits) => logits.logSoftmax(-1).mul(wanted).sum(-1).neg(),
      halves: (logits) => logits.softplus().sub(logits.mul(halves)),
    })
      .mul(mine)
      .sum()
  const stage = `${kind}, ${x.shape[1]} labels`
  await trainTogether(model, loss, { steps, learningRate: LEARNING_RATE, stage }, context)
  const right = perTask(model.forward(test.x), {
    classes: (logits) => logits.argMax(-1).equal(test.classes).cast('float32'),
    halves: (logits) => logits.greater(0).equal(test.halves.greater(0.5)).cast('float32'),
  })
  return right.mul(mine).reshape([draws, -1, tasks.length]).sum(1)
}

/** For each task, and last for their mean: the mean over the sets and its standard error. */
async function overDraws(values: Tensor): Promise<{ readonly mean: number[]; readonly error: number[] }> {
  const all = concat([values, values.mean(1, { keepDims: true })], 1)
  const [draws = 1]: readonly number[] = all.shape
  const error = all.std(0).div(Math.sqrt(Math.max(1, draws - 1)))
  return { mean: Array.from(await all.mean(0).data(), Number), error: Array.from(await error.data(), Number) }
}

/** Digits at both ends of what slant and thickness measure. */
async function showStrokes(context: Context, data: DigitDataset): Promise<void> {
  const some = data.take(1000)
  const measured = strokesOf(some)
  const pictures = await Promise.all(
    Object.entries(measured).flatMap(([name, values]) =>
      [0.02, 0.5, 0.98].map(async (share) => {
        const at = await values
          .argSort()
          .at(Math.floor(share * (some.length - 1)))
          .item()
        const { data: ink } = some.gather([at]).inputs
        return {
          caption: `${name} ${Math.round(100 * (await values.at(at).item())) / 100 || 0}`,
          width: 28,
          height: 28,
          values: ink,
        }
      }),
    ),
  )
  await gallery(context, '1-slant-and-thickness', {
    title: 'Which digit, odd or even, leaning, thick',
    ...{ scale: 'ink', columns: 3, pictures },
  })
}
