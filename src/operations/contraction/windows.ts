import { oneOrMore } from '../../core/arguments.js'
import { failShape } from '../../core/errors.js'
import { formatShape } from '../../core/shape.js'
import type { Node, Padding } from '../../graph/index.js'

/** Margins around the spatial axes: none, as many that sizes are only divided by the stride, or numbers per axis or side. */
export type WindowPadding = 'valid' | 'same' | number | readonly (number | Padding)[]

/** Batch and channels around one, two or three spatial axes: how many of these. */
export function spatialAxes(operation: string, x: Node): number {
  if (x.rank < 3) {
    failShape(
      operation,
      `${formatShape(x.shape)} has no spatial axes`,
      'Images are [batch, height, width, channels]; add axes of size 1 with unsqueeze.',
    )
  }
  return x.rank - 2
}

/** One value per spatial axis, from one for all or a list. */
export function perAxis(
  operation: string,
  what: string,
  value: number | readonly number[],
  count: number,
  least = 1,
): number[] {
  const list = typeof value === 'number' ? new Array<number>(count).fill(value) : [...oneOrMore(operation, what, value)]
  if (list.length !== count || list.some((n) => !Number.isInteger(n) || n < least)) {
    failShape(
      operation,
      `${what} ${typeof value === 'number' ? value : formatShape(value)} does not fit ${count} spatial axes`,
      `Give one whole number, ${least} or more, for all axes or one for each.`,
    )
  }
  return list
}

/** Paddings per axis; 'same' gives ⌈size / stride⌉ places, with the odd element of the margin behind. */
export function resolvePadding(
  operation: string,
  padding: WindowPadding,
  sizes: readonly number[],
  reaches: readonly number[],
  strides: readonly number[],
): Padding[] {
  if (padding === 'valid') return sizes.map(() => [0, 0])
  if (padding === 'same') {
    return sizes.map((n, i) => {
      const places = Math.ceil(n / strides[i])
      const total = Math.max(0, (places - 1) * strides[i] + reaches[i] - n)
      return [Math.floor(total / 2), Math.ceil(total / 2)]
    })
  }
  const list = typeof padding === 'number' ? sizes.map(() => padding) : padding
  const pairs = list.map((item): Padding => (typeof item === 'number' ? [item, item] : item))
  if (pairs.length !== sizes.length || pairs.flat().some((n) => !Number.isInteger(n) || n < 0)) {
    failShape(
      operation,
      `padding ${JSON.stringify(padding)} does not fit ${sizes.length} spatial axes`,
      "Give 'valid', 'same', or one number or pair of whole numbers, 0 or more, per axis.",
    )
  }
  return pairs
}
