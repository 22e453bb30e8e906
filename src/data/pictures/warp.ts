import { expectChoice } from '../../core/arguments.js'
import { failShape } from '../../core/errors.js'
import { checkOptions, type OptionNames } from '../../core/options.js'
import { formatShape } from '../../core/shape.js'
import { full } from '../../tensor/fill.js'
import { gridSample } from '../../tensor/functions/convolutions.js'
import { concat, stack } from '../../tensor/functions.js'
import { Tensor } from '../../tensor/tensor.js'
import type { ShapeOf } from '../../tensor/types/index.js'
import { along, expectPictures, type PerPicture } from './batch.js'

export interface WarpOptions {
  /** The nearest pixel, lines between two, or cubic curves between four along each axis; 'bilinear'. */
  readonly mode?: 'nearest' | 'bilinear' | 'bicubic'
  /** What lies outside of the picture: the value `fill`, its edge, or its mirror image; 'fill'. */
  readonly padding?: 'fill' | 'border' | 'reflection'
  /** The value outside; 0. */
  readonly fill?: number
}

export const warpOptionNames: OptionNames<WarpOptions> = { mode: true, padding: true, fill: true }

/**
 * Pictures read at other places: the pixel at a place of the result is the one there, or between those there.
 *
 * @param x `[batch, height, width, channels]`
 * @param places x and y in pixels, 0 being the middle of the first: `[batch, new height, new width, 2]`, or a batch of 1 for all
 * @throws ShapeError if places are no such tensor
 * @example pictures.warp(zeros([8, 32, 32, 3]), zeros([1, 16, 16, 2])) // → [8, 16, 16, 3]
 */
export function warp(x: Tensor, places: Tensor, options: WarpOptions = {}): Tensor {
  checkOptions('warp', options, warpOptionNames)
  const { mode = 'bilinear', padding = 'fill', fill = 0 } = options
  expectChoice('warp', 'the padding', padding, ['fill', 'border', 'reflection'])
  const [batch, height, width] = expectPictures('warp', x).shape as readonly number[]
  const fits = places instanceof Tensor && places.rank === 4 && places.shape[3] === 2
  if (!fits || (places.shape[0] !== 1 && places.shape[0] !== batch)) {
    failShape(
      'warp',
      `places ${fits ? formatShape(places.shape) : ''} do not fit pictures ${formatShape(x.shape)}`,
      `Give [${batch}, height, width, 2]: x and y for each pixel of the result.`,
    )
  }
  const size = stack(
    [
      places
        .slice('...', 0)
        .add(0.5)
        .mul(2 / width!),
      places
        .slice('...', 1)
        .add(0.5)
        .mul(2 / height!),
    ],
    -1,
  )
  const grid = (size.sub(1) as Tensor).expand([batch!, ...places.shape.slice(1)]) as Tensor
  const inside = fill === 0 ? x : (x.sub(fill) as Tensor)
  const read = gridSample(inside, grid, { mode, padding: padding === 'fill' ? 'zeros' : padding }) as Tensor
  return fill === 0 ? read : (read.add(fill) as Tensor)
}

/** Where a pixel of a picture of this size is seen from its middle, in pixels: x `[1, width]`, y `[height, 1]`. */
function fromMiddle(height: number, width: number): { readonly x: Tensor; readonly y: Tensor } {
  return {
    x: along(width, 1, 'float32')
      .sub((width - 1) / 2)
      .reshape([1, 1, width]) as Tensor,
    y: along(height, 0, 'float32')
      .sub((height - 1) / 2)
      .reshape([1, height, 1]) as Tensor,
  }
}

/** Numbers of matrices, one for each picture or for all: entry k of the last axis as `[batch, 1, 1]`. */
const entry = (matrix: Tensor, ...index: readonly number[]): Tensor =>
  matrix.slice('...', ...index).reshape([-1, 1, 1]) as Tensor

/**
 * Pictures turned, moved, stretched, sheared: the pixel at (x, y) is the one at (m₀₀ x + m₀₁ y + m₀₂, m₁₀ x + m₁₁ y + m₁₂) before, both
 * in pixels from the middle of the picture.
 *
 * @param matrix `[2, 3]`, or `[batch, 2, 3]` with one for each picture; see {@link affineMatrix}
 * @throws ShapeError if the matrix has another shape
 * @example pictures.affine(zeros([8, 32, 32, 3]), pictures.affineMatrix({ degrees: 30 })) // → [8, 32, 32, 3]
 */
