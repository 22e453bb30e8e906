import { fail } from '../../core/errors.js'
import type { Node } from '../../graph/node.js'
import * as ops from '../../operations/index.js'
import { Tensor } from '../../tensor/tensor.js'
import { expectRate } from '../options.js'

/**
 * The learning rate as a function of the number of steps made so far: a float64 scalar when an optimizer asks. It is part of the
 * program, so nothing is traced again as the rate changes.
 *
 * @example
 * const sawtooth = sgd(model, { learningRate: (step) => step.mod(100).div(100).mul(0.1) })
 */
export type Schedule = (step: Tensor<[]>) => Tensor<[]>

/** A schedule from a rule on nodes. */
export const schedule =
  (rule: (step: Node) => Node): Schedule =>
  (step) =>
    new Tensor(rule(step.node))

/** A rate that may be a number as a schedule. */
export function scheduleOf(name: string, rate: number | Schedule): Schedule {
  if (typeof rate === 'function') return rate
  expectRate(name, rate)
  return schedule((step) => ops.lift(rate, step))
}

/** Throws if an option is no number of steps. */
export function expectSteps(name: string, option: string, value: number): void {
  if (!(Number.isFinite(value) && value >= 1)) {
    fail(`${name}: ${option} is ${value}`, 'Give a number of steps of at least 1.')
  }
}

/** From one value to another along half a wave of the cosine, for parts from 0 to 1. */
export function wave(from: number, to: number, part: Node): Node {
  const angle = ops.mul(ops.clip(part, 0, 1), Math.PI)
  return ops.add(ops.mul(ops.add(ops.cos(angle), 1), (from - to) / 2), to)
}
