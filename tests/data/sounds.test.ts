import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { sounds } from '../../src/data/index.js'
import { arange, checkGradients, compile, random, type Tensor, tensor, vmap, zeros } from '../../src/index.js'

interface Case {
  readonly name: 'stft' | 'spectrogram' | 'decibels' | 'melSpectrogram' | 'mfcc' | 'resample'
  readonly options: never
  readonly shape: readonly number[]
  readonly wanted: readonly number[]
}

/** By scripts/fixtures/sounds.py */
const fixture: { readonly sound: number[]; readonly shape: number[]; readonly cases: readonly Case[] } = JSON.parse(
  readFileSync(new URL('../fixtures/sounds.json', import.meta.url), 'utf8'),
)
const sound = tensor(fixture.sound, fixture.shape) as Tensor

const run = (name: Case['name'], x: Tensor, options: never): Tensor =>
  name === 'decibels'
    ? sounds.decibels(sounds.spectrogram(x, { window: 64, hop: 100 }), options)
    : (sounds[name] as (x: Tensor, options: never) => Tensor)(x, options)

describe('sounds', () => {
  it.each(fixture.cases.map((each, i) => ({ ...each, i })))('$i $name as PyTorch, SciPy or NumPy', async (each) => {
    const step = compile((x: Tensor) => run(each.name, x, each.options))
    const alone = run(each.name, sound.at(0) as Tensor, each.options)
    expect(alone.shape).toEqual(each.shape.slice(1))
    const mapped = vmap((x: Tensor) => run(each.name, x, each.options))(sound) as Tensor
    const scale = each.wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
    for (const result of [run(each.name, sound, each.options), step(sound), mapped]) {
      expect(result.shape).toEqual(each.shape)
      const values = await result.data()
      const worst = each.wanted.reduce((most, value, i) => Math.max(most, Math.abs(value - values[i]!)), 0)
      expect(worst).toBeLessThan(3e-5 * Math.max(1, scale))
    }
  })

  it('keeps what a wave is at another rate', async () => {
    const wave = (rate: number, count: number) =>
      arange(0, count, 1, 'float32')
        .mul((2 * Math.PI * 50) / rate)
        .sin() as Tensor
    for (const to of [500, 1500, 2205]) {
      const resampled = sounds.resample(wave(1000, 1000), { from: 1000, to, width: 20 })
      expect(resampled.shape).toEqual([to])
      const inside = [Math.floor(to * 0.1), Math.floor(to * 0.9)] as const
      const difference = resampled.sub(wave(to, to)).slice(inside).abs().max()
      expect(await difference.array()).toBeLessThan(0.02)
    }
    const same = sounds.resample(sound, { from: 44100, to: 44100 })
    expect(same).toBe(sound)
  })

  it('lets gradients through, also at silence', () => {
    const x = random.normal([1, 24], { key: random.key(1) }) as Tensor
    const options = { window: 8, hop: 5 }
    for (const f of [
      (x: Tensor) => sounds.spectrogram(x, options),
      (x: Tensor) => sounds.mfcc(x, { ...options, sampleRate: 8000, bands: 4, coefficients: 3 }),
      (x: Tensor) => sounds.resample(x, { from: 2, to: 3, width: 3 }),
    ])
      checkGradients((x: Tensor) => f(x).square().sum() as Tensor<[]>, [x])
    checkGradients((x: Tensor) => sounds.spectrogram(x, { ...options, power: 1 }).sum() as Tensor<[]>, [x])
  })

  it('refuses what it cannot do', async () => {
    const silent = await sounds
      .spectrogram(zeros([8]), { window: 8, power: 1 })
      .max()
      .array()
    expect(silent).toBe(0)
    const wrong: readonly [() => unknown, RegExp][] = [
      [() => sounds.stft(zeros([10]), { window: 64 }), /10 samples is shorter than a window of 64/],
      [() => sounds.stft(zeros([2, 0])), /\[2, 0\] holds no sound/],
      [() => sounds.stft(zeros([500], 'int32')), /the sound is int32/],
      [() => sounds.stft(zeros([500]), { hop: 0 }), /the hop is 0/],
      [() => sounds.stft(zeros([500]), { size: 20 }), /the size is 20.*400/],
      [() => sounds.stft(zeros([500]), { shape: 'han' as never }), /'han'.*'hann'/],
      [() => sounds.spectrogram(zeros([500]), { power: 3 as never }), /the power is 3/],
      [() => sounds.melSpectrogram(zeros([500]), undefined as never), /options are missing/],
      [() => sounds.melSpectrogram(zeros([500]), { sampleRate: 8000, highest: 5000 }), /0 to 5000.*4000/],
      [() => sounds.mfcc(zeros([500]), { sampleRate: 8000, bands: 4 }), /13 coefficients cannot come of 4/],
      [() => sounds.resample(zeros([500]), { from: 44.1, to: 16 }), /rate before is 44.1/],
      [() => sounds.decibels(zeros([3])), /\[3\] is no spectrogram/],
    ]
    for (const [run, message] of wrong) expect(run).toThrow(message)
  })
})
