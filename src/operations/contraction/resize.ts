import { failShape } from '../../core/errors.js'
import { formatShape } from '../../core/shape.js'
import { build, type Node } from '../../graph/index.js'
import { take } from '../indexing/take.js'
import { repeat } from '../movement/joining.js'
import { floating, inFloat32, lift, like, type Operand } from '../operand.js'
import { perAxis, spatialAxes } from './windows.js'

export interface ResizeOptions {
  /** The nearest element, or linear interpolation along each spatial axis; 'nearest'. */
  readonly mode?: 'nearest' | 'bilinear'
  /** Whether the centres of the corner elements stay where they are, rather than the outer edges; false. */
  readonly alignCorners?: boolean
}

/** Images of another size: [batch, …spatial, channels] → [batch, …size, channels]. */
export const resize = inFloat32((x: Operand, size: number | readonly number[], options: ResizeOptions = {}): Node => {
  const image = options.mode === 'bilinear' ? floating(x) : lift(x)
  const sizes = perAxis('resize', 'size', size, spatialAxes('resize', image))
  if (image.shape.slice(1, -1).includes(0)) {
    failShape('resize', `${formatShape(image.shape)} has no elements to take`, 'Sizes must be 1 or more.')
  }
  const along = options.mode === 'bilinear' ? interpolate : nearest
  return sizes.reduce((resized, n, i) => along(resized, i + 1, n, options.alignCorners ?? false), image)
})

function nearest(x: Node, axis: number, size: number): Node {
  const n = x.shape[axis]
  if (size === n) return x
  if (size % n === 0) return repeat(x, size / n, axis)
  const index = build.iota('int32', [size], 0)
  return take(x, build.div(build.mul(index, like(index, n)), like(index, size)), axis)
}

function interpolate(x: Node, axis: number, size: number, alignCorners: boolean): Node {
  const n = x.shape[axis]
  if (size === n) return x
  const dtype = x.dtype === 'float64' ? 'float64' : 'float32'
  const index = build.iota(dtype, [size], 0)
  const half = like(index, 0.5)
  const place = alignCorners
    ? build.mul(index, like(index, size > 1 ? (n - 1) / (size - 1) : 0))
    : build.sub(build.mul(build.add(index, half), like(index, n / size)), half)
  const inside = build.min(build.max(place, like(index, 0)), like(index, n - 1))
  const below = build.min(build.floor(inside), like(index, Math.max(0, n - 2)))
  const lower = build.cast(below, 'int32')
  const shape = x.shape.map((_, i) => (i === axis ? size : 1))
  const weight = build.reshape(build.cast(build.sub(inside, below), x.dtype), shape)
  const first = take(x, lower, axis)
  if (n === 1) return first
  const second = take(x, build.add(lower, like(lower, 1)), axis)
  return build.add(first, build.mul(build.sub(second, first), build.expand(weight, first.shape)))
}
