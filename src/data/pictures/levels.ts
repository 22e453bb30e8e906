import { arange, zeros } from '../../tensor/fill.js'
import { concat, where } from '../../tensor/functions.js'
import type { Tensor } from '../../tensor/tensor.js'
import type { ShapeOf } from '../../tensor/types/index.js'
import { expectPictures, type PerPicture, perPicture } from './batch.js'

// Operations on the 256 levels of pictures from 0 to 1: no gradient goes through levels.

const LEVELS = 256

/** The levels 0 … 255 of values 0 … 1. */
const levelsOf = (x: Tensor): Tensor =>
  x
    .mul(LEVELS - 1)
    .round()
    .clip(0, LEVELS - 1) as Tensor

/**
 * The first `bits` (0 … 8) of the eight bits of each level.
 *
 * @throws ShapeError if there is not one number, or one for each picture
 * @example pictures.posterize(full([1, 1, 1, 1], 200 / 255), 1).mul(255) // [[[[128]]]]
 */
export function posterize<T extends Tensor>(x: T, bits: PerPicture): Tensor<ShapeOf<T>> {
  const kept = perPicture('posterize', 'the number of bits', expectPictures('posterize', x), bits)
  const step = typeof kept === 'number' ? 2 ** (8 - kept) : (kept.neg().add(8).exp2() as Tensor)
  return levelsOf(x)
    .div(step)
    .floor()
    .mul(step)
    .div(LEVELS - 1) as Tensor as Tensor<ShapeOf<T>>
}

/**
 * Each channel of each picture stretched so that its lowest value becomes 0 and its highest 1; a channel of one value stays.
 *
 * @example pictures.autoContrast(zeros([8, 32, 32, 3])) // → [8, 32, 32, 3]
 */
export function autoContrast<T extends Tensor>(x: T): Tensor<ShapeOf<T>> {
  expectPictures('autoContrast', x)
  const low = x.min([1, 2], { keepDims: true }) as Tensor
  const span = (x.max([1, 2], { keepDims: true }) as Tensor).sub(low) as Tensor
  const isFlat = span.equal(0)
  const stretched = x.sub(low).div(where(isFlat, 1, span)) as Tensor
  return where(isFlat, x, stretched) as Tensor as Tensor<ShapeOf<T>>
}

/**
 * Each channel of each picture with its levels moved so that all occur about equally often, as Pillow does it.
 *
 * @example pictures.equalize(zeros([8, 32, 32, 3])) // → [8, 32, 32, 3]
 */
export function equalize<T extends Tensor>(x: T): Tensor<ShapeOf<T>> {
  expectPictures('equalize', x)
  const [batch, height, width, channels] = x.shape as readonly number[] as readonly [number, number, number, number]
  const levels = levelsOf(x).cast('int32') as Tensor
  const rows = batch * channels
  // A histogram for each channel of each picture, all in one.
  const row = arange(0, rows, 1, 'int32').reshape([batch, 1, 1, channels]) as Tensor
  const places = row.mul(LEVELS).add(levels) as Tensor
  const counts = zeros([rows * LEVELS], 'float32')
    .scatterAdd(places.flatten(), 1)
    .reshape([rows, LEVELS]) as Tensor
  // Pillow leaves the highest level out of the sum that a step is a part of.
  const level = arange(0, LEVELS, 1, 'float32') as Tensor
  const highest = where(counts.greater(0), level, -1).max(1, { keepDims: true }) as Tensor
  const last = where(level.equal(highest), counts, 0).sum(1, { keepDims: true }) as Tensor
  const step = last
    .neg()
    .add(height * width)
    .div(LEVELS - 1)
    .floor() as Tensor
  const below = concat([zeros([rows, 1]), counts.cumSum(1).slice(':', [0, LEVELS - 1]) as Tensor], 1) as Tensor
  const safe = step.maximum(1) as Tensor
  const moved = safe
    .div(2)
    .floor()
    .add(below)
    .div(safe)
    .floor()
    .clip(0, LEVELS - 1) as Tensor
  const table = where(step.equal(0), level, moved) as Tensor
  return table
    .flatten()
    .take(places)
    .div(LEVELS - 1)
    .cast(x.dtype) as Tensor as Tensor<ShapeOf<T>>
}
