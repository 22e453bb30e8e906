import * as nn from '../../src/nn/index.js'
import type { ConvolutionShape, PoolingShape } from '../../src/nn/types/layers.js'
import { sgd } from '../../src/optim/index.js'
import type { Tensor } from '../../src/tensor/tensor.js'
import type { Shape } from '../../src/tensor/types/index.js'
import { shape, type } from '../types/assert.js'

// Shapes of layers, as the compiler knows them.

declare const flat: Tensor<[32, 784]>
declare const pictures: Tensor<[number, 28, 28, 1]>
declare const odd: Tensor<[8, 29, 17, 3]>
declare const sequence: Tensor<[4, 7, 784]>
declare const any: Tensor

// Each layer by itself.
shape(nn.linear(784, 10).forward(flat)).is<[32, 10]>()
shape(nn.linear(784, 10).forward(sequence)).is<[4, 7, 10]>()
shape(nn.linear(784, 10).forward(any)).is<[...number[], 10]>()
shape(nn.conv2d(1, 6, 5).forward(pictures)).is<[number, 24, 24, 6]>()
shape(nn.conv2d(1, 6, 5, { padding: 'same' }).forward(pictures)).is<[number, 28, 28, 6]>()
shape(nn.conv2d(3, 6, [3, 2], { stride: 2, padding: 1 }).forward(odd)).is<[8, 15, 9, 6]>()
shape(nn.conv2d(3, 6, 3, { stride: [3, 2], padding: 'same' }).forward(odd)).is<[8, 10, 9, 6]>()
shape(nn.conv2d(3, 6, 3, { dilation: 2 }).forward(odd)).is<[8, 25, 13, 6]>()
shape(nn.conv2d(3, 6, [2, 3], { dilation: [1, 2], stride: 3 }).forward(odd)).is<[8, 10, 5, 6]>()
shape(nn.conv2d(3, 6, 3, { padding: [0, 1] }).forward(odd)).is<[8, 27, 17, 6]>()
shape(nn.conv2d(3, 6, 3, { padding: [[0, 1], 1] }).forward(odd)).is<[8, 28, 17, 6]>()
shape(nn.conv2d(3, 6, 3, { padding: 1 as number }).forward(odd)).is<[8, number, number, 6]>()
shape(nn.conv2d(3, 6, 3 as number).forward(odd)).is<[8, number, number, 6]>()
shape(nn.conv2d(3, 6, 3).forward(any)).is<[number, number, number, 6]>()
shape(nn.maxPool2d(2).forward(odd)).is<[8, 14, 8, 3]>()
shape(nn.maxPool2d(3, { stride: 2, padding: 1 }).forward(odd)).is<[8, 15, 9, 3]>()
shape(nn.avgPool2d([1, 17]).forward(odd)).is<[8, 29, 1, 3]>()
shape(nn.flatten().forward(pictures)).is<[number, 784]>()
shape(nn.flatten().forward(any)).is<[number, number]>()
shape(nn.dropout(0.5).forward(flat)).is<[32, 784]>()
shape(nn.gelu().forward(flat)).is<[32, 784]>()

// Activations: functions of a tensor, or layers.
shape(nn.relu(flat)).is<[32, 784]>()
shape(nn.leakyRelu(flat, 0.2)).is<[32, 784]>()
type(nn.relu()).is<nn.Activation>()
type(nn.leakyRelu(0.2)).is<nn.Activation>()

// Chains.
const lenet = nn.sequential(
  nn.conv2d(1, 6, 5, { padding: 'same' }),
  nn.relu(),
  nn.maxPool2d(2),
  nn.conv2d(6, 16, 5),
  nn.relu,
  nn.maxPool2d(2),
  nn.flatten(),
  nn.linear(400, 120),
  nn.tanh,
  nn.linear(120, 10),
)
shape(lenet.forward(pictures)).is<[number, 10]>()
shape(lenet.forward(any)).is<[number, 10]>()
shape(nn.sequential(lenet, nn.softmax()).forward(pictures)).is<[number, 10]>()
shape(pictures.pipe(nn.flatten(), nn.linear(784, 100), nn.relu, nn.linear(100, 10), nn.softmax)).is<[number, 10]>()
shape(flat.pipe(nn.linear(784, 100), (x) => x.sum(-1))).is<[32]>()

