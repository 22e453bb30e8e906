import { emoji, RandomStream } from 'shapewise/data'
import type { Reporter } from '../../report.js'
import { SIDE as CHARACTER, type Character, characters } from './characters.js'
import { onWhite } from './kinds.js'

/** A picture [side, side, channels] from 0 to 1, and what it shows. */
export interface Shown {
  readonly picture: Float32Array
  readonly meaning: number
  readonly caption: string
}

/** Pictures that are searched among, and others to learn from, which show nothing that is searched for. */
export interface Collection {
  readonly name: string
  readonly side: number
  readonly channels: 1 | 3
  /** Two pictures each of the same. */
  readonly pairs: readonly (readonly [Float32Array, Float32Array])[]
  readonly shown: readonly Shown[]
  /** Places in `shown` of what is searched with, and of what is searched among. */
  readonly queries: readonly number[]
  readonly documents: readonly number[]
}

/** What is searched for: what is kept for the end, or as much of what is learned from otherwise. */
export interface Purpose {
  readonly validation: boolean
  /** So many things at most are searched for, and so many pairs learned from; 0 for all. */
  readonly limit: number
}

const EMOJI = 32
const styles = ['google', 'twitter'] as const
type Style = (typeof styles)[number]

/**
 * Emoji as Google draws them, to be found among those of Twitter's. A fifth of the names is searched for, another one for validation; names that share
 * a picture, as most families do, count once.
 */
export async function emojiStyles(report: Reporter, { validation, limit }: Purpose): Promise<Collection> {
  const { data, names, source } = await emoji()
  report.data({ name: 'emoji', description: source.description, genuine: source.genuine })
  const drawn = (style: Style, i: number) => onWhite(data.example(i)[style])
  const plain = [...names.keys()].filter((i) => names[i]!.skinTone === null)
  const order = new RandomStream(0).shuffle(distinct(plain, drawn))
  const fifth = Math.ceil(order.length / 5)
  const [test, held] = [order.slice(0, fifth), order.slice(fifth, 2 * fifth)]
  const [searched, learned] = (validation ? [held, order.slice(2 * fifth)] : [test, order.slice(fifth)]).map((some) =>
    some.slice(0, limit || undefined),
  ) as [number[], number[]]
  const shown = styles.flatMap((style) =>
    searched.map((i): Shown => ({ picture: drawn(style, i), meaning: i, caption: names[i]!.name })),
  )
  return {
    ...{ name: 'emoji', side: EMOJI, channels: 3, shown },
    pairs: learned.map((i) => [drawn('google', i), drawn('twitter', i)] as const),
    queries: searched.map((_, k) => k),
    documents: searched.map((_, k) => searched.length + k),
  }
}

/** Those without others before them that have the same picture in one of the styles. */
function distinct(emoji: readonly number[], drawn: (style: Style, i: number) => Float32Array): number[] {
  const seen = new Set<string>()
  return emoji.filter((i) => {
    const pictures = styles.map((style) => style + Uint8Array.from(drawn(style, i), (value) => 255 * value).join())
    const isNew = !pictures.some((picture) => seen.has(picture))
    if (isNew) for (const picture of pictures) seen.add(picture)
    return isNew
  })
}

/** Alphabets that are searched for at the end, as in the recipe `one-shot`, and those that settings were chosen by. */
const searchedFor = { test: ['Balinese', 'Early_Aramaic'], validation: ['Korean', 'Tagalog'] }

/** Drawings of characters, each of which is to find those that other people made of it; and the characters of other alphabets to learn from. */
export async function newAlphabets(
  report: Reporter,
  { validation, limit }: Purpose,
): Promise<{ collection: Collection; learned: readonly Character[] }> {
  const all = await characters(report)
  const alphabets = validation ? searchedFor.validation : searchedFor.test
  const unseen = [...searchedFor.test, ...alphabets]
  const learned = all.filter(({ alphabet }) => !unseen.includes(alphabet))
  const shown = all
    .filter(({ alphabet }) => alphabets.includes(alphabet))
    .slice(0, limit || undefined)
    .flatMap(({ drawings, alphabet }, meaning) =>
      drawings.map((picture): Shown => ({ picture, meaning, caption: alphabet.replace('_', ' ') })),
    )
  const collection: Collection = {
    ...{ name: 'characters', side: CHARACTER, channels: 1, shown },
    pairs: learned.flatMap(pairsOf).slice(0, limit || undefined),
    queries: [...shown.keys()],
    documents: [...shown.keys()],
  }
  return { collection, learned }
}

/** Of each character so many pairs of drawings. */
const PAIRS = 5

const pairsOf = ({ drawings }: Character) =>
  Array.from(
    { length: Math.min(PAIRS, Math.floor(drawings.length / 2)) },
    (_, i) => [drawings[2 * i]!, drawings[2 * i + 1]!] as const,
  )

/** The values of pictures, one after the other. */
export function together(pictures: readonly Float32Array[]): Float32Array {
  const [size = 0] = pictures.map(({ length }) => length)
  const values = new Float32Array(pictures.length * size)
  for (const [i, picture] of pictures.entries()) values.set(picture, i * size)
  return values
}
