import { allocate, type DType, decodeAll, encodeAll } from '../../core/dtype.js'
import { sizeOf } from '../../core/shape.js'
import type { Attributes, Primitive, TensorType } from '../../graph/primitives.js'
import type { Elements, Run } from './elements.js'
import { evaluations } from './evaluations.js'

/** Rows that move elements as they are stored, or pass them on to inner graphs. */
const storageLevel: ReadonlySet<Primitive> = new Set<Primitive>([
  'bitcast',
  'stopGradient',
  'reshape',
  'permute',
  'expand',
  'slice',
  'concat',
  'gather',
  'result',
  'scan',
  'whileLoop',
  'cond',
  'call',
])

const isSmallFloat = (dtype: DType): boolean => dtype === 'float16' || dtype === 'bfloat16'

/** A zeroed value. */
export function allocateElements({ dtype, shape }: TensorType): Elements {
  return { dtype, shape, data: allocate(dtype, sizeOf(shape)) }
}

/**
 * Computes one primitive into `outputs`. 16-bit floats, which are stored as bit patterns, are given to the rows of
 * the table as float32 and rounded once afterwards.
 */
export function evaluate<P extends Primitive>(
  op: P,
  inputs: readonly Elements[],
  outputs: readonly Elements[],
  attributes: Attributes[P],
  run: Run,
): void {
  const row = evaluations[op]
  const hasSmallFloats =
    inputs.some(({ dtype }) => isSmallFloat(dtype)) || outputs.some(({ dtype }) => isSmallFloat(dtype))
  if (!hasSmallFloats || storageLevel.has(op)) {
    row(inputs, outputs, attributes, run)
    return
  }
  const wide = outputs.map((output) =>
    isSmallFloat(output.dtype) ? allocateElements({ dtype: 'float32', shape: output.shape }) : output,
  )
  row(inputs.map(decoded), wide, attributes, run)
  outputs.forEach(({ dtype, data }, i) => {
    if (isSmallFloat(dtype)) encodeAll(dtype, wide[i].data, data)
  })
}

function decoded(value: Elements): Elements {
  if (!isSmallFloat(value.dtype)) return value
  return { dtype: 'float32', shape: value.shape, data: decodeAll(value.dtype, value.data) }
}
