import { fail } from '../../core/errors.js'
import { checkOptions, needOptions } from '../../core/options.js'
import { where } from '../../tensor/functions.js'
import type { Tensor } from '../../tensor/tensor.js'
import { along } from '../pictures/batch.js'
import { type Augmentation, expectProbability } from './augmentation.js'
import { randomBoxes } from './crop.js'
import { colouring, sizeOf } from './pictures.js'

/** Whether a pixel lies in the box of its picture, `[batch, height, width, 1]`; boxes are `[batch]` each, ends excluded. */
export function insideBox(
  pictures: Tensor,
  [top, bottom]: readonly [Tensor, Tensor],
  [left, right]: readonly [Tensor, Tensor],
): Tensor {
  const [height, width] = sizeOf(pictures)
  const between = (n: number, axis: 0 | 1, start: Tensor, end: Tensor): Tensor => {
    const place = along(n, axis, start.dtype).reshape(axis === 0 ? [1, n, 1, 1] : [1, 1, n, 1]) as Tensor
    const [from, to] = [start, end].map((each) => each.reshape([-1, 1, 1, 1]) as Tensor)
    return place.greaterEqual(from!).logicalAnd(place.less(to!)) as Tensor
  }
  return between(height, 0, top, bottom).logicalAnd(between(width, 1, left, right)) as Tensor
}

/**
 * A square of each picture, at a random place, set to a value; it may stand out over the edge.
 *
 * @param options.size of the square in pixels
 * @param options.value 0
 * @throws Error if the size is not a whole number of at least 1
 * @source DeVries, Taylor, "Improved regularization of convolutional neural networks with cutout", 2017
 * @example augment.cutout({ size: 16 })(zeros([128, 32, 32, 3])) // → [128, 32, 32, 3]
 */
export function cutout(options: { readonly size: number; readonly value?: number }): Augmentation {
  needOptions('augment.cutout', options, { size: true, value: true })
  const { size, value = 0 } = options
  if (!Number.isInteger(size) || size < 1) fail(`augment.cutout: the size is ${size}`, 'Give a whole number of pixels.')
  return colouring((x, draws) => {
    const [height, width] = sizeOf(x)
    // The middle is any pixel of the picture.
    const range = (n: number): [Tensor, Tensor] => {
      const start = draws.integers(x, 0, n).sub(Math.floor(size / 2)) as Tensor
      return [start, start.add(size) as Tensor]
    }
    return where(insideBox(x, range(height), range(width)), value, x) as Tensor
  }, 'augment.cutout')
}

export interface EraseOptions {
  /** Of each picture; ½. */
  readonly probability?: number
  /** Which part of the area is erased; [0.02, 0.33]. */
  readonly scale?: readonly [number, number]
  /** Width over height; [0.3, 3.3]. */
  readonly ratio?: readonly [number, number]
  /** What stands there then: a value, or 'noise' of mean 0 and variance 1; 0. */
  readonly value?: number | 'noise'
}

/**
 * A box of random size and shape inside each picture set to a value, or to noise; a box that does not fit is drawn again up to ten times, then
 * the picture stays.
 *
 * @throws Error if a range is none
 * @source Zhong et al., "Random erasing data augmentation", 2020
 * @example augment.erase({ probability: 0.25 })(zeros([128, 32, 32, 3])) // → [128, 32, 32, 3]
 */
export function erase(options: EraseOptions = {}): Augmentation {
  checkOptions('augment.erase', options, { probability: true, scale: true, ratio: true, value: true })
  const { probability = 0.5, scale = [0.02, 0.33], ratio = [0.3, 3.3], value = 0 } = options
  expectProbability('augment.erase', probability)
  return colouring((x, draws) => {
    const { top, left, height, width, fits } = randomBoxes('augment.erase', x, draws, { scale, ratio })
    const box = insideBox(x, [top, top.add(height) as Tensor], [left, left.add(width) as Tensor])
    const chosen = draws.chosen(x, probability).logicalAnd(fits).reshape([-1, 1, 1, 1]) as Tensor
    const erased = value === 'noise' ? (draws.normal(x.shape).cast(x.dtype) as Tensor) : value
    return where(chosen.logicalAnd(box), erased, x) as Tensor
  }, 'augment.erase')
}
