import { expectChoice } from '../../core/arguments.js'
import { failShape } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import { formatShape } from '../../core/shape.js'
import { build, type Node } from '../../graph/index.js'
import { take } from '../indexing/take.js'
import { repeat } from '../movement/joining.js'
import { floating, inFloat32, lift, like, type Operand, stretch } from '../operand.js'
import { cubicWeights } from './cubic.js'
import { perAxis, spatialAxes } from './windows.js'

export interface ResizeOptions {
  /** The nearest element, or along each spatial axis a line between two or a cubic curve between four; 'nearest'. */
  readonly mode?: 'nearest' | 'bilinear' | 'bicubic'
  /**
   * Whether the centres of the corner elements stay where they are, rather than the outer edges of the image (half-pixel centres:
   * place (i + ½) · size / newSize − ½); false. It does not matter for 'nearest'.
   */
  readonly alignCorners?: boolean
}

/**
 * Images of another size: [batch, …spatial, channels] → [batch, …size, channels]. The cubic curves have a = −¾, as in PyTorch
 * (Keys, "Cubic convolution interpolation for digital image processing", 1981); beyond the edge the edge goes on.
 * @throws ShapeError if a size is not a whole number of at least 1, or the image is empty.
 */
export const resize = inFloat32((x: Operand, size: number | readonly number[], options: ResizeOptions = {}): Node => {
  checkOptions('resize', options, { mode: true, alignCorners: true })
  const { mode = 'nearest', alignCorners = false } = options
  expectChoice('resize', 'the mode', mode, ['nearest', 'bilinear', 'bicubic'])
  const image = mode === 'nearest' ? lift(x) : floating(x)
  const sizes = perAxis('resize', 'size', size, spatialAxes('resize', image))
  if (image.shape.slice(1, -1).includes(0)) {
    failShape('resize', `${formatShape(image.shape)} has no elements to take`, 'Sizes must be 1 or more.')
  }
  return sizes.reduce((resized, n, i) => along[mode](resized, i + 1, n, alignCorners), image)
})

type AlongAxis = (x: Node, axis: number, size: number, alignCorners: boolean) => Node

const along: { readonly [M in NonNullable<ResizeOptions['mode']>]: AlongAxis } = {
  nearest: (x, axis, size) => {
    const n = x.shape[axis]
    if (size === n) return x
    if (size % n === 0) return repeat(x, size / n, axis)
    const index = build.iota('int32', [size], 0)
    return take(x, build.div(build.mul(index, like(index, n)), like(index, size)), axis)
  },

  bilinear: (x, axis, size, alignCorners) => {
    const n = x.shape[axis]
    if (size === n) return x
    const place = places(x, axis, size, alignCorners)
    const inside = build.min(build.max(place, like(place, 0)), like(place, n - 1))
    const below = build.min(build.floor(inside), like(place, Math.max(0, n - 2)))
    const lower = build.cast(below, 'int32')
    const first = take(x, lower, axis)
    if (n === 1) return first
    const second = take(x, build.add(lower, like(lower, 1)), axis)
    return build.add(first, build.mul(build.sub(second, first), onAxis(build.sub(inside, below), first, axis)))
  },

  bicubic: (x, axis, size, alignCorners) => {
    const n = x.shape[axis]
    if (size === n) return x
    const place = places(x, axis, size, alignCorners)
    const below = build.floor(place)
    const terms = cubicWeights(build.sub(place, below)).map((weight, i) => {
      const index = build.add(below, like(below, i - 1))
      const inside = build.min(build.max(index, like(index, 0)), like(index, n - 1))
      const taken = take(x, build.cast(inside, 'int32'), axis)
      return build.mul(taken, onAxis(weight, taken, axis))
    })
    return terms.reduce((a, b) => build.add(a, b))
  },
}

/** Where the new elements lie among the old ones, [size]. */
function places(x: Node, axis: number, size: number, alignCorners: boolean): Node {
  const n = x.shape[axis]
  const index = build.iota(x.dtype === 'float64' ? 'float64' : 'float32', [size], 0)
  if (alignCorners) return build.mul(index, like(index, size > 1 ? (n - 1) / (size - 1) : 0))
  const half = like(index, 0.5)
  return build.sub(build.mul(build.add(index, half), like(index, n / size)), half)
}

/** Weights along one axis for all elements of x. */
const onAxis = (weights: Node, x: Node, axis: number): Node =>
  stretch(
    build.reshape(
      build.cast(weights, x.dtype),
      x.shape.map((n, i) => (i === axis ? n : 1)),
    ),
    x.shape,
  )
