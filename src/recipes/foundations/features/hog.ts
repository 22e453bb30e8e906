import { concat, stack, type Tensor } from 'shapewise'
import type { Picture } from '../../report.js'

export interface HogOptions {
  /** Around the whole circle: an edge from dark to bright is told from one from bright to dark. 12. */
  readonly directions?: number
  /** Pixels of the side of a cell, of which a whole number fills the picture; 4. */
  readonly cell?: number
}

/** [batch, height, width] */
type Grey = Tensor<[number, number, number]>
/** [batch, rows, columns, values] */
type Grid = Tensor<[number, number, number, number]>

/**
 * How much edge of each direction there is in each cell of a picture, [batch, height, width] → [batch, rows, columns, directions]: for each pixel the
 * length of the gradient (half the difference of its neighbours, 0 outside), shared by the two directions next to it, as near as they are; the sum over the cell.
 *
 * Direction k is that in which brightness grows: k / directions of a turn from the right (x) towards the bottom (y).
 *
 * Source: Dalal and Triggs, Histograms of oriented gradients for human detection, 2005; unlike there directions are told from their opposites,
 * and a pixel belongs to its own cell alone.
 */
export function edgeDirections(pictures: Grey, { directions = 12, cell = 4 }: HogOptions = {}): Grid {
  const [batch, height, width] = pictures.shape
  const framed: Grey = pictures.pad([
    [0, 0],
    [1, 1],
    [1, 1],
  ])
  const shifted = (down: number, right: number): Grey =>
    framed.slice(':', [1 + down, 1 + down + height], [1 + right, 1 + right + width])
  const x = shifted(0, 1).sub(shifted(0, -1)).mul(0.5)
  const y = shifted(1, 0).sub(shifted(-1, 0)).mul(0.5)
  const length = x.square().add(y.square()).sqrt()
  const direction = y.atan2(x).mul(directions / (2 * Math.PI))
  const shares = Array.from({ length: directions }, (_, k) => {
    const off = direction.sub(k)
    // The shorter way around the circle.
    const distance = off.sub(off.div(directions).round().mul(directions)).abs()
    return distance.neg().add(1).maximum(0).mul(length)
  })
  return stack(shares, -1)
    .reshape([batch, height / cell, cell, width / cell, cell, directions])
    .sum([2, 4])
}

/**
 * Histograms of oriented gradients, [batch, height, width] → [batch, features]: the {@link edgeDirections} of each square of 2 × 2 cells, divided
 * by √(|v|² + ε²), so that they are the same for faint and bold strokes.
 *
 * Source: Dalal and Triggs, Histograms of oriented gradients for human detection, 2005.
 */
export function hog(pictures: Grey, options: HogOptions = {}): Tensor<[number, number]> {
  const cells = edgeDirections(pictures, options)
  const [batch, rows, columns] = cells.shape
  const corner = (down: number, right: number): Grid =>
    cells.slice(':', [down, rows - 1 + down], [right, columns - 1 + right])
  const blocks: Grid = concat([corner(0, 0), corner(0, 1), corner(1, 0), corner(1, 1)], -1)
  const size = blocks.square().sum(-1, { keepDims: true }).add(EPSILON).sqrt()
  return blocks.div(size).reshape([batch, -1])
}

/** Of a block with less edge than a stroke through a tenth of a pixel, nothing is left. */
const EPSILON = 0.25

/**
 * The {@link edgeDirections} of one picture [rows, columns, directions] as another one: in each cell a line along every edge, the darker the stronger.
 *
 * @param side pixels of a cell
 */
export async function edgePicture(
  cells: Tensor<[number, number, number]>,
  caption: string,
  side = 12,
): Promise<Picture> {
  const [rows, columns, directions] = cells.shape
  const values = await cells.div(cells.max()).sqrt().data()
  const [height, width] = [rows * side, columns * side]
  const ink = Float32Array.from({ length: height * width }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)]
    const cell = Math.floor(y / side) * columns + Math.floor(x / side)
    const [right, down] = [(x % side) - (side - 1) / 2, (y % side) - (side - 1) / 2]
    const lines = Array.from({ length: directions }, (_, k) => {
      const angle = (2 * Math.PI * k) / directions
      const away = Math.abs(right * Math.cos(angle) + down * Math.sin(angle))
      return values[cell * directions + k]! * Math.max(0, 1 - away)
    })
    return Math.max(...lines)
  })
  return { caption, width, height, values: ink }
}
