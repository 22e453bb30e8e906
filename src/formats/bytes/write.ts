import { fail } from '../../core/errors.js'

/**
 * Writes a file part by part, making its folder if need be. The parts go to a temporary name that becomes the real one when all are on
 * the disk, so that an interruption leaves no half-written file. Throws if the file cannot be written.
 */
export async function writeParts(path: string, parts: Iterable<Uint8Array>): Promise<void> {
  const { mkdir, open, rename, rm } = await import('node:fs/promises')
  const { dirname } = await import('node:path')
  const temporary = `${path}.${process.pid}-${Date.now().toString(36)}.partial`
  try {
    await mkdir(dirname(path), { recursive: true })
    const file = await open(temporary, 'w')
    try {
      for (const part of parts) await file.writeFile(part)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined)
    cannotWrite(path, error)
  }
}

/** Throws what became of an attempt to write: an error of the file system in words. */
export function cannotWrite(path: string, error: unknown): never {
  if (!(error instanceof Error && 'code' in error)) throw error
  const cure = error.code === 'ENOSPC' ? 'The disk is full: make room.' : 'Choose a folder that may be written to.'
  fail(`${path}: the file cannot be written (${error.code}).`, cure)
}
