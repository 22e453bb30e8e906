import { fail } from '../../core/errors.js'
import { needOptions } from '../../core/options.js'
import { tensor } from '../../tensor/create.js'
import type { Tensor } from '../../tensor/tensor.js'
import { expectCount, type SpectrogramOptions, spectrogramOptionNames, spectrum } from './spectrogram.js'

export interface MelOptions extends SpectrogramOptions {
  /** Samples per second. */
  readonly sampleRate: number
  /** How many bands; 40. */
  readonly bands?: number
  /** Where the lowest begins, in hertz; 0. */
  readonly lowest?: number
  /** Where the highest ends, in hertz; half the sample rate. */
  readonly highest?: number
}

const melOptionNames = {
  ...spectrogramOptionNames,
  sampleRate: true,
  bands: true,
  lowest: true,
  highest: true,
} as const

/** Pitches as they are heard: 2595 log₁₀(1 + f / 700) (O'Shaughnessy, "Speech communication", 1987). */
const mel = (hertz: number): number => 2595 * Math.log10(1 + hertz / 700)
const hertz = (mel: number): number => 700 * (10 ** (mel / 2595) - 1)

/** Weights of frequencies in bands, `[frequencies, bands]`: triangles whose corners are equally far apart in pitch. */
function melFilters(operation: string, frequencies: number, size: number, options: MelOptions): Tensor {
  const { sampleRate, bands = 40, lowest = 0, highest = sampleRate / 2 } = options
  if (!(sampleRate > 0)) fail(`${operation}: the sample rate is ${sampleRate}`, 'Give the samples per second.')
  if (!(lowest >= 0 && lowest < highest && highest <= sampleRate / 2)) {
    fail(
      `${operation}: bands from ${lowest} to ${highest} hertz do not lie in 0 … ${sampleRate / 2}`,
      'Half the sample rate is the most.',
    )
  }
  expectCount(operation, 'the number of bands', bands)
  const [low, high] = [mel(lowest), mel(highest)]
  const corner = (i: number): number => hertz(low + ((high - low) * i) / (bands + 1))
  const weights = new Float32Array(frequencies * bands)
  for (let k = 0; k < frequencies; k++) {
    const frequency = (k * sampleRate) / size
    for (let band = 0; band < bands; band++) {
      const [from, middle, to] = [corner(band), corner(band + 1), corner(band + 2)]
      const rising = (frequency - from) / (middle - from)
      weights[k * bands + band] = Math.max(0, Math.min(rising, (to - frequency) / (to - middle)))
    }
  }
  return tensor(weights, [frequencies, bands])
}

/**
 * The powers of sounds in bands that are equally wide as they are heard: `[…, time]` → `[…, frames, bands]`.
 *
 * pitch = 2595 log₁₀(1 + hertz / 700); a band is a triangle whose corners are three of equally distant pitches
 *
 * @throws ShapeError if the sound is shorter than a window; Error if bands do not lie below half the sample rate
 * @source Stevens, Volkmann, Newman, "A scale for the measurement of the psychological magnitude pitch", 1937
 * @example sounds.melSpectrogram(zeros([8, 16000]), { sampleRate: 16000, hop: 160, bands: 40 }) // → [8, 101, 40]
 */
export function melSpectrogram(x: Tensor, options: MelOptions): Tensor {
  needOptions('melSpectrogram', options, melOptionNames)
  return melPowers('melSpectrogram', x, options)
}

function melPowers(operation: string, x: Tensor, options: MelOptions): Tensor {
  const { sampleRate, bands, lowest, highest, ...frames } = options
  const powers = spectrum(operation, x, frames)
  const size = options.size ?? options.window ?? 400
  return powers.matmul(melFilters(operation, powers.shape.at(-1)!, size, options)) as Tensor
}

export interface MfccOptions extends MelOptions {
  /** How many coefficients; 13. */
  readonly coefficients?: number
}

/**
 * Mel-frequency cepstral coefficients: the first of the cosine transform (orthonormal DCT-II) over the bands of ln(melSpectrogram + 10⁻⁶),
 * `[…, time]` → `[…, frames, coefficients]`.
 *
 * @throws as {@link melSpectrogram}; Error if there are more coefficients than bands
 * @source Davis, Mermelstein, "Comparison of parametric representations for monosyllabic word recognition", 1980
 * @example sounds.mfcc(zeros([8, 16000]), { sampleRate: 16000, hop: 160 }) // → [8, 101, 13]
 */
export function mfcc(x: Tensor, options: MfccOptions): Tensor {
  needOptions('mfcc', options, { ...melOptionNames, coefficients: true })
  const { coefficients = 13, ...rest } = options
  const logarithms = (melPowers('mfcc', x, rest).add(1e-6) as Tensor).log() as Tensor
  const bands = logarithms.shape.at(-1)!
  if (expectCount('mfcc', 'the number of coefficients', coefficients) > bands) {
    fail(`mfcc: ${coefficients} coefficients cannot come of ${bands} bands`, 'Ask for fewer, or use more bands.')
  }
  const cosines = Float32Array.from({ length: bands * coefficients }, (_, i) => {
    const [band, k] = [Math.floor(i / coefficients), i % coefficients]
    return Math.cos((Math.PI * k * (band + 0.5)) / bands) * Math.sqrt((k === 0 ? 1 : 2) / bands)
  })
  return logarithms.matmul(tensor(cosines, [bands, coefficients])) as Tensor
}
