import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  adult,
  babi,
  breastCancer,
  californiaHousing,
  camVid,
  cifar10,
  cora,
  emoji,
  fashionMnist,
  iris,
  label,
  lengthOf,
  nuclei,
  omniglot,
  omniglotOneShot,
  penguins,
  sequence,
  sketches,
  spokenDigits,
  stream,
  tinyShakespeare,
  wine,
} from '../../src/data/index.js'
import { parseBabi } from '../../src/data/sources/babi.js'
import { parseCifar } from '../../src/data/sources/cifar10.js'
import { WebServers } from '../support/webServer.js'

const servers = new WebServers()
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shapewise-sources-'))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await servers.close()
  await rm(folder, { recursive: true, force: true })
})

describe('sources without their files', () => {
  const loaders = {
    adult,
    babi,
    breastCancer,
    californiaHousing,
    camVid,
    cifar10,
    cora,
    emoji,
    fashionMnist,
    iris,
    nuclei,
    omniglot,
    omniglotOneShot,
    penguins,
    sketches,
    spokenDigits,
    tinyShakespeare,
    wine,
  }

  it.each(Object.entries(loaders))('%s: say where they were sought and what to do, offline', async (_, load) => {
    vi.stubEnv('SHAPEWISE_DATA', folder)
    vi.stubEnv('SHAPEWISE_OFFLINE', '1')
    const failing = load({ cacheFolder: join(folder, 'cache') })
    await expect(failing).rejects.toThrow(
      /the files are not here and downloads are switched off\. Sought in .*Put .* into \$SHAPEWISE_DATA\//,
    )
    await expect(load({ folder: join(folder, 'nowhere') })).rejects.toThrow(/nowhere: of the files of .* missing/)
    await expect(load({ dowload: false } as object)).rejects.toThrow(/no option 'dowload'.*download/)
  })

  it('say that there is no address where there is none', async () => {
    vi.stubEnv('SHAPEWISE_DATA', '')
    await expect(cora({ cacheFolder: folder })).rejects.toThrow(
      /no address to download them from.*github\.com\/tkipf\/gcn/,
    )
  })
})

describe('sources', () => {
  it('download, check and keep the original, whose archive may differ', async () => {
    vi.stubEnv('SHAPEWISE_DATA', '')
    const mirror = await servers.serve((_, response) => void response.end('another text'))
    const options = { cacheFolder: join(folder, 'cache'), mirrors: [mirror] }
    await expect(tinyShakespeare(options)).rejects.toThrow(/input\.txt: the content has SHA-256 .*expected 86c4e6aa/)
    await mkdir(join(folder, 'other'))
    await writeFile(join(folder, 'other', 'input.txt'), 'to be or not to be')
    const { text, source } = await tinyShakespeare({ folder: join(folder, 'other') })
    expect(text).toBe('to be or not to be')
    expect(source.genuine).toBe(false)
    expect(source.description).toMatch(/data in the form of Tiny Shakespeare .*not the published files: input\.txt/)
  })

  it('turn the planes of CIFAR into pixels', () => {
    const record = new Uint8Array(3073).fill(7)
    record[0] = 3
    record.fill(100, 1, 1025).fill(200, 2049)
    const { inputs, labels } = parseCifar([{ name: 'x', bytes: record }]).gather([0])
    expect([...labels.data]).toEqual([3])
    expect([...inputs.data.subarray(0, 6)]).toEqual([100, 7, 200, 100, 7, 200].map((byte) => Math.fround(byte / 255)))
    expect(() => parseCifar([{ name: 'x', bytes: record.subarray(1) }])).toThrow(/x: 3072 bytes are no whole number/)
    record[0] = 10
    expect(() => parseCifar([{ name: 'x', bytes: record }])).toThrow(/x: record 0 has the label 10/)
  })

  it('read the stories of bAbI', () => {
    const text =
      '1 A is here.\n2 Where is A? \there\t1\n3 B is there.\n4 Where is B?\tthere\t3\n1 C is up.\n2 Where?\tup\t1\n'
    const questions = parseBabi(text, 1, 'x')
    expect(questions.map(({ story, supporting }) => [story, supporting])).toEqual([
      [['A is here.'], [0]],
      [['A is here.', 'B is there.'], [1]],
      [['C is up.'], [0]],
    ])
    expect(() => parseBabi('no number', 1, 'x')).toThrow(/x: line 1 has no number/)
    expect(() => parseBabi('1 Where?\there\t7', 1, 'x')).toThrow(/refers to line 7/)
  })

  it('read small tables from elsewhere, and name what is missing', async () => {
    await writeFile(join(folder, 'iris.data.gz'), gzipSync('1,2,3,4,b\n5,6,7,8,a\n\n'))
    const { data, classes, source } = await iris({ folder })
    expect([...data.values('inputs')]).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    expect([[...data.values('labels')], classes, source.genuine]).toEqual([[1, 0], ['a', 'b'], false])
    await writeFile(join(folder, 'iris.data.gz'), gzipSync('1,2,3,,b\n'))
    await expect(iris({ folder })).rejects.toThrow(/row 0 has no petal width/)
  })
})

