import { seed, type Tensor, tensor } from 'shapewise'
import { Dataset, dataset, floatColumn, integerColumn, labelColumn } from 'shapewise/data'
import { mlp } from 'shapewise/models'
import * as nn from 'shapewise/nn'
import { adam, sam, scheduleFreeAdamW, sgd } from 'shapewise/optim'
import { type BatchProgress, type Epoch, fit, type Run } from 'shapewise/train'
import { describe, expect, it } from 'vitest'

/** y = 2 a − 3 b + 0.5 and a part that no line explains. */
function plane(count = 40) {
  const inputs = new Float64Array(2 * count)
  const targets = new Float64Array(count)
  for (let i = 0; i < count; i++) {
    const [a, b] = [Math.sin(1 + i), Math.cos(3 * i)]
    inputs.set([a, b], 2 * i)
    targets[i] = 2 * a - 3 * b + 0.5 + 0.3 * Math.sin(17 * i)
  }
  return { inputs, targets, data: dataset({ inputs: floatColumn(inputs, [2]), targets: floatColumn(targets, [1]) }) }
}

const xor = dataset({
  inputs: floatColumn(Float32Array.of(0, 0, 0, 1, 1, 0, 1, 1), [2]),
  labels: labelColumn(Uint8Array.of(0, 1, 1, 0), { classes: 2 }),
})

const regression = { loss: nn.meanSquaredError, optimizer: sgd({ learningRate: 0.1 }), batchSize: 8 } as const

/** Solves a · x = b for a small symmetric matrix, by Cramer's rule for three unknowns. */
function solve3(a: number[][], b: number[]): number[] {
  const determinant = (m: number[][]): number =>
    m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) -
    m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0]) +
    m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0])
  return b.map((_, k) => determinant(a.map((row, i) => row.map((x, j) => (j === k ? b[i] : x)))) / determinant(a))
}

describe('fit learns', () => {
  it('the plane of the normal equations', async () => {
    const { inputs, targets, data } = plane()
    const rows = Array.from(targets, (_, i) => [inputs[2 * i], inputs[2 * i + 1], 1])
    const gram = [0, 1, 2].map((j) => [0, 1, 2].map((k) => rows.reduce((sum, row) => sum + row[j] * row[k], 0)))
    const moments = [0, 1, 2].map((j) => rows.reduce((sum, row, i) => sum + row[j] * targets[i], 0))
    const wanted = solve3(gram, moments)

    seed(3)
    const model = nn.linear(2, 1)
    const optimizer = sgd({ learningRate: 0.3, momentum: 0.5 })
    const history = await fit(model, data, { loss: nn.meanSquaredError, optimizer, epochs: 150, batchSize: 40 })
    const found = [...model.weight.value.dataSync(), ...(model.bias?.value.dataSync() ?? [])]
    found.forEach((value, i) => {
      expect(value).toBeCloseTo(wanted[i], 4)
    })
    const residual = rows.reduce(
      (sum, row, i) => sum + (targets[i] - row.reduce((s, x, j) => s + x * wanted[j], 0)) ** 2,
      0,
    )
    expect(history.at(-1)?.loss).toBeCloseTo(residual / 40, 5)
    expect(history).toHaveLength(150)
  })

  it('exclusive or, with one hidden layer, in both ways of naming two classes', async () => {
    seed(1)
    const two = mlp([2, 8, 2], { activation: nn.tanh })
    const options = { epochs: 150, batchSize: 4 }
    const one = await fit(two, xor, { ...options, loss: nn.crossEntropy, optimizer: adam({ learningRate: 0.05 }) })
    expect(one.at(-1)?.accuracy).toBe(1)
    expect(one.at(-1)?.loss).toBeLessThan(0.1)
    const single = nn.sequential(mlp([2, 8, 1], { activation: nn.tanh }), (x: Tensor) => x.squeeze(-1))
    const loss = nn.binaryCrossEntropy
    const other = await fit(single, xor, { ...options, loss, optimizer: adam({ learningRate: 0.05 }) })
    expect(other.at(-1)?.accuracy).toBe(1)
  })

  it('the same numbers from the same seed, and others from another', async () => {
    const { data } = plane()
    const train = async (seedOfOrder: number): Promise<number[]> => {
      seed(5)
      const model = nn.sequential(nn.linear(2, 16), nn.relu(), nn.dropout(0.2), nn.linear(16, 1))
      const optimizer = adam({ learningRate: 0.01 })
      const run = fit(model, data, { loss: nn.meanSquaredError, optimizer, epochs: 3, batchSize: 7, seed: seedOfOrder })
      return (await run).map(({ loss }) => loss)
    }
    const first = await train(1)
    expect(await train(1)).toEqual(first)
    expect(await train(2)).not.toEqual(first)
  })

  it('what the steps written out by hand learn', async () => {
    const { data } = plane(10)
    const make = () => {
      const model = nn.linear(2, 1)
      model.weight.assign(tensor([0.3, -0.1], [2, 1]))
      model.bias?.assign(tensor([0]))
      return model
    }
    const [fitted, byHand] = [make(), make()]
    await fit(fitted, data, { ...regression, shuffle: false, batchSize: 4, epochs: 2 })
    const optimizer = sgd({ learningRate: 0.1 })
    for (const [from, to] of [
      [0, 4],
      [4, 8],
      [8, 10],
      [0, 4],
      [4, 8],
      [8, 10],
    ]) {
      const batch = data.gather(Array.from({ length: to - from }, (_, i) => from + i))
      const outputs = byHand.forward(tensor(batch.inputs.data, batch.inputs.shape))
      optimizer.minimize(nn.meanSquaredError(outputs, tensor(batch.targets.data, batch.targets.shape)), byHand)
    }
    const [a, b] = [fitted.weight.value.dataSync(), byHand.weight.value.dataSync()]
    expect(a[0]).toBeCloseTo(b[0], 6)
    expect(a[1]).toBeCloseTo(b[1], 6)
  })

  it('with what the optimizer was made with, if it was', async () => {
    const model = nn.sequential(nn.linear(2, 2), nn.linear(2, 1))
    const [first, , last] = model.parameters()
    const before = first.value.arraySync()
    const lastBefore = last.value.arraySync()
    await fit(model, plane().data, { ...regression, optimizer: sgd(model.layers[1], { learningRate: 0.1 }) })
    expect(first.value.arraySync()).toEqual(before)
    expect(last.value.arraySync()).not.toEqual(lastBefore)
  })
})

