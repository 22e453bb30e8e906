import { fail } from '../core/errors.js'
import type { Node } from '../graph/node.js'
import * as ops from '../operations/index.js'
import { Optimizer, type OptimizerOptions, type Step, type Trainable, type Update } from './optimizer.js'
import { expectDecay, expectNotNegative, splitArguments } from './options.js'

export interface SgdOptions extends OptimizerOptions {
  /** The part of the last step that the next one keeps; 0. */
  readonly momentum?: number
  /** Takes the gradient, as it were, after the momentum has been followed (Nesterov, 1983; Sutskever et al., 2013). */
  readonly nesterov?: boolean
  /** The part of the gradient that is left out of the momentum; 0. */
  readonly dampening?: number
  /** Adds this times the parameter to the gradient; 0. */
  readonly weightDecay?: number
}

/** See {@link sgd}. */
export class Sgd extends Optimizer {
  protected readonly slots: readonly string[]
  readonly #momentum: number
  readonly #nesterov: boolean
  readonly #dampening: number
  readonly #weightDecay: number

  constructor(trainable?: Trainable, options: SgdOptions = {}) {
    super('sgd', trainable, options, { momentum: true, nesterov: true, dampening: true, weightDecay: true }, 0.01)
    const { momentum = 0, nesterov = false, dampening = 0, weightDecay = 0 } = options
    expectDecay('sgd', 'momentum', momentum)
    expectDecay('sgd', 'dampening', dampening)
    expectNotNegative('sgd', 'weightDecay', weightDecay)
    if (nesterov && (momentum === 0 || dampening !== 0)) {
      fail(
        `sgd: nesterov with momentum ${momentum} and dampening ${dampening}`,
        'It needs a momentum above 0, such as 0.9, and no dampening.',
      )
    }
    this.slots = momentum === 0 ? [] : ['momentum']
    this.#momentum = momentum
    this.#nesterov = nesterov
    this.#dampening = dampening
    this.#weightDecay = weightDecay
  }

  protected update(parameter: Node, gradient: Node, [velocity]: readonly Node[], step: Step): Update {
    const full = this.#weightDecay === 0 ? gradient : ops.add(gradient, ops.mul(parameter, this.#weightDecay))
    if (velocity === undefined) return { parameter: ops.sub(parameter, ops.mul(full, step.learningRate)) }
    const next = this.#accelerate(velocity, full, step)
    const direction = this.#nesterov ? ops.add(full, ops.mul(next, this.#momentum)) : next
    return { parameter: ops.sub(parameter, ops.mul(direction, step.learningRate)), state: [next] }
  }

  #accelerate(velocity: Node, gradient: Node, { number }: Step): Node {
    const kept = ops.mul(velocity, this.#momentum)
    if (this.#dampening === 0) return ops.add(kept, gradient)
    // The first step has no past that the gradient would have to make room for.
    const damped = ops.add(kept, ops.mul(gradient, 1 - this.#dampening))
    return ops.where(ops.equal(number, 1), gradient, damped)
  }
}

/**
 * Stochastic gradient descent, with momentum as an option.
 *
 * g ← gradient + weightDecay · p; v ← momentum · v + g; p ← p − learningRate · v,
 * with Nesterov p ← p − learningRate · (g + momentum · v).
 *
 * (Robbins and Monro, 1951; Polyak, 1964; Sutskever et al., "On the importance of initialization and momentum", 2013.)
 *
 * @throws if an option is out of range
 * @example const optimizer = sgd(model, { learningRate: 0.1, momentum: 0.9 })
 */
export function sgd(options?: SgdOptions): Sgd
export function sgd(parameters: Trainable, options?: SgdOptions): Sgd
export function sgd(first?: Trainable | SgdOptions, second?: SgdOptions): Sgd {
  return new Sgd(...splitArguments<Trainable, SgdOptions>('sgd', first, second))
}
