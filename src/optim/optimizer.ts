import { fail } from '../core/errors.js'
import { checkOptions } from '../core/options.js'
import * as build from '../graph/build.js'
import type { Node } from '../graph/node.js'
import { readState, type State, writeState } from '../nn/state.js'
import * as ops from '../operations/index.js'
import { tensor } from '../tensor/create.js'
import { grad } from '../tensor/gradients.js'
import { guarded } from '../tensor/scope.js'
import { Tensor } from '../tensor/tensor.js'
import type { ScalarProblem, Shape, Unless } from '../tensor/types/index.js'
import { Buffer, type Variable } from '../tensor/variable.js'
import { scaledDerivatives } from '../transform/derivatives.js'
import { type Accumulate, Accumulation, weightNode } from './gradients/accumulation.js'
import { clipped } from './gradients/clipping.js'
import { LossScale, needsLossScale } from './gradients/loss-scale.js'
import { expectRate } from './options.js'
import { expectLoss, gradientNodes, known, listed, placed, type Trainable } from './parameters.js'
import { expectUsed, type Plan, planned, plansFor } from './plan.js'
import type { Rule } from './rule.js'
import type { Schedule } from './schedules/schedule.js'
import { Slots, untraced, wideType } from './slots.js'

/** What an optimizer is made of. */
export interface Design {
  readonly name: string
  /** Of each group, and of the parameters in none at the end. */
  readonly plans: readonly Plan[]
  readonly learningRate: number | Schedule
  readonly accumulate: Required<Accumulate>
}

export interface MinimizeOptions {
  /**
   * With `accumulate`: how much this call counts in the average, such as the number of examples whose mean the loss is where batches differ;
   * 1.
   */
  readonly weight?: number | Tensor
}

/**
 * Improves parameters step by step along the gradients of a loss. Works in compiled functions, where the state (moments, number of
 * steps, learning rate) are slots of the program, and outside of them.
 *
 * An optimizer made without parameters gets them with each call of {@link minimize}.
 */
export class Optimizer {
  readonly #design: Design
  readonly #trainable: Trainable | undefined
  readonly #rate: Buffer<[]>
  readonly #stepCount = new Buffer<[]>(new Tensor(build.fill(0, [], 'int32')), 'step')
  readonly #slots = new Slots()
  readonly #accumulation: Accumulation | undefined
  #lossScale: LossScale | undefined
  #learningRate: number | Schedule
  #mode: 'train' | 'eval' = 'train'

  /** Made by {@link defineOptimizer}. */
  constructor(design: Design, trainable: Trainable | undefined) {
    const { name, plans, learningRate, accumulate } = design
    if (typeof learningRate !== 'function') expectRate(name, learningRate)
    this.#design = design
    this.#trainable = trainable
    this.#learningRate = learningRate
    this.#rate = new Buffer(scalar(typeof learningRate === 'number' ? learningRate : 0), 'learningRate')
    this.#accumulation = accumulate.steps === 1 ? undefined : new Accumulation(accumulate)
    if (trainable === undefined) return
    const all = placed(name, trainable)
    plansFor(name, plans, all)
    expectUsed(plans, all)
  }

  protected get name(): string {
    return this.#design.name
  }

  /** What the optimizer was made with, if it was. */
  get trainable(): Trainable | undefined {
    return this.#trainable
  }

  /**
   * The learning rate, or the function that gives it. Setting a number does not trace compiled functions again. Groups with a rate of
   * their own keep it, those with a factor follow.
   */
  get learningRate(): number | Schedule {
    return this.#learningRate
  }

  set learningRate(rate: number | Schedule) {
    if (typeof rate !== 'function') {
      expectRate(this.name, rate)
      this.#rate.assign(scalar(rate))
    }
    this.#learningRate = rate
  }

  /** How many steps have been made. */
  steps(): Promise<number> {
    return this.#stepCount.value.item()
  }

