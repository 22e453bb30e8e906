import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ShapewiseError } from '../../src/core/errors.js'
import { fromTensorFlowJs, TensorFlowGraph } from '../../src/formats/index.js'
import { compile, type DType, type Tensor, tensor } from '../../src/index.js'
import { sgd } from '../../src/optim/index.js'
import { mutated } from './mutations.js'

interface Values {
  readonly shape: number[]
  readonly dtype: DType
  readonly values: number[]
}
interface Case {
  readonly files: Readonly<Record<string, string>>
  readonly inputs: readonly Values[]
  readonly outputs: readonly Values[]
}

/** By scripts/fixtures/tensorflowjs.mjs */
const { cases }: { cases: Readonly<Record<string, Case>> } = JSON.parse(
  readFileSync(new URL('../fixtures/tensorflowjs.json', import.meta.url), 'utf8'),
)
type Files = Readonly<Record<string, Uint8Array>>
const filesOf = (name: string): Files =>
  Object.fromEntries(
    Object.entries(cases[name].files).map(([file, text]) => [file, new Uint8Array(Buffer.from(text, 'base64'))]),
  )
const inputsOf = (name: string): Tensor[] =>
  cases[name].inputs.map(({ shape, dtype, values }) => tensor(values, shape, dtype))

/** The files with a part of the description replaced. */
function changed(name: string, from: string | RegExp, to: string): Files {
  const files = filesOf(name)
  const text = new TextDecoder().decode(files['model.json'])
  expect(text).toMatch(from)
  return { ...files, 'model.json': new TextEncoder().encode(text.replace(from, to)) }
}

describe('models of TensorFlow.js', () => {
  it.each(Object.keys(cases))('give what it computes itself: %s', async (name) => {
    const model = await fromTensorFlowJs(filesOf(name))
    const outputs = model.outputs(...inputsOf(name))
    expect(outputs).toHaveLength(cases[name].outputs.length)
    for (const [i, { shape, values }] of cases[name].outputs.entries()) {
      expect(outputs[i].shape, `output ${i}`).toEqual(shape)
      const found = await outputs[i].data()
      values.forEach((value, j) => {
        expect(Math.abs(found[j] - value), `output ${i}[${j}] is ${found[j]}, not ${value}`).toBeLessThan(
          1e-5 * Math.max(1, Math.abs(value)),
        )
      })
    }
  })

  it('give the same compiled, for other sizes of the batch, and can be trained', async () => {
    const model = await fromTensorFlowJs(filesOf('graph: pictures'))
    const [x] = inputsOf('graph: pictures')
    expect(model).toBeInstanceOf(TensorFlowGraph)
    const plain = await model.forward(x).data()
    const compiled = await compile((given: Tensor) => model.forward(given))(x).data()
    compiled.forEach((value, i) => {
      expect(value).toBeCloseTo(plain[i], 5)
    })
    const one = await model.forward(x.slice([0, 1]) as Tensor).data()
    expect([...one]).toEqual([...plain.slice(0, 3)].map((value) => expect.closeTo(value, 5)))
    expect([...model.buffers().keys()]).toEqual(['weights.mean', 'weights.variance'])
    const optimizer = sgd(model, { learningRate: 0.1 })
    const step = compile(() => {
      const loss = model.forward(x).slice(':', 0).mean().neg()
      optimizer.minimize(loss)
      return loss
    })
    const before = await step().item()
    for (let i = 0; i < 10; i++) step()
    expect(await step().item()).toBeLessThan(before)
  })

  it('lie in folders', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'shapewise-tfjs-'))
    try {
      for (const [file, bytes] of Object.entries(filesOf('layers: pictures'))) writeFileSync(join(folder, file), bytes)
      const model = await fromTensorFlowJs(join(folder, 'model.json'))
      expect(model.forward(...inputsOf('layers: pictures')).shape).toEqual([2, 3])
      rmSync(join(folder, 'group1-shard2of2.bin'))
      await expect(fromTensorFlowJs(join(folder, 'model.json'))).rejects.toThrow(
        /shard2of2.bin: the file cannot be read/,
      )
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it.each<[string, string | RegExp, string, RegExp]>([
    ['graph: pictures', '"MaxPool"', '"MaxPol"', /operations are not supported: MaxPol. Did you mean 'MaxPool'/],
    ['graph: pictures', 'group1-shard1of1.bin', '../secret', /no plain name/],
    ['graph: pictures', 'group1-shard1of1.bin', 'other.bin', /the file other.bin is missing/],
    ['graph: pictures', '"input":["conv"', '"input":["normal"', /takes what it gives/],
    ['graph: pictures', '"input":["conv"', '"input":["convv"', /there is no operation 'convv'/],
    [
      'graph: pictures',
      '"name":"k1","shape":[3,3,2,4]',
      '"name":"k1","shape":[3,3,2,4000000000]',
      /ends behind the \d+ bytes/,
    ],
    [
      'graph: pictures',
      '"name":"k1","shape":[3,3,2,4]',
      '"name":"k1","shape":[3,3,2,3]',
      /the weights have \d+ bytes, their files/,
    ],
    ['graph: pictures', '"dtype":"float32"', '"dtype":"string"', /is of the type string/],
    ['graph: pictures', /"data_format":\{"s":"TkhXQw=="\}/, '"data_format":{"s":"TkNIVw=="}', /the layout NCHW/],
    [
      'layers: pictures',
      '"class_name":"Conv2D"',
      '"class_name":"Conv9D"',
      /layers of the class Conv9D are not supported/,
    ],
    ['layers: pictures', '"modelTopology"', '"modelTopologie"', /no description of the model/],
    ['layers: pictures', '"weightsManifest"', '"weightManifest"', /no list of weights/],
  ])('are refused where they are damaged or not known (%s: %s → %s)', async (name, from, to, message) => {
    const attempt = fromTensorFlowJs(changed(name, from, to)).then((model) => model.outputs(...inputsOf(name)))
    await expect(attempt).rejects.toThrow(message)
    await expect(attempt).rejects.toBeInstanceOf(ShapewiseError)
  })

  it.each(Object.keys(cases))('that are damaged are refused: 50 of them (%s)', async (name) => {
    const files = filesOf(name)
    for (let seed = 0; seed < 50; seed++) {
      const damage = { ...files, 'model.json': mutated(files['model.json'], seed) }
      const error = await fromTensorFlowJs(damage).catch((caught: unknown) => caught)
      if (error instanceof Error) expect(error, `seed ${seed}: ${error.stack}`).toBeInstanceOf(ShapewiseError)
    }
  })
})
