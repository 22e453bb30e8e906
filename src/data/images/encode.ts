import { cureFor, describe } from '../../core/describe.js'
import { isFloat } from '../../core/dtype.js'
import { fail, failShape } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import { formatShape } from '../../core/shape.js'
import { Tensor } from '../../tensor/tensor.js'
import { hasFileSystem, writeBytes } from '../files/user-files.js'
import { expectSize, type Pixels } from './pixels.js'
import { pngFile } from './png-writer.js'

/** What can be written as a picture: decoded pixels, or a tensor `[height, width]` or `[height, width, channels]`. */
export type PictureSource = Pixels | Tensor

export interface RangeOptions {
  /** Which values of a tensor are black and white; what lies beyond is cut. [0, 1], for uint8 [0, 255]. */
  readonly range?: readonly [number, number]
}

/**
 * A PNG file of a picture or a tensor of 1 to 4 channels: grey, grey and opacity, colour, colour and opacity.
 *
 * @throws ShapeError if a tensor is no picture; Error if it holds NaN
 * @example
 * const file = await encodePng(zeros([28, 28])) // a black square
 */
export async function encodePng(picture: PictureSource, options: RangeOptions = {}): Promise<Uint8Array> {
  checkOptions('encodePng', options, { range: true })
  const { width, height, channels, data } = await pixelsOf('encodePng', picture, options)
  return pngFile(data, width, height, channels as 1 | 2 | 3 | 4)
}

/**
 * Writes a picture or a tensor as a PNG file; see {@link encodePng}. Node only. Missing folders are made.
 *
 * @throws Error if the file cannot be written, and what {@link encodePng} throws
 * @example
 * const save = (samples: Tensor<[64, 32, 32, 3]>) => pictureGrid(samples).then((grid) => writePng('samples.png', grid))
 */
export async function writePng(path: string, picture: PictureSource, options: RangeOptions = {}): Promise<void> {
  checkOptions('writePng', options, { range: true })
  if (!hasFileSystem()) fail('writePng: there is no file system.', 'Use encodePng and hand the bytes to the page.')
  await writeBytes(path, await encodePng(picture, options))
}

/** The bytes of a picture. Throws if a tensor has another shape, or values that are no numbers. */
export async function pixelsOf(operation: string, picture: PictureSource, options: RangeOptions): Promise<Pixels> {
  if (picture instanceof Tensor) return tensorPixels(operation, picture, options)
  if (typeof picture !== 'object' || picture === null || !ArrayBuffer.isView(picture.data)) {
    fail(
      `${operation}: the picture is ${describe(picture)}`,
      cureFor(picture, 'Give a tensor [height, width, channels] or a decoded picture.'),
    )
  }
  const { width, height, channels, data } = picture
  expectSize(operation, width, height)
  if (![1, 2, 3, 4].includes(channels) || data.length !== width * height * channels) {
    fail(
      `${operation}: ${data.length} bytes are no picture of ${width} × ${height} with ${channels} channels.`,
      'Give 1 to 4 bytes for each pixel.',
    )
  }
  return picture
}

async function tensorPixels(operation: string, picture: Tensor, options: RangeOptions): Promise<Pixels> {
  if (picture.rank !== 2 && picture.rank !== 3) failPicture(operation, picture, 'pictureGrid takes many.')
  const [pixels] = await manyPixels(operation, picture.unsqueeze(0), options)
  return pixels!
}

/** The bytes of each of the pictures `[count, height, width]` or `[count, height, width, channels]`. */
export async function manyPixels(
  operation: string,
  pictures: Tensor,
  options: RangeOptions,
): Promise<readonly Pixels[]> {
  const [count, height, width, channels = 1] = pictures.shape as readonly number[]
  if ((pictures.rank !== 3 && pictures.rank !== 4) || pictures.shape.includes(0) || channels > 4) {
    failPicture(operation, pictures, 'Sizes are 1 or more.')
  }
  const [low, high] = rangeFor(operation, pictures.dtype, options)
  const values = await pictures.data()
  const size = height! * width! * channels
  return Array.from({ length: count! }, (_, i) => {
    const data = Uint8Array.from({ length: size }, (_, k) => {
      const value = values[i * size + k]!
      if (Number.isNaN(value)) fail(`${operation}: value ${k} of picture ${i} is NaN.`, 'Look at where it comes from.')
      return Math.round(255 * Math.min(1, Math.max(0, (value - low) / (high - low))))
    })
    return { width: width!, height: height!, channels, data }
  })
}

const failPicture = (operation: string, { shape }: Tensor, cure: string): never =>
  failShape(
    operation,
    `${formatShape(shape)} is no picture`,
    `Give [height, width] or [height, width, channels] with 1 to 4 channels. ${cure}`,
  )

/** The values that are black and white. */
function rangeFor(operation: string, dtype: Tensor['dtype'], { range }: RangeOptions): readonly [number, number] {
  if (range === undefined) {
    if (isFloat(dtype) || dtype === 'bool') return [0, 1]
    if (dtype === 'uint8') return [0, 255]
    return fail(`${operation}: the picture is of ${dtype}.`, 'Say which values are black and white: { range: [0, 9] }.')
  }
  if (Array.isArray(range) && range.length === 2 && range[0] < range[1] && range.every(Number.isFinite)) return range
  return fail(`${operation}: the range is ${JSON.stringify(range)}.`, 'Give two numbers, the smaller first.')
}
