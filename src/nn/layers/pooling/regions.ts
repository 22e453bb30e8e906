import { isFloat } from '../../../core/dtype.js'
import { fail, failDType, failShape } from '../../../core/errors.js'
import { needOptions } from '../../../core/options.js'
import { formatShape } from '../../../core/shape.js'
import type { Node } from '../../../graph/node.js'
import * as ops from '../../../operations/index.js'
import { expectTensor } from '../../../tensor/methods/operand.js'
import type { Tensor } from '../../../tensor/tensor.js'
import type { Shape } from '../../../tensor/types/index.js'
import { wrap } from '../../../tensor/wrap.js'
import { expectCount } from '../../counts.js'

export interface RoiAlignOptions<Size extends number = number> {
  /** Places along each side of what comes out. */
  readonly size: Size
  /** Pixels of the maps for a unit of the boxes; 1. Maps of a stride of 8 have 1/8. */
  readonly scale?: number
  /** Points along each side of a place, of which the mean is taken; 2. */
  readonly samples?: number
}

/** [batch, height, width, channels] and boxes [batch, regions, 4] → [batch, regions, size, size, channels]. */
type Aligned<Maps extends Shape, Boxes extends Shape, Size extends number> = Maps extends readonly [
  infer Batch extends number,
  number,
  number,
  infer Channels extends number,
]
  ? Boxes extends readonly [number, infer Regions extends number, number]
    ? [Batch, Regions, Size, Size, Channels]
    : number[]
  : number[]

/**
 * What maps show within boxes, brought to one size: each box is cut into `size` × `size` places, and each place is the mean of
 * `samples` × `samples` points, read between pixels by bilinear interpolation. Boxes are left, top, right and bottom, as many for each
 * picture; the middle of the first pixel is at ½. Points more than a pixel outside of the maps count as 0, others as the nearest within.
 * Gradients flow to the maps and to the boxes. (He, Gkioxari, Dollár and Girshick, "Mask R-CNN", 2017, section 3; torchvision's
 * `roi_align` with `aligned`.)
 *
 * @param maps [batch, height, width, channels]
 * @param boxes [batch, regions, 4]
 * @returns [batch, regions, size, size, channels]
 * @throws ShapeError if the shapes are others
 * @example roiAlign(zeros([2, 16, 16, 64]), zeros([2, 30, 4]), { size: 5, scale: 1 / 8 }) // [2, 30, 5, 5, 64]
 */
export function roiAlign<Maps extends Shape, Boxes extends Shape, const Size extends number>(
  maps: Tensor<Maps>,
  boxes: Tensor<Boxes>,
  options: RoiAlignOptions<Size>,
): Tensor<Aligned<Maps, Boxes, Size>> {
  needOptions<RoiAlignOptions>('roiAlign', options, { size: true, scale: true, samples: true })
  const { size, scale = 1, samples = 2 } = options
  expectCount('roiAlign', 'places along a side', size)
  expectCount('roiAlign', 'samples along a side of a place', samples)
  if (!(scale > 0 && scale < Infinity)) fail(`roiAlign: the scale is ${scale}`, 'Give a number above 0.')
  const x = expectTensor('roiAlign', 'the tensor of maps', maps)
  const given = expectTensor('roiAlign', 'the tensor of boxes', boxes)
  if (x.rank !== 4)
    failShape('roiAlign', `maps are ${formatShape(x.shape)}`, 'They are [batch, height, width, channels].')
  if (!isFloat(x.dtype)) failDType('roiAlign', `maps are ${x.dtype}`, "Convert them with cast('float32').")
  const [batch, height, width, channels] = x.shape
  if (height === 0 || width === 0) failShape('roiAlign', `maps ${formatShape(x.shape)} have no pixels`)
  if (given.rank !== 3 || given.shape[0] !== batch || given.shape[2] !== 4) {
    failShape('roiAlign', `boxes are ${formatShape(given.shape)}`, `For these maps they are [${batch}, regions, 4].`)
  }
  const regions = given.shape[1]
  const sides = ops.sub(ops.mul(ops.cast(given, x.dtype), scale), 0.5)
  const side = (at: number): Node => ops.reshape(ops.slice(sides, ':', ':', at), [batch, regions, 1, 1])
  const down = weights(side(1), side(3), { size, samples, length: height })
  const across = weights(side(0), side(2), { size, samples, length: width })
  // Interpolation is linear along each axis: a product with the weights of the rows, and one with those of the columns.
  const rows = ops.matmul(
    ops.reshape(down, [batch, regions * size, height]),
    ops.reshape(x, [batch, height, width * channels]),
  )
  return wrap(
    ops.matmul(
      ops.reshape(across, [batch, regions, 1, size, width]),
      ops.reshape(rows, [batch, regions, size, width, channels]),
    ),
  )
}

/** How much of each pixel along an axis is in each place between two ends: [batch, regions, size, length]. */
function weights(
  low: Node,
  high: Node,
  { size, samples, length }: { readonly size: number; readonly samples: number; readonly length: number },
): Node {
  const parts = ops.div(ops.add(ops.cast(ops.arange(size * samples), low.dtype), 0.5), size * samples)
  const points = ops.add(low, ops.mul(ops.sub(high, low), ops.reshape(parts, [size, samples])))
  const isNear = ops.logicalAnd(ops.greaterEqual(points, -1), ops.lessEqual(points, length))
  const inside = ops.unsqueeze(ops.clip(points, 0, length - 1), 4)
  const distance = ops.abs(ops.sub(inside, ops.cast(ops.arange(length), low.dtype)))
  const near = ops.where(ops.unsqueeze(isNear, 4), ops.maximum(ops.sub(1, distance), 0), 0)
  return ops.mean(near, 3)
}
