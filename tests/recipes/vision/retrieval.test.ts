import { random, seed, type Tensor, tensor } from 'shapewise'
import { RandomStream } from 'shapewise/data'
import { squeezenet } from 'shapewise/models'
import * as nn from 'shapewise/nn'
import { pairWhitening } from 'shapewise/projections'
import { type Model, memoryStorage, RunFolder } from 'shapewise/train'
import { describe, expect, it } from 'vitest'
import { type Collection, newAlphabets } from '../../../src/recipes/vision/likeness/collections.js'
import {
  AttentionPool,
  Descriptor,
  described,
  QuarterPool,
  whiteningLayer,
} from '../../../src/recipes/vision/likeness/descriptors.js'
import { trainByPairs } from '../../../src/recipes/vision/likeness/pair-training.js'
import { comparisons, search } from '../../../src/recipes/vision/likeness/searching.js'
import { showFound, writeFoundPage } from '../../../src/recipes/vision/likeness/showing-found.js'
import { PretrainedSqueezenet } from '../../../src/recipes/vision/squeezenet.js'
import { runInMemory } from '../running.js'
import { withOmniglotFiles } from './omniglot-files.js'

const silent = {
  ...{ log: () => {}, data: () => {}, progress: () => {}, table: () => {}, pictures: () => {} },
  epoch: () => Promise.resolve(),
}
const context = { report: silent, seed: 0, signal: new AbortController().signal }

const data = process.env.SHAPEWISE_DATA ?? ''
it.skipIf(data === '')(
  'retrieval finds emoji and characters (only where SHAPEWISE_DATA names the data)',
  async () => {
    seed(0)
    const { metrics, tables, pictures } = await runInMemory('retrieval', { limit: 12, passes: 1, batches: 4 })
    // One of twelve, and 19 of 239, by chance.
    expect(metrics.styleRecallAt1).toBeGreaterThan(0.4)
    expect(metrics.meanAveragePrecision).toBeGreaterThan(0.25)
    expect(tables.map(({ rows }) => rows.length)).toEqual([7, 7])
    expect(Object.keys(pictures)).toHaveLength(4)
    for (const picture of Object.values(pictures)) expect(picture).not.toMatch(/NaN|Infinity|no values/)
  },
  240_000,
)

/** Pictures 4 × 4, two of each of eight, whose upper halves are the same and whose lower ones are noise. */
function halves(): Collection {
  const draws = new RandomStream(3)
  const numbers = () => Array.from({ length: 8 }, () => draws.uniform())
  const uppers = Array.from({ length: 8 }, numbers)
  const shown = Array.from({ length: 16 }, (_, i) => ({
    ...{ meaning: i % 8, caption: `half ${i % 8}` },
    picture: Float32Array.from([...uppers[i % 8]!, ...numbers()]),
  }))
  const pairs = Array.from({ length: 8 }, (_, i) => [shown[i]!.picture, shown[i + 8]!.picture] as const)
  const places = [...shown.keys()]
  return { name: 'halves', side: 4, channels: 1, pairs, shown, queries: places.slice(0, 8), documents: places }
}

/** What a picture is: its numbers. */
const itself = nn.flatten() as nn.Layer as Model

const searched = async (model: Model, collection: Collection) => search(collection, await described(model, collection))

