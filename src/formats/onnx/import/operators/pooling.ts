import { dtypes } from '../../../../core/dtype.js'
import { range, sizeOf } from '../../../../core/shape.js'
import * as build from '../../../../graph/build.js'
import type { Node } from '../../../../graph/node.js'
import type { WindowAttributes } from '../../../../graph/primitives.js'
import * as ops from '../../../../operations/index.js'
import { inFloat32, like } from '../../../../operations/operand.js'
import type { Call, Row } from '../call.js'
import { channelsFirst, channelsLast } from '../layout.js'
import { type Windows, windowsOf } from './windows.js'

const windowAttribute = (call: Call): readonly number[] =>
  call.attributes.ints('kernel_shape') ?? call.refuse('its window is missing')

/** The picture with its padding, which our pooling limits to less than a window, and what is still to be said of the windows. */
function padded(image: Node, { window, strides, padding, extra }: Windows, filling: number): [Node, WindowAttributes] {
  const low = [0, ...padding.map(([before]) => before), 0]
  const high = [0, ...padding.map(([, after], i) => after + extra[i]), 0]
  const ready = build.pad(image, low, high, undefined, filling)
  return [ready, { window, strides, padding: window.map(() => [0, 0] as const) }]
}

/** The elements of all windows, [batch, …places, channels, elements of the window]. */
function elementsOf(image: Node, { window, strides, dilations }: Windows): Node {
  const places = window.map((n, i) => {
    const reach = (n - 1) * dilations[i] + 1
    return Math.floor((image.shape[i + 1] - reach) / strides[i]) + 1
  })
  const offsets = window.reduce<number[][]>((all, n) => all.flatMap((at) => range(n).map((i) => [...at, i])), [[]])
  const parts = offsets.map((offset) => {
    const starts = [0, ...offset.map((i, axis) => i * dilations[axis]), 0]
    const sizes = [image.shape[0], ...places, image.shape[image.rank - 1]]
    return build.slice(image, starts, sizes, [1, ...strides, 1])
  })
  return ops.stack(parts, -1)
}

const maxPool: Row = (call) => {
  const image = channelsLast(call.x)
  const windows = windowsOf(call, image.shape.slice(1, -1), windowAttribute(call))
  const lowest = dtypes[image.dtype].lowest
  const isDilated = windows.dilations.some((n) => n > 1)
  const [ready, attributes] = padded(image, windows, lowest)
  if (!isDilated && call.outputs < 2) return channelsFirst(build.maxPool(ready, attributes))
  // Where each element comes from, counted through the whole tensor as the file has it.
  const [b, ...rest] = call.x.shape
  const [c, ...spatial] = rest
  const isColumns = call.attributes.int('storage_order', 0) !== 0
  const order = isColumns ? [0, 1, ...range(spatial.length).map((i) => spatial.length + 1 - i)] : range(call.x.rank)
  const counted = build.iota('int32', [sizeOf(call.x.shape)], 0)
  const index = build.reshape(
    counted,
    order.map((axis) => [b, c, ...spatial][axis]),
  )
  const places = channelsLast(build.permute(index, order))
  const placesReady = padded(places, windows, 0)[0]
  const elements = elementsOf(ready, windows)
  const chosen = ops.unsqueeze(build.argMax(elements, elements.rank - 1), -1)
  const pick = (from: Node): Node => channelsFirst(ops.squeeze(ops.takeAlongAxis(from, chosen, -1), -1))
  return [pick(elements), pick(elementsOf(placesReady, windows))]
}

const averagePool: Row = (call) => {
  const image = channelsLast(call.x)
  const windows = windowsOf(call, image.shape.slice(1, -1), windowAttribute(call))
  const isPaddingCounted = call.attributes.int('count_include_pad', 0) !== 0
  // What is not counted is 0 in a picture of ones; places beyond the padding never count.
  const counted = build.fill(1, [1, ...image.shape.slice(1, -1), 1], image.dtype)
  const ones = isPaddingCounted ? paddedOnly(counted, windows) : counted
  const beyond: Windows = isPaddingCounted
    ? { ...windows, padding: windows.window.map(() => [0, 0] as const) }
    : windows
  const average = inFloat32((x: Node): Node => {
    const total = summed(padded(x as Node, windows, 0)[0], windows)
    const counts = summed(padded(build.cast(ones, total.dtype), beyond, 0)[0], windows)
    return build.div(total, ops.expand(counts, total.shape))
  })
  return channelsFirst(average(image))
}

