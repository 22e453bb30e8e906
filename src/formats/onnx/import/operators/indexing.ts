import { range, sizeOf, stridesOf } from '../../../../core/shape.js'
import * as build from '../../../../graph/build.js'
import type { Node } from '../../../../graph/node.js'
import * as ops from '../../../../operations/index.js'
import { wrapIndices } from '../../../../operations/indexing/take.js'
import { like } from '../../../../operations/operand.js'
import { dataNode } from '../../../../tensor/runtime.js'
import type { Call, Row } from '../call.js'
import { valuesNow } from '../known.js'
import { scanNodes } from '../steps.js'

/** Indices as our operations want them. */
const whole = (indices: Node): Node => build.cast(indices, 'int32')

const known = (values: readonly number[], shape: readonly number[] = [values.length]): Node =>
  dataNode({ dtype: 'int32', shape }, Int32Array.from(values))

/** The part of x that lies before the ends of `shape` on all axes but one. */
const cut = (x: Node, shape: readonly number[], axis: number): Node =>
  build.slice(
    x,
    shape.map(() => 0),
    shape.map((n, i) => (i === axis ? x.shape[i] : n)),
  )

const gatherElements: Row = (call) => {
  const { x, attributes } = call
  const axis = call.axis(attributes.int('axis', 0))
  const indices = whole(call.input(1))
  return ops.takeAlongAxis(cut(x, indices.shape, axis), indices, axis)
}

/** Indices of several axes as one, [batch, …] with the axes in the last one. */
function joined(indices: Node, sizes: readonly number[]): Node {
  const strides = stridesOf(sizes)
  return sizes
    .map((n, i) => {
      const index = build.reshape(ops.slice(indices, '...', [i, i + 1]), indices.shape.slice(0, -1))
      const wrapped = build.where(build.less(index, like(index, 0)), build.add(index, like(index, n)), index)
      return build.mul(wrapped, like(wrapped, strides[i]))
    })
    .reduce((a, b) => build.add(a, b))
}

const gatherND: Row = (call) => {
  const { x, attributes } = call
  const indices = whole(call.input(1))
  const batchAxes = attributes.int('batch_dims', 0)
  const depth = indices.shape[indices.rank - 1]
  const batch = x.shape.slice(0, batchAxes)
  const sizes = x.shape.slice(batchAxes, batchAxes + depth)
  const rest = x.shape.slice(batchAxes + depth)
  const flat = build.reshape(x, [sizeOf(batch), sizeOf(sizes), ...rest])
  const places = indices.shape.slice(batchAxes, -1)
  const index = build.reshape(joined(indices, sizes), [sizeOf(batch), ...places])
  return build.reshape(build.gather(flat, index, 1, 'GatherND'), [...batch, ...places, ...rest])
}

const reductions = ['none', 'add', 'mul', 'max', 'min'] as const
type Mode = 'set' | 'add' | 'max' | 'min' | 'mul'

function modeOf(call: Call): Mode {
  const reduction = call.attributes.choice('reduction', reductions, 'none')
  return reduction === 'none' ? 'set' : reduction
}

/** x [n, …] with updates [m, …] at indices [m]. */
function scattered(x: Node, index: Node, updates: Node, mode: Mode, operator: string): Node {
  if (mode !== 'mul') return build.scatter(x, index, updates, mode, 0, operator)
  // Several updates may meet at one place: one after the other.
  const step = ([before]: Node[], [place, factor]: Node[]): [Node[], Node[]] => {
    const at = build.reshape(place, [1])
    const product = build.mul(build.gather(before, at, 0, operator), build.reshape(factor, [1, ...factor.shape]))
    return [[build.scatter(before, at, product, 'set', 0, operator)], []]
  }
  return scanNodes(step, [x], [index, updates])[0][0]
}

/** The places in x, counted through the whole of it, of elements that have these indices along an axis. */
function placesOf(x: Node, indices: Node, axis: number): Node {
  const strides = stridesOf(x.shape)
  return strides
    .map((stride, i) => {
      const index =
        i === axis ? wrapIndices('ScatterElements', indices, x.shape[axis]) : build.iota('int32', indices.shape, i)
      return build.mul(index, like(index, stride))
    })
    .reduce((a, b) => build.add(a, b))
}

const scatterElements: Row = (call) => {
  const { x, attributes } = call
  const axis = call.axis(attributes.int('axis', 0))
  const indices = whole(call.input(1))
  const count = [sizeOf(indices.shape)]
  const index = build.reshape(placesOf(x, indices, axis), count)
  const updates = build.reshape(call.input(2), count)
  const flat = build.reshape(x, [sizeOf(x.shape)])
  return build.reshape(scattered(flat, index, updates, modeOf(call), 'ScatterElements'), x.shape)
}

