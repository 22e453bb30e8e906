import { type FileHandle, lstat, open, readdir } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { fail } from '../../core/errors.js'
import type { RunFile } from '../api.js'
import { isName, placeWithin } from './place.js'

/** How deep the files of a run lie. */
const DEPTH = 3
/** So much of a file is looked at to see what it is. */
const HEAD_BYTES = 4096

const startsWith =
  (...bytes: readonly number[]) =>
  (head: Buffer): boolean =>
    bytes.every((byte, i) => head[i] === byte)

const isText = (head: Buffer): boolean => !head.includes(0) && !head.toString('utf8').slice(0, -4).includes('\uFFFD')

interface FileType {
  readonly type: string
  /** Whether it may be shown in the browser; others are handed over as files. */
  readonly isShown: boolean
  /** Whether a file that begins like this, and is so long, is what its name says. */
  fits(head: Buffer, bytes: number): boolean
}

/** The files of a run that are handed out, by the end of their names. Pages are not shown: they could speak in the name of the studio. */
const types: Readonly<Record<string, FileType>> = {
  '.png': { type: 'image/png', isShown: true, fits: startsWith(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a) },
  '.jpg': { type: 'image/jpeg', isShown: true, fits: startsWith(0xff, 0xd8, 0xff) },
  '.svg': {
    type: 'image/svg+xml',
    isShown: true,
    fits: (head) => isText(head) && /^\s*<(\?xml|svg)\b/.test(String(head)),
  },
  '.json': { type: 'application/json', isShown: true, fits: (head) => isText(head) && /^\s*[[{]/.test(String(head)) },
  '.jsonl': { type: 'text/plain; charset=utf-8', isShown: true, fits: isText },
  '.txt': { type: 'text/plain; charset=utf-8', isShown: true, fits: isText },
  '.log': { type: 'text/plain; charset=utf-8', isShown: true, fits: isText },
  '.csv': { type: 'text/csv; charset=utf-8', isShown: false, fits: isText },
  '.html': {
    type: 'text/html; charset=utf-8',
    isShown: false,
    fits: (head) => isText(head) && /^\s*</.test(String(head)),
  },
  '.safetensors': { type: 'application/octet-stream', isShown: false, fits: isSafetensors },
}

/** Eight bytes that say how long the JSON behind them is. */
function isSafetensors(head: Buffer, bytes: number): boolean {
  if (head.length < 9) return false
  return head.readBigUInt64LE(0) <= BigInt(bytes - 8) && head[8] === 0x7b
}

const typeOf = (name: string): FileType | undefined => types[extname(name).toLowerCase()]

/** The files in the folder of a run that may be had, in the order of their names. Links are left out. */
export async function filesOf(folder: string): Promise<RunFile[]> {
  const found: RunFile[] = []
  const look = async (names: readonly string[]): Promise<void> => {
    const entries = await readdir(join(folder, ...names), { withFileTypes: true }).catch(() => [])
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (!isName(entry.name)) continue
      const inner = [...names, entry.name]
      if (entry.isDirectory() && inner.length < DEPTH) await look(inner)
      if (!entry.isFile() || typeOf(entry.name) === undefined) continue
      const about = await lstat(join(folder, ...inner)).catch(() => undefined)
      if (about?.isFile()) found.push({ path: inner.join('/'), bytes: about.size, time: Math.round(about.mtimeMs) })
    }
  }
  await look([])
  return found
}

export interface OpenedFile {
  readonly handle: FileHandle
  readonly bytes: number
  readonly headers: Readonly<Record<string, string>>
}

/** Opens a file below a folder. @throws if it is not there, is of no known type, or is not what its name says */
export async function openFile(root: string, names: readonly string[], asFile: boolean): Promise<OpenedFile> {
  const name = names.at(-1) ?? ''
  const known = typeOf(name) ?? fail('Files of this type are not handed out.')
  const handle = await open(await placeWithin(root, names), 'r')
  try {
    const about = await handle.stat()
    if (!about.isFile()) fail('There is nothing of this name.')
    const head = Buffer.alloc(Math.min(HEAD_BYTES, about.size))
    await handle.read(head, 0, head.length, 0)
    if (!known.fits(head, about.size)) fail(`${name} is not what its name says.`)
    const isHandedOver = asFile || !known.isShown
    const headers = {
      'Content-Type': known.type,
      'Content-Length': String(about.size),
      // Pictures of vectors may hold programs: they do not run, wherever the picture is opened.
      'Content-Security-Policy': "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:",
      ...(isHandedOver && { 'Content-Disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name)}` }),
    }
    return { handle, bytes: about.size, headers }
  } catch (error) {
    await handle.close()
    throw error
  }
}
