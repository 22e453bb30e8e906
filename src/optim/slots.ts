import * as build from '../graph/build.js'
import { currentScope, outside } from '../tensor/scope.js'
import { Tensor } from '../tensor/tensor.js'
import { Buffer, type Variable } from '../tensor/variable.js'
import type { Rule, Slot } from './rule.js'

/** What is calculated in: the 16-bit floats are too coarse to add small steps in. */
export const wideType = ({ dtype }: Pick<Variable, 'dtype'>): 'float64' | 'float32' =>
  dtype === 'float64' ? 'float64' : 'float32'

/** The state of the parameters, made when it is first asked for. */
export class Slots {
  readonly #state = new Map<Variable, readonly Buffer[]>()
  readonly #restarts: (() => void)[] = []
  readonly #names = new Set<string>()

  /** That of one parameter, in the order of the rule's slots. */
  of(variable: Variable, rule: Pick<Rule, 'slots'>): readonly Buffer[] {
    const found = this.#state.get(variable)
    if (found !== undefined) return found
    const slots = rule.slots(variable.shape).map((slot) => (typeof slot === 'string' ? { name: slot } : slot))
    const made = slots.map((slot) => {
      const name = this.#freeName(`${variable.name}.${slot.name}`)
      const buffer = untraced(() => new Buffer(first(slot, variable), name))
      this.#restarts.push(() => buffer.assign(first(slot, variable)))
      return buffer
    })
    this.#state.set(variable, made)
    return made
  }

  variables(): readonly Buffer[] {
    return [...this.#state.values()].flat()
  }

  /** Puts all back to what a state starts with, given the parameters as they are now. */
  restart(): void {
    for (const restart of this.#restarts) restart()
  }

  /** Parameters that no module has named may share a name. */
  #freeName(name: string): string {
    let free = name
    for (let i = 2; this.#names.has(free); i++) free = `${name}.${i}`
    this.#names.add(free)
    return free
  }
}

function first({ shape, start = 0 }: Slot, variable: Variable): Tensor {
  const dtype = wideType(variable)
  if (start === 'parameter') return variable.value.cast(dtype)
  return new Tensor(build.fill(start, shape ?? variable.shape, dtype))
}

/** Runs `body` as if nothing were being traced: a state starts with what the parameter is now, not in the program. */
export const untraced = <R>(body: () => R): R => (currentScope() === undefined ? body() : outside(() => untraced(body)))
