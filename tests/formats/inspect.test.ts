import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { ShapewiseError } from '../../src/core/errors.js'
import { writeIdx, writeNpy, writeNpz, writeZip } from '../../src/data/index.js'
import { encodeSafetensors, inspectFile, writeCheckpoint, writeSafetensors } from '../../src/formats/index.js'
import { linear } from '../../src/nn/index.js'
import { mutated } from './mutations.js'

const fixture = (name: string) => JSON.parse(readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url), 'utf8'))
const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'))
const textBytes = (text: string): Uint8Array => new TextEncoder().encode(text)

const folder = mkdtempSync(join(tmpdir(), 'shapewise-inspect-'))
afterAll(() => rmSync(folder, { recursive: true }))

const pytorch = fixture('pytorch').files
const keras = fixture('keras')
const formats = fixture('formats')
const array = { shape: [2, 3], data: new Float32Array(6) }
const jpeg = new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xc0, 0, 17, 8, 0, 20, 0, 30, 3, 0, 0, 0, 0, 0])

/** Files that others have written, and what is in them. */
const files: readonly (readonly [string, Uint8Array, object])[] = [
  ['safetensors', bytesOf(fixture('safetensors').files.all), { format: 'safetensors', details: { format: 'pt' } }],
  ['pytorch', bytesOf(pytorch.checkpoint), { format: 'pytorch', details: { epoch: 7, best: 0.5 } }],
  ['pytorch, old', bytesOf(pytorch.legacy), { format: 'pytorch' }],
  [
    'gguf',
    bytesOf(fixture('gguf').files.all),
    { format: 'gguf', details: { 'general.architecture': 'llama', tokens: '3 values' } },
  ],
  [
    'keras 3',
    bytesOf(keras.cases.pictures.file),
    { format: 'keras', details: { class: 'Sequential', layers: expect.stringContaining('8: InputLayer, Conv2D') } },
  ],
  ['keras 2', bytesOf(keras.cases['keras 2'].file), { format: 'keras', details: { class: 'Functional' } }],
  ['hdf5', bytesOf(keras.files.weights), { format: 'hdf5', tensors: [{ name: 'layers/dense/vars/0', shape: [2, 3] }] }],
  [
    'tensorboard',
    bytesOf(fixture('tensorboard').one),
    { format: 'tensorboard', details: { events: 2, steps: '0 … 7', loss: '1 × scalar' } },
  ],
  [
    'tensorflow.js',
    bytesOf(fixture('tensorflowjs').cases['graph: pictures'].files['model.json']),
    { format: 'tensorflow.js' },
  ],
  ['npy', bytesOf(formats.npy[1].bytes), { format: 'npy', tensors: [{ dtype: 'float64', shape: [] }] }],
  [
    'npz',
    bytesOf(formats.npz.compressed),
    { format: 'npz', tensors: [{ name: 'weights', shape: [2, 3] }, { name: 'labels' }] },
  ],
  ['wav', bytesOf(formats.wav[0].bytes), { format: 'wav', details: { 'samples per second': 8000, channels: 1 } }],
  ['png', bytesOf(fixture('tensorboard').png), { format: 'png', details: { width: 2, height: 1 } }],
  ['jpeg', jpeg, { format: 'jpeg', details: { width: 30, height: 20 } }],
  ['zip', writeZip([['a.txt', new Uint8Array(3)]]), { format: 'zip', details: { files: 1, first: 'a.txt' } }],
  [
    'idx',
    writeIdx({ type: 'uint8', shape: [2, 2], data: new Uint8Array(4) }),
    { format: 'idx', tensors: [{ shape: [2, 2] }] },
  ],
  ['gzip', new Uint8Array(gzipSync(writeNpy(array))), { format: 'npy', title: 'array of NumPy, compressed by gzip' }],
  ['csv', textBytes('a;b\n1;2\n3;4\n'), { format: 'csv', details: { rows: 2, columns: 'a, b' } }],
  [
    'index',
    textBytes('{"weight_map": {"x": "a.safetensors"}}'),
    { format: 'safetensors index', details: { tensors: 1 } },
  ],
  ['json', textBytes('[1, 2]'), { format: 'json', details: { elements: 2 } }],
  ['text', textBytes('Once, upon a time\nthere was\n'), { format: 'text', details: { lines: 3 } }],
  ['nothing', new Uint8Array(0), { format: 'unknown', title: 'an empty file' }],
  ['noise', Uint8Array.from({ length: 99 }, (_, i) => (i * 97 + 200) % 256), { format: 'unknown' }],
]

describe('files are known by their content', () => {
  it.each(files)('%s', async (_, bytes, wanted) => {
    expect(await inspectFile(bytes)).toMatchObject(wanted)
  })

  it('checkpoints, and pages to read', async () => {
    const path = join(folder, 'last')
    await writeCheckpoint(path, { tensors: await linear(3, 2).state(), json: { epoch: 3 } })
    const contents = await inspectFile(path)
    expect(contents.format).toBe('checkpoint')
    expect(contents.elementCount).toBe(8)
    expect(String(contents)).toBe(
      [
        `${path}: checkpoint of Shapewise, ${contents.size} bytes`,
        '  shapewise  {"epoch":3}',
        '  2 tensors with 8 elements',
        '    weight  F32  [3, 2]',
        '    bias    F32  [2]',
      ].join('\n'),
    )
  })

  it('of large ones only the header is read', async () => {
    const path = join(folder, 'large')
    await writeSafetensors(path, { x: { dtype: 'uint8', shape: [3e7], data: new Uint8Array(3e7) } })
    const before = process.memoryUsage().arrayBuffers
    expect(String(await inspectFile(path))).toContain('30 MB')
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1e6)
  })

  it('arrays in archives are listed as they are', async () => {
    const { tensors } = await inspectFile(writeNpz({ x: array, y: { shape: [1], data: new Int32Array(1) } }))
    expect(tensors).toEqual([
      { name: 'x', dtype: 'float32', shape: [2, 3] },
      { name: 'y', dtype: 'int32', shape: [1] },
    ])
  })

  it.each(files.filter(([, { length }]) => length > 0))(
    'damaged ones are refused or something else: 60 of each (%s)',
    async (_, bytes) => {
      for (let seed = 0; seed < 60; seed++) {
        const error = await inspectFile(mutated(bytes, seed)).catch((caught: unknown) => caught)
        if (error instanceof Error) expect(error, `seed ${seed}: ${error.stack}`).toBeInstanceOf(ShapewiseError)
      }
    },
  )

  it('bombs are not unpacked', async () => {
    const bomb = new Uint8Array(gzipSync(new Uint8Array(8e7)))
    expect(await inspectFile(bomb)).toMatchObject({
      format: 'gzip',
      details: { problem: expect.stringMatching(/more than the \d+ bytes/) },
    })
    expect((await inspectFile(bomb.slice(0, 99))).format).toBe('gzip')
  })

  it('what is no file is refused', async () => {
    await expect(inspectFile(join(folder, 'missing'))).rejects.toThrow('cannot be read (ENOENT)')
    const cut = encodeSafetensors({ x: { dtype: 'uint8', shape: [9], data: new Uint8Array(9) } }).slice(0, -1)
    await expect(inspectFile(cut, 'cut.safetensors')).rejects.toThrow('cut.safetensors: the tensors end at')
  })
})
