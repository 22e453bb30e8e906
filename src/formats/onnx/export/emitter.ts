import { interpret } from '../../../backends/reference/interpret.js'
import { type DType, decode } from '../../../core/dtype.js'
import { fail } from '../../../core/errors.js'
import { range, sizeOf } from '../../../core/shape.js'
import * as build from '../../../graph/build.js'
import { orderOf } from '../../../graph/graph.js'
import { hasResults, isOp, type Node } from '../../../graph/node.js'
import type { Size, Variants } from '../../tracing/sizes.js'
import { attributeKinds, type Draft } from '../file/schema.js'
import { codeOf, tensorOf, type Values, wholeNumbers } from '../file/tensors.js'
import type { Compounds } from './compounds.js'
import type { Names } from './names.js'
import { isLate, isMovement, movementsTo, peeled, uniformOf } from './origins.js'

/** Attributes of a node: whole numbers, floats (marked), texts and graphs. */
export type AttributeValue =
  | number
  | { readonly float: number }
  | string
  | readonly number[]
  | { readonly graph: Draft<'Graph'> }

/** What is written once for the whole model. */
export interface Shared {
  readonly names: Names
  readonly variants: Variants
  readonly compounds: Compounds
  readonly initializers: Draft<'Tensor'>[]
  /** The names that initializers and nodes would have if they were not taken. */
  readonly wished: Map<string, string>
  /** The path of the layer that made a node; '' if none did. */
  readonly layerOf: (node: Node) => string
  /** Tells weights of the same name apart. */
  readonly numberOf: (held: Held) => number
  /** The input that the batch size is read from, and its axis. */
  readonly batchOf: { readonly name: string; readonly axis: number } | undefined
}

/** A weight or tensor from outside: its name and its elements. */
export interface Held {
  readonly name: string
  readonly values: Values
}

/** Tables of constants are written out up to this size. */
const LARGEST_TABLE = 2 ** 20

const last = (rank: number): number[] => [0, ...range(rank - 2).map((i) => i + 2), 1]
const first = (rank: number): number[] => [0, rank - 1, ...range(rank - 2).map((i) => i + 1)]
const sameOrder = (a: readonly number[], b: readonly number[]): boolean => a.join() === b.join()

/**
 * Writes the nodes of one graph. A value has a name as it is, or one with its axes in the order of ONNX, channels behind the batch
 * ("first"), or both: convolutions give the second kind, and what is calculated element by element keeps the kind of what it is given, so that
 * two orders meet only where they have to.
 */
export class Emitter {
  readonly nodes: Draft<'Node'>[]
  readonly #plain = new Map<Node, string>()
  readonly #first = new Map<Node, string>()
  readonly #results = new Map<Node, readonly string[]>()
  /** Inputs of inner graphs that stand for values outside. */
  readonly #tables = new Set<Node>()
  readonly #outside = new Map<Node, Node>()
  readonly #held = new Map<Node, Held>()
  /** The path of the layer whose weights a value was last calculated with, for names. */
  readonly #paths = new Map<Node, string>()
  #batch: string | undefined

  constructor(
    readonly shared: Shared,
    readonly write: (node: Node, emitter: Emitter) => void,
    readonly outer?: Emitter,
    nodes?: Draft<'Node'>[],
  ) {
    this.nodes = nodes ?? []
  }

  get variants(): Variants {
    return this.shared.variants
  }

