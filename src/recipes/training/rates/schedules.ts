import { cosineDecay, oneCycle, type Schedule, stepDecay } from 'shapewise/optim'
import { figure } from '../../figure.js'
import { type Context, type Data, percent, short } from './short-training.js'

const SHORT_EPOCHS = 3
const scheduleRates = [0.01, 0.02, 0.05, 0.1, 0.2]

export const schedules: Readonly<Record<string, (rate: number, steps: number) => number | Schedule>> = {
  constant: (rate) => rate,
  step: (rate, steps) => stepDecay(rate, { every: Math.ceil(steps / 3) }),
  cosine: (rate, steps) => cosineDecay(rate, { steps }),
  'one-cycle': (rate, steps) => oneCycle(rate, { steps }),
}

/** Each schedule with each rate for a few epochs; returns the best rate of each. */
export async function compareSchedules(context: Context, data: Data): Promise<Record<string, number>> {
  const { batchSize, rates } = context.options
  const steps = SHORT_EPOCHS * Math.ceil(data.part.length / batchSize)
  const tried = scheduleRates.slice(-rates)
  const best: Record<string, number> = {}
  const accuracies: Record<string, number[]> = {}
  for (const [name, schedule] of Object.entries(schedules)) {
    const results: Awaited<ReturnType<typeof short>>[] = []
    for (const rate of tried) {
      const stage = `${name}, rate ${rate}`
      results.push(await short(context, data, { stage, rate: schedule(rate, steps), epochs: SHORT_EPOCHS }))
    }
    accuracies[name] = results.map(({ accuracy }) => accuracy)
    best[name] = tried[results.indexOf(results.reduce((least, one) => (one.loss < least.loss ? one : least)))]!
  }
  context.report.table({
    title: `Right after ${SHORT_EPOCHS} epochs of ${data.part.length.toLocaleString('en-US')} digits, on the validation`,
    columns: ['highest rate', ...tried.map(String)],
    rows: Object.entries(accuracies).map(([name, row]) => [
      name,
      ...row.map((value, i) => ({
        text: percent(value),
        tone: tried[i] === best[name] ? ('good' as const) : ('plain' as const),
      })),
    ]),
  })
  await figure(context, '2-schedules-by-their-highest-rate', {
    title: `Schedules by their highest rate, after ${SHORT_EPOCHS} epochs`,
    x: { label: 'highest rate', scale: 'log' },
    y: { label: 'error on the validation', scale: 'log' },
    series: Object.entries(accuracies).map(([name, y]) => ({ name, x: tried, y: y.map((value) => 1 - value) })),
  })
  return best
}
