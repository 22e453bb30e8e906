import { cureFor, describe } from '../core/describe.js'
import { isFloat } from '../core/dtype.js'
import { fail, failShape } from '../core/errors.js'
import { checkOptions } from '../core/options.js'
import { formatShape, sameShape } from '../core/shape.js'
import * as build from '../graph/build.js'
import { topologicalOrder } from '../graph/graph.js'
import type { Node } from '../graph/node.js'
import { readState, type State, writeState } from '../nn/state.js'
import { isPlaced, place } from '../nn/tree.js'
import * as ops from '../operations/index.js'
import { tensor } from '../tensor/create.js'
import { grad } from '../tensor/gradients.js'
import { expectTensor } from '../tensor/methods/operand.js'
import { guarded } from '../tensor/scope.js'
import { Tensor } from '../tensor/tensor.js'
import type { ScalarProblem, Shape, Unless } from '../tensor/types/index.js'
import { Buffer, parameterOf, Variable } from '../tensor/variable.js'
import { clipByNorm, clipByValue } from './clipping.js'
import { commonOptions, expectPositive, expectRate } from './options.js'
import type { Schedule } from './schedules.js'

/** A module, or the list of its parameters. */
export type Trainable = { parameters(): readonly Variable[] } | readonly Variable[]

export interface OptimizerOptions {
  /** How far to go along the (rescaled) gradient: a number, or a function of the number of steps so far. */
  readonly learningRate?: number | Schedule
  /** Scales all gradients together so that their common Euclidean norm is at most this (Pascanu et al., 2013). */
  readonly clipNorm?: number
  /** Keeps each element of the gradients between − this and this. */
  readonly clipValue?: number
}

/** What an update rule may use beside parameter and gradient. */
export interface Step {
  readonly learningRate: Node
  /** Counts from 1. */
  readonly number: Node
}

/** A parameter's next value, and those of its state. */
export interface Update {
  readonly parameter: Node
  readonly state?: readonly Node[]
}

/**
 * Improves parameters step by step along the gradients of a loss. Works in compiled functions, where the state (moments, number of
 * steps, learning rate) are slots of the program, and outside of them.
 *
 * An optimizer made without parameters gets them with each call of {@link minimize}.
 */
export abstract class Optimizer {
  readonly #trainable: Trainable | undefined
  readonly #options: OptimizerOptions
  readonly #rate: Buffer<[]>
  readonly #stepCount = new Buffer<[]>(new Tensor(build.fill(0, [], 'int32')), 'step')
  #learningRate: number | Schedule
  /** Made when a parameter is first updated. */
  readonly #state = new Map<Variable, readonly Buffer[]>()

  /**
   * @param name of the class as the user called it, for messages
   * @param own the names of the options of this optimizer alone
   */
  constructor(
    protected readonly name: string,
    trainable: Trainable | undefined,
    options: OptimizerOptions,
    own: Readonly<Record<string, true>>,
    defaultRate: number,
  ) {
    if (Array.isArray(trainable)) expectVariables(name, trainable)
    checkOptions<object>(name, options, { ...commonOptions, ...own })
    const { learningRate = defaultRate, clipNorm, clipValue } = options
    if (clipNorm !== undefined) expectPositive(name, 'clipNorm', clipNorm)
    if (clipValue !== undefined) expectPositive(name, 'clipValue', clipValue)
    if (typeof learningRate !== 'function') expectRate(name, learningRate)
    this.#trainable = trainable
    this.#options = options
    this.#learningRate = learningRate
    if (trainable !== undefined) (isList(trainable) ? trainable : trainable.parameters()).forEach(place)
    this.#rate = new Buffer(scalar(typeof learningRate === 'number' ? learningRate : 0), 'learningRate')
  }

  /** The names of the values kept for each parameter, zeros at first. */
  protected abstract readonly slots: readonly string[]

  /** One step for one parameter; all nodes have the dtype that is calculated in, and the state the order of `slots`. */
  protected abstract update(parameter: Node, gradient: Node, state: readonly Node[], step: Step): Update

