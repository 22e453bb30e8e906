import { formatShape } from '../core/shape.js'
import { type Graph, innerGraphs, topologicalOrder } from './graph.js'
import type { Node } from './node.js'
import type { TensorType } from './primitives.js'

export const formatType = ({ dtype, shape }: TensorType): string => `${dtype}${formatShape(shape)}`

/**
 * A graph as text, one node a line, numbered in order of evaluation:
 *
 *     graph (%0: float32[2, 3]) → %2
 *       %1 = exp %0 : float32[2, 3]
 *       %2 = reduceSum %1 axes=[1] : float32[2]
 */
export function printGraph(graph: Graph, indent = ''): string {
  const names = new Map<Node, string>()
  const name = (node: Node): string => {
    const known = names.get(node) ?? `%${names.size}`
    names.set(node, known)
    return known
  }
  const inputs = graph.inputs.map((node) => `${name(node)}: ${formatType(node)}`)
  const lines: string[] = []
  for (const node of topologicalOrder(graph.outputs)) {
    if (names.has(node)) continue
    lines.push(`${indent}  ${printNode(node, name)}`)
    for (const inner of innerGraphs(node)) lines.push(printGraph(inner, `${indent}    `))
  }
  const outputs = graph.outputs.map(name)
  return [`${indent}graph (${inputs.join(', ')}) → ${outputs.join(', ')}`, ...lines].join('\n')
}

function printNode(node: Node, name: (node: Node) => string): string {
  const inputs = node.inputs.map(name)
  const parts = [node.op, ...inputs, ...printAttributes(node)]
  return `${name(node)} = ${parts.join(' ')} : ${node.outputs.map(formatType).join(', ')}`
}

/** `key=value` for the attributes that the output type does not already tell. */
function printAttributes(node: Node): string[] {
  const told = new Set(['shape', 'dtype'])
  return Object.entries(node.attributes)
    .filter(([key, value]) => !told.has(key) && value !== undefined && !isGraph(value) && typeof value !== 'function')
    .map(([key, value]) => `${key}=${printValue(value)}`)
}

const isGraph = (value: unknown): value is Graph => typeof value === 'object' && value !== null && 'outputs' in value

function printValue(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(printValue).join(', ')}]`
  return String(value)
}
