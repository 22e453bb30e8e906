import { expectChoice } from '../../core/arguments.js'
import { fail, failShape } from '../../core/errors.js'
import { checkOptions, needOptions } from '../../core/options.js'
import { stack, where } from '../../tensor/functions.js'
import type { Tensor } from '../../tensor/tensor.js'
import { vmap } from '../../tensor/vmap.js'
import { along } from '../pictures/batch.js'
import { warp } from '../pictures/warp.js'
import { type Augmentation, expectProbability, perExample, rangeOf } from './augmentation.js'
import type { Draws } from './draws.js'
import { moving, sizeOf } from './pictures.js'

export interface FlipOptions {
  /** The probability that left and right change places; ½. */
  readonly horizontal?: number
  /** The probability that top and bottom change places; 0. */
  readonly vertical?: number
  /** The probability that rows and columns change places, for square pictures; 0. With ½ three times, a picture comes in all its 8 views. */
  readonly diagonal?: number
}

/**
 * Pictures mirrored at random.
 *
 * @throws Error if pictures that are not square are to be mirrored at the diagonal
 * @example augment.flip()(zeros([128, 32, 32, 3])) // → [128, 32, 32, 3]
 */
export function flip(options: FlipOptions = {}): Augmentation {
  checkOptions('augment.flip', options, { horizontal: true, vertical: true, diagonal: true })
  const { horizontal = 0.5, vertical = 0, diagonal = 0 } = options
  for (const each of [horizontal, vertical, diagonal]) expectProbability('augment.flip', each)
  return moving('augment.flip', (pictures, draws) => {
    const [height, width] = sizeOf(pictures)
    if (diagonal > 0 && height !== width) {
      failShape(
        'augment.flip',
        `pictures of ${height} × ${width} cannot be mirrored at the diagonal`,
        'Give square ones, or leave out `diagonal`.',
      )
    }
    const flips = (
      [
        [(x) => x.flip(1), vertical],
        [(x) => x.flip(2), horizontal],
        [(x) => x.permute([0, 2, 1, 3]), diagonal],
      ] as readonly (readonly [(x: Tensor) => Tensor, number])[]
    )
      .filter(([, probability]) => probability > 0)
      .map(([mirrored, probability]) => ({ mirrored, chosen: draws.chosen(pictures, probability) }))
    return (x) =>
      flips.reduce((all, { mirrored, chosen }) => where(perExample(chosen, all), mirrored(all), all) as Tensor, x)
  })
}

export interface CropOptions {
  /** How many pixels are added on each side before; 0. */
  readonly padding?: number
  /** What is added: the value `fill`, the mirror image without the edge, or the edge; 'fill'. */
  readonly mode?: 'fill' | 'reflect' | 'edge'
  /** The value around; 0. */
  readonly fill?: number
  /** The value around numbers of classes of pixels, such as the one that a loss ignores; 0. */
  readonly maskFill?: number
}

/**
 * A piece of each picture at a random place, as large as the picture: the picture with `padding` around it is cut down again. With `size` the
 * pieces have another size.
 *
 * @throws Error if the pieces are larger than the pictures with what is added
 * @source He et al., "Deep residual learning for image recognition", 2016 (4 pixels for CIFAR)
 * @example augment.crop({ padding: 4 })(zeros([128, 32, 32, 3])) // → [128, 32, 32, 3]
 */