describe('fit with optimizers of other kinds', () => {
  it('makes the steps of sharpness-aware minimization', async () => {
    const data = dataset({
      inputs: floatColumn(new Float32Array([1, 2, 3, 4]), [2]),
      targets: floatColumn(new Float32Array([1, -1]), [1]),
    })
    const models = [nn.linear(2, 1), nn.linear(2, 1)]
    models[1].loadState(await models[0].state())
    const make = () => sam(sgd({ learningRate: 0.01 }), { radius: 0.5 })
    await fit(models[0], data, {
      loss: nn.meanSquaredError,
      optimizer: make(),
      epochs: 3,
      batchSize: 2,
      shuffle: false,
    })
    const optimizer = make()
    const [x, y] = [tensor([1, 2, 3, 4], [2, 2]), tensor([1, -1], [2, 1])]
    const loss = () => nn.meanSquaredError(models[1].forward(x), y)
    for (let i = 0; i < 3; i++) optimizer.minimize(loss, models[1])
    const [fitted, stepped] = models.map((model) => [...model.weight.value.dataSync()])
    for (const [i, value] of stepped.entries()) expect(fitted[i]).toBeCloseTo(value, 5)
  })

  it('leaves and validates the average of schedule-free steps, and goes on from what is trained', async () => {
    const model = nn.linear(2, 1)
    const data = dataset({
      inputs: floatColumn(new Float32Array([1, 2, 3, 4]), [2]),
      targets: floatColumn(new Float32Array([1, -1]), [1]),
    })
    const optimizer = scheduleFreeAdamW(model, { learningRate: 0.1 })
    const averages: number[][] = []
    for (let i = 0; i < 2; i++) {
      await fit(model, data, { loss: nn.meanSquaredError, optimizer, epochs: 2, batchSize: 2 })
      averages.push([...model.weight.value.dataSync()])
      expect([...(await optimizer.state())['weight.average'].data]).toEqual(averages[i])
    }
    expect(averages[0]).not.toEqual(averages[1])
    expect(await optimizer.steps()).toBe(4)
  })
})

