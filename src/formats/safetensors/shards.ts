import { fail } from '../../core/errors.js'
import { isPlainObject } from '../../core/tree.js'
import { damaged, decodeUtf8 } from '../../data/formats/damage.js'
import { type ByteLocation, type ByteSource, readAll } from '../bytes/source.js'

/** Which tensors lie in which file of a set. */
export interface ShardIndex {
  readonly metadata: Readonly<Record<string, string>>
  readonly files: ReadonlyMap<string, readonly string[]>
}

/** Whether a file is the JSON of an index: a safetensors file opens with a length, whose high bytes are 0. */
export async function isShardIndex(source: ByteSource): Promise<boolean> {
  const start = await source.read(0, Math.min(8, source.size), 'beginning')
  return start[0] === 0x7b && start.every((byte) => byte !== 0)
}

/** Reads the index of a set of files, as Hugging Face's libraries write it. */
export async function readShardIndex(source: ByteSource): Promise<ShardIndex> {
  const { name } = source
  let index: unknown
  try {
    index = JSON.parse(decodeUtf8(await readAll(source), name))
  } catch (error) {
    damaged(name, `the index is no JSON (${error instanceof Error ? error.message : error})`)
  }
  const map = isPlainObject(index) ? index.weight_map : undefined
  if (!isPlainObject(map)) return damaged(name, "the index has no 'weight_map'")
  const files = new Map<string, string[]>()
  for (const [path, file] of Object.entries(map)) {
    if (typeof file !== 'string' || !/^[^/\\:]+$/.test(file) || file === '..' || file === '.') {
      return damaged(name, `the file of '${path}' is '${file}', no plain name`, 'The files of a set lie in one folder.')
    }
    files.set(file, [...(files.get(file) ?? []), path])
  }
  const { metadata } = index as { metadata?: unknown }
  const notes = isPlainObject(metadata) ? Object.entries(metadata) : []
  const texts = notes.map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)])
  return { metadata: Object.fromEntries(texts), files }
}

/** Where a file beside the index lies. */
export function shardLocation(index: ByteLocation, file: string, name: string): string {
  if (typeof index !== 'string' && !(index instanceof URL)) {
    return fail(`${name}: this is the index of a set of files, and where they are is not known.`, 'Give its path.')
  }
  return String(index).replace(/[^/\\]*$/, () => file)
}