export function crop(options: CropOptions): Augmentation
export function crop<const Size extends number | readonly [number, number]>(
  options: CropOptions & { readonly size: Size },
): Augmentation<Size>
export function crop(options: CropOptions & { readonly size?: number | readonly [number, number] }): Augmentation {
  needOptions('augment.crop', options, { size: true, padding: true, mode: true, fill: true, maskFill: true })
  const { size, padding = 0, mode = 'fill', fill = 0, maskFill = 0 } = options
  expectChoice('augment.crop', 'the mode', mode, ['fill', 'reflect', 'edge'])
  if (!Number.isInteger(padding) || padding < 0) {
    fail(`augment.crop: the padding is ${padding}`, 'Give a whole number of pixels, 0 or more.')
  }
  return moving('augment.crop', (pictures, draws) => {
    const from = sizeOf(pictures)
    const to = size === undefined ? from : expectedSize('augment.crop', size)
    const least = mode === 'reflect' ? padding + 1 : 1
    const axes = ([0, 1] as const).map((axis) => {
      const room = from[axis] + 2 * padding - to[axis]
      if (room < 0 || from[axis] < least) {
        const cause = `pieces of ${to.join(' × ')} do not come of pictures of ${from.join(' × ')} with ${padding} around`
        fail(
          `augment.crop: ${cause}`,
          'Use smaller pieces, or more around the pictures if a mirror image has enough to show.',
        )
      }
      const start = draws
        .integers(pictures, 0, room + 1)
        .sub(padding)
        .reshape([-1, 1, 1]) as Tensor
      return along(to[axis], axis, 'int32')
        .reshape(axis === 0 ? [1, to[0], 1] : [1, 1, to[1]])
        .add(start) as Tensor
    })
    const isInside = axes
      .map((place, axis) => place.greaterEqual(0).logicalAnd(place.less(from[axis]!)) as Tensor)
      .reduce((a, b) => a.logicalAnd(b) as Tensor)
    const [row, column] = axes.map((place, axis) => brought(place, from[axis]!, mode)) as [Tensor, Tensor]
    const places = row.mul(from[1]).add(column) as Tensor
    return (x, kind) => {
      const [batch, height, width, channels] = x.shape as readonly number[] as readonly [number, number, number, number]
      const flat = x.reshape([batch, height * width, channels]) as Tensor
      const cut = pixelsAt(flat, places.reshape([batch, to[0] * to[1]]) as Tensor) as Tensor
      const pieces = cut.reshape([batch, ...to, channels]) as Tensor
      if (mode !== 'fill' || padding === 0) return pieces
      return where(isInside.unsqueeze(-1), pieces, kind === 'classes' ? maskFill : fill) as Tensor
    }
  })
}

/** The pixels `[pixels, channels]` of each picture at places of its own. */
export const pixelsAt = vmap((pixels: Tensor, places: Tensor) => pixels.take(places, 0) as Tensor)

/** Places outside brought into 0 … n − 1. */
function brought(place: Tensor, n: number, mode: 'fill' | 'reflect' | 'edge'): Tensor {
  const mirrored =
    mode === 'reflect'
      ? (place
          .abs()
          .sub(n - 1)
          .abs()
          .neg()
          .add(n - 1) as Tensor)
      : place
  return mirrored.clip(0, n - 1) as Tensor
}

function expectedSize(operation: string, size: number | readonly [number, number]): readonly [number, number] {
  const sizes = typeof size === 'number' ? ([size, size] as const) : size
  if (Array.isArray(sizes) && sizes.length === 2 && sizes.every((each) => Number.isInteger(each) && each >= 1))
    return sizes
  return fail(
    `${operation}: the size is ${JSON.stringify(size)}`,
    'Give [height, width] in pixels, or one number for both.',
  )
}

export interface ResizedCropOptions<Size extends number | readonly [number, number]> {
  /** Of the result, `[height, width]` or one number for both. */
  readonly size: Size
  /** Which part of the area of a picture a piece has; [0.08, 1]. */
  readonly scale?: readonly [number, number]
  /** Width over height of a piece; [3/4, 4/3]. */
  readonly ratio?: readonly [number, number]
  /** 'bilinear'. */
  readonly mode?: 'nearest' | 'bilinear' | 'bicubic'
}

/** How often a piece is drawn anew that does not fit. */
const TRIES = 10

/**
 * A piece of random size, shape and place of each picture, brought to one size. A piece that stands out of its picture is drawn again, up to
 * ten times, after which it is the middle of the picture; as in torchvision.
 *
 * @source Szegedy et al., "Going deeper with convolutions", 2015
 * @example augment.resizedCrop({ size: 24 })(zeros([8, 32, 32, 3])) // → [8, 24, 24, 3]
 */