  /** A name for an input of the graph. */
  place(node: Node, name: string, form: 'plain' | 'first' = 'plain'): void {
    ;(form === 'plain' ? this.#plain : this.#first).set(node, name)
  }

  placeHeld(node: Node, held: Held): void {
    this.#held.set(node, held)
  }

  /** An input of an inner graph that is a value of this one's outer graph. */
  placeOutside(node: Node, outside: Node): void {
    this.#outside.set(node, outside)
  }

  /** Writes all that the outputs of a graph need. */
  writeAll(graph: { readonly inputs: readonly Node<'input'>[]; readonly outputs: readonly Node[] }): void {
    const order = orderOf(graph)
    for (const node of order) if (this.#isTable(node)) this.#tables.add(node)
    for (const node of order)
      if (!isLate(node) && !this.#tables.has(node) && !this.#isThere(node)) this.write(node, this)
  }

  #isThere(node: Node): boolean {
    return this.#plain.has(node) || this.#first.has(node) || this.#results.has(node)
  }

  /** Whether a value is made of nothing but constants, whatever the batch size is. */
  #isTable(node: Node): boolean {
    if (node.op === 'input' || node.op === 'randomBits' || node.op === 'result' || hasResults(node)) return false
    return node.inputs.every((input) => this.#tables.has(input)) && this.variants.isFixed(node)
  }

  /** The names of the outputs of a node with several. */
  setResults(node: Node, names: readonly string[]): void {
    this.#results.set(node, names)
  }

  set(node: Node, name: string): void {
    this.#plain.set(node, name)
  }

  setFirst(node: Node, name: string): void {
    this.#first.set(node, name)
  }

  /** Whether the value is there, or can be had, with its channels behind the batch rather than as it is. */
  isFirst(node: Node): boolean {
    if (node.rank < 3 || this.#plain.has(node) || this.#heldBehind(node) !== undefined) return false
    if (isOp(node, 'permute') && sameOrder(node.attributes.axes, last(node.rank))) return true
    if (isOp(node, 'cast') || isOp(node, 'stopGradient')) return this.isFirst(node.inputs[0])
    const outside = this.#outside.get(node)
    return outside === undefined ? this.#first.has(node) : this.#above().isFirst(outside)
  }

  /** The name of the value as it is. */
  plain(node: Node): string {
    const known = this.#plain.get(node)
    if (known !== undefined) return known
    const name = this.#newPlain(node)
    this.#plain.set(node, name)
    return name
  }

  #newPlain(node: Node): string {
    const outside = this.#outside.get(node)
    if (outside !== undefined) return this.#above().plain(outside)
    const ordered = this.#first.get(node)
    if (ordered !== undefined) return this.emit('Transpose', [ordered], { perm: last(node.rank) }, node)
    if (isOp(node, 'result')) return this.#resultsOf(node.inputs[0])[node.attributes.index]
    const constant = this.#constant(node)
    if (constant !== undefined) return constant
    const isTurned = isOp(node, 'permute') && sameOrder(node.attributes.axes, first(node.rank))
    if (isTurned && this.isFirst(node.inputs[0])) return this.first(node.inputs[0])
    this.write(node, this)
    return this.#plain.get(node) ?? this.#newPlain(node)
  }

  #resultsOf(node: Node): readonly string[] {
    return this.#results.get(node) ?? fail(`toOnnx: '${node.op}' has no results yet`)
  }

  #above(): Emitter {
    return this.outer ?? fail('toOnnx: a value has no graph')
  }

  /** The name of the value with its channels behind the batch. */
  first(node: Node): string {
    const known = this.#first.get(node)
    if (known !== undefined) return known
    const name = this.#newFirst(node)
    this.#first.set(node, name)
    return name
  }

