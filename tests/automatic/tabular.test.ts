import { beforeEach, describe, expect, it } from 'vitest'
import { loadTabularModel, trainTabular } from '../../src/automatic/index.js'
import { parseCsv, RandomStream, rowTable } from '../../src/data/index.js'
import { seed } from '../../src/index.js'

beforeEach(() => seed(1))

const random = new RandomStream(1)
/** Whether a + b > 1 in shop x, and the other way round in shop y; the price is sin(6a) + b. */
const shops = rowTable(
  Array.from({ length: 400 }, () => {
    const [a, b, shop] = [random.uniform(), random.uniform(), random.uniform() < 0.5 ? 'x' : 'y']
    const more = a + b > 1 === (shop === 'x')
    return {
      a,
      b: random.uniform() < 0.05 ? null : b,
      shop,
      more: more ? 'more' : 'less',
      price: 100 + 10 * (Math.sin(6 * a) + b),
    }
  }),
)

describe('a table is learned', () => {
  const [training, test] = shops.split(0.75, { seed: 2 })

  it('with classes, saved and loaded', async () => {
    const options = { target: 'more', table: { columns: { price: 'drop' } }, networks: 2, epochs: 40 } as const
    const model = await trainTabular(training, options)
    expect(model.tabulars.length).toBe(2)
    const score = await model.evaluate(test)
    expect(score).toMatchObject({ task: 'classes' })
    // Chance is about 0.5; missing numbers cost a little.
    expect(score.task === 'classes' && score.accuracy).toBeGreaterThan(0.88)
    const again = loadTabularModel(JSON.stringify(model))
    again.loadState(await model.state())
    const rows = parseCsv('b,shop,a\n0.9,x,0.8\n,x,0.1\n0.9,nowhere,0.8\n')
    expect(await again.predict(rows)).toEqual(await model.predict(rows))
    const predicted = await model.predict(rows)
    expect(predicted.task === 'classes' && predicted.classes[0]).toBe('more')
    expect(predicted.task === 'classes' && predicted.probabilities[0]! + predicted.probabilities[1]!).toBeCloseTo(1, 6)
    await expect(model.predict(parseCsv('a,shop\n1,x\n'))).rejects.toThrow(/there is no column "b"/)
    await expect(model.evaluate(parseCsv('a,b,shop,more\n1,1,x,\n'))).rejects.toThrow(/row 0 has no more/)
  })

  it('with values in their unit', async () => {
    const model = await trainTabular(training, {
      target: 'price',
      network: { numbers: 'periodic' },
      networks: 1,
      epochs: 60,
      table: { columns: { more: 'drop' } },
    })
    const score = await model.evaluate(test)
    expect(score.task === 'values' && score.r2).toBeGreaterThan(0.85)
    const predicted = await model.predict(parseCsv('a,b,shop\n0.25,0.5,x\n'))
    const wanted = 100 + 10 * (Math.sin(1.5) + 0.5)
    expect(predicted.task === 'values' && Math.abs(predicted.values[0]! - wanted)).toBeLessThan(4)
  })

  it('stops when the validation rows say so', async () => {
    let epochs = 0
    const noise = rowTable(
      Array.from({ length: 80 }, (_, i) => ({ x: Math.sin(i * 7), y: 'ab'[((i * 7919) % 13) % 2] })),
    )
    await trainTabular(noise, {
      target: 'y',
      validation: noise.subset([1, 2, 3, 4]),
      patience: 3,
      onEpoch: ({ epoch }) => {
        epochs = epoch
      },
    })
    expect(epochs).toBeLessThan(100)
  })

  it('or it says what does not fit', async () => {
    await expect(trainTabular(training, { target: 'cost' })).rejects.toThrow(/no column "cost"/)
    await expect(trainTabular(training, { target: 'price', epoch: 3 } as never)).rejects.toThrow(
      /Did you mean 'epochs'/,
    )
    await expect(trainTabular(training, { target: 'price', patience: 0 })).rejects.toThrow(/patience is 0/)
    expect(() => loadTabularModel('{}')).toThrow(/no model of a table/)
    expect(() => loadTabularModel('{"format":"shapewise tabular model","tabulars":[{}]}')).toThrow(
      /not what a table was saved as/,
    )
  })
})
