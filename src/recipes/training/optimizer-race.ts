import { linspace } from 'shapewise'
import { type Surface, surfaces } from 'shapewise/optim'
import { contours, heatmap } from 'shapewise/plot'
import { digits } from '../digits.js'
import { integer } from '../option.js'
import { type RecipeContext, recipe } from '../recipe.js'
import { batchAgainstStochastic } from './batch-against-stochastic.js'
import { lossCut } from './loss-cut.js'
import { type Outcome, type Racer, race, racers } from './race.js'

const names = Object.keys(racers) as Racer[]
/** Those in the pictures. */
const DRAWN = 8
const CUT_EXAMPLES = 256
const CUT_STEPS = 400
const [COLUMNS, ROWS] = [97, 73]

/** What each picture shows. */
const lessons: Readonly<Record<string, string>> = {
  ravine: 'Ravine: gradient descent zigzags, momentum runs along',
  rosenbrock: 'Bent valley: momentum and Adam arrive, others crawl',
  beale: 'Plateau: cliffs force small rates, which crawl below them',
  saddle: 'Saddle: who scales each number leaves it at once',
  rastrigin: 'Many minima: who only walks downhill stays in the nearest',
  network: 'A network’s loss, cut at random: a smooth bowl',
}

const options = {
  limit: integer(4000, 'digits for batch against stochastic gradient descent', { minimum: 100 }),
  passes: integer(30, 'passes through these digits'),
  steps: integer(10_000, 'steps of each racer, at most', { minimum: 10 }),
}
type Context = RecipeContext<typeof options>
type Outcomes = Record<Racer, Outcome | undefined>
type Results = readonly { readonly surface: Surface; readonly outcomes: Readonly<Outcomes> }[]

export const optimizerRace = recipe({
  name: 'optimizer-race',
  title: 'Optimizers race down ravines, valleys, saddles and the loss of a network',
  source:
    'Polyak, Some methods of speeding up the convergence of iteration methods, 1964; Kingma, Ba, Adam: a method for stochastic optimization, 2015; ' +
    'Li, Xu, Taylor, Studer, Goldstein, Visualizing the loss landscape of neural nets, 2018',
  literature: {},
  options,
  async run(context) {
    const { report, options, signal } = context
    const { train } = await digits(report)
    report.log('The rate of each racer is the best of 49 from 0.0001 to 100; who leaves the map is out.')
    report.log('SGD sees the surface shifted at random in each step, as every batch has a loss of its own.')
    const results: Results[number][] = []
    const all = [...surfaces, await lossCut(train.take(CUT_EXAMPLES))]
    for (const [i, surface] of all.entries()) {
      const outcomes: Partial<Outcomes> = {}
      for (const [k, racer] of names.entries()) {
        signal.throwIfAborted()
        const steps = surface.name === 'network' ? Math.min(CUT_STEPS, options.steps) : options.steps
        outcomes[racer] = await race(surface, racer, steps)
        report.progress({ stage: surface.title, batch: k + 1, batches: names.length, examples: steps, metrics: {} })
      }
      results.push({ surface, outcomes: outcomes as Outcomes })
      await context.folder.storage.write(`pictures/${i + 1}-${surface.name}.svg`, await map(results.at(-1)!))
    }
    await tell(context, results)
    const { 'gradient descent': plain, momentum } = results[0]!.outcomes
    return {
      ravineMomentumFactor: (plain?.steps ?? Infinity) / (momentum?.steps ?? Infinity),
      ...(await batchAgainstStochastic(context, train.take(options.limit), options.passes)),
    }
  },
})

/** The surface with the paths of the best known racers. */
async function map({ surface, outcomes }: Results[number]): Promise<string> {
  const columns = linspace(...surface.x, COLUMNS)
  const heights: ArrayLike<number>[] = []
  for (const y of await linspace(...surface.y, ROWS).data()) {
    heights.push(await surface.height(columns, columns.mul(0).add(y)).data())
  }
  const paths = names.slice(0, DRAWN).map((name) => {
    const { steps = Infinity, path = [] } = outcomes[name] ?? {}
    const reached = steps === Infinity ? 'never' : steps.toLocaleString('en-US')
    return { name: `${name}: ${reached}`, x: path.map(([x]) => x), y: path.map(([, y]) => y) }
  })
  return contours({
    title: lessons[surface.name] ?? surface.title,
    ...{ heights, paths, marks: surface.minima },
    x: { from: surface.x[0], to: surface.x[1] },
    y: { from: surface.y[0], to: surface.y[1] },
    seconds: 10,
    note: 'Beside the names: steps to a minimum (×). The clock is logarithmic.',
  })
}

async function tell({ report, folder }: Context, results: Results): Promise<void> {
  const least = results.map(({ outcomes }) => Math.min(...names.map((name) => outcomes[name]?.steps ?? Infinity)))
  report.table({
    title: 'Steps to the minimum (learning rate)',
    columns: ['', ...results.map(({ surface }) => surface.name)],
    rows: names.map((name) => [
      name,
      ...results.map(({ outcomes }, i) => {
        const { steps = Infinity, rate = Number.NaN } = outcomes[name] ?? {}
        if (steps === Infinity) return { text: 'never', tone: 'faint' as const }
        const text = `${steps.toLocaleString('en-US')} (${rate.toPrecision(2)})`
        return { text, tone: steps === least[i] ? ('good' as const) : ('plain' as const) }
      }),
    ]),
  })
  const svg = heatmap({
    title: 'Steps to the minimum, each with its best rate',
    // Differences of logarithms, so that a factor is as much darker everywhere.
    values: names.map((name) => results.map(({ outcomes }) => Math.log10(outcomes[name]?.steps ?? Number.NaN))),
    ...{ rows: names, columns: results.map(({ surface }) => surface.name), cell: 56 },
    format: (log) => (Number.isFinite(log) ? Math.round(10 ** log).toLocaleString('en-US') : 'never'),
  })
  await folder.storage.write(`pictures/${results.length + 1}-steps-to-the-minimum.svg`, svg)
}
