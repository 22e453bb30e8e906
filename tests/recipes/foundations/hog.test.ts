import { random, seed, tensor } from 'shapewise'
import { describe, expect, it } from 'vitest'
import { edgeDirections, hog } from '../../../src/recipes/foundations/features/hog.js'

const picture = (side: number, at: (x: number, y: number) => number) =>
  tensor(
    Float32Array.from({ length: side * side }, (_, i) => at(i % side, Math.floor(i / side))),
    [1, side, side],
  )

describe('edgeDirections', () => {
  it.each([0, 15, 30, 47, 90, 180, 200, 315, 359])('finds that brightness grows at %i degrees', async (degrees) => {
    const angle = (degrees * Math.PI) / 180
    const ramp = picture(12, (x, y) => x * Math.cos(angle) + y * Math.sin(angle))
    // The cell in the middle sees no border: 16 pixels of a gradient of length 1, in shares by nearness of the directions.
    const found = (await edgeDirections(ramp).slice(0, 1, 1).array()) as number[]
    const place = degrees / 30
    const expected = Array.from({ length: 12 }, (_, k) => {
      const off = Math.abs(place - k)
      return 16 * Math.max(0, 1 - Math.min(off, 12 - off))
    })
    found.forEach((value, k) => {
      expect(value).toBeCloseTo(expected[k]!, 3)
    })
  })

  it('turns with the picture', async () => {
    seed(0)
    const x = random.uniform([1, 8, 8])
    // A quarter turn that takes right (x) to the bottom (y): row i of what comes out is column i of what went in.
    const turned = x.transpose().flip(2)
    const [before, after] = [edgeDirections(x), edgeDirections(turned)]
    const expected = (await before.permute([0, 2, 1, 3]).flip(2).roll(3, 3).array()) as unknown
    const found = (await after.array()) as unknown
    expect(numbers(found)).toHaveLength(2 * 2 * 12)
    numbers(found).forEach((value, i) => {
      expect(value).toBeCloseTo(numbers(expected)[i]!, 4)
    })
  })
})

const numbers = (nested: unknown): number[] => (Array.isArray(nested) ? nested.flatMap(numbers) : [nested as number])

describe('hog', () => {
  it('is what is calculated by hand for one edge', async () => {
    // From 0 to 1 between columns 3 and 4, and back outside on the right: gradients ½, ½ to the right, ½ to the left. The border above and
    // below bends those of the corners.
    const edge = picture(8, (x) => (x < 4 ? 0 : 1))
    const cells = (await edgeDirections(edge, { directions: 4 }).array()) as number[][][][]
    const diagonal = Math.hypot(0.5, 0.5)
    // Upper left: column 3 of 4 rows, to the right. Upper right: column 4 to the right, 7 to the left, the upper row to the bottom.
    expect(cells[0]![0]![0]).toEqual([2, 0, 0, 0].map((value) => expect.closeTo(value, 5)))
    const right = 3 * 0.5 + diagonal / 2
    const down = 2 * 0.5 + 2 * (diagonal / 2)
    expect(cells[0]![0]![1]).toEqual([right, down, right, 0].map((value) => expect.closeTo(value, 5)))
    const squares = cells[0]!.flat(2).reduce((sum, value) => sum + value ** 2, 0)
    const features = (await hog(edge, { directions: 4 }).array()) as number[][]
    const scale = 1 / Math.sqrt(squares + 0.25)
    expect(features[0]).toEqual(cells[0]!.flat(2).map((value) => expect.closeTo(value * scale, 5)))
  })

  it('has a row of blocks less than cells', () => {
    expect(hog(random.uniform([2, 28, 28])).shape).toEqual([2, 6 * 6 * 4 * 12])
  })
})
