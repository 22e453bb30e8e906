import { range, sizeOf } from '../../../../core/shape.js'
import * as build from '../../../../graph/build.js'
import type { Node } from '../../../../graph/node.js'
import * as ops from '../../../../operations/index.js'
import { dataNode } from '../../../../tensor/runtime.js'
import type { Call, Row } from '../call.js'
import { markConstant } from '../known.js'

/** Whole numbers that are known. */
const known = (values: readonly number[], shape: readonly number[] = [values.length]): Node =>
  markConstant(dataNode({ dtype: 'int32', shape }, Int32Array.from(values)))

const shapeOf: Row = ({ x, attributes }) => {
  const start = attributes.int('start', 0)
  return known(attributes.has('end') ? x.shape.slice(start, attributes.int('end')) : x.shape.slice(start))
}

const reshape: Row = (call) => {
  const { x, attributes } = call
  const given = call.numbersOf('shape', 1) ?? call.refuse('its shape is missing')
  const isZeroAllowed = attributes.int('allowzero', 0) !== 0
  const shape = given.map((n, i) => (n === 0 && !isZeroAllowed ? x.shape[i] : n))
  return ops.reshape(x, shape)
}

const flatten: Row = ({ x, attributes }) => {
  const axis = attributes.int('axis', 1)
  const cut = axis < 0 ? axis + x.rank : axis
  return build.reshape(x, [sizeOf(x.shape.slice(0, cut)), sizeOf(x.shape.slice(cut))])
}

const squeeze: Row = (call) => {
  const { x } = call
  const axes = call.numbersOf('axes', 1)?.map((axis) => call.axis(axis))
  const dropped = axes ?? range(x.rank).filter((axis) => x.shape[axis] === 1)
  if (dropped.some((axis) => x.shape[axis] !== 1)) call.refuse(`an axis of ${call.describe()} is not 1`)
  return build.reshape(
    x,
    x.shape.filter((_, axis) => !dropped.includes(axis)),
  )
}

const unsqueeze: Row = (call) => {
  const given = call.numbersOf('axes', 1) ?? call.refuse('its axes are missing')
  const rank = call.x.rank + given.length
  const axes = given.map((axis) => call.axis(axis, rank))
  const sizes = [...call.x.shape]
  return build.reshape(
    call.x,
    range(rank).map((axis) => (axes.includes(axis) ? 1 : (sizes.shift() ?? 1))),
  )
}

const split: Row = (call) => {
  const { x, attributes, opset, outputs } = call
  const axis = call.axis(attributes.int('axis', 0))
  const given = call.numbersOf('split', 1)
  if (given !== undefined) return ops.split(x, given, axis)
  const count = opset >= 18 ? attributes.int('num_outputs', outputs) : outputs
  const size = Math.ceil(x.shape[axis] / count)
  return ops.split(
    x,
    range(count).map((i) => Math.max(0, Math.min(size, x.shape[axis] - i * size))),
    axis,
  )
}

/** First element, number of elements and step along an axis, with ends as Python counts them. */
function span(n: number, start: number, end: number, step: number): [start: number, size: number] {
  const [low, high] = step > 0 ? [0, n] : [-1, n - 1]
  const bound = (at: number): number => Math.min(Math.max(at < 0 ? at + n : at, low), high)
  const [from, to] = [bound(start), bound(end)]
  const size = Math.max(0, Math.ceil((to - from) / step))
  return [size === 0 ? 0 : from, size]
}

const slice: Row = (call) => {
  const { x } = call
  const starts = call.numbersOf('starts', 1) ?? call.refuse('its starts are missing')
  const ends = call.numbersOf('ends', 2) ?? call.refuse('its ends are missing')
  const axes = (call.numbersOf('axes', 3) ?? range(starts.length)).map((axis) => call.axis(axis))
  const steps = call.inputs[4] === undefined ? starts.map(() => 1) : call.numbers(4)
  if (steps.includes(0)) call.refuse('a step is 0')
  const from = x.shape.map(() => 0)
  const sizes = [...x.shape]
  const by = x.shape.map(() => 1)
  axes.forEach((axis, i) => {
    ;[from[axis], sizes[axis]] = span(x.shape[axis], starts[i], ends[i], steps[i])
    by[axis] = steps[i]
  })
  return build.slice(x, from, sizes, by)
}

const modes = { constant: 'constant', reflect: 'reflect', edge: 'edge', wrap: 'wrap' } as const

