import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ShapewiseError } from '../../src/core/errors.js'
import { crc32 } from '../../src/data/formats/crc32.js'
import { openZipPieces } from '../../src/data/formats/zip.js'
import {
  decodePng,
  openZip,
  parseCsv,
  parseIdx,
  parseNpy,
  parseTar,
  parseWav,
  readIdx,
  readNpz,
  readTar,
  writeIdx,
  writeNpy,
  writeNpz,
  writeZip,
} from '../../src/data/index.js'
import { mutated } from '../support/mutated.js'

/** By scripts/fixtures/formats.py */
const fixture = JSON.parse(readFileSync(new URL('../fixtures/formats.json', import.meta.url), 'utf8'))
/** By scripts/fixtures/zip64.py */
const zip64: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(new URL('../fixtures/zip64.json', import.meta.url), 'utf8'),
)
const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, 'base64'))
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

describe('npy', () => {
  it.each(fixture.npy as { dtype: string; shape: number[]; bytes: string; values: (number | string)[] }[])(
    'reads $dtype $shape as NumPy has written it',
    ({ shape, bytes, values }) => {
      const array = parseNpy(bytesOf(bytes))
      expect(array.shape).toEqual(shape)
      const wanted = values.map((value) => (value === 'inf' ? Infinity : value === 'nan' ? Number.NaN : value))
      expect([...array.data]).toEqual(wanted)
    },
  )

  it('chooses arrays that hold the values', () => {
    const kinds = (fixture.npy as { dtype: string; bytes: string }[]).map(({ dtype, bytes }) => [
      dtype,
      parseNpy(bytesOf(bytes)).data.constructor.name,
    ])
    expect(kinds).toContainEqual(['<i8', 'Int32Array'])
    expect(kinds).toContainEqual(['<i8', 'Float64Array'])
    expect(kinds).toContainEqual(['<f2', 'Float32Array'])
    expect(kinds).toContainEqual(['>u2', 'Uint16Array'])
  })

  it('refuses what is no array of numbers', () => {
    const header = (text: string) => {
      const bytes = new Uint8Array(10 + text.length)
      bytes.set([0x93, ...new TextEncoder().encode('NUMPY'), 1, 0, text.length, 0])
      bytes.set(new TextEncoder().encode(text), 10)
      return bytes
    }
    const of = (descr: string) => () =>
      parseNpy(header(`{'descr': ${descr}, 'fortran_order': False, 'shape': (1,), }`), 'x.npy')
    expect(of("'|O'")).toThrow(/x\.npy: the elements are of type '\|O'/)
    expect(of("'<U3'")).toThrow(/of type '<U3'/)
    expect(of("[('a', '<f4')]")).toThrow(/the elements are records/)
    expect(of("'<f4'")).toThrow(/<f4 \[1\] has 4 bytes, but there are 0/)
    const huge = writeNpy({ shape: [1], data: new Float64Array([0]) })
    const large = Buffer.from(huge)
    large.write('<i8', large.indexOf('<f8'))
    large.writeBigInt64LE(2n ** 60n, large.length - 8)
    expect(() => parseNpy(large)).toThrow(/element 0 is 1152921504606847000, more than a double/)
  })

  it('writes what it reads, and archives', async () => {
    const array = { shape: [2, 3], data: new Int16Array([1, -2, 3, 4, 5, 6]) }
    expect(parseNpy(writeNpy(array))).toEqual(array)
    // As NumPy writes the same array.
    const numpy = bytesOf(fixture.npy.find(({ dtype }: { dtype: string }) => dtype === '<i4').bytes)
    expect(writeNpy({ shape: [2, 3], data: new Int32Array([1, 2, 3, 4, 5, 250]) })).toEqual(numpy)
    const arrays = await readNpz(writeNpz({ array, more: { shape: [], data: new Float64Array([0.5]) } }))
    expect([...arrays.keys()]).toEqual(['array', 'more'])
    expect(arrays.get('array')).toEqual(array)
    for (const kind of ['plain', 'compressed']) {
      const read = await readNpz(bytesOf(fixture.npz[kind]))
      expect(read.get('weights')).toEqual({ shape: [2, 3], data: new Float32Array([0, 1, 2, 3, 4, 5]) })
      expect(read.get('labels')).toEqual({ shape: [2], data: new Uint8Array([3, 1]) })
    }
  })
})

describe('wav', () => {
  it.each(fixture.wav as { bytes: string; channels: number; values: number[] }[])(
    'reads samples ($channels channels)',
    (truth) => {
      const wav = parseWav(bytesOf(truth.bytes))
      expect({ ...wav, samples: [...wav.samples] }).toEqual({
        ...{ sampleRate: 8000, channels: truth.channels, frames: truth.values.length / truth.channels },
        samples: truth.values.map(Math.fround),
      })
    },
  )
})

