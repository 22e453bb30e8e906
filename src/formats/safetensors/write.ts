import { fail } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import type { StoredValue } from '../../nn/state.js'
import { joined } from '../bytes/source.js'
import { writeParts } from '../bytes/write.js'
import type { RawTensor } from '../tensor-file.js'
import { bytesFor, bytesOf, layoutOf, type SafetensorsDType } from './elements.js'

/** What can be written: the state of a module, and tensors of other element types as bytes. */
export type SafetensorsContent = Readonly<Record<string, StoredValue | RawTensor<SafetensorsDType>>>

export interface SafetensorsOptions {
  /** Texts to note in the file. */
  readonly metadata?: Readonly<Record<string, string>>
}

export interface WriteSafetensorsOptions extends SafetensorsOptions {
  /**
   * Write a set of files of at most so many bytes each (more only for a single tensor that is larger), with an index beside them.
   * By default one file.
   */
  readonly shardBytes?: number
}

type Named = readonly [string, StoredValue | RawTensor<SafetensorsDType>]

/**
 * The bytes of a safetensors file with these tensors.
 *
 * @throws if an element is none of its dtype, or a length does not fit its shape
 * @example
 * const bytes = encodeSafetensors(await model.state(), { metadata: { licence: 'MIT' } })
 * model.loadState(await readSafetensors(bytes))
 */
export function encodeSafetensors(tensors: SafetensorsContent, options: SafetensorsOptions = {}): Uint8Array {
  checkOptions<SafetensorsOptions>('encodeSafetensors', options, { metadata: true })
  return joined([...partsOf('encodeSafetensors', Object.entries(tensors), options.metadata)])
}

/**
 * Writes tensors, such as `await model.state()`, into a safetensors file (Node). The file has its name only when it is complete: an
 * interruption leaves the old one, or none.
 *
 * @param path of the file; the folder is made if need be. A set of files (`shardBytes`) is opened by `path` with `.index.json` behind it
 * @throws if the file cannot be written, or an element is none of its dtype
 *
 * Source: Hugging Face, "Safetensors: format", version 0.6, 2025.
 *
 * @example
 * const save = async (file: string) => writeSafetensors(file, await model.state())
 */
export async function writeSafetensors(
  path: string,
  tensors: SafetensorsContent,
  options: WriteSafetensorsOptions = {},
): Promise<void> {
  checkOptions<WriteSafetensorsOptions>('writeSafetensors', options, { metadata: true, shardBytes: true })
  const entries = Object.entries(tensors)
  const { metadata, shardBytes } = options
  if (shardBytes === undefined) return writeParts(path, partsOf('writeSafetensors', entries, metadata))
  if (!(shardBytes > 0)) fail(`writeSafetensors: shardBytes is ${shardBytes}`, 'Give a number of bytes, such as 2e9.')
  const shards = split(entries, shardBytes)
  const files = shards.map((_, i) => shardName(path, i + 1, shards.length))
  for (const [i, shard] of shards.entries()) {
    await writeParts(files[i], partsOf('writeSafetensors', shard, metadata))
  }
  const place = shards.flatMap((shard, i) => shard.map(([name]) => [name, files[i].replace(/^.*[/\\]/, '')]))
  const total = entries.reduce((sum, [name, value]) => sum + layoutOf(name, value).length, 0)
  const index = { metadata: { ...metadata, total_size: total }, weight_map: Object.fromEntries(place) }
  await writeParts(`${path}.index.json`, [new TextEncoder().encode(`${JSON.stringify(index, null, 2)}\n`)])
}

/** `model-00001-of-00002.safetensors` */
function shardName(path: string, number: number, count: number): string {
  const digits = (n: number): string => String(n).padStart(5, '0')
  return path.replace(/(\.\w+)?$/, (ending) => `-${digits(number)}-of-${digits(count)}${ending}`)
}

function split(entries: readonly Named[], most: number): Named[][] {
  const shards: Named[][] = [[]]
  let size = 0
  for (const entry of entries) {
    const { length } = layoutOf(...entry)
    if (size > 0 && size + length > most) {
      shards.push([])
      size = 0
    }
    shards[shards.length - 1].push(entry)
    size += length
  }
  return shards
}

/** The parts of a file: the header, then the tensors, those with the widest elements first so that all are aligned. */
function* partsOf(
  operation: string,
  entries: readonly Named[],
  metadata: Readonly<Record<string, string>> = {},
): Generator<Uint8Array> {
  for (const [key, text] of Object.entries(metadata)) {
    if (typeof text !== 'string') fail(`${operation}: the metadata '${key}' is no text`, 'Use JSON.stringify.')
  }
  if (entries.some(([path]) => path === '__metadata__')) {
    fail(`${operation}: a tensor is called '__metadata__'`, 'The format needs this name for itself; rename it.')
  }
  const layouts = entries.map(([path, value]) => ({ path, value, ...layoutOf(path, value) }))
  layouts.sort((a, b) => bytesFor(b.dtype, [8]) - bytesFor(a.dtype, [8]))
  let at = 0
  const header: [string, unknown][] = Object.keys(metadata).length > 0 ? [['__metadata__', metadata]] : []
  for (const { path, dtype, shape, length } of layouts) {
    header.push([path, { dtype, shape, data_offsets: [at, at + length] }])
    at += length
  }
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)))
  const padded = Math.ceil(text.length / 8) * 8
  const start = new Uint8Array(8 + padded).fill(0x20)
  new DataView(start.buffer).setBigUint64(0, BigInt(padded), true)
  start.set(text, 8)
  yield start
  for (const { value } of layouts) yield bytesOf(value)
}