const scatterND: Row = (call) => {
  const { x } = call
  const indices = whole(call.input(1))
  const depth = indices.shape[indices.rank - 1]
  const sizes = x.shape.slice(0, depth)
  const rest = x.shape.slice(depth)
  const flat = build.reshape(x, [sizeOf(sizes), ...rest])
  const index = build.reshape(joined(indices, sizes), [sizeOf(indices.shape.slice(0, -1))])
  const updates = build.reshape(call.input(2), [index.shape[0], ...rest])
  return build.reshape(scattered(flat, index, updates, modeOf(call), 'ScatterND'), x.shape)
}

const oneHot: Row = (call) => {
  const depth = call.numbers(1)[0]
  const values = call.input(2)
  const rank = call.x.rank + 1
  const axis = call.axis(call.attributes.int('axis', -1), rank)
  const indices = whole(call.x)
  const wrapped = build.where(build.less(indices, like(indices, 0)), build.add(indices, like(indices, depth)), indices)
  const hot = build.cast(ops.oneHot(wrapped, depth), 'bool')
  const [off, on] = [0, 1].map((i) =>
    ops.expand(
      build.reshape(
        build.slice(values, [i], [1]),
        range(rank).map(() => 1),
      ),
      hot.shape,
    ),
  )
  return ops.moveAxis(build.where(hot, on, off), -1, axis)
}

const topK: Row = (call) => {
  const { x, attributes, opset } = call
  const axis = call.axis(attributes.int('axis', -1))
  const k = opset < 10 ? attributes.int('k') : call.numbers(1)[0]
  const isLargest = opset < 11 || attributes.int('largest', 1) !== 0
  const order = ops.argSort(x, axis, { descending: isLargest })
  const indices = build.slice(
    order,
    order.shape.map(() => 0),
    order.shape.map((n, i) => (i === axis ? k : n)),
  )
  return [ops.takeAlongAxis(x, indices, axis), indices]
}

const reverseSequence: Row = (call) => {
  const { x, attributes } = call
  const [batchAxis, timeAxis] = [attributes.int('batch_axis', 1), attributes.int('time_axis', 0)]
  const lengths = ops.expand(
    build.reshape(
      whole(call.input(1)),
      x.shape.map((n, axis) => (axis === batchAxis ? n : 1)),
    ),
    x.shape,
  )
  const time = build.iota('int32', x.shape, timeAxis)
  const reversed = build.sub(build.sub(lengths, time), like(time, 1))
  return ops.takeAlongAxis(x, build.where(build.less(time, lengths), reversed, time), timeAxis)
}

/** Elements where a condition that is known now holds. */
const compress: Row = (call) => {
  const axis = call.attributes.has('axis') ? call.axis(call.attributes.int('axis')) : undefined
  const places = call.numbers(1).flatMap((holds, i) => (holds === 0 ? [] : [i]))
  const source = axis === undefined ? build.reshape(call.x, [sizeOf(call.x.shape)]) : call.x
  return ops.take(source, known(places), axis ?? 0)
}

const nonZero: Row = (call) => {
  const { shape } = call.x
  const strides = stridesOf(shape)
  const places = call.numbers(0).flatMap((value, i) => (value === 0 ? [] : [i]))
  const rows = shape.flatMap((n, axis) => places.map((place) => Math.floor(place / strides[axis]) % n))
  return known(rows, [shape.length, places.length])
}

/** The different slices along an axis, which have to be known. */
const unique: Row = (call) => {
  const { attributes } = call
  const axis = attributes.has('axis') ? call.axis(attributes.int('axis')) : undefined
  const x = axis === undefined ? build.reshape(call.x, [sizeOf(call.x.shape)]) : call.x
  const along = axis ?? 0
  const moved = ops.moveAxis(x, along, 0)
  const width = sizeOf(moved.shape.slice(1))
  const all = valuesNow(moved, call.label, 'its input')
  const rows = range(moved.shape[0]).map((i) => all.slice(i * width, (i + 1) * width))
  const firstOf = new Map<string, number>()
  rows.forEach((row, i) => {
    if (!firstOf.has(row.join())) firstOf.set(row.join(), i)
  })
  const firsts = [...firstOf.values()]
  if (attributes.int('sorted', 1) !== 0) {
    firsts.sort((a, b) => {
      const at = rows[a].findIndex((value, i) => value !== rows[b][i])
      return at < 0 ? 0 : rows[a][at] - rows[b][at]
    })
  }
  const places = new Map(firsts.map((first, place) => [rows[first].join(), place]))
  const inverse = rows.map((row) => places.get(row.join()) ?? 0)
  const counts = firsts.map((_, place) => inverse.filter((other) => other === place).length)
  return [ops.take(x, known(firsts), along), known(firsts), known(inverse), known(counts)]
}

export const indexingOperators = {
  Compress: compress,
  Gather: (call) => ops.take(call.x, whole(call.input(1)), call.axis(call.attributes.int('axis', 0)), 'Gather'),
  GatherElements: gatherElements,
  GatherND: gatherND,
  NonZero: nonZero,
  OneHot: oneHot,
  ReverseSequence: reverseSequence,
  Scatter: scatterElements,
  ScatterElements: scatterElements,
  ScatterND: scatterND,
  TopK: topK,
  Unique: unique,
} as const satisfies { readonly [operator: string]: Row }
