import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type IdxType, parseIdx, readIdx, writeIdx } from '../../src/data/formats/idx.js'

/** Two pictures of 2 × 3 bytes, written by hand after the description of the format on LeCun's page. */
const pictures = new Uint8Array([
  0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 255,
])

describe('parseIdx', () => {
  it('reads bytes written after the specification', () => {
    const array = parseIdx(pictures)
    expect(array.type).toBe('uint8')
    expect(array.shape).toEqual([2, 2, 3])
    expect([...array.data]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 255])
  })

  it('reads the other element types, most significant byte first', () => {
    const vector = (code: number, ...bytes: number[]) => parseIdx(new Uint8Array([0, 0, code, 1, 0, 0, 0, 2, ...bytes]))
    expect([...vector(0x09, 0x7f, 0x80).data]).toEqual([127, -128])
    expect([...vector(0x0b, 0x01, 0x02, 0xff, 0xfe).data]).toEqual([258, -2])
    expect([...vector(0x0c, 0, 1, 0, 0, 0xff, 0xff, 0xff, 0xff).data]).toEqual([65536, -1])
    expect([...vector(0x0d, 0x3f, 0xc0, 0, 0, 0xc0, 0x20, 0, 0).data]).toEqual([1.5, -2.5])
    const doubles = vector(0x0e, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0, 0xc0, 0x04, 0, 0, 0, 0, 0, 0)
    expect([...doubles.data]).toEqual([1.5, -2.5])
  })

  it('reads a file that lies inside a larger buffer', () => {
    const padded = new Uint8Array(pictures.length + 3)
    padded.set(pictures, 3)
    expect(parseIdx(padded.subarray(3)).data).toEqual(parseIdx(pictures).data)
  })

  it('names the file, the cause and the cure for every kind of damage', () => {
    const changed = (at: number, value: number) => pictures.with(at, value)
    const parse = (bytes: Uint8Array) => () => parseIdx(bytes, 'digits.idx')
    expect(parse(new Uint8Array([]))).toThrow(/digits\.idx: the file ends after 0 bytes.*Fetch the file again/)
    expect(parse(changed(0, 7))).toThrow(/digits\.idx: the file opens with bytes 07 00 08 03/)
    expect(parse(changed(2, 0x0a))).toThrow(/digits\.idx: unknown element type 0a.*08 \(uint8\)/)
    expect(parse(pictures.subarray(0, 10))).toThrow(/digits\.idx: the file ends after 10 bytes.*3 dimensions/)
    expect(parse(pictures.subarray(0, 27))).toThrow(/truncated.*uint8 \[2, 2, 3\], which makes 28 bytes.*there are 27/)
    expect(parse(new Uint8Array([...pictures, 0]))).toThrow(/trailing bytes.*28 bytes.*there are 29/)
    expect(parse(changed(4, 0xff))).toThrow(/truncated/)
    expect(parse(gzipSync(pictures))).toThrow(/gzip-compressed: read it with readIdx/)
  })

  it('never takes a part of a file for the whole', () => {
    for (let length = 0; length < pictures.length; length++) {
      expect(() => parseIdx(pictures.subarray(0, length), 'part')).toThrow(/^part: /)
    }
  })
})

describe('readIdx', () => {
  it('reads plain and compressed files', async () => {
    expect((await readIdx(pictures)).shape).toEqual([2, 2, 3])
    expect((await readIdx(gzipSync(pictures))).data).toEqual(parseIdx(pictures).data)
  })

  it('notices damage anywhere in a compressed file', async () => {
    const bytes = new Uint8Array(gzipSync(pictures))
    for (const cut of [3, 12, bytes.length - 9, bytes.length - 1]) {
      await expect(readIdx(bytes.subarray(0, cut), 'digits.gz')).rejects.toThrow(
        /^digits\.gz: the gzip data is truncated/,
      )
    }
    // The checksum of the content is in the first half of the last eight bytes.
    const at = bytes.length - 8
    await expect(readIdx(bytes.with(at, bytes[at]! ^ 1), 'digits.gz')).rejects.toThrow(/^digits\.gz: .*damaged/)
  })
})

describe('writeIdx', () => {
  it('writes the bytes of the specification', () => {
    expect(writeIdx({ type: 'uint8', shape: [2, 2, 3], data: pictures.slice(16) })).toEqual(pictures)
    const numbers = writeIdx({ type: 'int32', shape: [1], data: new Int32Array([-2]) })
    expect([...numbers]).toEqual([0, 0, 0x0c, 1, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xfe])
  })

  it('is undone by parseIdx for every element type and shape', () => {
    const arrays = {
      uint8: Uint8Array,
      int8: Int8Array,
      int16: Int16Array,
      int32: Int32Array,
      float32: Float32Array,
      float64: Float64Array,
    }
    fc.assert(
      fc.property(
        fc.constantFrom(...(Object.keys(arrays) as IdxType[])),
        fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }),
        fc.infiniteStream(fc.double({ noNaN: true })),
        (type, shape, numbers) => {
          const length = shape.reduce((product, size) => product * size, 1)
          const data = arrays[type].from(Array.from({ length }, () => numbers.next().value))
          expect(parseIdx(writeIdx({ type, shape, data }))).toEqual({ type, shape, data })
        },
      ),
    )
  })

  it('refuses a shape that does not fit', () => {
    expect(() => writeIdx({ type: 'uint8', shape: [3], data: new Uint8Array(2) })).toThrow(
      /3 elements, but 2 are given/,
    )
    expect(() => writeIdx({ type: 'uint8', shape: [0.5], data: new Uint8Array(2) })).toThrow(/cannot hold the shape/)
  })
})

const root = process.env.SHAPEWISE_DATA

describe.runIf(root !== undefined)('the files of MNIST (only where SHAPEWISE_DATA names their folder)', () => {
  it('have the published sizes and first labels', async () => {
    const read = async (name: string) => readIdx(await readFile(join(root!, 'mnist', `${name}.gz`)), name)
    const images = await read('t10k-images-idx3-ubyte')
    const labels = await read('t10k-labels-idx1-ubyte')
    expect(images.shape).toEqual([10000, 28, 28])
    expect(labels.shape).toEqual([10000])
    expect([...labels.data.subarray(0, 10)]).toEqual([7, 2, 1, 0, 4, 1, 4, 9, 5, 9])
  })
})
