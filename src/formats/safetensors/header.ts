import { formatShape } from '../../core/shape.js'
import { isPlainObject } from '../../core/tree.js'
import { damaged, decodeUtf8 } from '../../data/formats/damage.js'
import type { ByteSource } from '../bytes/source.js'
import { bytesFor, isSafetensorsDType, type SafetensorsDType } from './elements.js'

/** What a file says of a tensor, and where in the file it lies. */
export interface TensorEntry {
  readonly dtype: SafetensorsDType
  readonly shape: readonly number[]
  /** In bytes, from the beginning of the file. */
  readonly at: number
  readonly length: number
}

export interface Header {
  readonly metadata: Readonly<Record<string, string>>
  readonly tensors: ReadonlyMap<string, TensorEntry>
}

/** Longer headers are refused, as by the reference implementation. */
const MOST_HEADER = 100_000_000

/** Reads what lies before the tensors, and checks that these fill the rest without gaps. */
export async function readHeader(source: ByteSource): Promise<Header> {
  const { name, size } = source
  const prefix = await source.read(0, Math.min(8, size), 'length of the header')
  if (prefix.length < 8) damaged(name, `the file has ${size} bytes, too few for a safetensors file`)
  const length = Number(new DataView(prefix.buffer, prefix.byteOffset).getBigUint64(0, true))
  if (length > MOST_HEADER || length > size - 8) {
    damaged(name, `the header should have ${length} bytes, but the file has ${size}; is it a safetensors file?`)
  }
  const text = decodeUtf8(await source.read(8, length, 'header'), name)
  const header = parse(text, name)
  const metadata = metadataOf(header.__metadata__, name)
  const start = 8 + length
  const tensors = new Map<string, TensorEntry>()
  for (const [path, entry] of Object.entries(header)) {
    if (path !== '__metadata__') tensors.set(path, entryOf(entry, path, start, name))
  }
  // A name that stands twice would silently be taken once.
  if ((text.match(/"data_offsets"\s*:\s*\[/g)?.length ?? 0) !== tensors.size) {
    damaged(name, 'the header has two tensors of the same name')
  }
  checkOrder(tensors, start, size, name)
  return { metadata, tensors }
}

function parse(text: string, name: string): Readonly<Record<string, unknown>> {
  let header: unknown
  try {
    header = JSON.parse(text)
  } catch (error) {
    damaged(name, `the header is no JSON (${error instanceof Error ? error.message : error})`)
  }
  return isPlainObject(header) && text.startsWith('{') ? header : damaged(name, 'the header is no JSON object')
}

function metadataOf(metadata: unknown, name: string): Readonly<Record<string, string>> {
  if (metadata === undefined) return {}
  if (!isPlainObject(metadata)) return damaged(name, 'the metadata in the header is no JSON object')
  const wrong = Object.entries(metadata).find(([, value]) => typeof value !== 'string')
  if (wrong !== undefined) damaged(name, `the metadata '${wrong[0]}' is no text`)
  return metadata as Readonly<Record<string, string>>
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0

function entryOf(entry: unknown, path: string, start: number, name: string): TensorEntry {
  if (!isPlainObject(entry)) return damaged(name, `the header says nothing of the tensor '${path}'`)
  const { dtype, shape, data_offsets: offsets } = entry
  if (!isSafetensorsDType(dtype)) {
    return damaged(name, `'${path}' has elements of type ${dtype}, which is unknown`, 'A newer version may know it.')
  }
  if (!Array.isArray(shape) || !shape.every(isCount)) return damaged(name, `the shape of '${path}' is no list of sizes`)
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) {
    return damaged(name, `the header does not say where '${path}' lies`)
  }
  const [begin, end] = offsets as [number, number]
  const needed = bytesFor(dtype, shape)
  if (end - begin !== needed) {
    return damaged(name, `'${path}' is ${dtype}${formatShape(shape)}, ${needed} bytes, but has ${end - begin}`)
  }
  return { dtype, shape, at: start + begin, length: needed }
}

/** The tensors lie one after another and fill the file, so that nothing can hide between them. */
function checkOrder(tensors: ReadonlyMap<string, TensorEntry>, start: number, size: number, name: string): void {
  let at = start
  for (const [path, entry] of [...tensors].sort(([, a], [, b]) => a.at - b.at || a.length - b.length)) {
    if (entry.at !== at) damaged(name, `'${path}' begins at ${entry.at}, but what is before it ends at ${at}`)
    at += entry.length
  }
  if (at !== size) damaged(name, `the tensors end at ${at}, but the file has ${size} bytes`)
}
