import { tensor } from '../../tensor/create.js'
import type { Tensor } from '../../tensor/tensor.js'
import { vmap } from '../../tensor/vmap.js'
import { expectCount } from '../options.js'
import { type Schedule, scheduleOf } from './schedule.js'

/**
 * The rates of the first steps of a schedule, to look at or to plot.
 *
 * @example
 * await rates(linearDecay(1, { steps: 4 }), 6) // [1, 0.75, 0.5, 0.25, 0, 0]
 */
export async function rates(schedule: number | Schedule, steps: number): Promise<number[]> {
  expectCount('rates', 'the number of steps', steps)
  const rule = scheduleOf('rates', schedule)
  const all = tensor(
    Float64Array.from({ length: steps }, (_, i) => i),
    [steps],
  )
  // A number alone does not depend on the step: the sum makes one of it for each.
  const values = vmap((step: Tensor<[]>) => rule(step).add(step.mul(0)))(all)
  return [...(await values.data())]
}

const WIDTH = 40

/**
 * The rates of some of the first steps as a table with bars, `rows` lines of step, rate and a bar.
 *
 * @param rows lines at most; 20
 */
export async function rateTable(schedule: number | Schedule, steps: number, rows = 20): Promise<string> {
  expectCount('rateTable', 'the number of rows', rows)
  const all = await rates(schedule, steps)
  const count = Math.min(rows, steps)
  const chosen = Array.from({ length: count }, (_, i) => Math.round((i * (steps - 1)) / Math.max(1, count - 1)))
  const highest = Math.max(...all, Number.MIN_VALUE)
  const width = String(steps - 1).length
  return chosen
    .map((step) => {
      const bar = '█'.repeat(Math.round((all[step] / highest) * WIDTH))
      return `${String(step).padStart(width)}  ${all[step].toExponential(3)}  ${bar}`.trimEnd()
    })
    .join('\n')
}
