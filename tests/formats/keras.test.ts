import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ShapewiseError } from '../../src/core/errors.js'
import { openZip, writeZip } from '../../src/data/index.js'
import { fromKeras, loadKeras, openKeras, provideH5wasm } from '../../src/formats/index.js'
import { numberedByClass, snakeCase } from '../../src/formats/keras/weights.js'
import { compile, type Tensor, tensor, zerosLike } from '../../src/index.js'
import * as nn from '../../src/nn/index.js'
import { adam } from '../../src/optim/index.js'
import { mutated } from './mutations.js'

interface Values {
  readonly shape: number[]
  readonly values: number[]
}
interface Case {
  readonly file: string
  readonly inputs: readonly Values[]
  readonly output: Values
}

/** By scripts/fixtures/keras.py */
const fixture: { cases: Readonly<Record<string, Case>>; files: Readonly<Record<string, string>> } = JSON.parse(
  readFileSync(new URL('../fixtures/keras.json', import.meta.url), 'utf8'),
)
const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'))
const fileOf = (name: string): Uint8Array => bytesOf(fixture.cases[name].file)
const given = (name: string) => fixture.cases[name].inputs.map(({ shape, values }) => tensor(values, shape))

describe('models of Keras', () => {
  it('say what goes into them, and take the package that reads them from where a page has it', async () => {
    const [name = ''] = Object.keys(fixture.cases)
    const { inputShapes } = await fromKeras(fileOf(name))
    const [{ shape }] = fixture.cases[name].inputs
    expect(inputShapes[0]?.slice(1)).toEqual(shape.slice(1))
    expect(inputShapes[0]?.[0]).toBeNull()
    let asked = 0
    provideH5wasm(() => {
      asked++
      return import('h5wasm')
    })
    await fromKeras(fileOf(name))
    await fromKeras(fileOf(name))
    expect(asked).toBe(1)
    expect(() => provideH5wasm('h5wasm' as never)).toThrow('provideH5wasm: what imports it is')
  })

  it.each(Object.keys(fixture.cases))('give what PyTorch computes with their weights: %s', async (name) => {
    const model = await fromKeras(fileOf(name))
    expect(model.training).toBe(false)
    const { shape, values } = fixture.cases[name].output
    const output = model.forward(...given(name))
    expect(output.shape).toEqual(shape)
    const found = await output.data()
    values.forEach((value, i) => {
      expect(Math.abs(found[i] - value)).toBeLessThan(2e-5 * Math.max(1, Math.abs(value)))
    })
  })

  it('are modules with readable names that can be trained', async () => {
    const model = await fromKeras(fileOf('pictures'))
    expect([...model.variables().keys()]).toEqual([
      ...['layers.conv2d.weight', 'layers.conv2d.bias'],
      ...['weight', 'bias', 'runningMean', 'runningVariance'].map((name) => `layers.batch_normalization.${name}`),
      ...['layers.depthwise.weight', 'layers.depthwise.bias', 'layers.dense.weight', 'layers.dense.bias'],
    ])
    await trains('functional')
  })

  async function trains(name: string): Promise<void> {
    const model = (await fromKeras(fileOf(name))).train()
    const optimizer = adam(model, { learningRate: 0.02 })
    const step = compile((...inputs: Tensor[]) => {
      const output = model.forward(...inputs)
      const loss = nn.meanSquaredError(output, zerosLike(output))
      optimizer.minimize(loss)
      return loss
    })
    const inputs = given(name)
    const first = await step(...inputs).item()
    for (let i = 0; i < 30; i++) step(...inputs)
    expect(await step(...inputs).item()).toBeLessThan(first / 2)
  }

  it.each([
    ['lambda', /layer 'lambda': layers of the class Lambda are not supported/],
    ['subclassed', /the class MyModel, which only Keras has/],
    ['masked', /layer 'embedding': mask_zero is true, which is not supported/],
    ['weights', /the file has weights only/],
  ])('that are more than layers are refused: %s', async (name, message) => {
    await expect(fromKeras(bytesOf(fixture.files[name]))).rejects.toThrow(message)
  })

  it('leave nothing behind in the memory of h5wasm, damaged or whole', async () => {
    const { FS } = await (await import('h5wasm')).ready
    const file = bytesOf(fixture.files.weights)
    await (await openKeras(file)).close()
    for (let seed = 0; seed < 50; seed++) {
      await openKeras(mutated(file, seed)).then(
        (opened) => opened.close(),
        () => {},
      )
    }
    expect(FS.readdir('/').filter((path: string) => path.endsWith('.h5'))).toEqual([])
  })

  it('that do not fit together are refused', async () => {
    const zip = openZip(fileOf('functional'))
    const [weights, text] = [
      await zip.read('model.weights.h5'),
      new TextDecoder().decode(await zip.read('config.json')),
    ]
    const withConfig = (config: string) =>
      fromKeras(
        writeZip([
          ['config.json', new TextEncoder().encode(config)],
          ['model.weights.h5', weights],
        ]),
      )
    await expect(
      withConfig(text.replace('"add", 0, 0', '"dense", 0, 0')).then((m) => m.forward(...given('functional'))),
    ).rejects.toThrow(/takes what it gives|are damaged/)
    await expect(withConfig(text.replace('"Dense"', '"Conv2D"'))).rejects.toThrow(/weight 0 is missing/)
    await expect(withConfig(text.replace('"use_bias": true', '"use_bias": false'))).rejects.toThrow(
      /there are weights that such a layer does not have/,
    )
    await expect(withConfig(text.replace('"tanh"', '"tanhh"'))).rejects.toThrow(/the activation 'tanhh' is not known/)
    await expect(withConfig('{')).rejects.toThrow(/no JSON/)
    await expect(withConfig('{"class_name": "Sequential", "config": {"layers": []}}')).rejects.toThrow(/no layers/)
    const model = await fromKeras(fileOf('functional'))
    expect(() => model.forward(tensor([[1, 2, 3]]))).toThrow(/takes 2 inputs \(left, right\), not 1/)
    const noWeights = writeZip([['config.json', zip.has('x') ? weights : new Uint8Array(2)]])
    await expect(fromKeras(noWeights)).rejects.toThrow('has no model.weights.h5')
  })
})

