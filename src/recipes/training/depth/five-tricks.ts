import { seed } from 'shapewise'
import { adam, sgd } from 'shapewise/optim'
import { heatmap } from 'shapewise/plot'
import { figure } from '../../figure.js'
import { integer } from '../../option.js'
import { type RecipeContext, recipe } from '../../recipe.js'
import { again, digitTensors } from './again.js'
import { histogram } from './histogram.js'
import { type HiddenLayer, LAYERS, lookInto, nameOf, network, type Tricks, tricks, UNITS } from './tricks.js'

const GOAL = 0.97
/** Steps between two looks at the validation, and those after which the best learning rate is chosen. */
const EVERY = 100
const TRIED = 200
const rates = { sgd: [0.3, 1, 3], adam: [0.001, 0.003, 0.01] }

const options = {
  steps: integer(2500, 'steps of each training'),
  batchSize: integer(128, 'examples per step'),
  limit: integer(0, 'learn from the first so many examples; 0 for all', { minimum: 0 }),
}
type Context = RecipeContext<typeof options>
type Data = Awaited<ReturnType<typeof digitTensors>>

export const fiveTricks = recipe({
  name: 'five-tricks',
  title: 'Five tricks by which deep networks learn, each alone and each left out',
  source:
    'Glorot, Bengio 2010 and He et al. 2015 (first weights), Glorot, Bordes, Bengio 2011 (ReLU), Srivastava et al. 2014 (dropout), Kingma, Ba 2015 (Adam), Ioffe, Szegedy 2015 (batch norm)',
  literature: {
    batchNormFactor: { value: 14, source: 'Ioffe, Szegedy 2015: Inception on ImageNet, of 22 layers instead of 4' },
  },
  shortfall: 'Four layers on digits need less help than the 22 of Inception on photographs.',
  options,
  async run(context) {
    const { report, options } = context
    const data = await digitTensors(report, options.limit)
    const none = await trained(context, data, [])
    const all = await trained(context, data, tricks)
    const alone: Result[] = []
    const without: Result[] = []
    for (const trick of tricks) {
      alone.push(await trained(context, data, [trick]))
      const others = tricks.filter((other) => other !== trick)
      without.push({ ...(await trained(context, data, others)), name: `all but ${trick}` })
    }
    const cells = ({ rate, steps, accuracy }: Result) => [
      String(rate),
      count(steps),
      `${(100 * accuracy).toFixed(2)} %`,
    ]
    report.table({
      title: `${LAYERS} layers of ${UNITS} units: steps to ${100 * GOAL} % (validation), accuracy after ${options.steps} (test)`,
      columns: ['', 'rate', 'steps', 'accuracy', '', 'rate', 'steps', 'accuracy'],
      rows: [none, ...alone].map((one, i) => {
        const beside = [all, ...without][i]!
        return [one.name, ...cells(one), beside.name, ...cells(beside)]
      }),
    })
    await pictures(context, data, { none, alone, all, without })
    const plain = await quickest(context, data, ['ReLU'])
    const normed = await quickest(context, data, ['ReLU', 'batch norm'])
    report.log(
      `Steps to ${100 * GOAL} % with ReLU, naive first weights and gradient descent at the best of ${rates.sgd.length} rates: ${count(plain)} ` +
        `of ${count(options.steps)}; with batch norm as well: ${count(normed)}. The factor is a lower bound where the first never arrives.`,
    )
    return {
      ...{ allTricksAccuracy: all.accuracy, noTrickAccuracy: none.accuracy, allTricksSteps: all.steps },
      // Who never arrives has needed at least all steps.
      batchNormFactor: Math.min(plain, options.steps) / normed,
    }
  },
})

interface Result {
  readonly name: string
  readonly rate: number
  /** To the goal; Infinity if it is never reached. */
  readonly steps: number
  readonly accuracy: number
  readonly course: readonly number[]
}

const count = (steps: number): string => (Number.isFinite(steps) ? steps.toLocaleString('en-US') : 'never')

function stepsTo(goal: number, course: readonly number[]): number {
  const at = course.findIndex((accuracy) => accuracy >= goal)
  return at < 0 ? Infinity : (at + 1) * EVERY
}

