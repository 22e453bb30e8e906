import { sizeOf } from '../../core/shape.js'
import { type Graph, orderOf } from '../../graph/graph.js'
import { isOp, type Node } from '../../graph/node.js'
import { isElementwise } from '../../graph/scalar.js'
import { literal } from '../literal.js'
import { isMovement } from './index-map.js'

/**
 * What fusion does with a node: `virtual` ones are expressions of the index (movements, iota, known values) and take no
 * memory, `map` works element by element, `fold` over rows, and a `routine` is run as it is.
 * A `source` is there without being computed: an input, or one of the outputs of a routine.
 */
export type Role = 'source' | 'virtual' | 'map' | 'fold' | 'product' | 'routine'

/** Longest row in which one element is found by comparing all indices. */
const ONE_HOT_LIMIT = 4096

/** Where an operand of a node comes from: through which virtual nodes, from the operand down, to which other node. */
export interface Edge {
  readonly position: number
  readonly path: readonly Node[]
  readonly root: Node
}

/** The roles of a graph's nodes, and who reads whom when virtual nodes are looked through. */
export class Roles {
  readonly order: readonly Node[]
  /** Virtual nodes that are stored after all: something needs their elements in a row. */
  readonly #stored = new Set<Node>()
  /** By place in the order. */
  readonly #roles: (Role | undefined)[]
  readonly #edges: (readonly Edge[] | undefined)[]
  #readers: (Node[] | undefined)[] | undefined
  /** Whose operand a node is. */
  #users: Node[][] | undefined

  constructor(readonly graph: Graph) {
    this.order = orderOf(graph)
    this.#roles = this.order.map(() => undefined)
    this.#edges = this.order.map(() => undefined)
    for (const node of this.order) {
      if (this.roleOf(node) === 'routine') for (const input of node.inputs) this.#storeWhole(input)
    }
    for (const output of graph.outputs) this.#storeWhole(output, true)
  }

  /** The place of a node in the order; walks over other graphs may have given it another one meanwhile. */
  #placeOf(node: Node): number {
    if (this.order[node.place] !== node) {
      this.order.forEach((one, place) => {
        one.place = place
      })
      if (this.order[node.place] !== node) throw new Error(`fuse: ${node.op} ${node.id} is not in the graph`)
    }
    return node.place
  }

  roleOf(node: Node): Role {
    const place = this.#placeOf(node)
    const known = this.#roles[place]
    if (known !== undefined) return known
    const isEmpty = sizeOf(node.shape) === 0 || node.inputs.some(({ shape }) => sizeOf(shape) === 0)
    const role = isEmpty ? emptyRole(node) : this.#feedsProducts(node) ? 'virtual' : roleOf(node)
    this.#roles[place] = role
    return role
  }

  /** Whether a node is a 16-bit float as float32 for products alone, which read what it is made of. */
  #feedsProducts(node: Node): boolean {
    const isFor = (user: Node): boolean => {
      const role = roleOf(user)
      return role === 'product' || (role === 'virtual' && this.#usersOf(user).every(isFor))
    }
    return isWidening(node) && !this.graph.outputs.includes(node) && this.#usersOf(node).every(isFor)
  }

  /** Gives a virtual node memory of its own. */
  store(node: Node): void {
    this.#markStored(node)
    // Whoever saw through it, or found that it is a known value.
    const forget = (seen: Node): void => {
      this.#edges[this.#placeOf(seen)] = undefined
      for (const reader of this.#usersOf(seen)) {
        this.#edges[this.#placeOf(reader)] = undefined
        if (this.roleOf(reader) === 'virtual') forget(reader)
      }
    }
    forget(node)
    this.#readers = undefined
  }

  #markStored(node: Node): void {
    this.#stored.add(node)
    this.#roles[this.#placeOf(node)] = 'map'
  }

  isStored(node: Node): boolean {
    return this.#stored.has(node)
  }

  /**
   * Whether a node finds its operands in any space in which its own index is known: there is no reshape on the way that
   * would have to take an index apart.
   */
  isPlain(node: Node): boolean {
    return node.inputs.every((input) => this.#isPlain(input))
  }

  #isPlain(operand: Node): boolean {
    let node = operand
    let isReshaped = false
    // Known values are looked at, too: what is cut out of them has an index like everything else.
    while (this.roleOf(node) === 'virtual' && node.inputs.length > 0 && literal(node) === undefined) {
      if (node.op === 'reshape') isReshaped = true
      else if (isReshaped && node.op !== 'stopGradient') return false
      node = node.inputs[0]
    }
    // An index is nowhere in memory, so that no reshape of it is just another name.
    return !(isReshaped && node.op === 'iota' && this.roleOf(node) === 'virtual')
  }

  /** The nodes that become kernels, or parts of them. */
  computing(): Node[] {
    return this.order.filter((node) => {
      const role = this.roleOf(node)
      return role !== 'source' && role !== 'virtual'
    })
  }

  /** The nodes that read `node`, looking through virtual ones. */
  readersOf(node: Node): readonly Node[] {
    if (this.#readers === undefined) {
      const readers: (Node[] | undefined)[] = this.order.map(() => undefined)
      for (const reader of this.computing()) {
        for (const { root } of this.edgesOf(reader)) {
          const place = this.#placeOf(root)
          const known = readers[place]
          if (known === undefined) readers[place] = [reader]
          else if (known[known.length - 1] !== reader) known.push(reader)
        }
      }
      this.#readers = readers
    }
    return this.#readers[this.#placeOf(node)] ?? nobody
  }

  #usersOf(node: Node): readonly Node[] {
    if (this.#users === undefined) {
      const users: Node[][] = this.order.map(() => [])
      for (const user of this.order) for (const input of new Set(user.inputs)) users[this.#placeOf(input)].push(user)
      this.#users = users
    }
    return this.#users[this.#placeOf(node)]
  }

  /** The operands of a node that are not known values. */
  edgesOf(node: Node): readonly Edge[] {
    const place = this.#placeOf(node)
    let edges = this.#edges[place]
    if (edges === undefined) {
      const role = this.roleOf(node)
      // Known values have no place in what works element by element, in memory or not.
      const isElement = (role === 'map' || role === 'fold') && node.op !== 'randomBits'
      edges = node.inputs.flatMap((input, position) => {
        const edge = this.#edge(input, position, role === 'product')
        return edge === undefined || (isElement && literal(edge.root) !== undefined) ? [] : [edge]
      })
      this.#edges[place] = edges
    }
    return edges
  }

  #edge(operand: Node, position: number, inProduct: boolean): Edge | undefined {
    const path: Node[] = []
    let root = operand
    while (this.roleOf(root) === 'virtual' || (inProduct && isWidening(root))) {
      if (root.inputs.length === 0 || literal(root) !== undefined) return undefined
      path.push(root)
      root = root.inputs[0]
    }
    return { position, path, root }
  }

  /** Routines and callers read whole values: of reshaped ones the original, of other virtual ones a copy. */
  #storeWhole(operand: Node, isOutput = false): void {
    const node = withoutReshapes(operand)
    if (this.roleOf(node) !== 'virtual') return
    if (literal(node) === undefined) this.#markStored(node)
    else if (isOutput || sizeOf(node.shape) > 1) this.#markStored(operand)
  }
}

