import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  coversOnce,
  identityMap,
  indexAt,
  placeIn,
  Split,
  splitMap,
  splitSpace,
  throughMovement,
} from '../../src/compiler/fuse/index-map.js'
import type { Affine } from '../../src/compiler/kernels.js'
import { type Shape, sizeOf, stridesOf } from '../../src/core/shape.js'
import { build } from '../../src/graph/index.js'

/** All indices of a space, row-major. */
const indicesOf = (space: Shape): number[][] =>
  Array.from({ length: sizeOf(space) }, (_, i) =>
    stridesOf(space).map((stride, axis) => Math.floor(i / stride) % space[axis]),
  )

const at = ({ offset, strides }: Affine, index: readonly number[]): number =>
  strides.reduce((sum, stride, axis) => sum + stride * index[axis], offset)

const shape = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 })

describe('the index in a shape', () => {
  it('of a place is found by splitting axes, or there is none', () => {
    fc.assert(
      fc.property(shape, shape, (from, to) => {
        // Places in row-major order, seen as another shape of as many elements.
        const wanted = [...to, ...from]
        const given = [...from, ...to]
        let space: Shape = given
        let place: Affine = { offset: 0, strides: stridesOf(given) }
        for (let splits = 0; splits <= 20; splits++) {
          const found = indexAt(place, wanted, space)
          if (found === undefined) return
          if (found instanceof Split) {
            ;[place] = splitMap([place], found)
            space = splitSpace(space, found)
            expect(sizeOf(space)).toBe(sizeOf(given))
            continue
          }
          const strides = stridesOf(wanted)
          for (const [i, index] of indicesOf(space).entries()) {
            const digits = found.map((one) => at(one, index))
            expect(digits.every((digit, axis) => digit >= 0 && digit < wanted[axis])).toBe(true)
            expect(digits.reduce((sum, digit, axis) => sum + digit * strides[axis], 0)).toBe(i)
          }
          return
        }
        expect.fail('never ends')
      }),
      { numRuns: 500, seed: 7 },
    )
  })

  it('goes backwards with a negative stride', () => {
    const found = indexAt({ offset: 11, strides: [-1] }, [3, 4], [12])
    expect(found).toEqual(new Split(0, 4))
    expect(indexAt({ offset: 11, strides: [-4, -1] }, [3, 4], [3, 4])).toEqual([
      { offset: 2, strides: [-1, 0] },
      { offset: 3, strides: [0, -1] },
    ])
  })

  it('is refused where a digit would carry', () => {
    expect(indexAt({ offset: 1, strides: [1] }, [2, 3], [3])).toBeUndefined()
    expect(indexAt({ offset: 0, strides: [3, 1] }, [3, 2], [2, 3])).toBeUndefined()
  })
})

describe('movements', () => {
  it('are followed to the element that they show', () => {
    const x = build.input('float32', [4, 1, 6])
    const steps = [
      build.permute(x, [2, 0, 1]),
      build.expand(x, [4, 5, 6]),
      build.slice(x, [3, 0, 1], [2, 1, 3], [-2, 1, 2]),
      build.reshape(x, [2, 2, 6]),
    ]
    const elements = Array.from({ length: 24 }, (_, i) => i)
    const shown = [
      (i: number, j: number) => elements[j * 6 + i],
      (i: number, _: number, k: number) => elements[i * 6 + k],
      (i: number, _: number, k: number) => elements[(3 - 2 * i) * 6 + 1 + 2 * k],
      (i: number, j: number, k: number) => elements[(2 * i + j) * 6 + k],
    ]
    steps.forEach((step, s) => {
      const map = throughMovement(step, identityMap(3), step.shape)
      if (map === undefined || map instanceof Split) throw new Error(step.op)
      const place = placeIn(x.shape, map, step.shape)
      for (const [i, j, k] of indicesOf(step.shape)) expect(at(place, [i, j, k])).toBe(shown[s](i, j, k))
    })
  })
})

describe('places', () => {
  it('cover a value once, or not', () => {
    fc.assert(
      fc.property(shape, fc.array(fc.integer({ min: 0, max: 8 }), { minLength: 4, maxLength: 4 }), (space, strides) => {
        const place = { offset: 0, strides: space.map((_, axis) => strides[axis]) }
        const moving = space.map((n, axis) => (place.strides[axis] === 0 ? 1 : n))
        const places = indicesOf(moving).map((index) => at(place, index))
        const size = sizeOf(moving)
        const isCovered = new Set(places).size === size && Math.max(...places) === size - 1
        expect(coversOnce(place, space, size)).toBe(isCovered)
      }),
      { numRuns: 1000, seed: 8 },
    )
  })
})
