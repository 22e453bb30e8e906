import { type FileHandle, open } from 'node:fs/promises'
import type { Cursor } from '../api.js'

/** So much is read at once; a file of a million lines comes in pieces. */
const PIECE_BYTES = 1 << 20
const NEWLINE = 10

export interface NewLines {
  readonly text: string
  readonly cursor: Cursor
  /** Whether these are the first lines of the file. */
  readonly anew: boolean
  /** Whether there is more to be read at once. */
  readonly hasMore: boolean
}

/**
 * The whole lines of a file behind a cursor, by its bytes: what was read is not read again. A file that another one has replaced, as happens when a
 * run goes on from an earlier step, is read from its beginning.
 *
 * @returns undefined if nothing is new
 */
export async function linesBehind(file: string, cursor: Cursor): Promise<NewLines | undefined> {
  const handle = await open(file, 'r').catch(() => undefined)
  if (handle === undefined) return undefined
  try {
    const { ino, birthtimeMs, size } = await handle.stat()
    const which = `${ino}-${Math.round(birthtimeMs)}`
    const [before, at] = cursor.split(':')
    const read = Number(at)
    const isSame = before === which && Number.isSafeInteger(read) && read >= 0 && read <= size
    const from = isSame ? read : 0
    const piece = await wholeLines(handle, from, size)
    // A file that is new and empty says that the lines of before count no more.
    if (piece.length === 0 && (isSame || cursor === '')) return undefined
    const to = from + piece.length
    return {
      ...{ text: piece.toString('utf8'), cursor: `${which}:${to}`, anew: !isSame },
      // Half a line at the end is found to be nothing new by the next call.
      hasMore: piece.length > 0 && to < size,
    }
  } finally {
    await handle.close()
  }
}

/** What lies from a place up to the end of a line, at least one line if there is a whole one. */
async function wholeLines(handle: FileHandle, from: number, size: number): Promise<Buffer> {
  for (let length = Math.min(PIECE_BYTES, size - from); length > 0; ) {
    const buffer = Buffer.alloc(length)
    const { bytesRead } = await handle.read(buffer, 0, length, from)
    const end = buffer.subarray(0, bytesRead).lastIndexOf(NEWLINE) + 1
    if (end > 0 || from + bytesRead >= size || bytesRead < length) return buffer.subarray(0, end)
    length = Math.min(2 * length, size - from)
  }
  return Buffer.alloc(0)
}

/** The end of a text file. */
export async function endOf(file: string, bytes: number): Promise<string | undefined> {
  const handle = await open(file, 'r').catch(() => undefined)
  if (handle === undefined) return undefined
  try {
    const { size } = await handle.stat()
    const from = Math.max(0, size - bytes)
    const buffer = Buffer.alloc(size - from)
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, from)
    const text = buffer.subarray(0, bytesRead).toString('utf8')
    return from === 0 ? text : text.slice(text.indexOf('\n') + 1)
  } finally {
    await handle.close()
  }
}
