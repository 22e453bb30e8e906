import { expectChoice } from '../../core/arguments.js'
import { isFloat } from '../../core/dtype.js'
import { fail, failDType, failShape } from '../../core/errors.js'
import { checkOptions, type OptionNames } from '../../core/options.js'
import { formatShape } from '../../core/shape.js'
import { tensor } from '../../tensor/create.js'
import { arange } from '../../tensor/fill.js'
import { where } from '../../tensor/functions.js'
import type { Tensor } from '../../tensor/tensor.js'

// Sounds are [batch, time] or [time], spectrograms [batch, frames, frequencies] or [frames, frequencies].

export interface FrameOptions {
  /** Samples of which a spectrum is made; 400. */
  readonly window?: number
  /** Samples from one spectrum to the next; half a window. */
  readonly hop?: number
  /** What a window is multiplied with; 'hann'. */
  readonly shape?: 'hann' | 'hamming' | 'rectangle'
  /** To how many samples a window is filled up with zeros, on both sides, for finer frequencies; as many as it has. */
  readonly size?: number
  /** Whether the first window has the first sample in its middle, with the mirror image before it, and so at the end; true. */
  readonly centred?: boolean
}

export const frameOptionNames: OptionNames<FrameOptions> = {
  ...{ window: true, hop: true, shape: true, size: true, centred: true },
}

/** Weights of a window that goes on periodically (n + 1 points without the last). */
const shapes: { readonly [S in NonNullable<FrameOptions['shape']>]: (phase: number) => number } = {
  hann: (phase) => 0.5 - 0.5 * Math.cos(phase),
  hamming: (phase) => 0.54 - 0.46 * Math.cos(phase),
  rectangle: () => 1,
}

/** Throws unless a tensor holds sounds of real numbers, `[…, time]`. */
export function expectSounds(operation: string, x: Tensor): Tensor {
  if (x.rank < 1 || x.shape.at(-1) === 0) {
    failShape(operation, `${formatShape(x.shape)} holds no sound`, 'Give [batch, time].')
  }
  if (!isFloat(x.dtype)) failDType(operation, `the sound is ${x.dtype}`, 'Scale it to −1 … 1 in float32.')
  return x
}

/** Throws unless a number is whole and at least `least`. */
export function expectCount(operation: string, what: string, value: number, least = 1): number {
  if (Number.isInteger(value) && value >= least) return value
  return fail(`${operation}: ${what} is ${value}`, `Give a whole number of at least ${least}.`)
}

/**
 * The short-time Fourier transform: Σₜ w(t) x(t + frame · hop) exp(−2πi k t / size), `[…, time]` → `[…, frames, ⌊size / 2⌋ + 1, 2]`, real and
 * imaginary parts.
 *
 * @throws ShapeError if the sound is shorter than a window; Error if a number is out of range
 * @source Allen, Rabiner, "A unified approach to short-time Fourier analysis and synthesis", 1977
 * @example sounds.stft(zeros([8, 16000]), { window: 400, hop: 160 }) // → [8, 101, 201, 2]
 */
export function stft(x: Tensor, options: FrameOptions = {}): Tensor {
  checkOptions('stft', options, frameOptionNames)
  return transformed('stft', x, options)
}

function transformed(operation: string, x: Tensor, options: FrameOptions): Tensor {
  const { window = 400, shape = 'hann', centred = true } = options
  const { hop = Math.max(1, Math.floor(window / 2)), size = window } = options
  expectSounds(operation, x)
  expectCount(operation, 'the window', window)
  expectCount(operation, 'the hop', hop)
  expectCount(operation, 'the size', size, window)
  expectChoice(operation, 'the shape', shape, ['hann', 'hamming', 'rectangle'])
  const margin = Math.floor(size / 2)
  const time = x.shape.at(-1)!
  if (centred ? time <= margin : time < size) {
    failShape(
      operation,
      `a sound of ${time} samples is shorter than a window of ${size}`,
      'Use a smaller window, or fill it up.',
    )
  }
  const around = x.shape.map((_, axis) => (axis === x.rank - 1 ? margin : 0))
  const sound = centred ? (x.pad(around, { mode: 'reflect' }) as Tensor) : x
  const frames = Math.floor((sound.shape.at(-1)! - size) / hop) + 1
  const starts = arange(0, frames, 1, 'int32').mul(hop).reshape([frames, 1]) as Tensor
  const cut = sound.take(starts.add(arange(0, size, 1, 'int32')), -1) as Tensor
  const before = Math.floor((size - window) / 2)
  const weights = Float32Array.from({ length: size }, (_, i) =>
    i < before || i >= before + window ? 0 : shapes[shape]((2 * Math.PI * (i - before)) / window),
  )
  return (cut.mul(tensor(weights, [size])) as Tensor).rfft() as Tensor
}

export interface SpectrogramOptions extends FrameOptions {
  /** 1: amplitudes |X|, 2: powers |X|²; 2. */
  readonly power?: 1 | 2
}

export const spectrogramOptionNames: OptionNames<SpectrogramOptions> = { ...frameOptionNames, power: true }

/**
 * The power of each frequency over time, |stft|²: `[…, time]` → `[…, frames, ⌊size / 2⌋ + 1]`. Frequency k is k / size of the sample rate.
 *
 * @throws ShapeError if the sound is shorter than a window; Error if a number is out of range
 * @example sounds.spectrogram(zeros([8, 16000]), { window: 400, hop: 160 }) // → [8, 101, 201]
 */
export function spectrogram(x: Tensor, options: SpectrogramOptions = {}): Tensor {
  checkOptions('spectrogram', options, spectrogramOptionNames)
  return spectrum('spectrogram', x, options)
}

/** Powers, or amplitudes, of frequencies over time. */
export function spectrum(operation: string, x: Tensor, { power = 2, ...frames }: SpectrogramOptions): Tensor {
  if (power !== 1 && power !== 2) fail(`${operation}: the power is ${power}`, 'Give 1 for amplitudes or 2 for powers.')
  const powers = transformed(operation, x, frames).square().sum(-1) as Tensor
  if (power === 2) return powers
  // Silence has an amplitude of 0 and no slope.
  const isSilent = powers.equal(0)
  return where(isSilent, 0, (where(isSilent, 1, powers) as Tensor).sqrt()) as Tensor
}

/**
 * Decibels, 10 log₁₀ of powers: at least `range` below the largest of each sound, and of 10⁻¹⁰ at least.
 *
 * @param powers `[…, frames, frequencies]`
 * @param options.range in decibels; 80
 * @example sounds.decibels(tensor([[1, 0.1], [0, 1]])) // [[0, -10], [-80, 0]]
 */
export function decibels(powers: Tensor, options: { readonly range?: number } = {}): Tensor {
  checkOptions('decibels', options, { range: true })
  const { range = 80 } = options
  if (!(range > 0)) fail(`decibels: the range is ${range}`, 'Give a number of decibels above 0.')
  if (powers.rank < 2)
    failShape('decibels', `${formatShape(powers.shape)} is no spectrogram`, 'Give [frames, frequencies].')
  const levels = (powers.maximum(1e-10) as Tensor).log().mul(10 / Math.LN10) as Tensor
  return levels.maximum((levels.max([-2, -1], { keepDims: true }) as Tensor).sub(range)) as Tensor
}
