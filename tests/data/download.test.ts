import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { download } from '../../src/data/files/download.js'
import { WebServers } from '../support/webServer.js'

const servers = new WebServers()
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shapewise-download-'))
})
afterEach(async () => {
  await servers.close()
  await rm(folder, { recursive: true, force: true })
})

describe('download', () => {
  const content = new Uint8Array([1, 2, 3, 4])
  const sha256 = createHash('sha256').update(content).digest('hex')

  it('checks the content whatever its compression, and reports progress', async () => {
    const bytes = gzipSync(content)
    const url = await servers.serve((_, response) => response.setHeader('content-length', bytes.length).end(bytes))
    const progress: unknown[] = []
    const received = await download({ url: `${url}four.gz`, sha256, onProgress: (state) => progress.push(state) })
    expect([...received.content]).toEqual([1, 2, 3, 4])
    expect([...received.bytes]).toEqual([...bytes])
    expect(progress.at(-1)).toEqual({ file: 'four.gz', received: bytes.length, total: bytes.length })
    const plain = await servers.serve((_, response) => response.end(content))
    expect([...(await download({ url: plain, sha256 })).content]).toEqual([1, 2, 3, 4])
  })

  it('gives up on a server that does not answer or stalls', async () => {
    const silent = await servers.serve(() => undefined)
    await expect(download({ url: silent, sha256, connectMilliseconds: 50 })).rejects.toThrow(/no answer for 0\.05 s/)
    const stalling = await servers.serve((_, response) => {
      response.setHeader('content-length', 4).write(content.subarray(0, 2))
    })
    await expect(download({ url: stalling, sha256, idleMilliseconds: 50 })).rejects.toThrow(/no data for 0\.05 s/)
  })

  it('notices a connection that breaks off', async () => {
    const breaking = await servers.serve((_, response) => {
      response.setHeader('content-length', 4).write(content.subarray(0, 2), () => response.destroy())
    })
    await expect(download({ url: breaking, sha256 })).rejects.toThrow(/the download failed/)
  })

  describe('that is kept', () => {
    const long = Uint8Array.from({ length: 300_000 }, (_, i) => (i * i) % 251)
    const digest = createHash('sha256').update(long).digest('hex')
    let broken: number
    let ranges: (string | undefined)[]

    /** Breaks off after a third as often as `broken` says; knows ranges or not. */
    const breaking = (knowsRanges: boolean, body = long) =>
      servers.serve((request, response) => {
        ranges.push(request.headers.range)
        const begin = knowsRanges ? Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0) : 0
        if (begin >= body.length) return void response.writeHead(416).end()
        if (begin > 0) response.writeHead(206, { 'content-range': `bytes ${begin}-${body.length - 1}/${body.length}` })
        else response.writeHead(200, { 'content-length': body.length })
        if (broken-- > 0) response.write(body.subarray(begin, begin + 100_000), () => response.destroy())
        else response.end(body.subarray(begin))
      })

    beforeEach(() => {
      broken = 1
      ranges = []
    })

    it.each([true, false])('goes on where it broke off (a server that knows ranges: %s)', async (knowsRanges) => {
      const keep = join(folder, 'deep', 'file.bin')
      const options = { url: await breaking(knowsRanges), sha256: digest, keep }
      await expect(download(options)).rejects.toThrow(/the download failed/)
      // Nothing has the name of the file before it is whole.
      const left = await readdir(join(folder, 'deep'))
      expect(left).toEqual(['file.bin.partial'])
      const { content } = await download(options)
      expect(Buffer.compare(content, long)).toBe(0)
      expect(ranges[1]).toMatch(/^bytes=\d+-$/)
      expect(await readdir(join(folder, 'deep'))).toEqual(['file.bin'])
      expect(Buffer.compare(await readFile(keep), long)).toBe(0)
    })

    it('starts again where the beginning is of another file', async () => {
      broken = 0
      const keep = join(folder, 'file.bin')
      for (const wrong of [long.slice(0, 1000).reverse(), new Uint8Array(400_000)]) {
        await writeFile(`${keep}.partial`, wrong)
        const { content } = await download({ url: await breaking(true), sha256: digest, keep })
        expect(Buffer.compare(content, long)).toBe(0)
        expect(await readdir(folder)).toEqual(['file.bin'])
      }
    })

    it('takes a complete beginning as it is', async () => {
      const keep = join(folder, 'file.bin')
      await writeFile(`${keep}.partial`, long)
      await download({ url: await breaking(true), sha256: digest, keep })
      expect(Buffer.compare(await readFile(keep), long)).toBe(0)
    })

    it('gives the data even where nothing can be kept', async () => {
      broken = 0
      await writeFile(join(folder, 'file'), 'no folder')
      const { content } = await download({ url: await breaking(true), sha256: digest, keep: join(folder, 'file', 'x') })
      expect(content.length).toBe(long.length)
    })

    it('keeps nothing that is wrong', async () => {
      broken = 0
      const other = await breaking(true, new Uint8Array(10))
      await expect(download({ url: other, sha256: digest, keep: join(folder, 'x') })).rejects.toThrow(
        /SHA-256 .*expected/,
      )
      expect(await readdir(folder)).toEqual([])
    })
  })
})
