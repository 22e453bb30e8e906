/** A file that is not complete yet. */
export interface Partial {
  /** What an earlier try has left. */
  readonly begin: Uint8Array
  append(bytes: Uint8Array): Promise<void>
  /** Forgets the beginning. */
  restart(): Promise<void>
  /** Gives the complete file its name, in one step. */
  finish(path: string): Promise<void>
  close(): Promise<void>
  drop(): Promise<void>
}

/**
 * Opens, or makes, the beginning of a file, and the folder that it lies in. Where it cannot be written, nothing is kept and nothing
 * fails: the data is there all the same, and the next start costs another download.
 */
export async function openPartial(path: string): Promise<Partial> {
  const { mkdir, open, readFile, rename, rm } = await import('node:fs/promises')
  const { dirname } = await import('node:path')
  const attempt = async <T>(action: () => Promise<T>): Promise<T | undefined> => action().catch(() => undefined)
  const begin = (await attempt(() => readFile(path))) ?? new Uint8Array(0)
  let file: Awaited<ReturnType<typeof open>> | undefined
  let complete = true
  let closed = false
  /** Not before there is something to write. */
  const opened = async () => {
    if (file === undefined) await mkdir(dirname(path), { recursive: true })
    file ??= await open(path, 'a')
    return file
  }
  const close = async () => {
    if (!closed) await attempt(async () => file?.close())
    closed = true
  }
  const write = async (action: () => Promise<unknown>) => {
    try {
      if (complete) await action()
    } catch {
      complete = false
    }
  }
  return {
    begin,
    append: (bytes) => write(async () => (await opened()).appendFile(bytes)),
    restart: () => write(async () => begin.length > 0 && (await opened()).truncate(0)),
    async finish(name) {
      await close()
      if (complete) await attempt(() => rename(path, name))
      else await attempt(() => rm(path, { force: true }))
    },
    async close() {
      await close()
      if (!complete) await attempt(() => rm(path, { force: true }))
    },
    async drop() {
      await close()
      await attempt(() => rm(path, { force: true }))
    },
  }
}
