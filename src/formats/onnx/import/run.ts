import { fail, ShapewiseError } from '../../../core/errors.js'
import { didYouMean } from '../../../core/suggestion.js'
import { damaged } from '../../../data/formats/damage.js'
import type { Node } from '../../../graph/node.js'
import type { Message } from '../file/schema.js'
import { NodeAttributes } from './attributes.js'
import { Call, type Surroundings } from './call.js'
import { folded, isConstant } from './known.js'
import { isOperator, operatorNames, operators } from './table.js'
import { wrapped } from './wrapping.js'

/** Names of values with what they stand for, in a graph and those around it. */
export class Names {
  readonly #values = new Map<string, Node>()
  constructor(private readonly outer?: Names) {}

  find(name: string): Node | undefined {
    return this.#values.get(name) ?? this.outer?.find(name)
  }

  set(name: string, node: Node): void {
    this.#values.set(name, node)
  }
}

/** What is the same for the whole of a run. */
export interface RunContext extends Omit<Surroundings, 'runGraph'> {
  readonly file: string
  readonly functions: ReadonlyMap<string, Message<'Function'>>
  /** The tensors that a graph holds, put under their names. */
  readonly initialize: (graph: Message<'Graph'>, names: Names) => void
}

/** What operators mean in a graph: their version, and the attributes of the function that it belongs to. */
interface Meaning {
  readonly opset: number
  readonly attributes: ReadonlyMap<string, Message<'Attribute'>>
}

export const functionKey = (domain: string | undefined, name: string | undefined): string =>
  `${domain ?? ''}:${name ?? ''}`

/** The version of the standard's operators. */
export function opsetOf(sets: readonly Message<'OperatorSet'>[]): number | undefined {
  return sets.find(({ domain = '' }) => isStandard(domain))?.version
}

const isStandard = (domain: string): boolean => domain === '' || domain === 'ai.onnx'

/** The outputs of a graph whose inputs have been put under their names. */
export function runGraph(graph: Message<'Graph'>, names: Names, context: RunContext, meaning: Meaning): Node[] {
  context.initialize(graph, names)
  runNodes(graph.nodes, names, context, meaning)
  return graph.outputs.map(
    ({ name = '' }) => names.find(name) ?? damaged(context.file, `nothing computes the output '${name}'`),
  )
}

function runNodes(nodes: readonly Message<'Node'>[], names: Names, context: RunContext, meaning: Meaning): void {
  for (const node of nodes) {
    const label = `${node.operator ?? 'node'} '${node.name || node.outputs[0] || ''}'`
    const inputs = node.inputs.map((name) => {
      if (name === '') return undefined
      return names.find(name) ?? damaged(context.file, `${label} uses '${name}', which nothing before it computes`)
    })
    const results = withLabel(label, () => resultsOf(node, label, inputs, names, context, meaning))
    node.outputs.forEach((name, i) => {
      const result = results[i]
      if (name !== '' && result !== undefined) names.set(name, result)
    })
  }
}

/** Errors of our operations say which node of the model they belong to. */
function withLabel<T>(label: string, body: () => T): T {
  try {
    return body()
  } catch (error) {
    if (error instanceof ShapewiseError && !error.message.includes(label)) error.message = `${label}: ${error.message}`
    throw error
  }
}

function resultsOf(
  node: Message<'Node'>,
  label: string,
  inputs: readonly (Node | undefined)[],
  names: Names,
  context: RunContext,
  meaning: Meaning,
): readonly (Node | undefined)[] {
  const { operator = '', domain = '' } = node
  const given = attributesFor(node, meaning)
  const local = context.functions.get(functionKey(domain, operator))
  if (local !== undefined) return runFunction(local, inputs, given, context, meaning)
  if (!isStandard(domain)) {
    return fail(
      `${label}: it belongs to the operators of '${domain}'`,
      'Export the model with operators of the ONNX standard only.',
    )
  }
  if (!isOperator(operator)) {
    return fail(
      `${label}: there is no such operator`,
      `${didYouMean(operator, operatorNames)} Convert the model to version 7 … 21 of the operators.`.trim(),
    )
  }
  const row = operators[operator]
  if (typeof row !== 'function') return fail(`${label}: ${operator} is not supported`, row.refused)
  if (meaning.opset < 7 && !unchanged.includes(operator)) {
    return fail(
      `${label}: version ${meaning.opset} of ${operator} may have another meaning`,
      'Convert the model to version 7 or newer of the operators with onnx.version_converter.',
    )
  }
  const call = new Call(operator, label, meaning.opset, inputs, new NodeAttributes(label, given), node.outputs.length, {
    ...context,
    runGraph: (graph, values) => {
      const inner = new Names(names)
      graph.inputs.forEach(({ name = '' }, i) => {
        if (values[i] !== undefined) inner.set(name, values[i])
      })
      return runGraph(graph, inner, context, meaning)
    },
  })
  const returned = row(call)
  const results = Array.isArray(returned) ? (returned as readonly (Node | undefined)[]) : [returned as Node]
  return finished(operator, inputs, results)
}

