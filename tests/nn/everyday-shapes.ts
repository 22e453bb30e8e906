import * as nn from '../../src/nn/index.js'
import type { Tensor } from '../../src/tensor/tensor.js'
import { shape, type } from '../types/assert.js'

// Shapes of activations, of layers with two inputs, and of layers around others, as the compiler knows them.

declare const flat: Tensor<[32, 8]>
declare const pictures: Tensor<[2, 7, 7, 16]>
declare const some: Tensor<[number, 8]>
declare const any: Tensor

// Activations.
shape(nn.celu(flat, 0.5)).is<[32, 8]>()
shape(nn.glu(flat)).is<[32, 4]>()
shape(nn.swiGlu().forward(some)).is<[number, 4]>()
shape(nn.sequential(nn.linear(8, 12), nn.glu, nn.linear(6, 2)).forward(flat)).is<[32, 2]>()
shape(nn.pRelu().forward(flat)).is<[32, 8]>()
shape(nn.maxout(8, 3, 2).forward(flat)).is<[32, 3]>()
shape(nn.gumbelSoftmax(flat, { hard: true })).is<[32, 8]>()
type(nn.gumbelSoftmax({ hard: true })).is<nn.GumbelSoftmax>()
// @ts-expect-error the last axis of [2, 7] has no halves
nn.glu(any as Tensor<[2, 7]>)
// @ts-expect-error linear: takes [..., 5], not [..., 6]
nn.sequential(nn.linear(8, 12), nn.glu, nn.linear(5, 2))

// Linear layers.
shape(nn.bilinear(8, 3, 5).forward(flat, any as Tensor<[32, 3]>)).is<[32, 5]>()
shape(nn.identity().forward(flat)).is<[32, 8]>()
shape(nn.lambda((x: Tensor<[number, 8]>) => x.sum(-1)).forward(flat)).is<[number]>()
// @ts-expect-error bilinear: takes [..., 7], not [32, 8]
nn.bilinear(7, 3, 5).forward(flat, any as Tensor<[32, 3]>)

// Layers around others.
shape(nn.residual(nn.linear(8, 8)).forward(flat)).is<[32, 8]>()
shape(nn.residual(nn.linear(8, 3), nn.linear(8, 3)).forward(flat)).is<[32, 3]>()
shape(nn.parallel(nn.linear(8, 3), nn.sequential(nn.relu(), nn.linear(8, 3))).forward(flat)).is<[32, 3]>()
shape(nn.branch(nn.linear(8, 3), nn.relu, nn.linear(8, 4)).forward(flat)).is<[32, 15]>()
shape(nn.branch(nn.conv2d(16, 4, 1), nn.conv2d(16, 5, 3, { padding: 'same' })).forward(pictures)).is<[2, 7, 7, 9]>()
shape(nn.denseBlock(nn.linear(8, 3), nn.linear(11, 4)).forward(flat)).is<[32, 15]>()
shape(nn.highway(8).forward(flat)).is<[32, 8]>()
shape(nn.squeezeExcitation(16).forward(pictures)).is<[2, 7, 7, 16]>()
shape(nn.inception(16, { one: 8, three: [4, 8], five: [2, 4], pool: 4 }).forward(pictures)).is<[2, 7, 7, 24]>()
shape(
  nn.sequential(nn.residual(nn.linear(8, 8)), nn.branch(nn.identity(), nn.relu()), nn.linear(16, 2)).forward(flat),
).is<[32, 2]>()

// @ts-expect-error residual: one way gives [32, 8], another [32, 3]
nn.residual(nn.linear(8, 3)).forward(flat)
// @ts-expect-error linear: takes [..., 7], not [32, 8]
nn.residual(nn.linear(7, 8)).forward(flat)
// @ts-expect-error parallel: one way gives [32, 3], another [32, 4]
nn.parallel(nn.linear(8, 3), nn.linear(8, 4)).forward(flat)
// @ts-expect-error branch: the axes before the last differ: [2, 7, 7] and [2, 5, 5]
nn.branch(nn.conv2d(16, 4, 1), nn.conv2d(16, 5, 3)).forward(pictures)
// @ts-expect-error linear: takes [..., 10], not [32, 11]
nn.denseBlock(nn.linear(8, 3), nn.linear(10, 4)).forward(flat)
// @ts-expect-error highway: takes [..., 7], not [32, 8]
nn.highway(7).forward(flat)
// @ts-expect-error linear: takes [..., 15], not [..., 16]
nn.sequential(nn.linear(2, 8), nn.branch(nn.identity(), nn.relu()), nn.linear(15, 2))
