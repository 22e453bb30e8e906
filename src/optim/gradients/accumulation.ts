import { expectChoice } from '../../core/arguments.js'
import { describe } from '../../core/describe.js'
import { fail } from '../../core/errors.js'
import { needOptions } from '../../core/options.js'
import * as build from '../../graph/build.js'
import type { Node } from '../../graph/node.js'
import * as ops from '../../operations/index.js'
import { Tensor } from '../../tensor/tensor.js'
import { Buffer, type Variable } from '../../tensor/variable.js'
import { expectCount, expectNotNegative } from '../options.js'
import { Slots, wideType } from '../slots.js'

export interface Accumulate {
  /** How many calls of `minimize` make one step. */
  readonly steps: number
  /** Whether the losses are means over their examples, and gradients are averaged (the default), or sums, and gradients are added. */
  readonly losses?: 'means' | 'sums'
}

/** Throws if there is nothing such as to accumulate. */
export function accumulateOf(optimizer: string, given: number | Accumulate): Required<Accumulate> {
  if (typeof given === 'number') return accumulateOf(optimizer, { steps: given })
  const where = `${optimizer}, accumulate`
  needOptions<Accumulate>(where, given, { steps: true, losses: true })
  const { steps, losses = 'means' } = given
  expectCount(where, 'steps', steps)
  return { steps, losses: expectChoice(where, 'losses', losses, ['means', 'sums']) }
}

/**
 * Adds gradients up over several calls: Σ wᵢ gᵢ / Σ wᵢ is the gradient of the mean over all examples, if wᵢ is the number of them
 * in call i. Counted by the program itself, so all calls are one program.
 */
export class Accumulation {
  readonly #calls = new Buffer<[]>(new Tensor(build.fill(0, [], 'int32')), 'accumulation.calls')
  readonly #weight = new Buffer<[]>(new Tensor(build.fill(0, [], 'float64')), 'accumulation.weight')
  readonly #sums = new Slots()

  constructor(private readonly options: Required<Accumulate>) {}

  /** Where the sums are kept. */
  of(variable: Variable): Buffer {
    return this.#sums.of(variable, { slots: () => ['accumulated'] })[0]
  }

  /** Forgets the sums. */
  restart(): void {
    this.#sums.restart()
  }

  variables(): readonly Buffer[] {
    return [...this.counters, ...this.#sums.variables()]
  }

  /** What there is before the first call. */
  get counters(): readonly Buffer[] {
    return [this.#calls, this.#weight]
  }

  /**
   * Adds gradients of weight `weight`, and gives their average so far to `step`, with whether these were the last ones. What is
   * assigned is chosen element by element rather than by a branch: so it can be written over what was there.
   */
  add(
    list: readonly Variable[],
    gradients: readonly Node[],
    weight: Node,
    step: (means: readonly Node[], isLast: Node) => void,
  ): void {
    const buffers = list.map((variable) => this.of(variable))
    const adds = this.options.losses === 'sums'
    const sums = gradients.map((gradient, i) => {
      const weighted = adds ? gradient : ops.mul(gradient, ops.cast(weight, gradient.dtype))
      return ops.add(buffers[i].node, weighted)
    })
    const total = ops.add(this.#weight.node, weight)
    const calls = ops.add(this.#calls.node, 1)
    const isLast = ops.equal(calls, this.options.steps)
    // Without any weight all sums are 0.
    const divisor = ops.where(ops.equal(total, 0), 1, total)
    step(adds ? sums : sums.map((sum, i) => ops.div(sum, ops.cast(divisor, wideType(list[i])))), isLast)
    const restarted = (node: Node): Node => ops.where(isLast, 0, node)
    for (const [i, buffer] of buffers.entries()) buffer.assignNode(restarted(sums[i]))
    this.#calls.assignNode(restarted(calls))
    this.#weight.assignNode(restarted(total))
  }
}

/** A weight as float64. Throws if it is none. */
export function weightNode(optimizer: string, weight: number | Tensor): Node {
  if (!(weight instanceof Tensor)) {
    expectNotNegative(optimizer, 'the weight of the loss', weight)
    return ops.lift(weight, 'float64')
  }
  if (weight.rank === 0) return ops.cast(weight.node, 'float64')
  fail(
    `${optimizer}: the weight of the loss is ${describe(weight)} of rank ${weight.rank}`,
    'Give a number or a scalar.',
  )
}
