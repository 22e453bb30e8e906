import { isFloat } from '../../core/dtype.js'
import type { Shape } from '../../core/shape.js'
import { isOp, type Node } from '../../graph/node.js'
import { isElementwise } from '../../graph/scalar.js'
import type { Affine, Instruction, Store } from '../kernels.js'
import { literal } from '../literal.js'
import type { Arrangement } from './arrange.js'
import { type IndexMap, isMovement, placeIn, reshapeMap, Split, sameMap } from './index-map.js'
import { isOneHotGather, isOneHotScatter, type Roles, wholeOf, withoutReshapes } from './roles.js'

/** Code for an arrangement; inputs are the nodes whose elements it loads. */
export interface Lowered {
  readonly sizes: Shape
  readonly reduced: number
  readonly instructions: readonly Instruction[]
  readonly stores: readonly Store[]
  readonly inputs: readonly Node[]
  readonly outputs: readonly Node[]
}

/**
 * Turns members into instructions. `stored` are those whose elements are wanted outside, and concatenations of members.
 * Undefined if that cannot be.
 */
export function lower(
  members: readonly Node[],
  stored: readonly Node[],
  arrangement: Arrangement,
  roles: Roles,
  inlined: ReadonlySet<Node> = new Set(),
): Lowered | undefined {
  const lowering = new Lowering(new Set(members), arrangement, roles, inlined)
  try {
    return lowering.run(stored)
  } catch (problem) {
    if (problem instanceof Conflict) return undefined
    throw problem
  }
}

/** A member is asked for at another index than it has in the arrangement, or no strides or instructions say what an element is. */
class Conflict {}

class Lowering {
  readonly #instructions: Instruction[] = []
  /** By their first operand or their input, and without either: the instructions that others may equal. */
  readonly #users: number[][] = []
  readonly #loads: number[][] = []
  readonly #others: number[] = []
  readonly #values = new Map<Node, number>()
  readonly #inputs: Node[] = []

  constructor(
    readonly members: ReadonlySet<Node>,
    readonly arrangement: Arrangement,
    readonly roles: Roles,
    readonly inlined: ReadonlySet<Node>,
  ) {}

  run(stored: readonly Node[]): Lowered {
    const { space, reduced } = this.arrangement
    const stores = stored.flatMap((node, output): Store[] => {
      if (isOp(node, 'concat') && !this.members.has(node)) return this.#joined(node, output)
      return [{ output, value: this.#member(node), ...this.#placeOf(node) }]
    })
    return { sizes: space, reduced, instructions: this.#instructions, stores, inputs: this.#inputs, outputs: stored }
  }

  #placeOf(node: Node): Affine {
    const { maps, indices } = this.arrangement
    const place = indices.storeOf(node, maps.get(node) ?? [])
    if (place === undefined) throw new Conflict()
    return place
  }

  /** Members stored beside each other. */
  #joined(node: Node<'concat'>, output: number): Store[] {
    const { space, maps } = this.arrangement
    const { axis } = node.attributes
    let start = 0
    return node.inputs.map((part) => {
      const member = withoutReshapes(part)
      this.#placeOf(member)
      const own = maps.get(member) ?? []
      const map = part === member ? own : reshapeMap(own, member.shape, part.shape, space)
      if (map === undefined || map instanceof Split) throw new Conflict()
      const moved = map.map((index, i) => (i === axis ? { ...index, offset: index.offset + start } : index))
      start += part.shape[axis]
      return { output, value: this.#member(member), ...placeIn(node.shape, moved, space) }
    })
  }

  #member(node: Node): number {
    const known = this.#values.get(node)
    if (known !== undefined) return known
    const value = this.#define(node, this.arrangement.maps.get(node) ?? [])
    this.#values.set(node, value)
    return value
  }

  /** The value of an element of `node`. */
  #value(node: Node, map: IndexMap): number {
    if (this.members.has(node) && literal(node) === undefined) {
      const own = this.arrangement.maps.get(node) ?? []
      if (map !== own && !sameMap(map, own, this.arrangement.space)) throw new Conflict()
      return this.#member(node)
    }
    if (this.inlined.has(node) || this.roles.roleOf(node) === 'virtual' || literal(node) !== undefined)
      return this.#define(node, map)
    return this.#load(node, map)
  }

