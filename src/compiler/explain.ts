import { formatType } from '../graph/print.js'
import { costOf, instructionCount } from './cost.js'
import type { KernelPlan, KernelStep } from './kernel-plan.js'
import type { Operand, Place, Plan, Step } from './plan.js'
import { headOf } from './print-kernels.js'
import type { Timing } from './timings.js'

export { type Cost, costOf } from './cost.js'

/** The program as a table: one kernel a line with its types and places, then the totals. */
export function explainPlan(plan: Plan | KernelPlan, indent = ''): string {
  const lines = plan.steps.flatMap((step: Step | KernelStep) => explainStep(step, indent))
  for (const { from, output } of plan.copies) lines.push(`${indent}copy ${formatOperand(from)} → output ${output}`)
  const cost = costOf(plan)
  lines.push(
    `${indent}${cost.kernels} kernels, ${quantity(cost.flops, 'flop')}, ${quantity(cost.bytesMoved, 'B')} moved, ` +
      `arena ${quantity(cost.arenaBytes, 'B')} (${quantity(cost.unsharedBytes, 'B')} without sharing)`,
  )
  if ('cuts' in plan && plan.cuts > 0) lines.push(`${indent}cut groups: ${plan.cuts}`)
  return lines.join('\n')
}

function explainStep(step: Step | KernelStep, indent: string): string[] {
  const { inputs, outputs, inner } = step
  const title = 'kernel' in step ? kernelTitle(step) : step.node.op
  const line = `${indent}${title.padEnd(16)} ${inputs.map(formatOperand).join(', ')} → ${outputs.map(formatOperand).join(', ')}`
  return [line, ...inner.map((body) => explainPlan(body, `${indent}  | `))]
}

/** `loop [128 | 10] of 12 instructions`; what is there by nature does not count: loads, constants, the product itself. */
function kernelTitle({ kernel }: KernelStep): string {
  if (kernel.kind === 'routine') return kernel.node.op
  const count = instructionCount(kernel)
  if (count === 0) return headOf(kernel)
  const instructions = `${count} instruction${count === 1 ? '' : 's'}`
  return `${headOf(kernel)} ${kernel.kind === 'loop' ? 'of' : 'then'} ${instructions}`
}

const formatOperand = (operand: Operand): string => `${formatType(operand)}@${formatPlace(operand.place)}`

function formatPlace(place: Place): string {
  switch (place.kind) {
    case 'arena':
      return String(place.offset)
    case 'constant':
      return `=${place.value}`
    default:
      return `${place.kind} ${place.index}`
  }
}

/** `in 3.1 ms, compiled in 12.0 ms (simplify 4.0, fuse 8.0)`, the first phase being that of tracing. */
export function explainTimings([trace, ...phases]: readonly Timing[]): string {
  const total = phases.reduce((sum, { milliseconds }) => sum + milliseconds, 0)
  const parts = phases.map(({ phase, milliseconds }) => `${phase} ${milliseconds.toFixed(1)}`)
  return `in ${trace.milliseconds.toFixed(1)} ms, compiled in ${total.toFixed(1)} ms (${parts.join(', ')})`
}

/** `12.3 MB`, `4.56 Gflop`: with three digits and a decimal prefix. */
export function quantity(value: number, unit: string): string {
  const prefixes = ['', 'k', 'M', 'G', 'T', 'P']
  // Rounded first: 999,999 is 1 M, not 1000 k.
  const rounded = Number(value.toPrecision(3))
  const power = rounded < 1000 ? 0 : Math.min(5, Math.floor(Math.log10(rounded) / 3))
  return `${Number((rounded / 1000 ** power).toPrecision(3))} ${prefixes[power]}${unit}`
}
