import { type Tensor, tensor } from 'shapewise'
import { Dataset, dataset, floatColumn, integerColumn, labelColumn } from 'shapewise/data'
import * as nn from 'shapewise/nn'
import { evaluate, mistakes } from 'shapewise/train'
import { describe, expect, it } from 'vitest'

/** Passes its inputs on as logits. */
const identity = () => {
  const model = nn.linear(3, 3, { bias: false })
  model.weight.assign(tensor([1, 0, 0, 0, 1, 0, 0, 0, 1], [3, 3]))
  return model
}

const logits = [
  [2, 1, 0],
  [0, 3, 1],
  [1, 0, 4],
  [5, 0, 0],
  [0, 1, 0],
]
const labels = [0, 1, 2, 2, 0]
const examples = dataset({
  inputs: floatColumn(Float32Array.from(logits.flat()), [3]),
  labels: labelColumn(Uint8Array.from(labels), { classes: 3 }),
})

const softmax = (row: readonly number[]): number[] => {
  const powers = row.map(Math.exp)
  const sum = powers.reduce((a, b) => a + b)
  return powers.map((power) => power / sum)
}

describe('evaluate', () => {
  for (const batchSize of [1, 2, 5, 100]) {
    it(`gives accuracy, confusion, probabilities and losses, in batches of ${batchSize}`, async () => {
      const evaluation = await evaluate(identity(), examples, { batchSize })
      expect(evaluation.examples).toBe(5)
      expect(evaluation.accuracy).toBe(3 / 5)
      expect([...evaluation.predictions]).toEqual([0, 1, 2, 0, 1])
      expect([...evaluation.labels]).toEqual(labels)
      expect(evaluation.confusion).toEqual([
        [1, 1, 0],
        [0, 1, 0],
        [1, 0, 1],
      ])
      expect(evaluation.outputShape).toEqual([3])
      expect([...evaluation.outputs]).toEqual(logits.flat())
      const probabilities = logits.map(softmax)
      probabilities.flat().forEach((p, i) => {
        expect(evaluation.probabilities[i]).toBeCloseTo(p, 6)
      })
      const losses = probabilities.map((row, i) => -Math.log(row[labels[i]]))
      losses.forEach((loss, i) => {
        expect(evaluation.losses[i]).toBeCloseTo(loss, 5)
      })
      expect(evaluation.loss).toBeCloseTo(losses.reduce((a, b) => a + b) / 5, 5)
    })
  }

  it('lists mistakes, the surest first', async () => {
    const found = mistakes(await evaluate(identity(), examples))
    expect(found.map(({ example, label, prediction }) => [example, label, prediction])).toEqual([
      [3, 2, 0],
      [4, 0, 1],
    ])
    expect(found[0].confidence).toBeCloseTo(softmax([5, 0, 0])[0], 6)
  })

  it('names one of two classes by the sign of a single output', async () => {
    const model = nn.sequential(
      (x: Tensor) => x,
      nn.linear(1, 1, { bias: false }),
      (x: Tensor) => x.squeeze(-1),
    )
    model.layers[1].weight.assign(tensor([2], [1, 1]))
    const data = dataset({
      inputs: floatColumn(Float32Array.of(-1, 0.5, 3, -2), [1]),
      labels: labelColumn(Uint8Array.of(0, 1, 0, 1)),
    })
    const { accuracy, predictions, confusion, probabilities, classes, losses } = await evaluate(model, data)
    expect([accuracy, classes]).toEqual([0.5, 2])
    expect([...predictions]).toEqual([0, 1, 1, 0])
    expect(confusion).toEqual([
      [1, 1],
      [1, 1],
    ])
    const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))
    expect(probabilities[0]).toBeCloseTo(sigmoid(2), 6)
    expect(probabilities[1]).toBeCloseTo(sigmoid(-2), 6)
    expect(losses[2]).toBeCloseTo(-Math.log(1 - sigmoid(6)), 5)
  })

  it('gives losses and outputs for real targets, and for a loss of one’s own', async () => {
    const data = dataset({
      inputs: floatColumn(Float32Array.from(logits.flat()), [3]),
      targets: floatColumn(
        Float32Array.from({ length: 15 }, (_, i) => i % 4),
        [3],
      ),
    })
    const squares = logits.map((row, i) => row.reduce((sum, x, k) => sum + (x - ((3 * i + k) % 4)) ** 2, 0))
    const evaluation = await evaluate(identity(), data, { batchSize: 2 })
    const accuracy: undefined = evaluation.accuracy
    expect(accuracy).toBeUndefined()
    squares.forEach((square, i) => {
      expect(evaluation.losses[i]).toBeCloseTo(square / 3, 5)
    })
    const loss = (outputs: Tensor, targets: Tensor) => outputs.sub(targets).square().sum()
    const own = await evaluate(identity(), data, { batchSize: 2, loss })
    expect([...own.losses]).toEqual(squares)
    expect(own.loss).toBeCloseTo(squares.reduce((a, b) => a + b) / 5, 5)
  })

  it('counts every label of a sequence', async () => {
    const copying = nn.sequential(
      (x: Tensor) =>
        x
          .unsqueeze(-1)
          .equal(tensor([0, 1], [2], 'int32'))
          .cast('float32'),
      nn.linear(2, 2, { bias: false }),
    )
    copying.layers[1].weight.assign(tensor([9, 0, 0, 9], [2, 2]))
    const words = integerColumn(Int32Array.of(0, 1, 1, 1, 0, 0), [3])
    const data = dataset({ words, next: integerColumn(Int32Array.of(0, 1, 0, 1, 0, 0), [3]) })
    const evaluation = await evaluate(copying, data, { inputs: 'words', targets: 'next', batchSize: 1 })
    expect(evaluation.accuracy).toBeCloseTo(5 / 6, 12)
    expect(evaluation.examples).toBe(2)
    expect(mistakes(evaluation).map(({ example, label }) => [example, label])).toEqual([[0, 0]])
  })

  it('is in evaluation mode, and leaves the mode as it was', async () => {
    const model = nn.sequential(identity(), nn.dropout(0.9))
    const { accuracy } = await evaluate(model, examples)
    expect(accuracy).toBe(3 / 5)
    expect([model.training, model.layers[1].training]).toEqual([true, true])
  })

  it('tells how far it is and ends on a signal', async () => {
    const done: number[] = []
    await evaluate(identity(), examples, { batchSize: 2, onBatch: (count) => done.push(count) })
    expect(done).toEqual([2, 4, 5])
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(evaluate(identity(), examples, { signal })).rejects.toThrow('enough')
  })

  it('refuses empty data, missing columns, and labels without an output', async () => {
    const model = identity()
    await expect(evaluate(model, new Dataset(examples.columns, 0))).rejects.toThrow(/evaluate: the data set is empty/)
    await expect(evaluate(model, examples as Dataset, { inputs: 'pixels' })).rejects.toThrow(
      /no column 'pixels'.*inputs, labels/,
    )
    await expect(evaluate(model, examples, { batchSize: 0 })).rejects.toThrow(/batch size is 0/)
    const wrong = dataset({ inputs: floatColumn(new Float32Array(3), [3]), labels: labelColumn(Uint8Array.of(3)) })
    await expect(evaluate(model, wrong)).rejects.toThrow(/example 0 has the label 3.*Labels are 0 … 2/)
    const pairs = dataset({
      inputs: floatColumn(new Float32Array(3), [3]),
      labels: integerColumn(Int32Array.of(0, 0), [2]),
    })
    await expect(evaluate(model, pairs)).rejects.toThrow(/outputs \[1, 3\] and labels \[1, 2\] do not fit/)
  })
})
