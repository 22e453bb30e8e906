import { fail, ShapewiseError } from '../../core/errors.js'
import { bytesOf, type Storage } from './storage.js'

/** What a browser calls the copy that it writes to until a file is complete. */
const PARTIAL = /\.crswap$/
/** So long the lock of a page that has just been closed may stay. */
const WAITED_MILLISECONDS = 2000

/**
 * A folder of the browser's own for the pages of this site (the origin private file system), which is there again when the page is opened
 * again. Pages of secure contexts and their workers only.
 *
 * Browsers may delete what sites have stored when the disk is full, unless `navigator.storage.persist()` has been granted.
 *
 * @throws if the browser has no such folders
 * @example
 * const make = () => browserStorage('runs/first')
 */
export async function browserStorage(path: string): Promise<Storage> {
  const names = namesIn(path)
  const root = await rootFolder()
  let last: Promise<unknown> = Promise.resolve()
  /** One after the other, so that two writes of the same file cannot overtake each other. */
  const inTurn = <T>(action: () => Promise<T>): Promise<T> => {
    const result = last.then(action)
    last = result.catch(() => {})
    return result
  }
  /** The folder in which a file lies, and its name there. */
  const placeOf = async (file: string, create: boolean) => {
    const inner = [...names, ...namesIn(file)]
    const name = inner.pop() ?? ''
    let folder = root
    for (const each of inner) folder = await folder.getDirectoryHandle(each, { create })
    return { folder, name }
  }
  const put = async (file: string, content: string | Uint8Array, isAdded: boolean): Promise<void> => {
    try {
      const { folder, name } = await placeOf(file, true)
      const handle = await folder.getFileHandle(name, { create: true })
      // What is written takes the place of the file when it is closed.
      const writable = await handle.createWritable({ keepExistingData: isAdded })
      try {
        if (isAdded) await writable.seek((await handle.getFile()).size)
        await writable.write(bytesOf(content) as Uint8Array<ArrayBuffer>)
      } catch (error) {
        await writable.abort().catch(() => {})
        throw error
      }
      await writable.close()
    } catch (error) {
      fail(`${path}/${file}: the file cannot be written (${reasonOf(error)})`, 'Make room, or store it elsewhere.')
    }
  }
  return {
    name: path,
    async read(file) {
      try {
        const { folder, name } = await placeOf(file, false)
        const stored = await (await folder.getFileHandle(name)).getFile()
        return new Uint8Array(await stored.arrayBuffer())
      } catch (error) {
        if (isMissing(error)) return undefined
        return fail(`${path}/${file}: the file cannot be read (${reasonOf(error)})`)
      }
    },
    write: (file, content) => inTurn(() => put(file, content, false)),
    append: (file, text) => inTurn(() => put(file, text, true)),
    remove: (file) =>
      inTurn(async () => {
        try {
          const { folder, name } = await placeOf(file, false)
          await folder.removeEntry(name)
        } catch (error) {
          if (!isMissing(error)) throw error
        }
      }),
    async list(inner) {
      try {
        const { folder } = await placeOf(`${inner}/x`, false)
        const found: string[] = []
        for await (const [name, { kind }] of folder.entries()) if (kind === 'file') found.push(name)
        return found.filter((name) => !PARTIAL.test(name)).sort()
      } catch (error) {
        if (isMissing(error)) return []
        throw error
      }
    },
    // A lock ends with its page, a moment after it.
    claim: () =>
      new Promise((resolve, reject) => {
        const signal = AbortSignal.timeout(WAITED_MILLISECONDS)
        const hold = () => new Promise<void>((release) => resolve(async () => release()))
        navigator.locks.request(`shapewise: ${names.join('/')}`, { signal }, hold).catch((error) => {
          const cause = `${path}: another training of this site writes into this folder`
          const cure = 'Close its page, wait for it, or choose another folder.'
          reject(signal.aborted ? new ShapewiseError(`${cause}. ${cure}`) : error)
        })
      }),
  }
}

const namesIn = (path: string): string[] => path.split('/').filter((name) => name !== '' && name !== '.')

async function rootFolder(): Promise<FileSystemDirectoryHandle> {
  const storage = typeof navigator === 'undefined' ? undefined : navigator.storage
  if (storage?.getDirectory === undefined) {
    fail(
      'browserStorage: this browser, or a page without https, has no folders',
      'Serve the page by https or from localhost, or use memoryStorage().',
    )
  }
  return storage.getDirectory()
}

const isMissing = (error: unknown): boolean => error instanceof DOMException && error.name === 'NotFoundError'

function reasonOf(error: unknown): string {
  if (error instanceof DOMException && error.name === 'QuotaExceededError') return 'the room of this site is used up'
  return error instanceof Error ? error.message : String(error)
}
