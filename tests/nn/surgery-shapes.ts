import * as nn from '../../src/nn/index.js'
import type { Tensor } from '../../src/tensor/tensor.js'
import { shape, type } from '../types/assert.js'

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

// Another layer in a place.
const chain = nn.sequential(nn.flatten(), nn.linear(784, 32), nn.relu(), nn.linear(32, 10))
const tuned = nn.replaceLayer(chain, 'layers.3', nn.linear(32, 3))
shape(tuned.forward(pictures)).is<[2, 3]>()
shape(nn.replaceLayer(tuned, 'layers.2', nn.tanh).forward(pictures)).is<[2, 3]>()
const nested = nn.sequential(nn.flatten(), nn.sequential(nn.linear(784, 32), nn.linear(32, 8)))
shape(nn.replaceLayer(nested, 'layers.1.layers.1', nn.linear(32, 5)).forward(pictures)).is<[2, 5]>()
const block = nn.sequential(nn.residual(nn.sequential(nn.linear(8, 8), nn.relu())), nn.branch(nn.linear(8, 2), nn.relu))
declare const flat: Tensor<[2, 8]>
const other = nn.replaceLayer(block, 'layers.0.layers.1.layers.1', nn.tanh())
shape(nn.replaceLayer(other, 'layers.1.layers.0', nn.linear(8, 5)).forward(flat)).is<[2, 13]>()
// @ts-expect-error linear: takes [..., 16], not [2, 32]
nn.replaceLayer(chain, 'layers.3', nn.linear(16, 3))
// @ts-expect-error linear: takes [..., 5], not [..., 8]
nn.sequential(nn.replaceLayer(nested, 'layers.1.layers.1', nn.linear(32, 8)), nn.linear(5, 2))
// @ts-expect-error the inner chain gives 32
nn.replaceLayer(nested, 'layers.1.layers.1', nn.linear(31, 5))
class Net extends nn.Module {
  readonly body = nn.sequential(nn.flatten(), nn.linear(784, 32))
  readonly head = nn.linear(32, 10)
  readonly open: nn.Layer = nn.relu()
  readonly blocks = new Map<string, nn.Layer>()
  readonly loose: nn.Linear<32, number> = nn.linear(32, 10)
  forward(x: Tensor<[number, 28, 28, 1]>) {
    return this.head.forward(this.body.forward(x))
  }
}
const net = new Net()
type<Net>(nn.replaceLayer(net, 'open', nn.tanh()))
type<Net>(nn.replaceLayer(net, 'blocks.first', nn.linear(3, 4)))
type<Net>(nn.replaceLayer(net, 'loose', nn.linear(32, 3)))
type<Net>(nn.replaceLayer(net, text, nn.linear(32, 3)))
type<Net>(nn.replaceLayer(net, 'head', nn.linear(32, 10)))
// @ts-expect-error replaceLayer: 'head' is declared as another layer: declare it wider
nn.replaceLayer(net, 'head', nn.linear(32, 3))
// @ts-expect-error a number is no layer
nn.replaceLayer(net, 'open', 3)
// @ts-expect-error the chain in it is declared as it is
nn.replaceLayer(net, 'body.layers.1', nn.linear(784, 5))

// One parameter in two places.
type<typeof chain>(nn.tieWeights(chain, 'layers.1.weight', 'layers.1.weight'))
nn.tieWeights(net, text, 'head.weight')
nn.tieWeights(net, 'head.weight', 'loose.weight')
// @ts-expect-error tieWeights: 'layers.3.weight' and 'layers.1.weight' have different types
nn.tieWeights(chain, 'layers.3.weight', 'layers.1.weight')
