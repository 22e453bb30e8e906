import { readFileSync } from 'node:fs'
import { RandomStream } from 'shapewise/data'
import { describe, expect, it } from 'vitest'
import { binBounds, binned } from '../../../src/recipes/foundations/trees/binned-table.js'
import { boosting, forest, type Targets, TreeEnsemble } from '../../../src/recipes/foundations/trees/ensembles.js'
import { grow } from '../../../src/recipes/foundations/trees/grow.js'

const sklearn = JSON.parse(readFileSync(new URL('../../fixtures/trees.json', import.meta.url), 'utf8'))
const { inputs, values, two, three } = sklearn as {
  readonly inputs: number[][]
  readonly values: number[]
  readonly two: number[]
  readonly three: number[]
}
const flat = inputs.flat()
const table = binned(flat, binBounds(flat, 4))
const random = new RandomStream(0)

const expectClose = (found: ArrayLike<number>, expected: readonly number[]): void => {
  expect(found).toHaveLength(expected.length)
  expected.forEach((value, i) => {
    expect(found[i], `number ${i}`).toBeCloseTo(value, 4)
  })
}

describe('grow', () => {
  const tree = (width: number, gradients: number[], outputs: number[]) => {
    const curvatures = new Float64Array(gradients.length).fill(1)
    const pull = { gradients: Float64Array.from(gradients), curvatures, outputs: Uint8Array.from(outputs) }
    const rows = Int32Array.from(gradients, (_, i) => i)
    const grown = grow(table, rows, pull, { width, depth: 4, leafRows: 5, ridge: 0, tried: Infinity, random })
    const one = new TreeEnsemble(new Float64Array(width), 1)
    one.trees.push({ tree: grown, output: 0 })
    return one.outputs(table)
  }

  it('is the classification tree of scikit-learn, by Gini', () => {
    const found = tree(
      3,
      three.map(() => -1),
      three,
    )
    expectClose(found, (sklearn.classTree as number[][]).flat())
  })

  it('is the regression tree of scikit-learn', () => {
    expectClose(
      tree(
        1,
        values.map((value) => -value),
        values.map(() => 0),
      ),
      sklearn.valueTree,
    )
  })
})

describe('boosting', () => {
  const { max_iter, learning_rate, max_depth, min_samples_leaf, l2_regularization } = sklearn.boosted
  const options = {
    ...{ rounds: max_iter, learningRate: learning_rate, depth: max_depth },
    ...{ leafRows: min_samples_leaf, ridge: l2_regularization },
  }
  const targets: { readonly [name: string]: Targets } = {
    boostedValues: { kind: 'values', values },
    boostedTwo: { kind: 'classes', labels: two, count: 2 },
    boostedThree: { kind: 'classes', labels: three, count: 3 },
  }
  it.each(['boostedValues', 'boostedTwo'])('is that of scikit-learn with histograms: %s', (name) => {
    expectClose(boosting(table, targets[name]!, options).outputs(table), sklearn[name])
  })

  it('is that of scikit-learn with histograms for three classes, but for what is added to all of a row', () => {
    const less = (row: readonly number[]) => row.map((value) => value - row[0]!)
    const outputs = boosting(table, targets.boostedThree!, options).outputs(table)
    const found = inputs.flatMap((_, row) => less([...outputs.subarray(3 * row, 3 * row + 3)]))
    expectClose(found, (sklearn.boostedThree as number[][]).flatMap(less))
  })
})

describe('binned', () => {
  it('puts bounds halfway between values, or between equal shares of the rows', () => {
    expect(Array.from(binBounds([3, 1, 1, 2, 3, 8], 1)[0]!)).toEqual([1.5, 2.5, 5.5])
    const many = Float64Array.from({ length: 4000 }, (_, i) => (i * 7919) % 4000)
    const { columns } = binned(many, binBounds(many, 1, 8))
    const counts = Array.from({ length: 8 }, (_, bin) => columns[0]!.filter((one) => one === bin).length)
    for (const count of counts) expect(Math.abs(count - 500)).toBeLessThanOrEqual(1)
  })

  it('knows values below, between and above', () => {
    expect(Array.from(binned([-9, 1.5, 1.6, 99], [Float64Array.of(1.5, 2.5)]).columns[0]!)).toEqual([0, 0, 1, 2])
    expect(() => binBounds([1, 2, 3], 2)).toThrow(/no rows of 2/)
  })
})

describe('forest', () => {
  it('votes better than one tree where labels are noisy', () => {
    const draw = (rows: number) => {
      const x = Float64Array.from({ length: rows * 5 }, () => random.normal())
      const truth = Int32Array.from({ length: rows }, (_, i) => (x[i * 5]! * x[i * 5 + 1]! + x[i * 5 + 2]! > 0 ? 1 : 0))
      return { x, truth, noisy: truth.map((label) => (random.uniform() < 0.25 ? 1 - label : label)) }
    }
    const [train, test] = [draw(1500), draw(1500)]
    const bounds = binBounds(train.x, 5)
    const [seen, unseen] = [binned(train.x, bounds), binned(test.x, bounds)]
    const targets: Targets = { kind: 'classes', labels: train.noisy, count: 2 }
    const accuracy = (trees: number): number => {
      const predicted = forest(seen, targets, { trees }).predict(unseen, targets)
      return predicted.filter((label, i) => label === test.truth[i]).length / 1500
    }
    expect(accuracy(60)).toBeGreaterThan(0.85)
    expect(accuracy(60)).toBeGreaterThan(accuracy(1) + 0.08)
  })

  it('gives shares that add up to 1, and is the same for the same seed', () => {
    const targets: Targets = { kind: 'classes', labels: three, count: 3 }
    const outputs = forest(table, targets, { trees: 7, seed: 3 }).outputs(table)
    for (let row = 0; row < table.rows; row++) {
      expect(outputs[row * 3]! + outputs[row * 3 + 1]! + outputs[row * 3 + 2]!).toBeCloseTo(1, 10)
    }
    expect(forest(table, targets, { trees: 7, seed: 3 }).outputs(table)).toEqual(outputs)
    expect(forest(table, targets, { trees: 7, seed: 4 }).outputs(table)).not.toEqual(outputs)
  })
})
