import { ByteReader, damaged, decodeUtf8 } from './damage.js'
import { unpacked } from './gzip.js'

/** A file in an archive. */
export interface ArchivedFile {
  readonly path: string
  /** A view of the archive's bytes. */
  readonly bytes: Uint8Array
}

const BLOCK = 512

/**
 * The files in a tar archive, in its order; folders and links are left out.
 *
 * Throws, naming `name`, if it is damaged.
 *
 * Source: IEEE Std 1003.1-2017, "pax"; long names of GNU tar.
 */
export function parseTar(bytes: Uint8Array, name = 'tar data'): readonly ArchivedFile[] {
  const reader = new ByteReader(bytes, name)
  const files: ArchivedFile[] = []
  let longPath: string | undefined
  for (let at = 0; at < bytes.length; ) {
    const header = reader.slice(at, BLOCK, 'header')
    // Two blocks of zeros end it; padding may follow.
    if (header.every((byte) => byte === 0)) return files
    const sum = header.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 32 : byte), 0)
    if (number(header.subarray(148, 156), name) !== sum) damaged(name, `the header at ${at} has a wrong checksum`)
    const size = number(header.subarray(124, 136), name)
    const content = reader.slice(at + BLOCK, size, 'content')
    const kind = String.fromCharCode(header[156]!)
    if (kind === 'L') longPath = text(content, name)
    else if (kind === 'x') longPath = paxPath(decodeUtf8(content, name)) ?? longPath
    else {
      const ustar = text(header.subarray(257, 262), name) === 'ustar'
      const prefix = ustar ? text(header.subarray(345, 500), name) : ''
      const short = text(header.subarray(0, 100), name)
      const path = longPath ?? (prefix === '' ? short : `${prefix}/${short}`)
      if (kind === '0' || kind === '\0' || kind === '7') files.push({ path, bytes: content })
      if (kind !== 'g') longPath = undefined
    }
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK
  }
  return files
}

/** As {@link parseTar}, of an archive that may be gzip-compressed. */
export const readTar = async (bytes: Uint8Array, name = 'tar data'): Promise<readonly ArchivedFile[]> =>
  parseTar(await unpacked(bytes, name), name)

/** Up to the first zero. */
function text(bytes: Uint8Array, name: string): string {
  const end = bytes.indexOf(0)
  return decodeUtf8(end < 0 ? bytes : bytes.subarray(0, end), name)
}

/** Octal digits, or, where they do not suffice, a big-endian number behind a byte 0x80. */
function number(bytes: Uint8Array, name: string): number {
  if (bytes[0] === 0x80) return bytes.subarray(1).reduce((value, byte) => value * 256 + byte, 0)
  const digits = text(bytes, name).trim()
  if (!/^[0-7]*$/.test(digits)) damaged(name, `a header holds "${digits}" where octal digits are expected`)
  return Number.parseInt(digits || '0', 8)
}

/** The path in an extended header: records `length key=value\n`. */
const paxPath = (records: string): string | undefined => /(?:^|\n)\d+ path=([^\n]*)\n/.exec(records)?.[1]
