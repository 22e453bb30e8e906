import { beforeEach, describe, expect, it } from 'vitest'
import { seed, tensor } from '../../src/index.js'
import { PeriodicNumbers, TabularNetwork } from '../../src/models/index.js'

beforeEach(() => seed(1))

describe('numbers by waves', () => {
  it('are what the formula says', async () => {
    const layer = new PeriodicNumbers(2, 3, 4, 0.5)
    const [frequencies, weight] = [await layer.frequencies.value.array(), await layer.weight.value.array()]
    const x = [
      [0.3, -1.2],
      [2, 0],
      [0.1, 5],
    ]
    const found = (await layer.forward(tensor(x)).array()) as number[][]
    x.forEach((row, i) => {
      const wanted = row.flatMap((value, n) => {
        const angles = frequencies[n]!.map((c) => 2 * Math.PI * c * value)
        const features = [value, ...angles.map(Math.sin), ...angles.map(Math.cos)]
        return [0, 1, 2, 3].map((k) =>
          Math.max(
            0,
            features.reduce((sum, feature, j) => sum + feature * weight[n]![j]![k]!, 0),
          ),
        )
      })
      for (const [at, value] of wanted.entries()) expect(found[i]![at]).toBeCloseTo(value, 5)
    })
  })
})

describe('the network for tables', () => {
  it.each([
    [{ numbers: 3, categories: [4, 5] }, {}],
    [
      { numbers: 3, categories: [] },
      { numbers: 'plain', hidden: [] },
    ],
    [
      { numbers: 0, categories: [4] },
      { hidden: [7], dropout: 0 },
    ],
  ] as const)('takes %j', (layout, options) => {
    const network = new TabularNetwork(layout, 2, options)
    const width = layout.numbers + layout.categories.length
    expect(network.forward(tensor(new Float32Array(5 * width), [5, width])).shape).toEqual([5, 2])
  })

  it('begins with nothing for missing and unknown values', async () => {
    const network = new TabularNetwork({ numbers: 0, categories: [3, 3] }, 2).eval()
    const of = async (...codes: number[]) => network.forward(tensor([codes])).array()
    expect(await of(0, 0)).toEqual(await of(1, 1))
    expect(await of(2, 0)).not.toEqual(await of(0, 0))
    expect(await of(2, 0)).not.toEqual(await of(0, 2))
  })

  it('says what does not fit', () => {
    expect(() => new TabularNetwork({ numbers: 0, categories: [] }, 2)).toThrow(/there are no inputs/)
    expect(() => new TabularNetwork({ numbers: 1, categories: [] }, 2, { depth: 3 } as never)).toThrow(
      /no option 'depth'/,
    )
    expect(() => new TabularNetwork({ numbers: 1, categories: [] }, 2, { numbers: 'waves' as never })).toThrow(
      /'plain', 'periodic'/,
    )
  })
})