  #newFirst(node: Node): string {
    const outside = this.#outside.get(node)
    if (outside !== undefined) return this.#above().first(outside)
    const constant = this.#constant(node, first(node.rank))
    if (constant !== undefined) return constant
    if (isOp(node, 'permute') && sameOrder(node.attributes.axes, last(node.rank))) return this.plain(node.inputs[0])
    if ((isOp(node, 'cast') || isOp(node, 'stopGradient')) && !this.#plain.has(node)) {
      this.write(node, this)
      const written = this.#first.get(node)
      if (written !== undefined) return written
    }
    return this.emit('Transpose', [this.plain(node)], { perm: first(node.rank) }, node)
  }

  /** The number that a value is everywhere, whatever the batch size is. */
  #uniform(node: Node): number | undefined {
    const [value, ...others] = this.variants.of(node).map(uniformOf)
    return others.every((other) => Object.is(other, value)) ? value : undefined
  }

  /** An operand of an operator that broadcasts: without the stretching. */
  operand(node: Node, form: 'plain' | 'first' = 'plain'): string {
    const source = peeled(node)
    const uniform = this.#uniform(source)
    if (uniform !== undefined) return this.scalar(uniform, source.dtype)
    if (isOp(source, 'constant')) return this.#scalarOf(source)
    return form === 'first' && source.rank > 2 ? this.first(source) : this.plain(source)
  }

  /** A node of the model; gives the name of its output. */
  emit(
    operator: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
    of?: Node,
  ): string {
    return this.emitSeveral(operator, inputs, attributes, 1, of)[0]
  }

  emitSeveral(
    operator: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>>,
    outputs: number,
    of?: Node,
  ): string[] {
    const path = of === undefined ? '' : this.#pathOf(of)
    const wished = path === '' ? operator : `${path}.${operator}`
    const name = this.shared.names.fresh(wished)
    this.shared.wished.set(name, wished)
    const results = range(outputs).map((i) => this.shared.names.fresh(outputName(name, i)))
    this.nodes.push({
      operator,
      name,
      inputs,
      outputs: results,
      attributes: Object.entries(attributes).map(([key, value]) => attributeOf(key, value)),
    })
    return results
  }

  /** The layer that a value belongs to, by the weights that it is calculated with. */
  #pathOf(node: Node): string {
    const known = this.#paths.get(node)
    if (known !== undefined) return known
    const layer = this.shared.layerOf(node)
    this.#paths.set(node, layer)
    if (layer !== '') return layer
    const weight = node.inputs.map((input) => this.#weightBehind(input)).find((name) => name !== undefined)
    const path =
      weight === undefined
        ? (node.inputs.map((input) => this.#paths.get(input) ?? '').find((found) => found !== '') ?? '')
        : weight.split('.').slice(0, -1).join('.')
    this.#paths.set(node, path)
    return path
  }

  #weightBehind(node: Node): string | undefined {
    return this.#heldBehind(peeled(node))?.held.name
  }

  /** Whether a value is a weight or a tensor from outside, as it is. */
  isHeld(node: Node): boolean {
    return this.#heldOf(node) !== undefined
  }

  #heldOf(node: Node): Held | undefined {
    const held = this.#held.get(node)
    if (held !== undefined) return held
    const outside = this.#outside.get(node)
    return outside === undefined ? undefined : this.#above().#heldOf(outside)
  }

  /** What is held that a value is only another order or shape of. */
  #heldBehind(node: Node): { readonly held: Held; readonly source: Node } | undefined {
    let source = node
    for (;;) {
      const held = this.#heldOf(source)
      if (held !== undefined) return { held, source }
      if (!isMovement(source) || !this.variants.isFixed(source)) return undefined
      source = source.inputs[0]
    }
  }

  /** A weight in another order or shape, or a table made of nothing but constants, as an initializer. */
  #constant(node: Node, order?: readonly number[]): string | undefined {
    const ordered = (values: Values): Values => (order === undefined ? values : permuted(values, order))
    const found = this.#heldBehind(node)
    if (found !== undefined) {
      const { held, source } = found
      // Its attributes say how it comes from the weight, and make it the same initializer wherever it is used.
      const key = `held ${this.shared.numberOf(held)} ${movementsTo(node, source)} ${order ?? ''}`
      const values = (): Values =>
        source === node
          ? held.values
          : interpret({ inputs: [source as Node<'input'>], outputs: [node] }, [held.values])[0]
      return this.#once(key, () => this.initializer(held.name, ordered(values())))
    }
    if (!this.#tables.has(node) || sizeOf(node.shape) > LARGEST_TABLE) return undefined
    const uniform = uniformOf(node)
    if (uniform !== undefined && node.rank > 0) {
      const name = this.scalar(uniform, node.dtype)
      return this.emit('Expand', [
        name,
        this.ints(order === undefined ? node.shape : order.map((axis) => node.shape[axis])),
      ])
    }
    if (isOp(node, 'constant')) return this.#scalarOf(node)
    return this.initializer('table', ordered(interpret({ inputs: [], outputs: [node] }, [])[0]))
  }

  readonly #initializers = new Map<string, string>()

  initializer(name: string, values: Values): string {
    return this.#root().#initialize(name, values)
  }

  #initialize(hint: string, values: Values): string {
    const name = this.shared.names.fresh(hint)
    this.shared.wished.set(name, hint)
    this.shared.initializers.push(tensorOf(name, values))
    return name
  }

  #root(): Emitter {
    return this.outer === undefined ? this : this.outer.#root()
  }

  #once(key: string, make: () => string): string {
    const root = this.#root()
    const known = root.#initializers.get(key)
    if (known !== undefined) return known
    const name = make()
    root.#initializers.set(key, name)
    return name
  }

  /** The value of a constant, which may be calculated from the batch size: the number of elements of a mean. */
  #scalarOf(node: Node<'constant'>): string {
    const size = this.variants.size(node, ({ attributes }) => attributes.value)
    if (typeof size === 'number') return this.scalar(size, node.dtype)
    return this.emit('Cast', [this.emit('Reshape', [this.sizes([size]), this.ints([])])], { to: codeOf[node.dtype] })
  }

  /** A constant of rank 0. */
  scalar(value: number, dtype: DType): string {
    return this.#once(`${dtype} ${Object.is(value, -0) ? '-0' : value}`, () => {
      const node = { dtype, shape: [], data: constantData(dtype, value) }
      return this.initializer(`constant_${String(decode(dtype, node.data[0])).replace(/[^\w.-]/g, '')}`, node)
    })
  }

  /** Whole numbers of 64 bits, as shapes and axes are. */
  ints(values: readonly number[], shape: readonly number[] = [values.length]): string {
    return this.#once(`ints ${shape} ${values}`, () => {
      const name = this.shared.names.fresh(
        values.length === 0 ? 'nothing' : `ints_${values.slice(0, 6).join('_').replaceAll('-', 'm')}`,
      )
      this.shared.initializers.push(wholeNumbers(name, values, shape))
      return name
    })
  }

  /** A list of sizes, calculated from the batch size where they depend on it. */
  sizes(list: readonly Size[]): string {
    if (list.every((size): size is number => typeof size === 'number')) return this.ints(list)
    const parts = list.map((size) => (typeof size === 'number' ? this.ints([size]) : this.#calculated(size)))
    return parts.length === 1 ? parts[0] : this.emit('Concat', parts, { axis: 0 })
  }

  #calculated({ factor, offset }: Exclude<Size, number>): string {
    const batch = this.#batchSize()
    const times = factor === 1 ? batch : this.emit('Mul', [batch, this.ints([factor])])
    return offset === 0 ? times : this.emit('Add', [times, this.ints([offset])])
  }

  #batchSize(): string {
    const { batchOf } = this.shared
    if (batchOf === undefined) return fail('toOnnx: there is no batch size to calculate with')
    this.#batch ??= this.emit('Gather', [this.emit('Shape', [batchOf.name]), this.ints([batchOf.axis])], { axis: 0 })
    return this.#batch
  }
}

/** The name of an output of a node. */
export const outputName = (node: string, output: number): string =>
  output === 0 ? `${node}:out` : `${node}:out.${output}`

function constantData(dtype: DType, value: number): Values['data'] {
  return interpret({ inputs: [], outputs: [build.constant(value, dtype)] }, [])[0].data
}

function permuted(values: Values, axes: readonly number[]): Values {
  const source = build.input(values.dtype, values.shape)
  return interpret({ inputs: [source], outputs: [build.permute(source, axes)] }, [values])[0]
}

function attributeOf(name: string, value: AttributeValue): Draft<'Attribute'> {
  if (typeof value === 'number') return { name, int: value, kind: attributeKinds.int }
  if (typeof value === 'string') return { name, string: new TextEncoder().encode(value), kind: attributeKinds.string }
  if ('float' in value) return { name, float: value.float, kind: attributeKinds.float }
  if ('graph' in value) return { name, graph: value.graph, kind: attributeKinds.graph }
  return { name, ints: value, kind: attributeKinds.ints }
}
