import { describe, expect, it } from 'vitest'
import { dataset, fitNormalizer, floatColumn, floats, labelColumn, Normalizer, stream } from '../../src/data/index.js'
import { compile, type Tensor, tensor, zeros } from '../../src/index.js'

const values = Float32Array.from({ length: 600 * 6 }, (_, i) => 1000 + Math.sin(i * 1.7) * (1 + (i % 3)) + (i % 3) * 50)
const data = dataset({ inputs: floatColumn(values, [2, 3]), labels: labelColumn(new Uint8Array(600)) })

/** Means and deviations in two passes. */
function truth(groups: number) {
  return Array.from({ length: groups }, (_, group) => {
    const own = [...values].filter((_, i) => i % groups === group)
    const mean = own.reduce((a, b) => a + b, 0) / own.length
    const std = Math.sqrt(own.reduce((sum, each) => sum + (each - mean) ** 2, 0) / own.length)
    return { mean, std, low: Math.min(...own), span: Math.max(...own) - Math.min(...own) }
  })
}

describe('fitNormalizer', () => {
  it.each([
    ['channel', 3, [3]],
    ['value', 6, [2, 3]],
    ['all', 1, []],
  ] as const)('measures per %s', async (per, groups, shape) => {
    for (const batchSize of [1, 7, 600]) {
      const batched = stream(Array.from({ length: 600 }, (_, i) => data.example(i))).batch(batchSize, {
        inputs: floats([2, 3]),
      })
      for (const standard of [
        fitNormalizer(data, 'inputs', { per }),
        await fitNormalizer(batched, 'inputs', { per }),
      ]) {
        expect(standard.shape).toEqual(shape)
        for (const [i, { mean, std }] of truth(groups).entries()) {
          expect(standard.offset[i]).toBeCloseTo(mean, 8)
          expect(standard.scale[i]).toBeCloseTo(std, 8)
        }
      }
    }
    const range = fitNormalizer(data, 'inputs', { per, kind: 'range' })
    for (const [i, { low, span }] of truth(groups).entries()) {
      expect(range.offset[i]).toBe(low)
      expect(range.scale[i]).toBeCloseTo(span, 8)
    }
    const x = data.gather([0, 1, 2]).tensors().inputs
    const normalizer = new Normalizer(JSON.parse(JSON.stringify(range)))
    const step = compile((x: Tensor) => normalizer.normalize(x) as Tensor)
    const normalized = (await step(x as Tensor).data()) as Float32Array
    expect(normalized.every((each) => each >= -1e-5 && each <= 1 + 1e-5)).toBe(true)
    const back = normalizer.restore(normalizer.normalize(x)).sub(x).abs().max()
    expect(await back.array()).toBeLessThan(1e-3)
  })

  it('leaves what does not vary, and looks at the training part only', async () => {
    const [train] = data.split(0.5)
    const own = fitNormalizer(train, 'inputs')
    expect(own.offset[0]).not.toBe(fitNormalizer(data, 'inputs').offset[0])
    const flat = fitNormalizer(dataset({ x: floatColumn(new Float32Array(4).fill(7), []) }), 'x')
    expect(await flat.normalize(tensor([7, 8])).array()).toEqual([0, 1])
    expect(flat.normalize(zeros([2], 'int32')).dtype).toBe('float32')
  })

  it('refuses slips', async () => {
    expect(() => fitNormalizer(data, 'input' as never)).toThrow(/no column "input".*inputs, labels/)
    expect(() => fitNormalizer(data, 'inputs', { per: 'pixel' as never })).toThrow(/'pixel'/)
    expect(() => fitNormalizer([] as never, 'inputs')).toThrow(/an Array.*stream/)
    await expect(fitNormalizer(stream([]).batch(2, { inputs: floats([1]) }), 'inputs')).rejects.toThrow(/no examples/)
    expect(() => fitNormalizer(data, 'inputs').normalize(zeros([4, 2]))).toThrow(/\[4, 2\] does not end in \[3\]/)
    expect(() => new Normalizer({ kind: 'range', shape: [2], offset: [1], scale: [1, 1] })).toThrow(/toJSON/)
    expect(() => new Normalizer({ kind: 'range', shape: [], offset: [1], scale: [0] })).toThrow(/toJSON/)
  })
})
