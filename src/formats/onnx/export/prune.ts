import type { Draft } from '../file/schema.js'
import { outputName } from './emitter.js'
import type { Names } from './names.js'

type NodeDraft = Draft<'Node'>

/** The graphs inside of a node. */
const graphsOf = ({ attributes = [] }: NodeDraft): Draft<'Graph'>[] => attributes.flatMap(({ graph }) => graph ?? [])

/** The nodes that the outputs need, in order, with those in graphs inside pruned too; `used` collects all names that are asked for. */
export function pruned(nodes: readonly NodeDraft[], outputs: Iterable<string>, used: Set<string>): NodeDraft[] {
  for (const name of outputs) used.add(name)
  const kept: NodeDraft[] = []
  for (const node of [...nodes].reverse()) {
    if (!node.outputs?.some((name) => used.has(name))) continue
    for (const name of node.inputs ?? []) used.add(name)
    kept.push(
      graphsOf(node).length === 0
        ? node
        : { ...node, attributes: node.attributes?.map((each) => withGraph(each, used)) },
    )
  }
  return kept.reverse()
}

function withGraph(attribute: Draft<'Attribute'>, used: Set<string>): Draft<'Attribute'> {
  const { graph } = attribute
  if (graph === undefined) return attribute
  const outputs = (graph.outputs ?? []).map(({ name = '' }) => name)
  return { ...attribute, graph: { ...graph, nodes: pruned(graph.nodes ?? [], outputs, used) } }
}

/** The nodes with values under other names. */
export function renamed(nodes: readonly NodeDraft[], names: ReadonlyMap<string, string>): NodeDraft[] {
  const of = (name: string): string => names.get(name) ?? name
  return nodes.map((node) => ({
    ...node,
    ...(node.name === undefined ? {} : { name: of(node.name) }),
    inputs: node.inputs?.map(of),
    outputs: node.outputs?.map(of),
    attributes: node.attributes?.map((attribute) =>
      attribute.graph === undefined
        ? attribute
        : {
            ...attribute,
            graph: {
              ...attribute.graph,
              nodes: renamed(attribute.graph.nodes ?? [], names),
              outputs: attribute.graph.outputs?.map((port) => ({ ...port, name: of(port.name ?? '') })),
            },
          },
    ),
  }))
}

/** For each name that was only taken by what nobody needs the shorter one: of nodes, with their outputs, and of initializers. */
export function shorterNames(
  nodes: readonly NodeDraft[],
  initializers: readonly Draft<'Tensor'>[],
  wished: ReadonlyMap<string, string>,
  taken: Names,
): Map<string, string> {
  const names = new Map<string, string>()
  for (const { name = '' } of initializers) names.set(name, taken.fresh(wished.get(name) ?? name))
  const visit = (list: readonly NodeDraft[]): void => {
    for (const node of list) {
      const { name = '', outputs = [] } = node
      const shorter = taken.fresh(wished.get(name) ?? name)
      names.set(name, shorter)
      outputs.forEach((output, i) => {
        if (output === outputName(name, i)) names.set(output, outputName(shorter, i))
      })
      for (const graph of graphsOf(node)) visit(graph.nodes ?? [])
    }
  }
  visit(nodes)
  return names
}
