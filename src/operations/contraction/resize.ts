import { failShape } from '../../core/errors.js'
import { formatShape } from '../../core/shape.js'
import { build, type Node } from '../../graph/index.js'
import { abs, div, maximum, sub } from '../elementwise/arithmetic.js'
import { take } from '../indexing/take.js'
import { repeat } from '../movement/joining.js'
import { moveAxis } from '../movement/shape.js'
import { floating, inFloat32, lift, like, type Operand, stretch } from '../operand.js'
import { sum } from '../reductions.js'
import { cubicKernel, cubicWeights } from './cubic.js'
import { matmul } from './matmul.js'
import { expectedResizeOptions, type ResizeOptions } from './resize-options.js'
import { perAxis, spatialAxes } from './windows.js'

export type { ResizeOptions } from './resize-options.js'

/**
 * Images of another size: [batch, …spatial, channels] → [batch, …size, channels]. The cubic curves are those of Keys, "Cubic convolution
 * interpolation for digital image processing", 1981; beyond the edge the edge goes on.
 *
 * `{ mode: 'bicubic', antialias: true }` is the bicubic of Pillow and, but for the edge, of MATLAB, as in
 * `torch.nn.functional.interpolate(x, size, mode='bicubic', antialias=True)`.
 * @throws ShapeError if a size is not a whole number of at least 1, or the image is empty.
 */
export const resize = inFloat32((x: Operand, size: number | readonly number[], options: ResizeOptions = {}): Node => {
  const settings = expectedResizeOptions('resize', options)
  const { mode, antialias } = settings
  const image = mode === 'nearest' ? lift(x) : floating(x)
  const sizes = perAxis('resize', 'size', size, spatialAxes('resize', image))
  if (image.shape.slice(1, -1).includes(0)) {
    failShape('resize', `${formatShape(image.shape)} has no elements to take`, 'Sizes must be 1 or more.')
  }
  const resizeAxis = antialias && mode !== 'nearest' ? smoothed(kernels[mode]) : along[mode]
  return sizes.reduce(
    (resized, n, i) => (n === resized.shape[i + 1] ? resized : resizeAxis(resized, i + 1, n, settings)),
    image,
  )
})

type AlongAxis = (x: Node, axis: number, size: number, settings: Required<ResizeOptions>) => Node

/** How much an element counts at a distance of 0 or more. */
const kernels = {
  bilinear: (distance: Node): Node => maximum(sub(1, distance), 0),
  bicubic: (distance: Node, { cubicCoefficient }: Required<ResizeOptions>): Node =>
    cubicKernel(distance, cubicCoefficient),
} as const

/** Sums of all elements with the weights of a kernel, which is stretched where the axis shrinks. */
const smoothed =
  (kernel: (distance: Node, settings: Required<ResizeOptions>) => Node): AlongAxis =>
  (x, axis, size, settings) => {
    const n = x.shape[axis]
    const place = build.reshape(places('float64', n, size, settings.alignCorners), [1, size])
    const element = build.reshape(build.iota('float64', [n], 0), [n, 1])
    const distance = div(abs(sub(element, place)), Math.max(1, stepOf(n, size, settings.alignCorners)))
    const weights = kernel(distance, settings)
    const shares = build.cast(div(weights, sum(weights, 0, { keepDims: true })), x.dtype)
    return moveAxis(matmul(moveAxis(x, axis, -1), shares), -1, axis)
  }

const along: { readonly [M in NonNullable<ResizeOptions['mode']>]: AlongAxis } = {
  nearest: (x, axis, size) => {
    const n = x.shape[axis]
    if (size % n === 0) return repeat(x, size / n, axis)
    const index = build.iota('int32', [size], 0)
    return take(x, build.div(build.mul(index, like(index, n)), like(index, size)), axis)
  },

  bilinear: (x, axis, size, { alignCorners }) => {
    const n = x.shape[axis]
    const place = places(placeDType(x), n, size, alignCorners)
    const inside = build.min(build.max(place, like(place, 0)), like(place, n - 1))
    const below = build.min(build.floor(inside), like(place, Math.max(0, n - 2)))
    const lower = build.cast(below, 'int32')
    const first = take(x, lower, axis)
    if (n === 1) return first
    const second = take(x, build.add(lower, like(lower, 1)), axis)
    return build.add(first, build.mul(build.sub(second, first), onAxis(build.sub(inside, below), first, axis)))
  },

  bicubic: (x, axis, size, { alignCorners, cubicCoefficient }) => {
    const n = x.shape[axis]
    const place = places(placeDType(x), n, size, alignCorners)
    const below = build.floor(place)
    const terms = cubicWeights(build.sub(place, below), cubicCoefficient).map((weight, i) => {
      const index = build.add(below, like(below, i - 1))
      const inside = build.min(build.max(index, like(index, 0)), like(index, n - 1))
      const taken = take(x, build.cast(inside, 'int32'), axis)
      return build.mul(taken, onAxis(weight, taken, axis))
    })
    return terms.reduce((a, b) => build.add(a, b))
  },
}

/** What places are calculated in. */
const placeDType = (x: Node): 'float32' | 'float64' => (x.dtype === 'float64' ? 'float64' : 'float32')

/** Where the new elements lie among n old ones, [size]. */
function places(dtype: 'float32' | 'float64', n: number, size: number, alignCorners: boolean): Node {
  const index = build.iota(dtype, [size], 0)
  const step = like(index, stepOf(n, size, alignCorners))
  if (alignCorners) return build.mul(index, step)
  const half = like(index, 0.5)
  return build.sub(build.mul(build.add(index, half), step), half)
}

/** How many old elements there are for a new one. */
function stepOf(n: number, size: number, alignCorners: boolean): number {
  if (alignCorners) return size > 1 ? (n - 1) / (size - 1) : 0
  return n / size
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
