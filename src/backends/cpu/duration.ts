import { costOf } from '../../compiler/cost.js'
import type { KernelPlan } from '../../compiler/kernel-plan.js'
import { sizeOf } from '../../core/shape.js'
import { isOp, type Node } from '../../graph/node.js'
import type { Primitive } from '../../graph/primitives.js'

/** What a core does in a millisecond: operations of products and loops, bytes from memory, operations of routines. */
const FLOPS = 5e7
const BYTES = 1e7
const ROUTINE = 1e6
/** What it takes to begin a kernel. */
const KERNEL = 0.0005

/** Operations of routines for each element of the first operand, times the length of its last axis. */
const perElement: Partial<Record<Primitive, number>> = {
  cholesky: 0.3,
  triangularSolve: 1,
  lu: 1,
  qr: 2,
  eigh: 20,
  svd: 40,
}

/** About how many milliseconds a run takes on one core; a loop whose number of turns nobody knows takes forever. */
export function estimateMilliseconds(plan: KernelPlan): number {
  const { flops, bytesMoved, kernels } = costOf(plan)
  return flops / FLOPS + bytesMoved / BYTES + kernels * KERNEL + routineMilliseconds(plan)
}

/** What the cost of a plan leaves out. */
function routineMilliseconds({ steps }: KernelPlan): number {
  let sum = 0
  for (const { kernel, inner } of steps) {
    if (kernel.kind !== 'routine') continue
    const { node } = kernel
    if (isOp(node, 'whileLoop')) return Infinity
    const turns = isOp(node, 'scan') ? node.attributes.length : 1
    sum += operations(node) / ROUTINE
    for (const body of inner) sum += turns * routineMilliseconds(body)
  }
  return sum
}

function operations(node: Node): number {
  if (node.inputs.length === 0) return 0
  const { shape } = node.inputs[0]
  const n = shape[shape.length - 1] ?? 1
  // A comparison of a sort costs about as much as ten operations, since nobody can guess its outcome.
  if (node.op === 'argSort') return 10 * sizeOf(shape) * Math.log2(Math.max(n, 2))
  return (perElement[node.op] ?? 0) * sizeOf(shape) * n
}
