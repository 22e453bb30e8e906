import { fail } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import { listFolder, readBytes } from '../files/user-files.js'
import { parseWav } from '../formats/wav.js'
import { decodeImage, type ImageOptions, imageOptionNames } from '../images/decode.js'
import { stream } from '../pipeline/make.js'
import type { Stream } from '../pipeline/stream.js'

/** A file in a folder that is named after its class. */
export interface ClassFile {
  readonly path: string
  /** The place of the class in the list of classes. */
  readonly label: number
}

/** The files of a folder of folders. */
export interface ClassFolder {
  readonly files: readonly ClassFile[]
  /** The names of the folders, in alphabetical order. */
  readonly classes: readonly string[]
}

/**
 * The files below a folder that has one folder for each class, in alphabetical order; names that begin with a dot are left out.
 *
 * Throws if there is no folder, or none with such files.
 */
export async function classFolder(folder: string, endings: readonly string[]): Promise<ClassFolder> {
  const { readdir } = await import('node:fs/promises')
  const { join } = await import('node:path')
  const ending = new RegExp(`\\.(${endings.join('|')})$`, 'i')
  const files: { path: string; className: string }[] = []
  for (const className of [...(await listFolder(folder))].filter((name) => !name.startsWith('.')).sort()) {
    // A file beside the folders is no class.
    const inside = await readdir(join(folder, className), { recursive: true }).catch(() => [])
    for (const name of inside.sort())
      if (ending.test(name)) files.push({ path: join(folder, className, name), className })
  }
  const classes = [...new Set(files.map(({ className }) => className))]
  if (files.length === 0) {
    fail(
      `${folder}: there are no folders with files that end in ${endings.join(', ')}.`,
      'Make one folder for each class.',
    )
  }
  return { files: files.map(({ path, className }) => ({ path, label: classes.indexOf(className) })), classes }
}

/** A picture of a folder: `[height, width, channels]`, 0 … 255. */
export interface FolderPicture {
  readonly path: string
  readonly label: number
  readonly width: number
  readonly height: number
  readonly channels: number
  readonly data: Uint8Array
}

type Decoded = Pick<FolderPicture, 'width' | 'height' | 'channels' | 'data'>

export interface ImageFolderOptions extends ImageOptions {
  /** Decodes a file in place of {@link decodeImage}, whose options then mean nothing. */
  readonly decode?: (bytes: Uint8Array, path: string) => Decoded | Promise<Decoded>
  /** What names of pictures end in: `png`, `jpg`, `jpeg`, `webp`, `gif`, `ppm`, `pgm` and `pbm` by default. */
  readonly endings?: readonly string[]
}

/**
 * The pictures of a folder with one folder for each class, decoded when they are needed and brought to one size and number of channels;
 * see {@link decodeImage}. Shuffle before mapping.
 *
 * Throws if there are none; while iterating, naming the file, if one is damaged.
 *
 * ```ts
 * const open = async (folder: string) => {
 *   const { pictures, classes } = await imageFolder(folder, { size: 64, channels: 3 })
 *   const examples = pictures.map(({ data, label }) => ({ inputs: data, labels: label }))
 *   return examples.batch(32, { inputs: floats([64, 64, 3], { scale: 1 / 255 }), labels: label({ classes: classes.length }) })
 * }
 * ```
 */
export async function imageFolder(
  folder: string,
  options: ImageFolderOptions = {},
): Promise<{
  readonly pictures: Stream<FolderPicture>
  readonly files: readonly ClassFile[]
  readonly classes: readonly string[]
}> {
  checkOptions<ImageFolderOptions>('imageFolder', options, { ...imageOptionNames, decode: true, endings: true })
  const { decode, endings = ['png', 'jpg', 'jpeg', 'webp', 'gif', 'ppm', 'pgm', 'pbm'], ...wanted } = options
  if (decode !== undefined && Object.keys(wanted).length > 0) {
    fail(`imageFolder: ${Object.keys(wanted).join(', ')} and a decoder are given.`, 'Let the decoder see to it.')
  }
  const { files, classes } = await classFolder(folder, endings)
  const pictures = stream(files).map(async ({ path, label }) => {
    const bytes = await readBytes(path)
    const { width, height, channels, data } = await (decode?.(bytes, path) ?? decodeImage(bytes, wanted, path))
    return { path, label, width, height, channels, data }
  })
  return { pictures, files, classes }
}

/** A recording of a folder. */
export interface FolderRecording {
  readonly path: string
  readonly label: number
  readonly sampleRate: number
  readonly channels: number
  /** `[frames, channels]`, from −1 to 1. */
  readonly samples: Float32Array
}

/**
 * The WAV files of a folder with one folder for each class, read when they are needed.
 *
 * Throws if there are none; while iterating, naming the file, if one is damaged.
 *
 * ```ts
 * const open = async (folder: string) => {
 *   const { recordings } = await wavFolder(folder)
 *   return recordings.shuffle().batch(32, { samples: sequence('float32'), label: label() })
 * }
 * ```
 */
export async function wavFolder(folder: string): Promise<{
  readonly recordings: Stream<FolderRecording>
  readonly files: readonly ClassFile[]
  readonly classes: readonly string[]
}> {
  const { files, classes } = await classFolder(folder, ['wav'])
  const recordings = stream(files).map(async ({ path, label }) => {
    const { sampleRate, channels, samples } = parseWav(await readBytes(path), path)
    return { path, label, sampleRate, channels, samples }
  })
  return { recordings, files, classes }
}

/**
 * The lines of a text file one by one, which need not fit into memory.
 *
 * Throws, while iterating, if it cannot be read.
 */
export const textLines = (path: string): Stream<string> =>
  stream(async function* () {
    const { open } = await import('node:fs/promises')
    const file = await open(path).catch((error: unknown) =>
      fail(`${path}: the file cannot be read (${error}).`, 'Check the path.'),
    )
    try {
      yield* file.readLines()
    } finally {
      await file.close()
    }
  })
