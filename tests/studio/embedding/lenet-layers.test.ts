import { expect, it } from 'vitest'
import { makeDigits, Reader } from '../../../studio/digits/reader.js'
import { PIXELS } from '../../../studio/digits/shapes.js'
import { layerOf, layers } from '../../../studio/embedding/data/lenet-layers.js'

const calm = async () => {}

it('layers of LeNet are what the digit lab shows of them', async () => {
  const { pictures } = makeDigits(300)
  const reader = new Reader()
  const weights = await reader.state()
  const reading = await reader.read(pictures.slice(260 * PIXELS, 261 * PIXELS))
  for (const name of ['C5', 'F6'] as const) {
    const { values, read } = await layerOf(name, weights, pictures, calm)
    const { width } = layers[name]
    const shown = reading.stages.find((stage) => stage.name === name)!.values
    // Of a picture in the second batch.
    const own = values.subarray(260 * width, 261 * width)
    expect(own).toHaveLength(shown.length)
    for (const [i, value] of own.entries()) expect(value).toBeCloseTo(shown[i]!, 4)
    expect(read[260]).toBe(reading.probabilities.indexOf(Math.max(...reading.probabilities)))
  }
  for (const name of Object.keys(layers) as (keyof typeof layers)[]) {
    const { values } = await layerOf(name, undefined, pictures.subarray(0, 2 * PIXELS), calm)
    expect(values).toHaveLength(2 * layers[name].width)
  }
})
