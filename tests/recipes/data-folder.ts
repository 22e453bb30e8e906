import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, vi } from 'vitest'

/** While the tests of a file run, a folder of data as users have it, with what is written into those below it; gives its path. */
export function withDataFolder(folders: readonly string[], fill: (root: string) => void | Promise<void>): () => string {
  let root = ''
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'recipes-'))
    for (const folder of folders) mkdirSync(join(root, folder), { recursive: true })
    await fill(root)
    vi.stubEnv('SHAPEWISE_DATA', root)
  })
  afterAll(() => {
    vi.unstubAllEnvs()
    rmSync(root, { recursive: true, force: true })
  })
  return () => root
}
