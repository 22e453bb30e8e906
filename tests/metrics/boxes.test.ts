import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as m from '../../src/metrics/index.js'

const place = fc.integer({ min: 0, max: 9 })
const side = fc.integer({ min: 1, max: 10 })
const boxes = fc
  .tuple(place, place, side, side)
  .map(([left, top, width, height]): m.Box => [left, top, left + width, top + height])
const detection = fc.record({
  box: boxes,
  label: fc.integer({ min: 0, max: 2 }),
  score: fc.double({ noNaN: true, min: 0, max: 1 }),
})
const detections = fc.array(detection, { maxLength: 12 })

/** The cells of a grid that a box of whole numbers covers. */
const cells = ([left, top, right, bottom]: m.Box): Set<string> => {
  const covered = new Set<string>()
  for (let x = left; x < right; x++) for (let y = top; y < bottom; y++) covered.add(`${x} ${y}`)
  return covered
}

describe('boxIou', () => {
  it('counts the cells that boxes share', () => {
    fc.assert(
      fc.property(boxes, boxes, (a, b) => {
        const [first, second] = [cells(a), cells(b)]
        const shared = [...first].filter((cell) => second.has(cell)).length
        expect(m.boxIou(a, b)).toBeCloseTo(shared / new Set([...first, ...second]).size, 12)
      }),
    )
    expect(m.boxIou([0, 0, 0, 0], [0, 0, 0, 0])).toBe(0)
  })
})

describe('nonMaximumSuppression', () => {
  it('keeps what no surer kept one covers, and nothing else', () => {
    fc.assert(
      fc.property(detections, fc.boolean(), (found, perLabel) => {
        const kept = m.nonMaximumSuppression(found, { overlap: 0.3, perLabel })
        const order = [...found].sort((a, b) => b.score - a.score)
        const covers = (a: m.Detection, b: m.Detection) =>
          (!perLabel || a.label === b.label) && m.boxIou(a.box, b.box) > 0.3
        for (const [i, one] of order.entries()) {
          const isCovered = order.slice(0, i).some((other) => kept.includes(other) && covers(other, one))
          expect(kept.includes(one)).toBe(!isCovered)
        }
        const scores = kept.map(({ score }) => score)
        expect(scores).toEqual([...scores].sort((a, b) => b - a))
      }),
    )
  })

  it('is that of a small case by hand', () => {
    const found = [
      { box: [0, 0, 10, 10], label: 1, score: 0.8 },
      { box: [1, 0, 11, 10], label: 1, score: 0.9 },
      { box: [1, 0, 11, 10], label: 2, score: 0.7 },
      { box: [6, 0, 16, 10], label: 1, score: 0.6 },
    ] as const
    // Overlaps with the second: 9/11, 1, 5/15.
    expect(m.nonMaximumSuppression(found)).toEqual([found[1], found[2], found[3]])
    expect(m.nonMaximumSuppression(found, { perLabel: false })).toEqual([found[1], found[3]])
    expect(m.nonMaximumSuppression(found, { perLabel: false, overlap: 0.3 })).toEqual([found[1]])
    expect(m.nonMaximumSuppression([])).toEqual([])
  })

  it.each<[string, () => unknown, RegExp]>([
    ['an overlap that is none', () => m.nonMaximumSuppression([], { overlap: 2 }), /overlap is 2.*from 0 to 1/s],
    ['NaN', () => m.nonMaximumSuppression([{ box: [0, 0, 1, 1], label: 0, score: Number.NaN }]), /detection 0 has/],
    ['an unknown option', () => m.nonMaximumSuppression([], { threshold: 2 } as never), /threshold/],
  ])('refuses %s', (_, call, message) => {
    expect(call).toThrow(message)
  })
})

describe('matchDetections', () => {
  it('gives each object to the surest that covers it, and each detection what it covers best', () => {
    const objects = [
      { box: [0, 0, 10, 10], label: 1 },
      { box: [4, 0, 14, 10], label: 1 },
      { box: [0, 0, 10, 10], label: 2 },
    ] as const
    const found = [
      { box: [0, 0, 10, 10], label: 1, score: 0.5 },
      { box: [1, 0, 11, 10], label: 1, score: 0.9 },
      { box: [4, 0, 14, 9], label: 1, score: 0.4 },
      { box: [30, 0, 40, 10], label: 2, score: 1 },
    ] as const
    expect(m.matchDetections(found, objects)).toEqual([-1, 0, 1, -1])
    // Nothing agrees by so much but the first.
    expect(m.matchDetections(found, objects, 0.95)).toEqual([0, -1, -1, -1])
  })
})
