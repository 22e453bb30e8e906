import { expectChoice } from '../../../core/arguments.js'
import { describe } from '../../../core/describe.js'
import { fail, failShape } from '../../../core/errors.js'
import { checkOptions, type OptionNames } from '../../../core/options.js'
import { version } from '../../../core/version.js'
import { writeBytes } from '../../../data/files/user-files.js'
import type { Node } from '../../../graph/node.js'
import { expectTensor } from '../../../tensor/methods/operand.js'
import type { Tensor } from '../../../tensor/tensor.js'
import {
  checkAlike,
  type Exportable,
  type HeldValue,
  heldBy,
  inEvaluation,
  keysOf,
  pathsOf,
  type TracedVariant,
  variantsOf,
} from '../../tracing/model.js'
import { type Size, Variants } from '../../tracing/sizes.js'
import type { Draft } from '../file/schema.js'
import { codeOf } from '../file/tensors.js'
import { writeMessage } from '../file/write.js'
import { Compounds } from './compounds.js'
import { Emitter, type Shared } from './emitter.js'
import { Names } from './names.js'
import { pruned, renamed, shorterNames } from './prune.js'
import { exportRows } from './table.js'

export interface ToOnnxOptions {
  /** Whether the model takes batches of any size: inputs that have the leading size of the first one have it free; 'dynamic'. */
  readonly batch?: 'dynamic' | 'fixed'
  /**
   * Where pictures (inputs and outputs with 4 axes or more) have their channels: 'last' as in Shapewise, [batch, height, width, channels], or
   * 'first' as is usual in ONNX, [batch, channels, height, width]; 'last'.
   */
  readonly channels?: 'last' | 'first'
  /** 'input', or 'input_0', 'input_1' … */
  readonly inputNames?: readonly string[]
  /** The keys of what is returned, or 'output', or 'output_0', 'output_1' … */
  readonly outputNames?: readonly string[]
  /** The version of the operators: 18, or 20 for runtimes that read it, which has Gelu as one operator; 18. */
  readonly opset?: 18 | 20
  /** 'shapewise' */
  readonly name?: string
}

const optionNames: OptionNames<ToOnnxOptions> = {
  batch: true,
  channels: true,
  inputNames: true,
  outputNames: true,
  opset: true,
  name: true,
}

/**
 * Of the file, for each version of the operators. Version 18 has axes of all reductions as inputs, bitwise operators, and reductions of
 * scatters.
 */
const irVersions = { 18: 8, 20: 9 } as const

/** Weights of this many bytes and more lie beside the model, if any do. */
const SMALL = 1024

/**
 * The bytes of an ONNX file that calculates what a module in evaluation mode, or a function of tensors, does: for onnxruntime, browsers,
 * phones, and other frameworks.
 *
 * Weights carry their paths as names. The graph is that of the primitives, with Conv, Softmax, LayerNormalization and the other operators that
 * several of them make up under their names; pictures are brought into the order of ONNX where it matters only. Primitives without a form in ONNX (factorizations, random numbers) are refused.
 * (ONNX, "Open Neural Network Exchange", operators of version 18 or 20.)
 *
 * @param inputs tensors of the shapes that the model takes; their values do not matter. A batch of 1 is as good as any
 * @throws if there is a primitive that ONNX does not have, or the graph depends on the batch size in another way than by its sizes
 * @example
 * const bytes = await toOnnx(model, [zeros([1, 2])])
 * const again = await fromOnnx(bytes)
 */
export async function toOnnx(
  model: Exportable,
  inputs: readonly Tensor[],
  options: ToOnnxOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  return writeMessage('Model', await drafted(model, inputs, options))
}

export interface WriteOnnxOptions extends ToOnnxOptions {
  /** Whether weights lie in a second file, `NAME.data` beside `NAME`, as they must above 2 GB; false. */
  readonly external?: boolean
}

/**
 * Writes what {@link toOnnx} gives to a file. Node only.
 *
 * @throws as {@link toOnnx}, and if the file cannot be written
 * @example await writeOnnx(path, model, [zeros([1, 2])])
 */