describe('weights of Keras', () => {
  class Sequences extends nn.Module {
    readonly embedding = nn.embedding(10, 3)
    readonly lstm = nn.lstm(3, 4, { bidirectional: true })
    readonly gru = nn.gru(8, 5)
    readonly norm = nn.layerNorm(5, { epsilon: 1e-3 })
    forward(x: Tensor): Tensor {
      const [state] = this.gru.unroll(
        this.lstm.forward(this.embedding.forward(x.cast('int32')) as Tensor) as Tensor,
      ).state
      return this.norm.forward(state.hidden)
    }
  }
  const own: Readonly<Record<string, () => nn.Module & { forward(x: Tensor): Tensor }>> = {
    pictures: () =>
      nn.sequential(
        nn.conv2d(2, 4, 3, { stride: 2, padding: 'same' }),
        nn.relu(),
        nn.batchNorm2d(4, { epsilon: 1e-3 }),
        nn.depthwiseConv2d(4, 3, { multiplier: 2, padding: 'same' }),
        nn.maxPool2d(2, { padding: 'same' }),
        nn.flatten(),
        nn.linear(32, 3),
        (x: Tensor) => x.softmax(-1) as Tensor,
      ),
    sequences: () => new Sequences(),
  }

  it.each(Object.keys(own))("go into models of one's own, which then give the same: %s", async (name) => {
    const model = own[name]()
    const report = await loadKeras(model, fileOf(name))
    expect(report.missing).toEqual([])
    const found = await model.eval().forward(given(name)[0]).data()
    fixture.cases[name].output.values.forEach((value, i) => {
      expect(Math.abs(found[i] - value)).toBeLessThan(2e-5 * Math.max(1, Math.abs(value)))
    })
  })

  it('that do not fit a model are told', async () => {
    const wrong = nn.sequential(nn.conv2d(2, 4, 3), (x: Tensor) => x, nn.linear(32, 4), nn.linear(4, 3))
    const error: Error = await loadKeras(wrong, fileOf('pictures')).then(
      () => new Error(),
      (caught) => caught,
    )
    expect(error.message).toContain("≠ layers.2.weight: 'layers/dense/vars/0' has [32, 3] instead of [32, 4]")
    expect(error.message).toContain("− layers.3.weight: there is no 'layers/dense_1/vars/0'")
    expect(error.message).toContain("+ 'layers/batch_normalization/vars/0' has no place in the model")
    await expect(loadKeras(wrong, fileOf('keras 2'))).rejects.toThrow('no weights of Keras 3')
  })

  it('are read by their names', async () => {
    const file = await openKeras(bytesOf(fixture.files.weights))
    expect(file.names).toEqual(['layers/dense/vars/0'])
    expect((await file.read('layers/dense/vars/0')).shape).toEqual([2, 3])
    await file.close()
    const whole = await openKeras(fileOf('keras 2'))
    expect(whole.names).toContain('model_weights/lstm/lstm/lstm_cell/kernel:0')
    expect((await whole.raw(whole.names[0])).bytes.length).toBe(whole.info(whole.names[0]).bytes)
  })

  it.each([
    ['Conv2D', 'conv2d'],
    ['BatchNormalization', 'batch_normalization'],
    ['LSTM', 'lstm'],
    ['Conv2DTranspose', 'conv2d_transpose'],
    ['PReLU', 'p_re_lu'],
    ['SimpleRNN', 'simple_rnn'],
    ['SeparableConv1D', 'separable_conv1d'],
  ])('have the names that Keras makes of %s', (className, name) => {
    expect(snakeCase(className)).toBe(name)
  })

  it('are numbered by class', () => {
    const layers = ['Dense', 'ReLU', 'Dense', 'Dense'].map((className) => ({ className, name: 'x' }))
    expect(numberedByClass(layers)).toEqual(['dense', 're_lu', 'dense_1', 'dense_2'])
  })

  it('that are damaged are refused: 300 of them', async () => {
    for (const name of ['keras 2', 'functional']) {
      for (let seed = 0; seed < 150; seed++) {
        const error = await fromKeras(mutated(fileOf(name), seed)).catch((caught: unknown) => caught)
        if (error instanceof Error) expect(error, `seed ${seed}: ${error.stack}`).toBeInstanceOf(ShapewiseError)
      }
    }
  })

  it('that are damaged inside of an archive are refused: 300 of them', async () => {
    const zip = openZip(fileOf('sequences'))
    const [config, weights] = [await zip.read('config.json'), await zip.read('model.weights.h5')]
    for (let seed = 0; seed < 300; seed++) {
      const [a, b] = seed % 2 === 0 ? [mutated(config, seed), weights] : [config, mutated(weights, seed)]
      const error = await fromKeras(
        writeZip([
          ['config.json', a],
          ['model.weights.h5', b],
        ]),
      ).catch((caught: unknown) => caught)
      if (error instanceof Error) expect(error, `seed ${seed}: ${error.stack}`).toBeInstanceOf(ShapewiseError)
    }
  })
})
