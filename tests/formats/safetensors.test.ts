import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { ShapewiseError } from '../../src/core/errors.js'
import { encodeSafetensors, openSafetensors, readSafetensors, writeSafetensors } from '../../src/formats/index.js'
import { tensor } from '../../src/index.js'
import { linear, Module, type State } from '../../src/nn/index.js'
import { Buffer as ModuleBuffer, Parameter } from '../../src/tensor/variable.js'
import { mutated } from './mutations.js'

interface Fixture {
  readonly files: Readonly<Record<string, string>>
  readonly values: Readonly<Record<string, { shape: number[]; values: (number | string)[] }>>
  readonly sums: Readonly<Record<'F16' | 'BF16', number[]>>
}

/** By scripts/fixtures/safetensors.py */
const fixture: Fixture = JSON.parse(readFileSync(new URL('../fixtures/safetensors.json', import.meta.url), 'utf8'))
const fileOf = (name: string): Uint8Array => new Uint8Array(Buffer.from(fixture.files[name], 'base64'))

const folder = mkdtempSync(join(tmpdir(), 'shapewise-formats-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** A file with this header. */
function withHeader(header: unknown, data = 0): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header))
  const bytes = new Uint8Array(8 + text.length + data)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true)
  bytes.set(text, 8)
  return bytes
}

const dtypes: Readonly<Record<string, string>> = {
  half: 'float16',
  brain: 'bfloat16',
  single: 'float32',
  double: 'float64',
  long: 'int32',
  int: 'int32',
  short: 'int32',
  byte: 'int32',
  unsigned: 'uint8',
  flag: 'bool',
}