// Modules of one's own.
class Net extends nn.Module {
  readonly hidden = nn.linear(784, 128)
  readonly output = nn.linear(128, 10)

  forward<B extends number>(x: Tensor<[B, 784]>) {
    return x.pipe(this.hidden, nn.relu, this.output)
  }
}
shape(new Net().forward(flat)).is<[32, 10]>()
nn.sequential(new Net(), nn.linear(10, 3))
// A model is whatever takes and gives a tensor.
const models: readonly { forward(x: Tensor): Tensor }[] = [lenet, new Net(), nn.relu()]
nn.sequential(...models)

// Generic code is checked when it runs.
function classifier<Channels extends number>(channels: Channels) {
  return nn.sequential(nn.conv2d(channels, 4, 3), nn.flatten(), nn.linear(2704, 10))
}
shape(classifier(1).forward(pictures)).is<[number, 10]>()

// Losses.
shape(nn.crossEntropy(flat, any)).is<[]>()
shape(nn.crossEntropy(flat, any, { reduction: 'none' })).is<[32]>()
shape(nn.meanSquaredError(flat, flat, { reduction: 'none' })).is<[32, 784]>()

declare const labels: Tensor<[32]>
declare const someLabels: Tensor<[number]>
declare const logits: Tensor<[32, 10]>
declare const tokens: Tensor<[32, 7, 100]>
shape(nn.crossEntropy(logits, labels)).is<[]>()
shape(nn.crossEntropy(logits, someLabels, { weight: any as Tensor<[10]> })).is<[]>()
shape(nn.crossEntropy(logits, logits, { reduction: 'none' })).is<[32]>()
shape(nn.crossEntropy(tokens, any as Tensor<[32, 7]>, { reduction: 'none' })).is<[32, 7]>()
shape(nn.crossEntropy(any, labels)).is<[]>()
shape(nn.huber(logits, 0)).is<[]>()
shape(nn.huber(logits, any as Tensor<[]>, { delta: 2 })).is<[]>()
shape(nn.meanAbsoluteError(logits, any as Tensor<[number, 10]>)).is<[]>()
function generalLoss<S extends Shape, B extends number>(
  x: Tensor<S>,
  y: Tensor<S>,
  z: Tensor<[B, 10]>,
  l: Tensor<[B]>,
) {
  return nn.meanSquaredError(x, y).add(nn.crossEntropy(z, l)).add(nn.binaryCrossEntropy(z, z))
}
generalLoss(flat, flat, logits, labels)
// @ts-expect-error crossEntropy: labels [33] do not fit logits [32, 10]
nn.crossEntropy(logits, any as Tensor<[33]>)
// @ts-expect-error crossEntropy: labels [32, 1] do not fit logits [32, 10]
nn.crossEntropy(logits, any as Tensor<[32, 1]>)
// @ts-expect-error crossEntropy: labels [number] do not fit logits [32, 7, 100]
nn.crossEntropy(tokens, someLabels)
// @ts-expect-error one weight per class
nn.crossEntropy(logits, labels, { weight: any as Tensor<[11]> })
// @ts-expect-error huber: targets [32] differ from [32, 10]
nn.huber(logits, labels)
// @ts-expect-error binaryCrossEntropy: targets [32] differ from [32, 10]
nn.binaryCrossEntropy(logits, labels)

shape(nn.focalLoss(tokens, any as Tensor<[32, 7]>, { reduction: 'none' })).is<[32, 7]>()
shape(nn.tripletLoss(logits, logits, logits, { reduction: 'none' })).is<[32]>()
shape(nn.diceLoss(tokens, tokens, { reduction: 'none' })).is<[32, 100]>()
shape(nn.arcFace(logits, any as Tensor<[10, 4]>, labels)).is<[]>()
shape(nn.ctcLoss(tokens, any as Tensor<[32, 3]>, { reduction: 'none' })).is<[32]>()
shape(nn.ssimLoss(any as Tensor<[8, 32, 32, 3]>, any as Tensor<[8, 32, 32, 3]>, { reduction: 'none' })).is<[8]>()
shape(nn.gradientPenalty((x) => x.sum(-1), logits, logits)).is<[]>()
// @ts-expect-error focalLoss: labels [32] do not fit [32, 7, 100]
nn.focalLoss(tokens, labels)
// @ts-expect-error tripletLoss: targets [32, 9] differ from [32, 10]
nn.tripletLoss(logits, any as Tensor<[32, 9]>, logits)
// @ts-expect-error centres have the features of the vectors
nn.arcFace(logits, any as Tensor<[11, 4]>, labels)
// @ts-expect-error totalVariation: takes [batch, height, width, channels], not [32, 10]
nn.totalVariation(logits)

