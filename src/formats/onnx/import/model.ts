import { type DType, decodeAll, dtypes, isFloat } from '../../../core/dtype.js'
import { fail, failDType, failShape } from '../../../core/errors.js'
import { formatShape } from '../../../core/shape.js'
import { damaged } from '../../../data/formats/damage.js'
import * as build from '../../../graph/build.js'
import type { Node } from '../../../graph/node.js'
import { Module } from '../../../nn/module.js'
import { expectTensor } from '../../../tensor/methods/operand.js'
import { dataNode } from '../../../tensor/runtime.js'
import { Tensor } from '../../../tensor/tensor.js'
import { Buffer, Parameter, type Variable } from '../../../tensor/variable.js'
import type { Message } from '../file/schema.js'
import { dtypeOf, type External, type Values, valuesOf } from '../file/tensors.js'
import { markConstant } from './known.js'
import { functionKey, markNarrow, Names, opsetOf, type RunContext, runGraph } from './run.js'
import { graphsIn, type Held, heldIn, rolesIn } from './weights.js'

/** An input or output of a model. */
export interface OnnxPort {
  readonly name: string
  /** Undefined if the file does not say; it has to for inputs. */
  readonly dtype: DType | undefined
  /** Sizes that are not fixed have the name that the file gives them, or ''. Undefined if nothing is known. */
  readonly shape: readonly (number | string)[] | undefined
}

/** One operator of a model. */
export interface OnnxNode {
  /** As the file calls it; '' if it does not. */
  readonly name: string
  /** `Conv`, `Relu` … */
  readonly operator: string
  /** The names of the values that go in, weights among them; '' for an optional one that is left out. */
  readonly inputs: readonly string[]
  /** The names of the values that it gives. */
  readonly outputs: readonly string[]
}

export interface OnnxModelOptions {
  readonly file: string
  readonly external: External
  readonly dtype: 'float32' | undefined
  readonly trainable: ((name: string, shape: readonly number[]) => boolean) | undefined
}

/** Versions of the operators; below 7 only what has not changed since is known, see `run`. */
const OLDEST = 1
const NEWEST = 21

/**
 * A model of an ONNX file as a module: its weights are parameters under the names that they have in the file, statistics of batch
 * normalisation are buffers. It starts in evaluation mode; `train()` lets dropout and batch normalisation do what they do in training.
 */
export class OnnxModel extends Module {
  /** What {@link forward} takes, in the layout of the file: pictures are [batch, channels, height, width]. */
  readonly inputs: readonly OnnxPort[]
  readonly outputs: readonly OnnxPort[]
  /** The operators, each behind those that it takes from; those of inner graphs belong to the operator that has these. */
  readonly nodes: readonly OnnxNode[]
  /** The version of the operators. */
  readonly opset: number
  readonly #graph: Message<'Graph'>
  readonly #functions: ReadonlyMap<string, Message<'Function'>>
  readonly #file: string
  readonly #dtype: 'float32' | undefined
  readonly #external: External
  readonly #variables = new Map<Message<'Tensor'>, Variable>()
  readonly #constants = new Map<Message<'Tensor'>, Node>()