describe('reading safetensors', () => {
  it.each(['all', 'unaligned'])('gives the values of PyTorch (%s)', async (file) => {
    const state = await readSafetensors(fileOf(file))
    expect(Object.keys(state).sort()).toEqual(Object.keys(fixture.values).sort())
    for (const [name, { shape, values }] of Object.entries(fixture.values)) {
      expect(state[name].shape, name).toEqual(shape)
      expect(state[name].dtype, name).toBe(dtypes[name] ?? 'float32')
      expect([...state[name].data], name).toEqual(values.map(Number))
    }
  })

  it('gives each of the 65,536 16-bit floats exactly', async () => {
    const patterns = Uint16Array.from({ length: 65536 }, (_, i) => i)
    const bytes = new Uint8Array(patterns.buffer)
    for (const dtype of ['F16', 'BF16'] as const) {
      const file = encodeSafetensors({ x: { dtype, shape: [65536], bytes } })
      const { x } = await readSafetensors(file)
      const plain = x.data.map((v) => (Number.isNaN(v) ? 1 : v === Infinity ? 2 : v === -Infinity ? 3 : v))
      const bits = new Uint32Array(plain.buffer)
      const sums = fixture.sums[dtype].map((_, i) => bits.subarray(i * 4096, (i + 1) * 4096).reduce((a, b) => a + b, 0))
      expect(sums).toEqual(fixture.sums[dtype])
      // And back, but for the payloads of NaN.
      const again = await (await openSafetensors(encodeSafetensors({ x }))).raw('x')
      const written = new Uint16Array(again.bytes.slice().buffer)
      const wrong = patterns.filter((pattern, i) => written[i] !== pattern && !Number.isNaN(x.data[i]))
      expect([...wrong]).toEqual([])
    }
  })

  it('gives metadata, sizes and bytes without the elements', async () => {
    const file = await openSafetensors(fileOf('all'))
    expect(file.metadata).toEqual({ format: 'pt', note: 'ü "data_offsets":[' })
    expect(file.info('long')).toEqual({ dtype: 'I64', shape: [2, 3], bytes: 48 })
    expect(file.names).toHaveLength(13)
    expect(file.has('ü."quoted"')).toBe(true)
    expect(() => file.info('hafl')).toThrow("there is no tensor 'hafl'. Did you mean 'half'?")
    expect((await openSafetensors(fileOf('none'))).names).toEqual([])
  })

  it('gives bytes of what no dtype holds, and says so', async () => {
    const large = await openSafetensors(fileOf('large'), 'large.safetensors')
    await expect(large.read('x')).rejects.toThrow(
      "large.safetensors: 'x' has I64 elements that int32 does not hold. Read it with raw('x').",
    )
    expect([...(await large.read('u')).data]).toEqual([2 ** 32 - 1])
    await expect(large.read('v')).rejects.toThrow('U64 elements that uint32 does not hold')
    expect([...new BigInt64Array((await large.raw('x')).bytes.slice().buffer)]).toEqual([2n ** 31n, 1n])
    const eight = await openSafetensors(fileOf('eight'))
    await expect(eight.read('x')).rejects.toThrow('elements of type F8_E4M3, and there are no tensors of it')
    expect([...(await eight.raw('x')).bytes]).toEqual([1, 2, 3])
    expect((await eight.raw('four')).bytes).toHaveLength(3)
  })

  const entry = (shape: unknown, offsets: unknown, dtype = 'F32') => ({ dtype, shape, data_offsets: offsets })
  it.each<[string, Uint8Array, RegExp]>([
    ['an empty file', new Uint8Array(0), /0 bytes, too few/],
    ['a header that is longer than the file', withHeader({}).fill(9, 0, 1), /the header should have 9 bytes/],
    ['an absurd header', withHeader({}).fill(255, 0, 8), /the header should have 18446744073709552000/],
    ['no JSON', withHeader('{"a":'), /the header is no JSON/],
    ['a list', withHeader('[]'), /no JSON object/],
    ['a space before the header', withHeader(' {}'), /no JSON object/],
    ['no UTF-8', withHeader({ x: 1 }).fill(0xff, 10, 11), /not UTF-8/],
    ['an unknown type', withHeader({ x: entry([1], [0, 4], 'F128') }, 4), /elements of type F128/],
    ['a type of Object.prototype', withHeader({ x: entry([1], [0, 4], 'toString') }, 4), /elements of type toString/],
    ['a negative size', withHeader({ x: entry([-1], [0, 4]) }, 4), /shape of 'x' is no list of sizes/],
    ['a broken size', withHeader({ x: entry([0.5], [0, 2]) }, 2), /no list of sizes/],
    ['an absurd shape', withHeader({ x: entry([1e9, 1e9, 1e9], [0, 4]) }, 4), /4e\+27 bytes, but has 4/],
    ['a shape that lies', withHeader({ x: entry([2], [0, 4]) }, 4), /F32\[2\], 8 bytes, but has 4/],
    ['a place behind the end', withHeader({ x: entry([1], [0, 4]) }), /the tensors end at/],
    ['a place that ends before it begins', withHeader({ x: entry([1], [4, 0]) }, 4), /but has -4/],
    ['no place', withHeader({ x: { dtype: 'F32', shape: [1] } }, 4), /does not say where/],
    ['a gap', withHeader({ x: entry([1], [4, 8]) }, 8), /begins at/],
    ['an overlap', withHeader({ x: entry([2], [0, 8]), y: entry([1], [4, 8]) }, 8), /'y' begins at/],
    ['bytes behind the end', withHeader({ x: entry([1], [0, 4]) }, 8), /the tensors end at/],
    ['metadata that are no text', withHeader({ __metadata__: { a: 1 } }), /metadata 'a' is no text/],
    ['half a byte', withHeader({ x: entry([1], [0, 1], 'F4') }, 1), /NaN bytes, but has 1/],
    [
      'a name that stands twice',
      withHeader(`{"x":${JSON.stringify(entry([1], [0, 4]))},"x":${JSON.stringify(entry([1], [0, 4], 'I32'))}}`, 4),
      /two tensors of the same name/,
    ],
  ])('refuses %s', async (_, bytes, message) => {
    const error = await openSafetensors(bytes, 'x.safetensors').catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(ShapewiseError)
    expect(String(error)).toMatch(/x\.safetensors: /)
    expect(String(error)).toMatch(message)
  })

  it('is safe from names of prototypes', async () => {
    const file = withHeader(`{"__proto__":${JSON.stringify(entry([1], [0, 4]))}}`, 4)
    const state = await readSafetensors(file)
    expect(Object.keys(state)).toEqual(['__proto__'])
    expect(Object.getPrototypeOf(state)).toBe(Object.prototype)
  })

  it('survives 3,000 damaged files', async () => {
    let refused = 0
    for (let seed = 0; seed < 3000; seed++) {
      const error = await readSafetensors(mutated(fileOf('all'), seed)).catch((caught: unknown) => caught)
      if (error instanceof Error) {
        expect(error, `seed ${seed}: ${error.stack}`).toBeInstanceOf(ShapewiseError)
        refused++
      }
    }
    expect(refused).toBeGreaterThan(1000)
  })
})

