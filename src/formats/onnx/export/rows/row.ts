import type { Node } from '../../../../graph/node.js'
import type { Attributes, Primitive } from '../../../../graph/primitives.js'
import type { Emitter } from '../emitter.js'

/** Writes a node of the graph as nodes of ONNX. */
export type ExportRow<P extends Primitive> = (node: Node<P>, emitter: Emitter) => void

export type ExportRows = { readonly [P in keyof Attributes]?: ExportRow<P> }

/** A row whose value has its axes as they are. */
export const plain =
  <P extends Primitive>(name: (node: Node<P>, emitter: Emitter) => string): ExportRow<P> =>
  (node, emitter) =>
    emitter.set(node, name(node, emitter))
