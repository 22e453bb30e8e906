import { expectChoice } from '../../core/arguments.js'
import { failShape } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import { formatShape, sizeOf } from '../../core/shape.js'
import { build, type Node } from '../../graph/index.js'
import { abs, add, clip, maximum, minimum, mul, sub } from '../elementwise/arithmetic.js'

import { floor, round } from '../elementwise/rounding.js'
import { searchSorted } from '../indexing/sort.js'
import { take } from '../indexing/take.js'
import { at, slice } from '../movement/slicing.js'
import { floating, inFloat32, like, type Operand, promoted, stretch } from '../operand.js'
import { cubicWeights } from './cubic.js'
import { spatialAxes } from './windows.js'

export interface GridSampleOptions {
  /** The nearest element, or a line between two or a cubic curve between four along each axis; 'bilinear'. */
  readonly mode?: 'nearest' | 'bilinear' | 'bicubic'
  /** What lies outside of the picture: zeros, its edge, or its mirror image; 'zeros'. */
  readonly padding?: 'zeros' | 'border' | 'reflection'
  /** Whether −1 and 1 are the centres of the corner elements, rather than the outer edges; false. */
  readonly alignCorners?: boolean
}

/**
 * Pictures read at the places of a grid: [batch, …spatial, channels] with a grid [batch, …places, spatial axes] → [batch, …places, channels].
 * Places are −1 … 1 from edge to edge, the last spatial axis first: (x, y) for [batch, height, width, channels], as in PyTorch. Gradients
 * flow to the picture and, but for 'nearest', to the grid. (Jaderberg et al., "Spatial transformer networks", 2015.)
 * @throws ShapeError if the grid has another batch, or not one number per spatial axis.
 */
export const gridSample = inFloat32((x: Operand, grid: Operand, options: GridSampleOptions = {}): Node => {
  checkOptions('gridSample', options, { mode: true, padding: true, alignCorners: true })
  const { mode = 'bilinear', padding = 'zeros', alignCorners = false } = options
  expectChoice('gridSample', 'the mode', mode, ['nearest', 'bilinear', 'bicubic'])
  expectChoice('gridSample', 'the padding', padding, ['zeros', 'border', 'reflection'])
  const [image, places] = promoted([floating(x), floating(grid)], 'gridSample')
  const count = spatialAxes('gridSample', image)
  if (places.rank < 2 || places.shape[0] !== image.shape[0] || places.shape[places.rank - 1] !== count) {
    failShape(
      'gridSample',
      `the grid ${formatShape(places.shape)} does not fit the picture ${formatShape(image.shape)}`,
      `Give [${image.shape[0]}, …places, ${count}]: the same batch, and last the place on each axis.`,
    )
  }
  const sizes = image.shape.slice(1, -1)
  if (sizes.includes(0))
    failShape('gridSample', `${formatShape(image.shape)} has no elements`, 'Sizes must be 1 or more.')
  const axes = sizes.map((n, i): Tap[] => {
    const place = slice(places, '...', count - 1 - i)
    const scaled = mul(add(place, 1), (alignCorners ? n - 1 : n) / 2)
    const inPixels = alignCorners ? scaled : sub(scaled, 0.5)
    // A curve reaches beyond its place: its elements are brought inside, not the place.
    const inside = mode === 'bicubic' ? inPixels : within(inPixels, n, padding, alignCorners)
    return taps[mode](inside).map(({ index, weight }) => settle(index, weight, n, padding, alignCorners))
  })
  const flat = build.reshape(image, [image.shape[0], sizeOf(sizes), image.shape[image.rank - 1]])
  const corners = axes.reduce<Tap[]>(
    (all, along, i) => all.flatMap((corner) => along.map((tap) => join(corner, tap, sizes[i]))),
    [{ index: like(slice(places, '...', 0), 0), weight: like(slice(places, '...', 0), 1) }],
  )
  const terms = corners.map(({ index, weight }) => {
    const read = build.gather(flat, build.cast(index, 'int32'), 1, 'gridSample')
    return build.mul(read, stretch(build.reshape(weight, [...weight.shape, 1]), read.shape))
  })
  return terms.reduce((a, b) => build.add(a, b))
})