describe('tar', () => {
  it.each(['ustar', 'gnu', 'pax'])('reads archives in the format %s', async (kind) => {
    const bytes = bytesOf(fixture.tar[kind])
    const files = parseTar(bytes)
    const wanted = Object.entries(fixture.tarFiles as Record<string, string>)
    expect(files.map((file) => Buffer.from(file.bytes).toString('base64'))).toEqual(
      wanted.map(([, content]) => content),
    )
    if (kind !== 'ustar') expect(files.map(({ path }) => path)).toEqual(wanted.map(([path]) => path))
    else expect(files[2]!.path).toBe(`${'p'.repeat(100)}/${'y'.repeat(90)}`)
    expect(await readTar(gzipSync(bytes))).toEqual(files)
  })
})

describe('zip', () => {
  it('reads deflated and stored files', async () => {
    const zip = openZip(bytesOf(fixture.zip))
    expect(zip.names).toEqual(['a.txt', 'stored', 'äöü.txt'])
    expect(text(await zip.read('a.txt'))).toBe('hello '.repeat(50))
    expect((await zip.read('stored')).length).toBe(20)
    expect(text(await zip.read('äöü.txt'))).toBe('ß')
    await expect(zip.read('b')).rejects.toThrow(/there is no file b/)
  })

  it.each(['seekable', 'streamed'])('reads ZIP64 as Python has written it: %s', async (name) => {
    const zip = openZip(bytesOf(zip64[name]))
    expect(zip.names).toEqual(['a.txt', 'stored', 'tiny'])
    expect(text(await zip.read('a.txt'))).toBe('hello '.repeat(50))
    expect([...(await zip.read('stored'))]).toEqual([...Array(20).keys()])
    expect(text(await zip.read('tiny'))).toBe('x')
  })

  it('reads only the directory of what need not fit into memory, and the files that are asked for', async () => {
    const bytes = writeZip([
      ['first', new Uint8Array(300_000)],
      ['wanted', new Uint8Array([1, 2, 3])],
    ])
    let count = 0
    const read = async (at: number, length: number) => {
      count += length
      return bytes.slice(at, at + length)
    }
    const zip = await openZipPieces({ size: bytes.length, read }, 'x.zip')
    expect([...(await zip.read('wanted'))]).toEqual([1, 2, 3])
    expect(count).toBeLessThan(2000)
    expect((await zip.read('first')).length).toBe(300_000)
  })

  it('finds the directory before a long comment', async () => {
    const bytes = writeZip([['a', new Uint8Array([1])]])
    const commented = new Uint8Array(bytes.length + 50_000)
    commented.set(bytes)
    new DataView(commented.buffer).setUint16(bytes.length - 2, 50_000, true)
    const read = async (at: number, length: number) => commented.slice(at, at + length)
    expect((await openZipPieces({ size: commented.length, read }, 'x.zip')).names).toEqual(['a'])
  })

  it('notices a file whose checksum is wrong', async () => {
    const bytes = writeZip([['a', new Uint8Array([1, 2, 3])]])
    bytes[bytes.indexOf(2, 30)] ^= 1
    await expect(openZip(bytes, 'x.zip').read('a')).rejects.toThrow(/x\.zip: the checksum of file a is wrong/)
  })
})

interface PngTruth {
  readonly name: string
  readonly bytes: string
  readonly size?: readonly [number, number]
  readonly channels: number
  readonly pixels: string
  readonly indices?: string
}

const pictures: readonly PngTruth[] = JSON.parse(readFileSync(new URL('../fixtures/png.json', import.meta.url), 'utf8'))

describe('png', () => {
  it.each(pictures)('decodes $name', async ({ bytes, size = [11, 13], channels, pixels, indices }) => {
    // Also where the bytes lie in the middle of others.
    for (const file of [bytesOf(bytes), Buffer.from(bytes, 'base64')]) {
      const picture = await decodePng(file)
      expect([picture.height, picture.width, picture.channels]).toEqual([...size, channels])
      expect([...picture.data]).toEqual([...bytesOf(pixels)])
    }
    if (indices === undefined) return
    const picture = await decodePng(bytesOf(bytes), 'it', { indices: true })
    expect([picture.channels, ...picture.data]).toEqual([1, ...bytesOf(indices)])
  })

  it('asks for no memory that a damaged header names', async () => {
    const bytes = bytesOf(pictures[0]!.bytes)
    const view = new DataView(bytes.buffer)
    view.setUint32(16, 0x7fffffff)
    view.setUint32(29, crc32(bytes.subarray(12, 29)))
    await expect(decodePng(bytes, 'x.png')).rejects.toThrow(/x\.png: the size is 2147483647 × 11/)
  })
})