const pad: Row = (call) => {
  const { x, attributes, opset } = call
  const pads = call.numbersOf('pads', 1) ?? call.refuse('its pads are missing')
  const axes = call.inputs[3] === undefined ? range(x.rank) : call.numbers(3).map((axis) => call.axis(axis))
  const pairs = x.shape.map((): [number, number] => [0, 0])
  axes.forEach((axis, i) => {
    pairs[axis] = [pads[i], pads[axes.length + i]]
  })
  const mode = modes[attributes.choice('mode', ['constant', 'reflect', 'edge', 'wrap'], 'constant')]
  const filling =
    opset < 11 ? attributes.float('value', 0) : call.inputs[2] === undefined ? 0 : (call.numbers(2)[0] ?? 0)
  const low = pairs.map(([before]) => Math.max(0, -before))
  const sizes = x.shape.map((n, axis) => n - low[axis] - Math.max(0, -pairs[axis][1]))
  const grown = pairs.map(([before, after]) => [Math.max(0, before), Math.max(0, after)] as const)
  if (mode !== 'constant') return ops.pad(build.slice(x, low, sizes), grown, { mode })
  const cropped = build.slice(x, low, sizes)
  return build.pad(
    cropped,
    grown.map(([n]) => n),
    grown.map(([, n]) => n),
    undefined,
    filling,
  )
}

const expand: Row = (call) => {
  const wanted = call.numbers(1)
  const { shape } = call.x
  const rank = Math.max(wanted.length, shape.length)
  const sizes = range(rank).map((i) => {
    const [own, other] = [shape[i - rank + shape.length] ?? 1, wanted[i - rank + wanted.length] ?? 1]
    return own === 1 ? other : own
  })
  return ops.expand(call.x, sizes)
}

const blocks = (call: Call): { b: number; c: number; h: number; w: number; size: number } => {
  const [b, c, h, w] = call.x.shape
  return { b, c, h, w, size: call.attributes.int('blocksize') }
}

const depthToSpace: Row = (call) => {
  const { b, c, h, w, size } = blocks(call)
  const depth = c / size ** 2
  const isColumns = call.attributes.choice('mode', ['DCR', 'CRD'], 'DCR') === 'DCR'
  const apart = build.reshape(call.x, isColumns ? [b, size, size, depth, h, w] : [b, depth, size, size, h, w])
  const moved = build.permute(apart, isColumns ? [0, 3, 4, 1, 5, 2] : [0, 1, 4, 2, 5, 3])
  return build.reshape(moved, [b, depth, h * size, w * size])
}

const spaceToDepth: Row = (call) => {
  const { b, c, h, w, size } = blocks(call)
  const apart = build.reshape(call.x, [b, c, h / size, size, w / size, size])
  return build.reshape(build.permute(apart, [0, 3, 5, 1, 2, 4]), [b, c * size ** 2, h / size, w / size])
}

const centerCropPad: Row = (call) => {
  const { x, attributes } = call
  const axes = attributes.ints('axes')?.map((axis) => call.axis(axis)) ?? range(x.rank)
  const sizes = call.numbers(1)
  return axes.reduce((result, axis, i) => {
    const [n, size] = [x.shape[axis], sizes[i]]
    const only = (value: number, others: number): number[] => range(x.rank).map((j) => (j === axis ? value : others))
    if (size <= n) {
      const shape = result.shape.map((m, j) => (j === axis ? size : m))
      return build.slice(result, only(Math.floor((n - size) / 2), 0), shape)
    }
    const before = Math.floor((size - n) / 2)
    return build.pad(result, only(before, 0), only(size - n - before, 0))
  }, x)
}

const trilu: Row = (call) => {
  const offset = call.inputs[1] === undefined ? 0 : call.numbers(1)[0]
  const isUpper = call.attributes.int('upper', 1) !== 0
  const { x } = call
  const [row, column] = [build.iota('int32', x.shape, x.rank - 2), build.iota('int32', x.shape, x.rank - 1)]
  const diagonal = ops.add(row, offset)
  const isInside = isUpper ? build.lessEqual(diagonal, column) : build.lessEqual(column, diagonal)
  return build.where(isInside, x, build.fill(0, x.shape, x.dtype))
}

export const movementOperators = {
  CenterCropPad: centerCropPad,
  Concat: (call) => {
    const inputs = call.inputs as readonly Node[]
    return build.concat(inputs, call.axis(call.attributes.int('axis')))
  },
  DepthToSpace: depthToSpace,
  Expand: expand,
  Flatten: flatten,
  Pad: pad,
  Reshape: reshape,
  Shape: shapeOf,
  Size: ({ x }) => known([sizeOf(x.shape)], []),
  Slice: slice,
  SpaceToDepth: spaceToDepth,
  Split: split,
  Squeeze: squeeze,
  Tile: (call) => ops.tile(call.x, call.numbers(1)),
  Transpose: ({ x, attributes }) => build.permute(x, attributes.ints('perm') ?? range(x.rank).reverse()),
  Trilu: trilu,
  Unsqueeze: unsqueeze,
} as const satisfies { readonly [operator: string]: Row }
