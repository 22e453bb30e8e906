import { readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import sharp from 'sharp'
import { describe, expect, expectTypeOf, it } from 'vitest'
import {
  decodeImage,
  decodeNetpbm,
  decodePng,
  encodePng,
  floats,
  imageFolder,
  type Picture,
  pictureGrid,
  readImage,
  writePng,
} from '../../src/data/index.js'
import { type Tensor, tensor, zeros } from '../../src/index.js'
import { mutated } from '../support/mutated.js'

interface Truth {
  readonly name: string
  readonly file: string
  readonly shape: readonly [number, number, number]
  readonly pixels: string
  readonly tolerance: number
  readonly options?: Parameters<typeof decodeImage>[1]
}

/** By scripts/fixtures/images.py */
const fixture: { readonly files: readonly Truth[]; readonly changes: readonly Truth[] } = JSON.parse(
  readFileSync(new URL('../fixtures/images.json', import.meta.url), 'utf8'),
)
const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, 'base64'))
const fileOf = (name: string) => bytesOf(fixture.files.find((each) => each.name === name)!.file)

function expectPixels(picture: Picture, { shape, pixels, tolerance }: Truth): void {
  expect([picture.height, picture.width, picture.channels]).toEqual(shape)
  const wanted = bytesOf(pixels)
  const worst = picture.data.reduce((most, value, i) => Math.max(most, Math.abs(value - wanted[i]!)), 0)
  expect(picture.data.length).toBe(wanted.length)
  expect(worst).toBeLessThanOrEqual(tolerance)
}

/** Where a picture is all but transparent its colours do not count, and opacity of 8 bits says little about them. */
const seen = (picture: { channels: number; data: Uint8Array }) =>
  picture.channels === 4
    ? picture.data.map((value, i) => (i % 4 === 3 ? value : Math.round((value * picture.data[i - (i % 4) + 3]!) / 255)))
    : picture.data

describe('decodeImage', () => {
  it.each(fixture.files)('reads $name as Pillow does', async (truth) => {
    expectPixels(await decodeImage(bytesOf(truth.file)), truth)
  })

  it.each(fixture.changes)('$name', async (truth) => {
    const picture = await decodeImage(bytesOf(truth.file), truth.options)
    const wanted = { channels: truth.shape[2], data: bytesOf(truth.pixels) }
    const tolerance = truth.shape[2] === 4 ? 3 : truth.tolerance
    expectPixels({ ...picture, data: seen(picture) } as Picture, {
      ...truth,
      tolerance,
      pixels: Buffer.from(seen(wanted)).toString('base64'),
    })
  })

  it('gives typed tensors from 0 to 1', async () => {
    const picture = await decodeImage(fileOf('JPEG'), { size: [4, 6], channels: 3 })
    expectTypeOf(picture.toTensor()).toEqualTypeOf<Tensor<[4, 6, 3]>>()
    expect(picture.toTensor().shape).toEqual([4, 6, 3])
    const values = await picture.toTensor().data()
    expect(values[5]).toBe(Math.fround(picture.data[5]! / 255))
    expectTypeOf((await decodeImage(fileOf('JPEG'))).toTensor()).toEqualTypeOf<Tensor<[number, number, number]>>()
    expectTypeOf(decodeImage(fileOf('JPEG'), { size: 9 })).resolves.toEqualTypeOf<Picture<9, 9, number>>()
  })

  it('says what it cannot do', async () => {
    const bytes = fileOf('PGM')
    await expect(decodeImage(new Uint8Array([1, 2, 3]), {}, 'x')).rejects.toThrow(/x: the file opens like no picture/)
    await expect(decodeImage(bytes, { size: 0 })).rejects.toThrow(/the size is 0/)
    // @ts-expect-error
    await expect(decodeImage(bytes, { channels: 2 })).rejects.toThrow(/no 2 channels/)
    // @ts-expect-error
    await expect(decodeImage(bytes, { fit: 'covr' })).rejects.toThrow(/'covr'.*'cover'/)
    // @ts-expect-error
    await expect(decodeImage(bytes, { sise: 3 })).rejects.toThrow(/no option 'sise'.*'size'/)
    // @ts-expect-error
    await expect(decodeImage('a.png')).rejects.toThrow(/readImage takes a path/)
    await expect(decodeImage(fileOf('JPEG').subarray(0, 200), {}, 'x.jpg')).rejects.toThrow(/x\.jpg: the JPEG picture/)
  })
})

