import { type DataSource, loadPublished, type SourceOptions } from '../files/published.js'
import { damaged, decodeUtf8 } from '../formats/damage.js'
import { type Column, floatColumn, labelColumn } from '../memory/column.js'
import { type Dataset, dataset } from '../memory/dataset.js'

/** What an emoji is called. */
export interface EmojiName {
  /** In lower case: `grinning face with smiling eyes`. */
  readonly name: string
  readonly shortName: string
  readonly keywords: readonly string[]
  readonly category: string
  readonly subcategory: string
  /** A code point, where there is one. */
  readonly skinTone: string | null
  /** Code points in hexadecimal. */
  readonly unified: string
}

export interface Emoji {
  /** The same emoji in two styles, red, green, blue and opacity from 0 to 1; its category; and which ones have one name. */
  readonly data: Dataset<{
    readonly google: Column<'float32', readonly [32, 32, 4]>
    readonly twitter: Column<'float32', readonly [32, 32, 4]>
    readonly category: Column<'int32', readonly []>
    readonly name: Column<'int32', readonly []>
  }>
  readonly names: readonly EmojiName[]
  readonly categories: readonly string[]
  readonly source: DataSource
}

const PICTURE = 32 * 32 * 4

/**
 * 3,786 emoji in the drawings of two makers, [32, 32, 4], with names and categories: captions, translation from one style to the other,
 * generation. Split with `groups: 'name'`, since skin tones of one emoji are near-copies. Licence: pictures of Google Apache 2.0, of
 * Twitter CC BY 4.0 (credit "Twemoji").
 *
 * Throws if the files are not to be had or damaged.
 *
 * Source: iamcal, "emoji-data" 16.0.0, the sheets of 32 pixels cut into pictures.
 *
 * ```ts
 * const { data } = await emoji()
 * const [train, test] = data.split(0.9, { groups: 'name' })
 * ```
 */
export async function emoji(options: SourceOptions = {}): Promise<Emoji> {
  const set = {
    ...{ name: 'the emoji pairs', folder: 'emoji', licence: 'Google: Apache 2.0; Twemoji: CC BY 4.0' },
    paper: 'iamcal, "emoji-data" 16.0.0, 2024',
    origin: 'They are cut from the 32-pixel sheets of the npm package emoji-datasource 16.0.0.',
  }
  const { files, source } = await loadPublished(
    set,
    {
      google: {
        name: 'google_32x32_rgba.u8',
        sha256: ['38aca7f4dcb432ed93ee7331fc5334cae0150c39a873c2e041641853f1e16e81'],
      },
      twitter: {
        name: 'twitter_32x32_rgba.u8',
        sha256: ['b01955c503b702cd57596c9b2a49a65045933edc7b849d14429400e99a038a77'],
      },
      names: { name: 'emoji.json', sha256: ['844db3080abc869316c08ffa355bfb02e2d794d7a6702c2398827ee64c67ade6'] },
    },
    options,
  )
  const names = readNames(decodeUtf8(files.names.bytes, files.names.name), files.names.name)
  for (const { name, bytes } of [files.google, files.twitter]) {
    if (bytes.length !== names.length * PICTURE) damaged(name, `it has ${bytes.length} bytes for ${names.length} emoji`)
  }
  const numbered = (list: readonly string[]) => {
    const different = [...new Set(list)].sort()
    const numbers = new Map(different.map((each, i) => [each, i]))
    return {
      different,
      column: labelColumn(
        Int32Array.from(list, (each) => numbers.get(each)!),
        { classes: different.length },
      ),
    }
  }
  const category = numbered(names.map((each) => each.category))
  const data = dataset({
    google: floatColumn(files.google.bytes, [32, 32, 4], { scale: 1 / 255 }),
    twitter: floatColumn(files.twitter.bytes, [32, 32, 4], { scale: 1 / 255 }),
    category: category.column,
    name: numbered(names.map(({ name }) => name)).column,
  })
  return { data, names, categories: category.different, source }
}

function readNames(text: string, file: string): EmojiName[] {
  let list: unknown
  try {
    list = JSON.parse(text)
  } catch (error) {
    damaged(file, `it is no JSON (${error instanceof Error ? error.message : error})`)
  }
  const isName = (each: unknown): each is EmojiName =>
    typeof each === 'object' &&
    each !== null &&
    'name' in each &&
    'category' in each &&
    typeof each.category === 'string'
  if (!Array.isArray(list) || list.length === 0 || !list.every(isName)) damaged(file, 'it is no list of names')
  return list as EmojiName[]
}
