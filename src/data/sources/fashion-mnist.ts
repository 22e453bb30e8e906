import { type DataSource, loadPublished, type SourceOptions } from '../files/published.js'
import { type DigitDataset, idxFiles, readParts } from './mnist-files.js'

export interface FashionMnist {
  readonly train: DigitDataset
  readonly test: DigitDataset
  /** What label 0 … 9 means. */
  readonly classes: readonly string[]
  readonly source: DataSource
}

const classes = ['T-shirt', 'trouser', 'pullover', 'dress', 'coat', 'sandal', 'shirt', 'sneaker', 'bag', 'ankle boot']

const sha256 = {
  'train-images-idx3-ubyte': '3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84',
  'train-labels-idx1-ubyte': 'a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845',
  't10k-images-idx3-ubyte': '346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073',
  't10k-labels-idx1-ubyte': '67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5',
}

/**
 * Fashion-MNIST: 60,000 pictures of clothes to learn from and 10,000 to test on, [28, 28, 1] from 0 to 1, in 10 classes; takes the place
 * of MNIST where digits are too easy. Licence: MIT.
 *
 * Throws if the files are not to be had or damaged.
 *
 * Source: Xiao, Rasul, Vollgraf, "Fashion-MNIST: a novel image dataset for benchmarking machine learning algorithms", 2017.
 *
 * ```ts
 * const { train, test, classes } = await fashionMnist()
 * ```
 */
export async function fashionMnist(options: SourceOptions = {}): Promise<FashionMnist> {
  const set = {
    ...{ name: 'Fashion-MNIST', folder: 'fashion-mnist', licence: 'MIT' },
    paper: 'Xiao, Rasul, Vollgraf, "Fashion-MNIST", 2017',
  }
  const mirrors = [
    'https://fashion-mnist.s3.eu-central-1.amazonaws.com/',
    'https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/',
  ]
  const { files, source } = await loadPublished(set, idxFiles(mirrors, sha256), options)
  return { ...(await readParts(files)), classes, source }
}
