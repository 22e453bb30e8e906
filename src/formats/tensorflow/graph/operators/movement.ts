import { range, sizeOf } from '../../../../core/shape.js'
import type { Node } from '../../../../graph/node.js'
import * as ops from '../../../../operations/index.js'
import { dataNode } from '../../../../tensor/runtime.js'
import { reshaped } from '../../../keras/layers/movement.js'
import { markConstant } from '../../../onnx/import/known.js'
import type { Call, Row, Rows } from '../call.js'

const whole = (values: readonly number[], shape: readonly number[] = [values.length]): Node =>
  markConstant(dataNode({ dtype: 'int32', shape }, Int32Array.from(values)))

/** Pairs side by side, as a matrix has them. */
const pairs = (values: readonly number[]): (readonly [number, number])[] =>
  range(values.length / 2).map((i) => [values[2 * i], values[2 * i + 1]])

/** Parts of an array as `x[a:b:c, new, ..., 3]` writes them, by bits for each of the entries. */
const stridedSlice: Row = (call) => {
  const { x, attributes } = call
  const [starts, ends, steps] = [1, 2, 3].map((i) => call.values(i))
  const bit = (name: string, i: number): boolean => ((attributes.int(name, 0) >> i) & 1) === 1
  const entries = range(starts.length)
  const consumed = entries.filter((i) => !bit('new_axis_mask', i) && !bit('ellipsis_mask', i)).length
  const specs: ops.SliceSpec[] = []
  const shape: number[] = []
  let axis = 0
  const keep = (): void => {
    specs.push(':')
    shape.push(x.shape[axis++])
  }
  for (const i of entries) {
    if (bit('ellipsis_mask', i)) for (let left = x.rank - consumed; left > 0; left--) keep()
    else if (bit('new_axis_mask', i)) shape.push(1)
    else if (bit('shrink_axis_mask', i)) {
      const at = starts[i] < 0 ? starts[i] + x.shape[axis] : starts[i]
      specs.push([at, at + 1])
      axis++
    } else {
      const spec = [bit('begin_mask', i) ? null : starts[i], bit('end_mask', i) ? null : ends[i], steps[i]] as const
      specs.push(spec)
      shape.push(ops.slice(x, ...range(axis).map(() => ':' as const), spec).shape[axis])
      axis++
    }
  }
  while (axis < x.rank) keep()
  return ops.reshape(ops.slice(x, ...specs), shape)
}

const squeezed: Row = ({ x, attributes }) => {
  const axes = attributes.ints('squeeze_dims', attributes.ints('axis')).map((axis) => (axis < 0 ? axis + x.rank : axis))
  return ops.reshape(
    x,
    x.shape.filter((n, axis) => (axes.length === 0 ? n !== 1 : !axes.includes(axis))),
  )
}

const slice: Row = (call) => {
  const [starts, sizes] = [call.values(1), call.values(2)]
  return ops.slice(call.x, ...starts.map((start, i) => [start, sizes[i] < 0 ? null : start + sizes[i]] as const))
}

const concatenated: Row = (call) => {
  const axis = call.value(call.inputs.length - 1)
  return ops.concat(call.inputs.slice(0, -1), axis)
}

const gathered: Row = (call) =>
  ops.take(call.x, ops.cast(call.input(1), 'int32'), call.inputs.length > 2 ? call.axis(2) : 0)

/** Channels to places, or back, in blocks of the size of an attribute. */
const blocks =
  (toSpace: boolean): Row =>
  ({ x, attributes }) => {
    const n = attributes.int('block_size')
    const [batch, height, width, channels] = x.shape
    if (!toSpace) {
      const apart = ops.reshape(x, [batch, height / n, n, width / n, n, channels])
      return ops.reshape(ops.permute(apart, [0, 1, 3, 2, 4, 5]), [batch, height / n, width / n, n * n * channels])
    }
    const apart = ops.reshape(x, [batch, height, width, n, n, channels / (n * n)])
    return ops.reshape(ops.permute(apart, [0, 1, 3, 2, 4, 5]), [batch, height * n, width * n, channels / (n * n)])
  }

/** Places in blocks become examples of the batch: so are dilated convolutions written. */
const spaceToBatch: Row = (call) => {
  const [block, margins] = [call.values(1), pairs(call.values(2))]
  const padded = ops.pad(call.x, [0, ...margins, ...range(call.x.rank - 1 - block.length).map(() => 0)])
  const [batch, ...sizes] = padded.shape
  const [spatial, rest] = [sizes.slice(0, block.length), sizes.slice(block.length)]
  const apart = ops.reshape(padded, [batch, ...spatial.flatMap((n, i) => [n / block[i], block[i]]), ...rest])
  const inner = block.map((_, i) => 2 * i + 2)
  const outer = block.map((_, i) => 2 * i + 1)
  const order = [...inner, 0, ...outer, ...rest.map((_, i) => 1 + 2 * block.length + i)]
  return ops.reshape(ops.permute(apart, order), [
    batch * sizeOf(block),
    ...spatial.map((n, i) => n / block[i]),
    ...rest,
  ])
}

