import { describe, expect, it } from 'vitest'
import { sizeOf } from '../../src/core/shape.js'
import { type Tensor, zeros } from '../../src/index.js'
import { catalogue, families, googlenet, inceptionV3, lenet1998, resnet, srcnn, unet } from '../../src/models/index.js'
import * as nn from '../../src/nn/index.js'
import { called } from './formula.js'

/** Billions of multiply-adds that torchvision 0.14 publishes with its weights ("GFLOPS"), for 224 × 224 pixels, Inception-v3 for 299 × 299. */
const published: Readonly<Record<string, number>> = {
  ...{ alexnetOneTower: 0.71, vgg11: 7.61, vgg13: 11.31, vgg16: 15.47, vgg19: 19.63, inceptionV3: 5.71 },
  ...{ resnet18: 1.81, resnet34: 3.66, densenet121: 2.83, convnextTiny: 4.46, squeezenet10: 0.82, squeezenet11: 0.35 },
  ...{ mobilenetV2: 0.3, mobilenetV3Large: 0.22, mobilenetV3Small: 0.06, efficientnetB0: 0.39, vitBase: 17.56 },
}

/** What comes out, where it is not [1, 1000]. */
const outputs: Readonly<Record<string, readonly number[]>> = {
  ...{ mlp: [1, 10], tabular: [1, 2], lenet1998: [1, 10], lenet: [1, 10], highway10: [1, 10], nin: [1, 10] },
  ...{ unet: [1, 388, 388, 2], fcn32: [1, 224, 224, 21], fcn8: [1, 224, 224, 21], segnet: [1, 360, 480, 12] },
  featurePyramid50: [1, 64, 64, 256],
  ...{ srcnn: [1, 128, 128, 1], espcn: [1, 192, 192, 1], srresnet: [1, 256, 256, 3] },
}

describe('each model of the catalogue', () => {
  it.each(catalogue.map((entry) => [entry.title, entry] as const))(
    '%s has the sizes that are published',
    (_, entry) => {
      const { name, make, input, parameters, call } = entry
      const model = nn.unfilled(make)
      expect(model.parameterCount()).toBe(parameters)
      const { layers, multiplyAdds } = nn.summary(model, [null, ...input])
      const isSmall = name.startsWith('cifar') || name.startsWith('preactivation')
      expect(layers[0]!.outputs[0]![0]).toEqual(outputs[name] ?? [1, isSmall ? 10 : 1000])
      if (published[name] !== undefined) expect(multiplyAdds / 1e9).toBeCloseTo(published[name], 1.99)
      // The call that is shown makes the same.
      expect(called(call).toString()).toBe(model.toString())
    },
  )

  it('has a name of its own, and a family that is known', () => {
    expect(new Set(catalogue.map(({ name }) => name)).size).toBe(catalogue.length)
    for (const { family } of catalogue) expect(families[family]).toBeDefined()
  })
})

describe('differences to what others count', () => {
  it("Keras' ResNet-50: biases, and statistics count", () => {
    const model = nn.unfilled(() => resnet(50, { bias: true }))
    const statistics = [...model.buffers().values()].reduce((sum, { shape }) => sum + sizeOf(shape), 0)
    expect(model.parameterCount() + statistics).toBe(25_636_712)
  })

  it("torchvision's ResNet-50 has its stride in the windows of 3 × 3: 4.09 billion multiply-adds", () => {
    const model = nn.unfilled(() => resnet(50, { stride: '3×3' }))
    expect(nn.summary(model, [null, 224, 224, 3]).multiplyAdds / 1e9).toBeCloseTo(4.09, 2)
  })

  it('SRCNN by its weights alone, as the paper counts, for its three sizes', () => {
    const weights = (windows: readonly [number, number, number]) =>
      nn.unfilled(() => srcnn({ windows })).parameterCount() - (64 + 32 + 1)
    expect(weights([9, 1, 5])).toBe(8032)
    expect(weights([9, 3, 5])).toBe(24_416)
    expect(weights([9, 5, 5])).toBe(57_184)
  })

  it('GoogLeNet and Inception-v3 without the classifiers half way', () => {
    expect(nn.unfilled(() => googlenet({ auxiliary: false })).parameterCount()).toBe(6_998_552)
    expect(nn.unfilled(() => inceptionV3({ auxiliary: false })).parameterCount()).toBe(23_834_568)
  })

  it('LeNet-5 layer by layer, as section II.B of the paper counts', () => {
    const { layers } = nn.summary(lenet1998(), [null, 32, 32, 1], { depth: 1 })
    const [, ...counts] = layers.map(({ parameters }) => parameters)
    expect(counts).toEqual([156, 12, 1516, 32, 48_120, 10_164, 0])
  })
})

describe('arguments', () => {
  it('give the types their shapes', () => {
    const model = resnet(18, { classes: 10, channels: 1, width: 2, blocks: [1, 1, 1, 1] })
    const logits: Tensor<[2, 10]> = model.forward(zeros([2, 32, 32, 1]))
    expect(logits.shape).toEqual([2, 10])
    const labels: Tensor<[1, 32, 48, 5]> = unet({ classes: 5, channels: 3, padding: 'same', width: 2 }).forward(
      zeros([1, 32, 48, 3]),
    )
    expect(labels.shape).toEqual([1, 32, 48, 5])
    // @ts-expect-error colours
    expect(() => model.forward(zeros([2, 32, 32, 3]))).toThrow(/conv2d/)
  })

  it('depths that the paper does not have are refused', () => {
    expect(() => resnet(51 as never)).toThrow(/resnet: a depth of .*51.*There are 18, 34, 50, 101, 152/s)
    expect(() => called('vgg(16, { size: 100 })')).toThrow(/multiple of 32/)
    expect(() => called('cifarResnet(21)')).toThrow(/6 n \+ 2/)
    expect(() => called('preactivationResnet(20.5)')).toThrow(/whole number/)
    expect(() => called("vit('base', { patch: 15 })")).toThrow(/do not divide/)
    expect(() => called("squeezenet('2.0')")).toThrow(/1\.0/)
    expect(() => called('srresnet({ scale: 3 })')).toThrow(/a scale of 3.*2, 4 or 8/s)
    expect(() => called('unet({ paddings: 1 })')).toThrow(/no option 'paddings'/)
  })
})
