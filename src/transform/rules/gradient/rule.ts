import type { Node } from '../../../graph/node.js'
import type { Attributes, Primitive } from '../../../graph/primitives.js'

/** Reverse accumulation over a graph: cotangents of `wrt` from cotangents of `outputs`; `undefined` where there is no dependence. */
export type Gradient = (
  outputs: readonly Node[],
  cotangents: readonly Node[],
  wrt: readonly Node[],
) => (Node | undefined)[]

export interface GradientContext<P extends Primitive> {
  readonly node: Node<P>
  readonly inputs: readonly Node[]
  readonly attributes: Attributes[P]
  /** The cotangent of the output, of its shape and dtype; the first one for nodes with several outputs. */
  readonly grad: Node
  /** The cotangents of all outputs; absent means zero. */
  readonly grads: readonly (Node | undefined)[]
  /** Which inputs lead to what the gradient is taken with respect to. */
  readonly needs: readonly boolean[]
  /** For the bodies of control flow. */
  readonly gradient: Gradient
}

/** Makes the cotangent of one input; it is called only where that is needed. `undefined` means zero. */
export type InputGradient = (() => Node | undefined) | undefined

/** How a primitive passes cotangents from its outputs to its inputs: one entry per input, `undefined` where nothing flows. */
export type GradientRule<P extends Primitive> = (context: GradientContext<P>) => readonly InputGradient[]

/** Nothing flows: the primitive is piecewise constant, discrete, or a source. */
export const none = (): readonly InputGradient[] => []

/** `make`, which is run at most once, for values that several entries share. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
