import { expectChoice } from '../../core/arguments.js'
import { fail } from '../../core/errors.js'
import {
  type DataSource,
  loadPublished,
  type NamedBytes,
  type PublishedSet,
  type SourceOptions,
} from '../files/published.js'
import { damaged } from '../formats/damage.js'
import { DAMAGED_FILE_CURE } from '../formats/gzip.js'
import { parseTar } from '../formats/tar.js'
import { decodeImage } from '../images/decode.js'
import { type Column, floatColumn, labelColumn } from '../memory/column.js'
import { type Dataset, dataset } from '../memory/dataset.js'

/** Colour pictures of 32 × 32 pixels from 0 to 1, and what is on them. */
export type ColourDataset = Dataset<{
  readonly inputs: Column<'float32', readonly [32, 32, 3]>
  readonly labels: Column<'int32', readonly []>
}>

/** `[height, width, channels]`, 0 … 255. */
export interface DecodedPicture {
  readonly width: number
  readonly height: number
  readonly channels: number
  readonly data: ArrayLike<number>
}

export interface Cifar10Options extends SourceOptions {
  /**
   * `original`: all 60,000 pictures from `cifar-10-binary.tar.gz`. `first`: the first 4,000 and 1,000 of them, from
   * `train_first4000.bin` and `test_first1000.bin`, for trials. `jpeg`: all, compressed with losses (5.8 of 255 on average), from
   * `train_jpegs.bin` and so on. Default `original`.
   */
  readonly version?: 'original' | 'first' | 'jpeg'
  /** Decodes a JPEG file of 32 × 32 pixels in place of {@link decodeImage}. */
  readonly decode?: (bytes: Uint8Array) => DecodedPicture | Promise<DecodedPicture>
}

export interface Cifar10 {
  readonly train: ColourDataset
  readonly test: ColourDataset
  /** What label 0 … 9 means. */
  readonly classes: readonly string[]
  readonly source: DataSource
}

const classes = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck']

const set: PublishedSet = {
  name: 'CIFAR-10',
  folder: 'cifar10',
  licence: 'none stated; the report is to be cited',
  paper: 'Krizhevsky, "Learning multiple layers of features from tiny images", 2009',
}

const archive = {
  name: 'cifar-10-binary.tar.gz',
  urls: ['https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz'],
  sha256: ['c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd'],
}

const first = {
  train: { name: 'train_first4000.bin', sha256: ['0993cf8b8e43bc207603aef9787006995746513f5e3fa5a52e06d1b069926330'] },
  test: { name: 'test_first1000.bin', sha256: ['8314c96d7cd65618193bab23acdd5d4c4af15bf6dd00a1781d55beedf3be1ef5'] },
}

const jpegs = {
  trainPictures: {
    name: 'train_jpegs.bin',
    sha256: ['dded48954ba117b69295fb311fee3890c6814612e16fc43d8152ce8daa89bd91'],
  },
  trainOffsets: {
    name: 'train_offsets.u32le',
    sha256: ['8bb3f82dd2d5d4a20b58d813ade69333c03a61f5d5ab4a3b92216242646e4f9a'],
  },
  trainLabels: {
    name: 'train_labels.u8',
    sha256: ['2b7cd2f24487317614016b72ffd53071c3062f592f0eb300c18a770d41ae1253'],
  },
  testPictures: {
    name: 'test_jpegs.bin',
    sha256: ['fe67ed4242ac58ea0271e7183f3420239c53ea2318b449b430d4090c9cac446b'],
  },
  testOffsets: {
    name: 'test_offsets.u32le',
    sha256: ['9f214b1769d12bda650d2ffdf72d35ef2e76b6c93f88e897aeb869473e3a445a'],
  },
  testLabels: {
    name: 'test_labels.u8',
    sha256: ['cec8a24a1e92aa2ecaa0bbd3dbfa86bf6cd8759fbd209a832824c8cf0afca9d5'],
  },
}

/**
 * CIFAR-10: 50,000 small photographs to learn from and 10,000 to test on, [32, 32, 3] from 0 to 1, in 10 classes. Licence: none
 * stated.
 *
 * Throws if the files are not to be had or damaged.
 *
 * Source: Krizhevsky, "Learning multiple layers of features from tiny images", 2009.
 *
 * ```ts
 * const { train, test, classes } = await cifar10()
 * ```
 */
