import { fail } from '../../core/errors.js'
import type { Graph } from '../../graph/graph.js'
import { orderOf } from '../../graph/graph.js'
import type { Node } from '../../graph/node.js'
import type { Primitive } from '../../graph/primitives.js'

/** A number of a graph as a function of the batch size: fixed, or factor · batch + offset. */
export type Size = number | { readonly factor: number; readonly offset: number }

/** The graph of a function for one batch size. */
export interface Variant {
  readonly batch: number
  readonly graph: Graph
}

const cure = "Export it for one batch size: batch: 'fixed'."

/** The nodes of a graph with those of its variants for other batch sizes, one by one. */
export class Variants {
  readonly #twins = new Map<Node, readonly Node[]>()
  readonly #batches: readonly number[]

  /** @param operation what errors name */
  constructor(
    readonly operation: string,
    variants: readonly Variant[],
  ) {
    this.#batches = variants.map(({ batch }) => batch)
    this.pair(variants.map(({ graph }) => graph))
  }

  /** Puts nodes side by side that are made in the same way. @throws if the graphs are made of other operations */
  pair(graphs: readonly Graph[]): void {
    const orders = graphs.map(orderOf)
    for (const order of orders) {
      if (order.length !== orders[0].length)
        this.#failStructure(`${orders[0].length} operations for one batch size, ${order.length} for another`)
    }
    orders[0].forEach((node, i) => {
      const twins = orders.map((order) => order[i])
      const other = twins.find(({ op }) => op !== node.op)
      if (other !== undefined) this.#failStructure(`'${node.op}' for one batch size, '${other.op}' for another`)
      this.#twins.set(node, twins)
    })
    graphs[0].inputs.forEach((node, i) => {
      this.#twins.set(
        node,
        graphs.map(({ inputs }) => inputs[i]),
      )
    })
  }

  /** Puts nodes side by side that were made for export. */
  add(twins: readonly Node[]): void {
    this.#twins.set(twins[0], twins)
  }

  /** The node in each variant. */
  of<N extends Node>(node: N): readonly N[] {
    return (this.#twins.get(node) ?? [node]) as readonly N[]
  }

  /** A number of a node as a function of the batch size. */
  size<N extends Node>(node: N, read: (node: N) => number): Size {
    return this.sizeFrom(this.of(node).map(read), node.op)
  }

  sizeFrom(values: readonly number[], what: string): Size {
    const [value, second] = values
    if (values.every((other) => Object.is(other, value))) return value
    const factor = (second - value) / (this.#batches[1] - this.#batches[0])
    const offset = value - factor * this.#batches[0]
    if (!Number.isInteger(factor) || values.some((other, i) => other !== factor * this.#batches[i] + offset)) {
      fail(
        `${this.operation}: a size of '${what}' is no multiple of the batch size: ${values.join(', ')} for batches of ${this.#batches.join(', ')}`,
        cure,
      )
    }
    return { factor, offset }
  }

  /** A number that must not depend on the batch size, as ONNX has it as an attribute. */
  fixed<N extends Node>(node: N, read: (node: N) => number): number {
    const size = this.size(node, read)
    if (typeof size === 'number') return size
    return fail(`${this.operation}: '${node.op}' has an attribute that depends on the batch size`, cure)
  }

  /** The sizes of an output. */
  shape(node: Node, output = 0): readonly Size[] {
    return node.outputs[output].shape.map((_, axis) => this.size(node, (each) => each.outputs[output].shape[axis]))
  }

  /** Whether the node is the same for all batch sizes. */
  isFixed(node: Node): boolean {
    const [first, ...others] = this.of(node)
    return others.every(
      (other) => textOf([other.outputs, other.attributes]) === textOf([first.outputs, first.attributes]),
    )
  }

  /** Throws if attributes that ONNX has as such depend on the batch size. */
  checkAttributes(node: Node): void {
    const [first, ...others] = this.of(node)
    if (sized.includes(node.op) || others.every((other) => textOf(other.attributes) === textOf(first.attributes)))
      return
    fail(`${this.operation}: '${node.op}' has an attribute that depends on the batch size`, cure)
  }

  #failStructure(what: string): never {
    return fail(`${this.operation}: the model calculates in another way for another batch size: ${what}`, cure)
  }
}

/** Primitives whose attributes are sizes or graphs, for which their rows care. */
const sized: readonly Primitive[] = [
  'constant',
  'iota',
  'reshape',
  'expand',
  'slice',
  'pad',
  'sumPoolGradient',
  'scan',
  'whileLoop',
  'cond',
  'call',
]

/** Values as text, infinities and NaN told apart. */
const textOf = (value: unknown): string =>
  JSON.stringify(value, (_, each) => (typeof each === 'number' && !Number.isFinite(each) ? String(each) : each))
