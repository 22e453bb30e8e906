import type { Shape } from '../core/shape.js'
import type { Node } from '../graph/node.js'

/** A value that is kept for each parameter from step to step. */
export interface Slot {
  /** It is saved under the parameter's path and this: `layers.0.weight.mean`. */
  readonly name: string
  /** That of the parameter by default. */
  readonly shape?: Shape
  /** The first value: a number for all elements (0), or the parameter as it is before its first step. */
  readonly start?: number | 'parameter'
}

/** What an update rule may use beside parameter and gradient. */
export interface Step {
  readonly learningRate: Node
  /** Counts from 1. */
  readonly number: Node
  /** With `accumulate`: whether what comes out is taken. What takes long may be left out where it is not. */
  readonly isMade?: Node | undefined
}

/** A parameter's next value, and those of its state. */
export interface Update {
  readonly parameter: Node
  readonly state?: readonly Node[]
}

/** How one parameter is improved: a formula on nodes, with its numbers. */
export interface Rule {
  /** What is kept for a parameter of this shape; a name alone stands for zeros of its shape. */
  slots(shape: Shape): readonly (string | Slot)[]
  /** One step; all nodes are float32, or float64 if the parameter is, and the state has the order of the slots. */
  update(parameter: Node, gradient: Node, state: readonly Node[], step: Step): Update
  /** What the learning rate is multiplied by for parameters of this shape; 1. */
  rateFactor?(shape: Shape): number
  /** Where the model is not to be used as it is trained: the parameter for either, made of the state. */
  readonly modes?: { readonly eval: (state: readonly Node[]) => Node; readonly train: (state: readonly Node[]) => Node }
}