async function contestant(context: Context, data: Data, chosen: Tricks) {
  seed(context.seed)
  const model = network(chosen)
  const isAdam = chosen.includes('Adam')
  const name = nameOf(chosen)
  const settings = { name, batchSize: context.options.batchSize, every: EVERY }
  const training = await again(model, isAdam ? adam(model) : sgd(model), data, context, settings)
  return { ...training, name, rates: isAdam ? rates.adam : rates.sgd }
}

/** All steps with the rate that is best after a few, the last half with less and less of it. */
async function trained(context: Context, data: Data, chosen: Tricks): Promise<Result> {
  const { steps } = context.options
  const { name, rates, train, score } = await contestant(context, data, chosen)
  const tries = []
  for (const rate of rates) tries.push(await train(rate, Math.min(TRIED, steps)))
  const { rate } = tries.reduce((best, one) => (one.loss < best.loss ? one : best))
  const { accuracy: course } = await train(rate, steps, { coolDown: steps / 2 })
  const { accuracy } = await score(data.test)
  return { name, rate, steps: stepsTo(GOAL, course), accuracy, course }
}

/** Fewest steps to the goal over all rates. */
async function quickest(context: Context, data: Data, chosen: Tricks): Promise<number> {
  const { rates, train } = await contestant(context, data, chosen)
  let least = Infinity
  for (const rate of rates) {
    const { accuracy } = await train(rate, Math.min(least, context.options.steps), { goal: GOAL })
    least = Math.min(least, stepsTo(GOAL, accuracy))
  }
  return least
}

async function pictures(
  context: Context,
  data: Data,
  { none, alone, all, without }: Readonly<Record<'none' | 'all', Result> & Record<'alone' | 'without', Result[]>>,
): Promise<void> {
  const shown = [none, ...alone, all]
  await figure(context, '1-error-over-steps', {
    title: 'Each trick alone, and all together',
    x: { label: 'steps' },
    y: { label: 'errors on the validation, %', scale: 'log' },
    series: shown.map(({ name, course }) => ({
      name,
      x: course.map((_, i) => (i + 1) * EVERY),
      y: course.map((accuracy) => 100 * (1 - accuracy)),
    })),
    width: 760,
  })
  const rows = ['none, or all', ...tricks]
  const table = heatmap({
    title: 'Test errors in %',
    values: rows.map((_, i) =>
      [[none, ...alone][i]!, [all, ...without][i]!].map(({ accuracy }) => 100 * (1 - accuracy)),
    ),
    ...{ rows, columns: ['alone', 'left out'], cell: 48, format: (value: number) => value.toFixed(1) },
  })
  await context.folder.storage.write('pictures/2-what-each-is-worth.svg', table)
  const looked = []
  for (const chosen of [[], ['initialisation'], ['batch norm'], ['ReLU'], tricks] as const) {
    seed(context.seed)
    looked.push({ name: nameOf(chosen), layers: await lookInto(network(chosen), data.validation) })
  }
  for (const [number, what, title, label] of [
    [3, 'spread', 'Before learning: what each layer tells of the picture', 'spread of the outputs'],
    [4, 'gradient', 'Before learning: what each layer hears of the error', 'gradient of the weights'],
  ] as const) {
    await figure(context, `${number}-${what}-by-layer`, {
      title,
      x: { names: Array.from({ length: LAYERS }, (_, i) => `layer ${i + 1}`) },
      y: { label, scale: 'log' },
      series: looked.map(({ name, layers }) => ({
        name,
        x: layers.map((_, i) => i),
        y: layers.map((one) => one[what]),
      })),
    })
  }
  const drawn = (hidden: readonly HiddenLayer[]) =>
    hidden.map(({ outputs }, i) => ({ name: `layer ${i + 1}`, values: outputs }))
  await figure(
    context,
    '5-outputs-without-tricks',
    histogram('No trick: every layer says ½ to every picture', drawn(looked[0]!.layers), { from: 0, to: 1 }),
  )
  await figure(
    context,
    '6-outputs-with-all-tricks',
    histogram('All tricks: every layer uses its range', drawn(looked.at(-1)!.layers), { from: 0, to: 4 }),
  )
}
