import { range, sizeOf } from '../../../../core/shape.js'
import * as build from '../../../../graph/build.js'
import type { Node } from '../../../../graph/node.js'
import * as ops from '../../../../operations/index.js'
import { dataNode } from '../../../../tensor/runtime.js'
import type { Row } from '../call.js'
import { channelsFirst, channelsLast } from '../layout.js'

const gridModes = {
  bilinear: 'bilinear',
  linear: 'bilinear',
  nearest: 'nearest',
  bicubic: 'bicubic',
  cubic: 'bicubic',
} as const

const gridSample: Row = (call) => {
  const { attributes } = call
  const mode = attributes.choice(
    'mode',
    ['bilinear', 'nearest', 'bicubic', 'linear', 'cubic'],
    call.opset < 20 ? 'bilinear' : 'linear',
  )
  const padding = attributes.choice('padding_mode', ['zeros', 'border', 'reflection'], 'zeros')
  const alignCorners = attributes.int('align_corners', 0) !== 0
  const sampled = ops.gridSample(channelsLast(call.x), call.input(1), { mode: gridModes[mode], padding, alignCorners })
  return channelsFirst(sampled)
}

/** Places −1 … 1 from edge to edge for affine maps [batch, axes, axes + 1], last spatial axis first. */
const affineGrid: Row = (call) => {
  const theta = call.x
  const sizes = call.numbers(1).slice(2)
  const isAligned = call.attributes.int('align_corners', 0) !== 0
  const along = sizes.map((n, axis) => {
    const values = range(n).map((i) => (isAligned ? (n > 1 ? -1 + (2 * i) / (n - 1) : 0) : (2 * i + 1) / n - 1))
    const line = build.cast(dataNode({ dtype: 'float64', shape: [n] }, Float64Array.from(values)), theta.dtype)
    return ops.expand(
      build.reshape(
        line,
        sizes.map((_, i) => (i === axis ? n : 1)),
      ),
      sizes,
    )
  })
  const ones = build.fill(1, sizes, theta.dtype)
  const places = build.reshape(ops.stack([...along.reverse(), ones], -1), [sizeOf(sizes), sizes.length + 1])
  const grid = ops.matmul(places, ops.transpose(theta))
  return build.reshape(grid, [theta.shape[0], ...sizes, sizes.length])
}

/** Windows that add up to a picture: [batch, channels · window, places] → [batch, channels, …size]. */
const columnsToImage: Row = (call) => {
  const { attributes } = call
  const sizes = call.numbers(1)
  const window = call.numbers(2)
  const ones = sizes.map(() => 1)
  const strides = attributes.ints('strides') ?? ones
  const dilations = attributes.ints('dilations') ?? ones
  const pads = attributes.ints('pads') ?? sizes.flatMap(() => [0, 0])
  const padded = sizes.map((n, i) => n + pads[i] + pads[sizes.length + i])
  const places = padded.map((n, i) => Math.floor((n - (window[i] - 1) * dilations[i] - 1) / strides[i]) + 1)
  const [batch, columns] = call.x.shape
  const channels = columns / sizeOf(window)
  const apart = build.reshape(call.x, [batch, channels, sizeOf(window), ...places])
  const offsets = window.reduce<number[][]>((all, n) => all.flatMap((at) => range(n).map((i) => [...at, i])), [[]])
  const parts = offsets.map((offset, i) => {
    const one = build.reshape(build.slice(apart, [0, 0, i, ...places.map(() => 0)], [batch, channels, 1, ...places]), [
      batch,
      channels,
      ...places,
    ])
    const low = [0, 0, ...offset.map((n, axis) => n * dilations[axis])]
    const spread = [0, 0, ...strides.map((n) => n - 1)]
    const high = padded.map((n, axis) => n - low[axis + 2] - ((places[axis] - 1) * strides[axis] + 1))
    return build.pad(one, low, [0, 0, ...high], spread)
  })
  const total = parts.reduce((a, b) => build.add(a, b))
  return build.slice(total, [0, 0, ...pads.slice(0, sizes.length)], [batch, channels, ...sizes])
}

/** Boxes of pictures at a fixed size, from points that lie evenly in each part of a box. */
const roiAlign: Row = (call) => {
  const { x, attributes, opset } = call
  const [height, width] = [attributes.int('output_height', 1), attributes.int('output_width', 1)]
  const scale = attributes.float('spatial_scale', 1)
  const isMax = attributes.choice('mode', ['avg', 'max'], 'avg') === 'max'
  const isHalf =
    attributes.choice(
      'coordinate_transformation_mode',
      ['half_pixel', 'output_half_pixel'],
      opset < 16 ? 'output_half_pixel' : 'half_pixel',
    ) === 'half_pixel'
  const given = attributes.int('sampling_ratio', 0)
  const boxes = call.numbers(1)
  const batch = call.numbers(2)
  const [, , rows, columns] = x.shape
  const image = channelsLast(x)
  const offset = isHalf ? 0.5 : 0
  const results = batch.map((picture, i) => {
    const [left, top, right, bottom] = boxes.slice(i * 4, i * 4 + 4).map((value) => value * scale - offset)
    const least = isHalf ? 0 : 1
    const [w, h] = [
      Math.max(right - left, isHalf ? -Infinity : least),
      Math.max(bottom - top, isHalf ? -Infinity : least),
    ]
    const vertical = sampled(top, h, height, given, rows)
    const horizontal = sampled(left, w, width, given, columns)
    const own = build.reshape(
      build.slice(image, [picture, 0, 0, 0], [1, rows, columns, image.shape[3]]),
      image.shape.slice(1),
    )
    // [height · samples, width · samples, channels]
    const points = isMax ? largestTaps(own, vertical, horizontal) : bilinear(own, vertical, horizontal)
    const parts = build.reshape(points, [height, vertical.samples, width, horizontal.samples, image.shape[3]])
    return isMax ? build.reduceMax(parts, [1, 3]) : ops.mean(parts, [1, 3])
  })
  return build.permute(ops.stack(results), [0, 3, 1, 2])
}

