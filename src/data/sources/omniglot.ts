import { expectChoice } from '../../core/arguments.js'
import { type DataSource, loadPublished, type SourceOptions } from '../files/published.js'
import { damaged } from '../formats/damage.js'
import { openZip, type Zip } from '../formats/zip.js'
import { decodePng } from '../images/png.js'
import { type Column, floatColumn, labelColumn } from '../memory/column.js'
import { type Dataset, dataset } from '../memory/dataset.js'

const SIDE = 105

/** Ink is 1, paper 0. */
export type CharacterDataset = Dataset<{
  readonly inputs: Column<'float32', readonly [105, 105, 1]>
  /** Which character. */
  readonly labels: Column<'int32', readonly []>
  /** Which of the 20 drawers, from 0. */
  readonly drawer: Column<'int32', readonly []>
  readonly alphabet: Column<'int32', readonly []>
}>

export interface Omniglot {
  readonly data: CharacterDataset
  /** Of label i: `Greek/character01`. */
  readonly characters: readonly string[]
  readonly alphabets: readonly string[]
  readonly source: DataSource
}

export interface OmniglotOptions extends SourceOptions {
  /** `small1`: 136 characters of 5 alphabets; `small2`: 156 of 5. Both have Greek and Latin. Default `small1`. */
  readonly set?: 'small1' | 'small2'
}

/** One trial with 20 characters: which of the pictures to learn from shows the character of each one to test on. */
export interface OneShotRun {
  readonly train: readonly Uint8Array[]
  readonly test: readonly Uint8Array[]
  /** For each of `test` the place in `train`. */
  readonly answers: readonly number[]
}

const python = 'https://github.com/brendenlake/omniglot/raw/master/python'
const published = {
  name: 'Omniglot',
  folder: 'omniglot',
  licence: 'MIT',
  paper: 'Lake, Salakhutdinov, Tenenbaum, "Human-level concept learning through probabilistic program induction", 2015',
}
const archives = {
  small1: {
    name: 'images_background_small1.zip',
    urls: [`${python}/images_background_small1.zip`],
    sha256: ['f38eb80f801274ac2b4dff5b24289016bfaba4a7d5bb50deebf27104ad6cb8a4'],
  },
  small2: {
    name: 'images_background_small2.zip',
    urls: [`${python}/images_background_small2.zip`],
    sha256: ['3ccaa407515a8778e5d0861875af38b17e418f301ad5bb3b5a6b65d901a41c7f'],
  },
}

/**
 * Omniglot: characters of many alphabets, each drawn by 20 people, [105, 105, 1] with ink 1; for learning from one example. Licence: MIT.
 *
 * Throws if the file is not to be had or damaged.
 *
 * Source: Lake, Salakhutdinov, Tenenbaum, "Human-level concept learning through probabilistic program induction", 2015.
 *
 * ```ts
 * const { data, characters } = await omniglot()
 * const [train, test] = data.split(0.8, { groups: 'labels' }) // characters never seen
 * ```
 */
export async function omniglot(options: OmniglotOptions = {}): Promise<Omniglot> {
  const { set = 'small1', ...where } = options
  const file = archives[expectChoice('omniglot', 'the set', set, ['small1', 'small2'])]
  const { files, source } = await loadPublished(published, { file }, where)
  const { name, bytes } = files.file
  const zip = openZip(bytes, name)
  const drawings = zip.names.flatMap((path) => {
    const parts = /^[^/]+\/([^/]+)\/(character\d+)\/\d+_(\d+)\.png$/.exec(path)
    return parts === null
      ? []
      : [{ path, alphabet: parts[1]!, character: `${parts[1]}/${parts[2]}`, drawer: Number(parts[3]) - 1 }]
  })
  if (drawings.length === 0) damaged(name, 'there are no drawings in it')
  const pictures = new Uint8Array(drawings.length * SIDE * SIDE)
  for (const [i, { path }] of drawings.entries()) pictures.set(await readInk(zip, path, name), i * SIDE * SIDE)
  const characters = [...new Set(drawings.map(({ character }) => character))].sort()
  const alphabets = [...new Set(drawings.map(({ alphabet }) => alphabet))].sort()
  const column = (values: readonly number[], classes: number) => labelColumn(Int32Array.from(values), { classes })
  const data = dataset({
    inputs: floatColumn(pictures, [SIDE, SIDE, 1]),
    labels: column(
      drawings.map(({ character }) => characters.indexOf(character)),
      characters.length,
    ),
    drawer: column(
      drawings.map(({ drawer }) => drawer),
      20,
    ),
    alphabet: column(
      drawings.map(({ alphabet }) => alphabets.indexOf(alphabet)),
      alphabets.length,
    ),
  })
  return { data, characters, alphabets, source }
}

/** Pixels, 1 where there is ink. */
async function readInk(zip: Zip, path: string, name: string): Promise<Uint8Array> {
  const picture = await decodePng(await zip.read(path), `${name}: ${path}`)
  const { width, height, channels } = picture
  if (width !== SIDE || height !== SIDE || channels !== 1)
    damaged(name, `${path} is no grey picture of ${SIDE} × ${SIDE}`)
  return picture.data.map((grey) => Number(grey < 128))
}

/**
 * The 20 trials by which people and models were compared: 20 characters, one drawing of each to learn from, another of each to
 * recognise. Pictures are bytes, 105 × 105, ink 1. People are wrong at 4.5 %.
 *
 * Throws if the file is not to be had or damaged.
 *
 * ```ts
 * const { runs } = await omniglotOneShot()
 * ```
 */
export async function omniglotOneShot(
  options: SourceOptions = {},
): Promise<{ readonly runs: readonly OneShotRun[]; readonly source: DataSource }> {
  const file = {
    name: 'all_runs.zip',
    urls: [`${python}/one-shot-classification/all_runs.zip`],
    sha256: ['437c1eeab0af8484112e1b4cc0f3d541ec727f7c47b9b202da738af9dfd6c325'],
  }
  const { files, source } = await loadPublished(published, { file }, options)
  const { name, bytes } = files.file
  const zip = openZip(bytes, name)
  const folders = [...new Set(zip.names.flatMap((path) => /^run\d+/.exec(path) ?? []))].sort()
  const runs: OneShotRun[] = []
  for (const folder of folders) {
    const lines = new TextDecoder()
      .decode(await zip.read(`${folder}/class_labels.txt`))
      .trim()
      .split('\n')
    const pairs = lines.map((line) => line.trim().split(/\s+/))
    const trained = [...new Set(pairs.map(([, train = '']) => train))].sort()
    const read = (path: string) => readInk(zip, path, name)
    runs.push({
      train: await Promise.all(trained.map(read)),
      test: await Promise.all(pairs.map(([test = '']) => read(test))),
      answers: pairs.map(([, train = '']) => trained.indexOf(train)),
    })
  }
  return { runs, source }
}