const random = [
  'Bernoulli',
  'Dropout',
  'Multinomial',
  'RandomNormal',
  'RandomNormalLike',
  'RandomUniform',
  'RandomUniformLike',
]

/** Whole numbers of fewer bits than what holds them, by their type in the file. */
const narrow = new WeakMap<Node, number>()
export const markNarrow = (node: Node, code: number | undefined): Node => {
  if (code !== undefined && node.dtype === 'int32') narrow.set(node, code)
  return node
}
/** Operators whose whole numbers may leave the range of their type, and those that give others than they take. */
const leaving = [
  'Abs',
  'Add',
  'BitShift',
  'BitwiseNot',
  'CumSum',
  'Div',
  'MatMul',
  'Mul',
  'Neg',
  'Pow',
  'ReduceProd',
  'ReduceSum',
  'ReduceSumSquare',
  'Sub',
  'Sum',
]
const changing = ['ArgMax', 'ArgMin', 'Cast', 'CastLike', 'NonZero', 'Shape', 'Size', 'TopK', 'Unique']

/** Results of constants are constants; whole numbers wrap as the file's types do. */
function finished(
  operator: string,
  inputs: readonly (Node | undefined)[],
  results: readonly (Node | undefined)[],
): readonly (Node | undefined)[] {
  const code = inputs[0] === undefined ? undefined : narrow.get(inputs[0])
  const isNarrow = code !== undefined && !changing.includes(operator)
  const fitting = isNarrow
    ? results.map((node) => node && markNarrow(leaving.includes(operator) ? wrapped(node, code) : node, code))
    : results
  if (
    random.includes(operator) ||
    inputs.length === 0 ||
    !inputs.every((node) => node === undefined || isConstant(node))
  )
    return fitting
  return fitting.map((node) => node && folded(node))
}

/** Operators that are in versions before 7 what they are in 7. */
const unchanged: readonly string[] = [
  ...[
    'Abs',
    'Ceil',
    'Constant',
    'Conv',
    'ConvTranspose',
    'DepthToSpace',
    'Elu',
    'Exp',
    'Flatten',
    'Floor',
    'GlobalAveragePool',
  ],
  ...[
    'GlobalMaxPool',
    'HardSigmoid',
    'Identity',
    'InstanceNormalization',
    'LRN',
    'LeakyRelu',
    'Log',
    'LogSoftmax',
    'MatMul',
  ],
  ...[
    'Neg',
    'Not',
    'Reciprocal',
    'Relu',
    'Selu',
    'Sigmoid',
    'Softmax',
    'Softplus',
    'Softsign',
    'SpaceToDepth',
    'Sqrt',
    'Squeeze',
  ],
  ...['Tanh', 'Transpose', 'Unsqueeze'],
]

/** The attributes of a node; inside of a function some are those of the call. */
function attributesFor(node: Message<'Node'>, { attributes }: Meaning): readonly Message<'Attribute'>[] {
  return node.attributes.flatMap((attribute) => {
    if (attribute.reference === undefined || attribute.reference === '') return [attribute]
    const given = attributes.get(attribute.reference)
    return given === undefined ? [] : [{ ...given, name: attribute.name }]
  })
}

function runFunction(
  local: Message<'Function'>,
  inputs: readonly (Node | undefined)[],
  given: readonly Message<'Attribute'>[],
  context: RunContext,
  meaning: Meaning,
): readonly (Node | undefined)[] {
  const names = new Names()
  local.inputs.forEach((name, i) => {
    const node = inputs[i]
    if (node !== undefined) names.set(name, node)
  })
  const attributes = new Map(
    [...local.attributeDefaults, ...given].map((attribute) => [attribute.name ?? '', attribute]),
  )
  runNodes(local.nodes, names, context, { opset: opsetOf(local.operatorSets) ?? meaning.opset, attributes })
  return local.outputs.map((name) => names.find(name))
}
