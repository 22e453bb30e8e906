import { formatShape } from '../core/shape.js'
import type { Affine, Instruction, Kernel } from './kernels.js'

/**
 * A kernel as text: its head, then one value a line, then what is stored.
 *
 *     loop [128 | 10]
 *       %0 = load 0 [10, 1] : float32
 *       %1 = reduceMax %0 : float32
 *       store 0 [1, 0] = %1
 */
export function printKernel(kernel: Kernel): string {
  if (kernel.kind === 'routine') return `routine ${kernel.node.op}`
  const lines = [headOf(kernel)]
  for (const [i, one] of kernel.instructions.entries()) lines.push(`  %${i} = ${printInstruction(one)} : ${one.dtype}`)
  for (const { output, value, ...place } of kernel.stores) {
    lines.push(`  store ${output} ${formatAffine(place)} = %${value}`)
  }
  return lines.join('\n')
}

/** The kind and sizes of a kernel: `loop [128 | 10]`, rows before the bar. */
export function headOf(kernel: Kernel): string {
  switch (kernel.kind) {
    case 'routine':
      return kernel.node.op
    case 'loop': {
      const rows = kernel.sizes.length - kernel.reduced
      const [outer, inner] = [kernel.sizes.slice(0, rows), kernel.sizes.slice(rows)]
      if (inner.length === 0) return `loop ${formatShape(outer)}`
      return `loop [${[outer.join(', '), '|', inner.join(', ')].join(' ').trim()}]`
    }
    case 'contraction':
      return `contraction ${formatShape(kernel.sizes)} over ${kernel.depth}`
    case 'convolution': {
      const { image, window, channels, outputs, groups } = kernel.extents
      const grouped = groups > 1 ? ` in ${groups} groups` : ''
      return `convolution ${kernel.direction} ${formatShape(image)} × ${formatShape(window)}, ${channels} → ${outputs}${grouped}`
    }
  }
}

function printInstruction(one: Instruction): string {
  switch (one.op) {
    case 'load':
    case 'randomBits':
      return `${one.op} ${one.input} ${formatAffine(one)}`
    case 'iota':
      return `iota ${formatAffine(one)}`
    case 'constant':
      return `constant ${one.value}`
    case 'product':
      return 'product'
    case 'index':
      return `index %${one.operands[0]} below ${one.size}`
    default:
      return [one.op, ...one.operands.map((operand) => `%${operand}`)].join(' ')
  }
}

const formatAffine = ({ offset, strides }: Affine): string =>
  offset === 0 ? formatShape(strides) : `${offset} + ${formatShape(strides)}`
