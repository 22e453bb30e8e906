import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { openZip, parseNpy, readNpz, writeNpy, writeNpz, writeZip } from '../../../src/data/index.js'
import { joined } from '../../../src/formats/bytes/source.js'
import {
  encodeSafetensors,
  encodeTensorBoard,
  fromKeras,
  fromOnnx,
  fromTensorFlowJs,
  type OnnxPort,
  openGguf,
  openKeras,
  openPyTorch,
  openSafetensors,
  readTensorBoard,
  type TensorFile,
  toOnnx,
} from '../../../src/formats/index.js'
import { encodeRecord, readRecords } from '../../../src/formats/tensorboard/records.js'
import { readTensorFlowFiles } from '../../../src/formats/tensorflow/files.js'
import { type Tensor, tensor, zeros } from '../../../src/index.js'
import { mutated } from '../mutations.js'

/** A reader of files, whole files for it, and what is done to them. */
export interface Parser {
  readonly files: readonly Uint8Array[]
  /** Reads everything that is in a file. */
  read(bytes: Uint8Array): Promise<unknown>
  /** What takes so long that it is done with every hundredth file only. */
  more?(bytes: Uint8Array): Promise<unknown>
  /** A file large enough that what is read of it can be told from what the engine takes, and that one has not yet. */
  large?(): Promise<Uint8Array>
  /** Another way to damage a file than to change its bytes: behind a checksum, or in an archive. */
  readonly damage?: (bytes: Uint8Array, seed: number) => Promise<Uint8Array>
}

function textOf(fixture: string): string {
  const root = process.env.SHAPEWISE_FIXTURES ?? fileURLToPath(new URL('../../fixtures', import.meta.url))
  return readFileSync(`${root}/${fixture}.json`, 'utf8')
}

/** The texts of a fixture that are files in base64. */
function filesOf(fixture: string, pick: (fixture: never) => readonly string[]): readonly Uint8Array[] {
  return pick(JSON.parse(textOf(fixture)) as never).map((each) => new Uint8Array(Buffer.from(each, 'base64')))
}

async function everything(file: TensorFile): Promise<void> {
  for (const name of file.names) await file.raw(name)
  await file.close()
}

/** A zip archive with one of its files damaged, and its checksums right. */
async function damagedInside(bytes: Uint8Array, seed: number): Promise<Uint8Array> {
  const zip = openZip(bytes)
  const files = await Promise.all(zip.names.map(async (name) => [name, await zip.read(name)] as const))
  return writeZip(
    files.map(([name, each], i) => [name, i === seed % files.length ? mutated(each, seed) : each] as const),
  )
}

/** The files of each model of TensorFlow.js, as an archive. */
function archivesOf(fixture: string): readonly Uint8Array[] {
  const { cases } = JSON.parse(textOf(fixture)) as { cases: Record<string, { files: Record<string, string> }> }
  return Object.values(cases).map(({ files }) =>
    writeZip(Object.entries(files).map(([name, text]) => [name, new Uint8Array(Buffer.from(text, 'base64'))] as const)),
  )
}

async function unzipped(bytes: Uint8Array): Promise<Readonly<Record<string, Uint8Array>>> {
  const zip = openZip(bytes)
  return Object.fromEntries(await Promise.all(zip.names.map(async (name) => [name, await zip.read(name)] as const)))
}

/** So many numbers are 16 MB. */
const MANY = 4 << 20

const numbers = (): Float32Array => Float32Array.from({ length: MANY }, (_, i) => Math.sin(i))

/** An archive with something large beside what it needs. */
async function withMore(bytes: Uint8Array, path: string): Promise<Uint8Array> {
  return writeZip([...Object.entries(await unzipped(bytes)), [path, new Uint8Array(numbers().buffer)]])
}

async function largeH5(): Promise<Uint8Array> {
  const { ready, File } = await import('h5wasm')
  const { FS } = await ready
  const file = new File('/large.h5', 'w')
  file.create_dataset({ name: 'kernel', data: numbers(), shape: [MANY] })
  file.close()
  const bytes = FS.readFile('/large.h5')
  FS.unlink('/large.h5')
  return bytes
}