describe('encodePng', () => {
  it.each([1, 2, 3, 4] as const)('writes %i channels that sharp and we read', async (channels) => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 9 }),
        fc.nat(),
        async (w, h, seed) => {
          const data = Uint8Array.from({ length: w * h * channels }, (_, i) =>
            seed % 2 ? i * 3 : (i * 7919 + seed) % 251,
          )
          const file = await encodePng({ width: w, height: h, channels, data })
          expect([...(await decodePng(file)).data]).toEqual([...data])
          // It makes colours of grey.
          const { data: read, info } = await sharp(file).raw().toBuffer({ resolveWithObject: true })
          const kept = channels === 1 ? [0] : channels === 2 ? [0, 3] : [0, 1, 2, 3].slice(0, channels)
          const same = read.filter((_, i) => kept.includes(i % info.channels))
          expect([info.width, info.height, ...same]).toEqual([w, h, ...data])
        },
      ),
      { numRuns: 25 },
    )
  })

  it('writes tensors, which are cut to their range', async () => {
    const pixels = async (...args: Parameters<typeof encodePng>) => [
      ...(await decodePng(await encodePng(...args))).data,
    ]
    expect(await pixels(tensor([[-1, 0, 0.5, 1, 7]]))).toEqual([0, 0, 128, 255, 255])
    expect(await pixels(tensor([[-1, 0, 1]]), { range: [-1, 1] })).toEqual([0, 128, 255])
    expect(await pixels(tensor([[true, false]]))).toEqual([255, 0])
    expect(await pixels(tensor([[7, 255]]).cast('uint8'))).toEqual([7, 255])
    expect(await pixels(zeros([2, 1, 3]))).toEqual([0, 0, 0, 0, 0, 0])
    await expect(encodePng(tensor([[3]]).cast('int32'))).rejects.toThrow(/of int32.*range/)
    await expect(encodePng(tensor([[Number.NaN]]))).rejects.toThrow(/value 0 of picture 0 is NaN/)
    await expect(encodePng(zeros([3]))).rejects.toThrow(/\[3\] is no picture/)
    await expect(encodePng(zeros([2, 2, 5]))).rejects.toThrow(/no picture/)
    await expect(encodePng({ width: 2, height: 2, channels: 3, data: new Uint8Array(5) })).rejects.toThrow(/5 bytes/)
    // @ts-expect-error
    await expect(encodePng(Promise.resolve())).rejects.toThrow(/a Promise.*Await/)
  })

  it('writes files, and grids', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'shapewise-images-'))
    try {
      const path = join(folder, 'new', 'grid.png')
      const grid = await pictureGrid(tensor([[[1, 0]], [[0, 1]], [[1, 1]]]), {
        columns: 2,
        gap: 1,
        zoom: 2,
        background: 9,
      })
      await writePng(path, grid)
      const read = await readImage(path)
      const [w, k, g] = [255, 0, 9]
      expect([read.height, read.width, read.channels]).toEqual([5, 9, 1])
      expect([...read.data]).toEqual(
        [
          [w, w, k, k, g, k, k, w, w],
          [w, w, k, k, g, k, k, w, w],
          [g, g, g, g, g, g, g, g, g],
          [w, w, w, w, g, g, g, g, g],
          [w, w, w, w, g, g, g, g, g],
        ].flat(),
      )
    } finally {
      await rm(folder, { recursive: true })
    }
    const mixed = await pictureGrid([zeros([1, 1, 1]), await decodeImage(fileOf('PPM'))], { gap: 0 })
    expect([mixed.height, mixed.width, mixed.channels]).toEqual([11, 26, 3])
    expect((await pictureGrid(zeros([2, 1, 1]), { background: [1, 2, 3], gap: 1 })).data).toEqual(
      new Uint8Array([0, 0, 0, 1, 2, 3, 0, 0, 0]),
    )
    expect((await pictureGrid(zeros([5, 4, 4, 2]))).channels).toBe(4)
    await expect(pictureGrid([])).rejects.toThrow(/there are no pictures/)
    await expect(pictureGrid(zeros([3]))).rejects.toThrow(/no picture/)
    await expect(pictureGrid(zeros([1, 2, 2]), { gap: -1 })).rejects.toThrow(/gap is -1/)
  })
})

it('folders of pictures of all kinds come in one size', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shapewise-images-'))
  try {
    for (const [name, kind] of [
      ['a', 'JPEG'],
      ['b', 'WebP'],
      ['a', 'PGM'],
    ] as const) {
      await mkdir(join(folder, name), { recursive: true })
      await writeFile(join(folder, name, `x.${kind === 'JPEG' ? 'JPG' : kind.toLowerCase()}`), fileOf(kind))
    }
    const { pictures, classes } = await imageFolder(folder, { size: 8, channels: 3 })
    expect(classes).toEqual(['a', 'b'])
    const [batch] = await pictures
      .map(({ data, label }) => ({ inputs: data, label }))
      .batch(4, { inputs: floats([8, 8, 3], { scale: 1 / 255 }) })
      .toArray()
    expect(batch!.inputs.shape).toEqual([3, 8, 8, 3])
    await expect(imageFolder(folder, { size: 8, decode: decodePng })).rejects.toThrow(/size and a decoder are given/)
  } finally {
    await rm(folder, { recursive: true })
  }
})

describe('mutated files', () => {
  it.each(['PBM', 'PGM', 'PPM', 'PBM as text', 'PPM as text', 'PPM of 16 bits', 'PNG of orientation 6'])(
    '%s: read, or refused by name',
    async (name) => {
      const file = fileOf(name)
      await fc.assert(
        fc.asyncProperty(mutated(file), async (bytes) => {
          try {
            if (name.startsWith('PNG')) await decodeImage(bytes, {}, 'it')
            else decodeNetpbm(bytes, 'it')
          } catch (error) {
            expect(String(error)).toMatch(/^ShapewiseError: it: /)
          }
        }),
        { numRuns: 400 },
      )
    },
  )
})
