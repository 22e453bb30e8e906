import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fromOnnx, toOnnx, writeOnnx } from '../../../src/formats/index.js'
import { readMessage } from '../../../src/formats/onnx/file/read.js'
import type { Node } from '../../../src/graph/node.js'
import { concat, cond, random, Tensor, tensor, whileLoop, zeros } from '../../../src/index.js'
import { lenet, mlp } from '../../../src/models/index.js'
import * as nn from '../../../src/nn/index.js'
import { dataNode } from '../../../src/tensor/runtime.js'
import { inDType, SPECIAL, sampleInputs, samples } from '../../conformance/samples.js'
import { layerRooms, makeLayer } from '../../support/layerCases.js'
import { noRuntime, runElsewhere } from './runtime.js'

/** A module in evaluation mode as a function. */
function of(model: nn.Module & { forward(x: never): Tensor }): (x: Tensor) => Tensor {
  model.eval()
  return (x) => model.forward(x as never)
}

/** Compares tensors relative to the largest magnitude. */
function expectSame(what: string, found: Tensor, wanted: Tensor, tolerance = 1e-5): void {
  expect([what, found.dtype, ...found.shape]).toEqual([what, wanted.dtype, ...wanted.shape])
  const [a, b] = [found.dataSync(), wanted.dataSync()]
  const scale = Math.max(1, ...Array.from(b, Math.abs).filter(Number.isFinite))
  b.forEach((value, i) => {
    const isSame =
      a[i] === value || (Number.isNaN(a[i]) && Number.isNaN(value)) || Math.abs(a[i] - value) <= tolerance * scale
    if (!isSame) expect.fail(`${what}: element ${i} is ${a[i]}, not ${value}`)
  })
}

describe.skipIf(noRuntime !== undefined)(
  `layers exported are the same in onnxruntime${noRuntime === undefined ? '' : ` (${noRuntime})`}`,
  () => {
    for (const [room, cases] of layerRooms) {
      for (const [i, { call, input }] of cases.entries()) {
        it(`${room} ${i}: ${JSON.stringify(call)} on [${input.shape}]`, async () => {
          const layer = (makeLayer(call, undefined) as nn.Layer).eval()
          const values = input.dtype === 'int32' ? Int32Array.from(input.values) : Float32Array.from(input.values)
          const x: Tensor = tensor(values, [...input.shape])
          const wanted: Tensor = layer.forward(x as never)
          // A linear layer also takes a vector, whose only axis is no batch.
          const bytes = await toOnnx(layer, [x], { batch: input.shape.length > 1 ? 'dynamic' : 'fixed' })
          const [found] = await runElsewhere(bytes, [x])
          expectSame('onnxruntime', found, wanted)
          expectSame('imported again', (await fromOnnx(bytes)).forward(x), wanted)
          if (input.shape.length < 2) return
          const [first] = await runElsewhere(bytes, [x.slice([0, 1])])
          expectSame('a batch of 1', first, layer.forward(x.slice([0, 1]) as never))
        })
      }
    }
  },
)

/** Where the standard leaves runtimes free, or onnxruntime does nothing: places of NaN, overflows, nothing at all. */
const free = /NaN|wraps|nothing|no (rows|batch|steps?)|empty/
/** Samples of single primitives that are left out: what cannot be converted or divided, and what ONNX has for floats only. */
const others: Readonly<Record<string, RegExp>> = {
  cast: /float16|float64 to/,
  conv: /int32/,
  div: /int32|uint|zero/,
  mod: /int32|uint|zero/,
  sumPool: /int32/,
}

const refused = ['input', 'randomBits', 'bitcast', 'cholesky', 'triangularSolve', 'lu', 'qr', 'eigh', 'svd']

const operatorsOf = (bytes: Uint8Array): readonly (string | undefined)[] =>
  readMessage('Model', bytes, 'model').graph?.nodes.map(({ operator }) => operator) ?? []

