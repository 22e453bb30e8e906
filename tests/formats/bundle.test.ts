import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { generateDigits } from '../../src/data/index.js'
import { digitDataset } from '../../src/data/sources/mnist-files.js'
import { type BundleOptions, bundle } from '../../src/formats/index.js'
import { create, neg, results } from '../../src/graph/build.js'
import type { Node } from '../../src/graph/node.js'
import { seed, Tensor, tensor, zeros } from '../../src/index.js'
import { lenet, mlp } from '../../src/models/index.js'
import * as nn from '../../src/nn/index.js'
import { adam } from '../../src/optim/index.js'
import { dataNode } from '../../src/tensor/runtime.js'
import { fit } from '../../src/train/index.js'
import { sampleInputs, samples } from '../conformance/samples.js'
import { layerRooms, makeLayer } from '../support/layerCases.js'

type Numbers = Float32Array | Int32Array
interface Bundled {
  predict(input: ArrayLike<number> | readonly ArrayLike<number>[], batch?: number): Numbers
  readonly inputs: readonly { readonly shape: readonly (number | string)[] }[]
}

const load = (source: string): Promise<Bundled> =>
  import(`data:text/javascript;base64,${Buffer.from(source).toString('base64')}`)

type Model = nn.Module & { forward(x: never): Tensor }

function expectClose(found: ArrayLike<number>, wanted: ArrayLike<number>, what = ''): void {
  expect([what, found.length]).toEqual([what, wanted.length])
  const scale = Math.max(1, ...Array.from(wanted, Math.abs).filter(Number.isFinite))
  Array.from(wanted).forEach((value, i) => {
    const isSame = Object.is(found[i], value) || Math.abs(found[i] - value) <= 1e-5 * scale
    if (!isSame) expect.fail(`${what}: element ${i} is ${found[i]}, not ${value}`)
  })
}

const pictures = (batch: number): Tensor =>
  tensor(
    Float32Array.from({ length: batch * 784 }, (_, i) => Math.max(0, Math.sin(i * i * 0.37))),
    [batch, 28, 28, 1],
  )

describe('modules that stand alone answer as the model does', () => {
  for (const [room, cases] of layerRooms) {
    for (const [i, { call, input }] of cases.entries()) {
      it(`${room} ${i}: ${JSON.stringify(call)} on [${input.shape}]`, async () => {
        const layer = (makeLayer(call, undefined) as nn.Layer).eval()
        const values = input.dtype === 'int32' ? Int32Array.from(input.values) : Float32Array.from(input.values)
        const x: Tensor = tensor(values, [...input.shape])
        const isBatched = input.shape.length > 1
        const { predict } = await load(await bundle(layer, [x], { batch: isBatched ? 'dynamic' : 'fixed' }))
        const wanted: Tensor = layer.forward(x as never)
        expectClose(predict(values, input.shape[0]), wanted.dataSync())
        if (!isBatched) return
        const first: Tensor = x.slice([0, 1])
        expectClose(predict(first.dataSync(), 1), layer.forward(first as never).dataSync(), 'a batch of 1')
      })
    }
  }

  it.each([0, 1, 3])('LeNet on %i pictures', async (batch) => {
    const model = lenet().eval()
    const { predict, inputs } = await load(await bundle(model, [zeros([1, 28, 28, 1])]))
    expect(inputs[0].shape).toEqual(['batch', 28, 28, 1])
    const x = pictures(batch)
    expectClose(predict(x.dataSync(), batch), model.forward(x as never).dataSync())
  })

  it('an MLP that returns its classes, and one of its numbers only', async () => {
    const model = mlp([3, 8, 4]).eval()
    const { predict } = await load(await bundle((x: Tensor) => model.forward(x as never).argMax(-1), [zeros([1, 3])]))
    const x = tensor([1, 2, 3, -1, 0, 5], [2, 3])
    expect([...predict(x.dataSync(), 2)]).toEqual([
      ...model
        .forward(x as never)
        .argMax(-1)
        .dataSync(),
    ])
  })

  it('uses statistics of the whole batch where the model does', async () => {
    const centred = (x: Tensor): Tensor => x.sub(x.mean(0)) as Tensor
    const { predict } = await load(await bundle(centred, [zeros([1, 2])]))
    expect([...predict([1, 2, 3, 6], 2)]).toEqual([-1, -2, 1, 2])
  })
})

