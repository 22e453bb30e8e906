import { describe, expect, it } from 'vitest'
import { compile, grad, ones, setBackend, type Tensor, tensor, zeros } from '../../src/index.js'
import * as nn from '../../src/nn/index.js'

const backends = ['reference', 'native', 'wasm'] as const

describe.each(backends)('on the %s backend', (backend) => {
  it('the mean of many float16 ones is 1, compiled and not', async () => {
    setBackend(backend)
    const x = ones([100_000], 'float16')
    const mean = (x: Tensor<[100_000]>) => x.mean()
    expect(await mean(x).data()).toEqual(Float32Array.of(1))
    expect(await compile(mean)(x).data()).toEqual(Float32Array.of(1))
    const slope = await grad((x: Tensor<[100_000]>) => x.square().mean().mul(1000))(x).data()
    // 2 · 1000 / 100,000
    for (const element of [slope[0], slope[99_999]]) expect(element).toBeCloseTo(0.02, 4)
  })

  it('a loss with large weights does not overflow', async () => {
    setBackend(backend)
    const weight = ones([3], 'float16').mul(100)
    const loss = nn.crossEntropy(zeros([4000, 3], 'float16'), zeros([4000], 'int32'), { weight })
    expect(await loss.item()).toBeCloseTo(Math.log(3), 3)
  })

  it('zeros have signs', async () => {
    setBackend(backend)
    const zeros = tensor([0, -0])
    const negative = async (x: Tensor): Promise<boolean[]> => Array.from(await x.reciprocal().data(), (v) => v < 0)
    expect(await negative(zeros.abs())).toEqual([false, false])
    expect(await negative(zeros.add(0))).toEqual([false, false])
    expect(await negative(tensor([-0.5, 0.5]).round())).toEqual([true, false])
    expect(await negative(zeros.maximum(tensor([-0, 0])))).toEqual([false, false])
    expect(await negative(zeros.minimum(tensor([-0, 0])))).toEqual([true, true])
  })
})
