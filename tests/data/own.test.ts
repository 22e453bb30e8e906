import { readFileSync } from 'node:fs'
import { mkdir, mkdtemp, readFile as readBytes, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, expectTypeOf, it } from 'vitest'
import {
  arrayDataset,
  classTable,
  imageFolder,
  parseCsv,
  readCsv,
  readFile,
  readNpzFile,
  readParquet,
  readText,
  readWav,
  textLines,
  valueTable,
  wavFolder,
  writeNpz,
} from '../../src/data/index.js'
import { WebServers } from '../support/webServer.js'

const servers = new WebServers()
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shapewise-own-'))
})
afterEach(async () => {
  await servers.close()
  await rm(folder, { recursive: true, force: true })
})

const fixture = (name: string) => JSON.parse(readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url), 'utf8'))

describe('files of the user', () => {
  it('are read by path, file URL and address, compressed or not', async () => {
    const path = join(folder, 'a.csv.gz')
    await writeFile(path, gzipSync('x,y\n1,2\n'))
    for (const location of [
      path,
      pathToFileURL(path),
      await servers.serve(async (_, response) => void response.end(await readBytes(path))),
    ]) {
      expect((await readCsv(location)).rows).toEqual([['1', '2']])
    }
    expect(await readText(path)).toBe('x,y\n1,2\n')
    await expect(readFile(join(folder, 'nowhere'))).rejects.toThrow(/nowhere: the file cannot be read/)
    const missing = await servers.serve((_, response) => void response.writeHead(404).end())
    await expect(readFile(missing)).rejects.toThrow(/cannot be fetched \(HTTP status 404\)/)
    await expect(readWav(path)).rejects.toThrow(/a\.csv\.gz: the file does not open like a WAV file/)
  })

  it('of arrays are data sets', async () => {
    const path = join(folder, 'a.npz')
    const pictures = Uint8Array.from({ length: 2 * 3 * 3 }, (_, i) => i)
    await writeFile(
      path,
      writeNpz({ inputs: { shape: [2, 3, 3], data: pictures }, labels: { shape: [2], data: new Int32Array([1, 0]) } }),
    )
    const { inputs, labels } = arrayDataset(await readNpzFile(path)).gather([1]) as Record<
      string,
      { dtype: string; shape: readonly number[] }
    >
    expect([inputs!.dtype, inputs!.shape, labels!.dtype, labels!.shape]).toEqual(['float32', [1, 3, 3], 'int32', [1]])
  })

  it('of lines are read one by one, and go on', async () => {
    const path = join(folder, 'lines.txt')
    await writeFile(path, 'one\n\nthree\r\nfour')
    const lines = textLines(path)
    expect(await lines.toArray()).toEqual(['one', '', 'three', 'four'])
    const pass = lines.epoch()
    await pass.next()
    const position = pass.position()
    await pass.return()
    const rest: string[] = []
    for await (const line of lines.resume(position)) rest.push(line)
    expect(rest).toEqual(['', 'three', 'four'])
    await expect(textLines(join(folder, 'nowhere')).toArray()).rejects.toThrow(/nowhere: the file cannot be read/)
  })
})

describe('tables', () => {
  const table = parseCsv('a,b,kind,price\n1,2,pike,10\n3,4,carp,20\n', {}, 't.csv')

  it('are data sets of classes or values', () => {
    const { data, classes } = classTable(table, { inputs: ['a', 'b'], labels: 'kind' })
    const { inputs, labels } = data.gather([1, 0])
    expectTypeOf(inputs.shape).toEqualTypeOf<readonly [number, 2]>()
    expect([[...inputs.data], [...labels.data], classes]).toEqual([
      [3, 4, 1, 2],
      [0, 1],
      ['carp', 'pike'],
    ])
    const values = valueTable(table, { inputs: ['b'], targets: ['price'] })
    expect([...values.values('targets')]).toEqual([10, 20])
  })

  it('say what does not fit', () => {
    expect(() => classTable(table, { inputs: ['kind'], labels: 'kind' })).toThrow(
      /t\.csv: "pike" in column "kind", row 0, is no number/,
    )
    expect(() => classTable(table, { inputs: ['c'], labels: 'kind' })).toThrow(/no column "c"/)
    expect(() => classTable(table, { inputs: ['a'], label: 'kind' } as never)).toThrow(/no option 'label'.*labels/)
    const holes = parseCsv('a,kind\n,x\n', {}, 't.csv')
    expect(() => classTable(holes, { inputs: ['a'], labels: 'kind' })).toThrow(/t\.csv: row 0 has no a/)
  })
})

describe('folders of classes', () => {
  it('give pictures and recordings with labels', async () => {
    const png = Buffer.from(fixture('png')[0].bytes, 'base64')
    const wav = Buffer.from(fixture('formats').wav[0].bytes, 'base64')
    for (const [className, file, content] of [
      ['dog', '1.png', png],
      ['dog', '2.wav', wav],
      ['cat', 'deep/1.PNG', png],
      ['cat', '.hidden/1.txt', png],
      ['.git', '1.png', png],
    ] as const) {
      await mkdir(join(folder, className, file, '..'), { recursive: true })
      await writeFile(join(folder, className, file), content)
    }
    await writeFile(join(folder, 'README.png'), 'no class')
    const { pictures, classes } = await imageFolder(folder)
    expect(classes).toEqual(['cat', 'dog'])
    const all = await pictures.toArray()
    expect(all.map(({ label, width, height, channels }) => [label, width, height, channels])).toEqual([
      [0, 13, 11, 1],
      [1, 13, 11, 1],
    ])
    const { recordings } = await wavFolder(folder)
    const [recording] = await recordings.toArray()
    expect([recording!.sampleRate, recording!.samples.length, recording!.label]).toEqual([8000, 6, 0])
    await expect(wavFolder(join(folder, 'cat'))).rejects.toThrow(/cat: there are no folders with files that end in wav/)
    await writeFile(join(folder, 'dog', '3.png'), png.subarray(0, 50))
    await expect((await imageFolder(folder)).pictures.toArray()).rejects.toThrow(/3\.png: the file has 50 bytes/)
  })
})

describe('parquet', () => {
  it('gives rows', async () => {
    const path = join(folder, 'a.parquet')
    await writeFile(path, Buffer.from(fixture('parquet').bytes, 'base64'))
    expect(await readParquet(path)).toEqual(fixture('parquet').rows)
    expect(await readParquet(path, { columns: ['id'] })).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }])
    await writeFile(path, 'PAR1 no parquet PAR1')
    await expect(readParquet(path)).rejects.toThrow(/a\.parquet: the Parquet file cannot be read/)
  })
})
