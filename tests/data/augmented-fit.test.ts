import { expect, it } from 'vitest'
import { augment, dataset, floatColumn, integerColumn, labelColumn } from '../../src/data/index.js'
import { seed, type Tensor, tensor } from '../../src/index.js'
import * as nn from '../../src/nn/index.js'
import { adam } from '../../src/optim/index.js'
import { fit } from '../../src/train/index.js'

it('fit takes augmentations, also those that mix labels', async () => {
  // Bright bars on top or at the bottom, which flips from left to right do not confuse.
  const pixels = new Float32Array(64 * 8 * 8)
  for (let i = 0; i < 64; i++) for (let k = 0; k < 16; k++) pixels[i * 64 + (i % 2) * 48 + k] = 1
  const labels = Uint8Array.from({ length: 64 }, (_, i) => i % 2)
  const data = dataset({ inputs: floatColumn(pixels, [8, 8, 1]), labels: labelColumn(labels, { classes: 2 }) })
  for (const mixing of [augment.compose(), augment.mixup({ classes: 2, alpha: 0.2 })]) {
    seed(1)
    const model = nn.sequential(nn.flatten(), nn.linear(64, 2))
    const augmented = augment.compose(augment.flip(), augment.crop({ padding: 1 }), mixing)
    const run = fit(model, data, {
      ...{ loss: nn.crossEntropy, optimizer: adam({ learningRate: 0.03 }), epochs: 8, batchSize: 16 },
      ...{ augment: augmented, validation: data },
    })
    const history = await run
    expect(history.at(-1)?.validation?.accuracy).toBe(1)
  }
})

it('fit counts the labels that an augmentation has left', async () => {
  // Each pixel is to be named by whether it is bright, and a weight says so from the start.
  const pixels = Float32Array.from({ length: 10 * 8 * 8 }, (_, i) => (i % 3 === 0 ? 1 : -1))
  const labels = Uint8Array.from(pixels, (value) => (value > 0 ? 1 : 0))
  const data = dataset({
    inputs: floatColumn(pixels, [8, 8, 1]),
    labels: integerColumn(labels, [8, 8]),
  })
  const model = nn.sequential(nn.linear(1, 2, { bias: false }))
  model.parameters()[0]!.assign(tensor([[-1, 1]]))
  const cropped = (x: Tensor, y: Tensor) => ({ inputs: x.slice(':', [0, 4]), targets: y.slice(':', [0, 4]) }) as never
  const run = fit(model, data, {
    ...{ loss: nn.crossEntropy, optimizer: adam({ learningRate: 0 }), epochs: 1, batchSize: 4, validation: data },
    augment: cropped,
  })
  const history = await run
  expect(history[0]).toMatchObject({ accuracy: 1, validation: { accuracy: 1 } })
})
