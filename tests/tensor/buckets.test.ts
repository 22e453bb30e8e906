import { compile, grad, random, seed, type Tensor, tensor, vmap } from 'shapewise'
import * as nn from 'shapewise/nn'
import { describe, expect, it } from 'vitest'

const rows = (count: number): Tensor =>
  tensor(
    Float32Array.from({ length: 3 * count }, (_, i) => Math.sin(i)),
    [count, 3],
  )
const norm = (x: Tensor) => x.sub(x.mean()).square().sum().sqrt()

describe('compile with buckets', () => {
  it('gives the values of each row, with few programs for many numbers of rows', () => {
    const exact = vmap(norm)
    const inBuckets = compile(vmap(norm), { buckets: [64, 8] })
    for (const count of [1, 3, 7, 8, 9, 63, 64, 65, 128, 200, 600, 0]) {
      expect(Array.from(inBuckets(rows(count)).dataSync())).toEqual(Array.from(exact(rows(count)).dataSync()))
    }
    // 8, 64, 128, 256, 640 and none at all.
    expect(inBuckets.traces.length).toBe(6)
  })

  it('knows mapped axes, whole arguments, trees and the axis of results', () => {
    const fn = (x: Tensor, w: Tensor, { y }: { y: Tensor }) => ({ z: x.mul(w).add(y), s: x.sum().mul(w) })
    const options = { inAxes: [1, null, 0], outAxis: -1 } as const
    const inBuckets = compile(vmap(fn, options) as (...args: unknown[]) => { z: Tensor; s: Tensor }, { buckets: [4] })
    const args = [rows(5).transpose(), tensor([1, 2, 3]), { y: rows(5) }]
    const exact = (vmap(fn, options) as (...args: unknown[]) => { z: Tensor; s: Tensor })(...args)
    const result = inBuckets(...args)
    expect(result.z.shape).toEqual([3, 5])
    expect(Array.from(result.z.dataSync())).toEqual(Array.from(exact.z.dataSync()))
    expect(Array.from(result.s.dataSync())).toEqual(Array.from(exact.s.dataSync()))
  })

  it('gradients flow through, to what is mapped and what is not', () => {
    const layer = nn.linear(3, 2)
    const exact = vmap((x: Tensor) => layer.forward(x).square().sum())
    const inBuckets = compile(exact, { buckets: [8] })
    const x = rows(5)
    const wanted = grad(exact(x).mean(), [x, layer.weight])
    const given = grad(inBuckets(x).mean(), [x, layer.weight])
    wanted.forEach((gradient, i) => {
      const values = Array.from(given[i].dataSync())
      Array.from(gradient.dataSync()).forEach((value, k) => {
        expect(values[k]).toBeCloseTo(value, 5)
      })
    })
  })

  it('draws random numbers for each row', () => {
    seed(1)
    const values = compile(
      vmap((x: Tensor) => random.uniform([]).add(x.sum().mul(0))),
      { buckets: [8] },
    )(rows(5))
    expect(new Set(values.dataSync()).size).toBe(5)
  })

  it('is refused where rows could see each other, and with numbers that are none', () => {
    expect(() => compile((x: Tensor) => x.mean(), { buckets: [8], name: 'loss' })).toThrow(
      /loss has buckets, but is not made by vmap.*compile\(vmap\(fn\)/s,
    )
    for (const buckets of [[], [0], [1.5], [-8], [Number.NaN]]) {
      expect(() => compile(vmap(norm), { buckets })).toThrow(/buckets/)
    }
  })
})
