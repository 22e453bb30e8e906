import { describe, expect, it } from 'vitest'
import { decodeSettings, encodeSettings, type Settings } from '../../../studio/playground/settings/settings.js'
import { lessonSettings } from '../../../studio/playground/tour/lessons.js'
import { presets } from '../../../studio/playground/tour/presets.js'
import { Experiment } from '../../../studio/playground/training/experiment.js'

async function measured(settings: Settings, steps: number) {
  const experiment = new Experiment(settings)
  await experiment.train(steps)
  return (await experiment.frame()).test
}

describe('what is known to be good', () => {
  it.each(presets)('$title: is, and its counterpart is not', async (preset) => {
    const { measure, steps, good, failing } = preset.reached
    const [works, fails] = [lessonSettings(preset), lessonSettings(preset, preset.fails.settings)]
    for (const settings of [works, fails]) expect(decodeSettings(encodeSettings(settings))).toEqual(settings)
    const [better, worse] = [(await measured(works, steps))[measure], (await measured(fails, steps))[measure]]
    console.log(`${preset.title}: ${better.toFixed(3)}, else ${worse.toFixed(3)}`)
    const sign = measure === 'accuracy' ? 1 : -1
    expect(sign * better).toBeGreaterThan(sign * good)
    expect(sign * worse).toBeLessThan(sign * failing)
  })
})
