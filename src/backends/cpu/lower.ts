import { type DType, isFloat } from '../../core/dtype.js'
import { range, type Shape, sizeOf } from '../../core/shape.js'
import { isOp, type Node } from '../../graph/node.js'
import type { Primitive, TensorType } from '../../graph/primitives.js'
import { contiguousView, isContiguous, type Reduction, type View } from './format.js'
import { type ProgramWriter, wholeSpace } from './writer.js'

/** What lowering a step needs from the program around it. */
export interface Surroundings {
  readonly writer: ProgramWriter
  /** Room that is free again after the step. */
  temporary(type: TensorType): View
  /** The number under which errors of this node are reported. */
  tagOf(node: Node): number
}

type Lowering = (node: Node, inputs: readonly View[], outputs: readonly View[], around: Surroundings) => void

/** The same bytes as another dtype of the same width. */
const reread = (view: View, dtype: DType): View => ({ ...view, dtype })

/** Writes `from` to `to`, cast if their dtypes differ; `to` has no gaps, its axes any order and direction. */
export function emitCast({ writer }: Surroundings, from: View, to: View): void {
  const [source, target] = alongMemory(from, to)
  const instructions =
    from.dtype === to.dtype ? [] : [{ operation: 'cast', dtype: from.dtype, result: to.dtype, operands: [0] } as const]
  writer.loop({
    ...wholeSpace(target.shape),
    inputs: [source],
    instructions,
    outputs: [{ value: instructions.length, view: target }],
    reductions: [],
  })
}

/** Two views of the same axes, with these turned and ordered so that the second goes through its memory from front to back. */
function alongMemory(from: View, to: View): [View, View] {
  if (isContiguous(to)) return [from, to]
  const axes = to.shape.map((_, axis) => axis).sort((a, b) => Math.abs(to.strides[b]) - Math.abs(to.strides[a]))
  const turned = axes.map((axis) => to.strides[axis] < 0)
  const along = (view: View): View => {
    const reach = axes.map((axis, i) => (turned[i] ? (view.shape[axis] - 1) * view.strides[axis] : 0))
    return {
      ...view,
      shape: axes.map((axis) => view.shape[axis]),
      strides: axes.map((axis, i) => (turned[i] ? -view.strides[axis] : view.strides[axis])),
      offset: view.offset + reach.reduce((sum, n) => sum + n, 0),
    }
  }
  return [along(from), along(to)]
}

/** The view itself if it has no gaps, otherwise a dense copy. */
export function dense(view: View, around: Surroundings): View {
  if (isContiguous(view)) return view
  const copy = around.temporary(view)
  emitCast(around, view, copy)
  return copy
}

/** The dtype in which routines compute: wrapping ones take unsigned integers as int32, ordering ones as float64. */
function computedDType(dtype: DType, ordering: boolean): DType {
  if (dtype === 'float16' || dtype === 'bfloat16') return 'float32'
  if (dtype === 'uint32') return ordering ? 'float64' : 'int32'
  return dtype === 'uint8' || dtype === 'bool' ? 'int32' : dtype
}

/** The view as another dtype: a copy, where the elements are not the same. */
export function converted(view: View, dtype: DType, around: Surroundings): View {
  if (view.dtype === dtype) return view
  if (view.dtype === 'uint32' && dtype === 'int32') return reread(view, dtype)
  const copy = around.temporary({ dtype, shape: view.shape })
  emitCast(around, view, copy)
  return copy
}

/** The dtype in which products are computed. */
export const productDType = (dtype: DType): DType => computedDType(dtype, false)

/** Runs a routine that takes few dtypes: operands are converted before, the result after. */
export function widened(
  inputs: readonly View[],
  out: View,
  dtype: DType,
  around: Surroundings,
  emit: (inputs: readonly View[], out: View) => void,
): void {
  const wide = inputs.map((view) => converted(view, dtype, around))
  if (out.dtype === dtype || (out.dtype === 'uint32' && dtype === 'int32')) {
    emit(wide, reread(out, dtype))
    return
  }
  const result = around.temporary({ dtype, shape: out.shape })
  emit(wide, result)
  emitCast(around, result, out)
}

/** The axes in another order. */
export const permuted = (view: View, axes: readonly number[]): View => ({
  ...view,
  shape: axes.map((axis) => view.shape[axis]),
  strides: axes.map((axis) => view.strides[axis]),
})
/** The last axis as groups and what is in them. */
export const inGroups = (view: View, groups: number): View => {
  const [size, stride] = [view.shape[view.shape.length - 1], view.strides[view.shape.length - 1]]
  const within = size / groups
  return {
    ...view,
    shape: [...view.shape.slice(0, -1), groups, within],
    strides: [...view.strides.slice(0, -1), within * stride, stride],
  }
}

