import { fail } from '../../core/errors.js'

/** Whether there is a file system, that is, whether this is Node and not a browser. */
export const hasFileSystem = (): boolean => typeof process !== 'undefined' && process.versions?.node !== undefined

/** The value of an environment variable, or undefined if it is not set, is empty, or there is no environment. */
export function environmentVariable(name: string): string | undefined {
  const value = hasFileSystem() ? process.env[name] : undefined
  return value === '' ? undefined : value
}

/**
 * The folder in which the user's programs keep what they can fetch again, with `parts` appended: `$XDG_CACHE_HOME`, else
 * what the platform uses (`~/.cache`, `~/Library/Caches`, `%LOCALAPPDATA%`).
 *
 * Source: XDG Base Directory Specification, version 0.8.
 */
export async function userCacheFolder(...parts: readonly string[]): Promise<string> {
  const { isAbsolute, join } = await import('node:path')
  const { homedir } = await import('node:os')
  // The specification says to ignore relative paths.
  const chosen = environmentVariable('XDG_CACHE_HOME')
  if (chosen !== undefined && isAbsolute(chosen)) return join(chosen, ...parts)
  const local = environmentVariable('LOCALAPPDATA')
  if (process.platform === 'win32' && local !== undefined) return join(local, ...parts)
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', ...parts)
  return join(homedir(), '.cache', ...parts)
}

/** The names of the entries of a folder; none if it does not exist. Throws if it cannot be read. */
export async function listFolder(folder: string): Promise<readonly string[]> {
  const { readdir } = await import('node:fs/promises')
  try {
    return await readdir(folder)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    return fail(`${folder}: the folder cannot be read (${codeOf(error)}).`, 'Give the path of a readable folder.')
  }
}

/** The bytes of a file. Throws if it cannot be read. */
export async function readBytes(path: string): Promise<Uint8Array> {
  const { readFile } = await import('node:fs/promises')
  try {
    // Not Node's own kind of array, whose slices are views.
    const { buffer, byteOffset, byteLength } = await readFile(path)
    return new Uint8Array(buffer, byteOffset, byteLength)
  } catch (error) {
    return fail(`${path}: the file cannot be read (${codeOf(error)}).`, 'Check that it exists and may be read.')
  }
}

/**
 * Writes a file, making its folder if need be. The bytes go to a temporary name that becomes the real one at the end, so that
 * an interruption leaves no half-written file. Throws if the folder cannot be written.
 */
export async function writeBytes(path: string, bytes: Uint8Array): Promise<void> {
  const { mkdir, rename, rm, writeFile } = await import('node:fs/promises')
  const { dirname } = await import('node:path')
  const temporary = `${path}.${process.pid}-${Date.now().toString(36)}.partial`
  try {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(temporary, bytes)
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined)
    fail(`${path}: the file cannot be written (${codeOf(error)}).`, 'Choose a folder that may be written to.')
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}
