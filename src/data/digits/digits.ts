import { fail } from '../../core/errors.js'
import { needOptions } from '../../core/options.js'
import { RandomStream } from '../../core/threefry.js'
import { type DigitStyle, digitStyles, type Stroke } from './digit-strokes.js'
import { bounds, centreOfMass, draw, type Pen, scaleAndMove } from './pen-drawing.js'
import { deform, type PenPath, penPath } from './pen-path.js'

/** Pixels along each side of a picture. */
export const DIGIT_SIDE = 28

/** Pixels along each side of the box that holds the ink, as in MNIST. */
const BOX_SIDE = 20

/** Where MNIST puts the centre of mass, as the index of a pixel. */
const CENTRE = 14

export interface GenerateDigitsOptions {
  /** How many digits to make. */
  readonly count: number
  /** Equal seeds give equal digits. Default 0. */
  readonly seed?: number
}

export interface LabelledDigits {
  /** `count` pictures of 28 × 28 pixels, row by row, 0 for paper to 255 for ink. */
  readonly images: Uint8Array
  /** The digit, 0 … 9, in each picture. */
  readonly labels: Uint8Array
}

/**
 * Makes pictures that look like handwritten digits, in the format of MNIST: 28 × 28 pixels, bright ink, the ink in a box of
 * at most 20 × 20 pixels with its centre of mass in the middle.
 *
 * A writing style is chosen for each digit, its strokes are shaken, bent (affine and elastic) and drawn with a pen of random
 * width, pressure and softness. Picture `i` depends on the seed and `i` alone, so that a smaller set is the beginning of a
 * larger one.
 *
 * Throws if `count` is not a whole number of at least zero.
 *
 * Source of the elastic deformation: Simard, Steinkraus, Platt, ICDAR 2003.
 *
 * ```ts
 * const { images, labels } = generateDigits({ count: 1000, seed: 1 })
 * ```
 */
export function generateDigits(options: GenerateDigitsOptions): LabelledDigits {
  needOptions('generateDigits', options, { count: true, seed: true })
  const { count, seed = 0 } = options
  if (!Number.isSafeInteger(count) || count < 0) {
    fail(`generateDigits: count is ${count}.`, 'Give a whole number of at least zero.')
  }
  const pixels = DIGIT_SIDE * DIGIT_SIDE
  const images = new Uint8Array(count * pixels)
  const labels = new Uint8Array(count)
  const picture = new Float32Array(pixels)
  for (let i = 0; i < count; i++) {
    const random = new RandomStream(seed, i)
    const digit = random.integer(10)
    labels[i] = digit
    picture.fill(0)
    writeDigit(picture, digit, random)
    develop(images.subarray(i * pixels, (i + 1) * pixels), picture, random)
  }
  return { images, labels }
}

/** Draws one digit in the hand of a random writer. */
function writeDigit(picture: Float32Array, digit: number, random: RandomStream): void {
  const style = chooseStyle(digitStyles[digit]!, random)
  // A one has no shape but straightness; shaken like the others it would be a wave.
  const calm = digit === 1 ? 0.5 : 1
  const shakiness = calm * 0.029 * Math.exp(random.normal(0, 0.45))
  const paths = style.strokes.map((stroke) => trim(penPath(shake(stroke, shakiness, random)), random))
  deform(
    paths,
    {
      aspect: Math.exp(random.normal(-0.05, 0.18)),
      slant: random.normal(0.13, 0.23),
      rotation: random.normal(0, 0.1),
      elasticity: calm * 0.078 * Math.exp(random.normal(0, 0.45)),
    },
    random,
  )
  const pen: Pen = {
    radius: Math.min(Math.max(1.32 * Math.exp(random.normal(0, 0.28)), 0.75), 2.6),
    swing: random.uniform(0, 0.25),
    frequency: random.uniform(0.1, 0.5),
    phase: random.uniform(0, 2 * Math.PI),
    softness: random.uniform(0.9, 1.5),
    fading: random.uniform(0, 0.15),
  }
  fitIntoBox(paths, pen, random)
  draw(picture, DIGIT_SIDE, paths, pen)
}

function chooseStyle(styles: readonly DigitStyle[], random: RandomStream): DigitStyle {
  const total = styles.reduce((sum, style) => sum + style.weight, 0)
  let left = random.uniform(0, total)
  for (const style of styles) {
    left -= style.weight
    if (left < 0) return style
  }
  return styles.at(-1)!
}

/** Nobody hits the same points twice. */
function shake(stroke: Stroke, shakiness: number, random: RandomStream): Stroke {
  return stroke.map(({ x, y, corner }) => ({
    x: x + random.normal(0, shakiness),
    y: y + random.normal(0, shakiness),
    corner,
  }))
}

/** A stroke may begin a little late and end a little early. */
function trim(path: PenPath, random: RandomStream): PenPath {
  const points = path.x.length
  const first = Math.floor(random.uniform(0, 0.05) * points)
  const end = points - Math.floor(random.uniform(0, 0.06) * points)
  return { x: path.x.slice(first, end), y: path.y.slice(first, end) }
}

/** Scales the strokes so that the ink fills the box, nearly, and puts the centre of mass, nearly, in the middle. */
function fitIntoBox(paths: readonly PenPath[], pen: Pen, random: RandomStream): void {
  const box = bounds(paths)
  const size = BOX_SIDE * random.uniform(0.9, 1) - 2 * pen.radius
  scaleAndMove(paths, size / Math.max(box.right - box.left, box.bottom - box.top), 0, 0)
  const centre = centreOfMass(paths)
  scaleAndMove(paths, 1, CENTRE + random.normal(0, 0.3) - centre.x, CENTRE + random.normal(0, 0.3) - centre.y)
}

/** Turns ink into bytes, with a little grain where there is ink. */
function develop(out: Uint8Array, picture: Float32Array, random: RandomStream): void {
  const grain = random.uniform(0, 0.16)
  for (let pixel = 0; pixel < picture.length; pixel++) {
    const ink = picture[pixel]!
    if (ink > 0)
      out[pixel] = Math.min(255, Math.max(0, Math.round(255 * (ink + grain * (random.bits() / 2 ** 32 - 0.5)))))
  }
}
