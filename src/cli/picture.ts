import type { Picture, Pictures } from '../recipes/report.js'

/** How one cell of a terminal, two pixels high, is drawn. */
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
  const trimmed = scale === 'ink' ? trimMargins(pictures) : pictures
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
  const { width, height, values } = picture
  const paint = painter(picture, scale, colored)
  const lines: string[] = []
  for (let y = 0; y < height; y += 2) {
    let line = ''
    for (let x = 0; x < width; x++) {
      const upper = values[y * width + x]!
      line += paint(upper, y + 1 < height ? values[(y + 1) * width + x]! : upper)
    }
    lines.push(colored ? line + RESET : line)
  }
  return lines
}

function painter({ values }: Picture, scale: Pictures['scale'], colored: boolean): CellPainter {
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

/** From black to red above zero, to blue below: 256-colour codes. */
const RED = [16, 52, 88, 124, 160, 196]
const BLUE = [16, 17, 18, 25, 26, 33]

const signedCode = (value: number): number => (value > 0 ? RED : BLUE)[Math.round(visible(value) * 5)]!

/** Without the blank border that all pictures have in common, so that more of them fit side by side. */
function trimMargins(pictures: readonly Picture[]): readonly Picture[] {
  const [first] = pictures
  if (first === undefined) return pictures
  const { width, height } = first
  if (pictures.some((picture) => picture.width !== width || picture.height !== height)) return pictures
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

const range = (length: number): number[] => Array.from({ length }, (_, i) => i)
