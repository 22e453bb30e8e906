import { readFileSync } from 'node:fs'
import { pairwiseDistances } from 'shapewise'
import { expandQueries, type PairWhitening, pairWhitening, reciprocalDistances } from 'shapewise/projections'
import { describe, expect, it } from 'vitest'

// Truth: the formulas of the papers in numpy, by scripts/fixtures/search.py.

type Rows = number[][]
interface Known {
  readonly whitening: { x: Rows; y: Rows; shrinkage: number; variances: number[]; axes: Rows; places: Rows }[]
  readonly expansion: { queries: Rows; database: Rows; cases: { k: number; alpha: number; places: Rows }[] }
  readonly reciprocal: {
    vectors: Rows
    cases: { k: number; averaged: number; weight: number; distances: Rows }[]
  }
}
const known: Known = JSON.parse(readFileSync(new URL('../fixtures/search.json', import.meta.url), 'utf8'))

function expectNear(actual: Rows, wanted: Rows, digits: number): void {
  expect(actual.map((row) => row.length)).toEqual(wanted.map((row) => row.length))
  for (const [i, row] of wanted.entries())
    for (const [j, value] of row.entries()) expect(actual[i][j]).toBeCloseTo(value, digits)
}

describe('pairWhitening', () => {
  it.each(known.whitening)('with a shrinkage of $shrinkage', async ({ x, y, shrinkage, variances, axes, places }) => {
    const found = await pairWhitening(x, y, { components: variances.length, shrinkage })
    const signs = found.axes.map((axis, k) => Math.sign(axis.reduce((sum, value, j) => sum + value * axes[k][j], 0)))
    const turned = (rows: Rows) => rows.map((row) => row.map((value, k) => value * signs[k]))
    expectNear([Array.from(found.variances)], [variances], 6)
    expectNear(
      found.axes.map((axis, k) => Array.from(axis, (value) => signs[k] * value)),
      axes,
      5,
    )
    expectNear(turned((await (await found.transform(x)).array()) as Rows), places, 5)
  })

  it('makes what tells pairs apart equally small in all directions', async () => {
    const { x, y } = known.whitening[0]
    const found = await pairWhitening(x, y, { components: 5 })
    const [a, b] = await Promise.all([x, y].map(async (rows) => (await (await found.transform(rows)).array()) as Rows))
    const apart = a.map((row, i) => row.map((value, k) => value - b[i][k]))
    const products = apart[0].map((_, k) =>
      apart[0].map((_, l) => apart.reduce((sum, row) => sum + row[k] * row[l], 0) / apart.length),
    )
    expectNear(
      products,
      products.map((row, k) => row.map((_, l) => Number(k === l))),
      6,
    )
  })

  it('without a number of components keeps all, between which distances are the same', async () => {
    const { x, y } = known.whitening[0]
    const [all, turned] = await Promise.all([pairWhitening(x, y), pairWhitening(x, y, { components: 5 })])
    const distances = async (whitening: PairWhitening) => {
      const places = await whitening.transform(x)
      return (await pairwiseDistances(places, places).array()) as Rows
    }
    expectNear(await distances(all), await distances(turned), 4)
    const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0)
    expect(sum(all.variances)).toBeCloseTo(sum(turned.variances), 4)
  })

  it('names mistakes with their cure', async () => {
    const some = [
      [1, 2],
      [3, 5],
      [4, 1],
    ]
    const near = some.map(([a, b]) => [a + 0.1, b])
    await expect(pairWhitening(some, near, { components: 1 })).rejects.toThrow(
      /leave directions out.*more than 2 pairs/,
    )
    await expect(pairWhitening(some, near.slice(1), { components: 1 })).rejects.toThrow(/x is \[3, 2\], y is \[2, 2\]/)
    await expect(pairWhitening(some, near, { components: 3 })).rejects.toThrow(/There are 2 features/)
    await expect(pairWhitening(some, near, { components: 1, shrinkage: -1 })).rejects.toThrow(/shrinkage is -1/)
    const found = await pairWhitening(some, near, { components: 1, shrinkage: 0.1 })
    await expect(found.transform([[1]])).rejects.toThrow(/rows have 1 numbers/)
  })
})

describe('expandQueries', () => {
  const { queries, database, cases } = known.expansion
  it.each(cases)('adds $k with weights to the power $alpha', async ({ k, alpha, places }) => {
    expectNear((await (await expandQueries(queries, database, { k, alpha })).array()) as Rows, places, 8)
  })

  it('names mistakes with their cure', async () => {
    await expect(expandQueries(queries, [[1]], { k: 1 })).rejects.toThrow(/queries have 4 features, the database 1/)
    await expect(expandQueries(queries, database, { k: 99 })).rejects.toThrow(/k is 99/)
  })
})

describe('reciprocalDistances', () => {
  const { vectors, cases } = known.reciprocal
  it.each(cases)('of $k neighbours, $averaged averaged, weight $weight', async ({ distances, ...options }) => {
    expectNear((await (await reciprocalDistances(vectors, options)).array()) as Rows, distances, 8)
  })

  it('names mistakes with their cure', async () => {
    await expect(reciprocalDistances(vectors, { k: 25 })).rejects.toThrow(/There are 25 vectors: each has 24 others/)
    await expect(reciprocalDistances(vectors, { k: 2, averaged: 4 })).rejects.toThrow(/4 are averaged.*Give 1 to 3/)
  })
})
