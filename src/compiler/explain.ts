import { sizeOf } from '../core/shape.js'
import type { Node } from '../graph/node.js'
import { formatType } from '../graph/print.js'
import { bytesOf } from '../graph/rules/movement.js'
import { isElementwise } from '../graph/scalar.js'
import type { Operand, Place, Plan, Step } from './plan.js'

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
export function costOf(plan: Plan): Cost {
  let kernels = 0
  let flops = 0
  let bytesMoved = 0
  for (const { node, inputs, outputs, inner } of plan.steps) {
    kernels++
    flops += flopsOf(node)
    for (const operand of [...inputs, ...outputs]) bytesMoved += bytesOf(operand)
    const times = node.op === 'scan' && 'length' in node.attributes ? node.attributes.length : 1
    for (const cost of inner.map(costOf)) {
      kernels += cost.kernels
      flops += cost.flops * times
      bytesMoved += cost.bytesMoved * times
    }
  }
  return { kernels, flops, bytesMoved, arenaBytes: plan.arenaBytes, unsharedBytes: plan.unsharedBytes }
}

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

/** The program as a table: one kernel a line with its types and places, then the totals. */
export function explainPlan(plan: Plan, indent = ''): string {
  const lines = plan.steps.flatMap((step) => explainStep(step, indent))
  for (const { from, output } of plan.copies) lines.push(`${indent}copy ${formatOperand(from)} → output ${output}`)
  const cost = costOf(plan)
  lines.push(
    `${indent}${cost.kernels} kernels, ${quantity(cost.flops, 'flop')}, ${quantity(cost.bytesMoved, 'B')} moved, ` +
      `arena ${quantity(cost.arenaBytes, 'B')} (${quantity(cost.unsharedBytes, 'B')} without sharing)`,
  )
  return lines.join('\n')
}

function explainStep({ node, inputs, outputs, inner }: Step, indent: string): string[] {
  const line = `${indent}${node.op.padEnd(16)} ${inputs.map(formatOperand).join(', ')} → ${outputs.map(formatOperand).join(', ')}`
  return [line, ...inner.map((body) => explainPlan(body, `${indent}  | `))]
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

/** `12.3 MB`, `4.56 Gflop`: with three digits and a decimal prefix. */
export function quantity(value: number, unit: string): string {
  const prefixes = ['', 'k', 'M', 'G', 'T', 'P']
  // Rounded first: 999,999 is 1 M, not 1000 k.
  const rounded = Number(value.toPrecision(3))
  const power = rounded < 1000 ? 0 : Math.min(5, Math.floor(Math.log10(rounded) / 3))
  return `${Number((rounded / 1000 ** power).toPrecision(3))} ${prefixes[power]}${unit}`
}