const sliced = (view: View, starts: Shape, sizes: Shape, steps: Shape): View => ({
  ...view,
  shape: sizes,
  offset:
    sizeOf(sizes) === 0 ? 0 : view.offset + starts.reduce((sum, start, axis) => sum + start * view.strides[axis], 0),
  strides: view.strides.map((stride, axis) => stride * steps[axis]),
})

/** The index space of a reduction: kept axes, reduced axes, and the kept axes behind the last reduced one. */
export function reductionSpace(shape: Shape, axes: readonly number[]) {
  const last = Math.max(-1, ...axes)
  const kept = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis))
  const [before, after] = [kept.filter((axis) => axis < last), kept.filter((axis) => axis > last)]
  const count = (some: readonly number[]): number => sizeOf(some.map((axis) => shape[axis]))
  const reduced = [...axes].sort((a, b) => a - b)
  return {
    order: [...before, ...reduced, ...after],
    outer: count(before),
    reduced: count(reduced),
    inner: count(after),
  }
}

const reduce: Lowering = (node, [x], [out], { writer }) => {
  if (!isOp(node, 'reduceSum') && !isOp(node, 'reduceProd') && !isOp(node, 'reduceMax') && !isOp(node, 'reduceMin'))
    return
  const { order, ...space } = reductionSpace(x.shape, node.attributes.axes)
  const kind: Reduction = node.op
  writer.loop({
    ...space,
    inputs: [permuted(x, order)],
    instructions: [],
    outputs: [],
    reductions: [{ kind, value: 0, view: out }],
  })
}

/** What runs as it is, by primitive: routines, and reductions of nothing. The rest becomes part of loops and products. */
const lowerings: { readonly [P in Primitive]?: Lowering } = {
  pad: (node, [x], [out], around) => {
    if (!isOp(node, 'pad')) return
    const { low, interior, value } = node.attributes
    emitCast(around, contiguousView(out, { kind: 'constant', value }), out)
    const steps = interior.map((n) => n + 1)
    if (sizeOf(x.shape) > 0) around.writer.copy(x, sliced(out, low, x.shape, steps))
  },
  concat: (node, inputs, [out], { writer }) => {
    if (!isOp(node, 'concat')) return
    const { axis } = node.attributes
    let start = 0
    for (const x of inputs) {
      const starts = x.shape.map((_, i) => (i === axis ? start : 0))
      if (sizeOf(x.shape) > 0) {
        writer.copy(
          x,
          sliced(
            out,
            starts,
            x.shape,
            x.shape.map(() => 1),
          ),
        )
      }
      start += x.shape[axis]
    }
  },
  reduceSum: reduce,
  reduceProd: reduce,
  reduceMax: reduce,
  reduceMin: reduce,
  argMax: (node, [x], [out], around) => {
    if (isOp(node, 'argMax')) extremum('argMax', node.attributes.axis, x, out, around)
  },
  argMin: (node, [x], [out], around) => {
    if (isOp(node, 'argMin')) extremum('argMin', node.attributes.axis, x, out, around)
  },
  cumSum: (node, [x], [out], around) => {
    if (!isOp(node, 'cumSum')) return
    const { axis, reverse } = node.attributes
    widened([x], out, computedDType(x.dtype, false), around, ([wide], result) =>
      around.writer.alongAxis(reverse ? 'cumSumReverse' : 'cumSum', axis, dense(wide, around), result),
    )
  },
  dot: (_, inputs, [out], around) =>
    widened(inputs, out, computedDType(out.dtype, false), around, ([a, b], result) => around.writer.dot(a, b, result)),
  conv: (node, inputs, [out], around) => {
    if (!isOp(node, 'conv')) return
    const { groups } = node.attributes
    widened(inputs, out, computedDType(out.dtype, false), around, ([x, kernel], result) => {
      const [images, results] = [x, result].map((view) => inGroups(view, groups))
      // […window, channels, groups · outputs]: the groups come before the channels.
      const weights = inGroups(kernel, groups)
      const axes = range(weights.shape.length)
      const [channels, group] = axes.splice(-3, 2)
      axes.splice(-1, 0, group, channels)
      around.writer.conv(images, permuted(weights, axes), results, node.attributes, false)
    })
  },
  maxPool: (node, inputs, [out], around) => {
    if (isOp(node, 'maxPool')) pool('maxPool', inputs, out, node.attributes, around)
  },
  maxPoolGradient: (node, inputs, [out], around) => {
    if (isOp(node, 'maxPoolGradient')) pool('maxPoolGradient', inputs, out, node.attributes, around)
  },
  maxPoolSelect: (node, inputs, [out], around) => {
    if (isOp(node, 'maxPoolSelect')) pool('maxPoolSelect', inputs, out, node.attributes, around)
  },
  sumPool: (node, inputs, [out], around) => {
    if (isOp(node, 'sumPool')) pool('sumPool', inputs, out, node.attributes, around)
  },
  sumPoolGradient: (node, inputs, [out], around) => {
    if (isOp(node, 'sumPoolGradient')) pool('sumPoolGradient', inputs, out, node.attributes, around)
  },
  gather: (node, [x, indices], [out], around) => {
    if (!isOp(node, 'gather')) return
    const operands = [dense(x, around), dense(indices, around), out]
    around.writer.indexing('gather', around.tagOf(node), node.attributes.batchDims, operands)
  },
  scatter: (node, [x, indices, updates], [out], around) => {
    if (!isOp(node, 'scatter')) return
    const { mode, batchDims } = node.attributes
    const where = dense(indices, around)
    const dtype = computedDType(x.dtype, mode === 'max' || mode === 'min')
    widened([x, updates], out, dtype, around, ([base, added], result) =>
      around.writer.indexing(mode, around.tagOf(node), batchDims, [
        dense(base, around),
        where,
        dense(added, around),
        result,
      ]),
    )
  },
  argSort: (node, [x], [out], around) => {
    if (!isOp(node, 'argSort')) return
    const wide = dense(converted(x, computedDType(x.dtype, true), around), around)
    around.writer.argSort(wide, out, node.attributes.descending)
  },
  cholesky: (node, inputs, outputs, around) => linear('cholesky', node, 0, inputs, outputs, around),
  triangularSolve: (node, inputs, outputs, around) => {
    if (!isOp(node, 'triangularSolve')) return
    const { lower, transpose, unitDiagonal } = node.attributes
    const flags = (lower ? 1 : 0) + (transpose ? 2 : 0) + (unitDiagonal ? 4 : 0)
    linear('triangularSolve', node, flags, inputs, outputs, around)
  },
  lu: (node, inputs, outputs, around) => linear('lu', node, 0, inputs, outputs, around),
  qr: (node, inputs, outputs, around) => linear('qr', node, 0, inputs, outputs, around),
  eigh: (node, inputs, outputs, around) => linear('eigh', node, 0, inputs, outputs, around),
  svd: (node, inputs, outputs, around) => linear('svd', node, 0, inputs, outputs, around),
  fft: (node, inputs, outputs, around) => {
    if (isOp(node, 'fft')) linear('fft', node, node.attributes.inverse ? 1 : 0, inputs, outputs, around)
  },
}