  #isLoaded(node: Node): boolean {
    return this.roles.roleOf(node) !== 'virtual' && !this.members.has(node) && !this.inlined.has(node)
  }

  /** Code for an element of `node` from its operands. */
  #define(node: Node, map: IndexMap): number {
    const { space, indices } = this.arrangement
    const { dtype } = node
    const known = literal(node)
    if (known !== undefined) return this.#emit({ op: 'constant', dtype, value: known })
    if (isOp(node, 'iota')) return this.#emit({ op: 'iota', dtype, ...map[node.attributes.axis] })
    if (isOp(node, 'randomBits')) {
      const input = this.#input(wholeOf(node.inputs[0]))
      return this.#emit({ op: 'randomBits', dtype: 'uint32', input, ...placeIn(node.shape, map, space) })
    }
    const role = this.roles.roleOf(node)
    if (role === 'product') return this.#emit({ op: 'product', dtype })
    if (isMovement(node)) {
      const source = withoutReshapes(node)
      // Whatever its shape is called, the elements of something in memory lie in a row.
      if (node.op === 'reshape' && this.#isLoaded(source)) return this.#load(source, map, node)
      const next = indices.ofOperand(node, 0, map)
      if (next === undefined || next instanceof Split) throw new Conflict()
      return this.#value(node.inputs[0], next)
    }
    if (node.op === 'stopGradient') return this.#value(node.inputs[0], map)
    const { inputs } = node
    const values: number[] = []
    for (let position = 0; position < inputs.length; position++) {
      values.push(this.#value(inputs[position], this.#mapOf(node, position, map)))
    }
    if (isElementwise(node.op)) return this.#emit({ op: node.op, dtype, operands: values })
    if (isOneHotGather(node) || isOneHotScatter(node)) return this.#oneHot(node, values, this.#mapOf(node, 0, map))
    if (node.op === 'reduceSum' || node.op === 'reduceProd' || node.op === 'reduceMax' || node.op === 'reduceMin') {
      return this.#emit({ op: node.op, dtype, operands: [values[0]] })
    }
    throw new Conflict()
  }

  /** Compares the index along the last axis with the wanted one. */
  #oneHot(node: Node<'gather' | 'scatter'>, [x, index, update]: readonly number[], map: IndexMap): number {
    const { dtype } = node
    const source = node.inputs[0]
    const wanted = this.#emit({ op: 'index', dtype: 'int32', operands: [index], size: source.shape[source.rank - 1] })
    const place = this.#emit({ op: 'iota', dtype: 'int32', ...map[source.rank - 1] })
    const here = this.#emit({ op: 'equal', dtype: 'bool', operands: [place, wanted] })
    if (isOp(node, 'scatter')) {
      const { mode } = node.attributes
      const changed = mode === 'set' ? update : this.#emit({ op: mode, dtype, operands: [x, update] })
      return this.#emit({ op: 'where', dtype, operands: [here, changed, x] })
    }
    // Of floats −0, which changes no sum: the chosen element may be −0 itself.
    const nothing = this.#emit({ op: 'constant', dtype, value: isFloat(dtype) ? -0 : 0 })
    const kept = this.#emit({ op: 'where', dtype, operands: [here, x, nothing] })
    return this.#emit({ op: 'reduceSum', dtype, operands: [kept] })
  }

  #mapOf(node: Node, position: number, map: IndexMap): IndexMap {
    const next = this.arrangement.indices.ofOperand(node, position, map)
    if (next === undefined || next instanceof Split) throw new Conflict()
    return next
  }

  /** `seen` is what the node is called where its index is known. */
  #load(node: Node, map: IndexMap, seen = node): number {
    const { offset, strides } = this.arrangement.indices.loadOf(seen, map)
    return this.#emit({ op: 'load', dtype: node.dtype, input: this.#input(node), offset, strides })
  }

  #input(node: Node): number {
    const known = this.#inputs.indexOf(node)
    return known >= 0 ? known : this.#inputs.push(node) - 1
  }

  /** The number of an instruction, which may be there already. */
  #emit(instruction: Instruction): number {
    const alike = this.#alike(instruction)
    for (const known of alike) if (areSame(this.#instructions[known], instruction)) return known
    const value = this.#instructions.push(instruction) - 1
    alike.push(value)
    return value
  }

  #alike(one: Instruction): number[] {
    if ('operands' in one) {
      this.#users[one.operands[0]] ??= []
      return this.#users[one.operands[0]]
    }
    if (!('input' in one)) return this.#others
    this.#loads[one.input] ??= []
    return this.#loads[one.input]
  }
}

