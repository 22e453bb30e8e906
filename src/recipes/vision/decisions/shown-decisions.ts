import { calibration, rocCurve } from 'shapewise/metrics'
import { figure } from '../../figure.js'
import type { RecipeContext } from '../../recipe.js'
import { cheapest, type Judgements, ratesAt } from './judging.js'

type Named = Readonly<Record<string, Judgements>>

/** What is found against what it takes in false alarms, with the points of both thresholds. */
export async function showRoc(context: RecipeContext, named: Named, threshold: number): Promise<void> {
  const curves = Object.entries(named).map(([name, { probabilities, truth }]) => {
    const { falsePositiveRates, truePositiveRates, area } = rocCurve(probabilities, truth)
    return {
      name: `${name}, area ${area.toFixed(3)}`,
      x: falsePositiveRates.map(percent),
      y: truePositiveRates.map(percent),
    }
  })
  const points = [0.5, threshold].map((from) => {
    const rates = Object.values(named).map((judged) => ratesAt(judged, from, 1))
    const name = `yes from ${percent(from).toFixed(0)} %`
    const x = rates.map(({ specificity }) => percent(1 - specificity))
    return { name, kind: 'points' as const, x, y: rates.map(({ sensitivity }) => percent(sensitivity)) }
  })
  await figure(context, '1-what-is-found-and-what-is-a-false-alarm', {
    title: 'Who says yes earlier misses less, and pays with false alarms',
    x: { label: 'of the healthy, called ill, %', from: 0, to: 20 },
    y: { label: 'of the ill, found, %', from: 80, to: 100 },
    series: [...curves, ...points],
  })
}

/** How often what was said with some probability was so. */
export async function showCalibration(context: RecipeContext, named: Named): Promise<void> {
  const series = Object.entries(named).map(([name, { probabilities, truth }]) => {
    const bins = calibration(probabilities, truth, { bins: 5 }).bins.filter(({ count }) => count > 0)
    return {
      name,
      x: bins.map(({ confidence }) => percent(confidence)),
      y: bins.map(({ accuracy }) => percent(accuracy)),
    }
  })
  await figure(context, '2-is-80-percent-80-percent', {
    title: 'Whether what is said to be 80 % sure is so in 80 of 100 cases',
    x: { label: 'probability that is told, %', from: 0, to: 100 },
    y: { label: 'of these cases, ill, %', from: 0, to: 100 },
    series: [...series, { name: 'as it should be', kind: 'dashes', x: [0, 100], y: [0, 100] }],
  })
}

/** What all errors cost together, by the probability from which on the answer is yes. */
export async function showCosts(context: RecipeContext, named: Named, missCost: number): Promise<void> {
  const x = Array.from({ length: 99 }, (_, i) => i + 1)
  const best = cheapest(missCost)
  await figure(context, '3-where-to-say-yes', {
    title: `A miss costs ${missCost} false alarms: yes from ${percent(best).toFixed(0)} % on`,
    x: { label: 'yes from this probability on, %', from: 0, to: 100 },
    y: { label: 'cost per case', from: 0 },
    series: Object.entries(named).map(([name, judged]) => {
      return { name, x, y: x.map((threshold) => ratesAt(judged, threshold / 100, missCost).cost) }
    }),
    marks: [
      { x: percent(best), text: 'cheapest by theory' },
      { x: 50, text: 'one half' },
    ],
  })
}

const percent = (part: number): number => 100 * part
