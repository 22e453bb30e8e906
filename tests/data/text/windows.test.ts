import { expect, expectTypeOf, it } from 'vitest'
import { integers, languageModelWindows, randomWindows, trainCharacterTokenizer } from '../../../src/data/index.js'
import { seed } from '../../../src/index.js'
import * as nn from '../../../src/nn/index.js'
import { adam } from '../../../src/optim/index.js'
import { fit } from '../../../src/train/index.js'

const tokens = Int32Array.from({ length: 20 }, (_, i) => i * i)

it('windows hold each token and the one behind it', () => {
  for (const length of [1, 3, 19] as const) {
    for (const stride of [undefined, 1, 2, 7]) {
      const data = languageModelWindows(tokens, length, stride === undefined ? {} : { stride })
      const step = stride ?? length
      expect(data.length).toBe([...tokens.keys()].filter((at) => at % step === 0 && at + length < 20).length)
      for (let window = 0; window < data.length; window++) {
        const { inputs, targets } = data.example(window)
        expect([...inputs, targets.at(-1)]).toEqual([...tokens.subarray(window * step, window * step + length + 1)])
        expect([...targets.subarray(0, -1)]).toEqual([...inputs.subarray(1)])
      }
    }
  }
  expectTypeOf(languageModelWindows([1, 2, 3], 2).columns.inputs.shape).toEqualTypeOf<readonly [2]>()
})

it('windows say what does not fit', () => {
  expect(() => languageModelWindows(tokens, 20)).toThrow(/20 tokens have no window of 20 and the next one/)
  expect(() => languageModelWindows(tokens, 0)).toThrow(/the length is 0/)
  expect(() => languageModelWindows(tokens, 3, { stride: 0 })).toThrow(/the stride is 0/)
  expect(() => languageModelWindows(tokens, 3, { step: 1 } as never)).toThrow(/no option 'step'/)
  expect(() => randomWindows(new Int32Array(3), 3)).toThrow(/3 tokens have no window/)
})

it('random windows begin everywhere, the same for equal seeds', async () => {
  const windows = randomWindows(tokens, 3, { count: 500, seed: 1 })
  const all = await windows.toArray()
  expect(new Set(all.map(({ inputs }) => inputs[0]))).toEqual(new Set(tokens.subarray(0, 17)))
  for (const { inputs, targets } of all) expect(targets[0]).toBe(inputs[1])
  expect(await randomWindows(tokens, 3, { count: 500, seed: 1 }).toArray()).toEqual(all)
  const [batch] = await windows
    .take(4)
    .batch(4, { inputs: integers([3]), targets: integers([3]) })
    .toArray()
  expect(batch!.tensors().targets.shape).toEqual([4, 3])
})

it('windows are what a language model is trained on', async () => {
  seed(1)
  const text = 'abcd'.repeat(60)
  const tokenizer = trainCharacterTokenizer(text)
  const data = languageModelWindows(tokenizer.encode(text), 8)
  const model = nn.sequential(nn.embedding(tokenizer.size, 8), nn.linear(8, tokenizer.size))
  const history = await fit(model, data, {
    loss: nn.crossEntropy,
    optimizer: adam({ learningRate: 0.1 }),
    epochs: 30,
    batchSize: 8,
  })
  // Each character decides on the next one.
  expect(history.at(-1)!.loss).toBeLessThan(0.05)
  expect(history.at(-1)!.accuracy).toBe(1)
})
