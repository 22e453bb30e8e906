import { needOptions } from '../../core/options.js'
import { tensor } from '../../tensor/create.js'
import { conv } from '../../tensor/functions/convolutions.js'
import type { Tensor } from '../../tensor/tensor.js'
import { expectCount, expectSounds } from './spectrogram.js'

export interface ResampleOptions {
  /** Samples per second as they are, a whole number. */
  readonly from: number
  /** Samples per second to come, a whole number. */
  readonly to: number
  /** How many zero crossings of the sinc a sample sees on each side: more are sharper; 6. */
  readonly width?: number
}

/** What is kept of the frequencies that the lower rate has, so that those above are gone. */
const ROLLOFF = 0.99

/**
 * Sounds at another sample rate: `[…, time]` → `[…, ⌈time · to / from⌉]`. Each new sample is a sum over the old ones around it, by a sinc of the lower
 * rate in a Hann window; beyond the ends is silence.
 *
 * @throws Error if a rate is not a whole number
 * @source Smith, "Digital audio resampling" (ccrma.stanford.edu/~jos/resample), 1984 – 2020; the defaults are torchaudio's
 * @example sounds.resample(zeros([8, 8000]), { from: 8000, to: 16000 }) // → [8, 16000]
 */
export function resample(x: Tensor, options: ResampleOptions): Tensor {
  needOptions('resample', options, { from: true, to: true, width: true })
  expectSounds('resample', x)
  const { width = 6 } = options
  expectCount('resample', 'the width', width)
  const given = [
    expectCount('resample', 'the rate before', options.from),
    expectCount('resample', 'the rate to come', options.to),
  ]
  const divisor = greatestDivisor(given[0]!, given[1]!)
  const [from, to] = [given[0]! / divisor, given[1]! / divisor]
  if (from === to) return x
  // In units of `from` samples there are `to` new ones, each with weights of its own for the old ones: outputs of a convolution of that stride.
  const rate = Math.min(from, to) * ROLLOFF
  const reach = Math.ceil((width * from) / rate)
  const length = 2 * reach + from
  const weights = Float32Array.from({ length: length * to }, (_, i) => {
    const [k, phase] = [Math.floor(i / to), i % to]
    const distance = Math.min(width, Math.max(-width, ((k - reach) / from - phase / to) * rate))
    const angle = Math.PI * distance
    const sinc = angle === 0 ? 1 : Math.sin(angle) / angle
    return (sinc * Math.cos(angle / width / 2) ** 2 * rate) / from
  })
  const time = x.shape.at(-1)!
  const flat = x.reshape([-1, time, 1]) as Tensor
  const padded = flat.pad([0, [reach, reach + from], 0]) as Tensor
  const kernel = tensor(weights, [length, 1, to]).cast(x.dtype) as Tensor
  const units = conv(padded, kernel, { stride: from }) as Tensor
  const samples = units.reshape([units.shape[0]!, -1]) as Tensor
  const count = Math.ceil((time * to) / from)
  return (samples.slice(null, [0, count]) as Tensor).reshape([...x.shape.slice(0, -1), count]) as Tensor
}

const greatestDivisor = (a: number, b: number): number => (b === 0 ? a : greatestDivisor(b, a % b))
