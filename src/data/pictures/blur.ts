import { fail } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import { where } from '../../tensor/functions.js'
import { Tensor } from '../../tensor/tensor.js'
import type { ShapeOf } from '../../tensor/types/index.js'
import { along, expectPictures, type PerPicture, perPicture } from './batch.js'
import { blended } from './colour.js'

export interface BlurOptions {
  /** How many pixels on each side count; 3 sigma, which must be given where sigma is a tensor. */
  readonly radius?: number
}

/**
 * Pictures blurred by a bell curve: weights exp(−d² / 2σ²) over the distance d in pixels; beyond the edge lies the mirror image.
 *
 * @param sigma in pixels; 0 leaves a picture as it is
 * @throws ShapeError if there is not one sigma, or one for each picture
 * @example pictures.gaussianBlur(zeros([8, 32, 32, 3]), 1.5) // → [8, 32, 32, 3]
 */
export function gaussianBlur<T extends Tensor>(x: T, sigma: PerPicture, options: BlurOptions = {}): Tensor<ShapeOf<T>> {
  checkOptions('gaussianBlur', options, { radius: true })
  expectPictures('gaussianBlur', x)
  const { radius = typeof sigma === 'number' ? Math.ceil(3 * sigma) : undefined } = options
  if (radius === undefined || !Number.isInteger(radius) || radius < 0 || (typeof sigma === 'number' && !(sigma >= 0))) {
    fail(
      `gaussianBlur: sigma is ${sigma instanceof Tensor ? 'a tensor' : sigma} and the radius ${radius}`,
      'Give a sigma of 0 or more; with a tensor also the radius, a whole number.',
    )
  }
  const spread = perPicture('gaussianBlur', 'sigma', x, sigma)
  const weight = (distance: number): Tensor | number => {
    if (typeof spread === 'number')
      return spread === 0 ? Number(distance === 0) : Math.exp(-((distance / spread) ** 2) / 2)
    if (distance === 0) return 1
    const isSharp = spread.equal(0)
    const curve = where(isSharp, 1, spread).reciprocal().mul(distance).square().mul(-0.5).exp() as Tensor
    return where(isSharp, 0, curve) as Tensor
  }
  const weights = Array.from({ length: radius + 1 }, (_, distance) => weight(distance))
  return blurAlong(blurAlong(x, 1, weights), 2, weights) as Tensor<ShapeOf<T>>
}

/** Sums of neighbours along an axis, by weights for each distance, which need not add up to 1. */
function blurAlong(x: Tensor, axis: 1 | 2, weights: readonly (Tensor | number)[]): Tensor {
  const n = x.shape[axis]!
  // A mirror image ends where the picture does; what is farther away does not count.
  const reach = Math.min(weights.length - 1, n - 1)
  const padded = x.pad(
    [0, 1, 2, 3].map((each) => (each === axis ? reach : 0)),
    { mode: 'reflect' },
  ) as Tensor
  const shifted = (by: number): Tensor =>
    padded.slice(
      ...[0, 1, 2, 3].map((each) => (each === axis ? ([reach + by, reach + by + n] as const) : null)),
    ) as Tensor
  let sum: Tensor = x
  let total: Tensor | number = 1
  for (let distance = 1; distance <= reach; distance++) {
    const weight = weights[distance]!
    sum = sum.add((shifted(-distance).add(shifted(distance)) as Tensor).mul(weight)) as Tensor
    total = typeof weight === 'number' ? (total as number) + 2 * weight : (weight.mul(2).add(total) as Tensor)
  }
  return sum.div(total) as Tensor
}

/**
 * factor · x + (1 − factor) · smoothed, cut to 0 … 1: below 1 softer, above 1 sharper. Smoothed is the mean of 3 × 3 pixels in which
 * the middle counts five times; pixels at the edge stay, as in Pillow.
 *
 * @throws ShapeError if there is not one factor, or one for each picture
 * @example pictures.sharpness(zeros([8, 32, 32, 3]), 2) // → [8, 32, 32, 3]
 */
export function sharpness<T extends Tensor>(x: T, factor: PerPicture): Tensor<ShapeOf<T>> {
  expectPictures('sharpness', x)
  return blended(x, smoothed(x), perPicture('sharpness', 'the factor', x, factor)) as Tensor<ShapeOf<T>>
}

/** The mean of 3 × 3 pixels, the middle counting five times, but at the edge the picture itself. */
export function smoothed(x: Tensor): Tensor {
  const [, height, width] = x.shape as readonly number[] as readonly [number, number, number]
  const isInside = (n: number, axis: 0 | 1): Tensor => {
    const place = along(n, axis, 'int32')
    return place.greater(0).logicalAnd(place.less(n - 1)) as Tensor
  }
  const sums = x.sumPool(3, { stride: 1, padding: 1 }) as Tensor
  const inside = isInside(height, 0).logicalAnd(isInside(width, 1)) as Tensor
  return where(inside, sums.add(x.mul(4)).div(13), x) as Tensor
}