export async function cifar10(options: Cifar10Options = {}): Promise<Cifar10> {
  const { version = 'original', decode = decodeColours, ...where } = options
  expectChoice('cifar10', 'the version', version, ['original', 'first', 'jpeg'])
  if (version === 'jpeg') {
    const lossy = { ...set, name: 'CIFAR-10 as JPEG pictures' }
    const { files, source } = await loadPublished(lossy, jpegs, where)
    const train = await readJpegs(files.trainPictures, files.trainOffsets, files.trainLabels, decode)
    return {
      train,
      test: await readJpegs(files.testPictures, files.testOffsets, files.testLabels, decode),
      classes,
      source,
    }
  }
  if (version === 'first') {
    const part = { ...set, name: 'the first 4,000 + 1,000 pictures of CIFAR-10' }
    const { files, source } = await loadPublished(part, first, where)
    return { train: parseCifar([files.train]), test: parseCifar([files.test]), classes, source }
  }
  const { files, source } = await loadPublished(set, { archive }, where)
  const { name, bytes } = files.archive
  const members = new Map(
    parseTar(bytes, name).map((file) => [file.path.slice(file.path.lastIndexOf('/') + 1), file.bytes]),
  )
  const member = (file: string): NamedBytes => ({
    name: `${name}: ${file}`,
    bytes: members.get(file) ?? damaged(name, `there is no ${file} in it`),
  })
  const train = parseCifar([1, 2, 3, 4, 5].map((i) => member(`data_batch_${i}.bin`)))
  return { train, test: parseCifar([member('test_batch.bin')]), classes, source }
}

const PIXELS = 32 * 32
const RECORD = 1 + 3 * PIXELS

const decodeColours = (bytes: Uint8Array): Promise<DecodedPicture> => decodeImage(bytes, { channels: 3 })

/** Records of the label, then the red, the green and the blue values. Throws, naming the file, if they are no such records. */
export function parseCifar(files: readonly NamedBytes[]): ColourDataset {
  const count = files.reduce((sum, { name, bytes }) => {
    if (bytes.length > 0 && bytes.length % RECORD === 0) return sum + bytes.length / RECORD
    return fail(`${name}: ${bytes.length} bytes are no whole number of records of ${RECORD}.`, DAMAGED_FILE_CURE)
  }, 0)
  const pictures = new Uint8Array(count * 3 * PIXELS)
  const labels = new Uint8Array(count)
  let example = 0
  for (const { name, bytes } of files) {
    for (let at = 0; at < bytes.length; at += RECORD, example++) {
      const label = bytes[at]!
      if (label > 9)
        fail(`${name}: record ${at / RECORD} has the label ${label}, but the classes are 0 … 9.`, DAMAGED_FILE_CURE)
      labels[example] = label
      const to = example * 3 * PIXELS
      for (let channel = 0; channel < 3; channel++) {
        const from = at + 1 + channel * PIXELS
        for (let pixel = 0; pixel < PIXELS; pixel++) pictures[to + 3 * pixel + channel] = bytes[from + pixel]!
      }
    }
  }
  return dataset({
    inputs: floatColumn(pictures, [32, 32, 3], { scale: 1 / 255 }),
    labels: labelColumn(labels, { classes: 10 }),
  })
}

/** Pictures that are decoded at once: decoders have threads of their own. */
const TOGETHER = 64

/** Pictures end to end, where each begins, and a label for each. */
async function readJpegs(
  pictures: NamedBytes,
  offsets: NamedBytes,
  labels: NamedBytes,
  decode: NonNullable<Cifar10Options['decode']>,
): Promise<ColourDataset> {
  const count = labels.bytes.length
  if (offsets.bytes.length !== 4 * (count + 1))
    damaged(offsets.name, `it has ${offsets.bytes.length} bytes for ${count} labels`)
  const places = new DataView(offsets.bytes.buffer, offsets.bytes.byteOffset, offsets.bytes.byteLength)
  const values = new Uint8Array(count * 3 * PIXELS)
  const read = async (i: number) => {
    const [from, to] = [places.getUint32(4 * i, true), places.getUint32(4 * i + 4, true)]
    if (!(from < to && to <= pictures.bytes.length))
      damaged(offsets.name, `picture ${i} lies outside of ${pictures.name}`)
    const { width, height, channels, data } = await decode(pictures.bytes.subarray(from, to))
    if (width !== 32 || height !== 32 || channels !== 3) {
      damaged(pictures.name, `picture ${i} is ${width} × ${height} with ${channels} channels`)
    }
    values.set(data, i * 3 * PIXELS)
  }
  for (let i = 0; i < count; i += TOGETHER) {
    await Promise.all(Array.from({ length: Math.min(TOGETHER, count - i) }, (_, k) => read(i + k)))
  }
  return dataset({
    inputs: floatColumn(values, [32, 32, 3], { scale: 1 / 255 }),
    labels: labelColumn(labels.bytes, { classes: 10 }),
  })
}