const batchToSpace: Row = (call) => {
  const [block, crops] = [call.values(1), pairs(call.values(2))]
  const [batch, ...sizes] = call.x.shape
  const [spatial, rest] = [sizes.slice(0, block.length), sizes.slice(block.length)]
  const count = block.length
  const apart = ops.reshape(call.x, [...block, batch / sizeOf(block), ...sizes])
  const order = [count, ...block.flatMap((_, i) => [count + 1 + i, i]), ...rest.map((_, i) => 2 * count + 1 + i)]
  const whole = ops.reshape(ops.permute(apart, order), [
    batch / sizeOf(block),
    ...spatial.map((n, i) => n * block[i]),
    ...rest,
  ])
  return ops.slice(whole, ':', ...crops.map(([low, high], i) => [low, whole.shape[i + 1] - high] as const))
}

const resized =
  (mode: 'nearest' | 'bilinear'): Row =>
  (call) => {
    const { attributes } = call
    const corners = attributes.flag('align_corners')
    const centres = attributes.flag('half_pixel_centers')
    const sizes = call.values(1)
    const isWhole = sizes.every((n, i) => n % call.x.shape[i + 1] === 0)
    // Without centres or corners, places are counted from the upper left.
    if (!corners && !centres && !(mode === 'nearest' && isWhole)) call.refuse('it resizes without half-pixel centres')
    return ops.resize(call.x, sizes, { mode, alignCorners: corners })
  }

const mirrored: Row = (call) => {
  const mode = call.attributes.text('mode', 'REFLECT')
  return ops.pad(call.x, pairs(call.values(1)), {
    mode: mode === 'REFLECT' ? 'reflect' : call.refuse(`the mode ${mode}`),
  })
}

const ranged: Row = (call) => {
  const [start, stop, step] = [0, 1, 2].map((i) => call.value(i))
  const count = Math.max(0, Math.ceil((stop - start) / step))
  if (!(count <= 1e7)) call.refuse(`a range of ${count} numbers`)
  return whole(range(count).map((i) => start + i * step))
}

const filled = (call: Call): Node => ops.expand(call.input(1), call.values(0))

export const movement: Rows = {
  Shape: ({ x }) => whole(x.shape),
  Rank: ({ x }) => whole([x.rank], []),
  Size: ({ x }) => whole([sizeOf(x.shape)], []),
  Reshape: (call) => reshaped(call.x, call.values(1)),
  Squeeze: squeezed,
  ExpandDims: (call) => ops.unsqueeze(call.x, call.axis(1, call.x.rank + 1)),
  Transpose: (call) => ops.permute(call.x, call.values(1)),
  Concat: (call) => ops.concat(call.inputs.slice(1), call.value(0)),
  ConcatV2: concatenated,
  Pack: ({ inputs, attributes }) => ops.stack(inputs, attributes.int('axis', 0)),
  Unpack: ({ x, attributes }) => {
    const axis = attributes.int('axis', 0)
    const at = axis < 0 ? axis + x.rank : axis
    return range(x.shape[at]).map((i) => ops.at(x, i, at))
  },
  Split: (call) => ops.split(call.input(1), call.attributes.int('num_split'), call.axis(0, call.input(1).rank)),
  SplitV: (call) => ops.split(call.x, call.values(1), call.axis(2)),
  Slice: slice,
  StridedSlice: stridedSlice,
  Pad: (call) => ops.pad(call.x, pairs(call.values(1))),
  PadV2: (call) => ops.pad(call.x, pairs(call.values(1)), { value: call.value(2) }),
  MirrorPad: mirrored,
  Tile: (call) => ops.tile(call.x, call.values(1)),
  BroadcastTo: (call) => ops.expand(call.x, call.values(1)),
  Fill: filled,
  Range: ranged,
  Gather: gathered,
  GatherV2: gathered,
  OneHot: (call) => {
    const hot = ops.oneHot(ops.cast(call.x, 'int32'), call.value(1))
    return ops.add(ops.mul(hot, ops.sub(call.input(2), call.input(3))), call.input(3))
  },
  Reverse: (call) => ops.flip(call.x, call.values(1)),
  ReverseV2: (call) => ops.flip(call.x, call.values(1)),
  DepthToSpace: blocks(true),
  SpaceToDepth: blocks(false),
  SpaceToBatchND: spaceToBatch,
  BatchToSpaceND: batchToSpace,
  ResizeBilinear: resized('bilinear'),
  ResizeNearestNeighbor: resized('nearest'),
}
