import type { InputSpec } from './input-spec'
import type { Values } from './source'

/** A picture, bright where it is 1; rows from top to bottom, channels last. */
export interface Pixels {
  readonly width: number
  readonly height: number
  readonly channels: number
  readonly values: Float32Array
}

/** Examples of what goes into a model: numbers by chance, with a picture in the place of the first picture. */
export function exampleInputs(inputs: readonly InputSpec[], seed: number, picture?: Pixels): Values[] {
  const draw = generator(seed)
  const place = picture === undefined ? -1 : inputs.findIndex(({ channels }) => channels !== undefined)
  return inputs.map(({ shape, dtype, below, channels }, i) => {
    if (i === place) return { shape, data: asInput(picture!, shape, channels!) }
    const count = shape.reduce((product, n) => product * n, 1)
    const one = (): number => {
      if (below !== undefined) return Math.floor(draw() * below)
      return dtype === 'int32' ? 0 : channels === undefined ? normal(draw) : draw()
    }
    return { shape, data: Float32Array.from({ length: count }, one) }
  })
}

/** A picture at the size and with the channels of an input, by the mean of what lies around each place. */
export function asInput(picture: Pixels, shape: readonly number[], order: 'first' | 'last'): Float32Array {
  const [height, width, channels] = order === 'last' ? shape.slice(1) : [shape[2]!, shape[3]!, shape[1]!]
  const [high, wide, many] = [height!, width!, channels!]
  const data = new Float32Array(high * wide * many)
  for (let y = 0; y < high; y++) {
    for (let x = 0; x < wide; x++) {
      for (let c = 0; c < many; c++) {
        const value = sample(picture, (x + 0.5) / wide, (y + 0.5) / high, c, 1 / wide, 1 / high)
        data[order === 'last' ? (y * wide + x) * many + c : (c * high + y) * wide + x] = value
      }
    }
  }
  return data
}

/** The mean over an area around a place, in shares of the picture; between pixels where the area is smaller than one. */
function sample(
  { width, height, channels, values }: Pixels,
  x: number,
  y: number,
  channel: number,
  wide: number,
  high: number,
): number {
  const c = channels === 1 ? 0 : Math.min(channel, channels - 1)
  const [columns, rows] = [Math.max(1, Math.round(wide * width)), Math.max(1, Math.round(high * height))]
  let sum = 0
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const [atX, atY] = [x * width - 0.5 + column - (columns - 1) / 2, y * height - 0.5 + row - (rows - 1) / 2]
      const [left, top] = [Math.floor(atX), Math.floor(atY)]
      for (const [i, j] of [
        [0, 0],
        [1, 0],
        [0, 1],
        [1, 1],
      ] as const) {
        const share = (i === 0 ? 1 - (atX - left) : atX - left) * (j === 0 ? 1 - (atY - top) : atY - top)
        const [px, py] = [Math.min(width - 1, Math.max(0, left + i)), Math.min(height - 1, Math.max(0, top + j))]
        sum += share * values[(py * width + px) * channels + c]!
      }
    }
  }
  return sum / (columns * rows)
}

/** Numbers from 0 to below 1, the same for the same seed (xorshift; Marsaglia, 2003). */
function generator(seed: number): () => number {
  let state = (seed * 2_654_435_761 + 0x9e3779b9) >>> 0 || 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}

const normal = (draw: () => number): number => Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw())