describe('fit reports', () => {
  it('after every batch, the last one of what is left over', async () => {
    const seen: BatchProgress[] = []
    const run = fit(nn.linear(2, 1), plane(20).data, { ...regression, epochs: 2, onBatch: (at) => seen.push(at) })
    const history = await run
    expect(seen.map(({ epoch, batch, examples }) => [epoch, batch, examples])).toEqual([
      [1, 1, 8],
      [1, 2, 16],
      [1, 3, 20],
      [2, 1, 8],
      [2, 2, 16],
      [2, 3, 20],
    ])
    for (const { epochs, batches, examplesPerSecond, secondsLeft, accuracy } of seen) {
      expect([epochs, batches, accuracy]).toEqual([2, 3, undefined])
      expect(examplesPerSecond).toBeGreaterThan(0)
      expect(secondsLeft).toBeGreaterThanOrEqual(0)
    }
    const [a, b, c] = seen
    expect(c.loss).toBeCloseTo((8 * a.batchLoss + 8 * b.batchLoss + 4 * c.batchLoss) / 20, 12)
    expect(history[0].loss).toBe(c.loss)
    expect(seen[5].secondsLeft).toBe(0)
  })

  it('after every epoch, with the learning rate and the validation', async () => {
    const epochs: Epoch<'classes'>[] = []
    const model = mlp([2, 4, 2])
    const optimizer = sgd({ learningRate: (step) => step.add(1).reciprocal() })
    const run = fit(model, xor, {
      loss: nn.crossEntropy,
      optimizer,
      epochs: 2,
      batchSize: 2,
      validation: xor,
      onEpoch: (epoch) => void epochs.push(epoch),
    })
    expect(await run).toEqual(epochs)
    expect(epochs.map(({ learningRate }) => learningRate)).toEqual([1 / 3, 1 / 5])
    const logits = model.forward(tensor([0, 0, 0, 1, 1, 0, 1, 1], [4, 2]))
    const labels = tensor([0, 1, 1, 0], [4], 'int32')
    expect(epochs[1].validation?.loss).toBeCloseTo(nn.crossEntropy(logits, labels).itemSync(), 6)
    const right = logits.argMax(-1).equal(labels).sum().itemSync()
    expect(epochs[1].validation?.accuracy).toBe(right / 4)
    const accuracy: number = epochs[1].accuracy
    expect([0, 0.25, 0.5, 0.75, 1]).toContain(accuracy)
  })

  it('accuracies of sequences of labels', async () => {
    const inputs = integerColumn(Int32Array.of(0, 1, 2, 2, 1, 0), [3])
    const labels = integerColumn(Int32Array.of(0, 1, 2, 2, 1, 0), [3])
    const copying = nn.sequential(
      (x: Tensor) =>
        x
          .unsqueeze(-1)
          .equal(tensor([0, 1, 2], [3], 'int32'))
          .cast('float32'),
      nn.linear(3, 3),
    )
    copying.layers[1].weight.assign(tensor([5, 0, 0, 0, 5, 0, 0, 0, 5], [3, 3]))
    const run = fit(copying, dataset({ inputs, labels }), { ...regression, loss: nn.crossEntropy })
    expect((await run)[0].accuracy).toBe(1)
  })
})

