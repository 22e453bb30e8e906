/** A few pictures of one size, one after the other: filters of a layer, or its feature maps. */
export interface Tiles {
  readonly width: number
  readonly height: number
  readonly values: Float32Array
  /** How many there would be. */
  readonly of: number
}

/** More than these are not looked at one by one. */
export const MOST_TILES = 64
const MOST_SIDE = 160

/**
 * Weights as pictures: a kernel [height, width, inputs, outputs] as its windows for one input (`channel`), one for each output; where the
 * file has its outputs first, [outputs, inputs, height, width]; a matrix as one picture, large ones by the means of squares.
 */
export function weightTiles(
  values: ArrayLike<number>,
  shape: readonly number[],
  order: 'last' | 'first',
  channel: number,
): Tiles | undefined {
  if (shape.length === 4) {
    const [height, width, inputs, outputs] = order === 'last' ? shape : [shape[2]!, shape[3]!, shape[1]!, shape[0]!]
    const size = height! * width!
    const input = Math.min(channel, inputs! - 1)
    const count = Math.min(MOST_TILES, outputs!)
    const tiles = new Float32Array(size * count)
    for (let output = 0; output < count; output++) {
      for (let at = 0; at < size; at++) {
        const from =
          order === 'last' ? (at * inputs! + input) * outputs! + output : (output * inputs! + input) * size + at
        tiles[output * size + at] = values[from]!
      }
    }
    return { width: width!, height: height!, values: tiles, of: outputs! }
  }
  if (shape.length === 2 && shape[0]! > 0 && shape[1]! > 0) return matrixTile(values, shape[0]!, shape[1]!)
  return undefined
}

/** A matrix as one picture of at most {@link MOST_SIDE} squares a side. */
export function matrixTile(values: ArrayLike<number>, rows: number, columns: number): Tiles {
  const [high, wide] = [Math.ceil(rows / MOST_SIDE), Math.ceil(columns / MOST_SIDE)]
  const [height, width] = [Math.ceil(rows / high), Math.ceil(columns / wide)]
  const tile = new Float32Array(width * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let [sum, count] = [0, 0]
      for (let row = y * high; row < Math.min(rows, (y + 1) * high); row++) {
        for (let column = x * wide; column < Math.min(columns, (x + 1) * wide); column++) {
          sum += values[row * columns + column]!
          count++
        }
      }
      tile[y * width + x] = sum / count
    }
  }
  return { width, height, values: tile, of: 1 }
}

/** What a layer gives for one input as pictures: feature maps, or sequences and vectors as one picture. */
export function activationTiles(values: ArrayLike<number>, shape: readonly number[], order: 'last' | 'first'): Tiles {
  const sizes = shape.slice(1)
  if (sizes.length === 3) {
    const [height, width, maps] = order === 'last' ? sizes : [sizes[1]!, sizes[2]!, sizes[0]!]
    const size = height! * width!
    const count = Math.min(MOST_TILES, maps!)
    const tiles = new Float32Array(size * count)
    for (let map = 0; map < count; map++) {
      for (let at = 0; at < size; at++) {
        tiles[map * size + at] = values[order === 'last' ? at * maps! + map : map * size + at]!
      }
    }
    return { width: width!, height: height!, values: tiles, of: maps! }
  }
  const columns = sizes.at(-1) ?? 1
  const count = sizes.reduce((product, n) => product * n, 1)
  return matrixTile(Array.prototype.slice.call(values, 0, count), Math.max(1, count / columns), columns)
}
