import { expectChoice } from '../../core/arguments.js'
import { checkOptions } from '../../core/options.js'
import { type DataSource, loadPublished, type SourceOptions, sourceOptionNames } from '../files/published.js'
import { damaged } from '../formats/damage.js'
import { readNpz } from '../formats/npy.js'

/** A drawing as the way of a pen. */
export interface Sketch {
  /** For each point how far the pen has moved right and down, and 1 where it is lifted behind the point: `[points, 3]`. */
  readonly points: Float32Array
}

const sets = {
  kanji: {
    file: 'kanji_short.npz',
    licence: 'CC BY-SA 3.0, © Ulrich Apel',
    sha256: '3fb94678cba96f9b37c07592a1b9dc23121ff243933cf5b47a9411c5fc8e5f79',
  },
  kanjiSimplified: {
    file: 'kanji_rdp100.npz',
    licence: 'CC BY-SA 3.0, © Ulrich Apel',
    sha256: 'cf7dee96597892873a2f49440ac87741f2a7647c76c191bb85c05d454a2577a8',
  },
  omniglot: {
    file: 'omniglot_strokes.npz',
    licence: 'MIT, © Brenden Lake',
    sha256: '6cdc623c3ba8e3c3a12742497ba1145e3cfb29629ce04dd6cdfffe0246ff91f2',
  },
  sheep: {
    file: 'aaron_sheep.npz',
    licence: 'CC BY-NC 4.0 (not for commercial use), © Aaron Koblin',
    sha256: '481fcadbde31074a93a95668b27fcb8d9ba345e87ed38b527a23e690c9c56e0a',
  },
} as const

export interface SketchesOptions extends SourceOptions {
  /** Chinese characters as polylines, or with fewer points; characters of many alphabets; drawings of sheep. Default `kanji`. */
  readonly set?: keyof typeof sets
}

export interface Sketches {
  readonly train: readonly Sketch[]
  readonly validation: readonly Sketch[]
  readonly test: readonly Sketch[]
  readonly source: DataSource
}

/**
 * Drawings as ways of a pen, for models like sketch-rnn: 10,000 kanji, 30,000 characters of Omniglot or 7,400 sheep to learn from.
 * Licences: see `source.licence`; the sheep are not for commercial use. The files are those of the collection, its Python
 * objects written as plain arrays: `train_points` `[N, 3]` of all drawings end to end, and `train_offsets`.
 *
 * Throws if the file is not to be had or damaged.
 *
 * Source: Ha, Eck, "A neural representation of sketch drawings", 2017.
 *
 * ```ts
 * const { train } = await sketches({ set: 'omniglot' })
 * const batches = stream(train).batch(100, { points: sequence('float32', [3]), steps: lengthOf('points') })
 * ```
 */
export async function sketches(options: SketchesOptions = {}): Promise<Sketches> {
  checkOptions<SketchesOptions>('sketches', options, { ...sourceOptionNames, set: true })
  const { set: chosen = 'kanji', ...where } = options
  const { file, licence, sha256 } =
    sets[expectChoice('sketches', 'the set', chosen, Object.keys(sets) as (keyof typeof sets)[])]
  const set = {
    ...{ name: `the sketches "${chosen}"`, folder: 'sketch-strokes', licence },
    paper: 'Ha, Eck, "A neural representation of sketch drawings", 2017',
    origin: 'Its drawings are in github.com/hardmaru/sketch-rnn-datasets as Python objects; save them as plain arrays.',
  }
  const { files, source } = await loadPublished(set, { file: { name: file, sha256: [sha256] } }, where)
  const { name, bytes } = files.file
  const arrays = await readNpz(bytes, name)
  const read = (part: string): Sketch[] => {
    const [points, offsets] = [arrays.get(`${part}_points`), arrays.get(`${part}_offsets`)]
    if (points?.shape[1] !== 3 || offsets?.shape.length !== 1)
      return damaged(name, `the arrays of the part ${part} are missing`)
    const values = Float32Array.from(points.data)
    return Array.from({ length: offsets.data.length - 1 }, (_, i) => {
      const [from, to] = [3 * offsets.data[i]!, 3 * offsets.data[i + 1]!]
      if (!(from <= to && to <= values.length))
        damaged(name, `drawing ${i} of the part ${part} lies outside of the points`)
      return { points: values.subarray(from, to) }
    })
  }
  return { train: read('train'), validation: read('valid'), test: read('test'), source }
}
