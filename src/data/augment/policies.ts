import { expectChoice } from '../../core/arguments.js'
import { fail } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import { stack, where } from '../../tensor/functions.js'
import type { Tensor } from '../../tensor/tensor.js'
import { expectColours } from '../pictures/batch.js'
import { smoothed } from '../pictures/blur.js'
import { blended, luma, meanLuma, solarize } from '../pictures/colour.js'
import { autoContrast, equalize, posterize } from '../pictures/levels.js'
import { affine, affineMatrix, type WarpOptions } from '../pictures/warp.js'
import { type Augmentation, augmentation, perExample } from './augmentation.js'
import type { Draws } from './draws.js'
import { areMasks, moveMasks, sizeOf } from './pictures.js'

/** The largest strengths of a policy, which grow with the magnitude 0 … 1; those of all others are there or not. */
interface Strengths {
  /** Slope. */
  readonly shear: number
  /** Pixels for a picture of this size. */
  readonly translate: (size: number) => number
  readonly degrees: number
  /** How far factors are from 1. */
  readonly factor: number
  /** How many bits are dropped. */
  readonly bits: number
}

/** What a picture may meet, all equally likely. */
const operations = [
  ...['identity', 'shearX', 'shearY', 'translateX', 'translateY', 'rotate'],
  ...['brightness', 'saturation', 'contrast', 'sharpness', 'posterize', 'solarize', 'autoContrast', 'equalize'],
] as const

type Operation = (typeof operations)[number]

/** One of the operations for each picture, and how strongly: `[batch]` each. */
interface Choice {
  readonly is: (operation: Operation) => Tensor
  /** 0 … 1 */
  readonly magnitude: Tensor | number
  /** −1 or 1 */
  readonly sign: Tensor
}

function choose(pictures: Tensor, draws: Draws, magnitude: Tensor | number): Choice {
  const number = draws.integers(pictures, 0, operations.length)
  const sign = where(draws.chosen(pictures, 0.5), 1, -1) as Tensor
  return { is: (operation) => number.equal(operations.indexOf(operation)) as Tensor, magnitude, sign }
}

/** All movements of pixels are one matrix for each picture, so that pictures are read once. */
function moved(
  { is, magnitude, sign }: Choice,
  strengths: Strengths,
  warp: WarpOptions,
): (x: Tensor, how?: WarpOptions) => Tensor {
  const signed = sign.mul(magnitude) as Tensor
  const when = (operation: Operation, strength: number): Tensor =>
    where(is(operation), signed.mul(strength), 0) as Tensor
  return (x, how = warp) => {
    const [height, width] = sizeOf(x)
    const turn = affineMatrix({
      degrees: when('rotate', strengths.degrees),
      translate: [when('translateX', strengths.translate(width)), when('translateY', strengths.translate(height))],
    })
    // Shears start from the upper left corner, as Pillow's do: (x + m y, y) there is (x + m (y + height / 2), y) around the middle.
    const zero = signed.mul(0) as Tensor
    const [across, down] = [when('shearX', strengths.shear), when('shearY', strengths.shear)]
    const shear = stack(
      [stack([zero, across, across.mul(height / 2)], -1), stack([down, zero, down.mul(width / 2)], -1)],
      -2,
    )
    const moves = operations.slice(1, 6).map(is)
    const isMoved = moves.reduce((a, b) => a.logicalOr(b) as Tensor)
    return where(perExample(isMoved, x), affine(x, turn.add(shear) as Tensor, how), x) as Tensor
  }
}

/** All changes of colours; where there is none, the picture itself. */
function recoloured(x: Tensor, { is, magnitude, sign }: Choice, strengths: Strengths): Tensor {
  const when = (operation: Operation): Tensor => perExample(is(operation), x)
  // What a factor of 0 would leave.
  const nothing = where(
    when('contrast'),
    meanLuma(x),
    where(when('saturation'), luma(x), where(when('sharpness'), smoothed(x), 0)),
  )
  const isBlend = (['brightness', 'contrast', 'saturation', 'sharpness'] as const)
    .map(when)
    .reduce((a, b) => a.logicalOr(b) as Tensor)
  const factor = perExample(sign.mul(magnitude).mul(strengths.factor).add(1) as Tensor, x)
  const dropped =
    typeof magnitude === 'number' ? Math.round(magnitude * strengths.bits) : magnitude.mul(strengths.bits).round()
  const bits = typeof dropped === 'number' ? 8 - dropped : (dropped.neg().add(8) as Tensor)
  const threshold = typeof magnitude === 'number' ? 1 - magnitude : (magnitude.neg().add(1) as Tensor)
  const changes: readonly (readonly [Tensor, Tensor])[] = [
    [isBlend, blended(x, nothing as Tensor, factor)],
    [when('posterize'), posterize(x, bits) as Tensor],
    [when('solarize'), solarize(x, threshold) as Tensor],
    [when('autoContrast'), autoContrast(x) as Tensor],
    [when('equalize'), equalize(x) as Tensor],
  ]
  return changes.reduce((all, [chosen, changed]) => where(chosen, changed, all) as Tensor, x)
}