interface Samples {
  readonly samples: number
  readonly low: Node
  readonly high: Node
  readonly weight: Node
  readonly valid: Node
}

/** Points on one axis: the elements on both sides, how much the second counts, and whether the point is in the picture at all. */
function sampled(start: number, length: number, parts: number, given: number, n: number): Samples {
  const samples = given > 0 ? given : Math.ceil(length / parts)
  const points = range(parts * samples).map(
    (i) => start + (length / parts) * (Math.floor(i / samples) + ((i % samples) + 0.5) / samples),
  )
  const inside = points.map((point) => Math.min(Math.max(point, 0), n - 1))
  const low = inside.map((point) => Math.min(Math.floor(point), n - 1))
  const whole = (values: readonly number[]): Node =>
    dataNode({ dtype: 'int32', shape: [values.length] }, Int32Array.from(values))
  const real = (values: readonly number[]): Node =>
    dataNode({ dtype: 'float32', shape: [values.length] }, Float32Array.from(values))
  return {
    samples,
    low: whole(low),
    high: whole(low.map((i) => Math.min(i + 1, n - 1))),
    weight: real(inside.map((point, i) => point - low[i])),
    valid: real(points.map((point) => (point < -1 || point > n ? 0 : 1))),
  }
}

interface Corner {
  readonly value: Node
  readonly weight: Node
}

/** The four elements around each point with their weights. */
function corners(image: Node, vertical: Samples, horizontal: Samples): Corner[] {
  const sides = (axis: Samples): [Node, Node][] => [
    [axis.low, ops.mul(ops.sub(1, axis.weight), axis.valid)],
    [axis.high, ops.mul(axis.weight, axis.valid)],
  ]
  return sides(vertical).flatMap(([row, y]) =>
    sides(horizontal).map(([column, x]) => ({
      value: ops.take(ops.take(image, row, 0), column, 1),
      weight: ops.unsqueeze(ops.outer(build.cast(y, image.dtype), build.cast(x, image.dtype)), -1),
    })),
  )
}

const bilinear = (image: Node, vertical: Samples, horizontal: Samples): Node =>
  corners(image, vertical, horizontal)
    .map(({ value, weight }) => ops.mul(value, weight))
    .reduce((a, b) => ops.add(a, b))

/** What the standard's maximum is of: the weighted elements themselves. */
const largestTaps = (image: Node, vertical: Samples, horizontal: Samples): Node =>
  corners(image, vertical, horizontal)
    .map(({ value, weight }) => ops.mul(value, weight))
    .reduce((a, b) => ops.maximum(a, b))

/** Which boxes stay, best first, if none overlaps with a better one of its class: [class and box of each, 3]. Values must be known. */
const nonMaxSuppression: Row = (call) => {
  const [boxes, scores] = [call.numbers(0), call.numbers(1)]
  const [batches, count] = call.x.shape
  const classes = call.input(1).shape[1]
  const number = (i: number, otherwise: number): number =>
    call.inputs[i] === undefined ? otherwise : call.numbers(i)[0]
  const [most, overlap, least] = [number(2, 0), number(3, 0), number(4, -Infinity)]
  const isCentre = call.attributes.int('center_point_box', 0) !== 0
  const corner = (batch: number, i: number): readonly [number, number, number, number] => {
    const [a, b, c, d] = boxes.slice((batch * count + i) * 4, (batch * count + i) * 4 + 4)
    return isCentre
      ? [a - c / 2, b - d / 2, a + c / 2, b + d / 2]
      : [Math.min(a, c), Math.min(b, d), Math.max(a, c), Math.max(b, d)]
  }
  const kept: number[] = []
  for (let batch = 0; batch < batches; batch++) {
    for (let kind = 0; kind < classes; kind++) {
      const score = (i: number): number => scores[(batch * classes + kind) * count + i]
      const order = range(count)
        .filter((i) => score(i) > least)
        .sort((a, b) => score(b) - score(a))
      const chosen: number[] = []
      for (const i of order) {
        if (chosen.length >= most) break
        if (chosen.every((other) => intersection(corner(batch, i), corner(batch, other)) <= overlap)) chosen.push(i)
      }
      kept.push(...chosen.flatMap((i) => [batch, kind, i]))
    }
  }
  return dataNode({ dtype: 'int32', shape: [kept.length / 3, 3] }, Int32Array.from(kept))
}

/** Intersection over union. */
function intersection(a: readonly number[], b: readonly number[]): number {
  const shared = [0, 1].map((i) => Math.max(0, Math.min(a[i + 2], b[i + 2]) - Math.max(a[i], b[i])))
  const area = (box: readonly number[]): number => (box[2] - box[0]) * (box[3] - box[1])
  const both = shared[0] * shared[1]
  return both === 0 ? 0 : both / (area(a) + area(b) - both)
}

export const pictureOperators = {
  AffineGrid: affineGrid,
  Col2Im: columnsToImage,
  GridSample: gridSample,
  NonMaxSuppression: nonMaxSuppression,
  RoiAlign: roiAlign,
} as const satisfies { readonly [operator: string]: Row }
