import { build, type Graph, makeGraph, type Node, printGraph, type TensorType, verify } from '../../src/graph/index.js'

/** The graph of a function over inputs of these types. */
export function graphOver(types: readonly TensorType[], body: (...inputs: Node[]) => Node | readonly Node[]): Graph {
  const inputs = types.map(({ dtype, shape }) => build.input(dtype, shape))
  return makeGraph(inputs, [body(...inputs)].flat())
}

/** What a pass makes of a graph, verified, as text. */
export function printedAfter(pass: (graph: Graph) => Graph, graph: Graph): string {
  const changed = pass(graph)
  verify(changed)
  return printGraph(changed)
}

/** A text without the indentation that its lines share, and without empty first and last lines. */
export function text(template: TemplateStringsArray): string {
  const lines = template[0].split('\n').filter((line) => line.trim() !== '')
  const indent = Math.min(...lines.map((line) => line.length - line.trimStart().length))
  return lines.map((line) => line.slice(indent)).join('\n')
}
