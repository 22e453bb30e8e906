import type { Picture, Pictures } from '../recipes/report.js'

/** How one cell of a terminal, two pixels high, is drawn: from two pixels' places, or from their values. */
type CellPainter = (upper: number, lower: number) => string

const RESET = '\x1b[0m'
const GAP = '   '

/**
 * Pictures side by side as lines of text, as many to a row as fit.
 *
 * A character cell is about twice as high as wide, so it shows two pixels, one above the other: in 256 colours as a half
 * block with its own colours for both, without colours as one character that is darker or brighter.
 */
export function drawPictures({ scale, pictures }: Pictures, width: number, colored: boolean): string[] {
  const trimmed = (scale === 'ink' ? trimMargins(pictures) : pictures).map((picture) => shrink(picture, width))
  const cells = trimmed.map((picture) => drawPicture(picture, scale, colored))
  const columnWidths = trimmed.map((picture) => Math.max(picture.width, picture.caption.length))
  const widest = Math.max(1, ...columnWidths)
  const perRow = Math.max(1, Math.floor((width + GAP.length) / (widest + GAP.length)))
  const lines: string[] = []
  for (let start = 0; start < trimmed.length; start += perRow) {
    const row = trimmed.slice(start, start + perRow)
    if (start > 0) lines.push('')
    lines.push(
      row
        .map(({ caption }) => caption.padEnd(widest))
        .join(GAP)
        .trimEnd(),
    )
    const height = Math.max(...row.map((_, i) => cells[start + i]!.length))
    for (let y = 0; y < height; y++) {
      const pieces = row.map((picture, i) => {
        const line = cells[start + i]![y] ?? ' '.repeat(picture.width)
        return line + ' '.repeat(widest - picture.width)
      })
      lines.push(pieces.join(GAP).trimEnd())
    }
  }
  return lines
}

function drawPicture(picture: Picture, scale: Pictures['scale'], colored: boolean): string[] {
  const { width, height } = picture
  const paint = painter(picture, scale, colored)
  const lines: string[] = []
  for (let y = 0; y < height; y += 2) {
    let line = ''
    for (let x = 0; x < width; x++) line += paint(y * width + x, Math.min(y + 1, height - 1) * width + x)
    lines.push(colored ? line + RESET : line)
  }
  return lines
}

function painter({ values, channels = 1 }: Picture, scale: Pictures['scale'], colored: boolean): CellPainter {
  if (channels === 3) {
    const color = (pixel: number) => [0, 1, 2].map((channel) => clamp(values[3 * pixel + channel]!))
    const grey = (pixel: number) => color(pixel).reduce((sum, value, i) => sum + value * LUMINANCE[i]!, 0)
    if (!colored) return (upper, lower) => pick(' ░▒▓█', (grey(upper) + grey(lower)) / 2)
    return (upper, lower) => `\x1b[38;2;${bytes(color(upper))};48;2;${bytes(color(lower))}m▀`
  }
  const paint = greyPainter(values, scale, colored)
  return (upper, lower) => paint(values[upper]!, values[lower]!)
}

/** How much red, green and blue add to the brightness (ITU-R BT.601). */
const LUMINANCE = [0.299, 0.587, 0.114]

const bytes = (color: readonly number[]): string => color.map((value) => Math.round(255 * value)).join(';')

function greyPainter(values: ArrayLike<number>, scale: Pictures['scale'], colored: boolean): CellPainter {
  let largest = 0
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]!))
  const unit = scale === 'ink' ? 1 : largest || 1
  if (colored) {
    const color = scale === 'ink' ? greyCode : signedCode
    return (upper, lower) => `\x1b[38;5;${color(upper / unit)};48;5;${color(lower / unit)}m▀`
  }
  return scale === 'ink'
    ? (upper, lower) => pick(' ░▒▓█', (upper + lower) / 2)
    : (upper, lower) => {
        const mean = (upper + lower) / 2 / unit
        return pick(mean < 0 ? ' ·-=≡' : ' ·+x#', visible(mean))
      }
}

/** The magnitude of a signed value, lifted such that small ones show beside a few large ones. */
const visible = (value: number): number => Math.sqrt(clamp(Math.abs(value)))

const clamp = (value: number): number => Math.min(1, Math.max(0, value))

const pick = (characters: string, value: number): string =>
  characters[Math.round(clamp(value) * (characters.length - 1))]!

/** 256-colour codes: 16 is black, 232 … 255 are greys, 231 is white. */
function greyCode(value: number): number {
  const level = Math.round(clamp(value) * 25)
  return level === 0 ? 16 : level === 25 ? 231 : 231 + level
}

/** From black to blue above zero, to red below: 256-colour codes. */
const RED = [16, 52, 88, 124, 160, 196]
const BLUE = [16, 17, 18, 25, 26, 33]

const signedCode = (value: number): number => (value > 0 ? BLUE : RED)[Math.round(visible(value) * 5)]!

/** Without the blank border that all pictures have in common, so that more of them fit side by side. */
function trimMargins(pictures: readonly Picture[]): readonly Picture[] {
  const [first] = pictures
  if (first === undefined) return pictures
  const { width, height } = first
  if (pictures.some((one) => one.width !== width || one.height !== height || one.channels === 3)) return pictures
  const inked = (x: number, y: number): boolean => pictures.some(({ values }) => values[y * width + x]! > 0)
  const columns = range(width).filter((x) => range(height).some((y) => inked(x, y)))
  const rows = range(height).filter((y) => range(width).some((x) => inked(x, y)))
  if (columns.length === 0) return pictures
  const [left, right, top, bottom] = [columns[0]!, columns.at(-1)!, rows[0]!, rows.at(-1)!]
  return pictures.map(({ caption, values }) => ({
    caption,
    width: right - left + 1,
    height: bottom - top + 1,
    values: range(bottom - top + 1).flatMap((y) =>
      range(right - left + 1).map((x) => values[(top + y) * width + left + x]!),
    ),
  }))
}

/** A picture that is no wider than the terminal: means of squares of pixels. */
function shrink(picture: Picture, most: number): Picture {
  const { channels = 1, values } = picture
  const factor = Math.ceil(picture.width / Math.max(1, most))
  if (factor === 1) return picture
  const [width, height] = [picture.width, picture.height].map((size) => Math.max(1, Math.floor(size / factor)))
  const mean = (x: number, y: number, channel: number): number => {
    let [sum, count] = [0, 0]
    for (let j = y * factor; j < Math.min(picture.height, (y + 1) * factor); j++) {
      for (let i = x * factor; i < Math.min(picture.width, (x + 1) * factor); i++, count++) {
        sum += values[(j * picture.width + i) * channels + channel]!
      }
    }
    return sum / count
  }
  const shrunk = range(height!).flatMap((y) =>
    range(width!).flatMap((x) => range(channels).map((channel) => mean(x, y, channel))),
  )
  return { ...picture, width: width!, height: height!, values: shrunk }
}

const range = (length: number): number[] => Array.from({ length }, (_, i) => i)
