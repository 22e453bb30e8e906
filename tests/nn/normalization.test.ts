import { expect, it } from 'vitest'
import * as nn from '../../src/nn/index.js'
import { compile } from '../../src/tensor/compile.js'
import { grad } from '../../src/tensor/gradients.js'
import * as random from '../../src/tensor/random.js'
import type { Tensor } from '../../src/tensor/tensor.js'
import { expectValues } from '../support/runLayerTest.js'

// What the table of layers does not show: state over several steps, frozen layers, and what they cost.

const values = (variable: { value: Tensor } | undefined): number[] => [...(variable?.value.dataSync() ?? [])]

it('running statistics follow over steps of a compiled function, and are used in evaluation mode', () => {
  random.seed(5)
  const layer = nn.batchNorm1d(2, { momentum: 0.25 })
  const step = compile((x: Tensor) => layer.forward(x))
  let [mean, variance] = [0, 1]
  for (let i = 0; i < 3; i++) {
    const x = random.normal([8, 2], { mean: 3, std: 2 })
    step(x)
    const column = [...x.dataSync()].filter((_, k) => k % 2 === 0)
    const average = column.reduce((a, b) => a + b) / 8
    mean = 0.75 * mean + 0.25 * average
    variance = 0.75 * variance + (0.25 * column.reduce((sum, v) => sum + (v - average) ** 2, 0)) / 7
    expectValues('running mean', [values(layer.runningMean)[0]], [mean], 1e-5)
    expectValues('running variance', [values(layer.runningVariance)[0]], [variance], 1e-5)
  }
  layer.eval()
  const before = values(layer.runningMean)
  const y = step(random.normal([1, 2]).mul(0))
  expectValues('output', [y.dataSync()[0]], [-mean / Math.sqrt(variance + 1e-5)], 1e-5)
  expect(values(layer.runningMean)).toEqual(before)
})

it('a frozen batch norm in training uses its running statistics and leaves them; unfrozen it goes on', () => {
  const layer = nn.batchNorm2d(3)
  const net = nn.sequential(nn.conv2d(1, 3, 2), layer)
  const step = compile((x: Tensor<[2, 4, 4, 1]>) => net.forward(x))
  const x = random.normal([2, 4, 4, 1])
  layer.freeze()
  const wanted = net.layers[0].forward(x).div(Math.sqrt(1 + 1e-5))
  expectValues('frozen', step(x).dataSync(), wanted.dataSync(), 1e-5)
  expect(values(layer.runningMean)).toEqual([0, 0, 0])
  expect(net.parameters()).toHaveLength(2)
  layer.unfreeze()
  step(x)
  expect(values(layer.runningMean)).not.toEqual([0, 0, 0])
})

it('the values of a channel must have a variance to train on, and the message says what to do', () => {
  expect(() => nn.batchNorm1d(3).forward(random.normal([1, 3]))).toThrow(
    'batchNorm1d: BatchNorm1d is trained on [1, 3], one value per channel, which has no variance. Give larger batches, or use the running statistics: layer.eval()',
  )
  expect(
    nn
      .batchNorm1d(3)
      .eval()
      .forward(random.normal([1, 3]))
      .dataSync(),
  ).toHaveLength(3)
})

it('statistics of 16-bit layers are kept in float32, and their results stay in 16 bits', () => {
  const layer = nn.batchNorm2d(2, { dtype: 'float16' })
  expect(layer.runningMean?.dtype).toBe('float32')
  // 2,048 + 1 is no float16: a mean kept in it would not move.
  layer.forward(random.normal([2, 3, 3, 2], { mean: 1000, std: 1 }).cast('float16'))
  expectValues('mean', values(layer.runningMean), [100, 100], 0.01)
  expect(layer.eval().forward(random.normal([2, 3, 3, 2]).cast('float16')).dtype).toBe('float16')
})

it('a spectrally normalised weight has the largest singular value 1', () => {
  random.seed(2)
  const layer = nn.spectralNorm(nn.linear(6, 4, { bias: false }), { iterations: 20 })
  const identity = random.normal([6, 6]).mul(0).add(1).diagonal().diagonalMatrix() as Tensor<[6, 6]>
  const { s } = layer.forward(identity).svd()
  expect(s.dataSync()[0]).toBeCloseTo(1, 3)
})

const kernelsOf = (explained: string): number => Number(/(\d+) kernels?/.exec(explained)?.[1])

it('batch and layer norm cost no more kernels than what is written by hand, forward and backward', () => {
  const x = random.normal([8, 12, 12, 16])
  const batch = nn.batchNorm2d(16)
  const layer = nn.layerNorm(16)
  const { weight, bias } = batch
  const byHand = {
    batch: (y: Tensor) => {
      const [mean, variance] = [y.mean([0, 1, 2]), y.variance([0, 1, 2])]
      const count = 8 * 12 * 12
      batch.runningMean?.assign(batch.runningMean.value.mul(0.9).add(mean.mul(0.1)))
      batch.runningVariance?.assign(batch.runningVariance.value.mul(0.9).add(variance.mul((0.1 * count) / (count - 1))))
      const normal = y.sub(mean).mul(variance.add(1e-5).rsqrt())
      return normal.mul(weight?.value as Tensor).add(bias?.value as Tensor)
    },
    layer: (y: Tensor) => {
      const centred = y.sub(y.mean(-1, { keepDims: true }))
      const normal = centred.mul(centred.square().mean(-1, { keepDims: true }).add(1e-5).rsqrt())
      return normal.mul(layer.weight?.value as Tensor).add(layer.bias?.value as Tensor)
    },
  }
  const kernels = (run: (y: Tensor) => Tensor): number => {
    const step = compile((y: Tensor) => {
      const loss = run(y.mul(2)).relu().square().sum()
      return [loss, grad(loss, y)]
    })
    step(x)
    return kernelsOf(step.explain())
  }
  expect(kernels((y) => batch.forward(y))).toBeLessThanOrEqual(kernels(byHand.batch))
  expect(kernels((y) => layer.forward(y))).toBeLessThanOrEqual(kernels(byHand.layer))
  expect(kernels(byHand.layer)).toBeGreaterThan(0)
})