class Mixed extends Module {
  readonly layer = linear(3, 2)
  readonly half = new Parameter(tensor([1 / 3, -0], [2], 'float16'))
  readonly brain = new ModuleBuffer(tensor([1 / 3, 1e30], [2], 'bfloat16'))
  readonly steps = new ModuleBuffer(tensor(7, [], 'int32'))
}

describe('writing safetensors', () => {
  it('gives back the state of a module, bit by bit', async () => {
    const model = new Mixed()
    const state = await model.state()
    const path = join(folder, 'deep/er/model.safetensors')
    await writeSafetensors(path, state, { metadata: { step: '7' } })
    expect(readdirSync(join(folder, 'deep/er'))).toEqual(['model.safetensors'])
    const again = await readSafetensors(path)
    expect(again).toEqual(state)
    const other = new Mixed()
    other.loadState(again)
    expect(await other.state()).toEqual(state)
    expect(new Uint8Array(readFileSync(path))).toEqual(encodeSafetensors(state, { metadata: { step: '7' } }))
  })

  it('writes what the layout says', () => {
    const bytes = encodeSafetensors({
      small: { dtype: 'uint8', shape: [3], data: new Uint8Array([1, 2, 3]) },
      wide: { dtype: 'float64', shape: [1], data: new Float64Array([0.5]) },
      half: { dtype: 'float16', shape: [1], data: new Float32Array([1.5]) },
    })
    const view = new DataView(bytes.buffer)
    const length = Number(view.getBigUint64(0, true))
    expect(length % 8).toBe(0)
    expect(JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)))).toEqual({
      wide: { dtype: 'F64', shape: [1], data_offsets: [0, 8] },
      half: { dtype: 'F16', shape: [1], data_offsets: [8, 10] },
      small: { dtype: 'U8', shape: [3], data_offsets: [10, 13] },
    })
    expect(view.getFloat64(8 + length, true)).toBe(0.5)
    expect(view.getUint16(16 + length, true)).toBe(0x3e00)
    expect([...bytes.subarray(18 + length)]).toEqual([1, 2, 3])
  })

  it('reads again all that PyTorch wrote and it writes', async () => {
    const file = await openSafetensors(fileOf('all'))
    const raw = Object.fromEntries(await Promise.all(file.names.map(async (name) => [name, await file.raw(name)])))
    expect(await readSafetensors(encodeSafetensors(raw))).toEqual(await file.state())
  })

  it('refuses what does not fit', async () => {
    const value = { dtype: 'int32', shape: [1], data: new Int32Array(1) } as const
    expect(() => encodeSafetensors({ x: { ...value, shape: [2] } })).toThrow("'x' is I32[2], but has 1 elements")
    expect(() => encodeSafetensors({ x: { ...value, data: new Float32Array([0.5]) } })).toThrow('0.5 is not a int32')
    expect(() => encodeSafetensors({ __metadata__: value })).toThrow("a tensor is called '__metadata__'")
    expect(() => encodeSafetensors({ x: { dtype: 'I64', shape: [1], bytes: new Uint8Array(4) } })).toThrow(
      'has 4 bytes',
    )
    // @ts-expect-error
    expect(() => encodeSafetensors({ x: { ...value, dtype: 'int8' } })).toThrow("'x' has elements of type int8")
    // @ts-expect-error
    expect(() => encodeSafetensors({}, { metadata: { a: 1 } })).toThrow("the metadata 'a' is no text")
    // @ts-expect-error
    expect(() => encodeSafetensors({}, { metdata: {} })).toThrow("Did you mean 'metadata'?")
    const path = join(folder, 'broken/x.safetensors')
    const broken = writeSafetensors(path, { x: { ...value, data: new Float32Array([0.5]) } })
    await expect(broken).rejects.toThrow('not a int32')
    expect(readdirSync(join(folder, 'broken'))).toEqual([])
    writeFileSync(join(folder, 'file'), '')
    await expect(writeSafetensors(join(folder, 'file/x'), {})).rejects.toThrow(/x: the file cannot be written \(E/)
  })
})

