import { compile, seed, type Tensor, tensor } from 'shapewise'
import { dataset, floatColumn, floats, generate, label, labelColumn, RandomStream } from 'shapewise/data'
import * as nn from 'shapewise/nn'
import { adam, cosineDecay, lookahead, onPlateau, scheduleFreeAdamW, sgd } from 'shapewise/optim'
import { type Callback, type EpochEvent, fit, type Parts, type Storage, trainLoop } from 'shapewise/train'

/** What a training ends with, for comparison bit by bit. */
export interface Outcome {
  readonly parts: Parts
  readonly run: PromiseLike<readonly object[]> & AsyncIterable<object>
}

/** Saves at every so manieth step, and takes its time. */
const saving = (every: number, pause: number): Callback => ({
  name: 'saving',
  async onBatch({ step }, training) {
    if (step % every === 0) training.save()
    if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause))
  },
})

const points = (count: number) => {
  const random = new RandomStream(9)
  const inputs = Float32Array.from({ length: 2 * count }, () => random.normal())
  const labels = Uint8Array.from({ length: count }, (_, i) => Number(inputs[2 * i] * inputs[2 * i + 1] > 0))
  return dataset({ inputs: floatColumn(inputs, [2]), labels: labelColumn(labels, { classes: 2 }) })
}

const net = () =>
  nn.sequential(nn.linear(2, 8), nn.batchNorm1d(8), nn.relu(), nn.dropout(0.3), nn.linear(8, 2)) as nn.Module & {
    forward(x: Tensor): Tensor
  }

/** Nobody has to read that a folder fails. */
const onNote = (): void => {}

type Folder = string | Storage
/** @param pause milliseconds between two steps */
type Scenario = (folder: Folder | undefined, pause?: number) => Outcome

const noisy = (inputs: Tensor): Tensor => inputs.add(nn.dropout(0.5).forward(inputs).mul(0.1))

/** Small trainings that differ in what has to be restored. */
export const scenarios: { readonly [name: string]: Scenario } = {
  'shuffling, dropout, batch norm and a schedule'(folder, pause = 0) {
    seed(4)
    const model = net()
    const optimizer = adam({ learningRate: cosineDecay(0.01, { steps: 60 }) })
    const options = {
      loss: nn.crossEntropy,
      optimizer,
      epochs: 6,
      onNote,
      batchSize: 7,
      seed: 3,
      callbacks: [saving(4, pause)],
    }
    return {
      parts: { model, optimizer },
      run: fit(model, points(60), { ...options, folder, resume: folder !== undefined }),
    }
  },
  'augmentation and accumulation'(folder, pause = 0) {
    seed(5)
    const model = net()
    const optimizer = sgd(model, { learningRate: 0.05, momentum: 0.9, accumulate: 3 })
    const options = {
      loss: nn.crossEntropy,
      optimizer,
      epochs: 5,
      batchSize: 8,
      augment: noisy,
      callbacks: [saving(3, pause)],
    }
    return {
      parts: { model, optimizer },
      run: fit(model, points(50), { ...options, folder, resume: folder !== undefined }),
    }
  },
  'mixed precision, whose losses are scaled'(folder, pause = 0) {
    seed(8)
    const model = nn.sequential(
      nn.linear(2, 40),
      nn.tanh(),
      nn.dropout(0.2),
      nn.linear(40, 40),
      nn.relu(),
      nn.linear(40, 2),
    )
    const optimizer = adam(model, { learningRate: 0.01 })
    const options = {
      loss: nn.crossEntropy,
      optimizer,
      epochs: 5,
      batchSize: 64,
      precision: 'float16',
      onNote,
      callbacks: [saving(3, pause)],
    } as const
    return {
      parts: { model, optimizer },
      run: fit(model, points(300), { ...options, folder, resume: folder !== undefined }),
    }
  },
  'a stream, and averages that are trained beside'(folder, pause = 0) {
    seed(6)
    const model = net()
    const optimizer = scheduleFreeAdamW(model, { learningRate: 0.02 })
    const data = generate(
      ({ seed: own }) => {
        const random = new RandomStream(own)
        const inputs = [random.normal(), random.normal()]
        return { inputs, labels: Number(inputs[0] > inputs[1]) }
      },
      { length: 70, seed: 2 },
    )
      .shuffle({ seed: 1, window: 20 })
      .batch(8, { inputs: floats([2]), labels: label({ classes: 2 }) })
    const options = {
      loss: nn.crossEntropy,
      optimizer,
      epochs: 4,
      onNote,
      validation: points(20),
      callbacks: [saving(5, pause)],
    }
    return { parts: { model, optimizer }, run: fit(model, data, { ...options, folder, resume: folder !== undefined }) }
  },
  "two optimizers in a step of one's own, and a plateau"(folder, pause = 0) {
    seed(7)
    const [first, second] = [nn.linear(2, 4), nn.linear(4, 1)]
    const slow = lookahead(adam(first, { learningRate: 0.02 }), { steps: 3 })
    const fast = sgd(second, { learningRate: 0.05, momentum: 0.5 })
    const plateau = onPlateau(fast, { patience: 1, factor: 0.5 })
    const step = compile((x: Tensor, y: Tensor) => {
      const hidden = nn.dropout(0.2).forward(first.forward(x).tanh())
      const error = nn.meanSquaredError(second.forward(hidden).squeeze(-1), y)
      slow.minimize(error)
      fast.minimize(error)
      return { error }
    })
    const parts = { first, second, slow, fast, plateau }
    const watching: Callback = {
      name: 'watching',
      onEpoch: ({ metrics }) => void plateau.observe(metrics.error),
    }
    const run = trainLoop(
      ({ inputs, labels, size }) =>
        step(tensor(inputs.data, [size, 2]), tensor(Float32Array.from(labels.data), [size])),
      points(40),
      {
        parts,
        onNote,
        epochs: 6,
        batchSize: 6,
        folder,
        resume: folder !== undefined,
        callbacks: [watching, saving(4, pause)],
      },
    )
    return { parts, run }
  },
}

/** The bits of everything that a training has changed, and what its epochs came to. */
export async function fingerprint({ parts, run }: Outcome): Promise<string> {
  const history = (await run) as readonly Partial<EpochEvent>[]
  const states = await Promise.all(Object.values(parts).map((part) => part.state()))
  const bits = JSON.stringify(states, (_, value: unknown) =>
    ArrayBuffer.isView(value)
      ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')
      : value,
  )
  const timeless = history.map((epoch) => ({ ...epoch, seconds: 0, examplesPerSecond: 0 }))
  return JSON.stringify({ bits, timeless })
}