/** An element to read, by its number, and how much of it. */
interface Tap {
  readonly index: Node
  readonly weight: Node
}

const join = (a: Tap, b: Tap, size: number): Tap => ({
  index: add(mul(a.index, size), b.index),
  weight: mul(a.weight, b.weight),
})

const taps: { readonly [M in NonNullable<GridSampleOptions['mode']>]: (place: Node) => Tap[] } = {
  nearest: (place) => [{ index: round(place), weight: like(place, 1) }],
  bilinear: (place) => {
    const below = floor(place)
    const part = sub(place, below)
    return [
      { index: below, weight: sub(1, part) },
      { index: add(below, 1), weight: part },
    ]
  },
  bicubic: (place) => {
    const below = floor(place)
    return cubicWeights(sub(place, below)).map((weight, i) => ({ index: add(below, i - 1), weight }))
  },
}

type Outside = NonNullable<GridSampleOptions['padding']>

/** A place brought into the picture, by its edge or mirror image. */
function within(place: Node, n: number, padding: Outside, alignCorners: boolean): Node {
  if (padding === 'zeros') return place
  const mirrored = padding === 'reflection' ? reflect(place, n, alignCorners) : place
  return clip(mirrored, 0, n - 1)
}

/** Back and forth between the centres of the corner elements, or between the outer edges. */
function reflect(place: Node, n: number, alignCorners: boolean): Node {
  const [low, span] = alignCorners ? [0, n - 1] : [-0.5, n]
  if (span === 0) return like(place, 0)
  const distance = abs(sub(place, low))
  const turns = floor(build.div(distance, like(distance, span)))
  const rest = sub(distance, mul(turns, span))
  const isBack = build.equal(sub(turns, mul(floor(mul(turns, 0.5)), 2)), like(turns, 1))
  return add(build.where(isBack, sub(span, rest), rest), low)
}

/** An element that there is, and no weight where it lies outside of a picture with zeros around. */
function settle(index: Node, weight: Node, n: number, padding: Outside, alignCorners: boolean): Tap {
  const there = build.stopGradient(clip(within(index, n, padding, alignCorners), 0, n - 1))
  if (padding !== 'zeros') return { index: there, weight }
  // NaN is nowhere: its weight, NaN, stays.
  const isOutside = build.or(build.less(index, like(index, 0)), build.less(like(index, n - 1), index))
  return { index: there, weight: build.where(isOutside, like(weight, 0), weight) }
}

/**
 * The line through points (ascending places [n], values [n]) at each element of x; beyond the ends the end values. As np.interp.
 * @throws ShapeError if places and values are no lists of one length, or empty.
 */
export const interpolate1d = inFloat32((x: Operand, places: Operand, values: Operand): Node => {
  const [place, from, to] = promoted([floating(x), floating(places), floating(values)], 'interpolate1d')
  const n = from.shape[0]
  if (from.rank !== 1 || to.rank !== 1 || to.shape[0] !== n || n === 0) {
    failShape(
      'interpolate1d',
      `places ${formatShape(from.shape)} and values ${formatShape(to.shape)} are no points of a line`,
      'Give two lists of one length, 1 or more.',
    )
  }
  if (n === 1) return stretch(build.reshape(to, []), place.shape)
  const inside = maximum(minimum(place, at(from, n - 1)), at(from, 0))
  const index = clip(sub(searchSorted(build.stopGradient(from), build.stopGradient(inside), 'right'), 1), 0, n - 2)
  const [left, right] = [take(from, index), take(from, add(index, 1))]
  const [first, second] = [take(to, index), take(to, add(index, 1))]
  const width = sub(right, left)
  // Two points at one place are a step: the second value holds from there on.
  const isStep = build.equal(width, like(width, 0))
  const part = build.div(sub(inside, left), build.where(isStep, like(width, 1), width))
  return add(first, mul(sub(second, first), build.where(isStep, like(part, 1), part)))
})
