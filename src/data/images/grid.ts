import { fail } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import { Tensor } from '../../tensor/tensor.js'
import { manyPixels, type PictureSource, pixelsOf, type RangeOptions } from './encode.js'
import { Picture } from './picture.js'
import { type Colour, rgb, withChannels } from './pixels.js'

export interface GridOptions extends RangeOptions {
  /** Pictures side by side; by default so many that the grid is about square. */
  readonly columns?: number
  /** Pixels between two pictures; 2. */
  readonly gap?: number
  /** How many pixels wide and high each pixel is drawn; 1. */
  readonly zoom?: number
  /** Between the pictures: a grey level 0 … 255, or red, green and blue; 0. */
  readonly background?: Colour
}

/**
 * Pictures of one size or several side by side, as one picture: from left to right, then below. Grey next to coloured ones becomes coloured.
 *
 * @param pictures a tensor `[count, height, width]` or `[count, height, width, channels]`, or a list of pictures
 * @throws ShapeError if a tensor does not hold pictures; Error if there are none
 * @example
 * const grid = await pictureGrid(zeros([10, 28, 28, 1]), { columns: 5, gap: 1 })
 * const size = [grid.height, grid.width] // [57, 144]
 */
export async function pictureGrid(
  pictures: Tensor | readonly PictureSource[],
  options: GridOptions = {},
): Promise<Picture> {
  checkOptions('pictureGrid', options, { columns: true, gap: true, zoom: true, background: true, range: true })
  const { gap = 2, zoom = 1, background = 0 } = options
  const cells =
    pictures instanceof Tensor
      ? await manyPixels('pictureGrid', pictures, options)
      : await Promise.all(pictures.map((picture) => pixelsOf('pictureGrid', picture, options)))
  if (cells.length === 0) fail('pictureGrid: there are no pictures.', 'Give at least one.')
  const { columns = Math.ceil(Math.sqrt(cells.length)) } = options
  for (const [name, value, least] of [
    ['columns', columns, 1],
    ['gap', gap, 0],
    ['zoom', zoom, 1],
  ] as const) {
    if (!Number.isInteger(value) || value < least)
      fail(`pictureGrid: ${name} is ${value}.`, `Give a whole number of at least ${least}.`)
  }
  const most = Math.max(...cells.map(({ channels }) => channels))
  // A coloured background needs colours.
  const wanted = most === 2 ? 4 : most === 1 && typeof background !== 'number' ? 3 : most
  const channels = wanted as 1 | 3 | 4
  const cellWidth = Math.max(...cells.map(({ width }) => width)) * zoom
  const across = Math.min(columns, cells.length)
  const width = across * (cellWidth + gap) - gap
  // Each row is as high as its highest picture.
  const tops = [0]
  for (let first = 0; first < cells.length; first += across) {
    const highest = Math.max(...cells.slice(first, first + across).map((cell) => cell.height))
    tops.push(tops.at(-1)! + highest * zoom + gap)
  }
  const height = tops.at(-1)! - gap
  const pixel = [...rgb(background), 255]
  const data = new Uint8Array(width * height * channels)
  for (let i = 0; i < data.length; i++) data[i] = pixel[i % channels]!
  cells.forEach((cell, i) => {
    const left = (i % across) * (cellWidth + gap)
    const top = tops[Math.floor(i / across)]!
    const source = withChannels(cell, channels, background)
    for (let y = 0; y < cell.height * zoom; y++) {
      for (let x = 0; x < cell.width * zoom; x++) {
        const from = (Math.floor(y / zoom) * cell.width + Math.floor(x / zoom)) * channels
        const to = ((top + y) * width + left + x) * channels
        for (let c = 0; c < channels; c++) data[to + c] = source.data[from + c]!
      }
    }
  })
  return new Picture({ width, height, channels, data })
}
