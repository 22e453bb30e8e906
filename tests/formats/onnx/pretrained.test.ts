import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { decodePng } from '../../../src/data/images/png.js'
import { fromOnnx, type OnnxModel, toOnnx } from '../../../src/formats/index.js'
import { compile, random, seed, type Tensor, tensor } from '../../../src/index.js'
import { adam } from '../../../src/optim/index.js'
import { noRuntime, runElsewhere } from './runtime.js'

// Truth: onnxruntime, and what the README beside the files says of them.

const data = process.env.SHAPEWISE_DATA ?? ''
const squeezenet = join(data, 'pretrained/squeezenet1.1_fp16.onnx')
const direction = join(data, 'pretrained/ppocr_text_direction.onnx')
const missing = data === '' || !existsSync(squeezenet) || !existsSync(direction)
const reason = missing
  ? ' (skipped: SHAPEWISE_DATA has no pretrained networks)'
  : noRuntime === undefined
    ? ''
    : ` (skipped: ${noRuntime})`

/** Blue, green, red minus their means, [1, 3, 224, 224]. */
async function picture(name: string): Promise<Tensor> {
  const {
    data: pixels,
    channels,
    width,
    height,
  } = await decodePng(new Uint8Array(readFileSync(join(data, 'photos', name))))
  const values = Float32Array.from({ length: 3 * width * height }, (_, i) => {
    const [channel, place] = [Math.floor(i / (width * height)), i % (width * height)]
    return pixels[place * channels + 2 - channel] - [104, 117, 123][channel]
  })
  return tensor(values, [1, 3, height, width])
}

const largest = (values: ArrayLike<number>): number[] =>
  Array.from(values, (value, i) => [value, i] as const)
    .sort(([a], [b]) => b - a)
    .slice(0, 3)
    .map(([, i]) => i)

function expectClose(found: Tensor, wanted: Tensor, tolerance: number): void {
  expect(found.shape).toEqual(wanted.shape)
  const [a, b] = [found.dataSync(), wanted.dataSync()]
  let worst = 0
  for (let i = 0; i < b.length; i++) worst = Math.max(worst, Math.abs(a[i] - b[i]))
  expect(worst).toBeLessThan(tolerance)
}

/** Ten steps; gives the loss of each. */
function fineTuned(model: OnnxModel, x: Tensor, labels: readonly number[], learningRate: number): number[] {
  const optimizer = adam(model, { learningRate })
  const step = compile((inputs: Tensor) => {
    const probabilities = model.forward(inputs).reshape([labels.length, -1])
    const chosen = probabilities.takeAlongAxis(tensor(labels, [labels.length, 1], 'int32'), 1)
    const loss = chosen.add(1e-7).log().mean().neg()
    optimizer.minimize(loss)
    return loss
  })
  return Array.from({ length: 10 }, () => step(x).itemSync())
}

describe.skipIf(missing || noRuntime !== undefined)(`pretrained networks${reason}`, () => {
  it('SqueezeNet in half precision sees a cat and a fish', async () => {
    const names: readonly string[] = JSON.parse(readFileSync(join(data, 'pretrained/imagenet_classes.json'), 'utf8'))
    const model = await fromOnnx(squeezenet)
    expect(model.parameterCount()).toBe(1_235_496)
    for (const [file, first, probability] of [
      ['kitten_224.png', 'tabby', 0.938],
      ['fish.png', 'barracouta', 0.67],
    ] as const) {
      const x = (await picture(file)).cast('float16')
      const found = model.forward(x)
      const [best] = largest(found.dataSync())
      expect(names[best]).toContain(first)
      expect(Math.abs(found.dataSync()[best] - probability)).toBeLessThan(0.02)
      const [wanted] = await runElsewhere(squeezenet, [x])
      expect(largest(found.dataSync())).toEqual(largest(wanted.dataSync()))
      // Half precision rounds after each operation, here and there in another order.
      expectClose(found, wanted, 0.02)
    }
  }, 120_000)

  it('SqueezeNet learns another answer, and is exported with it', async () => {
    const model = await fromOnnx(squeezenet, { dtype: 'float32' })
    const x = await picture('kitten_224.png')
    const losses = fineTuned(model, x, [285], 1e-5)
    expect(losses[9]).toBeLessThan(0.5 * losses[0])
    const wanted = model.forward(x)
    const [found] = await runElsewhere(await toOnnx(model, [x], { batch: 'fixed' }), [x])
    expectClose(found, wanted, 1e-4)
    expect(largest(found.dataSync())[0]).toBe(285)
  }, 120_000)

  it('the text direction classifier agrees with onnxruntime at any size', async () => {
    seed(1)
    const model = await fromOnnx(direction)
    const forward = compile((inputs: Tensor) => model.forward(inputs))
    for (const shape of [
      [1, 3, 48, 192],
      [3, 3, 48, 100],
      [2, 3, 64, 320],
    ]) {
      const x = random.normal(shape)
      const [wanted] = await runElsewhere(direction, [x])
      expectClose(model.forward(x), wanted, 1e-4)
      expectClose(forward(x), wanted, 1e-4)
    }
  }, 120_000)

  it('the text direction classifier learns with statistics of its batches, and is exported for any batch', async () => {
    seed(2)
    const model = await fromOnnx(direction)
    const before = Array.from(model.buffers().values(), (buffer) => buffer.value.dataSync()[0])
    const x = random.normal([4, 3, 48, 192])
    const losses = fineTuned(model.train(), x, [0, 1, 0, 1], 1e-3)
    expect(losses[9]).toBeLessThan(0.5 * losses[0])
    model.eval()
    const after = Array.from(model.buffers().values(), (buffer) => buffer.value.dataSync()[0])
    expect(after.every((value, i) => value !== before[i])).toBe(true)
    const bytes = await toOnnx(model, [x])
    for (const inputs of [x, random.normal([3, 3, 48, 192])]) {
      expectClose((await runElsewhere(bytes, [inputs]))[0], model.forward(inputs), 1e-4)
    }
  }, 120_000)
})