  /** The first value of a slot. */
  protected initialState(_slot: string): number {
    return 0
  }

  /** What the optimizer was made with, if it was. */
  get trainable(): Trainable | undefined {
    return this.#trainable
  }

  /** The learning rate, or the function that gives it. Setting a number does not trace compiled functions again. */
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
   * does not depend on has a gradient of 0.
   *
   * @param loss a scalar computed from the parameters
   * @param parameters a module or a list; by default what the optimizer was made with
   * Other parameters that the loss depends on stay as they are, if they are known: to a module that has been used, frozen or looked
   * through, or to another optimizer.
   *
   * @throws if the loss is no floating point scalar, depends on none of the parameters, or on one that nobody knows of
   */
  minimize<S extends Shape = []>(loss: Unless<ScalarProblem<'minimize', S>, Tensor<S>>, parameters?: Trainable): void
  minimize(loss: Tensor, parameters: Trainable | undefined = this.#trainable): void {
    const list = this.#listed(parameters)
    expectTensor(this.name, 'the loss', loss)
    if (loss.rank > 0) {
      failShape(
        this.name,
        `the loss has shape ${formatShape(loss.shape)}`,
        'Make one number of it with mean() or sum().',
      )
    }
    expectPlaced(this.name, loss.node)
    this.apply(grad(loss, list), list)
  }

  /**
   * One step with gradients from elsewhere.
   *
   * @param gradients one for each parameter, in their order
   */
  apply(gradients: readonly Tensor[], parameters: Trainable | undefined = this.#trainable): void {
    const list = this.#listed(parameters)
    const clipped = this.#clip(this.#checked(gradients, list))
    const count = this.#stepCount.value
    const rate = this.#rateAt(count).node
    const number = ops.add(count.node, 1)
    list.forEach((variable, i) => {
      // The 16-bit floats are too coarse to add small steps in.
      const dtype = variable.dtype === 'float64' ? 'float64' : 'float32'
      const wide = (node: Node): Node => ops.cast(node, dtype)
      const state = this.#stateOf(variable)
      const step: Step = { learningRate: wide(rate), number: wide(number) }
      const nodes = state.map((buffer) => buffer.node)
      const next = this.update(wide(variable.node), wide(clipped[i]), nodes, step)
      variable.assignNode(ops.cast(next.parameter, variable.dtype))
      next.state?.forEach((node, k) => {
        state[k].assignNode(node)
      })
    })
    this.#stepCount.assignNode(number)
  }

