import { range } from '../../../../core/shape.js'
import * as build from '../../../../graph/build.js'
import type { Node } from '../../../../graph/node.js'
import * as ops from '../../../../operations/index.js'
import { inFloat32 } from '../../../../operations/operand.js'
import { dataNode } from '../../../../tensor/runtime.js'
import type { Call, Row } from '../call.js'

const places = [
  'half_pixel',
  'half_pixel_symmetric',
  'pytorch_half_pixel',
  'align_corners',
  'asymmetric',
  'tf_half_pixel_for_nn',
  'tf_crop_and_resize',
] as const
type Placing = (typeof places)[number]

/** One axis that changes its size. */
interface Axis {
  readonly axis: number
  readonly n: number
  readonly size: number
  readonly scale: number
  /** First and last place for tf_crop_and_resize, in parts of the axis. */
  readonly region: readonly [number, number]
}

/** In float32, as runtimes do, so that what should be whole is. */
const quotient = (a: number, b: number): number => Math.fround(a / b)

/** Where element i of the new axis lies on the old one. */
const placeOf: { readonly [P in Placing]: (i: number, axis: Axis) => number } = {
  half_pixel: (i, { scale }) => quotient(i + 0.5, scale) - 0.5,
  half_pixel_symmetric: (i, { scale, size, n }) => {
    const adjustment = size / (scale * n)
    return (n / 2) * (1 - adjustment) + quotient(i + 0.5, scale) - 0.5
  },
  pytorch_half_pixel: (i, { scale, size }) => (size > 1 ? quotient(i + 0.5, scale) - 0.5 : 0),
  // The standard counts the new axis by its scale, which may be a fraction.
  align_corners: (i, { n, size, scale }) => (size > 1 ? quotient(i * (n - 1), n * scale - 1) : 0),
  asymmetric: (i, { scale }) => quotient(i, scale),
  tf_half_pixel_for_nn: (i, { scale }) => quotient(i + 0.5, scale),
  tf_crop_and_resize: (i, { n, size, region: [start, end] }) =>
    size > 1 ? start * (n - 1) + quotient(i * (end - start) * (n - 1), size - 1) : 0.5 * (start + end) * (n - 1),
}

const roundings = {
  round_prefer_floor: (x: number) => Math.ceil(x - 0.5),
  round_prefer_ceil: (x: number) => Math.floor(x + 0.5),
  floor: Math.floor,
  ceil: Math.ceil,
} as const

/** How much elements at a distance count: of a line between two, or of a cubic curve between four. */
const linear = (distance: number): number => Math.max(0, 1 - distance)
const cubic =
  (a: number) =>
  (distance: number): number => {
    const [d, d2, d3] = [distance, distance ** 2, distance ** 3]
    if (d <= 1) return (a + 2) * d3 - (a + 3) * d2 + 1
    return d < 2 ? a * d3 - 5 * a * d2 + 8 * a * d - 4 * a : 0
  }

/** What the new elements are made of, row by row: weights [size, n], and which of them lie outside of the picture. */
function weightsOf(call: Call, axis: Axis): { weights: Float64Array; outside: readonly boolean[] } {
  const { attributes } = call
  const { n, size, scale } = axis
  const placing = attributes.choice('coordinate_transformation_mode', places, defaultPlacing(call))
  const mode = attributes.choice('mode', ['nearest', 'linear', 'cubic'], 'nearest')
  const weights = new Float64Array(size * n)
  const inside = (i: number): number => Math.min(Math.max(i, 0), n - 1)
  const outside: boolean[] = []
  const kernel = mode === 'linear' ? linear : cubic(attributes.float('cubic_coeff_a', -0.75))
  const isSmoothed = attributes.int('antialias', 0) !== 0 && scale < 1
  const stretch = isSmoothed ? scale : 1
  const support = (mode === 'linear' ? 1 : 2) / stretch
  const isOutsideLeftOut = attributes.int('exclude_outside', 0) !== 0
  const round =
    roundings[
      attributes.choice(
        'nearest_mode',
        ['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'],
        call.opset < 11 ? 'floor' : 'round_prefer_floor',
      )
    ]
  for (let i = 0; i < size; i++) {
    const place = placeOf[placing](i, axis)
    outside.push(placing === 'tf_crop_and_resize' && (place < 0 || place > n - 1))
    if (mode === 'nearest') {
      weights[i * n + inside(round(place))] = 1
      continue
    }
    let total = 0
    const taps: [number, number][] = []
    for (let j = Math.ceil(place - support); j <= Math.floor(place + support); j++) {
      if (isOutsideLeftOut && (j < 0 || j >= n)) continue
      const weight = kernel(Math.abs(place - j) * stretch)
      taps.push([j, weight])
      total += weight
    }
    for (const [j, weight] of taps) weights[i * n + inside(j)] += weight / total
  }
  return { weights, outside }
}

