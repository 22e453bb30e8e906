import type { DType } from '../core/dtype.js'
import type { Shape } from '../core/shape.js'
import { type Cost, costOf, isComputing, stepCost } from './cost.js'
import type { KernelPlan, KernelStep } from './kernel-plan.js'
import type { Operand, Place, Plan, Step } from './plan.js'
import { headOf } from './print-kernels.js'

/** A value that a kernel reads or writes, and where it lies. */
export interface OperandReport {
  readonly dtype: DType
  readonly shape: Shape
  /** An argument or variable, a result, bytes of the arena from an offset on, or a number. */
  readonly place: Place
}

/** One kernel of a program. */
export interface KernelReport {
  /** Its kind and sizes: `convolution forward [28, 28] × [5, 5], 1 → 6`. */
  readonly title: string
  readonly kind: 'loop' | 'contraction' | 'convolution' | 'routine'
  /** The primitives that have been fused into it, in the order in which they are computed. */
  readonly operations: readonly string[]
  readonly inputs: readonly OperandReport[]
  readonly outputs: readonly OperandReport[]
  /** Floating point operations of one run: 2 per multiply-add, 1 per element of anything else. */
  readonly flops: number
  /** Bytes that it reads and writes. */
  readonly bytes: number
  /** What runs inside of a loop or branch. */
  readonly inner: readonly PlanReport[]
}

/** A program as it is planned. */
export interface PlanReport extends Omit<Cost, 'kernels'> {
  readonly kernels: readonly KernelReport[]
}

/** What {@link explainPlan} prints, as data. */
export function reportOf(plan: Plan | KernelPlan): PlanReport {
  const steps: readonly (Step | KernelStep)[] = plan.steps
  return { ...costOf(plan), kernels: steps.map(kernelReport) }
}

function kernelReport(step: Step | KernelStep): KernelReport {
  const operand = ({ dtype, shape, place }: Operand): OperandReport => ({ dtype, shape, place })
  return {
    ...headlines(step),
    inputs: step.inputs.map(operand),
    outputs: step.outputs.map(operand),
    ...stepCost(step),
    inner: step.inner.map((body: Plan | KernelPlan) => reportOf(body)),
  }
}

function headlines(step: Step | KernelStep): Pick<KernelReport, 'title' | 'kind' | 'operations'> {
  if (!('kernel' in step)) return { title: step.node.op, kind: 'routine', operations: [step.node.op] }
  const { kernel } = step
  if (kernel.kind === 'routine') {
    return { title: kernel.node.op, kind: 'routine', operations: [kernel.node.op] }
  }
  const computing = kernel.instructions.filter(isComputing).map(({ op }) => op)
  const product = kernel.kind === 'loop' ? [] : [kernel.kind === 'contraction' ? 'dot' : 'conv']
  return { title: headOf(kernel), kind: kernel.kind, operations: [...product, ...computing] }
}
