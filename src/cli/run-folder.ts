import { mkdir, readdir, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { fail } from '../core/errors.js'
import type { RunOutput } from '../recipes/recipe.js'

/** What a run always leaves behind; a new run into the same folder replaces them. */
export const METRICS_FILE = 'metrics.json'
export const LOG_FILE = 'log.jsonl'

/** `runs/<recipe>-20250131-235959` below the current folder, for a run that starts now. */
export function defaultRunFolder(recipe: string, started: Date): string {
  const pad = (value: number, digits = 2): string => String(value).padStart(digits, '0')
  const day = `${started.getFullYear()}${pad(started.getMonth() + 1)}${pad(started.getDate())}`
  const time = `${pad(started.getHours())}${pad(started.getMinutes())}${pad(started.getSeconds())}`
  return join('runs', `${recipe}-${day}-${time}`)
}

/** The folder of a run. Files appear in it whole or not at all. */
export class RunFolder implements RunOutput {
  readonly path: string
  /** The topmost folder that had to be made, if any. */
  readonly #made: string | undefined
  readonly #written = new Set<string>()
  readonly #logLines: string[] = []
  #writing: Promise<void> = Promise.resolve()

  private constructor(path: string, made: string | undefined) {
    this.path = path
    this.#made = made
  }

  /**
   * Makes the folder and tries it out, so that a run cannot fail at its end because of it. What an earlier run left there goes.
   *
   * @throws if the folder cannot be made or written to.
   */
  static async open(path: string): Promise<RunFolder> {
    const absolute = resolve(path)
    try {
      const folder = new RunFolder(absolute, await makeFolders(absolute))
      await folder.write('.writable', '')
      await folder.#remove('.writable')
      for (const name of [METRICS_FILE, LOG_FILE]) await rm(join(absolute, name), { force: true })
      return folder
    } catch (error) {
      return fail(
        `${path}: the run cannot be stored in this folder (${reason(error)}).`,
        'Give a folder that may be written to with --out.',
      )
    }
  }

  /** The path as seen from the current folder, for people. */
  get shown(): string {
    const fromHere = relative(process.cwd(), this.path)
    return fromHere === '' || fromHere.startsWith('..') ? this.path : fromHere
  }

  /** Whether something is in the log or another file has been written. */
  get hasContent(): boolean {
    return this.#logLines.length > 0 || this.#written.size > 0
  }

  get loggedEpochs(): number {
    return this.#logLines.length
  }

  write(name: string, content: string | Uint8Array): Promise<void> {
    const path = join(this.path, name)
    const temporary = join(this.path, `.${name.replaceAll(/[/\\]/g, '-')}.${process.pid}.partial`)
    // One after the other, so that two writes of the same file cannot overtake each other.
    const writing = this.#writing.then(async () => {
      try {
        if (dirname(name) !== '.') await makeFolders(dirname(path))
        await writeFile(temporary, content)
        await rename(temporary, path)
        this.#written.add(name)
      } catch (error) {
        await rm(temporary, { force: true }).catch(() => {})
        throw error
      }
    })
    this.#writing = writing.catch(() => {})
    return writing
  }

  /** Adds a line to the log; failures show up at {@link finish}. */
  log(entry: object): void {
    this.#logLines.push(`${JSON.stringify(entry)}\n`)
    this.#pendingLog = this.write(LOG_FILE, this.#logLines.join(''))
    this.#pendingLog.catch(() => {})
  }
  #pendingLog: Promise<void> = Promise.resolve()

  /** Writes the outcome. @throws if it, or the log, could not be written. */
  async finish(outcome: object): Promise<void> {
    try {
      await this.#pendingLog
      await this.write(METRICS_FILE, `${JSON.stringify(outcome, undefined, 2)}\n`)
    } catch (error) {
      fail(
        `${this.path}: the run cannot be stored (${reason(error)}).`,
        'Make room, or choose another folder with --out.',
      )
    }
  }

  /** Takes back what was made, for runs that come to nothing. Folders that hold something else stay. */
  async discard(): Promise<void> {
    await this.#writing
    for (const name of this.#written) await this.#remove(name)
    if (this.#made === undefined) return
    for (let folder = this.path; ; folder = dirname(folder)) {
      if ((await readdir(folder)).length > 0) return
      await rmdir(folder)
      if (folder === this.#made) return
    }
  }

  async #remove(name: string): Promise<void> {
    await rm(join(this.path, name), { force: true })
    this.#written.delete(name)
  }
}

/**
 * Makes a folder and those above it; returns the topmost that was not there. Not the recursive mkdir of Node, which does not
 * come back where a file system refuses new folders by ENOENT, as /proc does.
 */
async function makeFolders(path: string): Promise<string | undefined> {
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

function reason(error: unknown): string {
  const code = codeOf(error)
  if (code === undefined) return String(error)
  const known: Readonly<Record<string, string>> = {
    EACCES: 'no permission',
    EPERM: 'no permission',
    EROFS: 'the file system is read-only',
    ENOSPC: 'the disk is full',
    EEXIST: 'there is a file of that name',
    ENOTDIR: 'a part of the path is a file',
    ENOENT: 'a part of the path does not exist and cannot be made',
  }
  return known[code] ?? code
}
