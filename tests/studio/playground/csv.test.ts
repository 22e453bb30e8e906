import { describe, expect, it } from 'vitest'
import { readPoints } from '../../../studio/playground/data/csv.js'

describe('a table of points', () => {
  it('with a head and words for classes fills the plane', () => {
    const { points, note } = readPoints('length,width,kind\n5.1,3.5,setosa\n7.1,3.2,versicolor\n6.1,3.35,setosa\n')
    expect([...points.targets]).toEqual([0, 1, 0])
    // The least of each column lies at −5.4, the most at 5.4, the middle at 0.
    for (const [i, value] of [-5.4, 5.4, 5.4, -5.4, 0, 0].entries()) expect(points.places[i]).toBeCloseTo(value, 4)
    expect(note).toBe('3 points: x₁ is length, x₂ is width, the classes are setosa, versicolor.')
  })

  it.each([
    ['semicolons', '1;2;0\n3;4;1'],
    ['tabs and Windows lines', '1\t2\t0\r\n3\t4\t1\r\n'],
    ['spaces', '1 2 a\n3   4 b'],
    ['quotes', '1,2,"yes"\n3,4,"no"'],
    ['the class first', 'a,1,2\nb,3,4'],
  ])('may be written with %s', (_, text) => {
    const { points } = readPoints(text)
    expect(points.targets).toHaveLength(2)
    expect(points.places.every(Number.isFinite)).toBe(true)
    expect(new Set(points.targets).size).toBe(2)
  })

  it('whose column never changes stays in the plane', () => {
    expect(readPoints('1,7,a\n2,7,b').points.places.every(Number.isFinite)).toBe(true)
  })

  it('says how many of many rows it takes', () => {
    const { points, note } = readPoints(Array.from({ length: 600 }, (_, i) => `${i},${-i},${i % 3}`).join('\n'))
    expect(points.targets).toHaveLength(500)
    expect(note).toContain('Of 600 rows the first 500 are used.')
  })

  it.each([
    ['', /two columns/],
    ['a,b,c', /two columns/],
    ['1,x,2\n3,y,oops', /two columns/],
    ['1,2\n3,4', /no third column/],
    ['1,2,a\n3,4,a', /1 different/],
    [Array.from({ length: 9 }, (_, i) => `${i},1,${i}`).join('\n'), /9 different/],
  ])('is refused with the cure: %j', (text, message) => {
    expect(() => readPoints(text)).toThrow(message)
  })
})
