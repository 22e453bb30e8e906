import type { Picture } from '../report.js'

/** A small square picture of signed values, or of as many triples for red, green and blue. */
export interface Tile {
  readonly side: number
  readonly channels?: 1 | 3
  readonly values: ArrayLike<number>
}

/** Tiles of one picture are this wide at least. */
const TILE = 36

/** Many small pictures as one, about square: each of mean grey at 0, and so bright that its largest value is black or white. */
export function contactSheet(caption: string, tiles: readonly Tile[]): Picture {
  const columns = Math.ceil(Math.sqrt(tiles.length))
  const rows = Math.ceil(tiles.length / columns)
  // Smaller tiles are drawn with larger pixels.
  const zooms = tiles.map(({ side }) => Math.max(1, Math.round(TILE / side)))
  const step = Math.max(...tiles.map(({ side }, i) => side * zooms[i]!)) + 2
  const [width, height] = [columns * step - 2, rows * step - 2]
  const values = new Float32Array(3 * width * height).fill(1)
  for (const [i, { side, channels = 1, values: tile }] of tiles.entries()) {
    const most = Array.from(tile).reduce((a, b) => Math.max(a, Math.abs(b)), 0) || 1
    const [left, top, size] = [(i % columns) * step, Math.floor(i / columns) * step, side * zooms[i]!]
    for (let pixel = 0; pixel < size * size; pixel++) {
      const [x, y] = [pixel % size, Math.floor(pixel / size)]
      const from = (Math.floor(y / zooms[i]!) * side + Math.floor(x / zooms[i]!)) * channels
      for (let c = 0; c < 3; c++) {
        values[3 * ((top + y) * width + left + x) + c] = 0.5 + (0.5 * tile[from + (channels === 3 ? c : 0)]!) / most
      }
    }
  }
  return { caption, width, height, channels: 3, values }
}
