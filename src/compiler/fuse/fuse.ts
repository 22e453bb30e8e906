import { sizeOf } from '../../core/shape.js'
import { type Graph, innerGraphs } from '../../graph/graph.js'
import { isOp, type Node } from '../../graph/node.js'
import type { TensorType } from '../../graph/primitives.js'
import type { Access, Affine, Argument, Kernel, KernelCall, KernelGraph } from '../kernels.js'
import { literal } from '../literal.js'
import { Stuck } from './arrange.js'
import type { Group } from './groups.js'
import { lowerGroup, partition, storeWhatIsStuck } from './partition.js'
import { productOf } from './products.js'
import { Roles, withoutReshapes } from './roles.js'
import { schedule } from './schedule.js'

/** Fusion: a simplified graph as kernels, each of which does as much as it can with what it reads once. */
export function fuse(graph: Graph): KernelGraph {
  const roles = new Roles(graph)
  storeWhatIsStuck(roles)
  const groups = partition(roles)

  const values: TensorType[] = graph.inputs.map(({ dtype, shape }) => ({ dtype, shape }))
  const numbers = new Map<Node, number>(graph.inputs.map((node, index) => [node, index]))
  const nameValue = (node: Node, { dtype, shape }: TensorType): number => {
    const number = values.push({ dtype, shape }) - 1
    numbers.set(node, number)
    return number
  }
  const results = resultsOf(roles)
  const argument = (node: Node): Argument => {
    const { dtype, shape } = node
    const number = numbers.get(node) ?? numbers.get(withoutReshapes(node))
    if (number !== undefined) return { dtype, shape, source: { kind: 'value', value: number } }
    const value = literal(node)
    if (value === undefined) throw new Error(`fuse: ${node.op} #${node.id} is not stored`)
    return { dtype, shape, source: { kind: 'constant', value } }
  }

  const calls: KernelCall[] = []
  for (const group of schedule(groups)) {
    const { kernel, inputs, outputs } = kernelOf(group, groups.storedOf(group.members), roles)
    const numbered = outputs.map((node) => nameValue(node, node))
    if (kernel.kind === 'routine') {
      const { node } = kernel
      node.outputs.forEach((type, index) => {
        const result = results.get(node)?.[index]
        if (isMultiple(node)) numbered.push(nameValue(result ?? node, type))
      })
    }
    if (numbered.every((number) => sizeOf(values[number].shape) === 0)) continue
    calls.push({
      kernel,
      inputs: inputs.map(argument),
      outputs: numbered,
      inner: kernel.kind === 'routine' ? innerGraphs(kernel.node).map(fuse) : [],
    })
  }
  return { graph, values, calls, outputs: graph.outputs.map(argument) }
}

const isMultiple = (node: Node): boolean =>
  node.outputs.length !== 1 || ['scan', 'whileLoop', 'cond', 'call'].includes(node.op)

/** The nodes that read the outputs of nodes with several, by index. */
function resultsOf(roles: Roles): Map<Node, Node[]> {
  const results = new Map<Node, Node[]>()
  for (const node of roles.order) {
    if (!isOp(node, 'result')) continue
    const list = results.get(node.inputs[0]) ?? []
    list[node.attributes.index] = node
    results.set(node.inputs[0], list)
  }
  return results
}

interface Called {
  readonly kernel: Kernel
  readonly inputs: readonly Node[]
  readonly outputs: readonly Node[]
}

function kernelOf({ members }: Group, stored: readonly Node[], roles: Roles): Called {
  const [first] = members
  if (roles.roleOf(first) === 'routine') {
    return { kernel: { kind: 'routine', node: first }, inputs: first.inputs, outputs: isMultiple(first) ? [] : [first] }
  }
  const lowered = lowerGroup(members, stored, roles)
  if (lowered === undefined || lowered instanceof Stuck) throw new Error(`fuse: a group of ${first.op} has no kernel`)
  const { sizes, reduced, instructions, stores, outputs } = lowered
  const productNode = members.find((node) => roles.roleOf(node) === 'product')
  if (productNode === undefined) {
    return { kernel: { kind: 'loop', sizes, reduced, instructions, stores }, inputs: lowered.inputs, outputs }
  }
  const product = productOf(productNode, roles)
  if ('missing' in product) throw new Error(`fuse: ${productNode.op} has an operand without strides`)
  const inputs = [...lowered.inputs]
  const access = ({ root, offset, strides }: Affine & { readonly root: Node }): Access => {
    const known = inputs.indexOf(root)
    return { input: known >= 0 ? known : inputs.push(root) - 1, offset, strides }
  }
  const body = { sizes, instructions, stores }
  return { kernel: { ...product, left: access(product.left), right: access(product.right), ...body }, inputs, outputs }
}