const nobody: readonly Node[] = []

/** What has to lie in memory for something to read all of `operand`: it without reshapes, unless that is a known value. */
export const wholeOf = (operand: Node): Node => (literal(operand) === undefined ? withoutReshapes(operand) : operand)

/** Whether a node is a 16-bit float as float32: products read their operands as they are, and convert them themselves. */
export const isWidening = (node: Node): boolean =>
  node.op === 'cast' &&
  node.dtype === 'float32' &&
  (node.inputs[0].dtype === 'bfloat16' || node.inputs[0].dtype === 'float16')

/** What lies in memory like `node`. */
export function withoutReshapes(node: Node): Node {
  let root = node
  while (root.op === 'reshape' || root.op === 'stopGradient') root = root.inputs[0]
  return root
}

function roleOf(node: Node): Role {
  if (node.op === 'input' || node.op === 'result') return 'source'
  if (node.op === 'constant' || node.op === 'iota' || node.op === 'stopGradient' || isMovement(node)) return 'virtual'
  if (isElementwise(node.op) || node.op === 'randomBits' || isOneHotScatter(node)) return 'map'
  if (isReduction(node) || isOneHotGather(node)) return 'fold'
  if (node.op === 'dot' || (isOp(node, 'conv') && isPlainConvolution(node))) return 'product'
  return 'routine'
}

/** Nothing is fused where there are no elements; known values and reshapes need no kernel even so. */
const emptyRole = (node: Node): Role =>
  node.op === 'input' || node.op === 'result'
    ? 'source'
    : node.op === 'constant' || node.op === 'reshape' || node.op === 'stopGradient'
      ? 'virtual'
      : 'routine'

/** Not both a gradient's spreading and a forward's striding. */
const isPlainConvolution = ({ attributes: { strides, inputDilation } }: Node<'conv'>): boolean =>
  strides.every((n) => n === 1) || inputDilation.every((n) => n === 1)

export const isReduction = (node: Node): node is Node<'reduceSum' | 'reduceProd' | 'reduceMax' | 'reduceMin'> =>
  node.op === 'reduceSum' || node.op === 'reduceProd' || node.op === 'reduceMax' || node.op === 'reduceMin'

/** Picks one element of each row of something computed: a sum over the row in which all others are left out. */
export function isOneHotGather(node: Node): node is Node<'gather'> {
  if (!isOp(node, 'gather') || node.dtype === 'bool') return false
  const [x, indices] = node.inputs
  return isOneHot(node.attributes.batchDims, x, indices) && isElementwise(x.op)
}

/** Changes one element of each row of something computed: a choice for every element. */
export function isOneHotScatter(node: Node): node is Node<'scatter'> {
  if (!isOp(node, 'scatter') || node.dtype === 'bool') return false
  const [x, indices] = node.inputs
  return isOneHot(node.attributes.batchDims, x, indices) && (isElementwise(x.op) || literal(x) !== undefined)
}

const isOneHot = (batchDims: number, x: Node, indices: Node): boolean =>
  batchDims === x.rank - 1 &&
  x.shape[x.rank - 1] <= ONE_HOT_LIMIT &&
  sizeOf(indices.shape) === sizeOf(x.shape.slice(0, -1))
