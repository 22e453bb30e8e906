import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodePoints, encodePoints } from '../../../studio/playground/data/plane.js'
import { decodeSettings, defaults, encodeSettings, limits } from '../../../studio/playground/settings/settings.js'
import { lessonSettings, lessons } from '../../../studio/playground/tour/lessons.js'
import { anySettings } from './any-settings.js'

describe('settings in an address', () => {
  it('come back as they were', () => {
    fc.assert(
      fc.property(anySettings, (settings) => {
        const address = encodeSettings(settings).toString()
        expect(decodeSettings(new URLSearchParams(address))).toEqual(settings)
      }),
    )
  })

  it('are nothing for the defaults', () => {
    expect(encodeSettings(defaults).toString()).toBe('')
  })

  it('are as by default where an address makes no sense', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...Object.keys(defaults)), fc.string()), (query) => {
        const settings = decodeSettings(new URLSearchParams(query))
        const again = decodeSettings(encodeSettings(settings))
        expect(again).toEqual(settings)
        for (const key of ['classes', 'noise', 'trainShare', 'batchSize', 'learningRate', 'dropout'] as const) {
          const [low, high] = limits[key]
          expect(settings[key] >= low && settings[key] <= high).toBe(true)
        }
        expect(settings.features.length).toBeGreaterThan(0)
      }),
    )
    expect(decodeSettings(new URLSearchParams('layers=99tanh-0relu-x-4nothing'))).toMatchObject({
      layers: [
        { units: 12, activation: 'tanh' },
        { units: 1, activation: 'relu' },
      ],
    })
  })

  it('of all lessons can be linked to', () => {
    for (const lesson of lessons) {
      for (const variant of [{}, ...lesson.variants.map(({ settings }) => settings)]) {
        const settings = lessonSettings(lesson, variant)
        expect(decodeSettings(encodeSettings(settings))).toEqual(settings)
      }
    }
  })
})

describe('own points in an address', () => {
  it('come back to a hundredth of the plane', () => {
    const place = fc.float({ min: -6, max: 6, noNaN: true })
    fc.assert(
      fc.property(fc.array(fc.tuple(place, place, fc.integer({ min: 0, max: 5 })), { minLength: 1 }), (points) => {
        const places = Float32Array.from({ length: 2 * points.length }, (_, i) => points[i >> 1]![i % 2]!)
        const targets = Float32Array.from(points, ([, , target]) => target)
        const found = decodePoints(encodePoints({ places, targets }))
        expect([...found.targets]).toEqual([...targets])
        for (const [i, value] of found.places.entries()) expect(Math.abs(value - places[i]!)).toBeLessThan(0.005)
      }),
    )
  })

  it('that make no sense are left out', () => {
    expect(decodePoints('!!?').targets).toHaveLength(0)
    expect(decodePoints('').classes).toBe(2)
  })
})
