import { describe, expect, it } from 'vitest'
import * as nn from '../../src/nn/index.js'
import type { Tensor } from '../../src/tensor/tensor.js'
import { layerRooms, library, makeLayer } from '../support/layerCases.js'
import { expectTensor, runLayerTest, toTensor } from '../support/runLayerTest.js'

// Truth: PyTorch, by scripts/fixtures/nn.py and those in scripts/fixtures/layers, one for each room.

for (const [room, cases] of layerRooms) {
  describe(`${room} layers are those of PyTorch`, () => {
    for (const { call, ...truth } of cases) {
      it(`${JSON.stringify(call)} on [${truth.input.shape}] ${truth.mode ?? ''}`, () => {
        const layer = makeLayer(call, undefined)
        if (!(layer instanceof nn.Layer)) throw new Error(`nn.${call[0]} makes no layer`)
        const takesDType = layer.variables().size > 0
        runLayerTest((dtype) => makeLayer(call, takesDType ? dtype : undefined) as nn.Layer, truth)
        if (!(layer instanceof nn.Activation)) return
        // Activations are also functions.
        const [name, ...args] = call
        const function_ = library[name] as (...args: unknown[]) => Tensor
        expectTensor('function', function_(toTensor(truth.input), ...args), truth.output)
      })
    }
  })
}

it('each layer is described in one line', () => {
  const text = nn
    .sequential(nn.conv2d(3, 4, [3, 2], { stride: 2, dilation: [1, 2] }), nn.convTranspose2d(4, 2, 2))
    .toString()
  expect(text.split('\n')).toHaveLength(3)
  expect(text).toContain('Conv2d 3 → 4, 3×2, stride 2, dilation [1, 2] (76 parameters)')
})
