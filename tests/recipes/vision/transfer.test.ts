import { seed } from 'shapewise'
import { dataset, floatColumn, labelColumn, RandomStream } from 'shapewise/data'
import { squeezenet } from 'shapewise/models'
import { describe, expect, it } from 'vitest'
import { alphabets, type KindDataset, type Kinds, SIDE } from '../../../src/recipes/vision/likeness/kinds.js'
import { learn } from '../../../src/recipes/vision/likeness/learn-kinds.js'
import { PretrainedSqueezenet } from '../../../src/recipes/vision/squeezenet.js'
import { runInMemory } from '../running.js'
import { withOmniglotFiles } from './omniglot-files.js'

const silent = {
  ...{ log: () => {}, data: () => {}, progress: () => {}, table: () => {}, pictures: () => {} },
  epoch: () => Promise.resolve(),
}

const data = process.env.SHAPEWISE_DATA ?? ''
it.skipIf(data === '')(
  'transfer compares three ways on three tasks (only where SHAPEWISE_DATA names the data)',
  async () => {
    seed(0)
    const { metrics, tables, pictures } = await runInMemory('transfer', { pictures: 4, testing: 6, steps: 6 })
    expect(metrics.frozenAccuracy).toBeGreaterThan(0.25)
    expect(metrics.gain).toBeCloseTo(metrics.pretrainedAccuracy! - metrics.scratchAccuracy!)
    expect(tables[0]!.rows.map(([count]) => count)).toEqual(['4'])
    expect(Object.keys(pictures)).toHaveLength(3)
    for (const picture of Object.values(pictures)) expect(picture).not.toMatch(/NaN|Infinity|no values/)
  },
  240_000,
)

describe('without the files of the network', () => {
  withOmniglotFiles({ drawers: 8 })

  /** Red and blue noise. */
  const noise = (count: number): KindDataset => {
    const random = new RandomStream(count)
    const size = SIDE * SIDE * 3
    const pixels = Float32Array.from({ length: count * size }, (_, i) =>
      i % 3 === 2 * (Math.floor(i / size) % 2) ? random.uniform() : 0,
    )
    const labels = labelColumn(Int32Array.from({ length: count }, (_, i) => i % 2))
    return dataset({ inputs: floatColumn(pixels, [SIDE, SIDE, 3] as const), labels })
  }
  const task: Kinds = { name: 'noise', classes: ['red', 'blue'], test: noise(10), train: (count) => noise(2 * count) }

  it('learns two kinds from scratch, from frozen maps, and with all weights', async () => {
    seed(0)
    const network = new PretrainedSqueezenet(squeezenet('1.1').eval(), [])
    const context = { options: { steps: 6 }, seed: 0, report: silent, signal: new AbortController().signal }
    const before = await network.model.state()
    const reached = await learn(context, network, task, 8)
    // The maps of a network that has learned nothing still tell colours apart.
    expect(reached.frozen).toBeGreaterThan(0.8)
    expect(reached['fine-tuned']).toBeGreaterThanOrEqual(0.5)
    expect(reached['from scratch']).toBeGreaterThanOrEqual(0.5)
    expect(await network.model.state()).toEqual(before)
  })

  it('alphabets are drawn by others in the test', async () => {
    const { classes, train, test } = await alphabets(silent, { training: 3, testing: 2 }, new RandomStream(0))
    expect(classes).toEqual(['Balinese', 'Early_Aramaic', 'Greek', 'Sanskrit', 'Tagalog'])
    expect([train(3).length, train(2).length, test.length]).toEqual([15, 10, 10])
    const pictures = (some: KindDataset) => Array.from({ length: some.length }, (_, i) => some.example(i).inputs.join())
    expect(new Set([...pictures(train(3)), ...pictures(test)]).size).toBe(25)
    // Black ink on white paper.
    const values = test.values('inputs')
    expect([Math.min(...values) < 0.2, Math.max(...values)]).toEqual([true, 1])
  })
})
