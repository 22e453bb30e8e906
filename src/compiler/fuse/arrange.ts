import { range, type Shape, sizeOf } from '../../core/shape.js'
import type { Node } from '../../graph/node.js'
import type { Affine } from '../kernels.js'
import { literal } from '../literal.js'
import {
  backThroughMovement,
  type IndexMap,
  identityMap,
  indexAt,
  isMovement,
  placeIn,
  Split,
  sameMap,
  splitMap,
  splitSpace,
} from './index-map.js'
import { foldedAxes, Indices } from './indices.js'
import { isOneHotGather, isReduction, type Roles, withoutReshapes } from './roles.js'

/** A common index space of nodes, and for each of them which of its elements belongs to an index. */
export interface Arrangement {
  /** Sizes of the axes that number the rows, then of the reduced ones. */
  readonly space: Shape
  readonly reduced: number
  readonly maps: ReadonlyMap<Node, IndexMap>
  readonly indices: Indices
}

/** A movement that cannot be followed in this space. */
export class Stuck {
  constructor(readonly node: Node) {}
}

/** With the axes of a tensor (`MOST_AXES`) they make as many as the kernels can have. */
const MOST_SPLITS = 12

/** Finds a space in which all `members` can be computed together, `known` being one for some; `Stuck` or undefined if there is none. */
export function arrange(members: readonly Node[], roles: Roles, known?: Arrangement): Arrangement | Stuck | undefined {
  if (known !== undefined) {
    // Mostly the space of some of them is one for all.
    const result = new Arranger(members, roles, [], known).arrange()
    if (result !== undefined && 'maps' in result) return result
  }
  const splits: Split[] = []
  while (splits.length <= MOST_SPLITS) {
    const result = new Arranger(members, roles, splits).arrange()
    if (!(result instanceof Split)) return result
    splits.push(result)
  }
  return undefined
}

/** The space of nodes of one shape that read each other directly: that shape. */
export function arrangeAlike(members: readonly Node[]): Arrangement {
  const [{ shape }] = members
  const map = identityMap(shape.length)
  const maps = new Map(members.map((node) => [node, map]))
  return { space: shape, reduced: 0, maps, indices: new Indices(shape, 0) }
}

class Arranger {
  readonly #members: ReadonlySet<Node>
  readonly #maps: Map<Node, IndexMap>
  readonly #pending: Node[] = []
  readonly #anchor: Node
  readonly #indices: Indices
  #space: Shape
  #reduced: number
  #problem: Split | Stuck | 'differ' | undefined

