import { random } from 'shapewise'
import { heatmap } from 'shapewise/plot'
import { figure } from '../figure.js'
import { integer } from '../option.js'
import { recipe } from '../recipe.js'
import { countSeparable } from './separability.js'

/** Inputs of the unit; the larger, the steeper the step. */
const inputs = [2, 5, 10, 25]
/** The share is drawn up to so many points per input. */
const LONGEST = 4
const DRAWN_AT_ONCE = 500
const MAP_INPUTS = 12
const MAP_POINTS = 24

export const coverTheorem = recipe({
  name: 'cover-theorem',
  title: 'Of 2 N points, a unit with N inputs separates half of all dichotomies',
  source:
    'Cover, Geometrical and statistical properties of systems of linear inequalities with applications in pattern recognition, 1965',
  literature: {
    maxDeviation: { value: 0, source: 'Cover 1965: closed form' },
    shareAtTwoPerInput: { value: 0.5, source: 'Cover 1965: half of the dichotomies of P = 2N points' },
    pointsPerInput: { value: 2, source: 'Cover 1965: capacity 2N, in the mean' },
  },
  options: { trials: integer(10_000, 'random labellings for each number of inputs') },
  async run({ options, report, folder }) {
    const { trials } = options
    const curves: { readonly n: number; readonly measured: number[]; readonly formula: number[] }[] = []
    const counts: number[] = []
    for (const n of inputs) {
      const found = await separableCounts(n, trials)
      const points = Array.from({ length: LONGEST * n }, (_, i) => i + 1)
      const measured = points.map((p) => found.filter((count) => count >= p).length / trials)
      curves.push({ n, measured, formula: points.map((p) => coverShare(p, n)) })
      counts.push(found.reduce((sum, count) => sum + count, 0) / trials / n)
      report.progress({
        stage: `${n} inputs`,
        batch: curves.length,
        batches: inputs.length,
        examples: trials,
        metrics: {},
      })
    }
    const deviations = curves.map(({ measured, formula }) =>
      Math.max(...measured.map((share, i) => Math.abs(share - formula[i]!))),
    )
    const percent = (share: number): string => `${(100 * share).toFixed(1)} %`
    report.table({
      title: 'Separable dichotomies of P points, measured (formula)',
      columns: ['inputs N', 'P = N', '1.5 N', '2 N', '2.5 N', '3 N', 'largest P / N', 'deviation'],
      rows: curves.map(({ n, measured, formula }, i) => [
        String(n),
        ...[1, 1.5, 2, 2.5, 3].map((ratio) => {
          const at = Math.round(ratio * n) - 1
          return `${percent(measured[at]!)} (${percent(formula[at]!)})`
        }),
        counts[i]!.toFixed(3),
        deviations[i]!.toFixed(4),
      ]),
    })
    const perInput = ({ n }: { n: number }) => Array.from({ length: LONGEST * n }, (_, i) => (i + 1) / n)
    await figure({ folder, report }, 'share-of-separable-dichotomies', {
      title: 'The step: one unit separates about two points per input',
      x: { label: 'points per input, P / N', from: 0, to: LONGEST },
      y: { label: 'share of separable dichotomies', from: 0, to: 1 },
      series: [
        ...curves.map((curve) => ({ name: `N = ${curve.n}`, x: perInput(curve), y: curve.formula })),
        ...curves.map((curve) => ({ kind: 'points' as const, x: perInput(curve), y: curve.measured })),
      ].map((series, i) => ({ ...series, color: palette[i % curves.length]! })),
      marks: [{ x: 2, text: 'capacity 2 N' }],
    })
    await folder.storage.write('pictures/where-the-edge-lies.svg', await edge(Math.ceil(trials / 10)))
    const largest = curves.length - 1
    return {
      maxDeviation: Math.max(...deviations),
      shareAtTwoPerInput: curves[largest]!.measured[2 * inputs[largest]! - 1]!,
      pointsPerInput: counts[largest]!,
    }
  },
})

const palette = ['#56b4e9', '#009e73', '#e69f00', '#d55e00']

/**
 * For each trial, points of a normal distribution with labels ±1 by coin toss arrive until no hyperplane through the origin separates them: how
 * many it could be. A sample that long is never separable but once in a million.
 */
async function separableCounts(n: number, trials: number): Promise<number[]> {
  const points = 4 * n + 30
  const counts: number[] = []
  while (counts.length < trials) {
    const several = Math.min(DRAWN_AT_ONCE, trials - counts.length)
    const labels = random.bernoulli(0.5, [several, points, 1]).cast('float32').mul(2).sub(1)
    const values = await random.normal([several, points, n]).mul(labels).data()
    const example = (trial: number, p: number) =>
      values.subarray((trial * points + p) * n, (trial * points + p + 1) * n)
    for (let trial = 0; trial < several; trial++) {
      counts.push(countSeparable(Array.from({ length: points }, (_, p) => example(trial, p))))
    }
  }
  return counts
}

/** C(P, N) / 2^P with C(P, N) = 2 Σ_{k < N} (P − 1 choose k). */
export function coverShare(points: number, n: number): number {
  let [term, sum] = [2 ** (1 - points), 0]
  for (let k = 0; k < Math.min(n, points); k++) {
    sum += term
    term *= (points - 1 - k) / (k + 1)
  }
  return sum
}

/** The share for every small number of points and inputs. */
async function edge(trials: number): Promise<string> {
  const names = (count: number): string[] => Array.from({ length: count }, (_, i) => String(i + 1))
  const columns: number[][] = []
  for (let n = 1; n <= MAP_INPUTS; n++) columns.push(await separableCounts(n, trials))
  return heatmap({
    title: 'The edge runs along P = 2 N',
    values: Array.from({ length: MAP_POINTS }, (_, p) =>
      columns.map((counts) => counts.filter((count) => count > p).length / trials),
    ),
    ...{ rows: names(MAP_POINTS), columns: names(MAP_INPUTS), rowLabel: 'points P', columnLabel: 'inputs N' },
    format: (share) => share.toFixed(1),
    cell: 32,
  })
}
