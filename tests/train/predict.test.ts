import { tensor } from 'shapewise'
import { Dataset, dataset, floatColumn, floats, generate, label } from 'shapewise/data'
import * as nn from 'shapewise/nn'
import { sgd } from 'shapewise/optim'
import { evaluate, fit, predict } from 'shapewise/train'
import { describe, expect, it } from 'vitest'

const values = Float32Array.from({ length: 14 }, (_, i) => Math.sin(i))
const data = dataset({
  inputs: floatColumn(values, [2]),
  words: floatColumn(
    values.map((x) => -x),
    [2],
  ),
})
const model = nn.sequential(nn.linear(2, 3), nn.dropout(0.9))

/** x · W + b by hand. */
async function byHand(inputs: Float32Array): Promise<number[]> {
  const [weight, bias] = [await model.layers[0].weight.value.data(), await model.layers[0].bias!.value.data()]
  const rows = Array.from({ length: inputs.length / 2 }, (_, i) => [inputs[2 * i], inputs[2 * i + 1]])
  return rows.flatMap(([a, b]) => [0, 1, 2].map((k) => a * weight[k] + b * weight[3 + k] + bias[k]))
}

function expectClose(found: ArrayLike<number>, wanted: readonly number[]): void {
  expect(found.length).toBe(wanted.length)
  for (const [i, value] of wanted.entries()) expect(found[i]).toBeCloseTo(value, 5)
}

describe('predict', () => {
  it('gives the outputs of all examples in order, in evaluation mode, whatever the batches', async () => {
    const wanted = await byHand(values)
    for (const batchSize of [1, 3, 7, 600]) {
      const done: number[] = []
      const outputs = await predict(model, data, { batchSize, onBatch: (examples) => done.push(examples) })
      expect(outputs.shape).toEqual([7, 3])
      expectClose(await outputs.data(), wanted)
      expect(done.at(-1)).toBe(7)
    }
    expect(model.training).toBe(true)
  })

  it('of another column, or of a stream', async () => {
    const negative = await predict(model, data, { inputs: 'words' })
    const wanted = await byHand(values.map((x) => -x))
    expectClose(await negative.data(), wanted)
    const stream = generate(({ index }) => ({ inputs: [values[2 * index], values[2 * index + 1]] }), { length: 7 })
    const streamed = await predict(model, stream.batch(4, { inputs: floats([2]) }))
    expect(await streamed.array()).toEqual(await (await predict(model, data)).array())
  })

  it('says what is wrong', async () => {
    const any = (given: unknown) => predict(model, given as Dataset)
    await expect(any(tensor([[1, 2]]))).rejects.toThrow(/predict: the examples are a Tensor.*model\.forward/)
    await expect(any(undefined)).rejects.toThrow(/predict: the examples are undefined/)
    await expect(predict(model, data as Dataset, { inputs: 'nothing' })).rejects.toThrow(
      /no column 'nothing'.*inputs, words/,
    )
    await expect(any(new Dataset(data.columns, 0))).rejects.toThrow(/no examples/)
    await expect(predict({} as typeof model, data)).rejects.toThrow(/predict: the model is/)
  })
})

describe('fit on a stream', () => {
  const points = generate(({ index }) => ({ inputs: [Math.sin(index), Math.cos(index)], labels: index % 2 }), {
    length: 20,
  })
  const batches = points.batch(8, { inputs: floats([2]), labels: label({ classes: 2 }) })
  const options = { loss: nn.crossEntropy, optimizer: sgd({ learningRate: 0.1 }) }

  it('makes the steps of the same batches from a data set', async () => {
    const [one, two] = [nn.linear(2, 2), nn.linear(2, 2)]
    two.loadState(await one.state())
    const all = await points.toArray()
    const inputs = floatColumn(Float32Array.from(all.flatMap((each) => each.inputs)), [2])
    const same = dataset({
      inputs,
      labels: {
        ...inputs,
        dtype: 'int32',
        shape: [],
        values: Int32Array.from(all, (each) => each.labels),
        classes: 2,
      } as const,
    })
    const streamed = await fit(one, batches, { ...options, epochs: 3, validation: batches })
    const kept = await fit(two, same, { ...options, epochs: 3, batchSize: 8, shuffle: false, validation: same })
    expect(await one.weight.value.array()).toEqual(await two.weight.value.array())
    expect(streamed.map(({ loss, accuracy, validation }) => [loss, accuracy, validation])).toEqual(
      kept.map(({ loss, accuracy, validation }) => [loss, accuracy, validation]),
    )
    const [ofStream, ofData] = [await evaluate(one, batches), await evaluate(one, same)]
    expect(ofStream).toEqual(ofData)
    expect(ofStream.accuracy).toBe(streamed[2].validation?.accuracy)
  })

  it('knows how many batches there are once it has come to the end', async () => {
    const seen: number[] = []
    await fit(nn.linear(2, 2), batches, { ...options, epochs: 2, onBatch: (at) => seen.push(at.batches) })
    expect(seen).toEqual([Infinity, Infinity, 3, 3, 3, 3])
    const endless = batches.repeat()
    expect(await fit(nn.linear(2, 2), endless, { ...options, epochs: 2, limitBatches: 5 })).toHaveLength(2)
  })

  it('overfits its first batches, and refuses what is said of data sets', async () => {
    const history = await fit(nn.linear(2, 2), batches.shuffle({ seed: 1 }), {
      ...options,
      epochs: 3,
      overfitBatches: 1,
    })
    expect(history[2].loss).toBeLessThan(history[0].loss)
    expect(() => fit(nn.linear(2, 2), batches, { ...options, batchSize: 3 })).toThrow(
      /batchSize is an option for data sets/,
    )
    const bare = fit(nn.linear(2, 2), points as never, options)
    await expect(Promise.resolve(bare)).rejects.toThrow(/fit: the .*stream/)
    const empty = fit(nn.linear(2, 2), batches.take(0), options)
    await expect(Promise.resolve(empty)).rejects.toThrow(/epoch 1 has no batches/)
  })
})
