import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { defaultRunFolder, RunFolder } from '../../src/cli/run-folder.js'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'run-folder-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

describe('RunFolder', () => {
  it('is named after recipe and time', () => {
    expect(defaultRunFolder('lenet-mnist', new Date(2025, 0, 31, 9, 5, 7))).toBe(
      join('runs', 'lenet-mnist-20250131-090507'),
    )
  })

  it('holds log and outcome, and nothing else', async () => {
    const folder = await RunFolder.open(join(root, 'a', 'b'))
    folder.log({ epoch: 1 })
    folder.log({ epoch: 2 })
    await folder.write('pictures/first.txt', 'ink')
    await folder.finish({ accuracy: 0.5 })
    expect(readdirSync(folder.path).sort()).toEqual(['log.jsonl', 'metrics.json', 'pictures'])
    expect(readFileSync(join(folder.path, 'log.jsonl'), 'utf8')).toBe('{"epoch":1}\n{"epoch":2}\n')
    expect(JSON.parse(readFileSync(join(folder.path, 'metrics.json'), 'utf8'))).toEqual({ accuracy: 0.5 })
    expect(readFileSync(join(folder.path, 'pictures', 'first.txt'), 'utf8')).toBe('ink')
  })

  it('replaces an earlier run and leaves other files alone', async () => {
    for (const name of ['metrics.json', 'log.jsonl', 'notes.txt']) writeFileSync(join(root, name), 'old')
    await RunFolder.open(root)
    expect(readdirSync(root)).toEqual(['notes.txt'])
  })

  it('can be taken back, with the folders that were made for it', async () => {
    writeFileSync(join(root, 'notes.txt'), '')
    const folder = await RunFolder.open(join(root, 'a', 'b'))
    folder.log({ epoch: 1 })
    await folder.discard()
    expect(readdirSync(root)).toEqual(['notes.txt'])
    const existing = await RunFolder.open(root)
    await existing.discard()
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
    await expect(RunFolder.open(place(file))).rejects.toThrow(message)
    expect(readdirSync(root)).toEqual(['file'])
  })
})