describe.skipIf(noRuntime !== undefined)("the standard's own operators for what is several primitives here", () => {
  it.each([
    [nn.sigmoid(), ['Sigmoid']],
    [nn.softplus(), ['Softplus']],
    [nn.softsign(), ['Softsign']],
    [nn.leakyRelu(), ['LeakyRelu']],
    [nn.elu(), ['Elu']],
    [nn.selu(), ['Selu']],
    [nn.mish(), ['Mish']],
    [nn.silu(), ['Sigmoid', 'Mul']],
    [nn.hardSigmoid(), ['HardSigmoid']],
    [nn.hardSwish(), ['HardSwish']],
    [nn.gelu(), ['Gelu']],
    [nn.gelu('tanh'), ['Gelu']],
    [nn.softmax(), ['Softmax']],
    [nn.softmax(1), ['Softmax']],
    [nn.logSoftmax(), ['LogSoftmax']],
    [nn.layerNorm(4), ['LayerNormalization']],
    [nn.layerNorm([3, 4], { epsilon: 0.1 }), ['LayerNormalization']],
    [nn.layerNorm(4, { bias: false }), ['LayerNormalization']],
  ])('%s: %s', async (layer, operators) => {
    const model = layer as nn.Layer
    for (const [path, variable] of model.namedParameters())
      variable.assign(random.normal(variable.shape, { key: random.key(path.length) }))
    const x = random.normal([5, 3, 4], { key: random.key(1) }).mul(4) as Tensor
    const wanted: Tensor = model.forward(x as never)
    const bytes = await toOnnx(model, [zeros([1, 3, 4])], { opset: 20 })
    expect(operatorsOf(bytes)).toEqual(operators)
    expectSame('onnxruntime', (await runElsewhere(bytes, [x]))[0], wanted)
    const again = await fromOnnx(bytes)
    expectSame('imported again', again.forward(x), wanted)
    const twice = await toOnnx(again, [zeros([1, 3, 4])], { opset: 20 })
    expect(operatorsOf(twice)).toEqual(operators)
  })

  it('are left to primitives in version 18 where it has none', async () => {
    const x = random.normal([5, 3, 4], { key: random.key(1) })
    const bytes = await toOnnx(nn.gelu(), [x])
    expect(operatorsOf(bytes)).toEqual(expect.arrayContaining(['Erf', 'Mul']))
    expectSame('onnxruntime', (await runElsewhere(bytes, [x]))[0], nn.gelu().forward(x))
    await expect(toOnnx(nn.gelu(), [x], { opset: 19 as never })).rejects.toThrow(/the opset is 19/)
  })

  it('keep the axes of pictures between convolutions', async () => {
    const model = nn.sequential(nn.conv2d(3, 4, 3), nn.layerNorm(4), nn.silu(), nn.conv2d(4, 6, 3), nn.softmax(-1))
    const x = random.normal([2, 8, 8, 3], { key: random.key(1) })
    const bytes = await toOnnx(model, [zeros([1, 8, 8, 3])])
    const names = operatorsOf(bytes)
    expect(names.filter((name) => name === 'LayerNormalization' || name === 'Softmax')).toEqual([
      'LayerNormalization',
      'Softmax',
    ])
    expectSame('onnxruntime', (await runElsewhere(bytes, [x]))[0], model.forward(x))
  })

  it('are not found where a number is another one, or depends on the batch', async () => {
    const x = random.normal([3, 4], { key: random.key(1) })
    const almost = (x: Tensor): Tensor => x.mul(0.5).mul(x.mul(0.7).erf().add(1)) as Tensor
    const growing = (x: Tensor): Tensor => nn.elu(x.shape[0] - 1).forward(x)
    for (const fn of [almost, growing]) {
      const bytes = await toOnnx(fn, [zeros([2, 4])], { opset: 20 })
      expect(operatorsOf(bytes)).not.toEqual(expect.arrayContaining([expect.stringMatching(/Gelu|Elu/)]))
      expectSame('onnxruntime', (await runElsewhere(bytes, [x]))[0], fn(x as Tensor))
    }
  })
})

