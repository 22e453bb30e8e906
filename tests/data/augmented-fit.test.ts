import { expect, it } from 'vitest'
import { augment, dataset, floatColumn, labelColumn } from '../../src/data/index.js'
import { seed } from '../../src/index.js'
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
