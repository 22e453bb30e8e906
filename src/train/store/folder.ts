import { fail, ShapewiseError } from '../../core/errors.js'
import { claimFolder } from './claim.js'
import { isMark } from './mark.js'
import { bytesOf, type Storage } from './storage.js'

/** What a file is called until it is complete; leftovers of a process that was killed are swept away by the next one. */
const PARTIAL = /^\..*\.partial$/

/** A folder of the file system. */
export interface FolderStorage extends Storage {
  /** The absolute path. */
  readonly path: string
  /** The topmost folder that had to be made, if any. */
  readonly made: string | undefined
}

/**
 * A folder as a storage; it and those above it are made if need be. Node only.
 *
 * A file is written under another name, flushed to the disk and then renamed, so that neither a crash nor a full disk leaves half of
 * one.
 *
 * @throws if the folder cannot be made
 */
export async function folderStorage(path: string): Promise<FolderStorage> {
  const { open, readFile, readdir, rename, rm } = await import('node:fs/promises')
  const { dirname, join, resolve } = await import('node:path')
  const root = resolve(path)
  const at = (file: string): string => join(root, file)
  let last: Promise<unknown> = Promise.resolve()
  /** One after the other, so that two writes of the same file cannot overtake each other. */
  const inTurn = <T>(action: () => Promise<T>): Promise<T> => {
    const result = last.then(action)
    last = result.catch(() => {})
    return result
  }
  const known = new Set<string>([root])
  const ensure = async (folder: string): Promise<void> => {
    if (known.has(folder)) return
    await makeFolders(folder)
    known.add(folder)
  }
  /** What a folder lists is on the disk only when the folder is flushed, too; not all systems can do that. */
  const flushFolder = async (folder: string): Promise<void> => {
    try {
      const handle = await open(folder, 'r')
      await handle.sync().finally(() => handle.close())
    } catch {}
  }
  const refused = (error: unknown, file: string): never =>
    fail(`${at(file)}: the file cannot be written (${reasonOf(error)})`, 'Make room, or choose another folder.')

  return {
    name: root,
    path: root,
    made: await makeFolders(root).catch((error) => refuseFolder(path, error)),
    async read(file) {
      try {
        const { buffer, byteOffset, byteLength } = await readFile(at(file))
        return new Uint8Array(buffer, byteOffset, byteLength)
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return undefined
        return fail(`${at(file)}: the file cannot be read (${reasonOf(error)})`, 'Check that it may be read.')
      }
    },
    write: (file, content) =>
      inTurn(async () => {
        const target = at(file)
        const temporary = join(dirname(target), `.${file.replaceAll(/[/\\]/g, '-')}.${process.pid}.partial`)
        const bytes = bytesOf(content)
        try {
          await ensure(dirname(target))
          const handle = await open(temporary, 'w')
          try {
            await handle.writeFile(bytes)
            await handle.sync()
          } finally {
            await handle.close()
          }
          await rename(temporary, target)
          await flushFolder(dirname(target))
        } catch (error) {
          await rm(temporary, { force: true }).catch(() => {})
          refused(error, file)
        }
      }),
    append: (file, text) =>
      inTurn(async () => {
        try {
          await ensure(dirname(at(file)))
          const handle = await open(at(file), 'a')
          const { size } = await handle.stat()
          try {
            await handle.appendFile(text)
            await handle.datasync()
          } catch (error) {
            // A full disk takes a part of it: what is not there whole is not there at all.
            await handle.truncate(size).catch(() => {})
            throw error
          } finally {
            await handle.close()
          }
        } catch (error) {
          refused(error, file)
        }
      }),
    remove: (file) => inTurn(() => rm(at(file), { force: true })),
    async list(folder) {
      try {
        const entries = await readdir(at(folder), { withFileTypes: true })
        const names = entries.filter((entry) => entry.isFile()).map(({ name }) => name)
        return names.filter((name) => !PARTIAL.test(name) && !isMark(name)).sort()
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return []
        return fail(`${at(folder)}: the folder cannot be read (${reasonOf(error)})`, 'Check that it may be read.')
      }
    },
    async claim() {
      const release = await claimFolder(root).catch((error) => refuseFolder(path, error))
      for (const folder of ['', 'checkpoints', 'pictures']) {
        for (const name of await readdir(at(folder)).catch(() => [])) {
          if (PARTIAL.test(name)) await rm(join(at(folder), name), { force: true })
        }
      }
      return release
    },
  }
}

function refuseFolder(path: string, error: unknown): never {
  if (error instanceof ShapewiseError) throw error
  const isFull = ['ENOSPC', 'EDQUOT'].includes(codeOf(error) ?? '')
  fail(
    `${path}: the run cannot be stored in this folder (${reasonOf(error)})`,
    isFull ? 'Make room, or give another folder.' : 'Give a folder that may be written to.',
  )
}

/**
 * Makes a folder and those above it; returns the topmost that was not there. Not the recursive mkdir of Node, which does not
 * come back where a file system refuses new folders by ENOENT, as /proc does.
 */
async function makeFolders(path: string): Promise<string | undefined> {
  const { mkdir, stat } = await import('node:fs/promises')
  const { dirname } = await import('node:path')
  try {
    await mkdir(path)
    return path
  } catch (error) {
    const code = codeOf(error)
    if (code === 'EEXIST' && (await stat(path)).isDirectory()) return undefined
    const parent = dirname(path)
    if (code !== 'ENOENT' || parent === path) throw error
    const topmost = await makeFolders(parent)
    // The folder above is there now. What still fails is final.
    await mkdir(path)
    return topmost ?? path
  }
}

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error ? String(error.code) : undefined

/** What the system says, in words. */
function reasonOf(error: unknown): string {
  const code = codeOf(error)
  if (code === undefined) return error instanceof Error ? error.message : String(error)
  const known: Readonly<Record<string, string>> = {
    EACCES: 'no permission',
    EPERM: 'no permission',
    EROFS: 'the file system is read-only',
    ENOSPC: 'the disk is full',
    EDQUOT: 'the quota is used up',
    EEXIST: 'there is a file of that name',
    ENOTDIR: 'a part of the path is a file',
    ENOENT: 'a part of the path does not exist and cannot be made',
  }
  return known[code] ?? code
}
