import { type Shape, sizeOf } from '../../core/shape.js'
import { isOp, type Node } from '../../graph/node.js'
import { isElementwise } from '../../graph/scalar.js'
import type { Affine } from '../kernels.js'
import {
  coversOnce,
  type IndexMap,
  indexAt,
  isMovement,
  placeIn,
  reshapeMap,
  Split,
  throughMovement,
} from './index-map.js'
import { isOneHotGather, isReduction } from './roles.js'

/** What is known of a node at an index. */
interface Known {
  readonly operands: (IndexMap | Split | undefined)[]
  load: Affine | undefined
  store: Affine | 'never' | undefined
}

/**
 * Where elements are found from an index in one space, each worked out once: a group is arranged and lowered again and again
 * as it grows, and asks for the same.
 */
export class Indices {
  readonly #known = new Map<IndexMap, Map<Node, Known>>()

  constructor(
    readonly space: Shape,
    readonly reduced: number,
  ) {}

  #at(node: Node, map: IndexMap): Known {
    let nodes = this.#known.get(map)
    if (nodes === undefined) {
      nodes = new Map()
      this.#known.set(map, nodes)
    }
    let known = nodes.get(node)
    if (known === undefined) {
      known = { operands: [], load: undefined, store: undefined }
      nodes.set(node, known)
    }
    return known
  }

  /** Which element of its operand a node reads at an index where its own element is known. */
  ofOperand(node: Node, position: number, map: IndexMap): IndexMap | Split | undefined {
    if (isElementwise(node.op)) return map
    const { operands } = this.#at(node, map)
    operands[position] ??= operandMap(node, position, map, this.space, this.reduced)
    return operands[position]
  }

  /** The place of a node's element in memory; axes of size 1 have stride 0, so that equal places look equal. */
  loadOf(node: Node, map: IndexMap): Affine {
    const known = this.#at(node, map)
    if (known.load === undefined) {
      const { space } = this
      const { offset, strides } = placeIn(node.shape, map, space)
      known.load = { offset, strides: strides.map((stride, axis) => (space[axis] === 1 ? 0 : stride)) }
    }
    return known.load
  }

  /** The place at which a node's element is stored, if each is stored once. */
  storeOf(node: Node, map: IndexMap): Affine | undefined {
    const known = this.#at(node, map)
    if (known.store === undefined) {
      const place = placeIn(node.shape, map, this.space)
      known.store = storesOnce(place, this.space, this.reduced, sizeOf(node.shape)) ? place : 'never'
    }
    return known.store === 'never' ? undefined : known.store
  }
}

/** The axes of the first operand that a fold runs over. */
export const foldedAxes = (node: Node): readonly number[] =>
  isReduction(node) ? node.attributes.axes : [node.inputs[0].rank - 1]

/** Which element of its operand a node reads at an index where its own element is known. */
function operandMap(
  node: Node,
  position: number,
  map: IndexMap,
  space: Shape,
  reduced: number,
): IndexMap | Split | undefined {
  if (isMovement(node)) return throughMovement(node, map, space)
  const operand = node.inputs[position]
  if (isReduction(node) || isOneHotGather(node)) {
    if (position > 0) return reshapeMap(map, node.shape, operand.shape, space)
    const axes = foldedAxes(node)
    const within = indexAt(
      placeInReduced(space, reduced),
      axes.map((axis) => operand.shape[axis]),
      space,
    )
    if (within === undefined || within instanceof Split) return within
    let row = 0
    return operand.shape.map((_, axis) => (axes.includes(axis) ? within[axes.indexOf(axis)] : map[row++]))
  }
  if (isOp(node, 'scatter') && position > 0) {
    // One index and one update for each row of the first operand.
    return reshapeMap(map.slice(0, -1), node.shape.slice(0, -1), operand.shape, space)
  }
  return map
}

/** The number of the element within its row. */
function placeInReduced(space: Shape, reduced: number): Affine {
  const rows = space.length - reduced
  const strides = space.map(() => 0)
  let stride = 1
  for (let axis = space.length - 1; axis >= rows; axis--) {
    strides[axis] = stride
    stride *= space[axis]
  }
  return { offset: 0, strides }
}

/** Whether storing at `place` writes each of `elements` places once: per index, or per row where nothing depends on more. */
function storesOnce(place: Affine, space: Shape, reduced: number, elements: number): boolean {
  const rows = space.length - reduced
  /** Whether the place is another for every index along the axes, or the same. */
  const moves = (axes: Shape, strides: Shape): boolean => strides.every((stride, i) => stride !== 0 || axes[i] === 1)
  const rests = (axes: Shape, strides: Shape): boolean => strides.every((stride, i) => stride === 0 || axes[i] === 1)
  const { strides } = place
  const [row, alongRow] = [space.slice(rows), strides.slice(rows)]
  const isOnce = moves(space.slice(0, rows), strides.slice(0, rows)) && (moves(row, alongRow) || rests(row, alongRow))
  return isOnce && coversOnce(place, space, elements)
}
