import { fail } from '../../../../core/errors.js'
import { range } from '../../../../core/shape.js'
import type { Graph } from '../../../../graph/graph.js'
import type { Node } from '../../../../graph/node.js'
import type { Primitive } from '../../../../graph/primitives.js'
import type { Draft } from '../../file/schema.js'
import { codeOf, INT64 } from '../../file/tensors.js'
import { Emitter } from '../emitter.js'
import { type ExportRow, plain } from './row.js'

/** An input of an inner graph: a value of its own, or one from outside. */
type Given = { readonly name: string } | { readonly outside: Node }

/** Writes a graph inside of a node, whose inputs are given in order; gives the names of its outputs. */
function inside(
  graph: Graph,
  given: readonly Given[],
  emitter: Emitter,
  nodes?: Draft<'Node'>[],
): { inner: Emitter; outputs: string[] } {
  const inner = new Emitter(emitter.shared, emitter.write, emitter, nodes)
  graph.inputs.forEach((node, i) => {
    const value = given[i]
    if ('name' in value) inner.place(node, value.name)
    else inner.placeOutside(node, value.outside)
  })
  inner.writeAll(graph)
  return { inner, outputs: graph.outputs.map((node) => inner.plain(node)) }
}

const port = (name: string, node: Node): Draft<'ValueInfo'> => ({
  name,
  type: { tensor: { elementType: codeOf[node.dtype] } },
})

const condition = (name: string): Draft<'ValueInfo'> => ({
  name,
  type: { tensor: { elementType: codeOf.bool, shape: { dims: [] } } },
})

/** Outputs of a graph have names that nothing else has, not even its inputs. */
const copied = (names: readonly string[], emitter: Emitter): string[] =>
  names.map((name) => emitter.emit('Identity', [name]))

function bodyGraph(
  name: string,
  inner: Emitter,
  inputs: readonly Draft<'ValueInfo'>[],
  outputs: readonly Draft<'ValueInfo'>[],
): { graph: Draft<'Graph'> } {
  return { graph: { name, nodes: inner.nodes, inputs, outputs } }
}

const fresh = (emitter: Emitter, nodes: readonly Node[], name: string): string[] =>
  nodes.map(() => emitter.shared.names.fresh(name))

const scan: ExportRow<'scan'> = (node, emitter) => {
  const { body, carries, sequences, reverse } = node.attributes
  emitter.variants.pair(emitter.variants.of(node).map((each) => each.attributes.body))
  const own = body.inputs.slice(0, carries + sequences)
  const names = fresh(emitter, own, 'step')
  const given: Given[] = [
    ...names.map((name) => ({ name })),
    ...node.inputs.slice(own.length).map((outside) => ({ outside })),
  ]
  const { inner, outputs } = inside(body, given, emitter)
  const results = copied(outputs, inner)
  const graph = bodyGraph(
    'step',
    inner,
    own.map((each, i) => port(names[i], each)),
    results.map((name, i) => port(name, body.outputs[i])),
  )
  const directions = (count: number): number[] => range(count).map(() => Number(reverse))
  const collected = body.outputs.length - carries
  const inputs = node.inputs.slice(0, own.length).map((each) => emitter.plain(each))
  const attributes = {
    body: graph,
    num_scan_inputs: sequences,
    ...(sequences > 0 && reverse ? { scan_input_directions: directions(sequences) } : {}),
    ...(collected > 0 && reverse ? { scan_output_directions: directions(collected) } : {}),
  }
  if (sequences === 0 && collected > 0 && reverse) {
    fail('toOnnx: a scan without sequences goes backwards', 'Let it go forwards, and flip what it collects.')
  }
  if (sequences > 0)
    emitter.setResults(node, emitter.emitSeveral('Scan', inputs, attributes, body.outputs.length, node))
  else emitter.setResults(node, counted(node, graph, inputs, body.outputs.length, emitter))
}