const root = process.env.SHAPEWISE_DATA

describe.runIf(root !== undefined)('published sets (only where SHAPEWISE_DATA names their folder)', () => {
  it('CIFAR-10, the first pictures', async () => {
    const { train, test, source, classes } = await cifar10({ version: 'first' })
    expect([train.length, test.length, source.genuine]).toEqual([4000, 1000, true])
    // The first pixels are well known.
    const first = (data: typeof train) =>
      [...data.gather([0]).inputs.data.subarray(0, 3)].map((value) => Math.round(value * 255))
    expect([first(train), first(test)]).toEqual([
      [59, 62, 63],
      [158, 112, 49],
    ])
    expect(classes[train.gather([0]).labels.data[0]!]).toBe('frog')
  })

  it('CIFAR-10 as JPEG pictures, with a decoder of the user', async () => {
    let seen = 0
    const decode = (bytes: Uint8Array) => {
      // Each begins and ends like a JPEG file.
      if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes.at(-2) === 0xff && bytes.at(-1) === 0xd9) seen++
      return { width: 32, height: 32, channels: 3, data: new Uint8Array(3072).fill(bytes.length % 256) }
    }
    const { train, test, source } = await cifar10({ version: 'jpeg', decode })
    expect([train.length, test.length, seen, source.genuine]).toEqual([50000, 10000, 60000, true])
    const counts = new Int32Array(10)
    for (const label of train.values('labels')) counts[label]!++
    expect([...counts]).toEqual(new Array(10).fill(5000))
    const first = await cifar10({ version: 'first' })
    expect([...train.take(4000).values('labels')]).toEqual([...first.train.values('labels')])
  })

  it('CIFAR-10 as JPEG pictures look like the lossless ones', async () => {
    const [jpeg, first] = [await cifar10({ version: 'jpeg' }), await cifar10({ version: 'first' })]
    const [lossy, exact] = [jpeg.test, first.test].map((data) => data.take(1000).values('inputs'))
    const difference = lossy!.reduce((sum, value, i) => sum + Math.abs(value - exact![i]!), 0) / lossy!.length
    // The README of the set says 5.8 of 255.
    expect(difference * 255).toBeGreaterThan(3)
    expect(difference * 255).toBeLessThan(8)
  })

  it('Tiny Shakespeare, also from a server', async () => {
    const { text, train, validation, source } = await tinyShakespeare()
    expect([text.length, new Set(text).size, source.genuine]).toEqual([1115394, 65, true])
    expect(train + validation).toBe(text)
    const mirror = await servers.serve(
      async (_, response) => void response.end(await readFile(join(root!, 'tinyshakespeare/input.txt'))),
    )
    vi.stubEnv('SHAPEWISE_DATA', '')
    const options = { cacheFolder: folder, mirrors: [mirror] }
    expect((await tinyShakespeare(options)).source.kind).toBe('download')
    expect((await tinyShakespeare({ ...options, download: false })).source).toMatchObject({
      kind: 'cache',
      genuine: true,
    })
  })

  it('spoken digits', async () => {
    const { train, test, speakers, source } = await spokenDigits()
    expect([train.length, test.length, speakers.length, source.genuine]).toEqual([2700, 300, 6, true])
    expect(Math.max(...[...train, ...test].map(({ samples }) => samples.length))).toBe(18262)
    const [batch] = await stream(test)
      .take(4)
      .batch(4, { samples: sequence('float32'), digit: label({ classes: 10 }), length: lengthOf('samples') })
      .toArray()
    expect(batch!.samples.shape[1]).toBe(Math.max(...batch!.length.data))
  })

  it('bAbI', async () => {
    const { train, test, source } = await babi()
    expect([train.length, test.length, source.genuine]).toEqual([20000, 20000, true])
    const [first] = (await babi({ tasks: [1] })).train
    expect(first).toEqual({
      ...{ task: 1, question: 'Where is Mary?', answer: 'bathroom', supporting: [0] },
      story: ['Mary moved to the bathroom.', 'John went to the hallway.'],
    })
  })

  it('sketches', async () => {
    for (const [set, counts, longest] of [
      ['kanji', [10000, 600, 500], 88],
      ['omniglot', [30000, 1000, 1000], 157],
    ] as const) {
      const { train, validation, test, source } = await sketches({ set })
      expect([train.length, validation.length, test.length]).toEqual(counts)
      const all = [...train, ...validation, ...test]
      expect(all.reduce((most, { points }) => Math.max(most, points.length / 3), 0)).toBe(longest)
      expect(source.genuine).toBe(true)
    }
  })

  it('Cora', async () => {
    const graph = await cora()
    expect([graph.nodes, graph.edges.length / 2, graph.featureCount, graph.source.genuine]).toEqual([
      2708,
      5278,
      1433,
      true,
    ])
    expect(graph.features.reduce((sum, value) => sum + value, 0)).toBe(49216)
    const counts = graph.classes.map((_, c) => graph.labels.filter((each) => each === c).length)
    expect(counts).toEqual([351, 217, 418, 818, 426, 298, 180])
    expect([graph.train, graph.validation, graph.test].map(({ length }) => length)).toEqual([140, 500, 1000])
  })

  it('emoji', async () => {
    const { data, names, categories, source } = await emoji()
    expect([data.length, names.length, categories.length, source.genuine]).toEqual([3786, 3786, 10, true])
    const [train, test] = data.split(0.9, { groups: 'name' })
    const known = new Set(train.values('name'))
    expect([...test.values('name')].some((name) => known.has(name))).toBe(false)
  })

  it('tables', async () => {
    const flowers = await iris()
    expect([flowers.data.length, flowers.classes.length, flowers.source.genuine]).toEqual([150, 3, true])
    const wines = await wine()
    expect([wines.data.length, wines.source.genuine]).toEqual([178, true])
    const cells = await breastCancer()
    expect([
      cells.data.length,
      cells.data.values('labels').reduce((sum, each) => sum + each, 0),
      cells.source.genuine,
    ]).toEqual([569, 212, true])
    const birds = await penguins()
    expect([birds.table.rows.length, birds.source.genuine]).toEqual([344, true])
    expect(birds.table.column('sex').filter((sex) => sex === undefined).length).toBe(11)
    const houses = await californiaHousing()
    expect([houses.table.rows.length, houses.source.genuine]).toEqual([20640, true])
    expect(houses.table.numbers('total_bedrooms').filter(Number.isNaN).length).toBe(207)
    const people = await adult()
    expect([people.train.rows.length, people.test.rows.length, people.source.genuine]).toEqual([32561, 16281, true])
    const rich = people.train.categories('income')
    expect(rich.names).toEqual(['<=50K', '>50K'])
    expect(rich.labels.reduce((sum, each) => sum + each, 0) / 32561).toBeCloseTo(0.2408, 4)
    expect(people.test.categories('income').names).toEqual(rich.names)
    const incomplete = (table: typeof people.train) => table.rows.filter((row) => row.includes('?')).length
    expect([incomplete(people.train), incomplete(people.test)]).toEqual([2399, 1221])
  })

  it('Omniglot and its trials', async () => {
    for (const [set, characters] of [
      ['small1', 136],
      ['small2', 156],
    ] as const) {
      const made = await omniglot({ set })
      expect([made.data.length, made.characters.length, made.alphabets.length]).toEqual([
        characters * 20,
        characters,
        5,
      ])
      expect(made.source.genuine).toBe(true)
      // Every character once by each drawer.
      const drawn = new Set(
        Array.from(made.data.values('labels'), (each, i) => 20 * each + made.data.values('drawer')[i]!),
      )
      expect(drawn.size).toBe(characters * 20)
      const ink = made.data.take(100).values('inputs')
      expect(ink.reduce((sum, each) => sum + each, 0) / ink.length).toBeCloseTo(0.05, 1)
    }
    const { runs } = await omniglotOneShot()
    expect(runs.length).toBe(20)
    // The Hausdorff distance of the authors' demonstration is wrong at 38.8 %; so is chance at 95 %.
    const wrong = runs.flatMap(({ train, test, answers }) =>
      test.map((picture, i) => {
        const shared = train.map((other) => similarity(picture, other))
        return Number(shared.indexOf(Math.max(...shared)) !== answers[i])
      }),
    )
    expect(wrong.length).toBe(400)
    expect(wrong.reduce((sum, each) => sum + each, 0) / 400).toBeLessThan(0.85)
  })

  it('CamVid', async () => {
    const { train, validation, test, classes, source } = await camVid()
    expect([train.length, validation.length, test.length, source.genuine]).toEqual([40, 10, 14, true])
    const counts = new Float64Array(classes.length)
    for (const part of [train, validation, test]) for (const label of part.values('labels')) counts[label]!++
    expect([...counts]).toEqual([
      1762587, 2602197, 97316, 3302960, 638932, 1170249, 127424, 174128, 628349, 77094, 52894, 425070,
    ])
  })

  it('nuclei', async () => {
    const { train, test, source } = await nuclei()
    expect([train.length, test.length, source.genuine]).toEqual([267, 67, true])
    let found = 0
    for (const part of [train, test]) {
      const labels = part.values('labels')
      for (let i = 0; i < part.length; i++)
        found += labels.subarray(i * 65536, (i + 1) * 65536).reduce((most, each) => Math.max(most, each), 0)
    }
    expect(found).toBe(9543)
  })
})

/** How much of the ink of two pictures, made coarse, is shared. */
function similarity(a: Uint8Array, b: Uint8Array): number {
  const [p, q] = [coarse(a), coarse(b)]
  let [both, inA, inB] = [0, 0, 0]
  for (let i = 0; i < p.length; i++) {
    both += p[i]! * q[i]!
    inA += p[i]! ** 2
    inB += q[i]! ** 2
  }
  return both / Math.sqrt(inA * inB)
}

function coarse(picture: Uint8Array): Float64Array {
  const out = new Float64Array(15 * 15)
  for (let y = 0; y < 105; y++)
    for (let x = 0; x < 105; x++) out[15 * Math.floor(y / 7) + Math.floor(x / 7)]! += picture[105 * y + x]!
  return out
}
