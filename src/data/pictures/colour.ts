import { concat, where } from '../../tensor/functions.js'
import type { Tensor } from '../../tensor/tensor.js'
import type { ShapeOf } from '../../tensor/types/index.js'
import { expectColours, expectPictures, type PerPicture, perPicture } from './batch.js'

// Pictures are [batch, height, width, channels] from 0 to 1. What a number is given for may be a tensor [batch] with one for each picture.

/** f x + (1 − f) y, cut to 0 … 1. */
export const blended = (x: Tensor, y: Tensor | number, factor: Tensor | number): Tensor =>
  x.sub(y).mul(factor).add(y).clip(0, 1) as Tensor

const channel = (x: Tensor, i: number): Tensor => x.slice('...', [i, i + 1]) as Tensor

/** 0.299 r + 0.587 g + 0.114 b, `[batch, height, width, 1]` (ITU-R BT.601). */
export const luma = (x: Tensor): Tensor =>
  x.shape[3] === 1
    ? x
    : (channel(x, 0).mul(0.299).add(channel(x, 1).mul(0.587)).add(channel(x, 2).mul(0.114)) as Tensor)

/**
 * Grey pictures with as many channels as before: 0.299 r + 0.587 g + 0.114 b in each.
 *
 * @throws ShapeError if there are not 3 channels or 1
 * @example pictures.grey(zeros([8, 32, 32, 3])) // → [8, 32, 32, 3]
 */
export const grey = <T extends Tensor>(x: T): Tensor<ShapeOf<T>> =>
  luma(expectColours('grey', x)).expand(x.shape) as Tensor as Tensor<ShapeOf<T>>

/**
 * factor · x, cut to 0 … 1.
 *
 * @throws ShapeError if there is not one factor, or one for each picture
 * @example pictures.brightness(full([1, 1, 1, 1], 0.5), 0.5) // [[[[0.25]]]]
 */
export const brightness = <T extends Tensor>(x: T, factor: PerPicture): Tensor<ShapeOf<T>> =>
  blended(expectPictures('brightness', x), 0, perPicture('brightness', 'the factor', x, factor)) as Tensor<ShapeOf<T>>

/**
 * factor · x + (1 − factor) · the mean brightness of the picture, cut to 0 … 1.
 *
 * @throws ShapeError if there are not 3 channels or 1
 * @example pictures.contrast(zeros([8, 32, 32, 3]), 1.5) // → [8, 32, 32, 3]
 */
export const contrast = <T extends Tensor>(x: T, factor: PerPicture): Tensor<ShapeOf<T>> =>
  blended(x, meanLuma(expectColours('contrast', x)), perPicture('contrast', 'the factor', x, factor)) as Tensor<
    ShapeOf<T>
  >

/** The mean brightness of each picture, `[batch, 1, 1, 1]`. */
export const meanLuma = (x: Tensor): Tensor => luma(x).mean([1, 2], { keepDims: true }) as Tensor

/**
 * factor · x + (1 − factor) · grey(x), cut to 0 … 1: 0 takes all colours away.
 *
 * @throws ShapeError if there are not 3 channels or 1
 * @example pictures.saturation(zeros([8, 32, 32, 3]), 0) // → [8, 32, 32, 3]
 */
export const saturation = <T extends Tensor>(x: T, factor: PerPicture): Tensor<ShapeOf<T>> =>
  blended(x, luma(expectColours('saturation', x)), perPicture('saturation', 'the factor', x, factor)) as Tensor<
    ShapeOf<T>
  >

/**
 * Colours moved around the circle of hues, by turns: ⅓ makes red green. Grey pictures stay as they are.
 *
 * @param shift in turns, −½ … ½ reaching all hues
 * @throws ShapeError if there are not 3 channels or 1
 * @source Smith, "Color gamut transform pairs", 1978 (hue, saturation, value)
 * @example pictures.hue(zeros([8, 32, 32, 3]), 0.1) // → [8, 32, 32, 3]
 */
export function hue<T extends Tensor>(x: T, shift: PerPicture): Tensor<ShapeOf<T>> {
  const turns = perPicture('hue', 'the shift', expectColours('hue', x), shift)
  if (x.shape[3] === 1) return x as Tensor as Tensor<ShapeOf<T>>
  const [r, g, b] = [channel(x, 0), channel(x, 1), channel(x, 2)]
  const highest = r.maximum(g).maximum(b) as Tensor
  const span = highest.sub(r.minimum(g).minimum(b)) as Tensor
  // Grey has no hue: any will do, as nothing is added for it.
  const part = where(span.equal(0), 1, span) as Tensor
  const [toRed, toGreen, toBlue] = [r, g, b].map((each) => highest.sub(each).div(part) as Tensor)
  const sixths = where(
    r.equal(highest),
    toBlue!.sub(toGreen!),
    where(g.equal(highest), toRed!.sub(toBlue!).add(2), toGreen!.sub(toRed!).add(4)),
  ) as Tensor
  const place = sixths.add(typeof turns === 'number' ? turns * 6 : turns.mul(6)) as Tensor
  // How much a channel lacks of the highest: a line up and down over the circle, which each channel reads at a place of its own.
  const lacks = (offset: number): Tensor => {
    const shifted = place.add(offset) as Tensor
    const k = shifted.sub(shifted.div(6).floor().mul(6)) as Tensor
    return k.minimum(k.neg().add(4)).clip(0, 1) as Tensor
  }
  const channels = [5, 3, 1].map((offset) => highest.sub(span.mul(lacks(offset))) as Tensor)
  return concat(channels, -1) as Tensor as Tensor<ShapeOf<T>>
}

/** 1 − x. */
export const invert = <T extends Tensor>(x: T): Tensor<ShapeOf<T>> =>
  expectPictures('invert', x).neg().add(1) as Tensor as Tensor<ShapeOf<T>>

/**
 * Values from the threshold on inverted, 1 − x, as film that saw too much light.
 *
 * @example pictures.solarize(full([1, 1, 1, 1], 0.75), 0.5) // [[[[0.25]]]]
 */
export function solarize<T extends Tensor>(x: T, threshold: PerPicture): Tensor<ShapeOf<T>> {
  const from = perPicture('solarize', 'the threshold', expectPictures('solarize', x), threshold)
  return where(x.less(from), x, x.neg().add(1)) as Tensor as Tensor<ShapeOf<T>>
}
