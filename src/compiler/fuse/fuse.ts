import { sizeOf } from '../../core/shape.js'
import { type Graph, innerGraphs } from '../../graph/graph.js'
import { hasResults, isOp, type Node } from '../../graph/node.js'
import type { TensorType } from '../../graph/primitives.js'
import type { Access, Affine, Argument, Kernel, KernelCall, KernelGraph } from '../kernels.js'
import { literal } from '../literal.js'
import { codeOf } from './code.js'
import { noteCut } from './cuts.js'
import { type Draft, Drafts, type Fused, Uncoded } from './drafts.js'
import { factorSums } from './factor.js'
import { partition } from './partition.js'
import { recompute } from './recompute.js'
import { Roles, wholeOf, withoutReshapes } from './roles.js'
import { schedule } from './schedule.js'
import { storeWhatIsStuck } from './stuck.js'

/** Fusion: a simplified graph as kernels, each of which does as much as it can with what it reads once. */
export function fuse(graph: Graph): KernelGraph {
  const roles = new Roles(factorSums(graph))
  storeWhatIsStuck(roles)
  const apart = new Set<Node>()
  let mayRecompute = true
  for (let cuts = 0; ; cuts++) {
    try {
      return number(graph, kernelsOf(roles, apart, mayRecompute), roles, cuts)
    } catch (problem) {
      // Decisions carry their code, so this is for mistakes in the above: what has none is cut into its members, which have.
      if (!(problem instanceof Uncoded) || !mayRecompute) throw problem
      noteCut()
      mayRecompute = problem.members.some((node) => !apart.has(node))
      for (const node of problem.members) apart.add(node)
    }
  }
}

/** The kernels in order. @throws Uncoded if a group has no code */
function kernelsOf(roles: Roles, apart: ReadonlySet<Node>, mayRecompute: boolean): Called[] {
  const drafts = new Drafts(partition(roles, apart))
  if (mayRecompute) {
    recompute(drafts)
    joinParts(drafts)
  }
  // From the end, since what nothing reads any more need not be computed.
  const kernels: Called[] = []
  const needed = new Set<Node>()
  const need = (operand: Node): void => {
    const node = wholeOf(operand)
    needed.add(node)
    // Of a node with several outputs all are written.
    if (node.op === 'result') needed.add(node.inputs[0])
  }
  roles.graph.outputs.forEach(need)
  for (const draft of schedule(drafts).reverse()) {
    const called = draft.fused === undefined ? routineOf(draft, needed) : kernelOf(draft, draft.fused, needed, drafts)
    if (called === undefined) continue
    for (const node of called.inputs) need(node)
    kernels.push(called)
  }
  return kernels.reverse()
}

/** Lets the group that computes all parts of a concatenation store them beside each other, if it can. */
function joinParts(drafts: Drafts): void {
  for (const draft of drafts.all) {
    const [node] = draft.group.members
    if (draft.fused !== undefined || node.op !== 'concat') continue
    const parts = node.inputs.map(wholeOf)
    const [home, ...others] = new Set(parts.map((part) => drafts.homeOf(part)))
    if (others.length > 0 || home?.fused === undefined || home.fused.product !== undefined) continue
    const isOnlyPart = (part: Node): boolean =>
      parts.includes(part) && drafts.readersOf(part).size === 1 && !drafts.wanted.has(part)
    const stored = [...home.fused.stored.filter((part) => !isOnlyPart(part)), node]
    const changed = drafts.changed(home, stored)
    if (changed === undefined) continue
    drafts.change(home, changed)
    draft.isJoined = true
  }
}

/** Gives numbers to the values between kernels. */
function number(graph: Graph, kernels: readonly Called[], roles: Roles, cuts: number): KernelGraph {
  const values: TensorType[] = graph.inputs.map(({ dtype, shape }) => ({ dtype, shape }))
  const numbers = new Map<Node, number>(graph.inputs.map((node, index) => [node, index]))
  const results = resultsOf(roles)
  const argument = (node: Node): Argument => {
    const { dtype, shape } = node
    const value = numbers.get(node) ?? numbers.get(withoutReshapes(node))
    if (value !== undefined) return { dtype, shape, source: { kind: 'value', value } }
    const known = literal(node)
    if (known === undefined) throw new Uncoded([node])
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
  return { graph, values, calls, outputs: roles.graph.outputs.map(argument), cuts }
}

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

function routineOf({ group, isJoined }: Draft, needed: ReadonlySet<Node>): Called | undefined {
  const [node] = group.members
  if (isJoined || !needed.has(node)) return undefined
  const outputs = hasResults(node) ? node.outputs.map((type, index) => ({ node, index, ...type })) : [written(node)]
  return { kernel: { kind: 'routine', node }, inputs: node.inputs, outputs }
}

/** The kernel of a group, without what is not needed of it any more: what is computed again where it is read, for example. */
function kernelOf({ group }: Draft, fused: Fused, needed: ReadonlySet<Node>, drafts: Drafts): Called | undefined {
  const { members } = group
  const { stored, arrangement, product } = fused
  if (members.some((node) => needed.has(node) && !stored.includes(node))) throw new Uncoded(members)
  const kept = stored.filter((node) => needed.has(node))
  if (kept.length === 0) return undefined
  const isWhole = kept.length === stored.length
  const code = isWhole ? fused.code : codeOf(members, kept, arrangement, drafts.groups.roles, drafts.recomputed)
  if (code === undefined) throw new Uncoded(members)
  const { sizes, reduced, instructions, stores } = code
  const outputs = code.outputs.map(written)
  if (product === undefined) {
    return { kernel: { kind: 'loop', sizes, reduced, instructions, stores }, inputs: code.inputs, outputs }
  }
  const inputs = [...code.inputs]
  const access = ({ root, offset, strides }: Affine & { readonly root: Node }): Access => {
    const known = inputs.indexOf(root)
    return { input: known >= 0 ? known : inputs.push(root) - 1, offset, strides }
  }
  const body = { sizes, instructions, stores }
  return { kernel: { ...product, left: access(product.left), right: access(product.right), ...body }, inputs, outputs }
}
