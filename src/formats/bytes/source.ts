import { describe } from '../../core/describe.js'
import { fail } from '../../core/errors.js'
import { hasFileSystem } from '../../data/files/user-files.js'
import { damaged } from '../../data/formats/damage.js'

/** Bytes that are read piece by piece, so that a large file need not fit into memory. */
export interface ByteSource {
  /** For messages. */
  readonly name: string
  readonly size: number
  /** `length` bytes from `at` on, perhaps a view of what others see too. `what` names them, for messages. */
  read(at: number, length: number, what: string): Promise<Uint8Array>
  close(): Promise<void>
}

/** Where a file is: a path (Node), an address that `fetch` knows, or its bytes. */
export type ByteLocation = string | URL | Uint8Array | Blob

/** Opens a file to read parts of it: from a disk, by range requests, or in memory. */
export async function openBytes(location: ByteLocation, name?: string): Promise<ByteSource> {
  if (location instanceof Uint8Array) return bytesInMemory(location, name ?? 'the data')
  if (location instanceof Blob)
    return blobSource(location, name ?? ('name' in location ? String(location.name) : 'blob'))
  if (typeof location !== 'string' && !(location instanceof URL)) {
    fail(`the file is ${describe(location)}`, 'Give a path, an address, a Blob, or the bytes as a Uint8Array.')
  }
  const text = String(location)
  if (hasFileSystem() && !/^(https?|data|blob):/.test(text)) return fileSource(await pathOf(text))
  return (await import('./ranges.js')).rangeSource(text)
}

/** The path of a `file:` address, or the path itself. */
export async function pathOf(location: string | URL): Promise<string> {
  const text = String(location)
  return text.startsWith('file:') ? (await import('node:url')).fileURLToPath(text) : text
}

/** All bytes of a source. */
export const readAll = (source: ByteSource): Promise<Uint8Array> => source.read(0, source.size, 'content')

/** Throws if a piece does not lie inside of the file, before memory is taken for it. */
export function checkPiece({ name, size }: ByteSource, at: number, length: number, what: string): void {
  if (at >= 0 && length >= 0 && at + length <= size) return
  damaged(name, `the file has ${size} bytes, but its ${what} lies at ${at} … ${at + length}`)
}

/** Bytes that are in memory. */
export function bytesInMemory(given: Uint8Array, name: string): ByteSource {
  // Not Node's own kind of array, whose slices are views.
  const bytes = new Uint8Array(given.buffer, given.byteOffset, given.length)
  const source: ByteSource = {
    name,
    size: bytes.length,
    async read(at, length, what) {
      checkPiece(source, at, length, what)
      return bytes.subarray(at, at + length)
    },
    async close() {},
  }
  return source
}

function blobSource(blob: Blob, name: string): ByteSource {
  const source: ByteSource = {
    name,
    size: blob.size,
    async read(at, length, what) {
      checkPiece(source, at, length, what)
      return new Uint8Array(await blob.slice(at, at + length).arrayBuffer())
    },
    async close() {},
  }
  return source
}

async function fileSource(path: string): Promise<ByteSource> {
  const { open } = await import('node:fs/promises')
  const unreadable = (error: unknown): never =>
    fail(
      `${path}: the file cannot be read (${error instanceof Error && 'code' in error ? error.code : error}).`,
      'Check that it exists and may be read.',
    )
  const file = await open(path, 'r').catch(unreadable)
  const stats = await file.stat()
  if (stats.isDirectory()) {
    await file.close()
    fail(`${path}: this is a folder.`, 'Give the path of a file in it.')
  }
  const source: ByteSource = {
    name: path,
    size: stats.size,
    async read(at, length, what) {
      checkPiece(source, at, length, what)
      const bytes = new Uint8Array(length)
      for (let done = 0; done < length; ) {
        const { bytesRead } = await file.read(bytes, done, length - done, at + done).catch(unreadable)
        if (bytesRead === 0) damaged(path, `the file became shorter while its ${what} was read`)
        done += bytesRead
      }
      return bytes
    },
    close: () => file.close(),
  }
  return source
}

/** The parts one after another. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}
