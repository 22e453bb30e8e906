import { expectChoice } from '../../core/arguments.js'
import { cureFor, describe } from '../../core/describe.js'
import { fail } from '../../core/errors.js'
import { checkOptions, type OptionNames } from '../../core/options.js'
import { damaged } from '../formats/damage.js'
import { type FileLocation, readFile } from '../own/read-file.js'
import { decodeByPlatform } from './codec.js'
import { decodeNetpbm, isNetpbm } from './netpbm.js'
import { Picture } from './picture.js'
import { type Colour, oriented, type Pixels, withChannels } from './pixels.js'
import { decodePng, PNG_SIGNATURE } from './png.js'
import { type Fit, fitted } from './resample.js'

export interface ImageOptions {
  /** The picture is brought to this size: `[height, width]`, or one number for both. As it is by default. */
  readonly size?: number | readonly [number, number]
  /**
   * How, where the proportions differ. `cover`: as large as need be, what stands out is cut off on both sides. `contain`: as large
   * as fits, with background around it. `stretch`: each axis by itself. `crop`: the middle, not resized. Default `cover`.
   */
  readonly fit?: Fit
  /** 1: grey; 3: red, green, blue; 4: and opacity. As it is by default: then pictures of one folder may differ. */
  readonly channels?: 1 | 3 | 4
  /** What shows where a picture is transparent or too small: a grey level 0 … 255, or red, green and blue. Default 0, black. */
  readonly background?: Colour
}

export const imageOptionNames: OptionNames<ImageOptions> = { size: true, fit: true, channels: true, background: true }

/** A picture of the size and channels that options ask for. */
export type PictureOf<O extends ImageOptions> = Picture<
  O['size'] extends readonly [infer H extends number, number] ? H : O['size'] extends number ? O['size'] : number,
  O['size'] extends readonly [number, infer W extends number] ? W : O['size'] extends number ? O['size'] : number,
  O['channels'] extends number ? O['channels'] : number
>

/** How files open that the platform decodes. */
const opens: readonly (readonly [string, RegExp])[] = [
  ['JPEG', /^\xff\xd8\xff/],
  ['GIF', /^GIF8/],
  ['WebP', /^RIFF.{4}WEBP/s],
  ['AVIF', /^.{4}ftyp(avif|avis|mif1|heic)/s],
  ['TIFF', /^(II\*\0|MM\0\*)/],
  ['BMP', /^BM/],
]

/**
 * Decodes a picture. PNG, PPM, PGM and PBM need nothing else; JPEG, WebP, GIF, AVIF and TIFF are decoded by the optional package
 * `sharp` in Node, and in browsers by the browser, to 3 channels, or 4 with opacity. Pictures are turned upright as their EXIF data say.
 *
 * @param bytes a whole file
 * @param options size, fit, channels, background; see {@link ImageOptions}
 * @param name what the file is called in errors
 * @throws Error if the file is damaged, of no known kind, or needs a package that is not installed
 * @example
 * const open = async (bytes: Uint8Array) => {
 *   const picture = await decodeImage(bytes, { size: [224, 224], channels: 3 })
 *   return picture.toTensor() // [224, 224, 3], from 0 to 1
 * }
 */
export async function decodeImage<const O extends ImageOptions = ImageOptions>(
  bytes: Uint8Array,
  options?: O,
  name?: string,
): Promise<PictureOf<O>>
export async function decodeImage(
  bytes: Uint8Array,
  options: ImageOptions = {},
  name = 'the picture',
): Promise<Picture> {
  checkOptions('decodeImage', options, imageOptionNames)
  if (!(bytes instanceof Uint8Array)) {
    fail(`decodeImage: the file is ${describe(bytes)}`, cureFor(bytes, 'Give its bytes; readImage takes a path.'))
  }
  const { size, fit = 'cover', channels, background = 0 } = checked(options)
  let picture = await decode(bytes, name)
  if (channels !== undefined) picture = withChannels(picture, channels, background)
  return new Picture(size === undefined ? picture : fitted(picture, size, fit, background))
}

/**
 * Reads a picture from a file (Node) or an address; see {@link decodeImage}.
 *
 * @throws Error, naming the file, if it cannot be read or decoded
 * @example
 * const open = async (path: string) => (await readImage(path, { channels: 3 })).toTensor()
 */
export async function readImage<const O extends ImageOptions = ImageOptions>(
  location: FileLocation,
  options?: O,
): Promise<PictureOf<O>> {
  return decodeImage(await readFile(location), options, String(location))
}

async function decode(bytes: Uint8Array, name: string): Promise<Pixels> {
  const start = String.fromCharCode(...bytes.subarray(0, 16))
  if (start.startsWith(PNG_SIGNATURE)) {
    const { orientation, ...picture } = await decodePng(bytes, name)
    return oriented(picture, orientation)
  }
  if (isNetpbm(bytes)) return decodeNetpbm(bytes, name)
  const kind = opens.find(([, pattern]) => pattern.test(start))?.[0]
  if (kind === undefined)
    return damaged(name, 'the file opens like no picture that is known (PNG, PPM, JPEG, WebP, GIF, …)')
  return decodeByPlatform(bytes, kind, name)
}

function checked({ size, fit, channels, background }: ImageOptions) {
  const sizes = typeof size === 'number' ? ([size, size] as const) : size
  if (sizes !== undefined && !(sizes.length === 2 && sizes.every((each) => Number.isInteger(each) && each >= 1))) {
    fail(`decodeImage: the size is ${JSON.stringify(size)}`, 'Give [height, width] in pixels, or one number for both.')
  }
  if (fit !== undefined) expectChoice('decodeImage', 'the fit', fit, ['cover', 'contain', 'stretch', 'crop'])
  if (channels !== undefined && ![1, 3, 4].includes(channels)) {
    fail(`decodeImage: a picture has no ${channels} channels`, 'Give 1 (grey), 3 (colour) or 4 (colour and opacity).')
  }
  return { size: sizes, fit, channels, background }
}
