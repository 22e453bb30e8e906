import { fail } from '../../core/errors.js'
import { needOptions } from '../../core/options.js'
import { where } from '../../tensor/functions.js'
import type { Tensor } from '../../tensor/tensor.js'
import { expectColours } from '../pictures/batch.js'
import { gaussianBlur } from '../pictures/blur.js'
import { brightness, contrast, grey as greyOf, hue, saturation } from '../pictures/colour.js'
import { type Augmentation, augmentation, expectProbability, perExample, type Range, rangeOf } from './augmentation.js'
import { colouring, expectExamples } from './pictures.js'

export interface ColourJitterOptions {
  /** What brightness is multiplied with: 1 ± this, or [low, high]; 0. */
  readonly brightness?: Range
  /** What the distance from the mean brightness is multiplied with; 0. */
  readonly contrast?: Range
  /** What the distance from grey is multiplied with; 0. */
  readonly saturation?: Range
  /** How far colours move on the circle of hues, in turns, ± this or [low, high] within −½ … ½; 0. */
  readonly hue?: Range
}

/**
 * Brightness, contrast, saturation and hue changed at random, in this order; pictures are from 0 to 1.
 *
 * @throws Error if a range is none or a factor negative
 * @example augment.colourJitter({ brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 })(zeros([8, 32, 32, 3])) // → [8, 32, 32, 3]
 */
export function colourJitter(options: ColourJitterOptions): Augmentation {
  const operation = 'augment.colourJitter'
  needOptions(operation, options, { brightness: true, contrast: true, saturation: true, hue: true })
  const factor = (what: 'brightness' | 'contrast' | 'saturation') =>
    rangeOf(operation, what, options[what] ?? 0, { middle: 1, limits: [0, Infinity] })
  const changes = [
    { change: brightness, range: factor('brightness'), none: 1 },
    { change: contrast, range: factor('contrast'), none: 1 },
    { change: saturation, range: factor('saturation'), none: 1 },
    { change: hue, range: rangeOf(operation, 'hue', options.hue ?? 0, { limits: [-0.5, 0.5] }), none: 0 },
  ].filter(({ range: [low, high], none }) => low !== none || high !== none)
  return colouring(
    (pictures, draws) =>
      changes.reduce<Tensor>(
        (x, { change, range: [low, high] }) => change(x, draws.uniform(x, low, high)) as Tensor,
        expectColours(operation, pictures),
      ),
    operation,
  )
}

/**
 * Some pictures in grey.
 *
 * @param probability of each picture; 0.2
 * @example augment.grey(0.2)(zeros([8, 32, 32, 3])) // → [8, 32, 32, 3]
 */
export function grey(probability = 0.2): Augmentation {
  expectProbability('augment.grey', probability)
  return colouring(
    (x, draws) => where(perExample(draws.chosen(x, probability), x), greyOf(x), x) as Tensor,
    'augment.grey',
  )
}

/**
 * Pictures blurred by bell curves of random width.
 *
 * @param options.sigma [low, high] in pixels
 * @throws Error if sigma is no range of numbers of 0 or more
 * @example augment.blur({ sigma: [0.1, 2] })(zeros([8, 32, 32, 3])) // → [8, 32, 32, 3]
 */
export function blur(options: { readonly sigma: readonly [number, number] }): Augmentation {
  needOptions('augment.blur', options, { sigma: true })
  const [low, high] = rangeOf('augment.blur', 'sigma', options.sigma, { limits: [0, 1000] })
  return colouring(
    (x, draws) => gaussianBlur(x, draws.uniform(x, low, high), { radius: Math.ceil(3 * high) }) as Tensor,
    'augment.blur',
  )
}

/**
 * Independent normal numbers added to each value, for pictures, sounds and all else; what comes may lie outside of 0 … 1.
 *
 * @param std the standard deviation; with [low, high] it is drawn for each example
 * @throws Error if it is negative
 * @example augment.noise(0.1)(zeros([8, 32, 32, 3])) // → [8, 32, 32, 3]
 */
export function noise(std: number | readonly [number, number]): Augmentation {
  if (typeof std === 'number' && !(std >= 0 && std < Infinity)) {
    fail(`augment.noise: the standard deviation is ${std}`, 'Give a number of 0 or more.')
  }
  const [low, high] = rangeOf('augment.noise', 'the standard deviation', typeof std === 'number' ? [std, std] : std, {
    limits: [0, Infinity],
  })
  return augmentation(({ inputs, ...rest }, draws) => {
    const x = expectExamples('augment.noise', inputs, 1, '[batch, …]')
    const spread = low === high ? low : perExample(draws.uniform(x, low, high), x)
    return { ...rest, inputs: x.add(draws.normal(x.shape).mul(spread)).cast(x.dtype) as Tensor }
  })
}
