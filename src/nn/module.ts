import { present } from '../core/presentation.js'
import { sizeOf } from '../core/shape.js'
import { currentScope, guarded, watch } from '../tensor/scope.js'
import { type Buffer, Parameter, type Variable } from '../tensor/variable.js'
import { type Access, observeMethods, observeOwn } from './observing.js'
import { readState, type State, writeState } from './state.js'
import { partsAt } from './surgery/paths.js'
import { place, walk } from './tree.js'

/**
 * A part of a network: a plain class with parameters, or other modules, as properties and a `forward` method of its own
 * signature. There is nothing to register: what the properties hold, also in arrays, plain objects, maps and sets, belongs to the
 * module. What cannot be found there, in `#private` fields and closures, is neither trained nor saved: a method that uses a
 * parameter from there throws.
 *
 * @example
 * class Net extends Module {
 *   readonly hidden = linear(784, 128)
 *   readonly output = linear(128, 10)
 *   forward<const B extends number>(x: Tensor<[B, 784]>) {
 *     return this.output.forward(relu(this.hidden.forward(x)))
 *   }
 * }
 */
export abstract class Module {
  #training = true
  #frozen = false
  #path = ''

  static readonly #access: Access = {
    moduleOf: (value) => (isModule(value) ? value : undefined),
    labelOf: (module) => module.label,
    watch: (module) => {
      for (const inner of walk(module, isModule).modules.values()) watch(inner, () => inner.label)
    },
  }

  constructor() {
    observeMethods(new.target.prototype, Module.prototype, Module.#access)
  }

  /**
   * Whether the module is being trained (true at first) or used: dropout and the like behave differently. A compiled function
   * that has looked at it is traced again when it changes.
   */
  get training(): boolean {
    return guarded(`training mode of ${this.label}`, () => this.#training)
  }

  /** Whether the module's own parameters are left out of training. */
  get frozen(): boolean {
    return guarded(`frozen parameters of ${this.label}`, () => this.#frozen)
  }

  /** The path in the outermost module that has been looked through, or the class, for messages. */
  protected get label(): string {
    return this.#path === '' ? this.constructor.name : `${this.#path} (${this.constructor.name})`
  }

  /** This module and all in it by their dotted paths; this one's is ''. */
  modules(): ReadonlyMap<string, Module> {
    return this.#walk().modules
  }

  /** The modules directly in this one, by their paths. */
  children(): ReadonlyMap<string, Module> {
    const all = [...this.modules()].slice(1)
    const isWithin = (path: string): boolean => all.some(([other]) => path.startsWith(`${other}.`))
    return new Map(all.filter(([path]) => !isWithin(path)))
  }

  /** The parameters to train, each once, in the order of the properties; those of frozen modules are left out. */
  parameters(): Parameter[] {
    const { variables, owners } = this.#walk()
    return [...variables.values()]
      .filter((variable) => variable instanceof Parameter)
      .filter((parameter) => !Module.#isFrozen(parameter, owners.get(parameter) as Module))
  }

  /** All parameters by their dotted paths, such as `layers.0.weight`; frozen ones too. */
  namedParameters(): ReadonlyMap<string, Parameter> {
    return new Map([...this.variables()].filter((entry): entry is [string, Parameter] => entry[1] instanceof Parameter))
  }

  /** The state that is not trained, by its dotted paths. */
  buffers(): ReadonlyMap<string, Buffer> {
    return new Map([...this.variables()].filter(([, variable]) => !(variable instanceof Parameter)))
  }

  /** Parameters and buffers by their dotted paths. */
  variables(): ReadonlyMap<string, Variable> {
    return this.#walk().variables
  }

  /** How many numbers the parameters hold, frozen ones too. */
  parameterCount(): number {
    return [...this.namedParameters().values()].reduce((count, { shape }) => count + sizeOf(shape), 0)
  }

  /** Puts this module and all in it into training mode. */
  train(): this {
    return this.#forEach((module) => {
      module.#training = true
    })
  }

  /** Puts this module and all in it into evaluation mode. */
  eval(): this {
    return this.#forEach((module) => {
      module.#training = false
    })
  }

  /**
   * Leaves parameters out of training: `parameters()` no longer lists them, and frozen batch norm keeps its running statistics.
   *
   * @param which nothing for this module and all in it; a path, or a pattern for paths, for the modules (with all in them) and
   *   parameters there: `/^layers\.[0-3]\./`, `/bias$/`
   * @throws if there is nothing of this path
   * @example
   * const net = sequential(linear(3, 4), relu(), linear(4, 2))
   * net.freeze('layers.0').parameters().length // 2
   * net.freeze().unfreeze(/bias$/).parameters().length // 2
   */
  freeze(which?: string | RegExp): this {
    return this.#setFrozen('freeze', which, true)
  }

  /** Takes back {@link freeze}, for everything or what is named. */
  unfreeze(which?: string | RegExp): this {
    return this.#setFrozen('unfreeze', which, false)
  }

  /** A copy of all parameters and buffers by their paths, to be stored or put into another module with {@link loadState}. */
  state(): Promise<State> {
    return readState(this.variables())
  }

  /**
   * Takes over values that {@link Module.state} gave.
   *
   * @throws if entries are missing, unknown, or of another shape or dtype; the message lists them and nothing is changed
   */
  loadState(state: State): void {
    writeState(this.constructor.name, this.variables(), state)
  }

  /** What a listing says of the module beside its class: its sizes and options. */
  protected describe(): string {
    return ''
  }

  /** What a listing says of a module: its class, sizes and options. */
  static titleOf(module: Module): string {
    return [module.constructor.name, module.describe()].filter(Boolean).join(' ')
  }

  /** The tree of modules with their numbers of parameters. */
  toString(): string {
    const lines = (module: Module, name: string, indent: string): string[] => {
      const count = module.parameterCount()
      const title = [name && `${name}:`, Module.titleOf(module), count > 0 && parameterText(count)]
      const inner = [...module.children()].flatMap(([path, child]) => lines(child, path, `${indent}  `))
      return [`${indent}${title.filter(Boolean).join(' ')}`, ...inner]
    }
    return lines(this, '', '').join('\n')
  }

  #forEach(change: (module: Module) => void): this {
    for (const module of this.modules().values()) change(module)
    return this
  }

  static #isFrozen(parameter: Parameter, owner: Module): boolean {
    return guarded(`whether '${parameter.name}' is frozen`, () => frozenAlone.get(parameter) ?? owner.#frozen)
  }

  #setFrozen(operation: string, which: string | RegExp | undefined, value: boolean): this {
    const { modules, parameters } =
      which === undefined ? { modules: [this], parameters: [] } : partsAt(operation, this, which)
    for (const parameter of parameters) frozenAlone.set(parameter, value)
    for (const module of modules) {
      for (const parameter of module.namedParameters().values()) frozenAlone.delete(parameter)
      module.#forEach((inner) => {
        inner.#frozen = value
      })
    }
    return this
  }

  #walk(): ReturnType<typeof walk> {
    const tree = walk(this, isModule)
    for (const variable of tree.variables.values()) place(variable)
    for (const module of tree.modules.values()) observeOwn(module, Module.#access)
    // A path from further outside ends with the one that is known already; walks from inside do not shorten it.
    for (const [path, variable] of tree.variables) {
      if (path.endsWith(`.${variable.name}`) || variable.name === 'variable') variable.name = path
    }
    for (const [path, module] of tree.modules) {
      if (module.#path === '' || path.endsWith(`.${module.#path}`)) module.#path = path
    }
    if (currentScope() !== undefined) Module.#access.watch(this)
    return tree
  }
}

/** Parameters for which it is said whether they are frozen, whatever holds for the module. */
const frozenAlone = new WeakMap<Parameter, boolean>()

const isModule = (value: unknown): value is Module => value instanceof Module

const parameterText = (count: number): string => `(${count.toLocaleString('en-US')} parameter${count === 1 ? '' : 's'})`

present(Module.prototype, {
  kind: 'module',
  json: 'Take await model.state(), and of each entry its dtype, shape and [...data].',
})
