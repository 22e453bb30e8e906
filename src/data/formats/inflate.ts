/** Decompresses deflate data in Node and browsers alike; more than `limit` bytes are an error. Throws the platform's error if it is damaged. */
export async function inflate(
  bytes: Uint8Array,
  format: 'gzip' | 'deflate-raw' | 'deflate',
  limit = Infinity,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  const stream = new Blob([new Uint8Array(bytes)]).stream().pipeThrough(new DecompressionStream(format))
  const reader = stream.getReader()
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    chunks.push(read.value)
    length += read.value.length
    if (length > limit) {
      await reader.cancel()
      throw new Error(`more than the ${limit} bytes that are announced`)
    }
  }
  const out = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    out.set(chunk, at)
    at += chunk.length
  }
  return out
}
