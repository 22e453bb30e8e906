import { compile, seed, type Tensor, tensor, Variable } from 'shapewise'
import { dataset, floatColumn, generate } from 'shapewise/data'
import * as nn from 'shapewise/nn'
import { sgd } from 'shapewise/optim'
import { fit, trainLoop } from 'shapewise/train'
import { describe, expect, it, vi } from 'vitest'

const inputs = floatColumn(
  Float32Array.from({ length: 600 }, (_, i) => (i === 501 ? 0 : 0.5 + (i % 7) / 8)),
  [1],
)
const data = dataset({ inputs, targets: floatColumn(new Float32Array(600).fill(1), [1]) })

/** Takes the logarithm of what may be 0 or less. */
class Risky extends nn.Module {
  forward(x: Tensor): Tensor {
    return x.log()
  }
}

/** √x, whose gradient at 0 is infinite, times 0. */
class Root extends nn.Module {
  forward(x: Tensor): Tensor {
    return x.sub(x).sqrt()
  }
}

const failure = async (run: PromiseLike<unknown>): Promise<string> => {
  try {
    await run
    return 'no failure'
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

describe('a NaN is traced back', () => {
  it('to the operation and the layer that made it, hundreds of steps after the last copy of the state', async () => {
    seed(2)
    const first = nn.linear(1, 1)
    first.weight.assign(tensor([[1]]))
    const model = nn.sequential(
      first,
      nn.sequential(
        nn.lambda((x: Tensor) => x.sub(0.2)),
        new Risky(),
      ),
      nn.linear(1, 1),
    )
    const optimizer = sgd({ learningRate: 1e-9 })
    const options = { loss: nn.meanSquaredError, optimizer, batchSize: 2, shuffle: false }
    const message = await failure(fit(model, data, options))
    expect(message).toMatch(
      /^fit: the loss is NaN at epoch 1, batch 251 of 300: training step: log on float32\[2, 1\] in layers\.1\.layers\.1 \(Risky\) gives NaN/,
    )
    // The models are as they were before the step.
    expect((await first.weight.value.data()).every(Number.isFinite)).toBe(true)
  })

  it('to the gradient of a layer, in the step before the one whose loss shows it', async () => {
    const model = nn.sequential(nn.linear(1, 1), new Root(), nn.linear(1, 1))
    const options = { loss: nn.meanSquaredError, optimizer: sgd({ learningRate: 0.1 }), batchSize: 100 }
    const message = await failure(fit(model, data, options))
    expect(message).toMatch(
      /loss is NaN at epoch 1, batch 2 of 6: training step: .* in the gradient of layers\.1 \(Root\) gives NaN, first in epoch 1, batch 1/,
    )
    expect((await model.layers[0].weight.value.data()).every(Number.isFinite)).toBe(true)
  })

  it('in a step of ones own, past ends of epochs, and says less where it does not happen again', async () => {
    const w = new Variable(tensor(3), 'w')
    const weights = { state: () => w.value.item(), loadState: (value: number) => w.assign(tensor(value)) }
    const step = compile(
      () => {
        w.assign(w.value.sub(0.5))
        return { height: w.value.sqrt() }
      },
      { name: 'fall' },
    )
    const steps = generate(({ index }) => index, { length: 2 })
    const parts = { parts: { weights }, epochs: 9 }
    const message = await failure(trainLoop(() => step(), steps, parts))
    expect(message).toMatch(
      /trainLoop: the value 'height' is NaN at epoch 4, batch 1 of 2: .*sqrt on float32\[\] gives NaN/,
    )
    expect(await w.value.item()).toBe(0)
    const chance = vi.fn(() => Number.NaN)
    expect(await failure(trainLoop(chance, steps, parts))).toMatch(
      /^trainLoop: the loss is NaN at epoch 1, batch 1\. Usual cures/,
    )
    w.assign(tensor(0))
    expect(await failure(trainLoop(() => step(), steps, { ...parts, stopOnNaN: false }))).toBe('no failure')
  })
})