export const parsers: Readonly<Record<string, Parser>> = {
  safetensors: {
    files: filesOf('safetensors', ({ files }: { files: Record<string, string> }) => Object.values(files)),
    read: async (bytes) => everything(await openSafetensors(bytes)),
    large: async () => encodeSafetensors({ weight: { dtype: 'float32', shape: [MANY], data: numbers() } }),
  },
  pytorch: {
    files: [
      ...filesOf('pytorch', ({ files }: { files: Record<string, string> }) =>
        ['zip', 'legacy', 'checkpoint', 'optimizer', 'evil'].map((name) => files[name]),
      ),
      ...filesOf('zip64', ({ pytorch }: { pytorch: string }) => [pytorch]),
    ],
    read: async (bytes) => everything(await openPyTorch(bytes)),
    large: () =>
      withMore(filesOf('pytorch', ({ files }: { files: Record<string, string> }) => [files.zip])[0], 'archive/more'),
    damage: async (bytes, seed) => (bytes[0] === 0x50 ? damagedInside(bytes, seed) : mutated(bytes, seed)),
  },
  gguf: {
    files: filesOf('gguf', ({ files }: { files: Record<string, string> }) => Object.values(files)),
    read: async (bytes) => everything(await openGguf(bytes)),
    more: async (bytes) => (await openGguf(bytes)).state(),
  },
  tensorboard: {
    files: filesOf('tensorboard', (all: Record<string, string>) => ['one', 'two', 'hparams'].map((name) => all[name])),
    read: (bytes) => readTensorBoard(bytes, { partial: true }),
    large: async () => {
      const [limits, counts] = [0, 1].map((first) => Array.from({ length: 64 }, (_, i) => first + i))
      const summary = {
        kind: 'histogram',
        minimum: 0,
        maximum: 63,
        count: 64,
        sum: 2016,
        sumOfSquares: 85_344,
      } as const
      const summaries = [{ tag: 'x', summary: { ...summary, limits, counts } }]
      return encodeTensorBoard(Array.from({ length: 14_000 }, (_, step) => ({ time: 0, step, summaries })))
    },
    damage: async (bytes, seed) =>
      joined([...readRecords(bytes, 'x', false)].map((record, i) => encodeRecord(mutated(record, seed + 7 * i)))),
  },
  keras: {
    files: filesOf('keras', ({ cases }: { cases: Record<string, { file: string }> }) =>
      Object.values(cases).map(({ file }) => file),
    ),
    read: async (bytes) => everything(await openKeras(bytes)),
    large: largeH5,
    more: (bytes) => fromKeras(bytes),
    damage: async (bytes, seed) => (bytes[0] === 0x50 ? damagedInside(bytes, seed) : mutated(bytes, seed)),
  },
  onnx: {
    files: filesOf('onnx-nodes', ({ cases }: { cases: { model: string }[] }) => cases.map(({ model }) => model)),
    read: (bytes) => fromOnnx(bytes),
    large: () => {
      const weight = tensor(numbers(), [2048, 2048])
      return toOnnx((x: Tensor) => x.matmul(weight) as Tensor, [zeros([1, 2048])])
    },
    more: async (bytes) => {
      const model = await fromOnnx(bytes)
      const sizes = (shape: OnnxPort['shape'] = []): number[] =>
        shape.map((n) => (typeof n === 'number' && n < 100 ? n : 1))
      return model.forward(...model.inputs.map(({ shape, dtype }) => zeros(sizes(shape), dtype)))
    },
  },
  'tensorflow.js': {
    files: archivesOf('tensorflowjs'),
    read: async (bytes) => readTensorFlowFiles(await unzipped(bytes)),
    more: async (bytes) => fromTensorFlowJs(await unzipped(bytes)),
    damage: damagedInside,
  },
  npy: {
    files: filesOf('formats', ({ npy }: { npy: { bytes: string }[] }) => npy.map(({ bytes }) => bytes)),
    read: async (bytes) => parseNpy(bytes),
    large: async () => writeNpy({ shape: [MANY], data: numbers() }),
  },
  npz: {
    files: filesOf('formats', ({ npz }: { npz: Record<string, string> }) => Object.values(npz)),
    read: (bytes) => readNpz(bytes),
    large: async () => writeNpz({ numbers: { shape: [MANY], data: numbers() } }),
    damage: damagedInside,
  },
}
