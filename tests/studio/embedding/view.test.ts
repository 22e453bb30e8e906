import { describe, expect, it } from 'vitest'
import { classesOf, type Described } from '../../../studio/embedding/data/collection.js'
import { classColour, coloursOf } from '../../../studio/embedding/view/colours.js'
import { asCsv } from '../../../studio/embedding/view/export.js'
import { between, fitted } from '../../../studio/embedding/view/fit.js'
import { pictureStamps } from '../../../studio/embedding/view/picture-stamps.js'
import { pointScene } from '../../../studio/embedding/view/point-scene.js'
import { find } from '../../../studio/embedding/view/search.js'

const described: Described = {
  ...{ note: '', count: 4, width: 2 },
  colourings: [
    classesOf('digit', ['1', '10', '1', '2']),
    classesOf('animal', ['cat', 'big cat, "wild"', 'dog', '']),
    { kind: 'values', name: 'weight', of: Float32Array.of(0.5, 2, 8, 4) },
  ],
}

it('search finds labels, whole ones first, and points by their number', () => {
  expect(find(described, '1')).toEqual([0, 2])
  expect(find(described, 'CAT')).toEqual([0])
  expect(find(described, 'wild')).toEqual([1])
  expect(find(described, '#3')).toEqual([3])
  for (const nothing of ['', ' ', '#4', 'zebra']) expect(find(described, nothing)).toEqual([])
})

it('classes are ordered as numbers are', () => {
  expect(described.colourings[0]).toMatchObject({ names: ['1', '2', '10'], of: Int32Array.of(0, 2, 0, 1) })
})

it('places are written as a table, with commas and quotes in words', () => {
  const places = Float32Array.of(1, 2, 0, 3, 4, 0, 5, 6, 0, 7, 8, 0)
  const frame = { places, dimensions: 2, phase: '', step: 1, steps: 1, isDone: true } as const
  expect(asCsv(frame, described).split('\n')).toEqual([
    'x,y,digit,animal,weight',
    '1,2,1,cat,0.5',
    '3,4,10,"big cat, ""wild""",2',
    '5,6,1,dog,8',
    '7,8,2,,4',
    '',
  ])
})

describe('pictures of points', () => {
  it('fill the cube, without those that are hidden', () => {
    const fit = fitted(Float32Array.of(0, 0, 0, 4, 2, 0, 2, 1, 0), (point) => point !== 2)
    expect(Array.from(fit)).toEqual([-1, -0.5, 0, 1, 0.5, 0, Number.NaN, Number.NaN, Number.NaN])
    // Points that coincide, one point, and none.
    expect(Array.from(fitted(Float32Array.of(5, 5, 5, 5, 5, 5), () => true))).toEqual([0, 0, 0, 0, 0, 0])
    expect(fitted(new Float32Array(0), () => true)).toHaveLength(0)
  })

  it('move between places, but for those that had none', () => {
    expect(Array.from(between(Float32Array.of(0, Number.NaN), Float32Array.of(1, 3), 0.25))).toEqual([0.25, 3])
  })

  it('have a colour for each class, apart for ten, and for values from low to high', () => {
    const ten = Array.from({ length: 10 }, (_, i) => String(classColour(i, 'light')))
    expect(new Set(ten).size).toBe(10)
    expect(Array.from(coloursOf(described.colourings[2], 4, 'light').of)).toEqual([0, 6, 31, 14])
    expect(coloursOf(undefined, 4, 'light').palette).toHaveLength(1)
  })

  it('are drawn with as much ink as there is, halved where they are small', () => {
    const colours = { palette: [[255, 0, 0]] as const, of: Uint8Array.of(0) }
    const [stamp] = pictureStamps({ side: 2, pixels: Uint8Array.of(0, 255, 100, 0) }, colours, false)
    expect(stamp).toEqual({ side: 2, pixels: Uint32Array.of(0x000000ff, 0xff0000ff, 0x640000ff, 0x000000ff) })
    const [small] = pictureStamps({ side: 2, pixels: Uint8Array.of(0, 255, 100, 0) }, colours, true)
    expect(small).toMatchObject({ side: 1 })
  })

  it('mark a point, its neighbours and what is chosen', () => {
    const places = Float32Array.of(0, 0, 0, 1, 0, 0, 0, 1, 0)
    const look = { stamps: [], kinds: [0, 1, 2], size: 5, opacity: 1, ink: [0, 0, 0] } as const
    const marks = { chosen: new Set([2]), focus: 0, neighbours: [1], hovered: undefined }
    const { clouds = [], lines = [] } = pointScene(places, look, marks, true)
    expect(clouds.map(({ kinds }) => Array.from(kinds))).toEqual([[0, 1, -1], [-1, -1, 2], [0], [0]])
    expect(lines.map((line) => Array.from(line.places))).toEqual([[0, 0, 0, 1, 0, 0]])
    // In space there is a cube around.
    expect(pointScene(places, look, { ...marks, focus: undefined }, false).lines).toHaveLength(12)
  })
})