const five: State = Object.fromEntries(
  Array.from({ length: 5 }, (_, i) => [
    `layer${i}`,
    { dtype: 'float32', shape: [10], data: new Float32Array(10).fill(i) },
  ]),
)

describe('sets of files', () => {
  it('are written and opened by their index', async () => {
    const path = join(folder, 'set/model.safetensors')
    await writeSafetensors(path, five, { shardBytes: 100, metadata: { format: 'pt' } })
    expect(readdirSync(join(folder, 'set')).sort()).toEqual([
      'model-00001-of-00003.safetensors',
      'model-00002-of-00003.safetensors',
      'model-00003-of-00003.safetensors',
      'model.safetensors.index.json',
    ])
    const file = await openSafetensors(`${path}.index.json`)
    expect(file.metadata).toEqual({ format: 'pt', total_size: '200' })
    expect(await file.state()).toEqual(five)
    await file.close()
    rmSync(join(folder, 'set/model-00002-of-00003.safetensors'))
    await expect(openSafetensors(`${path}.index.json`)).rejects.toThrow(/00002-of-00003.*cannot be read \(ENOENT\)/)
  })

  it.each(['../secret', '/etc/passwd', 'a\\b', 'C:x', '..', '', 7])(
    'do not reach outside of their folder: %s',
    async (file) => {
      const path = join(folder, 'index.json')
      writeFileSync(path, JSON.stringify({ weight_map: { x: file } }))
      await expect(openSafetensors(path)).rejects.toThrow('no plain name')
    },
  )
})

describe('parts of files', () => {
  it('are all that is read of a file on the disk', async () => {
    const path = join(folder, 'parts.safetensors')
    await writeSafetensors(path, { ...five, big: { dtype: 'uint8', shape: [1e7], data: new Uint8Array(1e7) } })
    const before = process.memoryUsage().arrayBuffers
    const file = await openSafetensors(path)
    expect([...(await file.read('layer3')).data]).toEqual(new Array(10).fill(3))
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1e6)
    await file.close()
    await expect(file.read('layer3')).rejects.toThrow('cannot be read')
    await expect(openSafetensors(join(folder, 'nothing'))).rejects.toThrow(/cannot be read \(ENOENT\)/)
    await expect(openSafetensors(folder)).rejects.toThrow('this is a folder')
  })

  it('are asked for from a server', async () => {
    const bytes = encodeSafetensors({ ...five, big: { dtype: 'uint8', shape: [1e6], data: new Uint8Array(1e6) } })
    const asked: string[] = []
    let knowsRanges = true
    const server = createServer(({ headers: { range } }, answer) => {
      asked.push(range ?? 'all')
      const [from, to] = (/bytes=(\d+)-(\d+)/.exec(range ?? '')?.slice(1) ?? []).map(Number)
      if (!knowsRanges || range === undefined) return answer.end(bytes)
      const end = Math.min(to, bytes.length - 1)
      answer.writeHead(206, { 'content-range': `bytes ${from}-${end}/${bytes.length}` })
      return answer.end(bytes.subarray(from, end + 1))
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/model.safetensors`
    try {
      const file = await openSafetensors(address)
      expect([...(await file.read('layer4')).data]).toEqual(new Array(10).fill(4))
      expect(asked[0]).toBe('bytes=0-65535')
      expect(asked).toHaveLength(1)
      expect((await file.read('big')).data).toHaveLength(1e6)
      expect(asked).toHaveLength(2)
      knowsRanges = false
      expect(Object.keys(await readSafetensors(address))).toHaveLength(6)
      expect(asked).toHaveLength(3)
      await expect(file.read('big')).rejects.toThrow('the file changed while it was read')
    } finally {
      server.close()
    }
    await expect(openSafetensors(address)).rejects.toThrow('cannot be fetched')
  })

  it('come from blobs, too', async () => {
    expect(await readSafetensors(new Blob([encodeSafetensors(five) as Uint8Array<ArrayBuffer>]))).toEqual(five)
    // @ts-expect-error
    await expect(readSafetensors(7)).rejects.toThrow('the file is a number (7)')
  })
})
