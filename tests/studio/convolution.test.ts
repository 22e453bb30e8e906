import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyStages, type Grey } from '../../studio/convolution/lab.js'
import {
  decodeStages,
  encodeStages,
  firstStage,
  kernelSize,
  limits,
  mapSize,
  pooledSize,
  presets,
  type Stage,
  windowAt,
} from '../../studio/convolution/stage.js'

const within = ([min, max]: readonly [number, number]) => fc.integer({ min, max })
const anyStage: fc.Arbitrary<Stage> = fc.record({
  kernel: fc.constantFrom(1, 3, 5, 7).chain((size) =>
    fc.array(
      fc.integer({ min: -8, max: 8 }).map((n) => n / 4),
      { minLength: size * size, maxLength: size * size },
    ),
  ),
  stride: within(limits.stride),
  padding: fc.constantFrom('same', 'valid'),
  dilation: within(limits.dilation),
  activation: fc.constantFrom('none', 'relu', 'abs'),
  pooling: fc.constantFrom('none', 'max', 'mean'),
})
const anyPicture: fc.Arbitrary<Grey> = fc
  .tuple(within([1, 24]), within([1, 24]))
  .chain(([width, height]) =>
    fc
      .array(fc.integer({ min: 0, max: 8 }), { minLength: width * height, maxLength: width * height })
      .map((values) => ({ width, height, values: Float32Array.from(values, (value) => value / 8) })),
  )

/** A feature map by the definition, one window after the other. */
function byHand({ width, height, values }: Grey, stage: Stage): Grey {
  const [columns, rows] = [mapSize(width, stage), mapSize(height, stage)]
  const map = Array.from({ length: rows * columns }, (_, i) => {
    const places = windowAt({ x: i % columns, y: Math.floor(i / columns) }, stage)
    const sum = places.reduce((total, { x, y }, k) => {
      const isInside = x >= 0 && y >= 0 && x < width && y < height
      return total + (isInside ? values[y * width + x]! * stage.kernel[k]! : 0)
    }, 0)
    return stage.activation === 'relu' ? Math.max(0, sum) : stage.activation === 'abs' ? Math.abs(sum) : sum
  })
  return { width: columns, height: rows, values: Float32Array.from(map) }
}

describe('the convolution lab', () => {
  it('computes what the window that it shows adds up to, whatever stride, padding and dilation', async () => {
    await fc.assert(
      fc.asyncProperty(anyPicture, anyStage, async (picture, stage) => {
        const [applied] = await applyStages(picture, [stage])
        const fits = [picture.width, picture.height].every((size) => pooledSize(mapSize(size, stage), stage) >= 1)
        expect(applied !== undefined).toBe(fits)
        if (applied === undefined) return
        const expected = byHand(picture, stage)
        expect([applied.map.width, applied.map.height]).toEqual([expected.width, expected.height])
        for (const [i, value] of expected.values.entries()) expect(applied.map.values[i]).toBeCloseTo(value, 4)
        expect(applied.result.width).toBe(pooledSize(expected.width, stage))
      }),
      { numRuns: 150 },
    )
  })

  it('takes the largest and the mean of two by two', async () => {
    const picture = { width: 4, height: 2, values: Float32Array.of(1, 2, 5, 6, 3, 4, 7, 0) }
    for (const [pooling, values] of [
      ['max', [4, 7]],
      ['mean', [2.5, 4.5]],
    ] as const) {
      const [applied] = await applyStages(picture, [{ ...firstStage('identity'), pooling }])
      expect([...applied!.result.values]).toEqual(values)
    }
  })

  it('has filters that do what they say', async () => {
    const flat = { width: 9, height: 9, values: new Float32Array(81).fill(0.5) }
    const middle = async (name: string): Promise<number> => {
      const [applied] = await applyStages(flat, [firstStage(name)])
      return applied!.map.values[40]!
    }
    // Means keep an even area, differences see nothing in it.
    for (const name of ['identity', 'blur', 'gauss', 'sharpen', 'emboss'])
      expect(await middle(name)).toBeCloseTo(0.5, 5)
    for (const name of ['edges', 'upright', 'level', 'dots']) expect(await middle(name)).toBeCloseTo(0, 5)
    expect(Object.keys(presets)).toHaveLength(9)
  })

  it('keeps its stages in the address', () => {
    fc.assert(
      fc.property(fc.array(anyStage, { minLength: 1, maxLength: 4 }), (stages) => {
        const address = new URLSearchParams({ stages: encodeStages(stages) }).toString()
        expect(decodeStages(new URLSearchParams(address).get('stages'))).toEqual(stages)
      }),
    )
    fc.assert(
      fc.property(fc.string(), (text) => {
        const stages = decodeStages(text)
        expect(stages.length).toBeGreaterThan(0)
        for (const stage of stages) expect(Number.isInteger(kernelSize(stage))).toBe(true)
      }),
    )
  })
})
