import { type DigitDataset, emoji, type RandomStream } from 'shapewise/data'
import type { Box, TrueObject } from 'shapewise/metrics'
import { type PhotoName, photo } from '../photos.js'
import { type Canvas, paste, placed } from './placing.js'

/** Pixels of each side of a scene, and of the photographs that are behind them. */
export const SIDE = 128
const PHOTO = 256
const DIGIT = 28
const EMOJI = 32
/** From where on a pixel of a digit or an emoji belongs to its box. */
const SEEN = 0.3

const emojiNames = [
  ...['dog face', 'red apple', 'automobile', 'soccer ball', 'tulip'],
  ...['guitar', 'penguin', 'evergreen tree', 'rocket', 'umbrella'],
]
/** What there is to find: labels by their numbers. */
export const kinds: readonly string[] = [...Array.from({ length: 10 }, (_, digit) => String(digit)), ...emojiNames]

export interface PhotoScene extends Canvas {
  readonly objects: readonly TrueObject[]
}

/** What scenes are made of. Things are seen by their last channel; colours, where there are some, are multiplied with it. */
export interface Stock {
  readonly photos: readonly Canvas[]
  readonly thing: (random: RandomStream, label: number) => Canvas
}

/** Each emoji that there is to find, in the drawings of two makers. */
export async function emojiDrawings(): Promise<readonly (readonly Canvas[])[]> {
  const { data, names } = await emoji()
  return emojiNames.map((name) => {
    const { google, twitter } = data.example(names.findIndex((each) => each.name === name))
    return [google, twitter].map((values) => canvas(EMOJI, 4, premultiplied(Float32Array.from(values))))
  })
}

/** Digits, emoji and some photographs. */
export async function stockOf(
  digits: DigitDataset,
  drawings: readonly (readonly Canvas[])[],
  names: readonly PhotoName[],
): Promise<Stock> {
  const photos = await Promise.all(
    names.map(async (name) => canvas(PHOTO, 3, await (await photo(name, { size: PHOTO })).data())),
  )
  const pixels = digits.values('inputs')
  const labels = [...digits.values('labels')]
  const numbers = Array.from({ length: 10 }, (_, digit) => labels.flatMap((label, i) => (label === digit ? [i] : [])))
  const thing = (random: RandomStream, label: number): Canvas => {
    if (label >= 10) return drawings[label - 10]![random.integer(2)]!
    const i = numbers[label]![random.integer(numbers[label]!.length)]!
    return canvas(DIGIT, 1, pixels.subarray(i * DIGIT * DIGIT, (i + 1) * DIGIT * DIGIT) as Float32Array)
  }
  return { photos, thing }
}

const canvas = (side: number, channels: number, pixels: ArrayLike<number>): Canvas => ({
  ...{ width: side, height: side, channels, pixels: Float32Array.from(pixels) },
})

/** Red, green and blue times opacity, as they can be interpolated. */
const premultiplied = (pixels: Float32Array): Float32Array =>
  pixels.map((value, i) => (i % 4 === 3 ? value : value * pixels[4 * Math.floor(i / 4) + 3]!))

/**
 * Three to six digits and emoji, which do not overlap, on a part of a photograph: digits of 17 to 40 pixels in any colour that stands out from what
 * is behind, emoji of 20 to 44 pixels, more or less bright. Boxes are tight.
 */
export function photoScene(random: RandomStream, { photos, thing }: Stock): PhotoScene {
  const scene = { width: SIDE, height: SIDE, channels: 3, pixels: background(random, photos) }
  const boxes = placed(random, { count: 3 + random.integer(4), sides: [24, 52], room: SIDE })
  const objects = boxes.map((frame): TrueObject => {
    const label = random.integer(kinds.length)
    const picture = thing(random, label)
    // Emoji fill their pictures.
    const box = label < 10 ? frame : within(frame, [0.08, 0.08, 0.92, 0.92])
    const light = random.uniform(0.75, 1.1)
    const color = standingOut(random, scene, box)
    paste(scene, box, picture, (at, read) => {
      const opacity = read.at(-1)!
      for (let c = 0; c < 3; c++) {
        const seen = label < 10 ? opacity * color[c]! : light * read[c]!
        scene.pixels[at + c] = Math.min(1, scene.pixels[at + c]! * (1 - opacity) + seen)
      }
    })
    return { box: within(box, seenPart(picture)), label }
  })
  return { ...scene, objects }
}

/** Scenes to learn from: bytes of one after the other, and what is in each. */
export interface Scenes {
  readonly bytes: Uint8Array
  readonly objects: readonly (readonly TrueObject[])[]
}

export function photoScenes(random: RandomStream, stock: Stock, count: number): Scenes {
  const size = SIDE * SIDE * 3
  const bytes = new Uint8Array(count * size)
  const objects = Array.from({ length: count }, (_, i) => {
    const scene = photoScene(random, stock)
    bytes.set(
      scene.pixels.map((value) => Math.round(255 * value)),
      i * size,
    )
    return scene.objects
  })
  return { bytes, objects }
}

/** A part of a photograph, mirrored or not, darker or lighter. */
function background(random: RandomStream, photos: readonly Canvas[]): Float32Array {
  const photo = photos[random.integer(photos.length)]!
  const [left, top] = [random.integer(PHOTO - SIDE + 1), random.integer(PHOTO - SIDE + 1)]
  const [isMirrored, light] = [random.uniform() < 0.5, random.uniform(0.7, 1.1)]
  const pixels = new Float32Array(SIDE * SIDE * 3)
  for (let i = 0; i < SIDE * SIDE; i++) {
    const column = isMirrored ? SIDE - 1 - (i % SIDE) : i % SIDE
    const from = ((top + Math.floor(i / SIDE)) * PHOTO + left + column) * 3
    for (let c = 0; c < 3; c++) pixels[3 * i + c] = Math.min(1, light * photo.pixels[from + c]!)
  }
  return pixels
}

/** Of three colours by chance the one that is farthest from what is seen in a box. */
function standingOut(random: RandomStream, { pixels }: Canvas, box: Box): readonly number[] {
  const [left, top, right, bottom] = box.map(Math.floor) as [number, number, number, number]
  const mean = [0, 1, 2].map((c) => {
    let [sum, count] = [0, 0]
    for (let y = top; y < bottom; y += 2)
      for (let x = left; x < right; x += 2, count++) sum += pixels[3 * (y * SIDE + x) + c]!
    return sum / count
  })
  const colors = [0, 1, 2].map(() => [random.uniform(), random.uniform(), random.uniform()])
  const far = (color: readonly number[]): number => Math.hypot(...color.map((value, c) => value - mean[c]!))
  return colors.reduce((best, color) => (far(color) > far(best) ? color : best))
}

/** Parts of the sides of a picture between which something is seen. */
function seenPart({ width, height, channels, pixels }: Canvas): Box {
  const places = Array.from({ length: width * height }, (_, i) => i).filter(
    (i) => pixels[(i + 1) * channels - 1]! > SEEN,
  )
  const [columns, rows] = [places.map((i) => i % width), places.map((i) => Math.floor(i / width))]
  const [left, top] = [Math.min(...columns) / width, Math.min(...rows) / height]
  return [left, top, (Math.max(...columns) + 1) / width, (Math.max(...rows) + 1) / height]
}

/** A part of a box. */
function within([left, top, right, bottom]: Box, part: Box): Box {
  const [width, height] = [right - left, bottom - top]
  return [left + part[0] * width, top + part[1] * height, left + part[2] * width, top + part[3] * height]
}