  /** A copy of the number of steps, the learning rate and the state of each parameter, by the parameter's name. */
  state(): Promise<State> {
    return readState(this.#variables())
  }

  /**
   * Takes over what {@link state} gave.
   *
   * @param parameters those that have been trained; by default what the optimizer was made with
   * @throws if entries are missing, unknown, or of another shape or dtype
   */
  loadState(state: State, parameters: Trainable | undefined = this.#trainable): void {
    for (const variable of this.#listed(parameters)) this.#stateOf(variable)
    writeState(this.name, this.#variables(), state)
    if (typeof this.#learningRate === 'number') this.#learningRate = state.learningRate.data[0]
  }

  #variables(): ReadonlyMap<string, Variable> {
    const states = [...this.#state.values()].flat().map((buffer) => [buffer.name, buffer] as const)
    return new Map<string, Variable>([['step', this.#stepCount], ['learningRate', this.#rate], ...states])
  }

  #rateAt(count: Tensor): Tensor {
    const schedule = guarded(`learning rate schedule of ${this.name}`, () =>
      typeof this.#learningRate === 'function' ? this.#learningRate : undefined,
    )
    if (schedule === undefined) return this.#rate.value
    const rate = schedule(count.cast('float32'))
    if (!(rate instanceof Tensor) || rate.shape.length > 0) {
      fail(
        `${this.name}: the schedule does not return a scalar tensor`,
        'Calculate the rate from the step it is given.',
      )
    }
    return rate
  }

  #listed(parameters: Trainable | undefined): readonly Variable[] {
    if (parameters === undefined) {
      fail(
        `${this.name}: it is not known what to optimize`,
        `Make it with a module, ${this.name}(model, options), or pass one: optimizer.minimize(loss, model).`,
      )
    }
    // A module is asked for its names along with its parameters, so that state is saved under paths.
    const list = isList(parameters) ? parameters : parameters.parameters()
    expectVariables(this.name, list)
    if (list.length === 0) fail(`${this.name}: there are no parameters to optimize`, 'Are they all frozen?')
    list.forEach(place)
    const integer = list.find(({ dtype }) => !isFloat(dtype))
    if (integer !== undefined) {
      fail(`${this.name}: '${integer.name}' is ${integer.dtype}`, 'Only floating point variables can be optimized.')
    }
    return list
  }

  #checked(gradients: readonly Tensor[], list: readonly Variable[]): readonly Node[] {
    if (!Array.isArray(gradients)) {
      fail(
        `${this.name}: the gradients are ${describe(gradients)}`,
        cureFor(gradients, 'Pass a list, one for each parameter.'),
      )
    }
    if (gradients.length !== list.length) {
      failShape(
        this.name,
        `there are ${gradients.length} gradients for ${list.length} parameters`,
        'Pass one per parameter, in the same order.',
      )
    }
    const nodes = gradients.map((gradient, i) => expectTensor(this.name, `gradient ${i}`, gradient))
    nodes.forEach(({ shape }, i) => {
      if (!sameShape(shape, list[i].shape)) {
        failShape(
          this.name,
          `gradient ${i} has shape ${formatShape(shape)}, its parameter '${list[i].name}' ${formatShape(list[i].shape)}`,
          'Pass the gradients in the order of the parameters.',
        )
      }
    })
    return nodes
  }

  #clip(gradients: readonly Node[]): readonly Node[] {
    const { clipNorm, clipValue } = this.#options
    const bounded = clipValue === undefined ? gradients : clipByValue(gradients, clipValue)
    return clipNorm === undefined ? bounded : clipByNorm(bounded, clipNorm)
  }

  #stateOf(variable: Variable): readonly Buffer[] {
    const known = this.#state.get(variable)
    if (known !== undefined) return known
    const dtype = variable.dtype === 'float64' ? 'float64' : 'float32'
    const made = this.slots.map((slot) => {
      const first = build.fill(this.initialState(slot), variable.shape, dtype)
      return new Buffer(new Tensor(first), this.#freeName(`${variable.name}.${slot}`))
    })
    this.#state.set(variable, made)
    return made
  }

  /** Parameters that no module has named may share a name. */
  #freeName(name: string): string {
    const taken = this.#variables()
    let free = name
    for (let i = 2; taken.has(free); i++) free = `${name}.${i}`
    return free
  }
}

/** A parameter that neither a module nor an optimizer knows of would stay as it is unnoticed. */
function expectPlaced(name: string, loss: Node): void {
  const isEnd = (node: Node): boolean => node.op === 'stopGradient' || !node.outputs.some(({ dtype }) => isFloat(dtype))
  for (const node of topologicalOrder([loss], isEnd)) {
    const parameter = parameterOf(node)
    if (parameter === undefined || isPlaced(parameter)) continue
    fail(
      `${name}: the loss depends on the parameter '${parameter.name}' ${parameter.dtype}${formatShape(parameter.shape)}, which no module holds and no optimizer trains`,
      'Add it to what is trained. What is to stay as it is can be frozen (module.freeze()), cut off (parameter.value.stopGradient()), or be a Variable.',
    )
  }
}

const isList = (parameters: Trainable): parameters is readonly Variable[] => Array.isArray(parameters)

const scalar = (value: number): Tensor<[]> => tensor(Float32Array.of(value), [])

function expectVariables(optimizer: string, list: readonly unknown[]): void {
  const odd = list.find((variable) => !(variable instanceof Variable))
  if (odd === undefined && !list.includes(undefined)) return
  const cure = 'Pass the model, or a list of its parameters: model.parameters().'
  fail(`${optimizer}: ${describe(odd)} stands among the parameters`, cureFor(odd, cure))
}
