import { type Colour, type Pixels, rgb } from './pixels.js'

/** How a picture comes to a size that has other proportions. */
export type Fit = 'cover' | 'contain' | 'stretch' | 'crop'

/** A part of a picture, in pixels and parts of pixels. */
interface Region {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/** The picture in a size `[height, width]`. */
export function fitted(picture: Pixels, size: readonly [number, number], fit: Fit, background: Colour): Pixels {
  const [height, width] = size
  const whole: Region = { left: 0, top: 0, width: picture.width, height: picture.height }
  if (fit === 'stretch') return resampled(picture, whole, width, height)
  if (fit === 'crop') return onCanvas(picture, width, height, background)
  const scales = [width / picture.width, height / picture.height]
  if (fit === 'contain') {
    const scale = Math.min(...scales)
    const [w, h] = [Math.max(1, Math.round(picture.width * scale)), Math.max(1, Math.round(picture.height * scale))]
    return onCanvas(resampled(picture, whole, w, h), width, height, background)
  }
  const scale = Math.max(...scales)
  const [w, h] = [width / scale, height / scale]
  const region = { left: (picture.width - w) / 2, top: (picture.height - h) / 2, width: w, height: h }
  return resampled(picture, region, width, height)
}

/** The picture in the middle of one of this size: what is too large is cut off, what is too small has the background around it. */
function onCanvas(picture: Pixels, width: number, height: number, background: Colour): Pixels {
  const { channels } = picture
  if (picture.width === width && picture.height === height) return picture
  const [red, green, blue] = rgb(background)
  const pixel = channels < 3 ? [red, 255] : [red, green, blue, 255]
  const data = new Uint8Array(width * height * channels)
  for (let i = 0; i < data.length; i++) data[i] = pixel[i % channels]!
  const left = Math.floor((width - picture.width) / 2)
  const top = Math.floor((height - picture.height) / 2)
  const [from, to] = [Math.max(0, left), Math.min(width, left + picture.width)]
  for (let y = Math.max(0, top); y < Math.min(height, top + picture.height); y++) {
    const row = (y - top) * picture.width - left
    data.set(picture.data.subarray((row + from) * channels, (row + to) * channels), (y * width + from) * channels)
  }
  return { width, height, channels, data }
}

/**
 * A region of a picture in another size, by lines between pixels that are as much wider as the picture becomes smaller, so that every pixel
 * counts (Pillow's BILINEAR). What is not opaque counts less.
 */
function resampled(picture: Pixels, region: Region, width: number, height: number): Pixels {
  const { channels, data } = picture
  if (isWhole(picture, region) && width === picture.width && height === picture.height) return picture
  const values = Float32Array.from(data)
  const hasOpacity = channels % 2 === 0
  if (hasOpacity) scaleByOpacity(values, channels, (opacity) => opacity / 255)
  const across = alongAxis(
    values,
    picture.height,
    picture.width,
    channels,
    weightsFor(picture.width, region.left, region.width, width),
  )
  const down = alongAxis(
    across,
    1,
    picture.height,
    width * channels,
    weightsFor(picture.height, region.top, region.height, height),
  )
  if (hasOpacity) scaleByOpacity(down, channels, (opacity) => (opacity > 0 ? 255 / opacity : 0))
  return { width, height, channels, data: Uint8Array.from(down, (value) => Math.min(255, Math.round(value))) }
}

const isWhole = (picture: Pixels, { left, top, width, height }: Region): boolean =>
  left === 0 && top === 0 && width === picture.width && height === picture.height

function scaleByOpacity(values: Float32Array, channels: number, scale: (opacity: number) => number): void {
  for (let at = 0; at < values.length; at += channels) {
    const factor = scale(values[at + channels - 1]!)
    for (let c = 0; c < channels - 1; c++) values[at + c]! *= factor
  }
}

/** For each new element the first of the old ones that count, and how much they do. */
interface Weights {
  readonly first: number
  readonly weights: readonly number[]
}

function weightsFor(size: number, start: number, length: number, newSize: number): readonly Weights[] {
  const scale = length / newSize
  const reach = Math.max(1, scale)
  return Array.from({ length: newSize }, (_, i) => {
    const centre = start + (i + 0.5) * scale
    const first = Math.max(0, Math.floor(centre - reach + 0.5))
    const end = Math.min(size, Math.floor(centre + reach + 0.5))
    const raw = Array.from({ length: end - first }, (_, k) =>
      Math.max(0, 1 - Math.abs(first + k - centre + 0.5) / reach),
    )
    const sum = raw.reduce((a, b) => a + b, 0)
    return { first, weights: raw.map((weight) => weight / sum) }
  })
}

/** `[outer, size, inner]` → `[outer, new size, inner]`. */
function alongAxis(
  values: Float32Array,
  outer: number,
  size: number,
  inner: number,
  axis: readonly Weights[],
): Float32Array {
  const out = new Float32Array(outer * axis.length * inner)
  for (let o = 0; o < outer; o++) {
    axis.forEach(({ first, weights }, i) => {
      const to = (o * axis.length + i) * inner
      weights.forEach((weight, k) => {
        const from = (o * size + first + k) * inner
        for (let c = 0; c < inner; c++) out[to + c]! += weight * values[from + c]!
      })
    })
  }
  return out
}
