import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { userCacheFolder, writeBytes } from '../../src/data/files/user-files.js'
import { mnist, writeIdx } from '../../src/data/index.js'
import { WebServers } from '../support/webServer.js'

let folder: string
const servers = new WebServers()

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shapewise-mnist-'))
})

afterEach(async () => {
  vi.unstubAllEnvs()
  await servers.close()
  await rm(folder, { recursive: true, force: true })
})

const images = (count: number) =>
  writeIdx({ type: 'uint8', shape: [count, 28, 28], data: new Uint8Array(count * 784).fill(51) })
const labels = (...values: number[]) =>
  writeIdx({ type: 'uint8', shape: [values.length], data: new Uint8Array(values) })

/** A complete tiny data set in the form of MNIST's files, some of them compressed or spelled differently. */
const files = (): Record<string, Uint8Array> => ({
  'train-images-idx3-ubyte.gz': gzipSync(images(3)),
  'train-labels.idx1-ubyte': labels(4, 0, 9),
  't10k-images-idx3-ubyte': images(2),
  't10k-labels-idx1-ubyte.gz': gzipSync(labels(1, 2)),
})

async function write(changes: Record<string, Uint8Array | undefined> = {}): Promise<string> {
  for (const [name, bytes] of Object.entries({ ...files(), ...changes })) {
    if (bytes !== undefined) await writeFile(join(folder, name), bytes)
  }
  return folder
}

describe('mnist from a folder', () => {
  it('reads plain and compressed files', async () => {
    const { train, test, source } = await mnist({ folder: await write() })
    // The files are in the form of MNIST, but others: used, and said.
    expect([source.kind, source.genuine]).toEqual(['folder', false])
    expect(source.description).toMatch(
      `data in the form of MNIST from ${folder} (not the published files: train-labels.idx1`,
    )
    expect(train.length).toBe(3)
    expect([...train.values('labels')]).toEqual([4, 0, 9])
    expect([...test.values('labels')]).toEqual([1, 2])
    const { inputs } = test.gather([1])
    expect(inputs.shape).toEqual([1, 28, 28, 1])
    expect(new Set(inputs.data)).toEqual(new Set([Math.fround(0.2)]))
  })

  it('finds the folder through SHAPEWISE_DATA', async () => {
    vi.stubEnv('SHAPEWISE_DATA', folder)
    await mkdir(join(folder, 'mnist'))
    for (const [name, bytes] of Object.entries(files())) await writeFile(join(folder, 'mnist', name), bytes)
    expect((await mnist()).source.description).toMatch(`MNIST from ${join(folder, 'mnist')}`)
  })

  it('names missing files', async () => {
    await write({ 't10k-images-idx3-ubyte': undefined })
    await expect(mnist({ folder })).rejects.toThrow(/: of the files of MNIST t10k-images-idx3-ubyte are missing/)
    await expect(mnist({ folder: join(folder, 'nowhere') })).rejects.toThrow(/nowhere: of the files/)
  })

  it('names the damaged file and what is wrong with it', async () => {
    const trial = async (changes: Record<string, Uint8Array>) => mnist({ folder: await write(changes) })
    await expect(trial({ 'train-images-idx3-ubyte.gz': gzipSync(images(3)).subarray(0, 30) })).rejects.toThrow(
      /train-images-idx3-ubyte\.gz: the gzip data is truncated/,
    )
    await expect(trial({ 'train-images-idx3-ubyte.gz': images(3).subarray(0, 100) })).rejects.toThrow(
      /train-images-idx3-ubyte\.gz: the file is truncated/,
    )
    await expect(trial({ 'train-images-idx3-ubyte.gz': images(2) })).rejects.toThrow(
      /train-labels\.idx1-ubyte has 3 labels, but .*train-images-idx3-ubyte\.gz has 2 pictures/,
    )
    await expect(
      trial({ 'train-images-idx3-ubyte.gz': images(3), 'train-labels.idx1-ubyte': labels(1, 10, 2) }),
    ).rejects.toThrow(/train-labels\.idx1-ubyte: label 1 is 10, but the classes are 0 … 9/)
    await expect(trial({ 'train-labels.idx1-ubyte': images(3) })).rejects.toThrow(
      /train-labels\.idx1-ubyte: the file holds uint8 \[3, 28, 28\], but labels are uint8 \[count\]/,
    )
    await expect(
      trial({ 'train-images-idx3-ubyte.gz': images(0), 'train-labels.idx1-ubyte': labels() }),
    ).rejects.toThrow(/train-images-idx3-ubyte\.gz: the file holds no pictures/)
    const signed = writeIdx({ type: 'int8', shape: [3], data: new Int8Array(3) })
    await expect(trial({ 'train-images-idx3-ubyte.gz': images(3), 'train-labels.idx1-ubyte': signed })).rejects.toThrow(
      /holds int8 \[3\], but labels are uint8/,
    )
  })
})

