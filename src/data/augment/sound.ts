import { expectChoice } from '../../core/arguments.js'
import { fail } from '../../core/errors.js'
import { checkOptions, needOptions } from '../../core/options.js'
import { arange } from '../../tensor/fill.js'
import { where } from '../../tensor/functions.js'
import type { Tensor } from '../../tensor/tensor.js'
import { type Augmentation, augmentation, perExample, type Range, rangeOf } from './augmentation.js'
import { pixelsAt } from './crop.js'
import type { Draws } from './draws.js'
import { expectExamples } from './pictures.js'

// Sounds are [batch, time] or [batch, time, channels], spectrograms [batch, time, frequency] or with channels behind.

const changing = (
  operation: string,
  rank: number,
  what: string,
  change: (x: Tensor, draws: Draws) => Tensor,
): Augmentation =>
  augmentation(({ inputs, ...rest }, draws) => ({
    ...rest,
    inputs: change(expectExamples(operation, inputs, rank, what), draws),
  }))

export interface TimeShiftOptions {
  /** How far at most, in both directions, as a part of the time; 0.1. */
  readonly shift?: number
  /** Whether what leaves at one end comes in at the other, or zeros do; 'zeros'. */
  readonly mode?: 'zeros' | 'roll'
}

/**
 * Sounds, or spectrograms, moved in time.
 *
 * @throws Error if the shift is not from 0 to 1
 * @example augment.timeShift({ shift: 0.2 })(zeros([8, 16000])) // → [8, 16000]
 */
export function timeShift(options: TimeShiftOptions = {}): Augmentation {
  checkOptions('augment.timeShift', options, { shift: true, mode: true })
  const { mode = 'zeros' } = options
  const [, part] = rangeOf('augment.timeShift', 'the shift', options.shift ?? 0.1, { limits: [0, 1] })
  expectChoice('augment.timeShift', 'the mode', mode, ['zeros', 'roll'])
  return changing('augment.timeShift', 2, '[batch, time, …]', (x, draws) => {
    const [batch, time] = x.shape as readonly number[] as readonly [number, number]
    const most = Math.floor(part * time)
    const by = draws.integers(x, -most, most + 1).reshape([-1, 1]) as Tensor
    const from = arange(0, time, 1, 'int32').sub(by) as Tensor
    const isInside = from.greaterEqual(0).logicalAnd(from.less(time)) as Tensor
    const around = where(from.less(0), from.add(time), where(from.less(time), from, from.sub(time))) as Tensor
    const moved = pixelsAt(
      x.reshape([batch, time, x.shape.slice(2).reduce((size, n) => size * n, 1)]) as Tensor,
      around,
    ) as Tensor
    const kept = mode === 'roll' ? moved : where(isInside.unsqueeze(-1), moved, 0)
    return kept.reshape(x.shape) as Tensor
  })
}

/**
 * Sounds made louder or softer, each by a random number of decibels: x · 10^(dB / 20).
 *
 * @param decibels ± so many, or [low, high]; 6
 * @throws Error if it is no range
 * @example augment.gain(6)(zeros([8, 16000])) // → [8, 16000]
 */
export function gain(decibels: Range = 6): Augmentation {
  const [low, high] = rangeOf('augment.gain', 'the number of decibels', decibels)
  return changing('augment.gain', 1, '[batch, …]', (x, draws) => {
    const factor = draws
      .uniform(x, low, high)
      .mul(Math.LN10 / 20)
      .exp() as Tensor
    return x.mul(perExample(factor, x)).cast(x.dtype) as Tensor
  })
}

export interface MaskOptions {
  /** The largest width of a mask, in steps; widths are drawn from 0 to this. */
  readonly width: number
  /** How many masks; 1. */
  readonly count?: number
  /** What stands there then; 0. */
  readonly value?: number
}

function masking(operation: string, axis: 1 | 2, options: MaskOptions): Augmentation {
  needOptions(operation, options, { width: true, count: true, value: true })
  const { width, count = 1, value = 0 } = options
  if (!Number.isInteger(width) || width < 0 || !Number.isInteger(count) || count < 0) {
    fail(`${operation}: there are ${count} masks of width ${width}`, 'Give whole numbers of 0 or more.')
  }
  return changing(operation, 3, '[batch, time, frequency, …]', (x, draws) => {
    const n = x.shape[axis]!
    const place = arange(0, n, 1, 'int32').reshape(x.shape.map((_, i) => (i === axis ? n : 1))) as Tensor
    let changed = x
    for (let i = 0; i < count; i++) {
      const length = draws.integers(x, 0, Math.min(width, n) + 1)
      // Anywhere where it fits.
      const room = length
        .neg()
        .add(n + 1)
        .cast('float32') as Tensor
      const start = draws.uniform(x, 0, 1).mul(room).floor().minimum(room.sub(1)).cast('int32') as Tensor
      const [from, to] = [perExample(start, x), perExample(start.add(length) as Tensor, x)]
      changed = where(place.greaterEqual(from).logicalAnd(place.less(to)), value, changed) as Tensor
    }
    return changed
  })
}

/**
 * Spans of time of spectrograms set to a value.
 *
 * @throws Error if a number is negative
 * @example augment.timeMask({ width: 20 })(zeros([8, 100, 40])) // → [8, 100, 40]
 */
export const timeMask = (options: MaskOptions): Augmentation => masking('augment.timeMask', 1, options)

/**
 * Bands of frequencies of spectrograms set to a value.
 *
 * @throws Error if a number is negative
 * @example augment.frequencyMask({ width: 8 })(zeros([8, 100, 40])) // → [8, 100, 40]
 */
export const frequencyMask = (options: MaskOptions): Augmentation => masking('augment.frequencyMask', 2, options)

export interface SpecAugmentOptions {
  /** Spans of time; two of at most 40 steps. */
  readonly time?: MaskOptions
  /** Bands of frequencies; two of at most 15. */
  readonly frequency?: MaskOptions
}

/**
 * SpecAugment without warping of time: masks of time and frequency over spectrograms `[batch, time, frequency]`, best of logarithms less their
 * mean, so that 0 is the mean.
 *
 * @throws Error if a number is negative
 * @source Park et al., "SpecAugment: a simple data augmentation method for automatic speech recognition", 2019
 * @example augment.specAugment()(zeros([8, 100, 40])) // → [8, 100, 40]
 */
export function specAugment(options: SpecAugmentOptions = {}): Augmentation {
  checkOptions('augment.specAugment', options, { time: true, frequency: true })
  const { time = { width: 40, count: 2 }, frequency = { width: 15, count: 2 } } = options
  const [masks, bands] = [timeMask(time), frequencyMask(frequency)]
  return augmentation((examples, draws) => bands.step(masks.step(examples, draws), draws))
}
