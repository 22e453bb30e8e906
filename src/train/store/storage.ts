import { fail } from '../../core/errors.js'

/** Where the files of a run lie: a folder, or memory where there are no folders. */
export interface Storage {
  /** For messages. */
  readonly name: string
  /** The bytes of a file, or undefined if there is none. */
  read(file: string): Promise<Uint8Array | undefined>
  /** Writes a file, whole or not at all: whoever reads it, whenever the process ends, finds what was there before or all of this. */
  write(file: string, content: string | Uint8Array): Promise<void>
  /** Adds text to the end of a file; it is there when the promise is fulfilled. */
  append(file: string, text: string): Promise<void>
  /** Takes a file away; nothing happens where there is none. */
  remove(file: string): Promise<void>
  /** The names of the files directly in a folder, sorted; '' is the outermost one. */
  list(folder: string): Promise<readonly string[]>
  /**
   * Takes all of it for one writer, until the function that comes back is called or the writer's process ends, however it ends; storages
   * that only one can know need none. Reading is free. @throws if another one has it, or nothing can be written
   */
  claim?(): Promise<() => Promise<void>>
}

/**
 * Files in memory: for tests, and for pages, which have no folders.
 *
 * @example
 * const storage = memoryStorage()
 * await storage.write('notes/first.txt', 'ink')
 * await storage.list('notes') // ['first.txt']
 */
export function memoryStorage(name = 'memory'): Storage {
  const files = new Map<string, Uint8Array>()
  let isClaimed = false
  return {
    name,
    read: async (file) => files.get(file)?.slice(),
    async write(file, content) {
      files.set(file, bytesOf(content))
    },
    async append(file, text) {
      const before = files.get(file) ?? new Uint8Array(0)
      const added = bytesOf(text)
      const whole = new Uint8Array(before.length + added.length)
      whole.set(before)
      whole.set(added, before.length)
      files.set(file, whole)
    },
    async remove(file) {
      files.delete(file)
    },
    async list(folder) {
      const within = folder === '' ? '' : `${folder}/`
      const names = [...files.keys()].filter((file) => file.startsWith(within)).map((file) => file.slice(within.length))
      return names.filter((file) => !file.includes('/')).sort()
    },
    async claim() {
      if (isClaimed)
        fail(`${name}: another training is stored here at this time`, 'Wait for it, or take another storage.')
      isClaimed = true
      return async () => {
        isClaimed = false
      }
    },
  }
}

/** A folder in a storage, as one of its own. */
export function partOf(storage: Storage, folder: string): Storage {
  const at = (file: string): string => (file === '' ? folder : `${folder}/${file}`)
  return {
    name: `${storage.name}/${folder}`,
    read: (file) => storage.read(at(file)),
    write: (file, content) => storage.write(at(file), content),
    append: (file, text) => storage.append(at(file), text),
    remove: (file) => storage.remove(at(file)),
    list: (inner) => storage.list(at(inner)),
  }
}

/** A copy of what is to be stored, as bytes. */
export const bytesOf = (content: string | Uint8Array): Uint8Array =>
  typeof content === 'string' ? new TextEncoder().encode(content) : content.slice()
