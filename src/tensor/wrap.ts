import type { Node } from '../graph/node.js'
import type { Tensor } from './tensor.js'
import type { Shape } from './types/index.js'

let TensorClass: new (node: Node) => Tensor

/** Hands the class down to the methods, which it is made of. */
export function setTensorClass(made: new (node: Node) => Tensor): void {
  TensorClass = made
}

/** A tensor for a node, of a shape that the caller vouches for. */
export const wrap = <S extends Shape>(node: Node): Tensor<S> => new TensorClass(node) as Tensor<S>
