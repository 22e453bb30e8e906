import { type DataSource, loadPublished, type SourceOptions } from '../files/published.js'
import { damaged } from '../formats/damage.js'
import { parseTar } from '../formats/tar.js'
import { parseWav } from '../formats/wav.js'
import { joinedMembers } from './archive-members.js'

/** One digit, spoken once. */
export interface SpokenDigit {
  /** From −1 to 1, 8,000 a second. */
  readonly samples: Float32Array
  readonly digit: number
  readonly speaker: string
  readonly take: number
}

export interface SpokenDigits {
  readonly train: readonly SpokenDigit[]
  readonly test: readonly SpokenDigit[]
  readonly speakers: readonly string[]
  readonly sampleRate: number
  readonly source: DataSource
}

const SAMPLE_RATE = 8000

/**
 * The Free Spoken Digit Dataset: 3,000 recordings of the digits 0 … 9 by six speakers, up to 2.3 s; takes 0 … 4 are to test on, the
 * other 2,700 to learn from. Licence: Creative Commons Attribution-ShareAlike 4.0.
 *
 * Throws if the file is not to be had or damaged.
 *
 * Source: Jackson et al., "Free Spoken Digit Dataset", 2018.
 *
 * ```ts
 * const { train } = await spokenDigits()
 * const batches = stream(train).shuffle().batch(32, { samples: sequence('float32'), digit: label({ classes: 10 }) })
 * ```
 */
export async function spokenDigits(options: SourceOptions = {}): Promise<SpokenDigits> {
  const set = {
    ...{ name: 'the Free Spoken Digit Dataset', folder: 'fsdd', licence: 'CC BY-SA 4.0' },
    paper: 'Jackson et al., "Free Spoken Digit Dataset", 2018',
  }
  const file = {
    name: 'recordings.tar.gz',
    urls: ['https://github.com/Jakobovski/free-spoken-digit-dataset/archive/refs/heads/master.tar.gz'],
    sha256: ['ddb17656a0bca4c5ddace082be188ca630516dc2ef1110afe3c4e9cc71173de4'],
    checked: joinedMembers(/\/\d_[a-z]+_\d+\.wav$/),
    aliases: ['master.tar.gz'],
  }
  const { files, source } = await loadPublished(set, { file }, options)
  const { name, bytes } = files.file
  const spoken: SpokenDigit[] = []
  for (const member of parseTar(bytes, name)) {
    const parts = /(?:^|\/)(\d)_([a-z]+)_(\d+)\.wav$/.exec(member.path)
    if (parts === null) continue
    const { samples, channels, sampleRate } = parseWav(member.bytes, `${name}: ${member.path}`)
    if (channels !== 1 || sampleRate !== SAMPLE_RATE) {
      damaged(name, `${member.path} has ${channels} channels of ${sampleRate} Hz, not one of ${SAMPLE_RATE}`)
    }
    spoken.push({ samples, digit: Number(parts[1]), speaker: parts[2]!, take: Number(parts[3]) })
  }
  if (spoken.length === 0) damaged(name, 'there are no recordings in it')
  spoken.sort(
    (a, b) => a.digit - b.digit || (a.speaker < b.speaker ? -1 : Number(a.speaker > b.speaker)) || a.take - b.take,
  )
  const speakers = [...new Set(spoken.map(({ speaker }) => speaker))].sort()
  const [train, test] = [spoken.filter(({ take }) => take >= 5), spoken.filter(({ take }) => take < 5)]
  return { train, test, speakers, sampleRate: SAMPLE_RATE, source }
}