  constructor(model: Message<'Model'>, { file, external, dtype, trainable }: OnnxModelOptions) {
    super()
    const graph = model.graph ?? damaged(file, 'there is no graph in it')
    const opset = opsetOf(model.operatorSets) ?? damaged(file, 'the version of its operators is missing')
    if (opset < OLDEST || opset > NEWEST) {
      fail(
        `${file}: version ${opset} of the operators, where those up to ${NEWEST} are known`,
        `Export the model again for version ${NEWEST} or older, or convert it with onnx.version_converter.`,
      )
    }
    this.#graph = graph
    this.#file = file
    this.#dtype = dtype
    this.#external = external
    this.#functions = new Map(model.functions.map((one) => [functionKey(one.domain, one.name), one]))
    this.opset = opset
    const initialized = new Set(graph.initializers.map(({ name }) => name))
    this.inputs = graph.inputs.filter(({ name }) => !initialized.has(name)).map((port) => this.#port(port))
    this.outputs = graph.outputs.map((port) => this.#port(port))
    this.nodes = graph.nodes.map(({ name = '', operator = '', inputs, outputs }) => ({
      name,
      operator,
      inputs,
      outputs,
    }))
    this.#takeWeights(trainable)
    this.eval()
  }

  /**
   * The first output for the inputs, in the order of {@link OnnxModel.inputs}.
   *
   * @throws ShapeError or DTypeError if an input is not what the file declares
   */
  forward(...inputs: readonly Tensor[]): Tensor {
    return new Tensor(this.#outputsFor(inputs)[0])
  }

  /**
   * All that {@link OnnxModel.nodes} give on the way, by the names of the values, for the inputs in their order. Shapes are known at once;
   * what is not read is not computed.
   *
   * @throws ShapeError or DTypeError if an input is not what the file declares
   * @example
   * const shapes = (model: OnnxModel, x: Tensor) => [...model.values(x)].map(([name, { shape }]) => `${name} ${shape}`)
   */
  values(...inputs: readonly Tensor[]): ReadonlyMap<string, Tensor> {
    const names = new Names()
    this.#outputsFor(inputs, names)
    const given = this.nodes.flatMap(({ outputs }) => outputs)
    return new Map(
      given.flatMap((name) => {
        const node = name === '' ? undefined : names.find(name)
        return node === undefined ? [] : [[name, new Tensor(node)] as const]
      }),
    )
  }

  /** All outputs by name, for inputs by name. @throws if an input is missing or not what the file declares */
  run(inputs: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
    const unknown = Object.keys(inputs).find((name) => !this.inputs.some((port) => port.name === name))
    const names = this.inputs.map(({ name }) => name).join(', ')
    if (unknown !== undefined) fail(`${this.#file}: there is no input '${unknown}'`, `Inputs are ${names}.`)
    const given = this.inputs.map(
      ({ name }) => inputs[name] ?? fail(`${this.#file}: the input '${name}' is missing`, `Inputs are ${names}.`),
    )
    const outputs = this.#outputsFor(given)
    return Object.fromEntries(this.outputs.map(({ name }, i) => [name, new Tensor(outputs[i])]))
  }

  #outputsFor(given: readonly Tensor[], names = new Names()): Node[] {
    if (given.length !== this.inputs.length) {
      const wanted = this.inputs.map(({ name }) => name).join(', ')
      fail(
        `${this.#file}: ${given.length} tensors for ${this.inputs.length} inputs`,
        `Give a tensor for each of: ${wanted}.`,
      )
    }
    const codes = new Map(this.#graph.inputs.map(({ name, type }) => [name, type?.tensor?.elementType]))
    this.inputs.forEach((port, i) => {
      const node = fittingInput(port, expectTensor(this.#file, `input '${port.name}'`, given[i]))
      names.set(port.name, markNarrow(node, codes.get(port.name)))
    })
    return runGraph(this.#graph, names, this.#context(), { opset: this.opset, attributes: new Map() })
  }

  #context(): RunContext {
    const buffers = new Map<Node, Buffer>()
    const nodeOf = (tensor: Message<'Tensor'>): Node => {
      const variable = this.#variables.get(tensor)
      const node = variable?.node ?? this.#constant(tensor)
      if (variable instanceof Buffer) buffers.set(node, variable)
      return node
    }
    return {
      file: this.#file,
      functions: this.#functions,
      training: this.training && !this.frozen,
      constant: nodeOf,
      values: (tensor) => this.#values(tensor),
      dtype: (code, what) => this.#held(dtypeOf(code, what)),
      follow: (node, value) => buffers.get(node)?.assignNode(value),
      initialize: (graph, names) => {
        for (const tensor of graph.initializers) names.set(tensor.name ?? '', nodeOf(tensor))
      },
    }
  }

  #constant(tensor: Message<'Tensor'>): Node {
    const known = this.#constants.get(tensor)
    if (known !== undefined) return known
    const { data, ...type } = this.#values(tensor)
    const node = markNarrow(markConstant(dataNode(type, data)), tensor.dataType)
    this.#constants.set(tensor, node)
    return node
  }

  #values(tensor: Message<'Tensor'>): Values {
    const values = valuesOf(tensor, this.#file, this.#external)
    const dtype = this.#held(values.dtype)
    return dtype === values.dtype ? values : { dtype, shape: values.shape, data: decodeAll(values.dtype, values.data) }
  }

  /** The dtype in which one of the file is held. */
  #held(dtype: DType): DType {
    return this.#dtype !== undefined && isFloat(dtype) && dtypes[dtype].bytes < dtypes[this.#dtype].bytes
      ? this.#dtype
      : dtype
  }

  #takeWeights(trainable: OnnxModelOptions['trainable']): void {
    const roleOf = rolesIn(this.#graph)
    for (const graph of graphsIn(this.#graph)) {
      for (const held of heldIn(graph)) this.#take(held, roleOf, trainable)
    }
  }

  #take(held: Held, roleOf: ReturnType<typeof rolesIn>, trainable: OnnxModelOptions['trainable']): void {
    const { name, tensor } = held
    if (!isFloat(dtypeOf(tensor.dataType ?? 0, `${this.#file}: '${name}'`))) return
    const values = this.#values(tensor)
    const role = roleOf(held, values)
    const isTrained = role !== 'buffer' && (trainable?.(name, values.shape) ?? role === 'parameter')
    if (role === 'constant' && !isTrained) return
    const { data, ...type } = values
    const value = new Tensor(dataNode(type, data))
    const path = name in this || name === '' ? `weight ${this.#variables.size}` : name
    const variable = isTrained ? new Parameter(value, path) : new Buffer(value, path)
    this.#variables.set(tensor, variable)
    Object.defineProperty(this, path, { value: variable, enumerable: true })
  }

  #port({ name = '', type }: Message<'ValueInfo'>): OnnxPort {
    if (type !== undefined && type.tensor === undefined) {
      fail(`${this.#file}: '${name}' is no tensor`, 'Shapewise takes models from tensors to tensors.')
    }
    const { elementType, shape } = type?.tensor ?? {}
    const dtype = elementType === undefined ? undefined : this.#held(dtypeOf(elementType, `${this.#file}: '${name}'`))
    return { name, dtype, shape: shape?.dims.map(({ value, symbol }) => value ?? symbol ?? '') }
  }

  protected override describe(): string {
    const ports = (list: readonly OnnxPort[]): string =>
      list.map(({ name, shape }) => `${name} [${shape?.map((n) => (n === '' ? '?' : n)).join(', ') ?? '…'}]`).join(', ')
    return `${ports(this.inputs)} → ${ports(this.outputs)}`
  }
}

/** Fixed sizes have to be met; numbers of another width are converted, of another kind refused. */
function fittingInput({ name, dtype, shape }: OnnxPort, node: Node): Node {
  const fits =
    shape === undefined ||
    (shape.length === node.rank && shape.every((n, i) => typeof n === 'string' || n === node.shape[i]))
  if (!fits) {
    failShape(
      'onnx',
      `the input '${name}' is ${formatShape(node.shape)} where the file says [${shape.map((n) => (n === '' ? '?' : n)).join(', ')}]`,
      node.rank === 4
        ? 'Pictures of ONNX have their channels behind the batch: x.permute([0, 3, 1, 2]).'
        : 'Sizes with names are free, the others as they are.',
    )
  }
  if (dtype === undefined) return node
  if (dtypes[dtype].kind !== dtypes[node.dtype].kind) {
    failDType(
      'onnx',
      `the input '${name}' is ${node.dtype} where the file says ${dtype}`,
      `Convert with cast('${dtype}').`,
    )
  }
  return build.cast(node, dtype)
}
