import type { Graph, GraphEdge, GraphNode } from './graph'
import { Rooms } from './rooms'

/** An operator of a file, with the names of the values that it takes and gives. */
interface Operator {
  readonly name: string
  readonly operator: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
}

/** A model as a list of operators. */
export interface Operators {
  readonly inputs: readonly { readonly name: string; readonly shape: readonly (number | string)[] }[]
  readonly outputs: readonly string[]
  readonly nodes: readonly Operator[]
  /** Shapes of values, as far as they are known. */
  readonly shapes: ReadonlyMap<string, readonly number[]>
  /** Shapes of weights, by the names of their values. */
  readonly weights: ReadonlyMap<string, readonly number[]>
}

/** What only says how others are to be done: parts of an operator, not of the drawing. */
const hidden = new Set(['Constant', 'Shape', 'ConstantOfShape'])

/** The drawing of a list of operators; what their names say of modules becomes modules. */
export function graphOfOperators(
  title: string,
  { inputs, outputs, nodes: operators, shapes, weights }: Operators,
): Graph {
  const nodes: GraphNode[] = []
  const rooms = new Rooms(nodes)
  const edges: GraphEdge[] = []
  const makers = new Map<string, number>()
  const shapeOf = (name: string) => shapes.get(name) ?? []
  const blank = { weights: [], parameters: 0, multiplyAdds: 0, memory: 0, parent: -1, detail: '' }
  for (const { name, shape } of inputs) {
    makers.set(name, nodes.length)
    nodes.push({ ...blank, id: rooms.fresh(name || 'input'), kind: 'input', name, type: 'input', outputs: [shape] })
  }
  const seen = new Map<string, number>()
  for (const operator of operators) {
    if (hidden.has(operator.operator)) continue
    const own = operator.inputs.filter((name) => weights.has(name)).map((name) => ({ name, shape: weights.get(name)! }))
    const fresh = own.filter(({ name }) => !seen.has(name))
    const path = pathOf(operator)
    const parent = rooms.of(path.slice(0, -1))
    const place = nodes.length
    const sharedWith = fresh.length === 0 && own[0] !== undefined ? seen.get(own[0].name) : undefined
    for (const { name } of fresh) seen.set(name, place)
    nodes.push({
      id: rooms.fresh(path.join('.')),
      kind: 'layer',
      // An operator without a name of its own.
      name: path.at(-1)!.replace(/_\d+$/, '') === operator.operator ? '' : path.at(-1)!,
      type: operator.operator,
      detail: own.length > 0 && own[0]!.shape.length > 1 ? own[0]!.shape.join(' × ') : '',
      parent,
      outputs: operator.outputs.filter((name) => shapes.has(name)).map(shapeOf),
      weights: fresh,
      parameters: fresh.reduce((sum, { shape }) => sum + sizeOf(shape), 0),
      multiplyAdds: multiplyAdds(operator, (name) => shapes.get(name) ?? weights.get(name)),
      memory: operator.outputs.reduce((sum, name) => sum + (shapes.has(name) ? 4 * sizeOf(shapeOf(name)) : 0), 0),
      ...(shapes.has(operator.outputs[0] ?? '') && { value: operator.outputs[0]! }),
      ...(sharedWith !== undefined && { sharedWith }),
    })
    for (const name of new Set(operator.inputs)) {
      const from = makers.get(name)
      if (from !== undefined) edges.push({ from, to: place, shape: shapes.get(name) ?? nodes[from]!.outputs[0] ?? [] })
    }
    for (const name of operator.outputs) makers.set(name, place)
  }
  for (const name of outputs) {
    const shape = shapeOf(name)
    const from = makers.get(name)
    if (from !== undefined) edges.push({ from, to: nodes.length, shape })
    nodes.push({ ...blank, id: rooms.fresh(`${name} →`), kind: 'output', name, type: 'output', outputs: [shape] })
  }
  return { title, nodes, edges }
}

/** `/layer1/conv1/Conv` of PyTorch, `layers.0.Conv` of this library: modules, then the operator. */
function pathOf({ name, outputs, operator }: Operator): string[] {
  const known = name || outputs.find(Boolean) || operator
  const parts = known.split(known.includes('/') ? '/' : '.').filter(Boolean)
  return parts.length === 0 ? [operator] : parts
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1)

/** As often as products of matrices and convolutions multiply; 0 where sizes are not known. */
function multiplyAdds(
  { operator, inputs, outputs }: Operator,
  shapeOf: (name: string) => readonly number[] | undefined,
): number {
  const [left, right] = inputs.map(shapeOf)
  const result = shapeOf(outputs[0] ?? '')
  if (left === undefined || right === undefined || result === undefined) return 0
  switch (operator) {
    case 'Conv':
      return sizeOf(result) * sizeOf(right.slice(1))
    case 'ConvTranspose':
      return sizeOf(left) * sizeOf(right.slice(1))
    case 'MatMul':
      return sizeOf(result) * (left.at(-1) ?? 0)
    case 'Gemm':
      // One of the two ways round that the right side may lie.
      return sizeOf(result) * (sizeOf(right) / (result.at(-1) || 1))
    default:
      return 0
  }
}
