import { describe, expect, it } from 'vitest'
import { readTable } from '../../../studio/playground/data/table.js'

describe('a table of points', () => {
  it('with a head and words for classes fills the plane', () => {
    const { points, note } = readTable('length,width,kind\n5.1,3.5,setosa\n7.1,3.2,versicolor\n6.1,3.35,setosa\n')
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
    const { points } = readTable(text)
    expect(points.targets).toHaveLength(2)
    expect(points.places.every(Number.isFinite)).toBe(true)
    expect(new Set(points.targets).size).toBe(2)
  })

  it('whose column never changes stays in the plane', () => {
    expect(readTable('1,7,a\n2,7,b').points.places.every(Number.isFinite)).toBe(true)
  })

  it.each([
    ['holes', 'a,b,c\n1,2,x\n,3,y\n4,NaN,x\n5,6,y\n7,8,', 2, /3 rows with missing values are left out/],
    ['decimal commas', 'a;b;c\n1,5;2,25;x\n-3,5;4;y\n', 2, /x₁ is a, x₂ is b/],
    ['a column that counts', 'id,a,b,kind\n1,9,4,x\n2,7,5,y\n3,8,6,x\n4,6,1,y', 4, /x₁ is a, x₂ is b/],
    ['separators in quotes', 'a,b,c\n1,2,"red, dark"\n3,4,"say ""blue"""', 2, /red, dark, say "blue"/],
    ['a byte order mark', '\ufeffa,b,c\n1,2,x\n3,5,y', 2, /x₁ is a/],
  ])('may have %s', (_, text, count, note) => {
    const found = readTable(text)
    expect(found.points.targets).toHaveLength(count)
    expect(found.points.places.every(Number.isFinite)).toBe(true)
    expect(found.note).toMatch(note)
  })

  it('with decimal commas means the numbers that are written', () => {
    const { points } = readTable('1,5;1;a\n2,0;1;b\n2,5;2;a')
    expect(points.places[2]).toBeCloseTo(0, 4)
  })

  it('gives other columns when they are chosen', () => {
    const text = 'a,b,c,kind,half\n1,2,9,x,p\n3,5,7,y,q\n4,4,8,x,q'
    expect(readTable(text).choice).toEqual({ x: 0, y: 1, label: 4 })
    const { note, columns } = readTable(text, { x: 1, y: 2, label: 3 })
    expect(note).toBe('3 points: x₁ is b, x₂ is c, the classes are x, y.')
    expect(columns.map(({ isNumbers }) => isNumbers)).toEqual([true, true, true, false, false])
  })

  it('of many rows gives some from everywhere, soon', () => {
    const rows = Array.from({ length: 50_000 }, (_, i) => `${Math.sin(i)},${i % 977},${i < 25_000 ? 'early' : 'late'}`)
    const { points, note } = readTable(rows.join('\n'))
    expect(points.targets).toHaveLength(500)
    const late = points.targets.reduce((sum, target) => sum + target, 0)
    expect(late).toBeGreaterThan(200)
    expect(late).toBeLessThan(300)
    expect(note).toContain('Of 50000 rows 500 are used, drawn at random.')
  })

  it.each([
    ['', /is empty/],
    ['a,b,c', /nothing below it/],
    ['1,x,2\n3,y,oops', /two columns/],
    ['1,2\n3,4', /no third column/],
    ['1,2,a\n3,4,a', /1 different/],
    [Array.from({ length: 14 }, (_, i) => `${i * i},1,kind ${i % 7}`).join('\n'), /7 different/],
    ['a,b,c\n1,2,x\n3,4', /line 3 has 2 fields/],
    ['a,b,c\n1,2,"x\n3,4,y', /quote/],
  ])('is refused with the cure: %j', (text, message) => {
    expect(() => readTable(text)).toThrow(message)
  })
})
