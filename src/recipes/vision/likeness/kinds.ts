import { tensor } from 'shapewise'
import { type Column, type Dataset, dataset, emoji, floatColumn, labelColumn, type RandomStream } from 'shapewise/data'
import * as nn from 'shapewise/nn'
import type { Reporter } from '../../report.js'
import { type PhotoName, photo } from '../photos.js'
import { byAlphabet, characters } from './characters.js'

/** Pixels of all pictures that are told apart. */
export const SIDE = 64
const NUMBERS = SIDE * SIDE * 3

export type KindDataset = Dataset<{
  readonly inputs: Column<'float32', readonly [64, 64, 3]>
  readonly labels: Column<'int32', readonly []>
}>

/** Pictures of a few kinds, as many of each to learn from as there are, in an order by chance. */
export interface Kinds {
  readonly name: string
  readonly classes: readonly string[]
  readonly test: KindDataset
  /** The first `count` pictures of each kind. */
  train(count: number): KindDataset
}

/** Pictures [side, side, 3] of one kind from 0 to 1, of any size: to learn from, and to test on. */
interface Part {
  readonly train: readonly Float32Array[]
  readonly test: readonly Float32Array[]
}

async function kindsOf(name: string, classes: readonly string[], parts: readonly Part[]): Promise<Kinds> {
  const train = await Promise.all(parts.map(({ train }) => enlarged(train)))
  const test = await Promise.all(parts.map(({ test }) => enlarged(test)))
  const examples = (pictures: readonly (readonly Float32Array[])[]): KindDataset => {
    const labels = pictures.flatMap((some, label) => some.map(() => label))
    const bytes = new Uint8Array(labels.length * NUMBERS)
    for (const [i, picture] of pictures.flat().entries())
      bytes.set(
        picture.map((value) => Math.round(255 * value)),
        i * NUMBERS,
      )
    return dataset({
      inputs: floatColumn(bytes, [SIDE, SIDE, 3], { scale: 1 / 255 }),
      labels: labelColumn(Int32Array.from(labels), { classes: classes.length }),
    })
  }
  return { name, classes, test: examples(test), train: (count) => examples(train.map((some) => some.slice(0, count))) }
}

/** Pictures in the size that is needed. */
async function enlarged(pictures: readonly Float32Array[]): Promise<Float32Array[]> {
  const side = Math.sqrt(pictures[0]!.length / 3)
  const batch = tensor(Float32Array.from(pictures.flatMap((one) => Array.from(one))), [pictures.length, side, side, 3])
  const values = (await nn.resize2d(SIDE).forward(batch).clip(0, 1).data()) as Float32Array
  return pictures.map((_, i) => values.slice(i * NUMBERS, (i + 1) * NUMBERS))
}

/** Red, green, blue and opacity on a white ground. */
export const onWhite = (pixels: Float32Array): Float32Array =>
  Float32Array.from({ length: (pixels.length / 4) * 3 }, (_, i) => {
    const [pixel, channel] = [4 * Math.floor(i / 3), i % 3]
    return 1 - pixels[pixel + 3]! * (1 - pixels[pixel + channel]!)
  })

/** Black ink on white paper. */
const onPaper = (ink: Float32Array): Float32Array =>
  Float32Array.from({ length: 3 * ink.length }, (_, i) => 1 - ink[Math.floor(i / 3)]!)

const parted = (pictures: readonly Float32Array[], { training, testing }: KindSizes): Part => ({
  test: pictures.slice(0, testing),
  train: pictures.slice(testing, testing + training),
})

/** How many pictures of each kind there are to learn from at most, and to test on. */
export interface KindSizes {
  readonly training: number
  readonly testing: number
}

/** Emoji in the drawings of Google, skin tones left out: which category? Categories with too few are left out. */
export async function emojiCategories(report: Reporter, sizes: KindSizes, random: RandomStream): Promise<Kinds> {
  const { data, names, categories, source } = await emoji()
  report.data({ name: 'emoji', description: source.description, genuine: source.genuine })
  const labels = data.values('category')
  const plain = categories.map((_, label) =>
    names.flatMap((name, i) => (name.skinTone === null && labels[i] === label ? [i] : [])),
  )
  const kept = [...categories.keys()].filter((label) => plain[label]!.length > 2 * sizes.testing)
  const parts = kept.map((label) =>
    parted(
      random.shuffle(plain[label]!).map((i) => onWhite(data.example(i).google)),
      sizes,
    ),
  )
  return kindsOf(
    'emoji',
    kept.map((label) => categories[label]!),
    parts,
  )
}

/** Characters of Omniglot: of which alphabet? Those to test on are drawn by others. */
export async function alphabets(report: Reporter, sizes: KindSizes, random: RandomStream): Promise<Kinds> {
  const groups = byAlphabet(await characters(report))
  const parts = groups.map((group) => {
    const drawers = random.shuffle([...group[0]!.drawings.keys()])
    const testers = drawers.slice(0, Math.ceil(drawers.length / 4))
    const drawn = (isTester: boolean) =>
      random.shuffle(group.flatMap(({ drawings }) => drawings.filter((_, i) => testers.includes(i) === isTester)))
    const made = (drawings: readonly Float32Array[], count: number) => drawings.slice(0, count).map(onPaper)
    return { test: made(drawn(true), sizes.testing), train: made(drawn(false), sizes.training) }
  })
  return kindsOf(
    'alphabets',
    groups.map(([first]) => first!.alphabet),
    parts,
  )
}

/** Photographs and paintings that are much the same all over. */
const textures: readonly PhotoName[] = [
  ...(['brick.png', 'grass.png', 'gravel.png', 'coins.png', 'retina.jpg', 'hubble_deep_field.jpg'] as const),
  ...(['style_starry_night.jpg', 'style_the_scream.jpg', 'style_shipwreck.jpg', 'style_great_wave.jpg'] as const),
]

/** Squares whose grey varies less, on a standard deviation, show nothing, such as the black around the retina. */
const FLAT = 0.03

/** Grey squares cut from photographs and paintings: from which one? Those to test on come from the right third. */
export async function textureCrops(sizes: KindSizes, random: RandomStream): Promise<Kinds> {
  const parts: Part[] = []
  for (const name of textures) {
    const picture = await photo(name)
    const [, height = 0, width = 0] = picture.shape as readonly number[]
    const grey = (await picture.mean(3).data()) as Float32Array
    const crop = (from: number, to: number): Float32Array => {
      const [left, top] = [from + random.integer(to - from - SIDE + 1), random.integer(height - SIDE + 1)]
      const square = Float32Array.from({ length: NUMBERS }, (_, i) => {
        const at = Math.floor(i / 3)
        return grey[(top + Math.floor(at / SIDE)) * width + left + (at % SIDE)]!
      })
      return deviation(square) < FLAT ? crop(from, to) : square
    }
    const border = Math.floor((2 * width) / 3)
    const crops = (count: number, from: number, to: number) => Array.from({ length: count }, () => crop(from, to))
    parts.push({ test: crops(sizes.testing, border, width), train: crops(sizes.training, 0, border) })
  }
  const bare = textures.map((name) => name.replace(/^style_|\.\w+$/g, '').replaceAll('_', ' '))
  return kindsOf('textures', bare, parts)
}

function deviation(values: Float32Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
}
