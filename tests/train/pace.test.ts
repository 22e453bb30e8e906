import { describe, expect, it } from 'vitest'
import { Pace } from '../../src/train/pace.js'

describe('Pace', () => {
  it('gives speed and time left of an even training', () => {
    let time = 1000
    const pace = new Pace(() => time)
    pace.resume(0)
    for (let examples = 10; examples <= 500; examples += 10) {
      time += 100
      const { examplesPerSecond, secondsLeft } = pace.measure(examples, 1000)
      expect(examplesPerSecond).toBeCloseTo(100, 9)
      expect(secondsLeft).toBeCloseTo((1000 - examples) / 100, 9)
    }
  })

  it('follows changes of speed within seconds', () => {
    let time = 0
    const pace = new Pace(() => time)
    pace.resume(0)
    for (let i = 1; i <= 100; i++) {
      time += 1000
      pace.measure(i, 1e6)
    }
    let speed = 0
    for (let i = 1; i <= 10; i++) {
      time += 1000
      speed = pace.measure(100 + 50 * i, 1e6).examplesPerSecond
    }
    expect(speed).toBeCloseTo(50, 9)
  })

  it('counts pauses towards the time left, not the speed', () => {
    let time = 0
    const pace = new Pace(() => time)
    pace.resume(0)
    time = 1000
    pace.measure(50, 200)
    time = 9000
    pace.resume(50)
    time = 10_000
    const { examplesPerSecond, secondsLeft } = pace.measure(100, 200)
    expect(examplesPerSecond).toBe(50)
    expect(secondsLeft).toBe(10)
  })

  it('stands a clock that stands still', () => {
    const pace = new Pace(() => 5)
    pace.resume(0)
    const { examplesPerSecond, secondsLeft } = pace.measure(5, 10)
    expect(examplesPerSecond).toBeGreaterThan(0)
    expect(secondsLeft).toBe(0)
  })
})
