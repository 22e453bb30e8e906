import { fail } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import { generateDigits } from '../digits/digits.js'
import { type DownloadProgress, download, messageOf } from '../files/download.js'
import {
  environmentVariable,
  hasFileSystem,
  listFolder,
  readBytes,
  userCacheFolder,
  writeBytes,
} from '../files/user-files.js'
import {
  type DigitDataset,
  digitDataset,
  type MnistFileName,
  mnistFileNames,
  mnistFiles,
  type NamedBytes,
  readDigits,
} from './mnist-files.js'

export interface MnistOptions {
  /** Folder with the four idx files, plain or gzip. Default `$SHAPEWISE_DATA/mnist`, if that holds them. */
  readonly folder?: string
  /** Folder for downloaded files. Default `shapewise/mnist` in the user's cache. */
  readonly cacheFolder?: string
  /** Whether files may be downloaded. Default true. */
  readonly download?: boolean
  /** Addresses of folders to download from, tried in turn. Default: public copies of the original files. */
  readonly mirrors?: readonly string[]
  readonly onProgress?: (progress: DownloadProgress) => void
  /** What the generator makes if the files are not to be had. Default 60,000 and 10,000 digits, seed 0. */
  readonly generated?: { readonly train?: number; readonly test?: number; readonly seed?: number }
}

/** Where the digits come from; only `generated` ones are not MNIST. */
export interface MnistSource {
  readonly kind: 'folder' | 'cache' | 'download' | 'generated'
  /** A sentence for people, with the reason if the digits are generated. */
  readonly description: string
}

export interface Mnist {
  readonly train: DigitDataset
  readonly test: DigitDataset
  readonly source: MnistSource
}

type MnistBytes = { readonly [Name in MnistFileName]: NamedBytes }

const defaultMirrors: readonly string[] = [
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
  checkOptions('mnist', options, {
    ...{ folder: true, cacheFolder: true, download: true, mirrors: true, onProgress: true, generated: true },
  })
  checkOptions('mnist generated', options.generated, { train: true, test: true, seed: true })
  const local = hasFileSystem() ? await readLocal(options) : undefined
  if (local !== undefined) return local
  if (options.download === false) return generate(options, 'downloads are switched off')
  const reasons: string[] = []
  for (const mirror of options.mirrors ?? defaultMirrors) {
    try {
      return await fetchFrom(mirror, options)
    } catch (error) {
      reasons.push(messageOf(error))
    }
  }
  return generate(options, reasons.length > 0 ? reasons.join(' ') : 'there is no address to download from')
}

/** From a folder of the user's, or the cache; undefined if neither holds the files. */
async function readLocal(options: MnistOptions): Promise<Mnist | undefined> {
  const { join } = await import('node:path')
  const given = options.folder
  const root = environmentVariable('SHAPEWISE_DATA')
  const folder = given ?? (root === undefined ? undefined : join(root, 'mnist'))
  if (folder !== undefined) {
    const { files, missing } = await readFolder(folder)
    if (files !== undefined) return assemble(files, { kind: 'folder', description: `MNIST from ${folder}` })
    if (given !== undefined || missing.length < mnistFileNames.length) {
      const cause = `${folder}: of the files of MNIST ${missing.map((name) => `${name}[.gz]`).join(', ')} are missing.`
      fail(cause, 'Put all four into the folder, or leave the folder out to have them downloaded.')
    }
  }
  const cache = options.cacheFolder ?? (await userCacheFolder('shapewise', 'mnist'))
  const { files } = await readFolder(cache)
  return files && assemble(files, { kind: 'cache', description: `MNIST from the cache ${cache}` })
}

/** The four files of a folder, if they are all there, and which are not. */
async function readFolder(folder: string): Promise<{ files?: MnistBytes; missing: MnistFileName[] }> {
  const { join } = await import('node:path')
  const entries = new Set(await listFolder(folder))
  const missing: MnistFileName[] = []
  const paths: [MnistFileName, string][] = []
  for (const name of mnistFileNames) {
    // Unpackers of some systems turn the dash before "idx" into a dot.
    const spelled = [name, `${name}.gz`, name.replace('-idx', '.idx')].find((spelling) => entries.has(spelling))
    if (spelled === undefined) missing.push(name)
    else paths.push([name, join(folder, spelled)])
  }
  if (missing.length > 0) return { missing }
  const files = await Promise.all(
    paths.map(async ([name, path]) => [name, { name: path, bytes: await readBytes(path) }] as const),
  )
  return { files: Object.fromEntries(files) as MnistBytes, missing }
}

/** Downloads all files, then keeps them; a cache that cannot be written costs the next start, not this one. */
async function fetchFrom(mirror: string, options: MnistOptions): Promise<Mnist> {
  const base = mirror.endsWith('/') ? mirror : `${mirror}/`
  const received: (readonly [MnistFileName, NamedBytes])[] = []
  const compressed: (readonly [string, Uint8Array])[] = []
  for (const name of mnistFileNames) {
    const url = `${base}${name}.gz`
    const { bytes, content } = await download({ url, sha256: mnistFiles[name], onProgress: options.onProgress })
    received.push([name, { name: url, bytes: content }])
    compressed.push([bytes === content ? name : `${name}.gz`, bytes])
  }
  const kept = hasFileSystem() ? await keep(compressed, options) : ''
  const files = Object.fromEntries(received) as MnistBytes
  return assemble(files, { kind: 'download', description: `MNIST downloaded from ${base}${kept}` })
}

async function keep(files: readonly (readonly [string, Uint8Array])[], options: MnistOptions): Promise<string> {
  const { join } = await import('node:path')
  const cache = options.cacheFolder ?? (await userCacheFolder('shapewise', 'mnist'))
  try {
    for (const [name, bytes] of files) await writeBytes(join(cache, name), bytes)
    return `, kept in ${cache}`
  } catch (error) {
    return `, not kept: ${messageOf(error)}`
  }
}

async function assemble(files: MnistBytes, source: MnistSource): Promise<Mnist> {
  const train = await readDigits(files['train-images-idx3-ubyte'], files['train-labels-idx1-ubyte'])
  const test = await readDigits(files['t10k-images-idx3-ubyte'], files['t10k-labels-idx1-ubyte'])
  return { train, test, source }
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
      kind: 'generated',
      description: `generated digits instead of MNIST (for MNIST, put its files into $SHAPEWISE_DATA/mnist): ${reason}`,
    },
  }
}