/** Versions before 11 knew one way only. */
const defaultPlacing = ({ opset }: Call): Placing => (opset < 11 ? 'asymmetric' : 'half_pixel')

/** x along one axis as sums of its elements. */
const along = inFloat32((x: Node, axis: number, weights: Node): Node => {
  const moved = ops.moveAxis(x as Node, axis, -1)
  return ops.moveAxis(ops.matmul(moved, build.cast(weights, moved.dtype)), -1, axis)
})

function resized(call: Call, axes: readonly Axis[]): Node {
  const { x, attributes } = call
  const mode = attributes.choice('mode', ['nearest', 'linear', 'cubic'], 'nearest')
  const filling = attributes.float('extrapolation_value', 0)
  let isOutside: Node | undefined
  const result = axes.reduce((image, axis) => {
    if (axis.n === axis.size && axis.scale === 1 && axis.region[0] === 0 && axis.region[1] === 1) return image
    const { weights, outside } = weightsOf(call, axis)
    if (outside.includes(true)) {
      const flags = build.cast(
        dataNode({ dtype: 'int32', shape: [axis.size] }, Int32Array.from(outside, Number)),
        'bool',
      )
      const spread = build.reshape(
        flags,
        x.shape.map((_, i) => (i === axis.axis ? axis.size : 1)),
      )
      isOutside = isOutside === undefined ? spread : ops.logicalOr(isOutside, spread)
    }
    if (mode === 'nearest') {
      const taken = range(axis.size).map((i) => weights.subarray(i * axis.n, (i + 1) * axis.n).indexOf(1))
      return ops.take(image, dataNode({ dtype: 'int32', shape: [axis.size] }, Int32Array.from(taken)), axis.axis)
    }
    const table = dataNode({ dtype: 'float64', shape: [axis.size, axis.n] }, weights)
    return along(image, axis.axis, build.permute(table, [1, 0]))
  }, x)
  if (isOutside === undefined) return result
  return build.where(ops.expand(isOutside, result.shape), build.fill(filling, result.shape, result.dtype), result)
}

/** The one scale that keeps proportions. */
function commonScale(policy: 'not_larger' | 'not_smaller', sizes: readonly number[], old: readonly number[]): number {
  const scales = sizes.map((size, i) => size / old[i])
  return policy === 'not_larger' ? Math.min(...scales) : Math.max(...scales)
}

const resize: Row = (call) => {
  const { x, attributes, inputs, opset } = call
  const axes = attributes.ints('axes')?.map((axis) => call.axis(axis)) ?? range(x.rank)
  // Version 10 has no region of interest among its inputs.
  const [roiInput, scalesInput, sizesInput] = opset < 11 ? [-1, 1, -1] : [1, 2, 3]
  const numbers = (i: number): readonly number[] => (inputs[i] === undefined ? [] : call.numbers(i))
  const [roi, scales, given] = [numbers(roiInput), numbers(scalesInput), numbers(sizesInput)]
  if (scales.length === 0 && given.length === 0) call.refuse('neither scales nor sizes are given')
  const policy = attributes.choice('keep_aspect_ratio_policy', ['stretch', 'not_larger', 'not_smaller'], 'stretch')
  const common =
    policy === 'stretch' || given.length === 0
      ? undefined
      : commonScale(
          policy,
          given,
          axes.map((axis) => x.shape[axis]),
        )
  const isCropped = attributes.text('coordinate_transformation_mode', '') === 'tf_crop_and_resize'
  return resized(
    call,
    axes.map((axis, i): Axis => {
      const n = x.shape[axis]
      const region = isCropped && roi.length > 0 ? ([roi[i], roi[axes.length + i]] as const) : ([0, 1] as const)
      if (common !== undefined) return { axis, n, size: Math.floor(n * common + 0.5), scale: common, region }
      if (given.length > 0) return { axis, n, size: given[i], scale: given[i] / n, region }
      return { axis, n, size: Math.floor(n * scales[i] * (region[1] - region[0])), scale: scales[i], region }
    }),
  )
}

const upsample: Row = (call) => {
  const scales =
    call.opset < 9 ? (call.attributes.floats('scales') ?? call.refuse('its scales are missing')) : call.numbers(1)
  return resized(
    call,
    call.x.shape.map(
      (n, axis): Axis => ({ axis, n, size: Math.floor(n * scales[axis]), scale: scales[axis], region: [0, 1] }),
    ),
  )
}

export const resizeOperators = { Resize: resize, Upsample: upsample } as const satisfies {
  readonly [operator: string]: Row
}