describe('a run', () => {
  const training = (more: object = {}) => {
    const model = nn.linear(2, 1)
    const before = model.weight.value.arraySync()
    const run: Run<Epoch<'values'>> = fit(model, plane().data, { ...regression, epochs: 4, ...more })
    return { model, before, run, changed: () => String(model.weight.value.arraySync()) !== String(before) }
  }

  it('does nothing before it is awaited or iterated over', async () => {
    const { run, changed } = training()
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(changed()).toBe(false)
    await run
    expect(changed()).toBe(true)
  })

  it('goes on epoch by epoch and ends when the loop is left', async () => {
    const { run, model } = training()
    const weights: string[] = []
    for await (const { epoch, epochs } of run) {
      expect(epochs).toBe(4)
      weights.push(String(model.weight.value.arraySync()))
      await new Promise((resolve) => setTimeout(resolve, 5))
      expect(String(model.weight.value.arraySync())).toBe(weights.at(-1))
      if (epoch === 2) break
    }
    expect(new Set(weights).size).toBe(2)
    expect(run.history.map(({ epoch }) => epoch)).toEqual([1, 2])
    expect(await run).toHaveLength(2)
    expect(String(model.weight.value.arraySync())).toBe(weights[1])
  })

  it('can be begun in a loop and awaited to the end', async () => {
    const { run } = training()
    for await (const { epoch } of run[Symbol.asyncIterator]() as AsyncIterable<Epoch>) if (epoch === 4) break
    expect((await run).map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4])
    expect(await run).toBe(await run)
  })

  it('lets others have their turn', async () => {
    let turns = 0
    let isOver = false
    const turn = (): void => {
      turns++
      if (!isOver) setImmediate(turn)
    }
    setImmediate(turn)
    const model = mlp([2, 256, 256, 1])
    await fit(model, plane(400).data, { ...regression, epochs: 15 })
    isOver = true
    expect(turns).toBeGreaterThan(2)
  })

  it('is ended by a signal, with its reason', async () => {
    const controller = new AbortController()
    let batches = 0
    const onBatch = () => {
      if (++batches === 7) controller.abort(new Error('enough'))
    }
    const { run, model } = training({ signal: controller.signal, onBatch })
    model.eval()
    await expect(run).rejects.toThrow('enough')
    expect(batches).toBeLessThan(10)
    expect(run.history).toHaveLength(1)
    expect(model.training).toBe(false)
  })

  it('leaves every module in the mode that it was in, and trains in training mode', async () => {
    const modes: boolean[] = []
    const probe = (x: Tensor): Tensor => {
      modes.push(drop.training)
      return x
    }
    const drop = nn.dropout(0.1)
    const model = nn.sequential(nn.linear(2, 4), drop, probe, nn.linear(4, 1))
    model.eval()
    drop.train()
    const data = plane(8).data
    const seen: boolean[] = []
    for await (const _ of fit(model, data, { ...regression, epochs: 2, validation: data })) {
      seen.push(model.training, drop.training)
    }
    expect(seen).toEqual([false, true, false, true])
    expect([model.training, drop.training]).toEqual([false, true])
    // Once for the shapes, once for the validation that is tried before, once for the step.
    expect(modes.slice(-2)).toEqual([false, true])
    expect(modes.length).toBeLessThanOrEqual(3)
  })

  it('passes on errors of callbacks', async () => {
    const { run } = training({
      onEpoch: () => {
        throw new Error('disk full')
      },
    })
    await expect(run).rejects.toThrow('disk full')
  })
})

describe('safety switches', () => {
  const count = async (more: object): Promise<{ batches: number[]; epochs: number; examples: number[] }> => {
    const [batches, examples]: number[][] = [[], []]
    const onBatch = (at: BatchProgress): void => {
      batches.push(at.batch)
      examples.push(at.examples)
    }
    const run = fit(nn.linear(2, 1), plane().data, { ...regression, epochs: 3, onBatch, ...more })
    return { epochs: (await run).length, batches, examples }
  }

  it('dryRun: one batch', async () => {
    expect(await count({ dryRun: true })).toEqual({ epochs: 1, batches: [1], examples: [8] })
  })

  it('limit: the first examples', async () => {
    expect(await count({ limit: 10, epochs: 1 })).toEqual({ epochs: 1, batches: [1, 2], examples: [8, 10] })
    expect((await count({ limit: 1000, epochs: 1 })).examples.at(-1)).toBe(40)
  })

  it('limitBatches: a part of each epoch', async () => {
    expect(await count({ limitBatches: 2, epochs: 2 })).toEqual({
      epochs: 2,
      batches: [1, 2, 1, 2],
      examples: [8, 16, 8, 16],
    })
  })

  it('overfitBatches: the same batches, learned by heart', async () => {
    seed(0)
    const model = mlp([2, 32, 1])
    const seen: number[] = []
    const options = { loss: nn.meanSquaredError, optimizer: adam({ learningRate: 0.01 }), batchSize: 4, epochs: 200 }
    const history = await fit(model, plane().data, {
      ...options,
      overfitBatches: 1,
      validation: plane(7).data,
      onBatch: ({ batches }) => seen.push(batches),
    })
    expect(new Set(seen)).toEqual(new Set([1]))
    expect(history.at(-1)?.loss).toBeLessThan(1e-3)
    expect(history.at(-1)?.validation?.loss).toBeLessThan(1e-3)
  })

  it('a loss of NaN stops the training and says where', async () => {
    const model = nn.linear(2, 1)
    const optimizer = sgd({ learningRate: 1e30 })
    const run = fit(model, plane(80).data, { ...regression, optimizer, epochs: 3 })
    await expect(run).rejects.toThrow(
      /fit: the loss is NaN at epoch 1, batch \d+ of 10: training step: .* gives NaN.* Usual cures: a smaller learning rate \(it is 1e\+30\)/,
    )
  })

  it('check names the operation', async () => {
    const loss = (outputs: Tensor, targets: Tensor) => outputs.sub(targets).sub(1000).log().mean()
    const run = fit(nn.linear(2, 1), plane().data, { ...regression, loss, check: true })
    await expect(run).rejects.toThrow(/training step: log .*NaN/)
  })
})

