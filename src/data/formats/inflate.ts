import { joinBytes } from './join-bytes.js'

/** Decompresses deflate data in Node and browsers alike; more than `limit` bytes are an error. Throws the platform's error if it is damaged. */
export const inflate = (
  bytes: Uint8Array,
  format: 'gzip' | 'deflate-raw' | 'deflate',
  limit = Infinity,
): Promise<Uint8Array> => throughStream(bytes, new DecompressionStream(format), limit)

/** Compresses as zlib does (RFC 1950). */
export const deflate = (bytes: Uint8Array): Promise<Uint8Array> =>
  throughStream(bytes, new CompressionStream('deflate'), Infinity)

async function throughStream(
  bytes: Uint8Array,
  transform: DecompressionStream | CompressionStream,
  limit: number,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  const stream = new Blob([new Uint8Array(bytes)]).stream().pipeThrough(transform)
  const reader = stream.getReader()
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    chunks.push(read.value)
    length += read.value.length
    if (length > limit) {
      await reader.cancel()
      throw new Error(`more than the ${limit} bytes that are announced`)
    }
  }
  return joinBytes(chunks)
}