describe('csv', () => {
  it('reads what Python writes', () => {
    const { names, rows } = parseCsv(fixture.csv.text)
    expect([names, ...rows]).toEqual(fixture.csv.rows)
  })

  it('reads any table that is written by the rules', () => {
    const field = fc.string({ unit: fc.constantFrom('a', '1', ',', '"', '\n', '\r\n', ' ', 'ä'), maxLength: 5 })
    const table = fc
      .integer({ min: 2, max: 4 })
      .chain((width) =>
        fc.array(fc.array(field, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 5 }),
      )
    const quote = (text: string) => `"${text.replaceAll('"', '""')}"`
    fc.assert(
      fc.property(table, fc.constantFrom('\n', '\r\n'), fc.boolean(), (rows, newline, last) => {
        const written = rows
          .map((row) => row.map((each) => (/[",\n\r]/.test(each) ? quote(each) : each)).join(','))
          .join(newline)
        expect(parseCsv(written + (last ? newline : ''), { header: false }).rows).toEqual(rows)
      }),
    )
  })

  it('makes columns', () => {
    const table = parseCsv('a, b\n1, x\n?, y\n3,\n', { trim: true, missing: ['?'] })
    expect(table.names).toEqual(['a', 'b'])
    expect([...table.numbers('a')]).toEqual([1, Number.NaN, 3])
    expect(table.column('b')).toEqual(['x', 'y', undefined])
    expect(() => table.numbers('b')).toThrow(/"x" in column "b", row 0, is no number/)
    expect(() => table.column('c')).toThrow(/no column "c".*a, b/)
    expect(() => table.categories('b')).toThrow(/no value in row 2/)
    expect(parseCsv('z\nb\na\nb').categories('z')).toEqual({ labels: new Int32Array([1, 0, 1]), names: ['a', 'b'] })
    expect(parseCsv('1;2', { separator: ';', header: ['p', 'q'] }).rows).toEqual([['1', '2']])
    expect(parseCsv('').rows).toEqual([])
  })

  it('names the line of an error', () => {
    expect(() => parseCsv('a,b\n1,2\n"x\ny",3,4', {}, 't.csv')).toThrow(/t\.csv: line 3 has 3 fields, but there are 2/)
    expect(() => parseCsv('a\n"b')).toThrow(/a quote that opens in line 2 is not closed/)
    expect(() => parseCsv('a\n"b"c')).toThrow(/line 2 goes on behind a closing quote/)
  })
})

/** Whole files of each format, and what reads them. */
const parsers: readonly { name: string; file: Uint8Array; read: (bytes: Uint8Array) => unknown }[] = [
  { name: 'npy', file: bytesOf(fixture.npy[6].bytes), read: (bytes) => parseNpy(bytes, 'it') },
  { name: 'npz', file: bytesOf(fixture.npz.compressed), read: (bytes) => readNpz(bytes, 'it') },
  {
    name: 'zip',
    file: bytesOf(fixture.zip),
    read: async (bytes) => {
      const zip = openZip(bytes, 'it')
      for (const name of zip.names) await zip.read(name)
    },
  },
  {
    name: 'zip64',
    file: bytesOf(zip64.seekable),
    read: async (bytes) => {
      const zip = openZip(bytes, 'it')
      for (const name of zip.names) await zip.read(name)
    },
  },
  { name: 'wav', file: bytesOf(fixture.wav[1].bytes), read: (bytes) => parseWav(bytes, 'it') },
  { name: 'tar', file: bytesOf(fixture.tar.gnu), read: (bytes) => parseTar(bytes, 'it') },
  { name: 'tar.gz', file: new Uint8Array(gzipSync(bytesOf(fixture.tar.pax))), read: (bytes) => readTar(bytes, 'it') },
  { name: 'png', file: bytesOf(pictures[6]!.bytes), read: (bytes) => decodePng(bytes, 'it') },
  { name: 'csv', file: new TextEncoder().encode(fixture.csv.text), read: (bytes) => parseCsv(bytes, {}, 'it') },
  {
    name: 'idx',
    file: writeIdx({ type: 'int16', shape: [2, 3], data: new Int16Array(6) }),
    read: (bytes) => parseIdx(bytes, 'it'),
  },
  {
    name: 'idx.gz',
    file: new Uint8Array(gzipSync(writeIdx({ type: 'uint8', shape: [9], data: new Uint8Array(9) }))),
    read: (bytes) => readIdx(bytes, 'it'),
  },
]

describe('mutated files', () => {
  it.each(parsers)('$name: read, or refused by name', async ({ file, read }) => {
    await fc.assert(
      fc.asyncProperty(mutated(file), async (bytes) => {
        try {
          await read(bytes)
        } catch (error) {
          expect(error).toBeInstanceOf(ShapewiseError)
          expect((error as Error).message).toMatch(/^it/)
        }
      }),
      { numRuns: 300 },
    )
  })
})
