import * as ops from '../../operations/index.js'
import { defineOptimizer } from '../define.js'
import type { OptimizerOptions } from '../options.js'
import { kept, positive } from '../settings.js'
import { running } from './moments.js'

export interface AdadeltaSettings {
  /** How slowly the means of the squares forget; 0.9. */
  readonly decay?: number
  /** Lets the first step be more than 0; 1e-6. */
  readonly epsilon?: number
}
export type AdadeltaOptions = OptimizerOptions<AdadeltaSettings>

/**
 * Gradient descent whose steps have the size of the steps before: no learning rate is needed (it is 1).
 *
 * v ← decay · v + (1 − decay) · g²; d = √(u + ε) / √(v + ε) · g; u ← decay · u + (1 − decay) · d²; p ← p − learningRate · d
 *
 * (Zeiler, "ADADELTA: an adaptive learning rate method", 2012.)
 *
 * @throws if an option is out of range
 * @example const optimizer = adadelta(model)
 */
export const adadelta = defineOptimizer<AdadeltaSettings>({
  name: 'adadelta',
  learningRate: 1,
  settings: { decay: kept(0.9), epsilon: positive(1e-6) },
  rule: ({ decay, epsilon }) => ({
    slots: () => ['square', 'step'],
    update: (parameter, gradient, [square, step], { learningRate }) => {
      const nextSquare = running(square, ops.mul(gradient, gradient), decay)
      const ratio = ops.div(ops.sqrt(ops.add(step, epsilon)), ops.sqrt(ops.add(nextSquare, epsilon)))
      const change = ops.mul(ratio, gradient)
      const nextStep = running(step, ops.mul(change, change), decay)
      return { parameter: ops.sub(parameter, ops.mul(change, learningRate)), state: [nextSquare, nextStep] }
    },
  }),
})
