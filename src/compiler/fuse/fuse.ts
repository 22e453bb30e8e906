import { sizeOf } from '../../core/shape.js'
import { type Graph, innerGraphs } from '../../graph/graph.js'
import { isOp, type Node } from '../../graph/node.js'
import type { TensorType } from '../../graph/primitives.js'
import type { Access, Affine, Argument, Kernel, KernelCall, KernelGraph } from '../kernels.js'
import { literal } from '../literal.js'
import { Stuck } from './arrange.js'
import { factorSums } from './factor.js'
import type { Groups } from './groups.js'
import { lowerArranged, partition, storeWhatIsStuck } from './partition.js'
import { type Draft, type Drafts, recompute } from './recompute.js'
import { Roles, withoutReshapes } from './roles.js'
import { schedule } from './schedule.js'

/** Fusion: a simplified graph as kernels, each of which does as much as it can with what it reads once. */
export function fuse(graph: Graph): KernelGraph {
  const roles = new Roles(factorSums(graph))
  storeWhatIsStuck(roles)
  const groups = partition(roles)
  const prepared = recompute(groups)
  const { drafts, recomputed } = prepared

  // From the end, since a group stores what later ones read.
  const kernels: Called[] = []
  const outputs = roles.graph.outputs
  const needed = new Set<Node>([...outputs, ...outputs.map(withoutReshapes)])
  const joined = new Map<Draft, Node[]>()
  for (const draft of schedule(groups, drafts).reverse()) {
    const home = homeOf(draft, groups, prepared)
    if (home !== undefined) {
      joined.set(home, [...(joined.get(home) ?? []), ...draft.group.members])
      continue
    }
    const stored = [...draft.group.members.filter((node) => needed.has(node)), ...(joined.get(draft) ?? [])]
    if (stored.length === 0 && draft.arrangement !== undefined) continue
    const called = kernelOf(draft, stored, recomputed, roles)
    for (const node of called.inputs) needed.add(node).add(withoutReshapes(node))
    kernels.unshift(called)
  }
  return number(graph, kernels, roles)
}

/** For a concatenation the group that computes all parts, if it can store them beside each other. */
function homeOf({ group }: Draft, groups: Groups, { drafts, recomputed }: Drafts): Draft | undefined {
  const [node] = group.members
  if (node.op !== 'concat' || groups.roles.roleOf(node) !== 'routine') return undefined
  const makers = new Set(node.inputs.map((part) => groups.groupOf(withoutReshapes(part))))
  const [maker] = makers
  const home = makers.size === 1 && maker !== undefined ? drafts.get(maker) : undefined
  if (home?.arrangement === undefined || home.product !== undefined) return undefined
  const lowered = lowerArranged(home.group.members, [node], home.arrangement, groups.roles, recomputed)
  return lowered === undefined || lowered instanceof Stuck ? undefined : home
}

/** Gives numbers to the values between kernels. */
function number(graph: Graph, kernels: readonly Called[], roles: Roles): KernelGraph {
  const values: TensorType[] = graph.inputs.map(({ dtype, shape }) => ({ dtype, shape }))
  const numbers = new Map<Node, number>(graph.inputs.map((node, index) => [node, index]))
  const results = resultsOf(roles)
  const argument = (node: Node): Argument => {
    const { dtype, shape } = node
    const value = numbers.get(node) ?? numbers.get(withoutReshapes(node))
    if (value !== undefined) return { dtype, shape, source: { kind: 'value', value } }
    const known = literal(node)
    if (known === undefined) throw new Error(`fuse: ${node.op} #${node.id} is not stored`)
    return { dtype, shape, source: { kind: 'constant', value: known } }
  }
  const calls: KernelCall[] = []
  for (const { kernel, inputs, outputs } of kernels) {
    const written = outputs.map(({ node, index, dtype, shape }) => {
      const value = values.push({ dtype, shape }) - 1
      for (const name of index === undefined ? [node] : (results.get(node)?.[index] ?? [])) numbers.set(name, value)
      return value
    })
    if (written.every((value) => sizeOf(values[value].shape) === 0)) continue
    const inner = kernel.kind === 'routine' ? innerGraphs(kernel.node).map(fuse) : []
    calls.push({ kernel, inputs: inputs.map(argument), outputs: written, inner })
  }
  return { graph, values, calls, outputs: roles.graph.outputs.map(argument) }
}

const isMultiple = (node: Node): boolean =>
  node.outputs.length !== 1 || ['scan', 'whileLoop', 'cond', 'call'].includes(node.op)

/** The nodes that stand for the outputs of nodes with several, by index. */
function resultsOf(roles: Roles): Map<Node, Node[][]> {
  const results = new Map<Node, Node[][]>()
  for (const node of roles.order) {
    if (!isOp(node, 'result')) continue
    const [source] = node.inputs
    const lists = results.get(source) ?? source.outputs.map(() => [])
    lists[node.attributes.index].push(node)
    results.set(source, lists)
  }
  return results
}

/** An output of a kernel: a node, or one of the outputs of a node with several. */
interface Written extends TensorType {
  readonly node: Node
  readonly index?: number
}

interface Called {
  readonly kernel: Kernel
  readonly inputs: readonly Node[]
  readonly outputs: readonly Written[]
}

const written = (node: Node): Written => ({ node, dtype: node.dtype, shape: node.shape })

function kernelOf(
  { group, arrangement, product }: Draft,
  stored: readonly Node[],
  recomputed: ReadonlySet<Node>,
  roles: Roles,
): Called {
  const { members } = group
  const [first] = members
  if (arrangement === undefined) {
    const outputs = isMultiple(first)
      ? first.outputs.map((type, index) => ({ node: first, index, ...type }))
      : [written(first)]
    return { kernel: { kind: 'routine', node: first }, inputs: first.inputs, outputs }
  }
  // What is computed again wherever it is read need not be computed at home.
  const lowered = lowerArranged(members, stored, arrangement, roles, recomputed)
  if (lowered === undefined || lowered instanceof Stuck) throw new Error(`fuse: a group of ${first.op} has no code`)
  const { sizes, reduced, instructions, stores } = lowered
  const outputs = lowered.outputs.map(written)
  if (product === undefined) {
    return { kernel: { kind: 'loop', sizes, reduced, instructions, stores }, inputs: lowered.inputs, outputs }
  }
  const inputs = [...lowered.inputs]
  const access = ({ root, offset, strides }: Affine & { readonly root: Node }): Access => {
    const known = inputs.indexOf(root)
    return { input: known >= 0 ? known : inputs.push(root) - 1, offset, strides }
  }
  const body = { sizes, instructions, stores }
  return { kernel: { ...product, left: access(product.left), right: access(product.right), ...body }, inputs, outputs }
}