/** Whether two instructions give the same. */
function areSame(a: Instruction, b: Instruction): boolean {
  if (a.op !== b.op || a.dtype !== b.dtype) return false
  if ('operands' in a && !('operands' in b && areEqual(a.operands, b.operands))) return false
  if ('input' in a && !('input' in b && a.input === b.input)) return false
  if ('strides' in a && !('strides' in b && a.offset === b.offset && areEqual(a.strides, b.strides))) return false
  if (a.op === 'index') return b.op === 'index' && a.size === b.size
  // −0 and 0 are different constants.
  return a.op !== 'constant' || (b.op === 'constant' && Object.is(a.value, b.value))
}

function areEqual(a: readonly number[], b: readonly number[]): boolean {
  if (a === b) return true
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** All linear functions of the index in the code. */
function affinesOf({ instructions, stores }: Pick<Lowered, 'instructions' | 'stores'>): Affine[] {
  return [...instructions.filter((one) => 'strides' in one), ...stores]
}

/** The same code over an index space with the axes joined as `groups` say: lists of neighbours, by number. */
function withJoinedAxes(lowered: Lowered, groups: readonly (readonly number[])[]): Lowered {
  const join = <A extends Affine>(affine: A): A => ({
    ...affine,
    strides: groups.map((group) => (group.length === 0 ? 0 : affine.strides[group[group.length - 1]])),
  })
  const rows = lowered.sizes.length - lowered.reduced
  return {
    ...lowered,
    sizes: groups.map((group) => group.reduce((size, axis) => size * lowered.sizes[axis], 1)),
    reduced: groups.filter((group) => group.length > 0 && group[0] >= rows).length,
    instructions: lowered.instructions.map((one) => ('strides' in one ? join(one) : one)),
    stores: lowered.stores.map(join),
  }
}

/** Joins axes that lie one after the other in everything, and drops those of size 1: at least one reduced axis stays. */
export function joinAxes(lowered: Lowered): Lowered {
  const { sizes, reduced } = lowered
  const rows = sizes.length - reduced
  const affines = affinesOf(lowered)
  const groups: number[][] = []
  sizes.forEach((size, axis) => {
    const isOnlyReduced = axis === sizes.length - 1 && reduced > 0 && !groups.some((group) => group[0] >= rows)
    if (size === 1 && !isOnlyReduced) return
    const last = groups[groups.length - 1]
    const previous = last?.[last.length - 1]
    const sameKind = previous !== undefined && previous >= rows === axis >= rows
    if (sameKind && joinable(affines, sizes, previous, axis)) last.push(axis)
    else groups.push([axis])
  })
  return withJoinedAxes(lowered, groups)
}

/** Whether the axes are one everywhere: a step along the outer is as far as all steps along the inner. */
const joinable = (affines: readonly Affine[], sizes: Shape, outer: number, inner: number): boolean =>
  affines.every(({ strides }) => strides[outer] === strides[inner] * sizes[inner])

/** Undoes splits: joins axes until the sizes are `wanted`; undefined if the code needs them apart. */
export function joinAxesTo(lowered: Lowered, wanted: Shape): Lowered | undefined {
  const affines = affinesOf(lowered)
  const groups: number[][] = []
  let axis = 0
  for (const size of wanted) {
    const group: number[] = [axis]
    let product = lowered.sizes[axis++]
    while (product < size && axis < lowered.sizes.length) {
      if (!joinable(affines, lowered.sizes, axis - 1, axis)) return undefined
      group.push(axis)
      product *= lowered.sizes[axis++]
    }
    if (product !== size) return undefined
    groups.push(group)
  }
  return axis === lowered.sizes.length ? withJoinedAxes(lowered, groups) : undefined
}