export function affine<T extends Tensor>(x: T, matrix: Tensor, options: WarpOptions = {}): Tensor<ShapeOf<T>> {
  checkOptions('affine', options, warpOptionNames)
  const [batch, height, width] = expectPictures('affine', x).shape as readonly number[]
  expectNumbers('affine', 'the matrix', matrix, batch!, [2, 3])
  const middle = fromMiddle(height!, width!)
  const row = (i: number): Tensor =>
    middle.x
      .mul(entry(matrix, i, 0))
      .add(middle.y.mul(entry(matrix, i, 1)))
      .add(entry(matrix, i, 2)) as Tensor
  const places = stack([row(0).add((width! - 1) / 2), row(1).add((height! - 1) / 2)], -1) as Tensor
  return warp(x, places, options) as Tensor<ShapeOf<T>>
}

function expectNumbers(operation: string, what: string, value: Tensor, batch: number, shape: readonly number[]): void {
  const given = value instanceof Tensor ? value.shape : []
  const own = given.slice(-shape.length)
  const fits = own.join() === shape.join() && given.length - shape.length <= 1
  if (fits && (given.length === shape.length || given[0] === 1 || given[0] === batch)) return
  failShape(
    operation,
    `${what} is ${formatShape(given)}`,
    `Give ${formatShape(shape)}, or ${formatShape([batch, ...shape])} with one for each picture.`,
  )
}

export interface AffineMatrixOptions {
  /** Clockwise; 0. */
  readonly degrees?: PerPicture
  /** To the right and down, in pixels; 0. */
  readonly translate?: readonly [PerPicture, PerPicture]
  /** How many times as large; 1. */
  readonly scale?: PerPicture
  /** Degrees along x and along y; 0. */
  readonly shear?: readonly [PerPicture, PerPicture]
}

/**
 * The matrix of {@link affine} that shears pictures, makes them larger, turns them and then moves them: where each pixel comes from, so
 * the inverse of what is seen.
 *
 * M = translate · rotate(degrees) · shear · scale, result M⁻¹, `[2, 3]`, or `[batch, 2, 3]` where a number is a tensor `[batch]`
 *
 * @example pictures.affineMatrix({ translate: [2, 0] }) // [[1, 0, -2], [0, 1, 0]]
 */
export function affineMatrix(options: AffineMatrixOptions = {}): Tensor {
  checkOptions('affineMatrix', options, { degrees: true, translate: true, scale: true, shear: true })
  const { degrees = 0, translate = [0, 0], scale = 1, shear = [0, 0] } = options
  const given: readonly PerPicture[] = [degrees, ...translate, scale, ...shear]
  const many = given.filter((each) => each instanceof Tensor)
  const count = many.map(({ shape }) => shape[0]).find((size) => size !== 1) ?? 1
  if (many.some(({ shape }) => shape.length !== 1 || (shape[0] !== 1 && shape[0] !== count))) {
    failShape('affineMatrix', 'the tensors have different shapes', 'Give numbers, or tensors [batch].')
  }
  const [angle, right, down, size, shearX, shearY] = given.map(
    (each) => (each instanceof Tensor ? each : full([1], each)) as Tensor,
  ) as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]
  const radians = (each: Tensor): Tensor => each.mul(Math.PI / 180) as Tensor
  const [alpha, slopeX, beta] = [radians(angle), radians(shearX).tan(), radians(shearY)]
  const turn = alpha.sub(beta) as Tensor
  const [c, s] = [turn.cos().div(beta.cos()) as Tensor, turn.sin().div(beta.cos()) as Tensor]
  const [a, b] = [alpha.cos().sub(s.mul(slopeX)) as Tensor, alpha.sin().add(c.mul(slopeX)) as Tensor]
  const inverse = [
    [a, b],
    [s.neg(), c],
  ].map(([x, y]) => {
    const [m, n] = [x!.div(size) as Tensor, y!.div(size) as Tensor]
    return [m, n, m.mul(right).add(n.mul(down)).neg() as Tensor].map((each) => each.expand([count]) as Tensor)
  })
  const matrix = stack(
    inverse.map((row) => stack(row, -1) as Tensor),
    -2,
  ) as Tensor
  return many.length === 0 ? (matrix.squeeze(0) as Tensor) : matrix
}

