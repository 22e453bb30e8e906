import { dtypes } from '../core/dtype.js'
import { sizeOf } from '../core/shape.js'
import { isOp, type Node } from '../graph/node.js'
import { bytesOf } from '../graph/rules/movement.js'
import { isElementwise } from '../graph/scalar.js'
import type { KernelPlan, KernelStep } from './kernel-plan.js'
import type { Affine, Body, Contraction, Convolution, Kernel } from './kernels.js'
import { isFold } from './phases.js'
import type { Operand, Plan, Step } from './plan.js'

/** What one run of a program costs. */
export interface Cost {
  readonly kernels: number
  /** Floating point operations: 2 per multiply-add of a contraction, 1 per element of anything else that computes. */
  readonly flops: number
  /** Bytes read and written by all kernels. */
  readonly bytesMoved: number
  readonly arenaBytes: number
  readonly unsharedBytes: number
}

/** Costs of the steps; bodies of scans count once per step of the scan, of other loops and branches once. */
export function costOf(plan: Plan | KernelPlan): Cost {
  let kernels = 0
  let flops = 0
  let bytesMoved = 0
  for (const step of plan.steps) {
    const own = stepCost(step)
    kernels++
    flops += own.flops
    bytesMoved += own.bytes
    const { inner } = step
    const node = 'kernel' in step ? (step.kernel.kind === 'routine' ? step.kernel.node : undefined) : step.node
    const times = node !== undefined && isOp(node, 'scan') ? node.attributes.length : 1
    for (const cost of inner.map((body: Plan | KernelPlan) => costOf(body))) {
      kernels += cost.kernels
      flops += cost.flops * times
      bytesMoved += cost.bytesMoved * times
    }
  }
  return { kernels, flops, bytesMoved, arenaBytes: plan.arenaBytes, unsharedBytes: plan.unsharedBytes }
}

/** What a step costs itself, without what is inside of it. */
export const stepCost = (step: Step | KernelStep): { readonly flops: number; readonly bytes: number } =>
  'kernel' in step
    ? { flops: kernelFlops(step.kernel), bytes: kernelBytes(step) }
    : { flops: flopsOf(step.node), bytes: operandBytes(step) }

function flopsOf(node: Node): number {
  const elements = sizeOf(node.shape)
  if (node.op === 'dot') return 2 * elements * node.inputs[0].shape[node.inputs[0].rank - 1]
  if (node.op === 'conv') {
    const kernel = node.inputs[1].shape
    return 2 * elements * sizeOf(kernel.slice(0, -1))
  }
  if (node.op.startsWith('reduce')) return sizeOf(node.inputs[0].shape)
  return isElementwise(node.op) ? elements : 0
}

/** Instructions that compute: not loads, constants, indices and the product of a contraction. */
export const instructionCount = ({ instructions }: Body): number => instructions.filter(isComputing).length

export const isComputing = ({ op }: Body['instructions'][number]): boolean =>
  isElementwise(op) || op === 'randomBits' || op.startsWith('reduce')

function kernelFlops(kernel: Kernel): number {
  if (kernel.kind === 'routine') return flopsOf(kernel.node)
  const elements = sizeOf(kernel.sizes)
  const rows = kernel.kind === 'loop' ? sizeOf(kernel.sizes.slice(0, kernel.sizes.length - kernel.reduced)) : elements
  const perRow = rowValues(kernel, kernel.kind === 'loop' ? kernel.reduced : 0)
  let flops = kernel.kind === 'loop' ? 0 : productFlops(kernel)
  kernel.instructions.forEach((one, i) => {
    if (isComputing(one)) flops += isFold(one) || !perRow[i] ? elements : rows
  })
  return flops
}

/** Whether each value is one per row. */
function rowValues({ sizes, instructions }: Body, reduced: number): boolean[] {
  const values: boolean[] = []
  const inRow = ({ strides }: Affine): boolean =>
    sizes.some((_, axis) => axis >= sizes.length - reduced && strides[axis] !== 0)
  for (const one of instructions) {
    if (reduced === 0) values.push(false)
    else if (isFold(one)) values.push(true)
    else if ('operands' in one) values.push(one.operands.every((operand) => values[operand]))
    else values.push(!('strides' in one && inRow(one)))
  }
  return values
}

/** 2 per multiply-add. */
function productFlops(kernel: Contraction | Convolution): number {
  if (kernel.kind === 'contraction') return 2 * sizeOf(kernel.sizes) * kernel.depth
  const { batch, window, places, groups, channels, outputs } = kernel.extents
  return 2 * batch * sizeOf(window) * sizeOf(places) * groups * channels * outputs
}

const operandBytes = ({
  inputs,
  outputs,
}: {
  readonly inputs: readonly Operand[]
  readonly outputs: readonly Operand[]
}): number => [...inputs, ...outputs].reduce((sum, operand) => sum + bytesOf(operand), 0)

/** What a kernel writes, and of its inputs the elements that it reads. */
function kernelBytes({ kernel, inputs, outputs }: KernelStep): number {
  if (kernel.kind === 'routine') return operandBytes({ inputs, outputs })
  const read = inputs.map(() => 0)
  const { sizes } = kernel
  for (const one of kernel.instructions) {
    if (one.op === 'load') read[one.input] += sizeOf(sizes.filter((_, axis) => one.strides[axis] !== 0))
    if (one.op === 'randomBits') read[one.input] += 2
  }
  if (kernel.kind !== 'loop') for (const { input } of [kernel.left, kernel.right]) read[input] = Infinity
  const bytes = inputs.map((input, i) => Math.min(read[i], sizeOf(input.shape)) * dtypes[input.dtype].bytes)
  return [...bytes, ...outputs.map(bytesOf)].reduce((sum, n) => sum + n, 0)
}
