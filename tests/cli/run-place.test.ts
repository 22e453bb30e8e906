import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { defaultRunFolder, discard, openPlace } from '../../src/cli/run-place.js'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'run-place-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

describe('the place of a run', () => {
  it('is named after recipe and time', () => {
    expect(defaultRunFolder('lenet-mnist', new Date(2025, 0, 31, 9, 5, 7))).toBe(
      join('runs', 'lenet-mnist-20250131-090507'),
    )
  })

  it('loses an earlier run when another one begins, and nothing else', async () => {
    for (const name of ['run.json', 'metrics.jsonl', 'notes.txt']) writeFileSync(join(root, name), 'old')
    const { folder } = await openPlace(root)
    await folder.begin({ name: 'new' })
    await folder.release()
    expect(readdirSync(root)).toEqual(['notes.txt', 'run.json'])
  })

  it('can be taken back, with the folders that were made for it', async () => {
    writeFileSync(join(root, 'notes.txt'), '')
    for (const path of [join(root, 'a', 'b'), root]) {
      const { place, folder } = await openPlace(path)
      await folder.begin({ name: 'new' })
      await folder.release()
      await discard(place)
    }
    expect(readdirSync(root)).toEqual(['notes.txt'])
  })

  it.each([
    ['a file', (path: string) => path, /cannot be stored.*there is a file of that name.*--out/],
    ['below a file', (path: string) => join(path, 'x', 'y'), /cannot be stored.*a part of the path is a file/],
    // Even the administrator cannot make folders there.
    ['in /proc', () => '/proc/shapewise/run', /cannot be stored.*--out/],
  ])('is refused before anything runs if it is %s', async (_, place, message) => {
    const file = join(root, 'file')
    writeFileSync(file, '')
    await expect(openPlace(place(file))).rejects.toThrow(message)
    expect(readdirSync(root)).toEqual(['file'])
  })
})