describe('each primitive', () => {
  for (const [primitive, list] of Object.entries(samples)) {
    it(`${primitive} is the same, or refused by its name`, async () => {
      for (const sample of list) {
        if (sample.inputs.length === 0) continue
        const given = sampleInputs(sample, 7)
        const inputs = given.map(({ dtype, shape, data }) => new Tensor(dataNode({ dtype, shape }, data)))
        const run = (nodes: Node[]): Tensor[] => [sample.build(nodes)].flat().map((node) => new Tensor(node as Node))
        let source: string
        try {
          source = await bundle((...xs: Tensor[]) => run(xs.map(({ node }) => node)), inputs, { batch: 'fixed' })
        } catch (error) {
          expect([sample.name, String(error)]).toEqual([
            sample.name,
            expect.stringMatching(/'\w+' of .* is not among|there are values of b?float16/),
          ])
          continue
        }
        const { predict } = await load(source)
        const arrays = inputs.map((x) => x.dataSync())
        const found = predict(arrays.length === 1 ? arrays[0] : arrays)
        const wanted = run(inputs.map(({ node }) => node)).map((x) => x.dataSync())
        const results = wanted.length === 1 ? [found] : (Array.from<unknown>(found) as Numbers[])
        wanted.forEach((values, i) => {
          expectClose(results[i], values, sample.name)
        })
      }
    })
  }
})

it('loops may share a body', async () => {
  const [sample] = samples.scan
  const inputs = sampleInputs(sample, 7).map(({ dtype, shape, data }) => new Tensor(dataNode({ dtype, shape }, data)))
  const twice = (...xs: Tensor[]): Tensor[] => {
    const [
      {
        inputs: [loop],
      },
    ] = [sample.build(xs.map(({ node }) => node))].flat() as Node[]
    const [first, ...others] = loop.inputs
    const again = results(create('scan', [neg(first), ...others], (loop as Node<'scan'>).attributes))
    return [...results(loop), ...again].map((node) => new Tensor(node))
  }
  const { predict } = await load(await bundle(twice, inputs, { batch: 'fixed' }))
  const found = Array.from<unknown>(predict(inputs.map((x) => x.dataSync()))) as Numbers[]
  twice(...inputs).forEach((x, i) => {
    expectClose(found[i], x.dataSync(), `output ${i}`)
  })
})

describe('weights of few bits', () => {
  it.each([
    ['float16', 130, 1],
    ['int8', 67, 0.98],
    ['int7', 60, 0.96],
    ['int6', 53, 0.9],
  ] as const)('%s keep LeNet below %i kB and near its numbers', async (weights, most, alike) => {
    const model: Model = lenet().eval()
    const source = await bundle(model, [zeros([1, 28, 28, 1])], { weights } satisfies BundleOptions)
    expect(gzipSync(source).length).toBeLessThan(most * 1000)
    const x = pictures(50)
    const found = (await load(source)).predict(x.dataSync(), 50)
    const wanted = model.forward(x as never).dataSync()
    const differences = Array.from(wanted, (value, i) => (value - found[i]) ** 2).reduce((a, b) => a + b)
    const squares = Array.from(wanted, (value) => value ** 2).reduce((a, b) => a + b)
    expect(1 - Math.sqrt(differences / squares)).toBeGreaterThan(alike - 0.01)
  })

  it('a LeNet that has learnt digits names them alike with 60 kB', async () => {
    seed(0)
    const { images, labels } = generateDigits({ count: 2000 })
    const [test, train] = [
      digitDataset(images.subarray(0, 500 * 784), labels.subarray(0, 500)),
      digitDataset(images.subarray(500 * 784), labels.subarray(500)),
    ]
    const model = lenet()
    await fit(model, train, {
      loss: nn.crossEntropy,
      optimizer: adam({ learningRate: 3e-3 }),
      epochs: 3,
      batchSize: 32,
    })
    const source = await bundle(model.eval(), [zeros([1, 28, 28, 1])], { weights: 'int7' })
    expect(gzipSync(source).length).toBeLessThanOrEqual(60_000)
    const { predict } = await load(source)
    const pixels = test.values('inputs')
    const classes = (numbers: ArrayLike<number>): readonly number[] => [
      ...tensor(Array.from(numbers), [500, 10]).argMax(-1).dataSync(),
    ]
    const found = classes(predict(pixels, 500))
    const wanted = classes(model.forward(tensor(pixels, [500, 28, 28, 1])).dataSync())
    const share = (truth: ArrayLike<number>): number => found.filter((each, i) => each === truth[i]).length / 500
    expect(share(test.values('labels'))).toBeGreaterThan(0.85)
    expect(share(wanted)).toBeGreaterThanOrEqual(0.99)
  })
})

describe('what cannot be', () => {
  it('is refused by name', async () => {
    await expect(bundle((x: Tensor) => x.sort() as Tensor, [zeros([1, 3])])).rejects.toThrow(/argSort.*toOnnx/s)
    await expect(bundle(mlp([3, 4]), [])).rejects.toThrow(/the inputs are/)
    await expect(bundle(mlp([3, 4]), [zeros([1, 3])], { weights: 'int5' as never })).rejects.toThrow(/int5/)
  })

  it('is told by the module', async () => {
    const { predict } = await load(await bundle(mlp([3, 4]), [zeros([1, 3])]))
    expect(() => predict([1, 2])).toThrow('predict: input has 2 elements, not 3')
    expect(() => predict([1, 2, 3], -1)).toThrow('predict: the batch is -1')
  })
})
