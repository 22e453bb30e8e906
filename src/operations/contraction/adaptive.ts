import { failShape } from '../../core/errors.js'
import { formatShape, range } from '../../core/shape.js'
import { build, type Node } from '../../graph/index.js'
import { take } from '../indexing/take.js'
import { floating, inFloat32, lift, like, type Operand, stretch } from '../operand.js'
import { max, sum } from '../reductions.js'
import { perAxis, spatialAxes } from './windows.js'

// Pooling to a given size: output i of o along an axis of n sees elements ⌊i · n / o⌋ … ⌈(i + 1) · n / o⌉ − 1, as in PyTorch.

/** The axis cut into windows, [… n …] → [… o, w …], and where the windows have elements, bool [o, w], if not everywhere. */
function cut(x: Node, axis: number, outputs: number): { windows: Node; present?: Node } {
  const n = x.shape[axis]
  const [before, after] = [x.shape.slice(0, axis), x.shape.slice(axis + 1)]
  if (n % outputs === 0) return { windows: build.reshape(x, [...before, outputs, n / outputs, ...after]) }
  const lengths = range(outputs).map((i) => Math.ceil(((i + 1) * n) / outputs) - Math.floor((i * n) / outputs))
  const shape = [outputs, Math.max(...lengths)]
  const [row, column] = [build.iota('int32', shape, 0), build.iota('int32', shape, 1)]
  /** ⌊(row · n + more) / o⌋ */
  const part = (more: number): Node =>
    build.div(build.add(build.mul(row, like(row, n)), like(row, more)), like(row, outputs))
  const [start, end] = [part(0), part(n + outputs - 1)]
  const index = build.add(start, column)
  const last = build.sub(end, like(row, 1))
  // What is missing is the last element again.
  return { windows: take(x, build.min(index, last), axis), present: build.less(index, end) }
}

function eachAxis(
  operation: string,
  x: Node,
  size: number | readonly number[],
  pool: (x: Node, axis: number, n: number) => Node,
): Node {
  const sizes = perAxis(operation, 'size', size, spatialAxes(operation, x))
  if (x.shape.slice(1, -1).includes(0)) {
    failShape(operation, `${formatShape(x.shape)} has no elements to pool`, 'Sizes must be 1 or more.')
  }
  return sizes.reduce((pooled, n, i) => pool(pooled, i + 1, n), x)
}

/** The mean over windows of about equal size, so that there are `size` places: [batch, …spatial, channels] → [batch, …size, channels]. */
export const adaptiveAvgPool = inFloat32(
  (x: Operand, size: number | readonly number[]): Node =>
    eachAxis('adaptiveAvgPool', floating(x), size, (image, axis, n) => {
      const { windows, present } = cut(image, axis, n)
      if (present === undefined) {
        const total = sum(windows, axis + 1)
        return build.div(total, like(total, windows.shape[axis + 1]))
      }
      const weights = build.cast(present, image.dtype)
      const counts = sum(weights, 1, { keepDims: true })
      const shares = build.div(weights, stretch(counts, weights.shape))
      const shape = windows.shape.map((length, i) => (i === axis || i === axis + 1 ? length : 1))
      return sum(build.mul(windows, stretch(build.reshape(shares, shape), windows.shape)), axis + 1)
    }),
)

/** The largest of windows of about equal size, so that there are `size` places: [batch, …spatial, channels] → [batch, …size, channels]. */
export function adaptiveMaxPool(x: Operand, size: number | readonly number[]): Node {
  return eachAxis('adaptiveMaxPool', lift(x), size, (image, axis, n) => max(cut(image, axis, n).windows, axis + 1))
}