describe('mnist without a folder', () => {
  it('reads the cache', async () => {
    vi.stubEnv('SHAPEWISE_DATA', '')
    const { source, train } = await mnist({ cacheFolder: await write(), mirrors: [] })
    expect(source.kind).toBe('cache')
    expect(train.length).toBe(3)
  })

  it('generates digits when there is no way to MNIST, and says why', async () => {
    vi.stubEnv('SHAPEWISE_DATA', join(folder, 'nowhere'))
    const missing = await servers.serve((_, response) => response.writeHead(404).end())
    const empty = { cacheFolder: join(folder, 'cache'), generated: { train: 30, test: 20, seed: 5 } }
    const { train, test, source } = await mnist({ ...empty, mirrors: [missing] })
    expect(source.kind).toBe('generated')
    expect(source.description).toMatch(/generated digits instead of MNIST.*train-labels.*HTTP status 404/)
    expect([train.length, test.length]).toEqual([30, 20])
    expect((await mnist({ ...empty, download: false })).source.description).toMatch(/downloads are switched off/)
    expect(await readdir(folder)).toEqual([])
  })

  it('does not take another file for MNIST and keeps nothing of it', async () => {
    vi.stubEnv('SHAPEWISE_DATA', '')
    const other = await servers.serve((_, response) => response.end(gzipSync(labels(1, 2, 3))))
    const options = { cacheFolder: join(folder, 'cache'), mirrors: [other], generated: { train: 2, test: 2 } }
    const { source } = await mnist(options)
    expect(source.description).toMatch(/SHA-256 [0-9a-f]{64}, expected 65a50cbb/)
    expect(await readdir(folder, { recursive: true })).toEqual(['cache'])
  })
})

const root = process.env.SHAPEWISE_DATA

describe.runIf(root !== undefined)('mnist with the real files (only where SHAPEWISE_DATA names their folder)', () => {
  it('has the published sizes, labels and mean ink', async () => {
    const { train, test, source } = await mnist()
    expect(source.genuine).toBe(true)
    expect([train.length, test.length]).toEqual([60000, 10000])
    expect([...train.take(10).values('labels')]).toEqual([5, 0, 4, 1, 9, 2, 1, 3, 1, 4])
    // The mean that the PyTorch examples normalise with is 0.1307.
    const pixels = train.values('inputs')
    expect(pixels.reduce((sum, value) => sum + value, 0) / pixels.length).toBeCloseTo(0.1307, 4)
  })

  it('downloads, checks and keeps them', async () => {
    const { readFile } = await import('node:fs/promises')
    vi.stubEnv('SHAPEWISE_DATA', '')
    const mirror = await servers.serve(async (request, response) => {
      response.end(await readFile(join(root!, 'mnist', request.url!.slice(1))))
    })
    const cacheFolder = join(folder, 'cache')
    const finished = new Set<string>()
    const first = await mnist({ cacheFolder, mirrors: [mirror], onProgress: ({ file }) => finished.add(file) })
    expect(first.source.kind).toBe('download')
    expect(finished.size).toBe(4)
    expect((await readdir(cacheFolder)).length).toBe(4)
    const second = await mnist({ cacheFolder, mirrors: [] })
    expect(second.source.kind).toBe('cache')
    expect(second.test.values('labels')).toEqual(first.test.values('labels'))
  })
})

describe('files of the user', () => {
  it('are kept where XDG_CACHE_HOME says, if it is an absolute path', async () => {
    vi.stubEnv('XDG_CACHE_HOME', folder)
    expect(await userCacheFolder('shapewise', 'mnist')).toBe(join(folder, 'shapewise', 'mnist'))
    vi.stubEnv('XDG_CACHE_HOME', 'relative')
    expect(await userCacheFolder('shapewise')).not.toMatch(/relative/)
  })

  it('leave nothing half-written where they cannot be written', async () => {
    await writeFile(join(folder, 'file'), 'not a folder')
    await expect(writeBytes(join(folder, 'file', 'inside'), new Uint8Array(1))).rejects.toThrow(/cannot be written/)
    await mkdir(join(folder, 'taken'))
    await expect(writeBytes(join(folder, 'taken'), new Uint8Array(1))).rejects.toThrow(
      /taken: the file cannot be written/,
    )
    expect((await readdir(folder)).sort()).toEqual(['file', 'taken'])
  })
})