describe('a search', () => {
  it('does not find the picture that is searched with, but the other one of it', async () => {
    const found = await searched(itself, halves())
    expect(Object.keys(found)).toEqual([...comparisons])
    for (let i = 0; i < 8; i++) expect(found['as they are'].similarities[17 * i]).toBe(-2)
  })

  it('counts by hand what comes first and where what is right comes', async () => {
    const picture = (...values: number[]) => Float32Array.from(values)
    const shown = [
      [0, picture(1, 0, 0)],
      [0, picture(0, 1, 0)],
      [1, picture(0.9, 0.1, 0)],
      [1, picture(1, 0.2, 0)],
    ] as const
    const collection: Collection = {
      ...{ name: 'hand', side: 1, channels: 3, queries: [0, 2], documents: [0, 1, 2, 3] },
      shown: shown.map(([meaning, picture]) => ({ meaning, picture, caption: '' })),
      pairs: Array.from({ length: 6 }, (_, i) => [picture(i % 2, i % 3, i), picture(i, 0, i % 2)] as const),
    }
    // The first query finds its own kind last of three; the second finds [1, 0.2, 0] before all others.
    const { recallAt1, meanAveragePrecision } = (await searched(itself, collection))['as they are']
    expect([recallAt1, meanAveragePrecision]).toEqual([0.5, expect.closeTo((1 / 3 + 1) / 2)])
  })

  it('is shown as a picture and on a page that needs nothing else', async () => {
    const folder = await RunFolder.open(memoryStorage())
    const collection = halves()
    const { whitened } = await searched(itself, collection)
    await showFound({ folder, report: silent }, 'found', 'Halves', { collection, search: whitened, count: 3 })
    await writeFoundPage({ folder }, [{ collection, searches: { whitened, again: whitened } }], 3)
    const text = async (path: string) => new TextDecoder().decode(await folder.storage.read(path))
    // A query and two times six that are found, three times.
    expect((await text('found.html')).match(/<img src="data:image\/png;base64,/g)).toHaveLength(3 * 13)
    expect(await text('found.html')).not.toMatch(/(src|href)="(?!data:)/)
    expect((await text('pictures/found.svg')).match(/<rect[^>]*stroke=/g)).toHaveLength(18)
  })
})

describe('descriptors', () => {
  it('pool places by learned weights, which are equal at first, and by quarters', async () => {
    const maps = tensor([
      [
        [
          [1, 8],
          [3, 8],
        ],
        [
          [5, 8],
          [7, 8],
        ],
      ],
    ]) as Tensor
    expect([...(await new AttentionPool(2).forward(maps).data())]).toEqual([4, 8])
    const values = await new QuarterPool().forward(maps).data()
    expect(Array.from(values, (value) => Math.round(1000 * Number(value)) / 1000)).toEqual([1, 8, 3, 8, 5, 8, 7, 8])
  })

  it('a whitening is a layer that can be trained further', async () => {
    const draws = new RandomStream(1)
    const rows = () => Array.from({ length: 20 }, () => [draws.normal(), draws.normal(2), draws.normal(0, 3)])
    const [x, y] = [rows(), rows()]
    const whitening = await pairWhitening(x, y, { components: 2 })
    const wanted = await (await whitening.transform(x)).data()
    const values = await whiteningLayer(whitening)
      .forward(tensor(x) as Tensor)
      .data()
    for (const [i, value] of wanted.entries()) expect(values[i]).toBeCloseTo(Number(value), 4)
  })

  it('are of length 1 for each layer; ink is black on white', async () => {
    seed(0)
    const network = new PretrainedSqueezenet(squeezenet('1.1').eval(), [])
    const model = new Descriptor(network, ['fire2', 'fire3'], [nn.gemPool()])
    const ink = random.uniform([2, 4, 4, 1]) as Tensor
    const vectors = model.forward(ink)
    expect(vectors.shape).toEqual([2, 256])
    const lengths = vectors.reshape([2, 2, 128]).square().sum(-1)
    for (const length of await lengths.data()) expect(length).toBeCloseTo(1, 4)
    const colours = ink.neg().add(1).expand([2, 4, 4, 3]) as Tensor
    expect(await vectors.sub(model.forward(colours)).abs().max().item()).toBeLessThan(1e-5)
  })

  it('learn to find the other one of a pair', async () => {
    seed(0)
    const collection = halves()
    const model = nn.sequential(nn.flatten(), nn.linear(16, 16)) as nn.Layer as Model
    const before = (await searched(model, collection))['as they are'].meanAveragePrecision
    await trainByPairs(context, model, collection, { stage: 'halves', passes: 40, learningRate: 0.03 })
    expect((await searched(model, collection))['as they are'].meanAveragePrecision).toBeGreaterThan(before)
  })
})

describe('characters of new alphabets', () => {
  withOmniglotFiles()

  it('are no characters that are learned from', async () => {
    for (const validation of [false, true]) {
      const { collection, learned } = await newAlphabets(silent, { validation, limit: 0 })
      const searched = new Set(collection.shown.map(({ caption }) => caption))
      expect([...searched]).toEqual(validation ? ['Tagalog'] : ['Balinese', 'Early Aramaic'])
      for (const { alphabet } of learned) expect(['Balinese', 'Early_Aramaic', ...searched]).not.toContain(alphabet)
      // Six drawings of a character are three pairs.
      expect(collection.pairs).toHaveLength(3 * learned.length)
      expect(collection.shown).toHaveLength(24 * searched.size)
    }
  })
})
