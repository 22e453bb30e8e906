import { fail } from '../core/errors.js'
import { needOptions } from '../core/options.js'
import type { Node } from '../graph/node.js'
import * as ops from '../operations/index.js'
import { Tensor } from '../tensor/tensor.js'
import { expectPositive, expectRate } from './options.js'

/** The learning rate as a function of the number of steps made so far (float32 scalars). */
export type Schedule = (step: Tensor<[]>) => Tensor<[]>

const schedule =
  (rule: (step: Node) => Node): Schedule =>
  (step) =>
    new Tensor(rule(step.node))

function expectSteps(name: string, option: string, value: number): void {
  if (!(Number.isFinite(value) && value >= 1)) {
    fail(`${name}: ${option} is ${value}`, 'Give a number of steps of at least 1.')
  }
}

/** Always the same rate. */
export function constantRate(rate: number): Schedule {
  expectRate('constantRate', rate)
  return schedule((step) => ops.lift(rate, step))
}

/** rate · factor^⌊step / every⌋, such as a tenth of the rate every 30 epochs. */
export function stepDecay(rate: number, options: { readonly every: number; readonly factor?: number }): Schedule {
  needOptions('stepDecay', options, { every: true, factor: true })
  const { every, factor = 0.1 } = options
  expectRate('stepDecay', rate)
  expectSteps('stepDecay', 'every', every)
  expectPositive('stepDecay', 'factor', factor)
  return schedule((step) => ops.mul(ops.pow(factor, ops.floor(ops.div(step, every))), rate))
}

/** rate · factor^(step / every): {@link stepDecay} without steps. */
export function exponentialDecay(
  rate: number,
  options: { readonly every: number; readonly factor?: number },
): Schedule {
  needOptions('exponentialDecay', options, { every: true, factor: true })
  const { every, factor = 0.1 } = options
  expectRate('exponentialDecay', rate)
  expectSteps('exponentialDecay', 'every', every)
  expectPositive('exponentialDecay', 'factor', factor)
  return schedule((step) => ops.mul(ops.exp(ops.mul(step, Math.log(factor) / every)), rate))
}

export interface CosineOptions {
  /** After so many steps, warm-up included, the rate stays at `final`. */
  readonly steps: number
  /** Steps in which the rate rises in equal parts from 0; 0. */
  readonly warmUp?: number
  /** The last rate; 0. */
  readonly final?: number
}

/**
 * A linear rise in `warmUp` steps, then half a wave of the cosine down to `final`.
 * (Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts", 2017; Goyal et al., 2017, for the warm-up.)
 */
export function cosineDecay(rate: number, options: CosineOptions): Schedule {
  needOptions('cosineDecay', options, { steps: true, warmUp: true, final: true })
  const { steps, warmUp = 0, final = 0 } = options
  expectRate('cosineDecay', rate)
  expectRate('cosineDecay', final)
  expectSteps('cosineDecay', 'steps', steps)
  if (!(warmUp >= 0 && warmUp < steps)) {
    fail(`cosineDecay: a warm-up of ${warmUp} steps of ${steps}`, 'It must be shorter than the whole.')
  }
  return schedule((step) => {
    const down = wave(rate, final, ops.div(ops.sub(step, warmUp), steps - warmUp))
    return warmUp === 0 ? down : ops.where(ops.less(step, warmUp), ops.mul(ops.add(step, 1), rate / warmUp), down)
  })
}

export interface OneCycleOptions {
  /** After so many steps the rate stays at its smallest. */
  readonly steps: number
  /** The part of the steps in which the rate rises; 0.3. */
  readonly rise?: number
  /** The first rate is the highest divided by this; 25. */
  readonly startFactor?: number
  /** The last rate is the first divided by this; 10,000. */
  readonly endFactor?: number
}

/**
 * Up from a small rate to the highest and down to almost nothing, both along half a wave of the cosine.
 * (Smith and Topin, "Super-convergence: very fast training of neural networks using large learning rates", 2018.)
 */
export function oneCycle(highest: number, options: OneCycleOptions): Schedule {
  needOptions('oneCycle', options, { steps: true, rise: true, startFactor: true, endFactor: true })
  const { steps, rise = 0.3, startFactor = 25, endFactor = 1e4 } = options
  expectRate('oneCycle', highest)
  expectSteps('oneCycle', 'steps', steps)
  expectPositive('oneCycle', 'startFactor', startFactor)
  expectPositive('oneCycle', 'endFactor', endFactor)
  if (!(rise > 0 && rise < 1)) fail(`oneCycle: the rise takes ${rise} of the steps`, 'Give a part between 0 and 1.')
  const start = highest / startFactor
  // The step of the top, and the last one; steps count from 0.
  const top = rise * steps - 1
  const last = steps - 1
  if (top <= 0) fail(`oneCycle: ${rise} of ${steps} steps leaves none to rise in`, 'Give more steps or a larger part.')
  return schedule((step) =>
    ops.where(
      ops.less(step, top),
      wave(start, highest, ops.div(step, top)),
      wave(highest, start / endFactor, ops.div(ops.sub(step, top), last - top)),
    ),
  )
}

/** From one value to another along half a wave of the cosine, for parts from 0 to 1. */
function wave(from: number, to: number, part: Node): Node {
  const angle = ops.mul(ops.clip(part, 0, 1), Math.PI)
  return ops.add(ops.mul(ops.add(ops.cos(angle), 1), (from - to) / 2), to)
}
