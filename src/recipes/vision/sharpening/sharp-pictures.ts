import { concat, type Tensor, tensor } from 'shapewise'
import { type Column, type Dataset, dataset, type Emoji, emoji, floatColumn, RandomStream } from 'shapewise/data'
import { type PhotoName, photo } from '../photos.js'

/** Pictures to learn from, in red, green and blue. */
export type SharpPictures = Dataset<{ readonly sharp: Column<'float32', readonly [number, number, 3]> }>

/** Pictures of one kind: to learn from, and a batch [count, height, width, 3] of those that are judged afterwards. */
export interface Kind {
  readonly train: SharpPictures
  readonly judged: Tensor
}

/** A face, a cup and a cat: photographs with something in focus. None of the others shows the same. */
const testPhotos: readonly PhotoName[] = ['astronaut.png', 'coffee.png', 'chelsea.png']
/** Settings were chosen with these. */
const validationPhotos: readonly PhotoName[] = ['rocket.jpg', 'camera.png']
const trainPhotos: readonly PhotoName[] = [
  ...(['fish.png', 'kitten_224.png', 'coins.png', 'brick.png', 'gravel.png', 'grass.png', 'retina.jpg'] as const),
  ...(['hubble_deep_field.jpg', 'style_great_wave.jpg', 'style_shipwreck.jpg'] as const),
  ...(['style_starry_night.jpg', 'style_the_scream.jpg'] as const),
]
/** The middle of photographs that is judged: as much as the smallest of them has, in multiples of 8. */
const HEIGHT = 296
const WIDTH = 448

const cubic = { mode: 'bicubic', antialias: true } as const
const sizeOf = (x: Tensor): readonly number[] => x.shape.slice(1, 3)

/** Pictures [batch, height, width, channels] so many times as small, in steps of 1/255 as files have them. */
export const shrunk = (x: Tensor, scale: number): Tensor =>
  x
    .resize(
      sizeOf(x).map((n) => n / scale),
      cubic,
    )
    .clip(0, 1)
    .mul(255)
    .round()
    .div(255) as Tensor

/** Pictures so many times as large by bicubic interpolation, which nothing is learned for. */
export const enlarged = (x: Tensor, scale: number): Tensor =>
  x.resize(
    sizeOf(x).map((n) => n * scale),
    cubic,
  ) as Tensor

/** The middles of the photographs to test on, or of those to choose settings by, [count, 296, 448, 3]. */
export async function judgedPhotos(isValidation: boolean): Promise<Tensor> {
  const photos = await Promise.all((isValidation ? validationPhotos : testPhotos).map((name) => photo(name)))
  const middles = photos.map((x) => {
    const [top, left] = [(x.shape[1] - HEIGHT) >> 1, (x.shape[2] - WIDTH) >> 1]
    return x.slice(':', [top, top + HEIGHT], [left, left + WIDTH]) as Tensor
  })
  const together = concat(middles, 0) as Tensor
  await together.data()
  return together
}

/** Photographs of more pixels are learned from at half and quarter size. */
const LARGE = 600_000

/** So many photographs to learn from, as they are and half as large, in which there is more to see. */
export async function learnedPhotos(count: number): Promise<readonly Tensor[]> {
  const each = trainPhotos.slice(0, count).map(async (name) => {
    const x = await photo(name)
    const [height, width] = sizeOf(x) as [number, number]
    const smaller = (n: number) => photo(name, { size: [Math.round(height / n), Math.round(width / n)] })
    return height * width > LARGE ? [await smaller(2), await smaller(4)] : [x, await smaller(2)]
  })
  return (await Promise.all(each)).flat()
}

const bytesOf = (values: ArrayLike<number>): Uint8Array => {
  const bytes = new Uint8Array(values.length)
  for (let i = 0; i < bytes.length; i++) bytes[i] = Math.round(255 * values[i]!)
  return bytes
}

/** Pixels of the side of what is cut from photographs. */
const SIDE = 64

/** As many square crops of photographs, each photograph as often as any other. */
export async function cropsOf(photos: readonly Tensor[], count: number, seed: number): Promise<SharpPictures> {
  const sources = await Promise.all(photos.map(async (x) => bytesOf((await x.data()) as Float32Array)))
  const bytes = new Uint8Array(count * SIDE * SIDE * 3)
  const random = new RandomStream(seed, 0)
  for (let i = 0; i < count; i++) {
    const which = random.integer(photos.length)
    const [height, width] = sizeOf(photos[which]!) as [number, number]
    const [top, left] = [random.integer(height - SIDE + 1), random.integer(width - SIDE + 1)]
    for (let row = 0; row < SIDE; row++) {
      const from = 3 * ((top + row) * width + left)
      bytes.set(sources[which]!.subarray(from, from + 3 * SIDE), 3 * SIDE * (i * SIDE + row))
    }
  }
  return dataset({ sharp: floatColumn(bytes, [SIDE, SIDE, 3], { scale: 1 / 255 }) })
}

/**
 * Emoji of both makers on white, 32 × 32: to learn from, and those that are judged, which have other names.
 *
 * @param limit how many names are learned from at most, and how many are judged; 0 for all
 */
export async function emojiKind(isValidation: boolean, limit: number): Promise<Kind> {
  const { data } = await emoji()
  const [rest, test] = data.split(0.9, { groups: 'name', seed: 1 })
  const [learned, validation] = rest.split(0.9, { groups: 'name', seed: 2 })
  const some = (data: Emoji['data']) => emojiBytes(limit > 0 ? data.take(limit) : data)
  const bytes = some(learned)
  const judged = Float32Array.from(some(isValidation ? validation : test), (value) => value / 255)
  return {
    train: dataset({ sharp: floatColumn(bytes, [32, 32, 3], { scale: 1 / 255 }) }),
    judged: tensor(judged, [judged.length / NUMBERS, 32, 32, 3]),
  }
}

/** Numbers of an emoji. */
const NUMBERS = 32 * 32 * 3

/** Both drawings of each, one maker's after the other's, without their opacity. */
function emojiBytes(data: Emoji['data']): Uint8Array {
  const bytes = new Uint8Array(2 * data.length * NUMBERS)
  for (const [maker, values] of [data.values('google'), data.values('twitter')].entries()) {
    for (let i = 0; i < data.length * NUMBERS; i++) {
      const [pixel, channel] = [4 * Math.floor(i / 3), i % 3]
      bytes[maker * data.length * NUMBERS + i] = Math.round(
        255 * (1 - values[pixel + 3]! * (1 - values[pixel + channel]!)),
      )
    }
  }
  return bytes
}