const paddedOnly = (ones: Node, windows: Windows): Node => {
  const low = [0, ...windows.padding.map(([before]) => before), 0]
  const high = [0, ...windows.padding.map(([, after]) => after), 0]
  return build.pad(ones, low, high, undefined, 1)
}

function summed(image: Node, windows: Windows): Node {
  if (windows.dilations.some((n) => n > 1)) return ops.sum(elementsOf(image, windows), -1)
  const { window, strides } = windows
  return build.sumPool(image, { window, strides, padding: window.map(() => [0, 0] as const) })
}

const lpPool: Row = (call) => {
  const image = channelsLast(call.x)
  const windows = windowsOf(call, image.shape.slice(1, -1), windowAttribute(call))
  const p = call.attributes.int('p', 2)
  const powers = ops.pow(ops.abs(image), p)
  return channelsFirst(ops.pow(summed(padded(powers, windows, 0)[0], windows), 1 / p))
}

/** Over all spatial axes, which stay with size 1. */
const overall =
  (reduce: (image: Node, axes: readonly number[], call: Call) => Node): Row =>
  (call) => {
    const image = channelsLast(call.x)
    const [batch, channels] = call.x.shape
    const reduced = reduce(
      image,
      range(image.rank - 2).map((i) => i + 1),
      call,
    )
    return build.reshape(reduced, [batch, channels, ...call.x.shape.slice(2).map(() => 1)])
  }

/** Values at the places that MaxPool has told. */
const maxUnpool: Row = (call) => {
  const { x } = call
  const window = windowAttribute(call)
  const strides = call.attributes.ints('strides') ?? window.map(() => 1)
  const pads = call.attributes.ints('pads') ?? window.flatMap(() => [0, 0])
  const natural = [
    ...x.shape.slice(0, 2),
    ...window.map((n, i) => (x.shape[i + 2] - 1) * strides[i] + n - pads[i] - pads[window.length + i]),
  ]
  const shape = call.inputs[2] === undefined ? natural : call.numbers(2)
  const flat = build.fill(0, [sizeOf(natural)], x.dtype)
  const size = [sizeOf(x.shape)]
  const placed = ops.scatterSet(flat, build.reshape(call.input(1), size), build.reshape(x, size))
  const high = shape.map((n, i) => Math.max(0, n - natural[i]))
  return build.pad(
    build.reshape(placed, natural),
    high.map(() => 0),
    high,
  )
}

export const poolingOperators = {
  AveragePool: averagePool,
  GlobalAveragePool: overall((image, axes) => ops.mean(image, axes)),
  GlobalLpPool: overall((image, axes, call) => {
    const p = call.attributes.int('p', 2)
    return ops.pow(ops.sum(ops.pow(ops.abs(image), p), axes), 1 / p)
  }),
  GlobalMaxPool: overall((image, axes) => ops.max(image, axes)),
  LpPool: lpPool,
  MaxPool: maxPool,
  MaxUnpool: maxUnpool,
  /** Sums of squares over neighbouring channels. */
  LRN: ({ x, attributes }) => {
    const size = attributes.int('size')
    const [alpha, beta, bias] = [
      attributes.float('alpha', 1e-4),
      attributes.float('beta', 0.75),
      attributes.float('bias', 1),
    ]
    const before = Math.floor((size - 1) / 2)
    const only = (n: number): number[] => x.shape.map((_, axis) => (axis === 1 ? n : 0))
    const squares = build.pad(build.mul(x, x), only(before), only(size - 1 - before))
    const parts = range(size).map((i) => build.slice(squares, only(i), x.shape))
    const total = parts.reduce((a, b) => build.add(a, b))
    const scaled = build.add(build.mul(total, like(total, alpha / size)), like(total, bias))
    return build.div(x, ops.pow(scaled, beta))
  },
} as const satisfies { readonly [operator: string]: Row }
