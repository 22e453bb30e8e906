import type { DType } from '../core/dtype.js'
import type { Shape } from '../core/shape.js'
import type { Attributes, Primitive, TensorType } from './primitives.js'
import { inferTypes } from './types.js'

/** Where a backend keeps the elements of a value. */
export interface Storage extends TensorType {
  /** The backend that made it; programs of another one read it through the host. */
  readonly backend: string
}

let created = 0

/** The type of a node without results, which nobody asks for. */
const nothing: TensorType = { dtype: 'float32', shape: [] }

/**
 * One operation of the graph. Its meaning never changes: op, inputs and attributes are fixed, and shapes and dtypes
 * are checked when it is made. What may come later is its value (`storage`), and with it the freedom to forget how
 * the value came about (`release`).
 */
export class Node<P extends Primitive = Primitive> {
  /** Grows with creation: an input of a node has a smaller id. */
  readonly id = created++
  /** All results; only scan, whileLoop, cond, call and some routines have other than one, read through `result` nodes. */
  readonly outputs: readonly TensorType[]
  /** Of the first result. Like `inputs` a field and no getter: everything asks for them, all the time. */
  readonly dtype: DType
  readonly shape: Shape
  readonly inputs: readonly Node[]
  #released = false
  /** The value, once evaluated or if it came as data. */
  storage: Storage | undefined
  /** How many nodes have been made with this one as input. */
  consumers = 0
  /** Computed on the way to something else, and not kept. */
  dropped = false
  /** When the past began that an evaluated node remembers, in nodes computed until then. */
  began = 0
  /** Where the value went that was here and is no more. */
  lost: 'donated' | 'overwritten' | undefined = undefined
  /** The ids of all that a forgotten past began with, where that is known. */
  origins: readonly number[] | undefined = undefined
  /** The last walk over a graph that has met the node, and its place there; only that walk may read them. */
  walk = 0
  place = 0
  /** The longest way to something evaluated, in nodes. */
  readonly depth: number

  constructor(
    readonly op: P,
    inputs: readonly Node[],
    readonly attributes: Attributes[P],
    /** What follows from the rest, where it is known already. */
    outputs: readonly TensorType[] = inferTypes(op, inputs, attributes),
  ) {
    this.inputs = inputs
    this.outputs = outputs
    const { dtype, shape } = outputs[0] ?? nothing
    this.dtype = dtype
    this.shape = shape
    let depth = 0
    for (const input of inputs) {
      input.consumers++
      if (input.storage === undefined && input.depth > depth) depth = input.depth
    }
    this.depth = depth + 1
  }

  get rank(): number {
    return this.shape.length
  }

  /** True when the past of an evaluated node has been forgotten; gradients stop here with an error. */
  get released(): boolean {
    return this.#released
  }

  /** Forgets how an evaluated value came about; what a call gives came from somewhere, even if its inputs were never noted. */
  release(): void {
    this.#released ||= this.inputs.length > 0 || this.op === 'call'
    Object.assign(this, { inputs: [] })
  }
}

/** Narrows a node to one primitive, so that its attributes are typed. */
export function isOp<P extends Primitive>(node: Node, op: P): node is Node<P> {
  return node.op === op
}

/** Whether a node is no value itself, but has outputs, however many, that `result` nodes stand for. */
export const hasResults = ({ op, outputs }: Node): boolean =>
  outputs.length !== 1 || op === 'scan' || op === 'whileLoop' || op === 'cond' || op === 'call'

/** The id that the next node will have: nodes made before have smaller ones. */
export const nextNodeId = (): number => created
