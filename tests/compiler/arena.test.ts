import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Arena } from '../../src/compiler/arena.js'

const aligned = (bytes: number): number => Math.ceil(bytes / 64) * 64

describe('arena', () => {
  it('packs ranges one after the other on lines of 64 bytes', () => {
    const arena = new Arena()
    expect([arena.take(1), arena.take(64), arena.take(65), arena.take(4)]).toEqual([0, 64, 128, 256])
    expect(arena.bytes).toBe(320)
  })

  it('takes the smallest gap that fits', () => {
    const arena = new Arena()
    const [a, , c] = [256, 64, 128, 64].map((bytes) => arena.take(bytes))
    arena.give(a, 256)
    arena.give(c, 128)
    expect(arena.take(100)).toBe(c)
    expect(arena.take(100)).toBe(a)
    expect(arena.bytes).toBe(512)
  })

  it('joins neighbouring gaps, in whatever order they come', () => {
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [0, 2, 1],
      [1, 0, 2],
    ]) {
      const arena = new Arena()
      const offsets = [64, 64, 64, 64].map((bytes) => arena.take(bytes))
      for (const i of order) arena.give(offsets[i], 64)
      expect(arena.take(192)).toBe(0)
      expect(arena.bytes).toBe(256)
    }
  })

  it('lets the last gap grow', () => {
    const arena = new Arena()
    arena.take(64)
    const last = arena.take(64)
    arena.give(last, 64)
    expect(arena.take(256)).toBe(64)
    expect(arena.bytes).toBe(320)
  })

  it('never hands out the same byte twice, and needs no room once all is given back', () => {
    const commands = fc.array(fc.record({ take: fc.boolean(), bytes: fc.nat(1000), which: fc.nat(100) }), {
      maxLength: 60,
    })
    fc.assert(
      fc.property(commands, (list) => {
        const arena = new Arena()
        const live: { offset: number; bytes: number }[] = []
        let peak = 0
        for (const { take, bytes, which } of list) {
          if (take || live.length === 0) {
            const offset = arena.take(bytes)
            expect(offset % 64).toBe(0)
            for (const other of live) {
              const apart = offset + bytes <= other.offset || other.offset + other.bytes <= offset
              expect(apart || bytes === 0 || other.bytes === 0).toBe(true)
            }
            live.push({ offset, bytes })
          } else {
            const [{ offset, bytes: size }] = live.splice(which % live.length, 1)
            arena.give(offset, size)
          }
          peak = Math.max(
            peak,
            live.reduce((total, { bytes: size }) => total + aligned(size), 0),
          )
          for (const { offset, bytes: size } of live) expect(offset + size).toBeLessThanOrEqual(arena.bytes)
        }
        expect(arena.bytes).toBeGreaterThanOrEqual(peak)
        for (const { offset, bytes } of live) arena.give(offset, bytes)
        const all = arena.bytes
        expect(arena.take(all)).toBe(0)
        expect(arena.bytes).toBe(all)
      }),
      { numRuns: 500, seed: 20_241_003 },
    )
  })
})
