import { expectFunction } from '../../core/arguments.js'
import { describe } from '../../core/describe.js'
import { type DType, isFloat } from '../../core/dtype.js'
import { fail } from '../../core/errors.js'
import * as build from '../../graph/build.js'
import type { Node } from '../../graph/node.js'
import * as ops from '../../operations/index.js'
import { expectTensor } from '../../tensor/methods/operand.js'
import { currentScope, guarded } from '../../tensor/scope.js'
import { Tensor } from '../../tensor/tensor.js'
import { Buffer, Parameter, type Variable } from '../../tensor/variable.js'
import { assignValues, type ValuesByPath } from '../functional.js'
import { Module } from '../module.js'

export interface AverageOptions {
  /** What becomes of the state that is not trained, such as running statistics: it is copied at each update, or averaged too; 'copy'. */
  readonly buffers?: 'copy' | 'average'
}

/** How much of the average stays, from the number of updates made so far. */
export type Decay = (updates: Tensor<[]>) => Tensor<[]>

/**
 * Averages of the variables of a model, beside it: {@link movingAverage}, {@link stochasticWeightAverage}. They are variables of this
 * module, so `state` and `loadState` keep and restore them exactly, with the number of updates.
 */
export class ModelAverage extends Module {
  /** By the paths in the model; floats in float32 at least. */
  readonly averages: ReadonlyMap<string, Buffer>
  /** How many updates have been made. */
  readonly updates: Buffer<[]>
  readonly #model: Module
  readonly #decay: Decay
  readonly #buffers: 'copy' | 'average'
  /** The model's own values while the averages are in it. */
  #own: { readonly [path: string]: Tensor } | undefined

  constructor(
    readonly operation: string,
    model: Module,
    decay: Decay,
    buffers: 'copy' | 'average',
  ) {
    super()
    this.#model = model
    this.#decay = decay
    this.#buffers = buffers
    this.updates = new Buffer(new Tensor<[]>(build.fill(0, [], 'int32')), 'updates')
    const averageOf = ({ value, dtype }: Variable): Buffer => new Buffer(value.cast(wide(dtype)), 'average')
    this.averages = new Map([...model.variables()].map(([path, variable]) => [path, averageOf(variable)]))
  }

  /**
   * Takes the values that the model has now into the averages, the first ones as they are: after each step of the optimizer, or each
   * epoch, inside or outside of `compile`.
   *
   * @throws if the averages are in the model, or it has got other variables since the average was made
   */
  update(): void {
    const { operation, updates } = this
    if (guarded('whether averages are in the model', () => this.#own !== undefined)) {
      fail(`${operation}: update while the averages are in the model`, 'Take them out first: average.swapOut().')
    }
    const isFirst = ops.equal(updates.node, 0)
    const decay = expectTensor(operation, 'what the decay gives', this.#decay(updates.value.cast('float64')))
    if (decay.rank !== 0) fail(`${operation}: the decay is a tensor of rank ${decay.rank}`, 'Give a scalar.')
    for (const [path, variable] of this.#variables()) {
      const average = this.averages.get(path) as Buffer
      const value = ops.cast(variable.node, average.dtype)
      average.assignNode(
        this.#isAveraged(variable) ? ops.where(isFirst, value, follow(average.node, value, decay)) : value,
      )
    }
    updates.assignNode(ops.add(updates.node, 1))
  }

  /** The averages as the model would have them, for {@link functionalCall}: `nn.functionalCall(model, average.values(), x)`. */
  values(): { [path: string]: Tensor } {
    const entries = [...this.#variables()].map(([path, { dtype }]): [string, Tensor] => {
      const average = this.averages.get(path) as Buffer
      return [path, average.value.cast(dtype)]
    })
    return Object.fromEntries(entries)
  }

  /**
   * Puts the averages into the model, for evaluation or to be saved, and keeps its own values until {@link swapOut}.
   *
   * @throws if they are there already, or inside `compile`
   */
  swapIn(): void {
    this.#expectOutside('swapIn')
    if (this.#own !== undefined) fail(`${this.operation}: the averages are in the model already`)
    this.#own = Object.fromEntries([...this.#variables()].map(([path, { value }]) => [path, value]))
    assignValues(this.#model, this.values())
  }

  /** Puts the model's own values back. @throws if the averages are not in it */
  swapOut(): void {
    this.#expectOutside('swapOut')
    if (this.#own === undefined) {
      fail(`${this.operation}: the averages are not in the model`, 'Put them in first: average.swapIn().')
    }
    assignValues(this.#model, this.#own)
    this.#own = undefined
  }

  /**
   * Runs something, synchronous or not, with the averages in the model, and puts its own values back whatever happens.
   *
   * @example
   * const net = linear(3, 2)
   * const average = stochasticWeightAverage(net)
   * average.during(() => net.forward(zeros([4, 3])).mean())
   */
  during<R>(body: () => R): R {
    expectFunction(this.operation, 'what to run', body)
    this.swapIn()
    let result: R | undefined
    try {
      result = body()
    } finally {
      if (!(result instanceof Promise)) this.swapOut()
    }
    return result instanceof Promise ? (result.finally(() => this.swapOut()) as R) : result
  }

  /** Puts the averages into another model of the same sizes, which is the averaged copy then. @throws if it does not fit */
  copyTo(model: Module): void {
    const values: ValuesByPath = this.values()
    const missing = [...model.variables().keys()].filter((path) => !(path in values))
    if (missing.length > 0) {
      fail(
        `${this.operation}: there is no average for '${missing[0]}'`,
        'Copy to a model that is built in the same way.',
      )
    }
    assignValues(model, values)
  }

  protected override describe(): string {
    return `of ${this.#model.constructor.name}`
  }

  #isAveraged(variable: Variable): boolean {
    return isFloat(variable.dtype) && (variable instanceof Parameter || this.#buffers === 'average')
  }

  /** The variables of the model, which have to be those that there are averages of. */
  #variables(): ReadonlyMap<string, Variable> {
    const variables = this.#model.variables()
    const isSame =
      variables.size === this.averages.size && [...variables.keys()].every((path) => this.averages.has(path))
    if (!isSame) {
      fail(
        `${this.operation}: the model has got other variables since the average was made`,
        'Make the average when the model is complete.',
      )
    }
    return variables
  }

  #expectOutside(method: string): void {
    const scope = currentScope()
    if (scope === undefined) return
    fail(
      `${this.operation}: ${method} inside ${scope.operation}`,
      'Call it outside, or use functionalCall(model, average.values(), …) inside.',
    )
  }
}

/** average + (value − average) · (1 − decay) */
const follow = (average: Node, value: Node, decay: Node): Node =>
  ops.add(average, ops.mul(ops.sub(value, average), ops.cast(ops.sub(1, decay), average.dtype)))

const wide = (dtype: DType): DType => (dtype === 'float16' || dtype === 'bfloat16' ? 'float32' : dtype)

/** A decay that may be a number as a function. */
export function decayOf(operation: string, decay: number | Decay): Decay {
  if (typeof decay === 'function') return decay
  if (!(typeof decay === 'number' && decay >= 0 && decay <= 1)) {
    fail(
      `${operation}: the decay is ${describe(decay)}`,
      'Give a number from 0 to 1, or a function of the number of updates.',
    )
  }
  return () => new Tensor(build.fill(decay, [], 'float64'))
}
