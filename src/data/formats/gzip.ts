import { fail } from '../../core/errors.js'
import { inflate } from './inflate.js'

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
  try {
    return await inflate(bytes, 'gzip')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return fail(`${name}: the gzip data is truncated or damaged (${reason}).`, DAMAGED_FILE_CURE)
  }
}

/** The content of a file, gzip-compressed or not. */
export const unpacked = async (bytes: Uint8Array, name: string): Promise<Uint8Array> =>
  isGzip(bytes) ? gunzip(bytes, name) : bytes
