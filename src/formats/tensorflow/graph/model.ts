import { fail } from '../../../core/errors.js'
import { sizeOf } from '../../../core/shape.js'
import { didYouMean } from '../../../core/suggestion.js'
import { damaged } from '../../../data/formats/damage.js'
import type { Node } from '../../../graph/node.js'
import { zeros } from '../../../nn/initializers.js'
import { Module } from '../../../nn/module.js'
import type { State, StoredValue } from '../../../nn/state.js'
import { expectTensor } from '../../../tensor/methods/operand.js'
import { dataNode } from '../../../tensor/runtime.js'
import type { Tensor } from '../../../tensor/tensor.js'
import { Buffer, Parameter, type Variable } from '../../../tensor/variable.js'
import { wrap } from '../../../tensor/wrap.js'
import { folded, isConstant, markConstant } from '../../onnx/import/known.js'
import type { TensorFlowFiles } from '../files.js'
import { Call, type Rows } from './call.js'
import type { GraphDescription, GraphNode } from './description.js'
import { elementwise } from './operators/elementwise.js'
import { movement } from './operators/movement.js'
import { products } from './operators/products.js'
import { reductions } from './operators/reductions.js'

const rows: Rows = { ...elementwise, ...movement, ...products, ...reductions }

/** Operations that are no more than what is put in. */
const given = ['Placeholder', 'PlaceholderWithDefault', 'Const', 'NoOp']

/**
 * A graph model of TensorFlow.js as a module: its weights are parameters under the names that they have in the file, statistics of batch
 * normalisation are buffers. Pictures are [batch, height, width, channels].
 */
export class TensorFlowGraph extends Module {
  readonly weights: ReadonlyMap<string, Variable>
  /** The names of what {@link outputs} takes and gives. */
  readonly inputNames: readonly string[]
  readonly outputNames: readonly string[]
  readonly #graph: GraphDescription
  readonly #files: TensorFlowFiles
  readonly #constants = new Map<string, Node>()

  /** Use {@link fromTensorFlowJs}. */
  constructor(graph: GraphDescription, files: TensorFlowFiles) {
    super()
    const unknown = [...graph.nodes.values()].filter(({ op }) => !given.includes(op) && !Object.hasOwn(rows, op))
    if (unknown.length > 0) {
      const names = [...new Set(unknown.map(({ op }) => op))]
      const cure = didYouMean(names[0], Object.keys(rows)) || 'Replace them, and convert the model again.'
      fail(`${files.name}: operations are not supported: ${names.join(', ')}.`, cure)
    }
    const statistics = new Set(
      [...graph.nodes.values()]
        .filter(({ op }) => op.startsWith('FusedBatchNorm'))
        .flatMap(({ inputs }) => inputs.slice(3).map(([name]) => name)),
    )
    const weights = new Map<string, Variable>()
    for (const { name, op } of graph.nodes.values()) {
      const weight = files.weights.get(name)
      if (op !== 'Const' || weight?.dtype !== 'float32' || weight.shape.length === 0) continue
      const value = zeros()(weight.shape, 'float32')
      weights.set(name, statistics.has(name) ? new Buffer(value, name) : new Parameter(value, name))
    }
    this.weights = weights
    this.inputNames = graph.inputs.map(([name]) => name)
    this.outputNames = graph.outputs.map(([name]) => name)
    this.#graph = graph
    this.#files = files
  }

  /** The output for one input or several, in the order of {@link inputNames}. Throws if the model has several outputs. */
  forward(...inputs: readonly Tensor[]): Tensor {
    const outputs = this.outputs(...inputs)
    if (outputs.length === 1) return outputs[0]
    return fail(`${this.#files.name}: the model has ${outputs.length} outputs.`, 'Take them from outputs().')
  }

  /** All outputs for the inputs, in the order of {@link outputNames}. */
  outputs(...inputs: readonly Tensor[]): readonly Tensor[] {
    const { inputs: wanted, outputs } = this.#graph
    if (inputs.length !== wanted.length) {
      fail(
        `${this.#files.name}: the model takes ${wanted.length} inputs (${this.inputNames.join(', ')}), not ${inputs.length}.`,
      )
    }
    const values = new Map<string, readonly Node[]>()
    for (const [i, [, node]] of wanted.entries()) values.set(node, [expectTensor('forward', `input ${i}`, inputs[i])])
    return outputs.map(([, node, output]) => wrap(this.#value(node, output, values, new Set())))
  }

  /** Puts the weights of the files into the variables. */
  async fill(): Promise<void> {
    const state: [string, StoredValue][] = []
    for (const { name, op } of this.#graph.nodes.values()) {
      const weight = this.#files.weights.get(name)
      if (op !== 'Const') continue
      if (weight === undefined) damaged(this.#files.name, `the weight '${name}' is missing`)
      const value = await (weight as NonNullable<typeof weight>).read()
      if (sizeOf(value.shape) !== value.data.length) damaged(this.#files.name, `the weight '${name}' is damaged`)
      if (this.weights.has(name)) state.push([`weights.${name}`, value])
      else this.#constants.set(name, markConstant(dataNode({ dtype: value.dtype, shape: value.shape }, value.data)))
    }
    this.loadState(Object.fromEntries(state) satisfies State)
  }

  #value(name: string, output: number, values: Map<string, readonly Node[]>, open: Set<string>): Node {
    const known = values.get(name) ?? this.#run(name, values, open)
    values.set(name, known)
    return known[output] ?? damaged(this.#files.name, `'${name}' has no output ${output}`)
  }

  #run(name: string, values: Map<string, readonly Node[]>, open: Set<string>): readonly Node[] {
    const node = this.#graph.nodes.get(name)
    if (node === undefined) return damaged(this.#files.name, `there is no operation '${name}'`)
    if (open.has(name)) return damaged(this.#files.name, `the operation '${name}' takes what it gives`)
    if (node.op === 'Const') return [this.weights.get(name)?.node ?? this.#constantOf(node)]
    if (node.op === 'Placeholder')
      return fail(`${this.#files.name}: the input '${name}' is missing.`, 'It is not in the signature of the model.')
    open.add(name)
    const inputs = node.inputs.map(([input, output]) => this.#value(input, output, values, open))
    open.delete(name)
    if (node.op === 'PlaceholderWithDefault') return inputs
    const result = rows[node.op](new Call(node.op, inputs, node.attributes, this.training))
    const outputs = Array.isArray(result) ? (result as readonly Node[]) : [result as Node]
    // What follows from constants only stays known: shapes, and what is calculated from them.
    const isKnown = inputs.every(isConstant) || outputs.every(isConstant)
    return isKnown ? outputs.map(folded) : outputs
  }

  #constantOf({ name }: GraphNode): Node {
    return this.#constants.get(name) ?? damaged(this.#files.name, `the weight '${name}' is missing`)
  }
}
