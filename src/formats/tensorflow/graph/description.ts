import { isPlainObject } from '../../../core/tree.js'
import { damaged } from '../../../data/formats/damage.js'
import { Attributes } from './attributes.js'

/** An operation of a graph. */
export interface GraphNode {
  readonly name: string
  readonly op: string
  /** Names of nodes with the number of an output. */
  readonly inputs: readonly (readonly [name: string, output: number])[]
  readonly attributes: Attributes
}

/** A graph of TensorFlow: its operations by name, and what goes in and comes out. */
export interface GraphDescription {
  readonly nodes: ReadonlyMap<string, GraphNode>
  /** What the signature calls them, and the nodes. */
  readonly inputs: readonly (readonly [name: string, node: string])[]
  readonly outputs: readonly (readonly [name: string, node: string, output: number])[]
}

export function describeGraph(
  list: readonly unknown[],
  json: Readonly<Record<string, unknown>>,
  label: string,
): GraphDescription {
  const nodes = new Map<string, GraphNode>()
  for (const each of list) {
    const node = nodeOf(each, label)
    if (nodes.has(node.name)) damaged(label, `two operations are called '${node.name}'`)
    nodes.set(node.name, node)
  }
  const { inputs, outputs } = isPlainObject(json.signature) ? json.signature : signatureIn(json)
  const placeholders = [...nodes.values()]
    .filter(({ op }) => op === 'Placeholder')
    .map(({ name }) => [name, name] as const)
  const given = portsIn(inputs, label).map(([name, [node]]) => [name, node] as const)
  const wanted = portsIn(outputs, label).map(([name, [node, output]]) => [name, node, output] as const)
  return {
    nodes,
    inputs: given.length > 0 ? given : placeholders,
    outputs: wanted.length > 0 ? wanted : endsOf(nodes),
  }
}

const signatureIn = (json: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> => {
  const { userDefinedMetadata } = json
  const signature = isPlainObject(userDefinedMetadata) ? userDefinedMetadata.signature : undefined
  return isPlainObject(signature) ? signature : {}
}

/** What nothing reads. */
function endsOf(nodes: ReadonlyMap<string, GraphNode>): readonly (readonly [string, string, number])[] {
  const read = new Set([...nodes.values()].flatMap(({ inputs }) => inputs.map(([name]) => name)))
  return [...nodes.keys()].filter((name) => !read.has(name)).map((name) => [name, name, 0])
}

function nodeOf(node: unknown, label: string): GraphNode {
  const { name, op, input = [], attr = {} } = isPlainObject(node) ? node : {}
  if (typeof name !== 'string' || typeof op !== 'string' || !Array.isArray(input) || !isPlainObject(attr)) {
    return damaged(label, 'an operation of the graph is damaged')
  }
  // Those with a circumflex only say what has to be done before.
  const inputs = input.filter((each) => !String(each).startsWith('^')).map((each) => referenceTo(each))
  return { name, op, inputs, attributes: new Attributes(attr, `${label}: ${op} '${name}'`) }
}

/** `name` or `name:1` */
function referenceTo(text: unknown): readonly [string, number] {
  const [, name, output] = /^(.*?)(?::(\d+))?$/.exec(String(text)) ?? []
  return [name ?? '', Number(output ?? 0)]
}

function portsIn(ports: unknown, label: string): readonly (readonly [string, readonly [string, number]])[] {
  if (ports === undefined) return []
  if (!isPlainObject(ports)) return damaged(label, 'the signature is damaged')
  return Object.entries(ports).map(([name, port]) => [name, referenceTo(isPlainObject(port) ? port.name : '')] as const)
}