/**
 * Pictures seen from another place: the pixel at (x, y) is the one at ((a x + b y + c) / w, (d x + e y + f) / w) before, w = g x + h y + 1,
 * x and y in pixels from the upper left corner, ½ being the middle of the first.
 *
 * @param coefficients a … h, `[8]`, or `[batch, 8]` with some for each picture; see {@link perspectiveCoefficients}
 * @throws ShapeError if the coefficients have another shape
 * @example pictures.perspective(zeros([8, 32, 32, 3]), tensor([1, 0, 0, 0, 1, 0, 0, 0.01])) // → [8, 32, 32, 3]
 */
export function perspective<T extends Tensor>(
  x: T,
  coefficients: Tensor,
  options: WarpOptions = {},
): Tensor<ShapeOf<T>> {
  checkOptions('perspective', options, warpOptionNames)
  const [batch, height, width] = expectPictures('perspective', x).shape as readonly number[]
  expectNumbers('perspective', 'the list of coefficients', coefficients, batch!, [8])
  const right = along(width!, 1, 'float32').add(0.5).reshape([1, 1, width!]) as Tensor
  const down = along(height!, 0, 'float32').add(0.5).reshape([1, height!, 1]) as Tensor
  const plane = (i: number, constant: Tensor | number): Tensor =>
    right
      .mul(entry(coefficients, i))
      .add(down.mul(entry(coefficients, i + 1)))
      .add(constant) as Tensor
  const w = plane(6, 1)
  const places = [plane(0, entry(coefficients, 2)), plane(3, entry(coefficients, 5))].map(
    (each) => each.div(w).sub(0.5) as Tensor,
  )
  return warp(x, stack(places, -1) as Tensor, options) as Tensor<ShapeOf<T>>
}

/**
 * The coefficients of {@link perspective} that bring four points of each picture to four others.
 *
 * @param from x and y of four points, `[batch, 4, 2]`
 * @param to where they are seen in the result, `[batch, 4, 2]`
 * @example pictures.perspectiveCoefficients(corners, corners) // [[1, 0, 0, 0, 1, 0, 0, 0]]
 */
export function perspectiveCoefficients(from: Tensor, to: Tensor): Tensor {
  const [x, y] = [to.slice('...', 0) as Tensor, to.slice('...', 1) as Tensor]
  const [u, v] = [from.slice('...', 0) as Tensor, from.slice('...', 1) as Tensor]
  const [zero, one] = [x.mul(0) as Tensor, x.mul(0).add(1) as Tensor]
  const rows = [
    [x, y, one, zero, zero, zero, x.mul(u).neg(), y.mul(u).neg()],
    [zero, zero, zero, x, y, one, x.mul(v).neg(), y.mul(v).neg()],
  ].map((row) => stack(row as Tensor[], -1) as Tensor)
  const matrix = concat(rows, -2) as Tensor
  const sides = concat([u, v], -1).unsqueeze(-1) as Tensor
  return (matrix.solve(sides) as Tensor).squeeze(-1) as Tensor
}

/**
 * Pictures with each pixel taken from a place nearby: (x + dx, y + dy).
 *
 * @param displacement dx and dy in pixels, `[batch, height, width, 2]`
 * @throws ShapeError if the displacement has another shape
 * @example pictures.displace(zeros([8, 32, 32, 3]), zeros([8, 32, 32, 2])) // → [8, 32, 32, 3]
 */
export function displace<T extends Tensor>(x: T, displacement: Tensor, options: WarpOptions = {}): Tensor<ShapeOf<T>> {
  checkOptions('displace', options, warpOptionNames)
  const [batch, height, width] = expectPictures('displace', x).shape as readonly number[]
  expectNumbers('displace', 'the displacement', displacement, batch!, [height!, width!, 2])
  const places = stack(
    [
      displacement.slice('...', 0).add(along(width!, 1, 'float32').reshape([1, width!])),
      displacement.slice('...', 1).add(along(height!, 0, 'float32').reshape([height!, 1])),
    ],
    -1,
  ) as Tensor
  return warp(x, places.reshape([-1, height!, width!, 2]) as Tensor, options) as Tensor<ShapeOf<T>>
}