export function resizedCrop<const Size extends number | readonly [number, number]>(
  options: ResizedCropOptions<Size>,
): Augmentation<Size> {
  needOptions('augment.resizedCrop', options, { size: true, scale: true, ratio: true, mode: true })
  const { scale = [0.08, 1], ratio = [3 / 4, 4 / 3], mode = 'bilinear' } = options
  const to = expectedSize('augment.resizedCrop', options.size)
  expectChoice('augment.resizedCrop', 'the mode', mode, ['nearest', 'bilinear', 'bicubic'])
  return moving<Size>('augment.resizedCrop', (pictures, draws) => {
    const { top, left, height, width } = randomBoxes('augment.resizedCrop', pictures, draws, { scale, ratio })
    const along2 = (n: number, start: Tensor, length: Tensor, shape: readonly number[]): Tensor =>
      along(n, 0, 'float32')
        .reshape(shape)
        .add(0.5)
        .mul(length.div(n).reshape([-1, 1, 1]))
        .add(start.reshape([-1, 1, 1]))
        .sub(0.5) as Tensor
    const y = along2(to[0], top, height, [1, to[0], 1]).expand([-1, ...to]) as Tensor
    const x = along2(to[1], left, width, [1, 1, to[1]]).expand([-1, ...to]) as Tensor
    const places = stack([x, y], -1) as Tensor
    return (each, kind) => warp(each, places, { mode: kind === 'classes' ? 'nearest' : mode, padding: 'border' })
  })
}

interface BoxOptions {
  readonly scale: readonly [number, number]
  readonly ratio: readonly [number, number]
}

/** Pieces of pictures in whole pixels, `[batch]` each. */
export interface Boxes {
  readonly top: Tensor
  readonly left: Tensor
  readonly height: Tensor
  readonly width: Tensor
  /** Whether one was found that fits. */
  readonly fits: Tensor
}

/** Boxes of random area and proportions inside the pictures; where none fits, the middle in the nearest proportions. */
export function randomBoxes(operation: string, pictures: Tensor, draws: Draws, options: BoxOptions): Boxes {
  const [smallest, largest] = rangeOf(operation, 'the scale', options.scale, { limits: [0, 1] })
  const [narrowest, widest] = rangeOf(operation, 'the ratio', options.ratio, { limits: [1e-3, 1e3] })
  const [rows, columns] = sizeOf(pictures)
  const batch = pictures.shape[0]!
  const area = draws.numbers([batch, TRIES], smallest, largest).mul(rows * columns) as Tensor
  const ratio = draws.numbers([batch, TRIES], Math.log(narrowest), Math.log(widest)).exp() as Tensor
  const widths = area.mul(ratio).sqrt().round() as Tensor
  const heights = area.div(ratio).sqrt().round() as Tensor
  const fitting = widths
    .greaterEqual(1)
    .logicalAnd(heights.greaterEqual(1))
    .logicalAnd(widths.lessEqual(columns))
    .logicalAnd(heights.lessEqual(rows)) as Tensor
  const first = fitting.cast('int32').argMax(1, { keepDims: true }) as Tensor
  const fits = fitting.any(1) as Tensor
  const whole = columns / rows
  const [fallbackHeight, fallbackWidth] =
    whole < narrowest
      ? [Math.min(rows, Math.round(columns / narrowest)), columns]
      : whole > widest
        ? [rows, Math.min(columns, Math.round(rows * widest))]
        : [rows, columns]
  const chosen = (sizes: Tensor, otherwise: number): Tensor =>
    where(fits, sizes.takeAlongAxis(first, 1).squeeze(1), otherwise) as Tensor
  const [height, width] = [chosen(heights, fallbackHeight), chosen(widths, fallbackWidth)]
  const start = (n: number, length: Tensor, otherwise: number): Tensor => {
    const free = length.neg().add(n + 1) as Tensor
    // The product may round up to the next whole number.
    const place = draws.uniform(pictures, 0, 1).mul(free).floor().minimum(free.sub(1)) as Tensor
    return where(fits, place, otherwise) as Tensor
  }
  const top = start(rows, height, Math.floor((rows - fallbackHeight) / 2))
  return { top, left: start(columns, width, Math.floor((columns - fallbackWidth) / 2)), height, width, fits }
}
