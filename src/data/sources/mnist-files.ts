import { fail } from '../../core/errors.js'
import { DIGIT_SIDE } from '../digits/digits.js'
import type { NamedBytes, PublishedFile } from '../files/published.js'
import { DAMAGED_FILE_CURE } from '../formats/gzip.js'
import { type IdxArray, readIdx } from '../formats/idx.js'
import { type Column, floatColumn, labelColumn } from '../memory/column.js'
import { type Dataset, dataset } from '../memory/dataset.js'

/** Grey pictures of 28 × 28 pixels from 0 (paper) to 1 (ink), with the digit in each. */
export type DigitDataset = Dataset<{
  readonly inputs: Column<'float32', readonly [28, 28, 1]>
  readonly labels: Column<'int32', readonly []>
}>

/** The four files of MNIST, and the SHA-256 of each after decompression. */
export const mnistFiles = {
  'train-labels-idx1-ubyte': '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
  't10k-labels-idx1-ubyte': 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
  't10k-images-idx3-ubyte': '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
  'train-images-idx3-ubyte': 'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
} as const

export type MnistFileName = keyof typeof mnistFiles

export const mnistFileNames = Object.keys(mnistFiles) as readonly MnistFileName[]

/** The two parts of a set in the form of MNIST. Throws as {@link readDigits}. */
export async function readParts(files: Readonly<Record<MnistFileName, NamedBytes>>) {
  return {
    train: await readDigits(files['train-images-idx3-ubyte'], files['train-labels-idx1-ubyte']),
    test: await readDigits(files['t10k-images-idx3-ubyte'], files['t10k-labels-idx1-ubyte']),
  }
}

/** What sets in the form of MNIST have on a server, by folders. Unpackers of some systems turn the dash before "idx" into a dot. */
export function idxFiles(
  folders: readonly string[],
  sha256: Readonly<Record<MnistFileName, string>>,
): Readonly<Record<MnistFileName, PublishedFile>> {
  const files = mnistFileNames.map((name): [MnistFileName, PublishedFile] => [
    name,
    {
      name,
      aliases: [name.replace('-idx', '.idx')],
      urls: folders.map((folder) => `${folder}${name}.gz`),
      sha256: [sha256[name]],
    },
  ])
  return Object.fromEntries(files) as Record<MnistFileName, PublishedFile>
}

/** The data set in a file of pictures and a file of labels. Throws, naming the file, if they are damaged or do not fit. */
export async function readDigits(imageFile: NamedBytes, labelFile: NamedBytes): Promise<DigitDataset> {
  const images = await readIdx(imageFile.bytes, imageFile.name)
  const labels = await readIdx(labelFile.bytes, labelFile.name)
  const count = images.shape[0] ?? 0
  checkContents(images, imageFile.name, [count, DIGIT_SIDE, DIGIT_SIDE], 'pictures')
  checkContents(labels, labelFile.name, [labels.shape[0] ?? 0], 'labels')
  if (count === 0) fail(`${imageFile.name}: the file holds no pictures.`, DAMAGED_FILE_CURE)
  if (labels.data.length !== count) {
    const cause = `${labelFile.name} has ${labels.data.length} labels, but ${imageFile.name} has ${count} pictures.`
    fail(cause, 'Take both files from the same data set and the same part of it.')
  }
  const wrong = labels.data.findIndex((label) => label > 9)
  if (wrong >= 0) {
    const cause = `${labelFile.name}: label ${wrong} is ${labels.data[wrong]}, but the classes are 0 … 9.`
    fail(cause, DAMAGED_FILE_CURE)
  }
  return digitDataset(images.data, labels.data)
}

function checkContents(array: IdxArray, name: string, expected: readonly number[], what: string): void {
  const fits = array.type === 'uint8' && array.shape.join() === expected.join()
  if (fits) return
  const [, ...sizes] = expected
  const cause = `${name}: the file holds ${array.type} [${array.shape.join(', ')}]`
  fail(`${cause}, but ${what} are uint8 [${['count', ...sizes].join(', ')}].`, 'Check whether files are interchanged.')
}

/** Bytes as MNIST has them, as a data set: pictures scaled to 0 … 1 when they are delivered. */
export function digitDataset(images: IdxArray['data'], labels: IdxArray['data']): DigitDataset {
  return dataset({
    inputs: floatColumn(images, [DIGIT_SIDE, DIGIT_SIDE, 1], { scale: 1 / 255 }),
    labels: labelColumn(labels, { classes: 10 }),
  })
}
