import { beforeEach, describe, expect, it } from 'vitest'
import { toOnnx } from '../../src/formats/index.js'
import { compile, grad, random, seed, Tensor } from '../../src/index.js'
import * as models from '../../src/models/index.js'
import type * as nn from '../../src/nn/index.js'
import { sgd } from '../../src/optim/index.js'
import { noRuntime, runElsewhere } from '../formats/onnx/runtime.js'
import type { Model } from './formula.js'

/** A small network of each family, and the shape of its input. */
const small: readonly (readonly [call: string, input: readonly number[]])[] = [
  ['lenet1998()', [32, 32, 1]],
  ['highwayNetwork(4, { inputs: 12, width: 8 })', [12]],
  ['alexnet({ width: 1 / 32, classes: 5, dropout: 0 })', [227, 227, 3]],
  ['vgg(11, { width: 4, hidden: 16, size: 32, classes: 5, dropout: 0 })', [32, 32, 3]],
  ['networkInNetwork({ width: 1 / 16, dropout: 0 })', [32, 32, 3]],
  ['resnet(18, { width: 4, blocks: [1, 1, 1, 1], classes: 5 })', [64, 64, 3]],
  ['resnet(50, { width: 4, blocks: [1, 1, 1, 1], classes: 5 })', [64, 64, 3]],
  ['cifarResnet(8, { width: 4 })', [32, 32, 3]],
  ["cifarResnet(8, { width: 4, shortcuts: 'gates' })", [32, 32, 3]],
  ['preactivationResnet(11, { width: 4 })', [32, 32, 3]],
  ['googlenet({ size: 96, classes: 5, dropout: 0 })', [96, 96, 3]],
  ['inceptionBn({ classes: 5 })', [64, 64, 3]],
  ['inceptionV3({ auxiliary: false, classes: 5 })', [96, 96, 3]],
  ['densenet(121, { growth: 4, blocks: [2, 2, 2, 2], classes: 5 })', [64, 64, 3]],
  ["convnext('tiny', { widths: [8, 8, 8, 8], blocks: [1, 1, 1, 1], classes: 5, dropPath: 0 })", [64, 64, 3]],
  ["squeezenet('1.1', { classes: 5, dropout: 0 })", [64, 64, 3]],
  ['mobilenetV1({ width: 0.125, classes: 5 })', [64, 64, 3]],
  ['mobilenetV2({ width: 0.25, classes: 5 })', [64, 64, 3]],
  ["mobilenetV3('small', { width: 0.25, classes: 5 })", [64, 64, 3]],
  ['efficientnet({ width: 0.25, depth: 0.5, classes: 5, dropout: 0, dropPath: 0 })', [64, 64, 3]],
  ["vit('tiny', { size: 32, patch: 8, depth: 2, heads: 2, width: 16, classes: 5 })", [32, 32, 3]],
  ["unet({ width: 4, depth: 2, padding: 'same', dropout: 0, batchNorm: true })", [32, 32, 1]],
  ['fcn(8, { width: 4, hidden: 16, classes: 5, dropout: 0 })', [32, 32, 3]],
  ['segnet({ width: 4, classes: 5 })', [32, 48, 3]],
  ['featurePyramid(18, { width: 4, levels: 8 })', [64, 64, 3]],
  ['srcnn({ widths: [8, 4] })', [16, 12, 1]],
  ['espcn({ scale: 2, widths: [8, 4] })', [8, 6, 1]],
  ['srresnet({ width: 4, blocks: 2, window: 3 })', [8, 6, 3]],
]

const made = (call: string): Model => {
  const names = Object.keys(models)
  return new Function(...names, `return ${call}`)(...Object.values(models))
}

const outputsOf = (model: Model, x: Tensor): readonly Tensor[] => {
  const given = model.forward(x)
  return given instanceof Tensor ? [given] : Object.values(given)
}

beforeEach(() => seed(4))

const isIn = (name: string, parts: readonly string[]) => parts.some((part) => name.startsWith(`${part}.`))

/** The paths of the parameters that a loss on some logits has a gradient for. */
async function taughtBy(logits: Tensor, model: nn.Module): Promise<readonly string[]> {
  const named = [...model.namedParameters()]
  const gradients = grad(
    logits.square().sum() as Tensor<[]>,
    named.map(([, parameter]) => parameter),
  )
  const sizes = await Promise.all(gradients.map((one) => one.abs().max().item()))
  return named.map(([name]) => name).filter((_, i) => sizes[i]! > 0)
}

describe('steps down the gradient lower the loss', () => {
  it.each(small)('%s', async (call, input) => {
    const model = made(call).train()
    const x: Tensor = random.normal([3, ...input])
    const wanted = outputsOf(model.eval(), x).map((one): Tensor => random.normal([...one.shape]))
    model.train()
    const optimizer = sgd(model, { learningRate: 1e-3, clipNorm: 1 })
    const step = compile((given: Tensor) => {
      const loss = outputsOf(model, given)
        .map((one, i): Tensor => one.sub(wanted[i]!).abs().mean() as Tensor)
        .reduce((sum, one): Tensor => sum.add(one) as Tensor)
      optimizer.minimize(loss)
      return loss
    })
    const losses: number[] = []
    for (let i = 0; i < 6; i++) losses.push(await step(x).item())
    expect(losses.at(-1)).toBeLessThan(losses[0]!)
  })
})

describe('a classifier half way teaches itself and what lies before it, and nothing behind it', () => {
  it('GoogLeNet', async () => {
    const model = models.googlenet({ size: 96, classes: 5 }).train()
    for (const i of [0, 1]) {
      const { logits, auxiliary } = model.forwardAll(random.normal([2, 96, 96, 3]))
      expect(logits.shape).toEqual([2, 5])
      const taught = await taughtBy(auxiliary[i]!, model)
      const behind = ['head', `auxiliary.${1 - i}`, 'stages.2', ...(i === 0 ? ['stages.1'] : [])]
      expect(taught).toEqual([...model.namedParameters().keys()].filter((name) => !isIn(name, behind)))
    }
  })

  it('Inception-v3', async () => {
    const model = models.inceptionV3({ classes: 5 }).eval()
    const { logits, auxiliary } = model.forwardAll(random.normal([1, 299, 299, 3]))
    expect(logits.shape).toEqual([1, 5])
    const taught = await taughtBy(auxiliary!, model)
    expect(taught).toEqual(
      [...model.namedParameters().keys()].filter((name) => !isIn(name, ['head', 'stages.figure7'])),
    )
  })
})

describe.skipIf(noRuntime !== undefined)(
  `exported to ONNX they are the same in onnxruntime${noRuntime === undefined ? '' : ` (${noRuntime})`}`,
  () => {
    it.each(small)('%s', async (call, input) => {
      const model = made(call).eval()
      const x: Tensor = random.normal([2, ...input])
      const wanted = outputsOf(model, x)
      const bytes = await toOnnx((given: Tensor) => outputsOf(model, given) as Tensor[], [x])
      const found = await runElsewhere(bytes, [x])
      expect(found.map(({ shape }) => [...shape])).toEqual(wanted.map(({ shape }) => [...shape]))
      for (const [i, one] of found.entries()) {
        const [a, b] = [[...one.dataSync()], [...wanted[i]!.dataSync()]]
        const largest = b.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6)
        const gap = b.reduce((most, value, k) => Math.max(most, Math.abs(value - a[k]!)), 0)
        expect(gap / largest).toBeLessThan(1e-4)
      }
    })
  },
)
