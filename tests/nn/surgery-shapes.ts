import * as nn from '../../src/nn/index.js'
import type { Tensor } from '../../src/tensor/tensor.js'
import { shape } from '../types/assert.js'

// What the compiler knows of parts of models by their paths.

declare const pictures: Tensor<[2, 28, 28, 1]>
declare const text: string
const model = nn.sequential(nn.conv2d(1, 6, 5), nn.relu(), nn.residual(nn.linear(6, 6)))
const run = () => model.forward(pictures)

// Outputs.
const named = nn.outputsOf(model, ['layers.0', 'layers.2.layers.1'], run)
shape(named.result).is<[2, 24, 24, 6]>()
shape(named.outputs['layers.0'][0]).is<[number, number, number, 6]>()
shape(named.outputs['layers.2.layers.1'][0]).is<[...number[], 6]>()
// @ts-expect-error nobody asked for it
named.outputs['layers.1']
const matching = nn.outputsOf(model, ['layers.0', /^layers.2/], run)
shape(matching.outputs['layers.0'][0]).is<[number, number, number, 6]>()
shape(matching.outputs['layers.2'][0]).is<any>()
shape(nn.outputsOf(model, text, run).outputs[text][0]).is<any>()
shape(nn.outputsOf(model, '', run).outputs[''][0]).is<[number, number, number, 6]>()
nn.outputsOf(model, 'layers.0', run, { replace: (path, output) => (path === text ? output.mul(2) : output) })
// @ts-expect-error a number is no layer
nn.outputsOf(model, 3, run)
// @ts-expect-error nothing takes the place of the output
nn.outputsOf(model, 'layers.0', run, { replace: () => undefined })
// @ts-expect-error it is called without arguments
nn.outputsOf(model, 'layers.0', model.forward)
