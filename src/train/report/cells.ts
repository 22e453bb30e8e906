import { type Columns, type Dataset, encodePng } from '../../data/index.js'
import type { ClassEvaluation } from '../evaluate.js'

/** Of so many examples of a cell there are pictures, as far as they fit into one that all browsers show. */
const MOST_EXAMPLES = 12
const MOST_ROWS = 400
const MOST_PIXELS = 16_000

/** Examples by what they are and what they were named, as rows of small pictures in one large one. */
export interface Cells {
  /** The file in the folder of the run. */
  readonly picture: string
  /** Of each small picture. */
  readonly width: number
  readonly height: number
  /** From top to bottom; the examples from left to right, the surest ones first. */
  readonly rows: readonly { readonly is: number; readonly named: number; readonly examples: readonly number[] }[]
}

/** A picture of values, [height, width, channels], as bytes; undefined where the inputs of the data are none. */
export interface Pixels {
  readonly width: number
  readonly height: number
  readonly channels: 1 | 3 | 4
  of(example: number): Uint8Array
}

/** The inputs of a data set as pictures: [height, width] or [height, width, 1, 3 or 4]. */
export function pixelsOf(data: Dataset<Columns>, name: string): Pixels | undefined {
  const { shape } = data.columns[name]
  const [height = 0, width = 0, channels = 1] = shape
  if (!(shape.length === 2 || shape.length === 3) || height <= 4 || width <= 4) return undefined
  if (channels !== 1 && channels !== 3 && channels !== 4) return undefined
  return {
    ...{ width, height, channels },
    of(example) {
      const values = data.example(example)[name] as ArrayLike<number>
      let [low, high] = [Infinity, -Infinity]
      for (let i = 0; i < values.length; i++) {
        low = Math.min(low, values[i])
        high = Math.max(high, values[i])
      }
      // Pictures that have been normalised are drawn from their darkest to their brightest pixel.
      const [from, to] = low >= 0 && high <= 1 ? [0, 1] : [low, Math.max(high, low + 1e-6)]
      return Uint8Array.from(values, (value) => Math.round((255 * (value - from)) / (to - from)))
    },
  }
}

/** Lays the examples of each cell of a confusion matrix side by side; mistakes come first, and what happens often. */
export async function cellsOf(
  { labels, predictions, probabilities, classes }: ClassEvaluation,
  pixels: Pixels,
  picture: string,
): Promise<{ readonly cells: Cells; readonly png: Uint8Array }> {
  const { width, height, channels } = pixels
  const found = new Map<number, number[]>()
  for (let example = 0; example < labels.length; example++) {
    const key = labels[example] * classes + predictions[example]
    const examples = found.get(key)
    if (examples === undefined) found.set(key, [example])
    else examples.push(example)
  }
  const sureness = (example: number): number => probabilities[example * classes + predictions[example]]
  const columns = Math.max(1, Math.min(MOST_EXAMPLES, Math.floor(MOST_PIXELS / width)))
  const rows = [...found]
    .map(([key, examples]) => ({ is: Math.floor(key / classes), named: key % classes, examples }))
    .sort((a, b) => Number(a.is === a.named) - Number(b.is === b.named) || b.examples.length - a.examples.length)
    .slice(0, Math.max(1, Math.min(MOST_ROWS, Math.floor(MOST_PIXELS / height))))
    .map(({ examples, ...cell }) => ({
      ...cell,
      examples: examples.sort((a, b) => sureness(b) - sureness(a)).slice(0, columns),
    }))
  const across = Math.max(...rows.map(({ examples }) => examples.length))
  const bytes = new Uint8Array(across * width * rows.length * height * channels)
  const line = across * width * channels
  for (const [row, { examples }] of rows.entries()) {
    for (const [column, example] of examples.entries()) {
      const one = pixels.of(example)
      for (let y = 0; y < height; y++) {
        const at = (row * height + y) * line + column * width * channels
        bytes.set(one.subarray(y * width * channels, (y + 1) * width * channels), at)
      }
    }
  }
  const sheet = { width: across * width, height: rows.length * height, channels, data: bytes }
  return { cells: { picture, width, height, rows }, png: await encodePng(sheet) }
}
