import { expectChoice } from '../../core/arguments.js'
import { cureFor, describe } from '../../core/describe.js'
import { fail } from '../../core/errors.js'
import { checkOptions, needOptions } from '../../core/options.js'
import { Module } from '../module.js'
import { type AverageOptions, type Decay, decayOf, ModelAverage } from './model-average.js'

export interface MovingAverageOptions extends AverageOptions {
  /**
   * How much of the average stays at each update: a number from 0 to 1, or a function of the number of updates made so far, part of the
   * program, such as `(n) => n.add(1).div(n.add(10)).minimum(0.999)`, which starts faster.
   */
  readonly decay: number | Decay
}

/**
 * An exponential moving average of the variables of a model: average = decay · average + (1 − decay) · value at each `update()`, the
 * first of which takes the values as they are. Better and steadier than the model itself at the end of noisy training.
 * (Polyak and Juditsky, "Acceleration of stochastic approximation by averaging", 1992.)
 *
 * @throws if the decay is no number from 0 to 1
 * @example
 * const net = linear(3, 2)
 * const average = movingAverage(net, { decay: 0.999 })
 * average.update() // after each step, also inside compile
 * const loss = average.during(() => net.forward(zeros([4, 3])).square().mean())
 */
export function movingAverage(model: Module, options: MovingAverageOptions): ModelAverage {
  expectModule('movingAverage', model)
  needOptions('movingAverage', options, { decay: true, buffers: true })
  return new ModelAverage(
    'movingAverage',
    model,
    decayOf('movingAverage', options.decay),
    buffersOf('movingAverage', options),
  )
}

/**
 * The mean of the variables of a model over all `update()`s: with a constant or cyclic learning rate, once at the end of each epoch or
 * cycle, it finds the middle of a flat minimum. Statistics of batch norm are not those of the mean: {@link updateBatchNorm} estimates
 * them.
 * (Izmailov et al., "Averaging weights leads to wider optima and better generalization", 2018.)
 *
 * @example
 * const net = linear(3, 2)
 * const average = stochasticWeightAverage(net)
 * average.update() // at the end of each epoch
 * average.swapIn()
 */
export function stochasticWeightAverage(model: Module, options: AverageOptions = {}): ModelAverage {
  expectModule('stochasticWeightAverage', model)
  checkOptions('stochasticWeightAverage', options, { buffers: true })
  const decay: Decay = (updates) => updates.div(updates.add(1))
  return new ModelAverage('stochasticWeightAverage', model, decay, buffersOf('stochasticWeightAverage', options))
}

const buffersOf = (operation: string, { buffers = 'copy' }: AverageOptions): 'copy' | 'average' =>
  expectChoice(operation, 'what becomes of buffers', buffers, ['copy', 'average'])

function expectModule(operation: string, model: Module): void {
  if (model instanceof Module) return
  fail(`${operation}: the first argument is ${describe(model)}, no module`, cureFor(model, 'The model comes first.'))
}
