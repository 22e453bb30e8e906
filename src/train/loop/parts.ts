import { describe } from '../../core/describe.js'
import { fail } from '../../core/errors.js'
import { Module, type State } from '../../nn/index.js'
import { readState, writeState } from '../../nn/state.js'
import { Optimizer, Sam } from '../../optim/index.js'
import { generatorSlot } from '../../tensor/generator.js'
import { rememberMode } from '../mode.js'

/**
 * Something that a training changes, and that has to be as it was for the training to go on: models, optimizers, and whatever else
 * gives its state as plain data (numbers, texts, lists, objects, values of tensors) and takes it back.
 */
export interface Part {
  /** All that has to be as it was, as plain data. */
  state(): unknown
  /** Takes over what `state` gave. */
  loadState(state: never): void
}

/** Parts by name. */
export type Parts = Readonly<Record<string, Part>>

/** The key of the random generator among the state. */
const RANDOM = new Map([['generator', generatorSlot]])

/** All that a training changes, the random generator included. */
export class Ensemble {
  readonly modules: ReadonlyMap<string, Module>
  readonly optimizers: ReadonlyMap<string, Optimizer>
  readonly #parts: ReadonlyMap<string, Part>
  readonly #trainable: ReadonlyMap<Optimizer, Module>
  readonly #sams: ReadonlyMap<string, Sam>

  /** @throws if a part has no state, or an optimizer does not know what it trains */
  constructor(operation: string, parts: Parts) {
    const all = Object.entries(parts)
    for (const [name, part] of all) {
      if (typeof part?.state === 'function' && typeof part.loadState === 'function') continue
      fail(
        `${operation}: the part '${name}' is ${describe(part)}`,
        'Parts have state() and loadState(state), as models and optimizers do.',
      )
    }
    this.#parts = new Map(all)
    this.modules = new Map(all.filter((entry): entry is [string, Module] => entry[1] instanceof Module))
    this.#sams = new Map(all.filter((entry): entry is [string, Sam] => entry[1] instanceof Sam))
    this.optimizers = new Map(
      all.flatMap(([name, part]): [string, Optimizer][] => {
        if (part instanceof Sam) return [[name, part.optimizer]]
        return part instanceof Optimizer ? [[name, part]] : []
      }),
    )
    const [first, ...others] = this.modules.values()
    const without = [...this.optimizers].filter(([, { trainable }]) => trainable === undefined)
    if (without.length > 0 && (first === undefined || others.length > 0)) {
      fail(
        `${operation}: the optimizer '${without[0][0]}' was made without parameters, and there are ${this.modules.size} models`,
        'Make it with what it trains: adam(generator).',
      )
    }
    this.#trainable = new Map(without.map(([, optimizer]) => [optimizer, first]))
  }

  get names(): readonly string[] {
    return [...this.#parts.keys()]
  }

  /** Puts models and optimizers into training. */
  train(): void {
    for (const module of this.modules.values()) module.train()
    for (const optimizer of this.optimizers.values()) optimizer.train(this.#trainedBy(optimizer))
  }

  /** Puts what is to be used later into the models, where that is not what is trained (averages of schedule-free optimizers). */
  settle(): void {
    for (const optimizer of this.optimizers.values()) optimizer.eval(this.#trainedBy(optimizer))
  }

  /** Measures something with the models in evaluation mode. */
  async evaluated<R>(measure: () => R | Promise<R>): Promise<R> {
    const restore = this.rememberModes()
    for (const module of this.modules.values()) module.eval()
    try {
      return await measure()
    } finally {
      restore()
    }
  }

  /** Notes which modules are being trained, and gives the function that puts all of them back into that mode. */
  rememberModes(): () => void {
    const restore = [...this.modules.values()].map(rememberMode)
    return () => {
      for (const each of restore) each()
    }
  }

  async learningRates(): Promise<Record<string, number>> {
    const rates = [...this.optimizers].map(async ([name, optimizer]) => [name, await optimizer.currentLearningRate()])
    return Object.fromEntries(await Promise.all(rates))
  }

  /** A copy of everything, as it is while training. */
  async state(): Promise<EnsembleState> {
    for (const optimizer of this.optimizers.values()) optimizer.train(this.#trainedBy(optimizer))
    const parts = [...this.#parts].map(async ([name, part]) => [name, await part.state()] as const)
    const random = readState(new Map([...RANDOM].map(([name, slot]) => [name, slot()])))
    return { parts: Object.fromEntries(await Promise.all(parts)), random: await random }
  }

  /** Takes over what {@link state} gave. @throws if parts are missing or unknown, or do not take their state */
  loadState({ parts, random }: EnsembleState): void {
    const [missing] = this.names.filter((name) => !Object.hasOwn(parts, name))
    const [unknown] = Object.keys(parts).filter((name) => !this.#parts.has(name))
    if (missing !== undefined || unknown !== undefined) {
      fail(
        `resume: the checkpoint has the parts ${Object.keys(parts).join(', ')}, the training ${this.names.join(', ')}`,
        'Go on with the same models and optimizers under the same names.',
      )
    }
    // Optimizers start from what the models are.
    const inOrder = [...this.#parts].sort(([a], [b]) => Number(this.optimizers.has(a)) - Number(this.optimizers.has(b)))
    for (const [name, part] of inOrder) {
      const state = parts[name] as never
      const optimizer = this.optimizers.get(name)
      if (optimizer === undefined) part.loadState(state)
      else (this.#sams.get(name) ?? optimizer).loadState(state, this.#trainedBy(optimizer))
    }
    writeState('the random generator', new Map([...RANDOM].map(([name, slot]) => [name, slot()])), random)
  }

  #trainedBy(optimizer: Optimizer): Parameters<Optimizer['train']>[0] {
    return optimizer.trainable ?? this.#trainable.get(optimizer)
  }
}

export interface EnsembleState {
  readonly parts: Readonly<Record<string, unknown>>
  readonly random: State
}