/** A scan over nothing but its number of steps is a loop. */
function counted(
  node: Node<'scan'>,
  { graph }: { graph: Draft<'Graph'> },
  inputs: readonly string[],
  outputs: number,
  emitter: Emitter,
): string[] {
  const [index, before, after] = ['index', 'goes_on', 'goes_on'].map((name) => emitter.shared.names.fresh(name))
  const body: Draft<'Graph'> = {
    ...graph,
    nodes: [...(graph.nodes ?? []), { operator: 'Identity', inputs: [before], outputs: [after] }],
    inputs: [
      { name: index, type: { tensor: { elementType: INT64, shape: { dims: [] } } } },
      condition(before),
      ...(graph.inputs ?? []),
    ],
    outputs: [condition(after), ...(graph.outputs ?? [])],
  }
  const length = emitter.variants.size(node, (each) => each.attributes.length)
  const steps = emitter.emit('Reshape', [emitter.sizes([length]), emitter.ints([])])
  return emitter.emitSeveral(
    'Loop',
    [steps, emitter.scalar(1, 'bool'), ...inputs],
    { body: { graph: body } },
    outputs,
    node,
  )
}

const whileLoop: ExportRow<'whileLoop'> = (node, emitter) => {
  const { condition: test, body, carries } = node.attributes
  const { variants } = emitter
  variants.pair(variants.of(node).map((each) => each.attributes.condition))
  variants.pair(variants.of(node).map((each) => each.attributes.body))
  const captured: Given[] = node.inputs.slice(carries).map((outside) => ({ outside }))
  const start = node.inputs.slice(0, carries)
  // Whether there is a first step is decided before the loop, whether there is another one at the end of each.
  const first = inside(test, [...start.map((outside) => ({ outside })), ...captured], emitter, emitter.nodes).outputs[0]
  const names = fresh(emitter, start, 'state')
  const { inner, outputs } = inside(body, [...names.map((name) => ({ name })), ...captured], emitter)
  const next = copied(outputs, inner)
  const after = inside(test, [...next.map((name) => ({ name })), ...captured], emitter, inner.nodes).outputs[0]
  const [index, before] = ['index', 'goes_on'].map((name) => emitter.shared.names.fresh(name))
  const goesOn = copied([after], inner)
  const graph = bodyGraph(
    'step',
    inner,
    [
      { name: index, type: { tensor: { elementType: INT64, shape: { dims: [] } } } },
      condition(before),
      ...start.map((each, i) => port(names[i], each)),
    ],
    [condition(goesOn[0]), ...next.map((name, i) => port(name, start[i]))],
  )
  const inputs = ['', first, ...start.map((each) => emitter.plain(each))]
  emitter.setResults(node, emitter.emitSeveral('Loop', inputs, { body: graph }, carries, node))
}

const cond: ExportRow<'cond'> = (node, emitter) => {
  const { whenTrue, whenFalse } = node.attributes
  const { variants } = emitter
  const [predicate, ...operands] = node.inputs
  const [thenBranch, elseBranch] = [whenTrue, whenFalse].map((branch, i) => {
    variants.pair(variants.of(node).map((each) => (i === 0 ? each.attributes.whenTrue : each.attributes.whenFalse)))
    const { inner, outputs } = inside(
      branch,
      operands.map((outside) => ({ outside })),
      emitter,
    )
    const results = copied(outputs, inner)
    return bodyGraph(
      i === 0 ? 'then' : 'else',
      inner,
      [],
      results.map((name, at) => port(name, branch.outputs[at])),
    )
  })
  const attributes = { then_branch: thenBranch, else_branch: elseBranch }
  emitter.setResults(
    node,
    emitter.emitSeveral('If', [emitter.plain(predicate)], attributes, whenTrue.outputs.length, node),
  )
}

/** Calls are written out. */
const call: ExportRow<'call'> = (node, emitter) => {
  const { body } = node.attributes
  emitter.variants.pair(emitter.variants.of(node).map((each) => each.attributes.body))
  const { outputs } = inside(
    body,
    node.inputs.map((outside) => ({ outside })),
    emitter,
    emitter.nodes,
  )
  emitter.setResults(node, outputs)
}

export const structureRows = {
  result: plain((node, emitter) => emitter.plain(node)),
  scan,
  whileLoop,
  cond,
  call,
} as const satisfies { readonly [P in Primitive]?: ExportRow<P> }
