import { seed, tensor } from 'shapewise'
import { describe, expect, it } from 'vitest'
import { foundJoints, heatMapLoss, PLACES, posesOf } from '../../../src/recipes/vision/figures/heat-maps.js'
import { offsetsOf, REACH, SpatialModel } from '../../../src/recipes/vision/figures/spatial-model.js'
import { bones, CELL, joints, stickFigures } from '../../../src/recipes/vision/figures/stick-figures.js'
import { runInMemory } from '../running.js'

it('part-model finds joints, and shows what others say', async () => {
  seed(0)
  const { metrics, pictures } = await runInMemory('part-model', { figures: 200, tests: 40, passes: 6, more: 3 })
  expect(metrics.pckWithModel).toBeGreaterThan(0.3)
  expect(metrics.gain).toBeCloseTo(metrics.pckWithModel! - metrics.pckAlone!, 10)
  expect(Object.keys(pictures)).toHaveLength(3)
  for (const svg of Object.values(pictures)) expect(svg).not.toMatch(/NaN|Infinity|no values/)
})

describe('figures', () => {
  it('have all of their joints in the picture, and ink where nothing covers them', () => {
    const { inputs, targets } = stickFigures(20, 3).gather([...Array(20).keys()])
    for (const value of targets.data) expect(value > 2 && value < 61).toBe(true)
    let inked = 0
    for (let i = 0; i < 20; i++) {
      const at = (joint: number) => [0, 1].map((axis) => targets.data[(i * joints.length + joint) * 2 + axis]!)
      for (const [a, b] of bones) {
        const [x, y] = [0, 1].map((axis) => Math.round((at(a)[axis]! + at(b)[axis]!) / 2))
        if (inputs.data[(i * 64 + y!) * 64 + x!]! > 0.6) inked++
      }
    }
    expect(inked).toBeGreaterThan(0.7 * 20 * bones.length)
  })

  it('are the same for the same seed', () => {
    const [a, b, c] = [1, 1, 2].map((one) => stickFigures(2, one).values('targets'))
    expect(a).toEqual(b)
    expect(a).not.toEqual(c)
  })
})

describe('heat maps', () => {
  const { targets } = stickFigures(3, 1).gather([0, 1, 2])
  const truth = tensor(targets.data, [3, joints.length, 2])

  it('that are right lead back to the joints, and no others cost less', async () => {
    const logits = Float32Array.from({ length: 3 * PLACES ** 2 * joints.length }, (_, i) => {
      const [joint, place] = [i % joints.length, Math.floor(i / joints.length) % PLACES ** 2]
      const example = Math.floor(i / joints.length / PLACES ** 2)
      const [x, y] = [0, 1].map((axis) => targets.data[(example * joints.length + joint) * 2 + axis]!)
      const [dx, dy] = [((place % PLACES) + 0.5) * CELL - x!, (Math.floor(place / PLACES) + 0.5) * CELL - y!]
      return -(dx ** 2 + dy ** 2) / (2 * (0.8 * CELL) ** 2)
    })
    const right = tensor(logits, [3, PLACES, PLACES, joints.length])
    const poses = await posesOf(right)
    poses.forEach((pose, i) => {
      const own = targets.data.subarray(i * 2 * joints.length, (i + 1) * 2 * joints.length)
      expect(foundJoints(pose, own).every(Boolean)).toBe(true)
      pose.forEach((value, k) => {
        expect(Math.abs(value - own[k]!)).toBeLessThan(0.3 * CELL)
      })
    })
    const least = heatMapLoss(right, truth).itemSync()
    for (const other of [right.mul(1.05), right.mul(0.95), right.roll(1, 1)]) {
      expect(heatMapLoss(other, truth).itemSync()).toBeGreaterThan(least)
    }
  })
})

describe('the spatial model', () => {
  it('adds the logarithms of what all other parts say', async () => {
    const [parts, side] = [2, 5]
    // Part 1 is always two places right of part 0 and one below.
    const offsets = offsetsOf(Float32Array.from([1, 1, 3, 2]), parts)
    expect(offsets.reduce((a, b) => a + b)).toBe(4)
    const model = new SpatialModel(offsets, parts)
    const values = Float32Array.from({ length: side * side * parts }, (_, i) => Math.sin(3 * i))
    const found = await model.forward(tensor(values, [1, side, side, parts])).data()
    const logSum = [0, 1].map((part) =>
      Math.log(values.filter((_, i) => i % 2 === part).reduce((s, v) => s + Math.exp(v), 0)),
    )
    const log = (part: number, x: number, y: number) => values[(y * side + x) * parts + part]! - logSum[part]!
    const isInside = (x: number, y: number) => x >= 0 && x < side && y >= 0 && y < side
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) {
        for (const [part, other, dx, dy] of [[0, 1, 2, 1] as const, [1, 0, -2, -1] as const]) {
          let said = 1e-3
          for (let row = 0; row < side; row++) {
            for (let column = 0; column < side; column++) {
              const isThere = column === x + dx && row === y + dy
              said += Math.exp(log(other, column, row)) * ((isThere ? 1 : 0) + 1e-4)
            }
          }
          expect(isInside(x, y)).toBe(true)
          expect(found[(y * side + x) * parts + part]).toBeCloseTo(log(part, x, y) + Math.log(said), 3)
        }
      }
    }
    expect(REACH).toBe(2 * PLACES - 1)
  })
})
