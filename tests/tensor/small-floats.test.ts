import { describe, expect, it } from 'vitest'
import { decodeAll, roundTo } from '../../src/core/dtype.js'
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

describe.each(backends)('conversions on the %s backend', (backend) => {
  it.each(['float16', 'bfloat16'] as const)('from and to %s are exact, and round to nearest even', async (dtype) => {
    setBackend(backend)
    const patterns = Uint16Array.from({ length: 65536 }, (_, i) => i)
    const values = Float32Array.from(decodeAll(dtype, patterns))
    const words = new Int32Array(values.buffer)
    // Each value, what lies in the middle to the next one, and their neighbours.
    const half = dtype === 'float16' ? 1 << 12 : 1 << 15
    const near = Float32Array.from(
      values.length === 0
        ? []
        : [0, 1, -1, half, half - 1, half + 1].flatMap((step) => [
            ...new Float32Array(words.map((word) => word + step).buffer),
          ]),
    )
    const stored = tensor(values, [values.length], dtype)
    const widen = compile((x: Tensor) => x.cast('float32').mul(1))
    expectSame(await widen(stored).data(), values)
    const narrow = compile((x: Tensor) => x.cast(dtype))
    expectSame(
      await narrow(tensor(near)).data(),
      near.map((value) => roundTo(dtype, value)),
    )
    // Not whole vectors, and not in a row.
    const few = compile((x: Tensor<[number]>) => x.slice([1, undefined, 3]).cast(dtype).cast('float32').mul(1))
    expectSame(
      await few(tensor(near)).data(),
      near.filter((_, i) => i % 3 === 1).map((value) => roundTo(dtype, value)),
    )
  })
})

function expectSame(found: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(found.length).toBe(expected.length)
  const different = Array.from(expected).findIndex((value, i) => !Object.is(found[i], value))
  expect(different === -1 ? '' : `${different}: ${found[different]} instead of ${expected[different]}`).toBe('')
}
