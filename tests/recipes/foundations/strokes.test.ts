import { type Tensor, tensor } from 'shapewise'
import { describe, expect, it } from 'vitest'
import { slant, thickness } from '../../../src/recipes/foundations/multi-task/strokes.js'

const SIDE = 28

/** An upright bar, 20 pixels high, whose rows are moved to the right by `lean` for each pixel upwards. */
function bar(thick: number, lean: number): Tensor {
  const ink = new Float32Array(SIDE * SIDE)
  for (let y = 4; y < 24; y++) {
    const left = 14 - thick / 2 + lean * (13.5 - y)
    for (let x = 0; x < SIDE; x++) {
      // The part of the pixel that the bar covers.
      ink[y * SIDE + x] = Math.max(0, Math.min(x + 1, left + thick) - Math.max(x, left))
    }
  }
  return tensor(ink, [1, SIDE, SIDE])
}

describe('slant', () => {
  it.each([-0.5, 0, 0.25, 0.4])('of a bar that leans by %f is that', async (lean) => {
    expect(await slant(bar(4, lean)).at(0).item()).toBeCloseTo(lean, 3)
  })
})

describe('thickness', () => {
  it.each([2, 3, 4, 5])('of a bar %i pixels thick is nearly that', async (thick) => {
    // Its rim has two ends, too: t L / (L + t) with L = 20.
    expect(await thickness(bar(thick, 0)).at(0).item()).toBeCloseTo((thick * 20) / (20 + thick), 0)
  })

  it('does not change when a bar is moved, and grows when it is laid over itself', async () => {
    const still = await thickness(bar(3, 0)).at(0).item()
    expect(await thickness(bar(3, 0).roll(5, 2)).at(0).item()).toBeCloseTo(still, 5)
    expect(
      await thickness(bar(3, 0).maximum(bar(3, 0).roll(1, 2)))
        .at(0)
        .item(),
    ).toBeGreaterThan(still + 0.5)
  })
})