  /** The learning rate of the next step. */
  async currentLearningRate(): Promise<number> {
    if (typeof this.#learningRate === 'number') return this.#learningRate
    return this.#rateAt(this.#stepCount.value).item()
  }

  /**
   * One step: the gradients of the loss with respect to the parameters, the update, the assignment. A parameter that the loss
   * does not depend on has a gradient of 0. With `accumulate` the step is made by the last of so many calls.
   *
   * @param loss a scalar computed from the parameters
   * @param parameters a module or a list; by default what the optimizer was made with
   * Other parameters that the loss depends on stay as they are, if they are known: to a module that has been used, frozen or looked
   * through, or to another optimizer.
   *
   * @throws if the loss is no floating point scalar, depends on none of the parameters, or on one that nobody knows of
   */
  minimize<S extends Shape = []>(
    loss: Unless<ScalarProblem<'minimize', S>, Tensor<S>>,
    parameters?: Trainable,
    options?: MinimizeOptions,
  ): void
  minimize(loss: Tensor, parameters: Trainable | undefined = this.#trainable, options?: MinimizeOptions): void {
    const list = listed(this.name, parameters)
    expectLoss(this.name, loss)
    if (!needsLossScale()) {
      this.apply(grad(loss, list), list, options)
      return
    }
    const scale = this.#makeLossScale()
    const found = scaledDerivatives(() => grad(scale.scaled(loss), list))
    const { gradients, areFinite } = scale.unscaled(gradientNodes(this.name, found, list))
    this.#apply(gradients, list, options, areFinite)
  }

  /**
   * One step with gradients from elsewhere.
   *
   * @param gradients one for each parameter, in their order
   */
  apply(
    gradients: readonly Tensor[],
    parameters: Trainable | undefined = this.#trainable,
    options: MinimizeOptions = {},
  ): void {
    const list = listed(this.name, parameters)
    this.#apply(gradientNodes(this.name, gradients, list), list, options)
  }

  /** @param isUsable whether the gradients are to be used at all; they are, by default */
  #apply(gradients: readonly Node[], list: readonly Variable[], options: MinimizeOptions = {}, isUsable?: Node): void {
    checkOptions(`${this.name}: minimize`, options, { weight: true })
    const wide = gradients.map((node, i) => ops.cast(node, wideType(list[i])))
    const { name, plans } = this.#design
    if (guarded(`mode of ${name}`, () => this.#mode) === 'eval') {
      fail(`${name}: the model holds the parameters for evaluation`, 'Call optimizer.train() before training goes on.')
    }
    const chosen = plansFor(name, plans, list)
    expectUsed(plans, known(this.#trainable ?? list))
    for (const [i, variable] of list.entries()) this.#slots.of(variable, chosen[i].rule)
    if (this.#accumulation === undefined) {
      this.#step(list, chosen, wide, isUsable)
      return
    }
    const weight = weightNode(name, options.weight ?? 1)
    const used = (node: Node): Node => (isUsable === undefined ? node : ops.where(isUsable, node, 0))
    const step = (means: readonly Node[], isLast: Node): void => this.#step(list, chosen, means, isLast)
    this.#accumulation.add(list, wide.map(used), used(weight), step)
  }

  /** @param isMade whether the step is made at all; it is, by default */
  #step(list: readonly Variable[], plans: readonly Plan[], gradients: readonly Node[], isMade?: Node): void {
    const assign = (variable: Variable, next: Node): void =>
      variable.assignNode(isMade === undefined ? next : ops.where(isMade, next, variable.node))
    const parameters = list.map((variable) => ops.cast(variable.node, wideType(variable)))
    const bounded = clipped(
      gradients,
      parameters,
      plans.map(({ clipping }) => clipping),
    )
    const count = this.#stepCount.value
    const number = ops.add(count.node, 1)
    const rates = new Map(plans.map((plan) => [plan, this.#rateAt(count, plan).node]))
    list.forEach((variable, i) => {
      const wide = (node: Node): Node => ops.cast(node, wideType(variable))
      const plan = plans[i]
      const factor = plan.rateFactor * (plan.rule.rateFactor?.(variable.shape) ?? 1)
      const rate = wide(rates.get(plan) as Node)
      const step = { learningRate: factor === 1 ? rate : ops.mul(rate, factor), number: wide(number), isMade }
      const state = this.#slots.of(variable, plan.rule)
      const next = planned(
        plan,
        parameters[i],
        bounded[i],
        state.map((buffer) => buffer.node),
        step,
      )
      assign(variable, ops.cast(next.parameter, variable.dtype))
      next.state?.forEach((node, k) => {
        assign(state[k], node)
      })
    })
    assign(this.#stepCount, number)
  }

  /**
   * Puts the parameters into the model that it is to be used with, where they are not those that are trained (schedule-free
   * optimizers: the average). Takes no further step until {@link train}.
   */
  eval(parameters: Trainable | undefined = this.#trainable): this {
    return this.#turn('eval', parameters)
  }

  /** Takes back {@link eval}. */
  train(parameters: Trainable | undefined = this.#trainable): this {
    return this.#turn('train', parameters)
  }

  #turn(mode: 'train' | 'eval', parameters: Trainable | undefined): this {
    if (mode === this.#mode || this.#design.plans.every(({ rule }) => rule.modes === undefined)) return this
    const list = listed(this.name, parameters)
    const plans = plansFor(this.name, this.#design.plans, list)
    for (const [i, variable] of list.entries()) {
      const { rule } = plans[i]
      if (rule.modes === undefined) continue
      const state = this.#slots.of(variable, rule).map((buffer) => buffer.node)
      variable.assignNode(ops.cast(rule.modes[mode](state), variable.dtype))
    }
    this.#mode = mode
    return this
  }

  /** A copy of the number of steps, the learning rate and the state of each parameter, by the parameter's name. */
  state(): Promise<State> {
    return readState(this.#variables())
  }

  /**
   * Takes over what {@link Optimizer.state} gave.
   *
   * @param parameters those that have been trained; by default what the optimizer was made with
   * @throws if entries are missing, unknown, or of another shape or dtype
   */
  loadState(state: State, parameters: Trainable | undefined = this.#trainable): void {
    const counters = byName([this.#stepCount, this.#rate, ...(this.#accumulation?.counters ?? [])])
    if (isBeginning(state, counters)) {
      writeState(this.name, counters, state)
      this.#slots.restart()
      this.#accumulation?.restart()
      this.#lossScale?.restart()
    } else {
      const list = listed(this.name, parameters)
      const plans = plansFor(this.name, this.#design.plans, list)
      for (const [i, variable] of list.entries()) this.#slots.of(variable, plans[i].rule)
      if (this.#accumulation !== undefined) for (const variable of list) this.#accumulation.of(variable)
      if ('lossScale' in state) this.#makeLossScale()
      writeState(this.name, this.#variables(), state)
    }
    if (typeof this.#learningRate === 'number') this.#learningRate = state.learningRate.data[0]
  }

  /** An optimizer of the same parameters and options that has made no step yet, with other rules made of these. */
  withRules(name: string, change: (rule: Rule) => Rule): Optimizer {
    const plans = this.#design.plans.map((plan) => ({ ...plan, rule: change(plan.rule) }))
    return new Optimizer({ ...this.#design, name, plans, learningRate: this.#learningRate }, this.#trainable)
  }

  #makeLossScale(): LossScale {
    this.#lossScale ??= untraced(() => new LossScale())
    return this.#lossScale
  }

  #variables(): ReadonlyMap<string, Variable> {
    const own = [
      this.#stepCount,
      this.#rate,
      ...(this.#accumulation?.variables() ?? []),
      ...(this.#lossScale?.variables() ?? []),
      ...this.#slots.variables(),
    ]
    return byName(own)
  }

  /** The rate of the parameters of a plan, without its factor. */
  #rateAt(count: Tensor, plan?: Plan): Tensor {
    if (typeof plan?.learningRate === 'number') return scalar(plan.learningRate)
    const schedule = guarded(`learning rate schedule of ${this.name}`, () => {
      const rate = plan?.learningRate ?? this.#learningRate
      return typeof rate === 'function' ? rate : undefined
    })
    if (schedule === undefined) return this.#rate.value
    const rate = schedule(count.cast('float64'))
    if (!(rate instanceof Tensor) || rate.shape.length > 0) {
      fail(
        `${this.name}: the schedule does not return a scalar tensor`,
        'Calculate the rate from the step it is given.',
      )
    }
    return rate
  }
}

const byName = (variables: readonly Variable[]): ReadonlyMap<string, Variable> =>
  new Map(variables.map((variable) => [variable.name, variable]))

/** Whether a state is from before the first step: parameters have none of their own yet. */
const isBeginning = (state: State, counters: ReadonlyMap<string, Variable>): boolean =>
  typeof state === 'object' &&
  state !== null &&
  state.step?.data?.[0] === 0 &&
  Object.keys(state).every((name) => counters.has(name))

const scalar = (value: number): Tensor<[]> => tensor(Float64Array.of(value), [])
