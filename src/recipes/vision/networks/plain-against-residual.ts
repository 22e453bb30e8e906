import type { Tensor } from 'shapewise'
import type { ColourDataset } from 'shapewise/data'
import { type CifarResnetOptions, cifarResnet } from 'shapewise/models'
import * as nn from 'shapewise/nn'
import { multiStepDecay, sgd } from 'shapewise/optim'
import { evaluate, fit } from 'shapewise/train'
import { following } from '../../classification.js'
import { figure } from '../../figure.js'
import { integer } from '../../option.js'
import { type RecipeContext, recipe } from '../../recipe.js'
import { percent } from '../../report.js'
import { cifar, standardized } from './cifar.js'

const BATCH = 64

interface Kind extends Pick<CifarResnetOptions<3, 10>, 'shortcuts'> {
  /** Of 0.02 and 0.1 the one with which 56 layers learn better; a tenth after half of the steps, and again after three quarters. */
  readonly learningRate: number
  readonly color: string
}
/** What is added to each block, by what such networks are called. */
const kinds = {
  plain: { shortcuts: 'none', learningRate: 0.02, color: '#d1495b' },
  residual: { shortcuts: 'zeros', learningRate: 0.02, color: '#2166ac' },
  highway: { shortcuts: 'gates', learningRate: 0.1, color: '#2a9d5c' },
} as const satisfies Readonly<Record<string, Kind>>
type Name = keyof typeof kinds
const names = Object.keys(kinds) as Name[]

const options = {
  pictures: integer(2000, 'pictures to learn from'),
  passes: integer(45, 'passes of each network through them'),
  shallow: integer(20, 'layers of the networks with fewer, 6 n + 2'),
  deep: integer(56, 'layers of those with more'),
  width: integer(8, 'channels of the first stage'),
}
type Context = RecipeContext<typeof options>

/** Errors on the pictures that were learned from: after each pass as it came along, and at the end with the weights as they are. */
interface Course {
  readonly kind: Name
  readonly depth: number
  readonly errors: readonly number[]
  readonly final: number
}

export const plainAgainstResidual = recipe({
  name: 'plain-against-residual',
  title: 'Deeper plain networks learn less, deeper ones with shortcuts do not',
  source:
    'He, Zhang, Ren, Sun, Deep residual learning for image recognition, 2015; Srivastava, Greff, Schmidhuber, Highway networks, 2015',
  literature: {},
  shortfall:
    'Half of the channels, a twenty-fifth of the pictures at half their size and 1,440 steps: errors are those of an early training.',
  options,
  async run(context) {
    const { shallow, deep, pictures } = context.options
    const { train } = await cifar(context, { limit: pictures, validation: false })
    const courses: Course[] = []
    for (const depth of [shallow, deep])
      for (const kind of names) courses.push(await trained(context, train, kind, depth))
    await show(context, courses)
    const results = names.flatMap((kind) => {
      const [few, many] = finals(courses, kind) as [number, number]
      return [[`${kind}TrainErrorGap`, many - few] as const, [`${kind}TrainError`, many] as const]
    })
    return Object.fromEntries(results)
  },
})

async function trained(context: Context, train: ColourDataset, kind: Name, depth: number): Promise<Course> {
  const { passes, width } = context.options
  const { shortcuts, learningRate } = kinds[kind]
  const halved = nn.lambda((x: Tensor) => x.avgPool(2) as Tensor, 'half the size')
  const model = nn.sequential(standardized(), halved, cifarResnet(depth, { shortcuts, width }) as nn.Layer)
  const steps = passes * Math.ceil(train.length / BATCH)
  const at = [Math.floor(steps / 2), Math.floor((3 * steps) / 4)]
  const history = await fit(model, train, {
    loss: nn.crossEntropy,
    optimizer: sgd({
      learningRate: multiStepDecay(learningRate, { at, factor: 0.1 }),
      momentum: 0.9,
      weightDecay: 1e-4,
    }),
    ...{ epochs: passes, batchSize: BATCH },
    ...following(context, { stage: `${kind}-${depth}` }),
  })
  const { accuracy } = await evaluate(model, train, { batchSize: 500 })
  context.report.log(`${kind}-${depth}: ${percent(1 - accuracy)} of the training pictures wrong`)
  const errors = history.map(({ accuracy }) => 1 - accuracy)
  return { kind, depth, errors, final: 1 - accuracy }
}

/** What the networks of a kind come to, those with fewer layers first. */
const finals = (courses: readonly Course[], kind: Name): number[] =>
  courses.filter((one) => one.kind === kind).map(({ final }) => final)

async function show(context: Context, courses: readonly Course[]): Promise<void> {
  const { shallow, deep } = context.options
  context.report.table({
    title: 'Training error',
    columns: ['', `${shallow} layers`, `${deep} layers`, 'what depth costs'],
    rows: names.map((kind) => {
      const [few, many] = finals(courses, kind) as [number, number]
      return [kind, percent(few), percent(many), `${(100 * (many - few)).toFixed(1)} points`]
    }),
  })
  await figure(context, '1-training-error', {
    title: `${deep} layers (lines) against ${shallow} (dashes)`,
    x: { label: 'passes through the pictures' },
    y: { label: 'training error of the pass, %' },
    series: courses.map(({ kind, depth, errors }) => ({
      ...(depth === shallow ? { kind: 'dashes' as const } : { name: kind, kind: 'line' as const }),
      color: kinds[kind].color,
      y: errors.map((error) => 100 * error),
    })),
  })
}