  constructor(
    readonly nodes: readonly Node[],
    readonly roles: Roles,
    splits: readonly Split[],
    known?: Arrangement,
  ) {
    this.#members = new Set(nodes)
    if (known !== undefined) {
      this.#space = known.space
      this.#reduced = known.reduced
      this.#indices = known.indices
      this.#anchor = anchorOf(
        nodes.filter((node) => known.maps.has(node)),
        roles,
      )
      this.#maps = new Map(known.maps)
      for (const node of nodes) if (!known.maps.has(node)) this.#pending.push(...this.#neighbours(node))
      return
    }
    this.#maps = new Map()
    this.#anchor = anchorOf(nodes, roles)
    const { shape } = this.#anchor
    let map: IndexMap
    if (roles.roleOf(this.#anchor) === 'fold') {
      const axes = foldedAxes(this.#anchor)
      const source = this.#anchor.inputs[0].shape
      const kept = range(source.length).filter((axis) => !axes.includes(axis))
      this.#space = [...kept, ...axes].map((axis) => source[axis])
      this.#reduced = axes.length
      map = identityMap(this.#space.length).slice(0, kept.length)
      if (isOneHotGather(this.#anchor) && shape.length > map.length) map = [...map, still(this.#space)]
    } else {
      this.#space = shape
      this.#reduced = 0
      map = identityMap(shape.length)
    }
    for (const split of splits) {
      if (split.axis >= this.#space.length - this.#reduced) this.#reduced++
      this.#space = splitSpace(this.#space, split)
      map = splitMap(map, split)
    }
    this.#indices = new Indices(this.#space, this.#reduced)
    this.#assign(this.#anchor, map)
  }

  arrange(): Arrangement | Split | Stuck | undefined {
    this.#propagate()
    for (const node of this.nodes) {
      if (this.#problem !== undefined) break
      if (this.#maps.has(node)) continue
      const guess = this.#guess(node)
      if (guess === undefined) return undefined
      this.#assign(node, guess)
      this.#propagate()
    }
    if (this.#problem instanceof Split || this.#problem instanceof Stuck) return this.#problem
    if (this.#problem !== undefined || !this.#foldsAreWhole()) return undefined
    return { space: this.#space, reduced: this.#reduced, maps: this.#maps, indices: this.#indices }
  }

  /** The members with an index that a node reads or is read by. */
  #neighbours(node: Node): Node[] {
    const read = this.roles.edgesOf(node).map(({ root }) => root)
    return [...read, ...this.roles.readersOf(node)].filter((other) => this.#members.has(other) && this.#maps.has(other))
  }

  #assign(node: Node, map: IndexMap): void {
    const known = this.#maps.get(node)
    if (known === undefined) {
      this.#maps.set(node, map)
      this.#pending.push(node)
    } else if (!sameMap(known, map, this.#space)) {
      this.#problem ??= 'differ'
    }
  }

  #propagate(): void {
    while (this.#problem === undefined) {
      const node = this.#pending.pop()
      if (node === undefined) return
      this.#downFrom(node)
      if (this.nodes.length > 1) this.#upFrom(node)
    }
  }

  /** To the members that this one reads. */
  #downFrom(node: Node): void {
    if (this.roles.roleOf(node) === 'product' || literal(node) !== undefined) return
    const map = this.#maps.get(node) ?? []
    node.inputs.forEach((input, position) => {
      const start = this.#check(this.#indices.ofOperand(node, position, map), node)
      if (start === undefined || literal(input) !== undefined) return
      let at: Node = input
      let current = start
      while (this.roles.roleOf(at) === 'virtual' && at.inputs.length > 0) {
        // All elements are one: no index is needed, whatever is asked of it.
        if (literal(at) !== undefined) return
        if (at.op === 'reshape' && this.#isLoaded(withoutReshapes(at))) return
        const next = isMovement(at) ? this.#check(this.#indices.ofOperand(at, 0, current), at) : current
        if (next === undefined) return
        current = next
        at = at.inputs[0]
      }
      if (this.#members.has(at) && literal(at) === undefined) this.#assign(at, current)
    })
  }

  /** Whatever its shape is called, its elements lie in a row. */
  #isLoaded(node: Node): boolean {
    return this.roles.roleOf(node) !== 'virtual' && !this.#members.has(node)
  }

  /** To the members that read this one, where what they read of it tells which index they have. */
  #upFrom(node: Node): void {
    for (const reader of this.roles.readersOf(node)) {
      if (this.#maps.has(reader) || !this.#members.has(reader) || this.roles.roleOf(reader) === 'product') continue
      const edges = this.roles.edgesOf(reader)
      const special = reader.op === 'gather' || reader.op === 'scatter'
      const edge = edges.find(({ root, position }) => root === node && (position === 0 || !special))
      if (edge === undefined) continue
      let map: IndexMap | undefined = this.#maps.get(node)
      for (const movement of [...edge.path].reverse()) {
        if (map === undefined || !isMovement(movement)) continue
        map = this.#check(backThroughMovement(movement, map, this.#space), undefined)
      }
      const own = map && this.#check(mapFromOperand(reader, map, this.#space), undefined)
      if (own !== undefined) this.#assign(reader, own)
    }
  }

  /** A member that no other tells its index: row-major like the anchor, the anchor's operand, or the rows. */
  #guess(node: Node): IndexMap | undefined {
    if (this.#reduced === 0) {
      const place = placeIn(this.#anchor.shape, this.#maps.get(this.#anchor) ?? [], this.#space)
      const same = sizeOf(node.shape) === sizeOf(this.#space)
      return same ? this.#check(indexAt(place, node.shape, this.#space), undefined) : undefined
    }
    const rows = placeIn(this.#anchor.shape, this.#maps.get(this.#anchor) ?? [], this.#space)
    const elements = this.#indices.ofOperand(this.#anchor, 0, this.#maps.get(this.#anchor) ?? [])
    const source = this.#anchor.inputs[0].shape
    const size = sizeOf(this.roles.roleOf(node) === 'fold' ? node.inputs[0].shape : node.shape)
    if (!Array.isArray(elements) || size !== sizeOf(source)) {
      if (sizeOf(node.shape) !== sizeOf(this.#anchor.shape)) return undefined
      return this.#check(indexAt(rows, node.shape, this.#space), undefined)
    }
    const place = placeIn(source, elements as IndexMap, this.#space)
    if (this.roles.roleOf(node) !== 'fold') return this.#check(indexAt(place, node.shape, this.#space), undefined)
    const operand = this.#check(indexAt(place, node.inputs[0].shape, this.#space), undefined)
    return operand && this.#check(mapFromOperand(node, operand, this.#space), undefined)
  }

  /** Every fold must run over all reduced axes of the space and over nothing else. */
  #foldsAreWhole(): boolean {
    const rows = this.#space.length - this.#reduced
    return this.nodes.every((node) => {
      if (this.roles.roleOf(node) !== 'fold') return true
      const map = this.#maps.get(node) ?? []
      const axes = foldedAxes(node)
      const count = axes.reduce((n, axis) => n * node.inputs[0].shape[axis], 1)
      const inRows = map.every(({ strides }) =>
        strides.every((stride, i) => i < rows || stride === 0 || this.#space[i] === 1),
      )
      return inRows && count === sizeOf(this.#space.slice(rows))
    })
  }

  #check(result: IndexMap | Split | undefined, at: Node | undefined): IndexMap | undefined {
    if (result instanceof Split) this.#problem ??= result
    else if (result === undefined && at !== undefined) this.#problem ??= new Stuck(at)
    else if (result !== undefined) return result
    return undefined
  }
}

/** The member whose elements the space is made for. */
function anchorOf(nodes: readonly Node[], roles: Roles): Node {
  const role = (wanted: string): Node | undefined => nodes.find((node) => roles.roleOf(node) === wanted)
  return role('product') ?? role('fold') ?? nodes.reduce((a, b) => (sizeOf(b.shape) > sizeOf(a.shape) ? b : a))
}

const still = (space: Shape): Affine => ({ offset: 0, strides: space.map(() => 0) })

/** Which element a node has at an index where the one of its operand is known. */
function mapFromOperand(node: Node, operand: IndexMap, space: Shape): IndexMap | Split | undefined {
  if (isMovement(node)) return backThroughMovement(node, operand, space)
  if (isReduction(node)) return operand.filter((_, axis) => !node.attributes.axes.includes(axis))
  if (isOneHotGather(node))
    return node.rank === operand.length ? [...operand.slice(0, -1), still(space)] : operand.slice(0, -1)
  return operand
}
