import { expectChoice, expectNumber } from '../../core/arguments.js'
import { fail } from '../../core/errors.js'
import { checkOptions, needOptions } from '../../core/options.js'
import { tensor } from '../../tensor/create.js'
import type { Tensor } from '../../tensor/tensor.js'
import { gaussianBlur } from '../pictures/blur.js'
import {
  affineMatrix,
  affine as affineWarp,
  displace,
  perspectiveCoefficients,
  perspective as perspectiveWarp,
  type WarpOptions,
} from '../pictures/warp.js'
import { type Augmentation, type Range, rangeOf } from './augmentation.js'
import { type Move, moving, sizeOf } from './pictures.js'

export interface MoveOptions extends WarpOptions {
  /** The value outside of numbers of classes of pixels, such as the one that a loss ignores; 0. */
  readonly maskFill?: number
}

const names = { mode: true, padding: true, fill: true, maskFill: true } as const

/** Reads pictures at other places, numbers of classes at the nearest. Throws if an option is wrong. */
function warping(operation: string, options: MoveOptions): (read: (x: Tensor, how: WarpOptions) => Tensor) => Move {
  const { mode = 'bilinear', padding = 'fill', fill = 0, maskFill = 0 } = options
  expectChoice(operation, 'the mode', mode, ['nearest', 'bilinear', 'bicubic'])
  expectChoice(operation, 'the padding', padding, ['fill', 'border', 'reflection'])
  expectNumber(operation, 'fill', fill)
  return (read) => (x, kind) =>
    kind === 'classes'
      ? read(x, { mode: 'nearest', padding, fill: expectNumber(operation, 'maskFill', maskFill) })
      : read(x, { mode, padding, fill: kind === 'pictures' ? fill : 0 })
}

export interface AffineOptions extends MoveOptions {
  /** How far pictures are turned; 0. */
  readonly degrees?: Range
  /** How far they are moved, as a part of width and height: at most so much, in all directions; 0. */
  readonly translate?: number | readonly [number, number]
  /** How many times as large they become; [1, 1]. */
  readonly scale?: Range
  /** Degrees of shear along x, or along x and y; 0. */
  readonly shear?: Range | { readonly x?: Range; readonly y?: Range }
}

/**
 * Pictures turned, moved, resized and sheared at random, each around its middle.
 *
 * @throws Error if a range is none
 * @example augment.affine({ degrees: 15, translate: 0.1, scale: [0.9, 1.1] })(zeros([8, 32, 32, 3])) // → [8, 32, 32, 3]
 */
export function affine(options: AffineOptions): Augmentation {
  const operation = 'augment.affine'
  needOptions(operation, options, { ...names, degrees: true, translate: true, scale: true, shear: true })
  const { translate = 0, shear = 0 } = options
  const degrees = rangeOf(operation, 'degrees', options.degrees ?? 0)
  const scale = rangeOf(operation, 'the scale', options.scale ?? [1, 1], { middle: 1, limits: [1e-3, 1e3] })
  const [right, down] = typeof translate === 'number' ? [translate, translate] : translate
  const moves = [right, down].map((part) => rangeOf(operation, 'translate', part, { limits: [-1, 1] }))
  const isPair = typeof shear === 'object' && !Array.isArray(shear)
  const along = (isPair ? shear : { x: shear }) as { readonly x?: Range; readonly y?: Range }
  if (isPair) checkOptions(`${operation}: shear`, along, { x: true, y: true })
  const shears = [along.x ?? 0, along.y ?? 0].map((each) => rangeOf(operation, 'shear', each, { limits: [-80, 80] }))
  const warp = warping(operation, options)
  return moving(operation, (pictures, draws) => {
    const [height, width] = sizeOf(pictures)
    const drawn = ([low, high]: readonly [number, number], unit = 1) =>
      low === high ? low * unit : (draws.uniform(pictures, low, high).mul(unit) as Tensor)
    const matrix = affineMatrix({
      degrees: drawn(degrees),
      translate: [drawn(moves[0]!, width), drawn(moves[1]!, height)],
      scale: drawn(scale),
      shear: [drawn(shears[0]!), drawn(shears[1]!)],
    })
    return warp((x, how) => affineWarp(x, matrix, how))
  })
}