describe.skipIf(noRuntime !== undefined)('whole models', () => {
  it('have named layers, take batches of any size, and pictures in both orders', async () => {
    const model = nn.sequential(
      nn.conv2d(3, 4, 3, { padding: 'same' }),
      nn.batchNorm2d(4),
      nn.relu(),
      nn.residual(nn.sequential(nn.conv2d(4, 4, 3, { padding: 'same', bias: false }), nn.batchNorm2d(4))),
      nn.maxPool2d(2),
      nn.flatten(),
      nn.linear(64, 5),
      nn.softmax(),
    )
    for (let i = 0; i < 3; i++) model.forward(random.normal([8, 8, 8, 3]))
    expect(model.training).toBe(true)
    const x = random.normal([5, 8, 8, 3])
    const first = await toOnnx(model, [zeros([1, 8, 8, 3])], {
      channels: 'first',
      inputNames: ['picture'],
      outputNames: ['classes'],
    })
    const last = await toOnnx(model, [zeros([1, 8, 8, 3])])
    expect(model.training).toBe(true)
    const wanted = model.eval().forward(x)
    expectSame('channels first', (await runElsewhere(first, [x.permute([0, 3, 1, 2])]))[0], wanted)
    expectSame('channels last', (await runElsewhere(last, [x]))[0], wanted)
    const { graph } = readMessage('Model', first, 'first')
    expect(graph?.nodes.map(({ operator, name }) => `${name}: ${operator}`)).toEqual([
      'layers.0.Conv: Conv',
      'layers.1.BatchNormalization: BatchNormalization',
      'layers.2.Relu: Relu',
      'layers.3.layers.1.layers.0.Conv: Conv',
      'layers.3.layers.1.layers.1.BatchNormalization: BatchNormalization',
      'layers.3.Add: Add',
      'layers.4.MaxPool: MaxPool',
      'layers.4.Transpose: Transpose',
      'layers.5.Reshape: Reshape',
      'layers.6.Gemm: Gemm',
      'layers.7.Softmax: Softmax',
    ])
    expect(graph?.inputs[0]).toMatchObject({
      name: 'picture',
      type: { tensor: { shape: { dims: [{ symbol: 'batch' }, { value: 3 }, { value: 8 }, { value: 8 }] } } },
    })
    const again = await fromOnnx(first)
    expect([...again.namedParameters().keys()].sort()).toEqual([...model.namedParameters().keys()].sort())
    expect([...again.buffers().keys()].sort()).toEqual([...model.buffers().keys()].sort())
    expectSame('imported again', again.forward(x.permute([0, 3, 1, 2])), wanted)
    expectSame(
      'exported again',
      (await runElsewhere(await toOnnx(again, [zeros([1, 3, 8, 8])]), [x.permute([0, 3, 1, 2])]))[0],
      wanted,
    )
  })

  it.each([
    ['LeNet', () => lenet(), [4, 28, 28, 1]],
    ['a perceptron', () => mlp([784, 32, 10]), [4, 784]],
  ] as const)('%s', async (_, make, shape) => {
    const model: nn.Module & { forward(x: Tensor): Tensor } = make() as never
    const x = random.normal(shape)
    expectSame('onnxruntime', (await runElsewhere(await toOnnx(model, [x]), [x]))[0], model.eval().forward(x))
  })

  const sizes = [1, 2, 5]
  const models: readonly (readonly [string, () => (x: Tensor) => Tensor, (batch: number) => Tensor])[] = [
    [
      'a transformer',
      () =>
        of(
          nn.sequential(
            nn.embedding(11, 8),
            nn.learnedPositions(6, 8),
            nn.transformerEncoder(8, 2, 2),
            nn.linear(8, 11),
          ),
        ),
      (batch) => random.randint([batch, 6], 0, 11),
    ],
    [
      'a small U-Net',
      () =>
        of(
          nn.sequential(
            nn.conv2d(1, 4, 3, { padding: 'same' }),
            nn.maxPool2d(2),
            nn.leakyRelu(0.1),
            nn.convTranspose2d(4, 4, 2, { stride: 2 }),
            nn.groupNorm(2, 4),
            nn.gelu(),
            nn.conv2d(4, 1, 1),
          ),
        ),
      (batch) => random.normal([batch, 8, 6, 1]),
    ],
    [
      'recurrent layers both ways',
      () => of(nn.gru(3, 4, { bidirectional: true, layers: 2 })),
      (batch) => random.normal([batch, 5, 3]),
    ],
    [
      'a branch',
      () => (x) =>
        cond(
          x.sum().greater(0),
          (a: Tensor) => a.mul(2),
          (a: Tensor) => a.sub(1),
          x,
        ),
      (batch) => random.normal([batch, 3]),
    ],
    [
      'a loop',
      () => (x) =>
        whileLoop(
          ([i]) => i.less(3),
          ([i, a]): readonly [Tensor, Tensor] => [i.add(1), a.mul(1.5)],
          [tensor(0), x] as const as readonly [Tensor, Tensor],
        )[1],
      (batch) => random.normal([batch, 3]),
    ],
    [
      'the batch backwards, its sums, its last row',
      () => (x) => concat([x.flip(0), x.cumSum(0), x.slice([-1, null])]),
      (batch) => random.normal([batch, 3]),
    ],
    [
      'products over the batch',
      () => (x) => x.matmul(x.permute([1, 0])).softmax(0),
      (batch) => random.normal([batch, 3]),
    ],
    ['the largest', () => (x) => x.topK(3).values, (batch) => random.normal([batch, 8])],
    ['float64', () => (x) => x.cast('float64').div(3).sum(1), (batch) => random.normal([batch, 8])],
  ]
  it.each(models)('%s', async (_, make, inputs) => {
    const fn = make()
    const bytes = await toOnnx(fn, [inputs(2)])
    for (const size of sizes) {
      const x = inputs(size)
      expectSame(`batch ${size}`, (await runElsewhere(bytes, [x]))[0], fn(x))
      expectSame('imported again', (await fromOnnx(bytes)).forward(x), fn(x))
    }
  })

  it('functions of several tensors, with several results and weights from outside', async () => {
    const weight = random.normal([4, 3])
    const fn = (x: Tensor, y: Tensor): Record<string, Tensor> => ({
      product: x.matmul(weight).mul(y),
      sum: y.sum(1),
      same: x,
    })
    const [x, y] = [random.normal([6, 4]), random.normal([6, 3])]
    const bytes = await toOnnx(fn, [x, y])
    const found = await runElsewhere(bytes, [x, y])
    const wanted = fn(x, y)
    expectSame('product', found[0], wanted.product)
    expectSame('same', found[1], wanted.same)
    expectSame('sum', found[2], wanted.sum)
    expect(Object.keys((await fromOnnx(bytes)).run({ input_0: x, input_1: y }))).toEqual(['product', 'same', 'sum'])
  })

  it('what depends on the batch size is calculated from it, or refused', async () => {
    const mean = (x: Tensor): Tensor => x.sub(x.mean(0)).reshape([-1])
    const bytes = await toOnnx(mean, [zeros([2, 3])])
    const x = random.normal([7, 3])
    expectSame('mean over the batch', (await runElsewhere(bytes, [x]))[0], mean(x))
    await expect(toOnnx((x: Tensor) => x.std(0), [zeros([2, 3])])).resolves.toBeDefined()
    await expect(toOnnx((x: Tensor) => x.mul(1 / x.shape[0]), [zeros([2, 3])])).rejects.toThrow("batch: 'fixed'")
    await expect(toOnnx((x: Tensor) => (x.shape[0] > 3 ? x.neg() : x.exp()), [zeros([2, 3])])).rejects.toThrow(
      "batch: 'fixed'",
    )
    const counted = (x: Tensor): Tensor => x.mul(tensor([x.shape[0], 1, 1]))
    await expect(toOnnx(counted, [zeros([2, 3])])).rejects.toThrow("batch: 'fixed'")
    await expect(toOnnx((x: Tensor) => x.matmul(zeros([3, x.shape[0] ** 2])), [zeros([2, 3])])).rejects.toThrow(
      "batch: 'fixed'",
    )
  })

  it('wrong arguments are refused in words', async () => {
    const [model, x] = [nn.linear(2, 1), zeros([1, 2])]
    const fails = (run: () => Promise<unknown>, message: string): Promise<void> => expect(run).rejects.toThrow(message)
    await fails(() => toOnnx(5 as never, [x]), 'the model is a number (5)')
    await fails(() => toOnnx(model, x as never), 'the inputs are a Tensor')
    await fails(() => toOnnx(model, []), 'Give a list with a tensor for each argument')
    await fails(() => toOnnx(model, [x], { batchs: 'fixed' } as never), "Did you mean 'batch'?")
    await fails(() => toOnnx(model, [x], { inputNames: ['a', 'b'] }), 'there are 1')
    await fails(
      () => toOnnx(model, [x], { inputNames: ['a'], outputNames: ['a'] }),
      "'a' is the name of an input and of an output",
    )
    await fails(() => toOnnx(model, [zeros([1, 3])]), 'linear: Linear takes […, 2]')
    await fails(() => toOnnx(async (y: Tensor) => y, [x]), 'toOnnx: the function is async')
    await fails(() => toOnnx(() => undefined, [x]), 'it returns no tensor')
    await fails(() => toOnnx((y: Tensor) => y.add(random.normal([2])), [x]), "assigns 'random generator'")
    await fails(() => writeOnnx('x.onnx', model, [x], { externl: true } as never), "Did you mean 'external'?")
    await fails(() => fromOnnx(5 as never), 'the file is a number (5)')
    const read = await fromOnnx(await toOnnx(model, [x]))
    expect(() => read.forward()).toThrow('0 tensors for 1 inputs')
    expect(() => read.forward(zeros([1, 3]))).toThrow('where the file says [batch, 2]')
    expect(() => read.forward(zeros([1, 2], 'int32'))).toThrow("cast('float32')")
    expect(() => read.run({ y: x })).toThrow("there is no input 'y'")
  })

  it('weights may lie beside the model', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'shapewise-onnx-'))
    try {
      const model = nn.linear(30, 20)
      const path = join(folder, 'model.onnx')
      await writeOnnx(path, model, [zeros([1, 30])], { external: true })
      expect(readdirSync(folder).sort()).toEqual(['model.onnx', 'model.onnx.data'])
      const x = random.normal([2, 30])
      expectSame('onnxruntime', (await runElsewhere(path, [x]))[0], model.forward(x))
      expectSame('imported again', (await fromOnnx(path)).forward(x), model.forward(x))
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

describe('each primitive', () => {
  for (const [primitive, list] of Object.entries(samples)) {
    if (refused.includes(primitive)) continue
    it.skipIf(noRuntime !== undefined)(`${primitive} is the same in onnxruntime`, async () => {
      let compared = 0
      for (const original of list) {
        if (
          original.notDifferentiable === SPECIAL ||
          free.test(original.name) ||
          others[primitive]?.test(original.name) ||
          original.inputs.length === 0 ||
          original.inputs.some(({ shape }) => shape.includes(0))
        )
          continue
        const sample = inDType(original, 'float32')
        const given = sampleInputs(sample, 7)
        const inputs = given.map(({ dtype, shape, data }) => new Tensor(dataNode({ dtype, shape }, data)))
        const run = (...nodes: Node[]): Node[] => [sample.build(nodes)].flat() as Node[]
        const wanted = run(...inputs.map(({ node }) => node)).map((node) => new Tensor(node))
        const fn = (...xs: Tensor[]): Tensor[] => run(...xs.map(({ node }) => node)).map((node) => new Tensor(node))
        const bytes = await toOnnx(fn, inputs, { batch: 'fixed' })
        const found = await runElsewhere(bytes, inputs)
        wanted.forEach((tensor, i) => {
          expectSame(sample.name, found[i], tensor, 1e-4)
        })
        compared++
      }
      expect(compared).toBeGreaterThan(0)
    })
  }

  it.each(refused.filter((name) => name !== 'input'))(
    '%s has no form in ONNX, and the refusal says what to do',
    async (primitive) => {
      const [sample] = samples[primitive as keyof typeof samples]
      const inputs = sampleInputs(sample, 7).map(
        ({ dtype, shape, data }) => new Tensor(dataNode({ dtype, shape }, data)),
      )
      const fn = (...xs: Tensor[]): Tensor[] =>
        ([sample.build(xs.map(({ node }) => node))].flat() as Node[]).map((node) => new Tensor(node))
      await expect(toOnnx(fn, inputs, { batch: 'fixed' })).rejects.toThrow(`'${primitive}' has no form in ONNX`)
    },
  )
})
