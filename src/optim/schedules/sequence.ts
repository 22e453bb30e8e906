import { describe } from '../../core/describe.js'
import { fail } from '../../core/errors.js'
import { needOptions } from '../../core/options.js'
import * as ops from '../../operations/index.js'
import { Tensor } from '../../tensor/tensor.js'
import { expectSteps, type Schedule, scheduleOf } from './schedule.js'

export interface Stage {
  readonly rate: number | Schedule
  /** How long it lasts; the last one may leave it out. */
  readonly steps?: number
}

/**
 * One schedule after the other, each beginning with its step 0.
 *
 * @throws if there is none, or one that is not the last has no length
 * @example
 * const rate = sequence([{ rate: 0.1, steps: 500 }, { rate: cosineDecay(0.1, { steps: 1000 }) }])
 */
export function sequence(stages: readonly Stage[]): Schedule {
  if (!Array.isArray(stages) || stages.length === 0) {
    fail(`sequence: the stages are ${describe(stages)}`, 'Give a list: [{ rate: 0.1, steps: 500 }, { rate: 0.01 }].')
  }
  let end = 0
  const parts = stages.map((stage: Stage, i) => {
    needOptions<Stage>(`sequence, stage ${i}`, stage, { rate: true, steps: true })
    const { rate, steps = Infinity } = stage
    if (i < stages.length - 1) expectSteps(`sequence, stage ${i}`, 'steps', steps)
    const begin = end
    end += steps
    return { rule: scheduleOf(`sequence, stage ${i}`, rate), begin }
  })
  return (step) => {
    const rates = parts.map(({ rule, begin }) => rule(new Tensor(ops.maximum(ops.sub(step.node, begin), 0))).node)
    return new Tensor(rates.reduce((before, rate, i) => ops.where(ops.less(step.node, parts[i].begin), before, rate)))
  }
}
