import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { seed, type Tensor, tensor } from 'shapewise'
import { augment, dataset, decodePng, floatColumn, generate, labelColumn, type Stream } from 'shapewise/data'
import { readSafetensors, readTensorBoard } from 'shapewise/formats'
import * as nn from 'shapewise/nn'
import { sgd } from 'shapewise/optim'
import {
  averaging,
  bestWeights,
  type Callback,
  checkpoints,
  earlyStopping,
  findBatchSize,
  findLearningRate,
  fit,
  jsonLines,
  memoryStorage,
  notify,
  plateauSchedule,
  RunFolder,
  samples,
  spikes,
  tensorBoard,
  trainLoop,
} from 'shapewise/train'
import { afterAll, describe, expect, it } from 'vitest'

const root = mkdtempSync(join(tmpdir(), 'callbacks-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const data = dataset({
  inputs: floatColumn(
    Float32Array.from({ length: 40 }, (_, i) => Math.sin(i)),
    [2],
  ),
  targets: floatColumn(
    Float32Array.from({ length: 20 }, (_, i) => Math.cos(i)),
    [1],
  ),
})

/** A training whose losses are told beforehand, one step an epoch; its only weight counts the steps. */
function played(
  losses: readonly number[],
  more: { readonly callbacks: readonly Callback[]; readonly [name: string]: unknown },
) {
  const model = nn.linear(1, 1)
  model.weight.assign(tensor([[0]]))
  const optimizer = sgd(model, { learningRate: 1 })
  const one: Stream<number> = generate(({ index }) => index, { length: 1 })
  const run = trainLoop(
    (_, { step }) => {
      model.weight.assign(tensor([[step]]))
      return { loss: losses[step - 1] }
    },
    one,
    { parts: { model, optimizer }, epochs: losses.length, onNote: () => {}, ...more },
  )
  const weight = async (): Promise<number> => (await model.weight.value.data())[0]
  return { model, optimizer, run, weight }
}

describe('early stopping', () => {
  it('stops when nothing has got better for so long, and gives the best weights back', async () => {
    const { run, weight } = played([5, 4, 4.5, 3, 3.5, 3.2, 3.1, 1], { callbacks: [earlyStopping({ patience: 2 })] })
    expect(await run).toHaveLength(7)
    expect(await weight()).toBe(4)
  })

  it('gives the best weights back at the regular end, too; not if it is not to', async () => {
    const losses = [5, 2, 3]
    const one = played(losses, { callbacks: [earlyStopping()] })
    await one.run
    expect(await one.weight()).toBe(2)
    const other = played(losses, { callbacks: [earlyStopping({ restoreBest: false })] })
    await other.run
    expect(await other.weight()).toBe(3)
  })

  it('knows which way is better, asks for a margin, and takes NaN for nothing', async () => {
    const rising = played([0.1, 0.5, 0.4, 0.45], { callbacks: [earlyStopping({ better: 'rise', patience: 1 })] })
    expect(await rising.run).toHaveLength(4)
    expect(await rising.weight()).toBe(2)
    const narrow = played([5, 4.95, 4.9, 4.85], { callbacks: [earlyStopping({ margin: 0.5, patience: 0 })] })
    expect(await narrow.run).toHaveLength(2)
    const broken = played([Number.NaN, 2, Number.NaN], { callbacks: [earlyStopping()], stopOnNaN: false })
    await broken.run
    expect(await broken.weight()).toBe(2)
  })

  it('goes on after a break as if there had been none', async () => {
    const losses = [5, 4, 4.5, 4.6, 4.7, 1]
    for (const until of [1, 2, 3]) {
      const folder = memoryStorage()
      const begun = played(losses, { callbacks: [earlyStopping({ patience: 2 })], folder })
      for await (const { epoch } of begun.run) if (epoch === until) break
      const later = played(losses, { callbacks: [earlyStopping({ patience: 2 })], folder, resume: true })
      expect(await later.run).toHaveLength(5)
      expect(await later.weight()).toBe(2)
      expect((await (await RunFolder.open(folder)).info())?.status).toBe('stopped')
      // One that has stopped stays so.
      const again = played(losses, { callbacks: [earlyStopping({ patience: 2 })], folder, resume: true })
      expect(await again.run).toHaveLength(5)
      expect(await again.weight()).toBe(2)
    }
  })

  it('refuses a value that there is not', async () => {
    const { run } = played([1], { callbacks: [earlyStopping({ metric: 'validation.accuracy' })] })
    await expect(Promise.resolve(run)).rejects.toThrow(
      /earlyStopping: the epoch has no value 'validation.accuracy'. There are loss/,
    )
    expect(() => earlyStopping({ patience: -1 })).toThrow(/patience is -1/)
  })
})