// Parameters are operands.
shape(flat.matmul(nn.linear(784, 10).weight)).is<[32, 10]>()
// @ts-expect-error matmul: inner sizes 784 and 700 differ
flat.matmul(nn.linear(700, 10).weight)

// The shape functions of windows along one or three axes.
interface Triples {
  readonly window: 3
  readonly stride: 2
  readonly padding: 1
  readonly dilation: 1
}
declare const along: nn.Layer<ConvolutionShape<'conv1d', 'batch, length', 3, 6, Triples>>
declare const inside: nn.Layer<PoolingShape<'maxPool3d', 'batch, depth, height, width', Triples>>
shape(along.forward(any as Tensor<[8, 29, 3]>)).is<[8, 15, 6]>()
shape(along.forward(any)).is<[number, number, 6]>()
shape(inside.forward(any as Tensor<[8, 4, 29, 17, 3]>)).is<[8, 2, 15, 9, 3]>()
// @ts-expect-error conv1d: takes [batch, length, 3], not [32, 784]
along.forward(flat)
// @ts-expect-error maxPool3d: takes [batch, depth, height, width, channels], not [8, 29, 17, 3]
inside.forward(odd)

// Groups.
shape(nn.conv2d(3, 6, 3, { groups: 3 }).forward(odd)).is<[8, 27, 15, 6]>()
nn.conv2d(3, 6, 3, { groups: 2 as number })
// @ts-expect-error conv2d: 3 input and 6 output channels do not divide into 2 groups
nn.conv2d(3, 6, 3, { groups: 2 })

// Steps.
sgd([]).minimize(nn.crossEntropy(logits, labels))
sgd([]).minimize(any)
// @ts-expect-error minimize: the loss has shape [32]; make one number of it with mean() or sum()
sgd([]).minimize(nn.crossEntropy(logits, labels, { reduction: 'none' }))

// @ts-expect-error linear: takes [..., 700], not [32, 784]
nn.linear(700, 10).forward(flat)
// @ts-expect-error conv2d: takes [batch, height, width, 3], not [number, 28, 28, 1]
nn.conv2d(3, 6, 5).forward(pictures)
// @ts-expect-error conv2d: the window 30 is larger than [number, 28, 28, 1]
nn.conv2d(1, 2, 30).forward(pictures)
// @ts-expect-error conv2d: the window [28, 29] is larger than [number, 28, 28, 1]
nn.conv2d(1, 2, [28, 29]).forward(pictures)
// @ts-expect-error avgPool2d: the window [1, 18] is larger than [8, 29, 17, 3]
nn.avgPool2d([1, 18]).forward(odd)
// @ts-expect-error maxPool2d: takes [batch, height, width, channels], not [32, 784]
nn.maxPool2d(2).forward(flat)
// @ts-expect-error linear: takes [..., 100], not [..., 128]
nn.sequential(nn.linear(784, 128), nn.relu(), nn.linear(100, 10))
// @ts-expect-error conv2d: takes [batch, height, width, 7], not [number, number, number, 6]
nn.sequential(nn.conv2d(1, 6, 5), nn.relu, nn.conv2d(7, 6, 5))
// @ts-expect-error linear: takes [..., 11], not [number, 10]
nn.sequential(new Net(), nn.linear(11, 3))
// @ts-expect-error linear: takes [..., 3455], not [number, 3456]
nn.sequential(nn.conv2d(1, 6, 5), nn.flatten(), nn.linear(3455, 6)).forward(pictures)
// @ts-expect-error linear: takes [..., 120], not [32, 100]
flat.pipe(nn.linear(784, 100), nn.relu, nn.linear(120, 10))
// @ts-expect-error neither a module nor a function
nn.sequential(4)
// @ts-expect-error [32, 784] and [32, 1]
nn.meanSquaredError(flat, any as Tensor<[32, 1]>)
// @ts-expect-error 784 numbers, not 700
new Net().forward(any as Tensor<[32, 700]>)
