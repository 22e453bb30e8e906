import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { checkGradients, compile, grad, ones, type Tensor, tensor, zeros } from '../../src/index.js'
import * as nn from '../../src/nn/index.js'

interface Case {
  readonly options: nn.RoiAlignOptions
  readonly maps: string
  readonly wanted: string
  readonly weights: string
  readonly gradient: string
}

/** By scripts/fixtures/regions.py */
const fixture: { readonly boxes: number[][][]; readonly cases: readonly Case[] } = JSON.parse(
  readFileSync(new URL('../fixtures/regions.json', import.meta.url), 'utf8'),
)
const floatsOf = (text: string) => new Float32Array(new Uint8Array(Buffer.from(text, 'base64')).buffer)
const boxes = tensor(Float32Array.from(fixture.boxes.flat(2)), [2, 3, 4])

function expectClose(actual: ArrayLike<number>, wanted: Float32Array): void {
  expect(actual.length).toBe(wanted.length)
  for (const [i, value] of wanted.entries()) expect(actual[i]).toBeCloseTo(value, 5)
}

describe('roiAlign', () => {
  it.each(fixture.cases)('is what torchvision computes with $options, also backwards', async (each) => {
    const maps = tensor(floatsOf(each.maps), [2, 6, 8, 3])
    const { size } = each.options
    const weights = tensor(floatsOf(each.weights), [2, 3, size, size, 3])
    const aligned = (x: Tensor<[2, 6, 8, 3]>): Tensor => nn.roiAlign(x, boxes, each.options)
    const weighted = (x: Tensor<[2, 6, 8, 3]>): Tensor<[]> => aligned(x).mul(weights).sum() as Tensor<[]>
    expectClose(await aligned(maps).data(), floatsOf(each.wanted))
    expectClose(await compile(aligned)(maps).data(), floatsOf(each.wanted))
    expectClose(await grad(weighted)(maps).data(), floatsOf(each.gradient))
  })

  it('has gradients of the boxes, too', async () => {
    const maps = Float32Array.from({ length: 5 * 6 * 2 }, (_, i) => Math.sin(i * i))
    await checkGradients(
      (maps: Tensor<[1, 5, 6, 2]>, boxes: Tensor<[1, 2, 4]>) => nn.roiAlign(maps, boxes, { size: 2 }).square().sum(),
      // Where a point crosses a pixel's middle the derivative jumps.
      [
        tensor(maps, [1, 5, 6, 2]),
        tensor([
          [
            [0.81, 0.93, 3.77, 4.11],
            [2.03, 1.21, 5.87, 2.79],
          ],
        ]),
      ],
    )
  })

  it('takes no regions, no pictures, and a picture of one pixel', async () => {
    expect(nn.roiAlign(zeros([2, 4, 4, 3]), zeros([2, 0, 4]), { size: 2 }).shape).toEqual([2, 0, 2, 2, 3])
    expect(nn.roiAlign(zeros([0, 4, 4, 3]), zeros([0, 5, 4]), { size: 2 }).shape).toEqual([0, 5, 2, 2, 3])
    const one = nn.roiAlign(ones([1, 1, 1, 1]), tensor([[[0, 0, 1, 1]]]), { size: 1 })
    expect(await one.data()).toEqual(Float32Array.of(1))
  })

  it('says what is wrong', () => {
    const maps = zeros([2, 4, 4, 3])
    const regions = zeros([2, 5, 4])
    expect(() => nn.roiAlign(zeros([4, 4, 3]), regions, { size: 2 })).toThrow(/maps are \[4, 4, 3\]/)
    expect(() => nn.roiAlign(maps, zeros([3, 5, 4]), { size: 2 })).toThrow(/For these maps they are \[2, regions, 4\]/)
    expect(() => nn.roiAlign(maps.cast('int32'), regions, { size: 2 })).toThrow(/maps are int32/)
    expect(() => nn.roiAlign(zeros([2, 0, 4, 3]), regions, { size: 2 })).toThrow(/no pixels/)
    expect(() => nn.roiAlign(maps, regions, { size: 0 })).toThrow(/places along a side/)
    expect(() => nn.roiAlign(maps, regions, { size: 2, samples: 1.5 })).toThrow(/samples/)
    expect(() => nn.roiAlign(maps, regions, { size: 2, scale: Number.NaN })).toThrow(/scale/)
    expect(() => nn.roiAlign(maps, regions, { size: 2, stride: 8 } as never)).toThrow(/no option 'stride'/)
  })
})
