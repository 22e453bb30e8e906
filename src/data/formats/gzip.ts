import { fail } from '../../core/errors.js'

/** What a reader can do about a damaged file. */
export const DAMAGED_FILE_CURE = 'Fetch the file again or delete it, so that a fresh copy can take its place.'

/** Whether the bytes open like a gzip file (RFC 1952). */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b
}

/**
 * Decompresses a gzip file in Node and browsers alike.
 *
 * Throws, naming `name`, if the data is truncated or its checksum is wrong.
 */
export async function gunzip(bytes: Uint8Array, name: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  try {
    const stream = new Blob([new Uint8Array(bytes)]).stream().pipeThrough(new DecompressionStream('gzip'))
    const reader = stream.getReader()
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      chunks.push(read.value)
      length += read.value.length
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    fail(`${name}: the gzip data is truncated or damaged (${reason}).`, DAMAGED_FILE_CURE)
  }
  const out = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    out.set(chunk, at)
    at += chunk.length
  }
  return out
}
