import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ShapewiseError } from '../../src/core/errors.js'
import { type GgufDType, openGguf } from '../../src/formats/index.js'
import { mutated } from './mutations.js'

/** By scripts/fixtures/gguf.py */
const fixture: { files: Readonly<Record<string, string>>; values: Readonly<Record<string, number[]>> } = JSON.parse(
  readFileSync(new URL('../fixtures/gguf.json', import.meta.url), 'utf8'),
)
const fileOf = (name: string): Uint8Array => new Uint8Array(Buffer.from(fixture.files[name], 'base64'))

describe('GGUF', () => {
  it.each(Object.entries(fixture.values))('gives the elements that NumPy gives: %s', async (name, values) => {
    const file = await openGguf(fileOf('all'))
    expect(file.info(name).dtype).toBe(name as GgufDType)
    const { dtype, data, shape } = await file.read(name)
    expect(shape.reduce((a, b) => a * b)).toBe(values.length)
    expect([...data]).toEqual(values.map((value) => (dtype === 'float32' ? Math.fround(value) : value)))
  })

  it('gives notes of all kinds', async () => {
    const { metadata } = await openGguf(fileOf('all'))
    expect(Object.fromEntries(metadata)).toEqual({
      ...{ 'general.architecture': 'llama', 'general.name': 'ü', 'a.u8': 255, 'a.i8': -1, 'a.u16': 65535, 'a.i16': -2 },
      ...{
        'a.u32': 2 ** 32 - 1,
        'a.i32': -3,
        'a.f32': 0.5,
        'a.bool': true,
        'a.u64': 2n ** 64n - 1n,
        'a.i64': -4,
        'a.f64': 0.1,
      },
      ...{ tokens: ['a', '', 'ü'], scores: new Float32Array([0.5, -1]), kinds: new Int32Array([1, 2, 3]) },
      ...{ flags: new Uint8Array([1, 0]), nested: [new Uint8Array([1]), new Uint8Array([2, 3])] },
    })
  })

  it('gives bytes of types that it does not know the meaning of', async () => {
    const file = await openGguf(fileOf('all'))
    await expect(file.read('IQ4_NL')).rejects.toThrow("'IQ4_NL' has elements of type IQ4_NL. Convert it, or read raw")
    expect((await file.raw('IQ4_NL')).bytes).toHaveLength(18)
  })

  it('aligns as the file says, and reads headers of any length', async () => {
    const file = await openGguf(fileOf('aligned'))
    expect([...(await file.read('x')).data, ...(await file.read('y')).data]).toEqual([1, 2, 3])
    const long = new Uint8Array(24 + 8 + 1 + 4 + 8 + 300_000)
    const view = new DataView(long.buffer)
    long.set(new TextEncoder().encode('GGUF'))
    view.setUint32(4, 3, true)
    view.setUint32(16, 1, true)
    view.setUint32(24, 1, true)
    view.setUint32(33, 8, true)
    view.setUint32(37, 300_000, true)
    long.fill(97, 32, 33).fill(98, 45)
    expect((await openGguf(long)).metadata.get('a')).toBe('b'.repeat(300_000))
    view.setUint32(37, 300_001, true)
    await expect(openGguf(long)).rejects.toThrow("the file has 300045 bytes, but its note 'a' lies at 45 … 300046")
  })

  it.each([
    ['split', 'this is file 2 of 3. Join them'],
    ['first', 'version 1 is not known'],
    ['big-endian', 'the numbers in it are big-endian'],
  ])('refuses %s', async (name, message) => {
    await expect(openGguf(fileOf(name))).rejects.toThrow(message)
  })

  it.each([
    [0, 0, 'does not open like a GGUF file'],
    [12, 0xff, 'claims to have'],
    [20, 0xff, 'claims to have'],
  ])('refuses a header with byte %i = %i', async (at, byte, message) => {
    await expect(openGguf(fileOf('all').fill(byte, at, at + 1))).rejects.toThrow(message)
  })

  it('survives 2,000 damaged files', async () => {
    for (let seed = 0; seed < 2000; seed++) {
      const error = await openGguf(mutated(fileOf('all'), seed))
        .then((file) => Promise.all(file.names.map((name) => file.raw(name))))
        .catch((caught: unknown) => caught)
      if (error instanceof Error) expect(error, `seed ${seed}: ${error.stack}`).toBeInstanceOf(ShapewiseError)
    }
  })
})
