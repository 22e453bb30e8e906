import { expectInteger } from '../../core/arguments.js'
import { dtypes, isInteger } from '../../core/dtype.js'
import { failDType, failShape } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import { formatShape } from '../../core/shape.js'
import { type Attributes, build, type Node } from '../../graph/index.js'
import { describe, floating, inFloat32, lift, like, numeric, type Operand, stretch } from '../operand.js'

// Rows of one segment need not stand together. In graph networks the rows are messages along edges, the segments nodes.

/** Rows and int32 numbers of their segments, and how many of them there are. */
function segmented(operation: string, x: Node, segments: Operand, count: number): Node {
  const index = lift(segments)
  if (!isInteger(index.dtype)) {
    failDType(operation, `segments are ${describe(index)}`, "They are whole numbers; convert with cast('int32').")
  }
  if (x.rank === 0 || index.rank !== 1 || index.shape[0] !== x.shape[0]) {
    failShape(
      operation,
      `segments ${formatShape(index.shape)} for rows ${formatShape(x.shape)}`,
      'Give a vector with the number of a segment for each row: one for each place of the first axis.',
    )
  }
  if (expectInteger(operation, 'the number of segments', count) < 0) {
    failShape(operation, `${count} segments`, 'Give how many there are, 0 or more.')
  }
  return build.cast(index, 'int32')
}

/** What is in each segment, met by `mode` from `start`. A number outside 0 … count − 1 is an error when the value is computed. */
const gathered = (
  operation: string,
  x: Node,
  index: Node,
  count: number,
  mode: Attributes['scatter']['mode'],
  start: number,
): Node => build.scatter(build.fill(start, [count, ...x.shape.slice(1)], x.dtype), index, x, mode, 0, operation)

const wide = (x: Operand): Node => {
  const node = numeric(x)
  return node.dtype === 'uint8' ? build.cast(node, 'int32') : node
}

/** How many rows each segment has, [count, 1, …] in the dtype of `x`. */
function sizes(operation: string, x: Node, index: Node, count: number): Node {
  const ones = build.fill(1, index.shape, 'int32')
  return build.cast(
    build.reshape(gathered(operation, ones, index, count, 'add', 0), [count, ...x.shape.slice(1).map(() => 1)]),
    x.dtype,
  )
}

/**
 * The sums of the rows of each segment: [rows, …rest] and segments [rows] of 0 … count − 1 → [count, …rest]; 0 where there are
 * none. Booleans and uint8 give int32.
 * @throws ShapeError if there is not one segment for each row. A number outside 0 … count − 1 is an error when the value is computed.
 */
export const segmentSum = inFloat32((x: Operand, segments: Operand, count: number): Node => {
  const node = wide(x)
  return gathered('segmentSum', node, segmented('segmentSum', node, segments, count), count, 'add', 0)
})

/** The means of the rows of each segment, as {@link segmentSum}; 0 where there are none. Integers give float32. */
export const segmentMean = inFloat32((x: Operand, segments: Operand, count: number): Node => {
  const node = floating(x)
  const index = segmented('segmentMean', node, segments, count)
  const total = gathered('segmentMean', node, index, count, 'add', 0)
  const many = sizes('segmentMean', node, index, count)
  return build.div(total, stretch(build.max(many, like(many, 1)), total.shape))
})

export interface SegmentOptions {
  /** What segments without rows get; 0. */
  readonly empty?: number
}

const extreme =
  (operation: string, mode: 'max' | 'min') =>
  (x: Operand, segments: Operand, count: number, options: SegmentOptions = {}): Node => {
    checkOptions(operation, options, { empty: true })
    const node = numeric(x)
    const index = segmented(operation, node, segments, count)
    const { lowest, highest } = dtypes[node.dtype]
    const found = gathered(operation, node, index, count, mode, mode === 'max' ? lowest : highest)
    const many = stretch(sizes(operation, build.cast(node, 'int32'), index, count), found.shape)
    const empty = stretch(build.cast(lift(options.empty ?? 0, node, operation), node.dtype), found.shape)
    return build.where(build.equal(many, like(many, 0)), empty, found)
  }

/** The largest of each segment, element by element, as {@link segmentSum}; `empty` (0) where there are no rows. */
export const segmentMax = extreme('segmentMax', 'max')
/** The smallest of each segment, element by element, as {@link segmentSum}; `empty` (0) where there are no rows. */
export const segmentMin = extreme('segmentMin', 'min')

/**
 * exp(x) / Σ exp(x) over the rows of the same segment: [rows, …rest] → [rows, …rest], the attention of graph networks
 * (Veličković et al., "Graph attention networks", 2018).
 * @throws ShapeError if there is not one segment for each row. A number outside 0 … count − 1 is an error when the value is computed.
 */
export const segmentSoftmax = inFloat32((x: Operand, segments: Operand, count: number): Node => {
  const node = floating(x)
  const index = segmented('segmentSoftmax', node, segments, count)
  const back = (perSegment: Node): Node => build.gather(perSegment, index, 0, 'segmentSoftmax')
  const largest = gathered('segmentSoftmax', build.stopGradient(node), index, count, 'max', -Infinity)
  const power = build.exp(build.sub(node, back(largest)))
  return build.div(power, back(gathered('segmentSoftmax', power, index, count, 'add', 0)))
})