function policy(
  operation: string,
  rounds: number,
  strengths: Strengths,
  warp: WarpOptions,
  magnitude: (pictures: Tensor, draws: Draws) => Tensor | number,
): Augmentation {
  expectChoice(operation, 'the mode', warp.mode ?? 'bilinear', ['nearest', 'bilinear', 'bicubic'])
  return augmentation((examples, draws) => {
    let { inputs, targets } = examples
    expectColours(operation, inputs)
    const hasMasks = areMasks(examples)
    for (let round = 0; round < rounds; round++) {
      const choice = choose(inputs, draws, magnitude(inputs, draws))
      const move = moved(choice, strengths, warp)
      inputs = recoloured(move(inputs), choice, strengths)
      if (hasMasks && targets !== undefined) {
        targets = moveMasks(targets, (x, kind) =>
          move(x, kind === 'classes' ? { mode: 'nearest' } : { ...warp, fill: 0 }),
        )
      }
    }
    return targets === undefined ? { inputs } : { inputs, targets }
  })
}

export interface PolicyOptions {
  /** How pixels are read that are moved; 'bilinear'. */
  readonly mode?: 'nearest' | 'bilinear' | 'bicubic'
  /** The value outside of a picture; 0. */
  readonly fill?: number
}

export interface RandAugmentOptions extends PolicyOptions {
  /** How many operations each picture meets, one after the other; 2. */
  readonly operations?: number
  /** How strong they are, 0 … 30; 9. */
  readonly magnitude?: number
}

/**
 * RandAugment: each picture, of colours from 0 to 1, meets some of 14 operations at random, all with one strength: none, shears, moves and turns,
 * brightness, saturation, contrast, sharpness, posterize, solarize, autoContrast, equalize. Strengths are torchvision's.
 *
 * @throws ShapeError if there are not 3 channels or 1; Error if a number is out of range
 * @source Cubuk et al., "RandAugment: practical automated data augmentation with a reduced search space", 2020
 * @example augment.randAugment({ magnitude: 5 })(zeros([8, 32, 32, 3])) // → [8, 32, 32, 3]
 */
export function randAugment(options: RandAugmentOptions = {}): Augmentation {
  checkOptions('augment.randAugment', options, { operations: true, magnitude: true, mode: true, fill: true })
  const { operations: rounds = 2, magnitude = 9, ...warp } = options
  if (!Number.isInteger(rounds) || rounds < 1 || !(magnitude >= 0 && magnitude <= 30)) {
    fail(
      `augment.randAugment: there are ${rounds} operations of magnitude ${magnitude}`,
      'Give a whole number of at least 1, and a magnitude from 0 to 30.',
    )
  }
  const strengths = { shear: 0.3, translate: (n: number) => (150 / 331) * n, degrees: 30, factor: 0.9, bits: 4 }
  return policy('augment.randAugment', rounds, strengths, warp, () => magnitude / 30)
}

/**
 * TrivialAugment, with wide strengths: each picture, of colours from 0 to 1, meets one operation of {@link randAugment} with a random strength.
 *
 * @throws ShapeError if there are not 3 channels or 1
 * @source Müller, Hutter, "TrivialAugment: tuning-free yet state-of-the-art data augmentation", 2021
 * @example augment.trivialAugment()(zeros([8, 32, 32, 3])) // → [8, 32, 32, 3]
 */
export function trivialAugment(options: PolicyOptions = {}): Augmentation {
  checkOptions('augment.trivialAugment', options, { mode: true, fill: true })
  const strengths = { shear: 0.99, translate: () => 32, degrees: 135, factor: 0.99, bits: 6 }
  return policy(
    'augment.trivialAugment',
    1,
    strengths,
    options,
    (x, draws) => draws.integers(x, 0, 31).cast('float32').div(30) as Tensor,
  )
}