/**
 * Pictures turned at random around their middle.
 *
 * @param options.degrees how far, in both directions, or [low, high] clockwise
 * @example augment.rotate({ degrees: 15, padding: 'reflection' })(zeros([8, 32, 32, 3])) // → [8, 32, 32, 3]
 */
export function rotate(options: MoveOptions & { readonly degrees: Range }): Augmentation {
  needOptions('augment.rotate', options, { ...names, degrees: true })
  return affine(options)
}

export interface PerspectiveOptions extends MoveOptions {
  /** How far corners move inwards at most, as a part of half the width and height, 0 … 1; ½. */
  readonly distortion?: number
}

/**
 * Pictures as seen from random places: each corner moves inwards.
 *
 * @throws Error if the distortion is not from 0 to 1
 * @example augment.perspective({ distortion: 0.3 })(zeros([8, 32, 32, 3])) // → [8, 32, 32, 3]
 */
export function perspective(options: PerspectiveOptions = {}): Augmentation {
  const operation = 'augment.perspective'
  checkOptions(operation, options, { ...names, distortion: true })
  const [, distortion] = rangeOf(operation, 'the distortion', options.distortion ?? 0.5, { limits: [0, 1] })
  const warp = warping(operation, options)
  return moving(operation, (pictures, draws) => {
    const [height, width] = sizeOf(pictures)
    const batch = pictures.shape[0]!
    const corners = tensor([0, 0, width, 0, width, height, 0, height], [1, 4, 2]) as Tensor
    const inwards = tensor([1, 1, -1, 1, -1, -1, 1, -1], [1, 4, 2]).mul(tensor([width / 2, height / 2])) as Tensor
    const ends = corners.add(inwards.mul(draws.numbers([batch, 4, 2], 0, distortion))) as Tensor
    const coefficients = perspectiveCoefficients(corners.expand([batch, 4, 2]) as Tensor, ends)
    return warp((x, how) => perspectiveWarp(x, coefficients, how))
  })
}

export interface ElasticOptions extends MoveOptions {
  /** How far pixels move, in pixels: the standard deviation along each axis; 1.5. */
  readonly distance?: number
  /** How far apart pixels are that move in different directions, in pixels; 4. */
  readonly sigma?: number
}

/**
 * Pictures distorted as rubber is: displacements, of a normal distribution, that vary smoothly over the picture.
 *
 * @throws Error if a number is negative
 * @source Simard, Steinkraus, Platt, "Best practices for convolutional neural networks applied to visual document analysis", 2003
 * @example augment.elastic({ distance: 2, sigma: 4 })(zeros([8, 32, 32, 3])) // → [8, 32, 32, 3]
 */
export function elastic(options: ElasticOptions = {}): Augmentation {
  const operation = 'augment.elastic'
  checkOptions(operation, options, { ...names, distance: true, sigma: true })
  const { distance = 1.5, sigma = 4 } = options
  if (!(distance >= 0 && sigma > 0 && distance + sigma < Infinity)) {
    fail(`${operation}: the distance is ${distance} and sigma ${sigma}`, 'Give numbers of pixels above 0.')
  }
  const warp = warping(operation, options)
  // The variance of a sum of independent numbers, so that the distance is what is asked for.
  const radius = Math.ceil(3 * sigma)
  const weights = Array.from({ length: 2 * radius + 1 }, (_, i) => Math.exp(-(((i - radius) / sigma) ** 2) / 2))
  const total = weights.reduce((a, b) => a + b)
  const variance = weights.reduce((sum, weight) => sum + (weight / total) ** 2, 0)
  return moving(operation, (pictures, draws) => {
    const [height, width] = sizeOf(pictures)
    // Numbers all around, so that it is the same at the edges.
    const noise = draws.normal([pictures.shape[0]!, height + 2 * radius, width + 2 * radius, 2])
    const smooth = gaussianBlur(noise, sigma, { radius }) as Tensor
    const inside = smooth.slice(null, [radius, radius + height], [radius, radius + width], null) as Tensor
    const displacement = inside.mul(distance / variance) as Tensor
    return warp((x, how) => displace(x, displacement, how))
  })
}