describe('checkpoints', () => {
  const steps = async (callback: Callback, losses = [1, 2, 3, 4, 5, 6, 7]) => {
    const folder = memoryStorage()
    await played(losses, { callbacks: [callback], folder }).run
    return (await RunFolder.open(folder)).checkpoints()
  }
  it('come after so many steps or epochs, and at the end; the last ones are kept', async () => {
    expect(await steps(checkpoints({ steps: 2, keep: 9 }))).toEqual([2, 4, 6, 7])
    expect(await steps(checkpoints({ epochs: 3, keep: 2 }))).toEqual([6, 7])
    expect(await steps(checkpoints({ minutes: 1e-9, keep: 3 }))).toEqual([5, 6, 7])
    expect(() => checkpoints({})).toThrow(/not said when/)
    expect(() => checkpoints({ steps: 1.5 })).toThrow(/steps is 1.5/)
  })

  it('are there after an error of the step, from which the training goes on', async () => {
    const folder = memoryStorage()
    const failing: Callback = {
      name: 'failing',
      onEpoch({ epoch }) {
        if (epoch === 3) throw new Error('out of paper')
      },
    }
    const broken = played([4, 3, 2, 1], { callbacks: [failing], folder })
    await expect(Promise.resolve(broken.run)).rejects.toThrow('out of paper')
    const stored = await RunFolder.open(folder)
    expect(await stored.info()).toMatchObject({ status: 'failed', reason: 'out of paper' })
    expect((await stored.checkpoints()).at(-1)).toBe(3)
    expect(await played([4, 3, 2, 1], { callbacks: [], folder, resume: true }).run).toHaveLength(4)
  })
})

it('the best weights are kept, as many as are wanted', async () => {
  const folder = memoryStorage()
  await played([5, 3, 4, 1, 2], { callbacks: [bestWeights({ keep: 2 })], folder }).run
  expect(await folder.list('best')).toEqual(['model-epoch-0004.safetensors', 'model-epoch-0005.safetensors'])
  const best = await readSafetensors((await folder.read('best/model-epoch-0004.safetensors'))!)
  expect(best.weight.data[0]).toBe(4)
  await expect(Promise.resolve(played([1], { callbacks: [bestWeights()] }).run)).rejects.toThrow(/not stored.*folder/)
})

it('the learning rate falls on a plateau, also across a break', async () => {
  const losses = [5, 4, 4, 4, 4, 4, 4]
  const make = () => plateauSchedule({ patience: 1, factor: 0.5 })
  const whole = played(losses, { callbacks: [make()] })
  const rates = (await whole.run).map(({ learningRates }) => learningRates.optimizer)
  expect(whole.optimizer.learningRate).toBe(0.25)
  const folder = memoryStorage()
  for await (const { epoch } of played(losses, { callbacks: [make()], folder }).run) if (epoch === 3) break
  const later = played(losses, { callbacks: [make()], folder, resume: true })
  expect((await later.run).map(({ learningRates }) => learningRates.optimizer)).toEqual(rates)
})

describe('averages of the weights', () => {
  it('over epochs are validated and left, while the model itself is trained', async () => {
    const seen: number[] = []
    const trained: number[] = []
    const training = played([1, 1, 1, 1], {
      callbacks: [{ name: 'looking', onBatch: () => void 0 }, averaging({ from: 2 })],
      validate: async () => {
        seen.push(await training.weight())
        return { loss: 0 }
      },
      onEpoch: async () => void trained.push(await training.weight()),
    })
    await training.run
    expect(seen).toEqual([1, 2, 2.5, 3])
    expect(trained).toEqual([1, 2, 3, 4])
    expect(await training.weight()).toBe(3)
  })

  it('over steps follow with the decay; the best of them is given back by early stopping', async () => {
    const training = played([1, 5, 5], { callbacks: [averaging({ decay: 0.5 })] })
    await training.run
    // 1, then (1 + 2) / 2, then (1.5 + 3) / 2.
    expect(await training.weight()).toBe(2.25)
    const stopped = played([2, 1, 5], { callbacks: [earlyStopping(), averaging({ decay: 0.5 })] })
    await stopped.run
    expect(await stopped.weight()).toBe(1.5)
  })

  it('are part of checkpoints', async () => {
    const folder = memoryStorage()
    const make = () => [averaging({ decay: 0.5 })]
    for await (const { epoch } of played([1, 1, 1], { callbacks: make(), folder }).run) if (epoch === 2) break
    const later = played([1, 1, 1], { callbacks: make(), folder, resume: true })
    await later.run
    expect(await later.weight()).toBe(2.25)
  })
})

it('spikes are noted, or end the training', async () => {
  const losses = [...Array.from({ length: 20 }, (_, i) => 1 + (i % 2) / 100), 9, 1]
  const notes: string[] = []
  await played(losses, { callbacks: [spikes({ window: 10 })], onNote: (text: string) => void notes.push(text) }).run
  expect(notes).toHaveLength(1)
  expect(notes[0]).toMatch(/The loss jumps to 9\.000 at step 21 .* from 1\.005 ± 0\.0050 of the 10 steps before/)
  expect(await played(losses, { callbacks: [spikes({ window: 10, action: 'stop' })] }).run).toHaveLength(21)
})