export async function writeOnnx(
  path: string,
  model: Exportable,
  inputs: readonly Tensor[],
  options: WriteOnnxOptions = {},
): Promise<void> {
  checkOptions('writeOnnx', options, { ...optionNames, external: true })
  const { external = false, ...rest } = options
  const draft = await drafted(model, inputs, rest)
  if (!external) return writeBytes(path, writeMessage('Model', draft))
  const name = `${path.split(/[/\\]/).pop()}.data`
  const { tensors, data } = apart(draft.graph?.initializers ?? [], name)
  await writeBytes(`${path}.data`, data)
  await writeBytes(path, writeMessage('Model', { ...draft, graph: { ...draft.graph, initializers: tensors } }))
}

/** Tensors whose bytes lie in another file, one after the other. */
function apart(
  initializers: readonly Draft<'Tensor'>[],
  location: string,
): { tensors: Draft<'Tensor'>[]; data: Uint8Array } {
  const chunks: Uint8Array[] = []
  let offset = 0
  const tensors = initializers.map((tensor) => {
    const bytes = tensor.rawData ?? new Uint8Array()
    if (bytes.length < SMALL) return tensor
    const entries = { location, offset: String(offset), length: String(bytes.length) }
    chunks.push(bytes)
    offset += bytes.length
    return {
      ...tensor,
      rawData: undefined,
      dataLocation: 1,
      externalData: Object.entries(entries).map(([key, value]) => ({ key, value })),
    }
  })
  const data = new Uint8Array(offset)
  let at = 0
  for (const chunk of chunks) {
    data.set(chunk, at)
    at += chunk.length
  }
  return { tensors, data }
}

async function drafted(model: Exportable, inputs: readonly Tensor[], options: ToOnnxOptions): Promise<Draft<'Model'>> {
  checkOptions('toOnnx', options, optionNames)
  const { batch = 'dynamic', channels = 'last', opset = 18, name = 'shapewise' } = options
  expectChoice('toOnnx', 'the batch', batch, ['dynamic', 'fixed'])
  expectChoice('toOnnx', 'the place of channels', channels, ['last', 'first'])
  if (opset !== 18 && opset !== 20) fail(`toOnnx: the opset is ${opset}`, 'Give 18 or 20.')
  if (!Array.isArray(inputs) || inputs.length === 0) {
    fail(
      `toOnnx: the inputs are ${describe(inputs)}`,
      'Give a list with a tensor for each argument: toOnnx(model, [zeros([1, 784])]).',
    )
  }
  const types = inputs.map((each, i) => expectTensor('toOnnx', `input ${i}`, each))
  if (batch === 'dynamic' && types[0].rank === 0) {
    failShape('toOnnx', 'the first input is a scalar, which has no batch axis', "Pass batch: 'fixed'.")
  }
  const traced = inEvaluation('toOnnx', model, (fn) => variantsOf('toOnnx', fn, types, batch))
  const [first, ...others] = traced
  for (const { trace } of others) await checkAlike('toOnnx', first.trace, trace)
  const held = await heldBy(first.trace, types.length, pathsOf(model))
  const graph = written(traced, types, held, { ...options, channels, opset })
  return {
    irVersion: irVersions[opset],
    producerName: 'shapewise',
    producerVersion: version,
    operatorSets: [{ domain: '', version: opset }],
    graph: { ...graph, name },
  }
}

const portNames = (
  given: readonly string[] | undefined,
  otherwise: string,
  count: number,
  what: string,
): readonly string[] => {
  const names = given ?? (count === 1 ? [otherwise] : Array.from({ length: count }, (_, i) => `${otherwise}_${i}`))
  if (
    names.length !== count ||
    new Set(names).size !== count ||
    names.some((name) => typeof name !== 'string' || name === '')
  ) {
    fail(
      `toOnnx: the names of ${what} are ${JSON.stringify(given)}, there are ${count}`,
      'Give each a name of its own.',
    )
  }
  return names
}