function extremum(kind: 'argMax' | 'argMin', axis: number, x: View, out: View, around: Surroundings): void {
  const wide = dense(converted(x, computedDType(x.dtype, true), around), around)
  around.writer.alongAxis(kind, axis, wide, out)
}

function pool(
  kind: 'maxPool' | 'maxPoolGradient' | 'maxPoolSelect' | 'sumPool' | 'sumPoolGradient',
  inputs: readonly View[],
  out: View,
  attributes: { window: Shape; strides: Shape; padding: readonly (readonly [number, number])[] },
  around: Surroundings,
): void {
  const ordering = kind.startsWith('max')
  widened(inputs, out, computedDType(inputs[0].dtype, ordering), around, (wide, result) =>
    around.writer.pool(kind, [...wide.map((view) => dense(view, around)), result], attributes),
  )
}

/** Routines of linear algebra compute in doubles. */
function linear(
  kind: 'cholesky' | 'triangularSolve' | 'lu' | 'qr' | 'eigh' | 'svd' | 'fft',
  node: Node,
  flags: number,
  inputs: readonly View[],
  outputs: readonly View[],
  around: Surroundings,
): void {
  const wide = inputs.map((view) => dense(converted(view, 'float64', around), around))
  const results = outputs.map((out) =>
    isFloat(out.dtype) && out.dtype !== 'float64' ? around.temporary({ dtype: 'float64', shape: out.shape }) : out,
  )
  around.writer.linear(kind, around.tagOf(node), flags, [...wide, ...results])
  results.forEach((result, i) => {
    if (result !== outputs[i]) emitCast(around, result, outputs[i])
  })
}

/** Writes the steps that compute a node, other than loops over bodies and branches. */
export function lowerNode(node: Node, inputs: readonly View[], outputs: readonly View[], around: Surroundings): void {
  const lowering = lowerings[node.op]
  if (lowering === undefined) throw new Error(`cpu backend: ${node.op} is not a step`)
  lowering(node, inputs, outputs, around)
}