it('others are told: by lines, by a message at the end', async () => {
  const lines: string[] = []
  const said: string[] = []
  const callbacks = [jsonLines((line) => lines.push(line), { steps: true }), notify((text) => said.push(text))]
  await played([2, 1], { callbacks }).run
  expect(lines.map((line) => JSON.parse(line).type)).toEqual(['step', 'epoch', 'step', 'epoch'])
  expect(said[0]).toMatch(/^The training has finished after 2 epochs and [\d.]+ minutes: loss 1\.000$/)
})

it('pictures are stored after epochs', async () => {
  const folder = memoryStorage()
  await played([2, 1, 1], { callbacks: [samples(() => tensor([[0, 1]]), { epochs: 2 })], folder }).run
  expect(await folder.list('pictures')).toEqual(['samples-epoch-0002.png'])
  const { width, height, data } = await decodePng((await folder.read('pictures/samples-epoch-0002.png'))!)
  expect([width, height, ...data]).toEqual([2, 1, 0, 255])
})

it('TensorBoard gets events', async () => {
  const folder = join(root, 'board')
  await played([2, 1], { callbacks: [tensorBoard(folder, { steps: 1 })] }).run
  const events = await readTensorBoard(join(folder, readdirSync(folder)[0]))
  const scalars = events.flatMap(({ step, summaries }) =>
    summaries.flatMap(({ tag, summary }) => (summary.kind === 'scalar' ? [`${step} ${tag} ${summary.value}`] : [])),
  )
  expect(scalars).toEqual([
    '1 step/loss 2',
    '1 epoch/loss 2',
    '1 learningRate/optimizer 1',
    '2 step/loss 1',
    '2 epoch/loss 1',
    '2 learningRate/optimizer 1',
  ])
})

describe('finders', () => {
  const regression = () => {
    seed(1)
    const model = nn.linear(2, 1)
    return {
      model,
      options: { loss: nn.meanSquaredError, optimizer: sgd({ learningRate: 0.5 }), batchSize: 10, stopOnNaN: false },
    }
  }

  it('a learning rate between what does nothing and what diverges, and leave all as it was', async () => {
    const { model, options } = regression()
    model.weight.assign(tensor([[5], [-5]]))
    const before = await model.weight.value.data()
    const found = await findLearningRate(
      (callback) => fit(model, data, { ...options, epochs: 100, callbacks: [callback] }),
      {
        from: 1e-5,
        to: 1e3,
        steps: 80,
      },
    )
    // The curvature of the quadratic is about 2 · ½: steps above 2 / 1 diverge.
    expect(found.suggestion).toBeGreaterThan(1e-3)
    expect(found.suggestion).toBeLessThan(2)
    expect(found.rates.at(-1)).toBeLessThan(1e3)
    expect(found.text()).toMatch(/┊ suggested/)
    expect(found.svg()).toMatch(/^<svg .*learning rate.*<\/svg>$/)
    expect(await model.weight.value.data()).toEqual(before)
    expect(options.optimizer.learningRate).toBe(0.5)
  })

  it('a batch size', async () => {
    const { model, options } = regression()
    const before = await model.weight.value.data()
    const tried: number[] = []
    const { trials, suggestion } = await findBatchSize(
      (batchSize, callback) => {
        tried.push(batchSize)
        if (batchSize === 8) throw new Error('no memory')
        return fit(model, data, { ...options, batchSize, epochs: 9, callbacks: [callback] })
      },
      { from: 1, steps: 3 },
    )
    expect([1, 2, 4]).toContain(suggestion)
    expect(trials.length).toBe(tried.length)
    expect(await model.weight.value.data()).toEqual(before)
  })
})

it('augmentation is part of the training step only', async () => {
  const model = nn.linear(2, 1)
  model.weight.assign(tensor([[0], [0]]))
  model.bias?.assign(tensor([0]))
  const swapped = (inputs: Tensor, targets: Tensor) => ({ inputs, targets: targets.add(10) })
  const options = { loss: nn.meanSquaredError, optimizer: sgd({ learningRate: 0 }), batchSize: 20, validation: data }
  const [epoch] = await fit(model, data, { ...options, augment: swapped })
  const targets = data.values('targets') as Float32Array
  const mean = (shift: number) => targets.reduce((sum, y) => sum + (y + shift) ** 2, 0) / 20
  expect(epoch.loss).toBeCloseTo(mean(10), 3)
  expect(epoch.validation?.loss).toBeCloseTo(mean(0), 5)
  const labelled = dataset({
    inputs: data.columns.inputs,
    labels: labelColumn(new Uint8Array(20).map((_, i) => i % 2)),
  })
  const mixed = { loss: nn.crossEntropy, optimizer: sgd({ learningRate: 0.1 }), augment: augment.mixup({ classes: 2 }) }
  const [{ accuracy }] = await fit(nn.linear(2, 2), labelled, mixed)
  expect(accuracy * 20).toBeCloseTo(Math.round(accuracy * 20), 9)
})
