import type { Node } from '../../graph/node.js'
import * as ops from '../../operations/index.js'
import { Tensor } from '../../tensor/tensor.js'
import { defineOptimizer } from '../define.js'
import type { OptimizerOptions } from '../options.js'
import type { Schedule } from '../schedules/schedule.js'
import { flag, kept, positive } from '../settings.js'
import { running } from './moments.js'

export interface AdafactorSettings {
  /** How slowly the mean of the steps forgets; 0, none is kept. */
  readonly beta1?: number
  /** The squares of step t are forgotten with β₂ = 1 − t to the power of minus this; 0.8. */
  readonly decay?: number
  /** The root mean square that a step has at most (d); 1. */
  readonly clipThreshold?: number
  /** Is added to the squares; 1e-30. */
  readonly epsilon?: number
  /** Whether the learning rate is relative: multiplied by the root mean square of the parameter; true. */
  readonly relative?: boolean
  /** The least root mean square of a parameter that counts; 0.001. */
  readonly leastScale?: number
}
export type AdafactorOptions = OptimizerOptions<AdafactorSettings>

/** min(0.01, 1 / √t). */
const relativeRate: Schedule = (step) => new Tensor(ops.minimum(ops.reciprocal(ops.sqrt(ops.add(step.node, 1))), 0.01))

const rootMeanSquare = (x: Node): Node => ops.sqrt(ops.mean(ops.mul(x, x)))

/**
 * {@link adam} that keeps, of the squares of a matrix's gradient, only the means of rows and columns: next to no memory.
 *
 * R ← β₂ R + (1 − β₂) · means of g² + ε over columns, C likewise over rows; v = R Cᵀ / mean(R) (for vectors the running mean of
 * g² + ε itself); u = g / √v; p ← p − learningRate · max(leastScale, RMS(p)) · u / max(1, RMS(u) / clipThreshold).
 * Learning rate min(0.01, 1 / √t). Leading axes of more than two count matrices. Decay is decoupled.
 *
 * (Shazeer and Stern, "Adafactor: adaptive learning rates with sublinear memory cost", 2018, algorithms 4 and 5.)
 *
 * @throws if an option is out of range
 * @example const optimizer = adafactor(model)
 */
export const adafactor = defineOptimizer<AdafactorSettings>({
  name: 'adafactor',
  learningRate: relativeRate,
  decay: 'decoupled',
  settings: {
    ...{ beta1: kept(0), decay: positive(0.8), clipThreshold: positive(1), epsilon: positive(1e-30) },
    ...{ relative: flag(true), leastScale: positive(1e-3) },
  },
  rule: ({ beta1, decay, clipThreshold, epsilon, relative, leastScale }) => ({
    slots: (shape) => [
      ...(shape.length < 2
        ? ['square']
        : [
            { name: 'rows', shape: shape.slice(0, -1) },
            { name: 'columns', shape: [...shape.slice(0, -2), shape[shape.length - 1]] },
          ]),
      ...(beta1 === 0 ? [] : ['mean']),
    ],
    update: (parameter, gradient, state, { learningRate, number }) => {
      const fresh = ops.exp(ops.mul(ops.log(number), -decay))
      const forget = (old: Node, value: Node): Node => ops.add(old, ops.mul(ops.sub(value, old), fresh))
      const square = ops.add(ops.mul(gradient, gradient), epsilon)
      let squares: Node[]
      let scaled: Node
      if (gradient.rank < 2) {
        squares = [forget(state[0], square)]
        scaled = ops.div(gradient, ops.sqrt(squares[0]))
      } else {
        const [rows, columns] = [forget(state[0], ops.mean(square, -1)), forget(state[1], ops.mean(square, -2))]
        squares = [rows, columns]
        // Roots before products: squares of small gradients would be too small for float32.
        const part = ops.sqrt(ops.div(rows, ops.mean(rows, -1, { keepDims: true })))
        scaled = ops.div(ops.div(gradient, ops.unsqueeze(part, -1)), ops.unsqueeze(ops.sqrt(columns), -2))
      }
      const bounded = ops.div(scaled, ops.maximum(ops.div(rootMeanSquare(scaled), clipThreshold), 1))
      const rate = relative ? ops.mul(learningRate, ops.maximum(rootMeanSquare(parameter), leastScale)) : learningRate
      const change = ops.mul(bounded, rate)
      const mean = beta1 === 0 ? [] : [running(state[squares.length], change, beta1)]
      return { parameter: ops.sub(parameter, mean[0] ?? change), state: [...squares, ...mean] }
    },
  }),
})