describe('fit refuses', () => {
  const { data } = plane()
  const bad: [string, object, RegExp][] = [
    ['no epochs', { epochs: 0 }, /fit: epochs is 0\. Give a whole number of at least 1/],
    ['half a batch', { batchSize: 0.5 }, /fit: batchSize is 0\.5/],
    ['a limit of 0', { limit: 0 }, /fit: limit is 0/],
    ['a negative number of batches', { limitBatches: -1 }, /fit: limitBatches is -1/],
    ['a loss that is no function', { loss: 'mse' }, /the loss is not a function.*nn\.crossEntropy/],
    ['an unknown column', { targets: 'answer' }, /no column 'answer'.*option targets; there are: inputs, targets/],
    [
      'validation without the columns',
      { validation: dataset({ inputs: floatColumn(Float32Array.of(1), []) }) },
      /validation: .*no column 'targets'/,
    ],
    ['empty data as validation', { validation: new Dataset(data.columns, 0) }, /validation: the data set is empty/],
    ['half a seed', { seed: 0.5 }, /seed/],
  ]
  for (const [what, more, message] of bad) {
    it(what, () => expect(() => fit(nn.linear(2, 1), data, { ...regression, ...more })).toThrow(message))
  }

  it('empty data', () => {
    expect(() => fit(nn.linear(2, 1), new Dataset(data.columns, 0), regression)).toThrow(/fit: the data set is empty/)
  })

  it('labels without an output, before the first step', async () => {
    const wrong = dataset({
      inputs: floatColumn(new Float32Array(6), [2]),
      labels: labelColumn(Uint8Array.of(0, 1, 2)),
    })
    const model = nn.linear(2, 2)
    const before = model.weight.value.arraySync()
    await expect(fit(model, wrong, { ...regression, loss: nn.crossEntropy })).rejects.toThrow(
      /fit: example 2 has the label 2, but the outputs \[2\] of the model tell 2 classes apart\. Labels are 0 … 1/,
    )
    expect(model.weight.value.arraySync()).toEqual(before)
  })

  it('inputs that the model does not take', async () => {
    // @ts-expect-error linear: takes [..., 3], not [number, 2]
    await expect(fit(nn.linear(3, 1), data, regression)).rejects.toThrow(
      /linear: .*takes \[…, 3\], it is given \[8, 2\]/,
    )
  })
})

it('mixed precision learns as well, and trains the whole of the step', async () => {
  const train = async (precision: 'float32' | 'bfloat16' | 'float16') => {
    seed(1)
    const { data } = plane(600)
    const model = nn.sequential(nn.linear(2, 32), nn.tanh(), nn.linear(32, 1))
    const optimizer = adam({ learningRate: 0.01 })
    return fit(model, data, { loss: nn.meanSquaredError, optimizer, epochs: 20, batchSize: 100, precision })
  }
  const [exact, ...mixed] = [await train('float32'), await train('bfloat16'), await train('float16')]
  for (const history of mixed) {
    expect(history).not.toEqual(exact)
    expect(history.at(-1)?.loss).toBeCloseTo(exact.at(-1)?.loss ?? 0, 2)
  }
})
