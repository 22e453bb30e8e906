import { writeNpy, writeNpz } from 'shapewise/data'
import { encodeSafetensors } from 'shapewise/formats'
import { describe, expect, it } from 'vitest'
import { readOwnVectors } from '../../../studio/embedding/data/own-vectors.js'

const text = (name: string, content: string) => ({ name, bytes: new TextEncoder().encode(content) })
const read = (content: string, name = 'some.csv') => readOwnVectors([text(name, content)])

describe('tables', () => {
  it('with a head and words for labels', async () => {
    const { vectors, colourings, features } = await read(
      'length,width,kind\n5.1,3.5,setosa\n7,3.2,versicolor\n6,3,setosa\n',
    )
    expect(vectors).toMatchObject({ count: 3, width: 2 })
    expect(Array.from(vectors.data)).toEqual([5.1, 3.5, 7, 3.2, 6, 3].map(Math.fround))
    expect(features).toEqual(['length', 'width'])
    expect(colourings).toEqual([
      { kind: 'classes', name: 'kind', names: ['setosa', 'versicolor'], of: Int32Array.of(0, 1, 0) },
    ])
  })

  it.each([
    ['1\t2\n3\t4\n', 'tabs'],
    ['1;2\n3;4\n', 'semicolons'],
    ['1 2\n3   4\n', 'blanks'],
    ['1,2\r\n3,4', 'no end of the last line'],
  ])('without a head: %j (%s)', async (content) => {
    const { vectors, colourings } = await read(content)
    expect(Array.from(vectors.data)).toEqual([1, 2, 3, 4])
    expect(colourings).toEqual([])
  })

  it('of one column', async () => {
    expect((await read('1\n2\n3\n')).vectors).toMatchObject({ count: 3, width: 1 })
  })

  it('take whole numbers for classes where the head says so, or pixels follow them', async () => {
    const named = await read('label,a,b\n3,1,2\n5,3,4\n')
    expect(named.vectors.width).toBe(2)
    expect(named.colourings[0]).toMatchObject({ name: 'label', names: ['3', '5'] })
    const row = (label: number, ink: number) =>
      [label, ...Array.from({ length: 36 }, (_, i) => (i % 7 === 0 ? ink : 0))].join()
    const pictures = await read(`${row(9, 200)}\n${row(1, 100)}\n`)
    expect(pictures.vectors.width).toBe(36)
    expect(pictures.pictures?.side).toBe(6)
    expect(pictures.pictures?.pixels[0]).toBe(255)
    expect(pictures.colourings[0]).toMatchObject({ names: ['1', '9'] })
  })

  it('leave rows out that lack a number, and say so', async () => {
    const { vectors, note } = await read('a,b\n1,2\n,4\n5,NaN\n7,8\n')
    expect(Array.from(vectors.data)).toEqual([1, 2, 7, 8])
    expect(note).toContain('2 rows that lack a number were left out')
  })

  it('with labels in a file of their own', async () => {
    const { vectors, colourings } = await readOwnVectors([
      text('metadata.tsv', 'word\nred apple\ngreen pear\n'),
      text('vectors.tsv', '0.1\t0.2\n0.3\t0.4\n'),
    ])
    expect(vectors).toMatchObject({ count: 2, width: 2 })
    expect(colourings[0]).toMatchObject({ name: 'word', names: ['green pear', 'red apple'] })
    // Words alone do not say whether the first is a head; the number of vectors does.
    const words = await readOwnVectors([text('a.csv', '1,2\n3,4\n'), text('b.txt', 'pear\napple')])
    expect(words.colourings[0]).toMatchObject({ names: ['apple', 'pear'], of: Int32Array.of(1, 0) })
  })

  it('that do not fit are told why', async () => {
    await expect(readOwnVectors([])).rejects.toThrow(/no file/)
    await expect(read('')).rejects.toThrow('some.csv is empty')
    await expect(read('\n\n')).rejects.toThrow('some.csv is empty')
    await expect(read('name\nAda\nAlan\n')).rejects.toThrow(/no column holds numbers/)
    await expect(read('a,b\n1,2\n3\n')).rejects.toThrow(/line 3/)
    await expect(read('a,b\n1,\n,2\n3,\n,4\n')).rejects.toThrow(/numbers/)
    await expect(readOwnVectors([text('a.csv', '1,2\n3,4\n'), text('b.csv', 'x\ny\nz\nw\n')])).rejects.toThrow(
      /Give a label for each vector/,
    )
    await expect(read('1e39,2\n3,4\n')).rejects.toThrow(/too large/)
  })

  it('of more than ten thousand rows are cut, which is said', async () => {
    const { vectors, note } = await read(Array.from({ length: 10_002 }, (_, i) => `${i},${i % 3}`).join('\n'))
    expect(vectors.count).toBe(10_000)
    expect(note).toContain('Of 10,002 rows the first are taken')
  })
})

describe('arrays', () => {
  const data = Float32Array.of(1, 2, 3, 4, 5, 6)

  it('of npy, more axes as one vector for each first index', async () => {
    const { vectors } = await readOwnVectors([{ name: 'a.npy', bytes: writeNpy({ shape: [2, 3, 1], data }) }])
    expect(vectors).toEqual({ count: 2, width: 3, data })
  })

  it('of npz, with labels', async () => {
    const bytes = writeNpz({ x: { shape: [3, 2], data }, y: { shape: [3], data: Int32Array.of(4, 4, 2) } })
    const { vectors, colourings } = await readOwnVectors([{ name: 'a.npz', bytes }])
    expect(vectors).toEqual({ count: 3, width: 2, data })
    expect(colourings[0]).toMatchObject({ name: 'y', names: ['2', '4'], of: Int32Array.of(1, 1, 0) })
  })

  it('of safetensors', async () => {
    const bytes = encodeSafetensors({ embedding: { dtype: 'float32', shape: [3, 2], data } })
    expect((await readOwnVectors([{ name: 'a.safetensors', bytes }])).vectors).toEqual({ count: 3, width: 2, data })
  })

  it('that are damaged, empty or flat are told so', async () => {
    await expect(readOwnVectors([{ name: 'a.npy', bytes: Uint8Array.of(1, 2, 3) }])).rejects.toThrow(/a\.npy/)
    const empty = writeNpy({ shape: [0, 3], data: new Float32Array(0) })
    await expect(readOwnVectors([{ name: 'a.npy', bytes: empty }])).rejects.toThrow(/no rows/)
    const flat = writeNpy({ shape: [6], data })
    await expect(readOwnVectors([{ name: 'a.npy', bytes: flat }])).rejects.toThrow(/numbers/)
  })
})
