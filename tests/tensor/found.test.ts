import { describe, expect, test } from 'vitest'
import {
  compile,
  cosineSimilarity,
  nonZero,
  pairwiseDistances,
  random,
  seed,
  segmentMax,
  segmentMean,
  segmentSoftmax,
  segmentSum,
  type Tensor,
  tensor,
  unique,
  vmap,
  zeros,
} from '../../src/index.js'

// Truth: sets and filters of JavaScript.

describe('unique', () => {
  test.each([0, 1, 3, 64, 600])('of %i elements', async (n) => {
    seed(n)
    const x = random.randint([n], -9, 9)
    const list = [...(await x.data())]
    const { values, counts, inverse } = await unique(x)
    const wanted = [...new Set(list)].sort((a, b) => a - b)
    expect([...(await values.data())]).toEqual(wanted)
    expect(values.dtype).toBe('int32')
    expect([...(await counts.data())]).toEqual(wanted.map((v) => list.filter((w) => w === v).length))
    if (n > 0) expect(await values.take(inverse).array()).toEqual(list)
  })

  test('all NaN are one, the last; −0 is 0', async () => {
    const x = tensor([Number.NaN, -0, 1, Number.NaN, 0, -Infinity])
    const { values, counts, inverse } = await unique(x)
    expect(await values.array()).toEqual([-Infinity, -0, 1, Number.NaN])
    expect(await counts.array()).toEqual([1, 2, 1, 2])
    expect(await inverse.array()).toEqual([3, 1, 2, 3, 1, 0])
  })

  test('has no place in a program', async () => {
    let found: Promise<unknown> | undefined
    compile((x: Tensor<[3]>) => {
      found = unique(x)
      found.catch(() => {})
      return x.neg()
    })(tensor([1, 2, 3]))
    await expect(found).rejects.toThrow(/compile|traced|inside/)
  })
})

describe('nonZero', () => {
  test.each([[[0]], [[]], [[3]], [[4, 5]], [[2, 3, 4]]])('of shape %j', async (shape) => {
    seed(5)
    const x = random.randint(shape, 0, 3)
    const list = [...(await x.data())]
    const places = await nonZero(x)
    expect(places.shape).toEqual([list.filter((v) => v !== 0).length, shape.length])
    const strides = shape.map((_, i) => shape.slice(i + 1).reduce((a, b) => a * b, 1))
    const data = [...(await places.data())]
    const flat = Array.from({ length: places.shape[0] }, (_, k) =>
      strides.reduce((sum, stride, i) => sum + stride * data[k * shape.length + i], 0),
    )
    expect(flat).toEqual(list.flatMap((v, i) => (v === 0 ? [] : [i])))
  })
})

describe('segments', () => {
  const ids = tensor([2, 0, 2, 1], [4], 'int32')
  const functions = {
    segmentSum: (x: Tensor<[4, 3]>) => segmentSum(x, ids, 4),
    segmentMean: (x: Tensor<[4, 3]>) => segmentMean(x, ids, 4),
    segmentMax: (x: Tensor<[4, 3]>) => segmentMax(x, ids, 4),
    segmentSoftmax: (x: Tensor<[4, 3]>) => segmentSoftmax(x, ids, 4),
    pairwiseDistances: (x: Tensor<[4, 3]>) => pairwiseDistances(x, x),
    cosineSimilarity: (x: Tensor<[4, 3]>) => cosineSimilarity(x, x.flip(0)),
    pinv: (x: Tensor<[4, 3]>) => x.pinv(),
    histogram: (x: Tensor<[4, 3]>) => x.histogram(4).counts,
    median: (x: Tensor<[4, 3]>) => x.median(0),
    lstsq: (x: Tensor<[4, 3]>) => x.lstsq(x.sum(1)),
  }

  test.each(Object.entries(functions))('%s: compiled and over a batch as by itself', async (_, fn) => {
    seed(3)
    const batch = random.normal([2, 4, 3]) as Tensor<[2, 4, 3]>
    const each = [0, 1].map((i) => fn(batch.at(i) as Tensor<[4, 3]>) as Tensor)
    const mapped = compile((xs: Tensor<[2, 4, 3]>) => vmap(fn as (x: Tensor<[4, 3]>) => Tensor)(xs as never) as Tensor)(
      batch,
    )
    for (const [i, one] of each.entries()) {
      expect(mapped.at(i).sub(one).abs().max().itemSync()).toBeLessThan(2e-4)
    }
  })

  test('a number outside is an error, also below 0', () => {
    const outside = (id: number) => () => segmentSum(tensor([1, 2]), tensor([0, id], [2], 'int32'), 3).dataSync()
    expect(outside(3)).toThrow('segmentSum')
    expect(outside(-1)).toThrow('segmentSum')
    expect(() => tensor([0, -1], [2], 'int32').binCount(3).dataSync()).toThrow('binCount')
  })

  test('of nothing', async () => {
    expect(await segmentSum(zeros([0, 2]), zeros([0], 'int32'), 2).array()).toEqual([
      [0, 0],
      [0, 0],
    ])
    expect(await segmentMax(zeros([0]), zeros([0], 'int32'), 2).array()).toEqual([0, 0])
    expect(segmentSoftmax(zeros([0]), zeros([0], 'int32'), 0).shape).toEqual([0])
  })
})