function written(
  traced: readonly TracedVariant[],
  types: readonly Node[],
  held: readonly HeldValue[],
  options: ToOnnxOptions & { readonly channels: 'last' | 'first'; readonly opset: number },
): Draft<'Graph'> {
  const { channels, opset } = options
  const { graph, result, origins } = traced[0].trace
  const variants = new Variants(
    'toOnnx',
    traced.map(({ batch, trace }) => ({ batch, graph: trace.graph })),
  )
  const inputNames = portNames(options.inputNames, 'input', types.length, 'inputs')
  const outputNames = portNames(
    options.outputNames ?? keysOf(result.rebuild(result.leaves)),
    'output',
    graph.outputs.length,
    'outputs',
  )
  const common = inputNames.find((name) => outputNames.includes(name))
  if (common !== undefined)
    fail(`toOnnx: '${common}' is the name of an input and of an output`, 'Give each a name of its own.')
  const names = new Names()
  for (const name of [...inputNames, ...outputNames]) names.fresh(name)
  const isDynamic = traced.length > 1
  const shared: Shared = {
    names,
    variants,
    compounds: new Compounds(opset),
    initializers: [],
    wished: new Map(),
    numberOf: numbering(),
    // A layer in another is told as `path (Class)`, the outermost one by its class alone.
    layerOf: ({ id }) => /^(\S+) \(/.exec(origins.of(id)?.() ?? '')?.[1] ?? '',
    batchOf: isDynamic ? { name: inputNames[0], axis: 0 } : undefined,
  }
  const emitter = new Emitter(shared, (node, to) => {
    variants.checkAttributes(node)
    exportRows[node.op](node as never, to)
  })
  const isPicture = (node: Node): boolean => channels === 'first' && node.rank > 3
  graph.inputs.slice(0, types.length).forEach((node, i) => {
    emitter.place(node, inputNames[i], isPicture(node) ? 'first' : 'plain')
  })
  for (const { node, name, values } of held) emitter.placeHeld(node, { name, values })
  emitter.writeAll(graph)
  const ends = graph.outputs.map((node) => (isPicture(node) ? emitter.first(node) : emitter.plain(node)))
  const { nodes, ends: last } = withOutputNames(emitter, ends, outputNames)
  const used = new Set<string>()
  const needed = pruned(nodes, last, used)
  const initializers = shared.initializers.filter(({ name = '' }) => used.has(name))
  const taken = new Names()
  for (const name of [...inputNames, ...outputNames]) taken.fresh(name)
  const shorter = shorterNames(needed, initializers, shared.wished, taken)
  const kept = renamed(needed, shorter)
  const port = (node: Node, name: string): Draft<'ValueInfo'> => {
    const shape = variants.shape(node)
    return portOf(node, name, isPicture(node) ? [shape[0], shape[node.rank - 1], ...shape.slice(1, -1)] : shape)
  }
  return {
    nodes: kept,
    initializers: initializers.map((tensor) => ({ ...tensor, name: shorter.get(tensor.name ?? '') ?? tensor.name })),
    inputs: graph.inputs.slice(0, types.length).map((node, i) => port(node, inputNames[i])),
    outputs: graph.outputs.map((node, i) => port(node, outputNames[i])),
  }
}

/** Numbers things in the order in which they are first asked for. */
function numbering(): (thing: object) => number {
  const numbers = new Map<object, number>()
  return (thing) => {
    const number = numbers.get(thing) ?? numbers.size
    numbers.set(thing, number)
    return number
  }
}

/** Gives outputs their names: what has another use as well, or is an input or a weight, is copied. */
function withOutputNames(
  emitter: Emitter,
  ends: readonly string[],
  names: readonly string[],
): { nodes: Draft<'Node'>[]; ends: readonly string[] } {
  const made = new Set(emitter.nodes.flatMap(({ outputs = [] }) => outputs))
  const renames = new Map<string, string>()
  const copies: Draft<'Node'>[] = []
  ends.forEach((end, i) => {
    if (made.has(end) && !renames.has(end)) renames.set(end, names[i])
    else copies.push({ operator: 'Identity', inputs: [renames.get(end) ?? end], outputs: [names[i]] })
  })
  return { nodes: [...renamed(emitter.nodes, renames), ...copies], ends: names }
}

function portOf({ dtype }: Node, name: string, shape: readonly Size[]): Draft<'ValueInfo'> {
  const dims = shape.map((size): Draft<'Dimension'> => {
    if (typeof size === 'number') return { value: size }
    return size.factor === 1 && size.offset === 0
      ? { symbol: 'batch' }
      : { symbol: `${size.factor} * batch + ${size.offset}` }
  })
  return { name, type: { tensor: { elementType: codeOf[dtype], shape: { dims } } } }
}
