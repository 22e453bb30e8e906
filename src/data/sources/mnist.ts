import { checkOptions } from '../../core/options.js'
import { generateDigits } from '../digits/digits.js'
import {
  type DataSource,
  loadPublished,
  NotAvailable,
  type PublishedSet,
  type SourceOptions,
  sourceOptionNames,
} from '../files/published.js'
import { type DigitDataset, digitDataset, idxFiles, mnistFiles, readParts } from './mnist-files.js'

export interface MnistOptions extends SourceOptions {
  /** What the generator makes if the files are not to be had. Default 60,000 and 10,000 digits, seed 0. */
  readonly generated?: { readonly train?: number; readonly test?: number; readonly seed?: number }
}

/** Where the digits come from. */
export type MnistSource = Omit<DataSource, 'kind'> & { readonly kind: DataSource['kind'] | 'generated' }

export interface Mnist {
  readonly train: DigitDataset
  readonly test: DigitDataset
  readonly source: MnistSource
}

const set: PublishedSet = {
  name: 'MNIST',
  folder: 'mnist',
  licence: 'none stated',
  paper: 'LeCun, Bottou, Bengio, Haffner, "Gradient-based learning applied to document recognition", 1998',
}

const mirrors: readonly string[] = [
  'https://ossci-datasets.s3.amazonaws.com/mnist/',
  'https://storage.googleapis.com/cvdf-datasets/mnist/',
]

/**
 * MNIST: 60,000 handwritten digits to learn from and 10,000 to test on, pictures [28, 28, 1] from 0 to 1, labels 0 … 9.
 *
 * The files are taken from `folder`, else from the user's cache, else downloaded, checked by SHA-256 and kept in the cache.
 * Without a network, digits that look handwritten are generated instead; `source` says which, and why.
 *
 * Throws if files are there but damaged, or if `folder` is given and does not hold them.
 *
 * Source: LeCun, Bottou, Bengio, Haffner, "Gradient-based learning applied to document recognition", 1998.
 *
 * ```ts
 * const { train, test, source } = await mnist()
 * console.log(source.description)
 * ```
 */
export async function mnist(options: MnistOptions = {}): Promise<Mnist> {
  checkOptions<MnistOptions>('mnist', options, { ...sourceOptionNames, generated: true })
  checkOptions('mnist generated', options.generated, { train: true, test: true, seed: true })
  const { generated, ...where } = options
  try {
    const { files, source } = await loadPublished(set, idxFiles(mirrors, mnistFiles), where)
    return { ...(await readParts(files)), source }
  } catch (error) {
    if (error instanceof NotAvailable) return generate(options, error.message)
    throw error
  }
}

function generate(options: MnistOptions, reason: string): Mnist {
  const { train = 60_000, test = 10_000, seed = 0 } = options.generated ?? {}
  // The test digits come first, so that they stay the same when more or fewer are made to learn from.
  const { images, labels } = generateDigits({ count: test + train, seed })
  const pixels = images.length / labels.length
  return {
    test: digitDataset(images.subarray(0, test * pixels), labels.subarray(0, test)),
    train: digitDataset(images.subarray(test * pixels), labels.subarray(test)),
    source: {
      ...{ kind: 'generated', genuine: false, licence: 'that of Shapewise', paper: set.paper },
      description: `generated digits instead of MNIST (for MNIST, put its files into $SHAPEWISE_DATA/mnist): ${reason}`,
    },
  }
}
