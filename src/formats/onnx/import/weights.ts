import { isFloat } from '../../../core/dtype.js'
import { sizeOf } from '../../../core/shape.js'
import type { Message } from '../file/schema.js'
import type { Values } from '../file/tensors.js'

/** What a tensor of a file is to the module made of it. */
export type Role = 'parameter' | 'buffer' | 'constant'

/** A tensor that a graph holds, as initializer or constant, with the name of its value. */
export interface Held {
  readonly name: string
  readonly tensor: Message<'Tensor'>
}

/** Operators that bring values into another form: what they are given may be a weight. */
const movements = [
  'Cast',
  'Concat',
  'Expand',
  'Flatten',
  'Identity',
  'Reshape',
  'Slice',
  'Split',
  'Squeeze',
  'Transpose',
  'Unsqueeze',
]

const weightPlaces: { readonly [operator: string]: readonly number[] } = {
  BatchNormalization: [1, 2],
  Conv: [1, 2],
  ConvTranspose: [1, 2],
  Einsum: [0, 1, 2],
  Gather: [0],
  Gemm: [0, 1, 2],
  GroupNormalization: [1, 2],
  GRU: [1, 2, 3, 5],
  InstanceNormalization: [1, 2],
  LayerNormalization: [1, 2],
  LSTM: [1, 2, 3, 5, 6, 7],
  MatMul: [0, 1],
  PRelu: [1],
  RNN: [1, 2, 3, 5],
}

/** Where a tensor of several elements is a weight: a single number there is part of a formula. */
const largePlaces: { readonly [operator: string]: readonly number[] } = {
  Add: [0, 1],
  Div: [0, 1],
  Mul: [0, 1],
  Sub: [0, 1],
  ...Object.fromEntries(movements.map((operator) => [operator, operator === 'Concat' ? [0, 1, 2, 3] : [0]])),
}

const statistics: { readonly [operator: string]: readonly number[] } = { BatchNormalization: [3, 4] }

/** A graph and all inside of its nodes. */
export function* graphsIn(graph: Message<'Graph'>): Generator<Message<'Graph'>> {
  yield graph
  for (const { attributes } of graph.nodes) {
    for (const { graph: inner, graphs } of attributes) {
      for (const one of inner === undefined ? graphs : [inner, ...graphs]) yield* graphsIn(one)
    }
  }
}

/** The tensors that a graph itself holds. */
export function heldIn(graph: Message<'Graph'>): Held[] {
  const constants = graph.nodes.flatMap(({ operator, outputs, attributes }) => {
    const tensor = operator === 'Constant' ? attributes.find(({ name }) => name === 'value')?.tensor : undefined
    return tensor === undefined ? [] : [{ name: outputs[0] ?? '', tensor }]
  })
  return [...graph.initializers.map((tensor) => ({ name: tensor.name ?? '', tensor })), ...constants]
}

/** For each name of a value the operators that use it, with the place of the input. */
function usesIn(graph: Message<'Graph'>): ReadonlyMap<string, readonly (readonly [operator: string, place: number])[]> {
  const uses = new Map<string, [string, number][]>()
  for (const { nodes } of graphsIn(graph)) {
    for (const { operator = '', inputs } of nodes) {
      inputs.forEach((name, place) => {
        uses.set(name, [...(uses.get(name) ?? []), [operator, place]])
      })
    }
  }
  return uses
}

/** Decides by its uses what each tensor is: weights are trained, statistics are state, the rest is part of formulas. */
export function rolesIn(graph: Message<'Graph'>): (held: Held, values: Values) => Role {
  const uses = usesIn(graph)
  return ({ name }, { dtype, shape }) => {
    const places = uses.get(name) ?? []
    const isUsedIn = (table: { readonly [operator: string]: readonly number[] }): boolean =>
      places.some(([operator, place]) => Object.hasOwn(table, operator) && table[operator].includes(place))
    if (!isFloat(dtype)) return 'constant'
    if (isUsedIn(statistics)) return 'buffer'
    return isUsedIn(weightPlaces) || (sizeOf(shape) > 1 && isUsedIn(largePlaces)) ? 'parameter' : 'constant'
  }
}
