import { failShape } from '../../../core/errors.js'
import { formatShape } from '../../../core/shape.js'
import type { Node } from '../../../graph/node.js'
import * as ops from '../../../operations/index.js'
import { expectCount } from '../../counts.js'
import { Layer } from '../../layer.js'
import type { ShuffledShape, UnshuffledShape } from '../../types/resampling.js'
import { expectAxes } from '../axes.js'

/** See {@link pixelShuffle}. */
export class PixelShuffle<Scale extends number = number> extends Layer<ShuffledShape<Scale>> {
  constructor(readonly scale: Scale) {
    super()
    expectCount('pixelShuffle', 'pixels along an axis', scale)
  }

  protected run(x: Node): Node {
    expectAxes('pixelShuffle', this.label, x, 'batch, height, width')
    const { scale } = this
    const [batch, height, width, channels] = x.shape
    if (channels % scale ** 2 !== 0) {
      failShape(
        'pixelShuffle',
        `${channels} channels of ${formatShape(x.shape)} do not divide by ${scale ** 2}`,
        'Each channel of the output is made of scale² channels.',
      )
    }
    const split = ops.reshape(x, [batch, height, width, channels / scale ** 2, scale, scale])
    const woven = ops.permute(split, [0, 1, 4, 2, 5, 3])
    return ops.reshape(woven, [batch, height * scale, width * scale, channels / scale ** 2])
  }

  protected override describe(): string {
    return String(this.scale)
  }
}

/** See {@link pixelUnshuffle}. */
export class PixelUnshuffle<Scale extends number = number> extends Layer<UnshuffledShape<Scale>> {
  constructor(readonly scale: Scale) {
    super()
    expectCount('pixelUnshuffle', 'pixels along an axis', scale)
  }

  protected run(x: Node): Node {
    expectAxes('pixelUnshuffle', this.label, x, 'batch, height, width')
    const { scale } = this
    const [batch, height, width, channels] = x.shape
    if (height % scale !== 0 || width % scale !== 0) {
      failShape(
        'pixelUnshuffle',
        `rows and columns of ${formatShape(x.shape)} do not divide by ${scale}`,
        'Crop or pad the pictures first.',
      )
    }
    const split = ops.reshape(x, [batch, height / scale, scale, width / scale, scale, channels])
    const woven = ops.permute(split, [0, 1, 3, 5, 2, 4])
    return ops.reshape(woven, [batch, height / scale, width / scale, channels * scale ** 2])
  }

  protected override describe(): string {
    return String(this.scale)
  }
}

/**
 * A layer that makes a larger picture of many channels: [batch, height, width, channels · scale²] →
 * [batch, height · scale, width · scale, channels]. As in PyTorch, channel c · scale² + i · scale + j becomes row i, column j of the
 * square of channel c. (Shi et al., "Real-time single image and video super-resolution using an efficient sub-pixel
 * convolutional neural network", 2016.)
 *
 * @throws if the scale is not a whole number of at least 1
 * @example pixelShuffle(2).forward(maps) // [128, 14, 14, 8] → [128, 28, 28, 2]
 */
export const pixelShuffle = <Scale extends number>(scale: Scale): PixelShuffle<Scale> => new PixelShuffle(scale)

/**
 * The inverse of {@link pixelShuffle}: [batch, height · scale, width · scale, channels] → [batch, height, width, channels · scale²].
 *
 * @throws if the scale is not a whole number of at least 1
 * @example pixelUnshuffle(2).forward(maps) // [128, 14, 14, 8] → [128, 7, 7, 32]
 */
export const pixelUnshuffle = <Scale extends number>(scale: Scale): PixelUnshuffle<Scale> => new PixelUnshuffle(scale)
