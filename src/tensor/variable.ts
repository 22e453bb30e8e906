import type { Failure, Unfinished } from '../backends/backend.js'
import type { DType } from '../core/dtype.js'
import { fail, failDType, failShape } from '../core/errors.js'
import { present, refuseCoercion } from '../core/presentation.js'
import { formatShape, type Shape, sameShape } from '../core/shape.js'
import { stopGradient } from '../graph/build.js'
import type { Node, Storage } from '../graph/node.js'
import { expectTensor } from './methods/operand.js'
import {
  addPending,
  evaluate,
  fillIn,
  hold,
  markLost,
  type Pending,
  storageOf,
  storedNode,
  takeBack,
  throwUnlessTold,
} from './runtime.js'
import { currentScope, type Slot } from './scope.js'
import { Tensor } from './tensor.js'

/**
 * A named slot that holds a tensor: the only thing in Shapewise that changes. Its shape and dtype stay.
 *
 * @example
 * const count = new Variable(zeros([]), 'count')
 * count.assign(count.value.add(1))
 */
export class Variable<S extends Shape = any> implements Slot, Pending {
  readonly dtype: DType
  readonly shape: Shape
  #node: Node
  /** No tensor handed out shares the storage: a compiled step may write the next value over it. */
  #exclusive = false
  /** Why the value is not the one that a compiled program was to put in. */
  #failure: Failure | undefined

  /** @throws inside a traced function, if the initial value depends on its arguments or draws random numbers there. */
  constructor(
    value: Tensor<S>,
    /** For messages and checkpoints; modules name theirs by path. */
    public name = 'variable',
  ) {
    expectTensor('variable', `the first value of '${name}'`, value)
    this.dtype = value.dtype
    this.shape = value.shape
    this.#node = value.node
    const scope = currentScope()
    if (scope === undefined) {
      this.#set(value.node)
    } else {
      try {
        // Optimizers start their state like this: what else waits need not be computed in the middle of a trace.
        if (!fillIn(value.node)) evaluate([value.node])
      } catch {
        fail(
          `A variable '${name}' is created inside ${scope.operation}() with a value that is known only when the compiled function runs`,
          'Create modules and variables outside, or start them with a fixed value such as zeros().',
        )
      }
    }
  }

  /** The tensor that the variable holds now. Gradients with respect to it are gradients with respect to the variable. */
  get value(): Tensor<S> {
    return new Tensor<S>(this.node)
  }

  get node(): Node {
    const scope = currentScope()
    if (scope !== undefined) return scope.read(this)
    const failure = this.#failure
    this.#failure = undefined
    if (failure !== undefined) throwUnlessTold(failure)
    this.#exclusive = false
    if (this.#node.storage !== undefined) hold(this.#node.storage)
    return this.#node
  }

  /** Without the value, which may have to be computed: `Parameter weight float32[784, 10]`. */
  toString(): string {
    return `${this.constructor.name} ${this.name} ${this.dtype}${formatShape(this.shape)}`
  }

  /** Arithmetic, templates and keys would use something else than the value, unnoticed. */
  [Symbol.toPrimitive](hint: string): never {
    refuseCoercion(
      `A variable (${this.toString()})`,
      hint,
      'Use its value: v.value.add(1), await v.value.item() for a number or text.',
    )
  }

  /**
   * Replaces the value. No gradient flows through an assignment.
   *
   * Inside a transform it takes place once for each run of the function: in `compile` when the program runs; in `grad(fn)`, `jvp`,
   * `jacobian` and `checkpoint` with the run forward, not again when something is computed again for the gradient; in `scan` and
   * `whileLoop` in each step, in `cond` in the branch that runs. `vmap` refuses it, since there would be a value for each slice.
   *
   * @example
   * const count = new Variable(zeros([]), 'count')
   * compile(() => count.assign(count.value.add(1)))()
   *
   * @throws ShapeError or DTypeError if the value has another shape or dtype.
   */
  assign(value: Tensor<S>): void {
    this.assignNode(expectTensor('assign', `the new value of '${this.name}'`, value))
  }

  /** As {@link assign}, for code that works on the graph. */
  assignNode(node: Node): void {
    if (!sameShape(node.shape, this.shape)) {
      failShape(
        'assign',
        `'${this.name}' has shape ${formatShape(this.shape)}, the new value ${formatShape(node.shape)}`,
        'A variable keeps its shape; make a new one, or reshape the value.',
      )
    }
    if (node.dtype !== this.dtype) {
      failDType(
        'assign',
        `'${this.name}' is ${this.dtype}, the new value ${node.dtype}`,
        `Convert it with cast('${this.dtype}').`,
      )
    }
    const scope = currentScope()
    if (scope !== undefined) scope.writes.set(this, node)
    else this.#set(node)
  }

  #set(node: Node): void {
    this.#node = stopGradient(node)
    this.#exclusive = false
    if (node.storage === undefined) {
      addPending(this)
    } else {
      hold(node.storage)
      this.#node.storage = node.storage
      this.#node.release()
    }
  }

  get pendingNode(): Node | undefined {
    return this.#node.storage === undefined ? this.#node : undefined
  }

  /** What came before is of no use to gradients: let it go. */
  settle(run: Unfinished | undefined): void {
    const node = this.#node
    if (node.storage === undefined) return
    hold(node.storage)
    if (run === undefined) node.release()
    else run.whenFinished((failure) => (failure === undefined ? node.release() : undefined))
  }

  /** The stored value, the node that has it, and whether nobody else holds it, for compiled programs. */
  take(): { storage: Storage; node: Node; exclusive: boolean } {
    // A failure elsewhere may have kept it from being computed when it was its turn.
    if (this.#node.storage === undefined) evaluate([this.#node])
    return { storage: storageOf(this.#node), node: this.#node, exclusive: this.#exclusive }
  }

  /**
   * Puts in the value that a compiled program has computed. While the program goes on, its failure puts the value back that was
   * there before, unless there is another one by then, and is thrown when the variable is read, if nobody knows of it.
   *
   * @param overwrites whether it is written over the value that was there before
   */
  put(storage: Storage, run: Unfinished | undefined, overwrites: boolean): void {
    if (run !== undefined) this.#restoreAfterFailure(storage, run)
    if (overwrites) markLost(this.#node, 'overwritten')
    this.#node = storedNode(storage)
    this.#exclusive = true
  }

  #restoreAfterFailure(storage: Storage, run: Unfinished): void {
    const node = this.#node
    const before = storageOf(node)
    const exclusive = this.#exclusive
    run.whenFinished((failure) => {
      if (failure === undefined) return
      takeBack(node, before)
      if (this.#node.storage !== storage) return
      this.#node = node
      this.#exclusive = exclusive
      this.#failure = failure
    })
  }
}

const parameters = new WeakMap<Node, Parameter>()
const observers: ((parameter: Parameter) => void)[] = []

/** A trainable variable: what optimizers update. */
export class Parameter<S extends Shape = any> extends Variable<S> {
  override get node(): Node {
    for (const observer of observers) observer(this)
    const node = super.node
    parameters.set(node, this)
    return node
  }
}

/** The parameter that a node stands for or has been the value of. */
export const parameterOf = (node: Node): Parameter | undefined => parameters.get(node)

/** Tells of each parameter whose value is used from now on. */
export const observeParameters = (observer: (parameter: Parameter) => void): void => {
  observers.push(observer)
}

/** State that is not trained: running statistics, moments, counters. */
export class Buffer<S extends Shape = any> extends Variable<S> {}

present(Variable.prototype, {
  kind: 'variable',
  json: 'Write await v.value.array(); for a whole model there is await model.state().',
})
