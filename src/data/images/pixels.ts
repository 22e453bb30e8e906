import { damaged } from '../formats/damage.js'

/** Bytes of a picture, rows from the top, `[height, width, channels]`: grey, grey and opacity, colour, colour and opacity. */
export interface Pixels {
  readonly width: number
  readonly height: number
  readonly channels: number
  readonly data: Uint8Array
}

/** A colour from 0 to 255: a grey level, or red, green and blue. */
export type Colour = number | readonly [number, number, number]

export const rgb = (colour: Colour): readonly [number, number, number] =>
  typeof colour === 'number' ? [colour, colour, colour] : colour

/** The brightness that is seen, 0.299 r + 0.587 g + 0.114 b (ITU-R BT.601), rounded as Pillow does it. */
const luma = (r: number, g: number, b: number): number => (19595 * r + 38470 * g + 7471 * b + 0x8000) >> 16

/** More than this has no use here, and a damaged header must not ask for all memory. */
const MOST_PIXELS = 2 ** 28

/** Throws, naming the file, if a picture has no pixels or absurdly many. */
export function expectSize(name: string, width: number, height: number): void {
  if (width > 0 && height > 0 && width * height <= MOST_PIXELS) return
  damaged(name, `the size is ${width} × ${height}`)
}

/** The picture in another number of channels; opacity that is left out shows the background. */
export function withChannels(picture: Pixels, channels: number, background: Colour): Pixels {
  if (picture.channels === channels) return picture
  const { width, height, channels: given, data } = picture
  const behind = rgb(background)
  const [isGrey, hasOpacity] = [given < 3, given % 2 === 0]
  const out = new Uint8Array(width * height * channels)
  for (let from = 0, to = 0; from < data.length; from += given, to += channels) {
    const opacity = hasOpacity ? data[from + given - 1]! : 255
    const colour = [data[from]!, data[from + (isGrey ? 0 : 1)]!, data[from + (isGrey ? 0 : 2)]!]
    const keepsOpacity = channels === 4
    const seen =
      hasOpacity && !keepsOpacity
        ? colour.map((value, i) => Math.round((value * opacity + behind[i]! * (255 - opacity)) / 255))
        : colour
    if (channels === 1) out[to] = isGrey && !hasOpacity ? seen[0]! : luma(seen[0]!, seen[1]!, seen[2]!)
    else out.set(seen, to)
    if (keepsOpacity) out[to + 3] = opacity
  }
  return { width, height, channels, data: out }
}

/** The picture turned and mirrored as the numbers 1 … 8 of EXIF data say. */
export function oriented(picture: Pixels, orientation: number): Pixels {
  if (orientation === 1) return picture
  const { width, height, channels, data } = picture
  const isTurned = orientation >= 5
  const [newWidth, newHeight] = isTurned ? [height, width] : [width, height]
  const fromRight = [2, 3, 7, 8].includes(orientation)
  const fromBottom = [3, 4, 6, 7].includes(orientation)
  const out = new Uint8Array(data.length)
  for (let y = 0; y < newHeight; y++) {
    for (let x = 0; x < newWidth; x++) {
      const [column, row] = isTurned ? [y, x] : [x, y]
      const from = (fromBottom ? height - 1 - row : row) * width + (fromRight ? width - 1 - column : column)
      const to = (y * newWidth + x) * channels
      for (let c = 0; c < channels; c++) out[to + c] = data[from * channels + c]!
    }
  }
  return { width: newWidth, height: newHeight, channels, data: out }
}
